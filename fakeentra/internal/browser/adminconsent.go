package browser

import (
	"net/http"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/wire"
)

// AdminConsent lets an administrator consent for the organization (docs/reference/entra.md §6.2). Without scopes, as
// makers' support pages give the address, it asks for what the application's registration requests.
func (e *Endpoint) AdminConsent(w http.ResponseWriter, a *wire.Request) {
	c, p := e.readAdminConsent(a)
	if p != nil {
		e.refuseAuthorize(w, a, c, p)
		return
	}
	e.reply(w, a, e.Desk.BeginAdmin(a, *c))
}

func (e *Endpoint) readAdminConsent(a *wire.Request) (*codes.Request, *catalogue.Problem) {
	application, p := e.webClient(a, doors.AdminConsent)
	if p != nil {
		return nil, p
	}
	web := &codes.Web{
		Mode: "query", Admin: true, Prompt: "consent", State: a.Param("state"), AdminText: a.Param("scope"),
	}
	_, web.HasState = a.Either("state")
	web.Redirect, web.Platform = application.RedirectOf(a.Param("redirect_uri"))
	if !a.Has("redirect_uri") {
		web.Redirect, web.Platform = application.FirstRedirect() // docs/reference/entra.md E14 [D]
	}
	if web.Redirect == "" {
		return nil, unregistered(a, application)
	}
	c := &codes.Request{
		Application: application.ID, Alias: a.Alias, Correlation: a.Correlation, V1: a.V1,
		Expires: a.At.Add(pageLifetime), Web: web,
	}
	if a.V1 || web.AdminText == "" {
		c.Scope = e.Directory.Resources().Registered()
	} else {
		c.Scope, p = e.Directory.Resources().Parse(web.AdminText, application.Name, resources.Several)
	}
	if p != nil {
		return c, p.With("tenant", e.Directory.TenantName(a.Alias, a.Param("login_hint")))
	}
	return c, nil
}
