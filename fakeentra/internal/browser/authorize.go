package browser

import (
	"net/http"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/wire"
)

// pageLifetime is how long a page that is left open can be gone on with.
const pageLifetime = 24 * time.Hour

// AuthorizationRequest answers /oauth2/v2.0/authorize, and the older endpoint.
func (e *Endpoint) AuthorizationRequest(w http.ResponseWriter, a *wire.Request) {
	c, p := e.readAuthorize(a)
	if p != nil {
		e.refuseAuthorize(w, a, c, p)
		return
	}
	stand, p := e.Desk.Begin(a, *c)
	if p != nil {
		e.redirectError(w, a, c.Web, p)
		return
	}
	e.reply(w, a, stand)
}

// refuseAuthorize answers a request that cannot go on: by a redirect if the redirect URI can be trusted, else by a
// page.
func (e *Endpoint) refuseAuthorize(w http.ResponseWriter, a *wire.Request, c *codes.Request, p *catalogue.Problem) {
	if c != nil && c.Web.Redirect != "" {
		e.redirectError(w, a, c.Web, p)
		return
	}
	e.showError(w, a, p)
}

// readAuthorize checks an authorization request in order: client, redirect URI, and then what a redirect can report.
// The request comes back, as far as it was read, for the redirect.
func (e *Endpoint) readAuthorize(a *wire.Request) (*codes.Request, *catalogue.Problem) {
	application, p := e.webClient(a, doors.Authorize)
	if p != nil {
		return nil, p
	}
	web := &codes.Web{
		V1: a.V1, Explicit: a.Has("redirect_uri"), Prompt: a.Param("prompt"), Hint: a.Param("login_hint"),
		Nonce: a.Param("nonce"),
	}
	if web.Redirect, web.Platform = application.RedirectOf(a.Param("redirect_uri")); web.Redirect == "" {
		if !web.Explicit {
			return nil, catalogue.Fail(900971)
		}
		return nil, unregistered(a, application)
	}
	_, web.HasState = a.Either("state")
	web.State, web.Mode, web.Info = a.Param("state"), "query", a.Param("client_info") == "1"
	web.Capable = a.Capable()
	c := &codes.Request{
		Application: application.ID, Alias: a.Alias, Correlation: a.Correlation, V1: a.V1,
		Expires: a.At.Add(pageLifetime), Web: web,
	}
	if p := readResponse(a, web, application); p != nil {
		return c, p
	}
	if c.Scope, p = a.Scope(e.Directory.Resources(), application.Name); p != nil {
		return c, p.With("tenant", e.Directory.TenantName(a.Alias, a.Param("login_hint")))
	}
	if a.Alias.Consumers() && c.Scope.API.Same(resources.Exchange) && c.Scope.Audience != resources.Exchange.Roots[0] {
		return c, catalogue.Fail(70011).With("scope", a.Param("scope"))
	}
	switch web.Prompt {
	case "", "none", "login", "consent", "select_account":
	case "admin_consent":
		if a.V1 {
			break
		}
		fallthrough
	default:
		return c, catalogue.FailAs(90023, "prompt")
	}
	if web.IDToken {
		c.Scope.OpenID = true
	}
	if e.Front.Looping(a, "authorize", application.ID) {
		return c, catalogue.Fail(50196)
	}
	return c, readChallenge(a, web)
}

// unregistered refuses a redirect URI that the application does not have.
func unregistered(a *wire.Request, application directory.Application) *catalogue.Problem {
	return catalogue.Fail(50011).With("redirectTerm", "redirect URI").
		With("replyAddress", a.Param("redirect_uri")).With("identifier", application.ID)
}

// webClient finds the application of a request that came by a browser.
func (e *Endpoint) webClient(a *wire.Request, door doors.Door) (directory.Application, *catalogue.Problem) {
	tenant, _, _ := strings.Cut(strings.TrimPrefix(a.Path, "/"), "/")
	alias, p := e.Directory.Resolve(tenant)
	if p != nil {
		return directory.Application{}, p
	}
	a.Alias = alias
	if !a.Has("client_id") {
		return directory.Application{}, catalogue.Fail(900144).With("name", "client_id")
	}
	application, p := e.Directory.Client(a.Alias, a.Param("client_id"))
	if p == nil {
		p = e.Doors.Application(doors.Visit{Door: door, V1: a.V1, Alias: a.Alias, Application: application})
	}
	if p == nil {
		p = application.InUse()
	}
	if p != nil {
		return application, p
	}
	if uri, _ := application.FirstRedirect(); uri == "" {
		// whatever address the request names (docs/reference/entra.md E6 [C])
		return application, catalogue.Fail(500113)
	}
	return application, nil
}

// readResponse reads response_type and response_mode (docs/reference/entra.md §1.2, §8.1).
func readResponse(a *wire.Request, web *codes.Web, application directory.Application) *catalogue.Problem {
	mode := a.Param("response_mode")
	if mode != "" && mode != "query" && mode != "fragment" && mode != "form_post" {
		return catalogue.FailAs(90023, "mode")
	}
	if mode != "" {
		web.Mode = mode // where even the next errors go
	}
	kind := a.Param("response_type")
	if kind == "" {
		return catalogue.Fail(900144).With("name", "response_type")
	}
	for _, word := range strings.Fields(kind) {
		switch word {
		case "code":
			web.Code = true
		case "id_token":
			web.IDToken = true
		case "token":
			web.Token = true
		default:
			return catalogue.Fail(70005).With("type", word)
		}
	}
	if mode == "" && (web.IDToken || web.Token) {
		web.Mode = "fragment"
	}
	switch {
	case web.Mode == "query" && (web.IDToken || web.Token):
		return catalogue.Fail(70007)
	case web.IDToken && !application.IDTokens:
		return catalogue.Fail(700054)
	case web.Token && !application.AccessTokens:
		return catalogue.Fail(700051)
	case web.IDToken && web.Nonce == "":
		return catalogue.Fail(900144).With("name", "nonce")
	}
	return nil
}

// Sizes of a code challenge and of its verifier (RFC 7636 §4.1, §4.2).
const (
	shortestChallenge = 43
	longestChallenge  = 128
)

// readChallenge reads the PKCE challenge; a method that is left out means plain (RFC 7636 §4.3).
func readChallenge(a *wire.Request, web *codes.Web) *catalogue.Problem {
	web.Challenge, web.Method = a.Param("code_challenge"), a.Param("code_challenge_method")
	switch {
	case web.Challenge == "":
		return nil
	case len(web.Challenge) < shortestChallenge || len(web.Challenge) > longestChallenge:
		return catalogue.Fail(501491)
	}
	switch web.Method {
	case "":
		web.Method = "plain"
	case "plain", "S256":
	default:
		return catalogue.Fail(9002313).Say("invalid_request")
	}
	return nil
}
