package fakeentra

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signins"
)

func noApplication(id string) error { return fmt.Errorf("fakeentra: there is no application %q", id) }

func noRole(role string) error {
	return fmt.Errorf("fakeentra: no resource has the application permission %q; one is https://outlook.office365.com/SMTP.SendAsApp", role)
}

// spaLifetime is how long refresh tokens of pages with script live, however often they are used (entra.md §4.1 [D]).
const spaLifetime = 24 * time.Hour

// redeemCode redeems an authorization code (RFC 6749 §4.1.3); under s.mu. The code is looked at before the secret (entra.md §8.2).
func (s *Server) redeemCode(a *ask, application *Application) (*tokenAnswer, *catalogue.Problem) {
	text := a.param("code")
	if text == "" {
		return nil, catalogue.Fail(900144).With("name", "code")
	}
	c := s.authCodes[text]
	if c == nil {
		if a.alias.consumers() {
			return nil, catalogue.FailAs(70000, "consumers")
		}
		return nil, catalogue.Fail(9002313)
	}
	web := c.request.web
	switch {
	case c.request.application != application:
		return nil, catalogue.Fail(700007)
	case !a.alias.admits(c.user):
		return nil, catalogue.Fail(700005)
	case !a.at.Before(c.expires) && c.user.Personal:
		return nil, catalogue.FailAs(70000, "consumers-expired")
	case !a.at.Before(c.expires):
		return nil, catalogue.FailAs(70008, "code")
	case c.redeemed:
		return nil, catalogue.Fail(54005)
	}
	if p := web.checkRedirect(a); p != nil {
		return nil, p
	}
	if p := web.checkVerifier(a); p != nil {
		return nil, p
	}
	how, p := s.proveFor(a, application, web.platform)
	if p != nil {
		return nil, p
	}
	g := &grant{
		user: c.user, application: application, scope: c.request.scope, epoch: c.epoch, signedIn: c.signedIn, mfa: c.mfa,
		correlation: c.request.correlation, session: c.session, proof: how, platform: web.platform, capable: web.capable, v1: a.v1,
	}
	scope := g.scope
	if a.has("scope") && !a.v1 {
		asked, p := resources.Parse(a.param("scope"), application.Name, true)
		if p != nil {
			return nil, p.With("tenant", c.user.tenant.Name)
		}
		scope = asked.Narrowed(g.scope)
	}
	c.redeemed = true
	if p := s.permit(a, g, scope, false); p != nil {
		return nil, p
	}
	s.lastGrant++
	g.number = s.lastGrant
	s.grants[g.number] = g
	return s.issue(a, g, scope, binding{nonce: web.nonce}), nil
}

// proveFor demands a secret of a server and refuses one from a program that cannot keep it.
func (s *Server) proveFor(a *ask, application *Application, kind platform) (proof, *catalogue.Problem) {
	_, secret, assertion := a.client()
	if kind != platformWeb && (secret != "" || assertion != "") {
		return proofNone, catalogue.Fail(700025)
	}
	return s.prove(a, application, kind == platformWeb)
}

// checkRedirect demands the redirect URI of the authorization request.
func (web *webRequest) checkRedirect(a *ask) *catalogue.Problem {
	asked := a.param("redirect_uri")
	switch {
	case asked == "" && web.explicit:
		return catalogue.Fail(700009)
	case asked != "" && asked != web.redirect:
		return catalogue.Fail(500112).With("asked", asked).With("first", web.redirect)
	}
	return nil
}

// checkVerifier compares the PKCE verifier, and holds the rules of pages with script (entra.md §8.1, §8.2).
func (web *webRequest) checkVerifier(a *ask) *catalogue.Problem {
	if p := crossOrigin(a, web.platform); p != nil {
		return p
	}
	verifier := a.param("code_verifier")
	if web.challenge == "" {
		if web.platform == platformSPA {
			return catalogue.Fail(9002325)
		}
		if verifier != "" {
			return catalogue.Fail(501481)
		}
		return nil
	}
	derived := verifier
	if web.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		derived = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if derived != web.challenge {
		return catalogue.Fail(501481)
	}
	return nil
}

// crossOrigin: a page with script sends an Origin, nobody else does (entra.md §8.1, §8.2).
func crossOrigin(a *ask, kind platform) *catalogue.Problem {
	origin := a.request.Header.Get("Origin") != ""
	switch {
	case kind == platformSPA && !origin:
		return catalogue.Fail(9002327)
	case kind != platformSPA && origin:
		return catalogue.Fail(9002326)
	}
	return nil
}

// passwordGrant is the sign-in by user name and password (RFC 6749 §4.3), which clients ask for after the user's realm; under s.mu.
func (s *Server) passwordGrant(a *ask, application *Application) (*tokenAnswer, *catalogue.Problem) {
	if a.alias.common || a.alias.consumers() {
		return nil, catalogue.Fail(9001023) // before the credentials (entra.md §6.4)
	}
	how, p := s.prove(a, application, application.NoPublicClient)
	if p != nil {
		return nil, p
	}
	for _, name := range []string{"username", "password", "scope"} {
		if !a.has(name) {
			return nil, catalogue.Fail(900144).With("name", name)
		}
	}
	scope, p := resources.Parse(a.param("scope"), application.Name, true)
	if p != nil {
		return nil, p.With("tenant", a.alias.directoryName())
	}
	u := s.directory.userOf(a.param("username"))
	if u == nil || !a.alias.admits(u) {
		return nil, catalogue.Fail(50034).With("user", a.param("username")).With("tenant", a.alias.directoryName())
	}
	g := &grant{
		user: u, application: application, scope: scope, epoch: u.epoch, signedIn: a.at, correlation: a.correlation, proof: how,
		capable: cp1(a.param("claims")),
	}
	if code := s.checkPassword(u, a.param("password"), a.at); code != 0 {
		s.logSignIn(signins.SignIn{
			Time: a.at, Tenant: u.tenant.ID, User: u.Principal, Application: application.Name, ApplicationID: application.ID,
			Resource: scope.API.Name, Address: s.address, AADSTS: code, Protocol: "ropc", CorrelationID: a.correlation, TraceID: a.trace,
		})
		return nil, catalogue.Fail(code)
	}
	if u.MFA {
		return nil, catalogue.Fail(50076).With("resource", scope.API.ID)
	}
	if p := s.permit(a, g, scope, false); p != nil {
		return nil, p
	}
	s.lastGrant++
	g.number, g.session = s.lastGrant, s.random.UUID()
	s.grants[g.number] = g
	return s.issue(a, g, scope, binding{}), nil
}
