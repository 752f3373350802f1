package grants

import (
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// passwordGrant is the sign-in by user name and password (RFC 6749 §4.3), which clients ask for after the user's realm.
func (e *Endpoint) passwordGrant(
	a *wire.Request, application directory.Application,
) (*tokens.Answer, *catalogue.Problem) {
	how, p := prove(a, application, application.Confidential)
	if p != nil {
		return nil, p
	}
	for _, name := range []string{"username", "password", "scope"} {
		if !a.Has(name) {
			return nil, catalogue.Fail(900144).With("name", name)
		}
	}
	scope, p := e.Directory.Resources().Parse(a.Param("scope"), application.Name, resources.Single)
	if p != nil {
		return nil, p.With("tenant", e.tenantName(a))
	}
	u, known := e.Directory.Account(a.Param("username"))
	if !known {
		return nil, catalogue.Fail(50034).With("user", a.Param("username")).With("tenant", a.Alias.DirectoryName())
	}
	if p := e.Doors.Account(visit(a, doors.ByPassword, application), u); p != nil {
		return nil, p
	}
	g := tokens.Grant{
		User: u.Key, Application: application.ID, Scope: scope, Epoch: u.Epoch, SignedIn: a.At, Correlation: a.Correlation,
		Proof: how, Capable: a.Capable(),
	}
	if code := e.Directory.CheckPassword(u.Key, a.Param("password"), a.At); code != 0 {
		p := catalogue.Fail(code)
		e.Log.Add(signinlog.SignIn{
			Time: a.At, Tenant: u.Home.ID, User: u.Principal, UserID: u.ID, Application: application.Name,
			ApplicationID: application.ID, Resource: scope.API.Name, Address: e.Places.Device().Address, AADSTS: code,
			Reason:   p.Sentence(),
			Protocol: "ropc", CorrelationID: a.Correlation, TraceID: a.Trace,
		})
		return nil, p
	}
	if u.MFA {
		return nil, catalogue.Fail(50076).With("resource", scope.API.ID)
	}
	holder, p := e.permit(a, g, scope, false)
	if p != nil {
		return nil, p
	}
	g.Session = e.Front.Random.UUID()
	return e.Mint.Issue(a, holder, e.Mint.Keep(g), scope, tokens.Binding{}), nil
}
