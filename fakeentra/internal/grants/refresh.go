package grants

import (
	"strconv"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// refresh redeems a refresh token (docs/reference/entra.md §4). Each use gives a new one; the old one stays
// good, unless the tenant's are for one use.
func (e *Endpoint) refresh(a *wire.Request, application directory.Application) (*tokens.Answer, *catalogue.Problem) {
	text := a.Param("refresh_token")
	if text == "" {
		return nil, catalogue.Fail(900144).With("name", "refresh_token")
	}
	token, ok := e.Mint.Redeem(text)
	if !ok {
		switch {
		case a.Alias.Consumers() && !strings.HasPrefix(text, "M."): // the shape of an organization's
			return nil, catalogue.Fail(7000012)
		case a.Alias.Consumers():
			return nil, catalogue.FailAs(70000, "consumers")
		}
		return nil, catalogue.Fail(9002313)
	}
	g := token.Grant
	if g.Application != application.ID {
		return nil, catalogue.Fail(70000)
	}
	how, p := redeemer(a, g, application)
	if p != nil {
		return nil, p
	}
	g.Proof = how
	e.Mint.Proved(g.Number, how)
	u := e.Directory.AccountBy(g.User)
	if p := e.usable(a, token, u, application); p != nil {
		return nil, p
	}
	scope, p := e.refreshed(a, g.Scope, application, u.Personal)
	if p != nil {
		return nil, p.With("tenant", u.Home.Name)
	}
	scope.Offline = true // a refresh token is answered by a refresh token
	holder, p := e.permit(a, g, scope, true)
	if p != nil && p.Row.Code == 530036 {
		e.Mint.Bury(token) // for good, whatever becomes of the policy (docs/reference/entra.md E7)
	}
	if p != nil {
		return nil, p
	}
	if u.Home.SingleUseTokens {
		e.Mint.Spend(token)
	}
	return e.Mint.Issue(a, holder, g, scope, tokens.Binding{}), nil
}

// usable says why a refresh token cannot be redeemed for its user now; nil: it can.
func (e *Endpoint) usable(
	a *wire.Request, token tokens.Refresh, u directory.Account, application directory.Application,
) *catalogue.Problem {
	g := token.Grant
	if g.Platform == directory.PlatformSPA && a.At.Sub(g.SignedIn) >= spaLifetime {
		return catalogue.Fail(700084).With("time", dotNetSpan(spaLifetime)).
			With("issued", catalogue.SevenDigits(token.At))
	}
	if p := e.Doors.Account(visit(a, doors.ByRefresh, application), u); p != nil {
		return p
	}
	var p *catalogue.Problem
	switch {
	case token.Dead:
		p = catalogue.Fail(530036)
	case token.Spent: // ours: Entra's own are not spent by use, so that nobody has an answer of it
		p = catalogue.Fail(70000)
	case a.At.Sub(token.At) >= e.Settings.RefreshTokenLifetime || token.Void:
		p = catalogue.Fail(700082).With("issued", catalogue.SevenDigits(token.At)).
			With("idle", dotNetSpan(e.Settings.RefreshTokenLifetime))
	default:
		return nil
	}
	e.Log.Add(signinlog.SignIn{
		Time: a.At, Tenant: u.Home.ID, User: u.Principal, UserID: u.ID, Application: application.Name,
		ApplicationID: application.ID, Resource: g.Scope.API.Name, Address: e.Places.Device().Address,
		AADSTS: p.Row.Code, Reason: p.Sentence(), Note: signinlog.Note(p.Row.Code, true),
		Protocol: signinlog.ProtocolOf(g.Flow), Transfer: g.Flow, CorrelationID: a.Correlation, TraceID: a.Trace,
	})
	if u.Personal {
		p = personal(p)
	}
	return p
}

// refreshed is what a refresh asks for: the same as at first, unless it says otherwise (docs/reference/entra.md §4.1).
func (e *Endpoint) refreshed(
	a *wire.Request, first resources.Request, application directory.Application, personal bool,
) (resources.Request, *catalogue.Problem) {
	switch {
	case a.Has("scope") && !a.V1:
		asked, p := e.Directory.Resources().Parse(a.Param("scope"), application.Name, resources.LimitOf(personal))
		return asked.Narrowed(first), p
	case a.V1 && a.Has("resource"):
		return e.Directory.Resources().Whole(a.Param("resource"))
	}
	return first, nil
}

// redeemer checks who presents a refresh token: a server shows its secret, a page with script its origin
// (docs/reference/entra.md §8.2).
func redeemer(a *wire.Request, g tokens.Grant, application directory.Application) (tokens.Proof, *catalogue.Problem) {
	if g.Platform != directory.PlatformNone {
		if p := crossOrigin(a, g.Platform); p != nil {
			return tokens.ProofNone, p
		}
	}
	return prove(a, application, g.Proof != tokens.ProofNone || application.Confidential)
}

// dotNetSpan writes a duration as "90.00:00:00" (captured, azure-cli#23105).
func dotNetSpan(d time.Duration) string {
	clock := time.Unix(0, 0).UTC().Add(d % (24 * time.Hour)).Format("15:04:05")
	if d < 24*time.Hour {
		return clock
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + "." + clock
}
