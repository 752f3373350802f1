package grants

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// spaLifetime is how long refresh tokens of pages with script live, however often they are used
// (docs/reference/entra.md §4.1 [D]).
const spaLifetime = 24 * time.Hour

// redeemCode redeems an authorization code (RFC 6749 §4.1.3). The code is looked at before the secret
// (docs/reference/entra.md §8.2).
func (e *Endpoint) redeemCode(a *wire.Request, application directory.Application) (*tokens.Answer, *catalogue.Problem) {
	text := a.Param("code")
	if text == "" {
		return nil, catalogue.Fail(900144).With("name", "code")
	}
	c, known := e.Codes.Authorization(text, a.At)
	if !known {
		if a.Alias.Consumers() {
			return nil, catalogue.FailAs(70000, "consumers")
		}
		return nil, catalogue.Fail(9002313)
	}
	web, u := c.Request.Web, e.Directory.AccountBy(c.Account)
	switch {
	case c.Request.Application != application.ID:
		return nil, catalogue.Fail(700007)
	}
	if p := e.Doors.Account(visit(a, doors.ByCode, application), u); p != nil {
		return nil, p
	}
	switch {
	case !a.At.Before(c.Expires) && u.Personal:
		return nil, catalogue.FailAs(70000, "consumers-expired")
	case !a.At.Before(c.Expires):
		return nil, catalogue.FailAs(70008, "code")
	case c.Redeemed:
		return nil, catalogue.Fail(54005)
	}
	if p := checkRedirect(a, web); p != nil {
		return nil, p
	}
	if p := checkVerifier(a, web); p != nil {
		return nil, p
	}
	how, p := proveFor(a, application, web.Platform)
	if p != nil {
		return nil, p
	}
	g := tokens.Grant{
		User: c.Account, Application: application.ID, Scope: c.Request.Scope, Epoch: c.Epoch, SignedIn: c.SignedIn,
		MFA: c.MFA, Correlation: c.Request.Correlation, Session: c.Session, Proof: how, Platform: web.Platform,
		Capable: web.Capable, V1: a.V1,
	}
	scope := g.Scope
	if a.Has("scope") && !a.V1 {
		asked, p := e.Directory.Resources().Parse(a.Param("scope"), application.Name, resources.LimitOf(u.Personal))
		if p != nil {
			return nil, p.With("tenant", u.Home.Name)
		}
		scope = asked.Narrowed(g.Scope)
	}
	e.Codes.RedeemAuthorization(text)
	holder, p := e.permit(a, g, scope, false)
	if p != nil {
		return nil, p
	}
	return e.Mint.Issue(a, holder, e.Mint.Keep(g), scope, tokens.Binding{Nonce: web.Nonce}), nil
}

// proveFor demands a secret of a server and refuses one from a program that cannot keep it.
func proveFor(
	a *wire.Request, application directory.Application, kind directory.Platform,
) (tokens.Proof, *catalogue.Problem) {
	_, secret, assertion := a.Client()
	if kind != directory.PlatformWeb && (secret != "" || assertion != "") {
		return tokens.ProofNone, catalogue.Fail(700025)
	}
	return prove(a, application, kind == directory.PlatformWeb)
}

// checkRedirect demands the redirect URI of the authorization request.
func checkRedirect(a *wire.Request, web *codes.Web) *catalogue.Problem {
	asked := a.Param("redirect_uri")
	switch {
	case asked == "" && web.Explicit:
		return catalogue.Fail(700009)
	case asked != "" && asked != web.Redirect:
		return catalogue.Fail(500112).With("asked", asked).With("first", web.Redirect)
	}
	return nil
}

// checkVerifier compares the PKCE verifier, and holds the rules of pages with script
// (docs/reference/entra.md §8.1, §8.2).
func checkVerifier(a *wire.Request, web *codes.Web) *catalogue.Problem {
	if p := crossOrigin(a, web.Platform); p != nil {
		return p
	}
	verifier := a.Param("code_verifier")
	if web.Challenge == "" {
		if web.Platform == directory.PlatformSPA {
			return catalogue.Fail(9002325)
		}
		if verifier != "" {
			return catalogue.Fail(501481)
		}
		return nil
	}
	derived := verifier
	if web.Method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		derived = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if derived != web.Challenge {
		return catalogue.Fail(501481)
	}
	return nil
}

// crossOrigin: a page with script sends an Origin, nobody else does (docs/reference/entra.md §8.1, §8.2).
func crossOrigin(a *wire.Request, kind directory.Platform) *catalogue.Problem {
	origin := a.HTTP.Header.Get("Origin") != ""
	switch {
	case kind == directory.PlatformSPA && !origin:
		return catalogue.Fail(9002327)
	case kind != directory.PlatformSPA && origin:
		return catalogue.Fail(9002326).With("origin", a.HTTP.Header.Get("Origin"))
	}
	return nil
}
