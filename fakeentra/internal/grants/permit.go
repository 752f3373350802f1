package grants

import (
	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// permit decides whether tokens may be issued now: state of the user, of the application, consent, policies.
// Every refusal is in the sign-in log with its reason.
func (e *Endpoint) permit(
	a *wire.Request, g tokens.Grant, scope resources.Request, refresh bool,
) (tokens.Holder, *catalogue.Problem) {
	s := e.Directory.Standing(g.User, g.Application, scope.API.ID)
	device := e.Places.Device()
	verdict := s.Home.Rules.Evaluate(access.Attempt{ // a device that asks for tokens, as policies see it
		Person: s.Person(), Application: s.Application.ID, Name: s.Application.Name, API: scope.API, Flow: g.Flow,
		At: a.At, MFA: g.MFA, SignedIn: g.SignedIn, Source: device, Issuance: !refresh,
	})
	row := signinlog.SignIn{
		Time: a.At, Tenant: s.Home.ID, User: s.Principal, UserID: s.ID, Application: s.Application.Name,
		ApplicationID: s.Application.ID, Resource: scope.API.Name, Address: device.Address,
		Protocol: signinlog.ProtocolOf(g.Flow), Transfer: g.Flow, CorrelationID: g.Correlation, TraceID: a.Trace,
		Interactive: !refresh, Source: device, Policies: verdict.Results,
	}
	if refresh {
		row.CorrelationID = a.Correlation
	}
	decided := scope.Decide(s.Consented, s.Personal)
	p := permission(s, g, scope, decided)
	if p == nil {
		p = conditional(s, g, scope, verdict, device, refresh)
	}
	if p != nil {
		row.AADSTS, row.Reason = p.Row.Code, p.Sentence()
		row.Note = signinlog.Note(p.Row.Code, refresh)
	}
	e.Log.Add(row)
	if p != nil && s.Personal {
		p = personal(p)
	}
	return tokens.Holder{Account: s.Account, Application: s.Application, Decision: decided}, p
}

// permission is permit but for the policies.
func permission(
	s directory.Standing, g tokens.Grant, scope resources.Request, decided resources.Decision,
) *catalogue.Problem {
	switch {
	case s.Home.Deleted:
		return catalogue.Fail(90002).With("tenant", s.Home.ID)
	case s.Deleted:
		return catalogue.Fail(50034).With("user", s.ID).With("tenant", s.Home.ID)
	case s.Account.State == directory.Disabled:
		return catalogue.Fail(50057)
	case s.Revoked(g.Epoch, g.Proof.Confidential()):
		return catalogue.Fail(50173).With("issued", catalogue.SevenDigits(g.SignedIn)).
			With("validFrom", catalogue.WholeSecond(s.ValidFrom))
	}
	if !s.Personal {
		switch {
		case s.State == directory.Disabled:
			return catalogue.Fail(7000112).With("id", s.Application.ID).With("name", s.Application.Name)
		case !s.Assigned:
			return catalogue.Fail(50105).With("id", s.Application.ID).With("name", s.Application.Name).
				With("user", s.Principal)
		case s.API == directory.Disabled:
			return catalogue.Fail(500014).With("identifier", scope.API.ID)
		}
	}
	if !decided.Consented {
		return catalogue.Fail(65001).With("id", s.Application.ID).With("name", s.Application.Name)
	}
	return nil
}

// capolids is the claims challenge of a policy: reported, public log (2025-03-07).
func capolids(id string) string {
	return `{"access_token":{"capolids":{"essential":true,"values":["` + id + `"]}}}`
}

// personal turns a refusal into what personal accounts hear: nearly always 70000 (docs/reference/entra.md §10).
func personal(p *catalogue.Problem) *catalogue.Problem {
	switch p.Row.Code {
	case 50034, 50057, 50173, 700082, 9002313:
		return catalogue.FailAs(70000, "consumers").In(p.Correlation)
	case 65001:
		return catalogue.FailAs(70000, "consumers-scope").In(p.Correlation)
	}
	return p
}
