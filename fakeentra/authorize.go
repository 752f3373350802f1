package fakeentra

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/answers"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/words"
)

// webRequest is an authorization request of a browser (entra.md §8.1): what the end of a sign-in sends back, and where to.
type webRequest struct {
	redirect  string
	platform  platform
	code      bool
	idToken   bool
	token     bool
	mode      string // query, fragment or form_post
	state     string
	hasState  bool
	nonce     string
	challenge string
	method    string // of the challenge
	prompt    string
	hint      string
	info      bool // client_info=1
	v1        bool
	capable   bool // the client understands claims challenges (cp1)
	explicit  bool // the request named its redirect URI
	admin     bool // not a sign-in: the admin consent endpoint
	adminText string
}

// Lifetimes of what a browser sign-in makes.
const (
	authCodeLifetime = 10 * time.Minute // [D] ACF (entra.md §8.1)
	pageLifetime     = 24 * time.Hour   // how long a page that is left open can be gone on with
	sessionLifetime  = 24 * time.Hour   // of the browser's session, unless it is used [I]
)

// authorizeV2 answers /oauth2/v2.0/authorize, authorizeV1 the older endpoint.
func (s *Server) authorizeV2(w http.ResponseWriter, a *ask) { s.authorize(w, a, false) }
func (s *Server) authorizeV1(w http.ResponseWriter, a *ask) { s.authorize(w, a, true) }

func (s *Server) authorize(w http.ResponseWriter, a *ask, v1 bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, p := s.readAuthorize(a, v1)
	if p != nil {
		s.refuseAuthorize(w, a, c, p)
		return
	}
	v := s.newVisit(a, c)
	if p := s.resume(a, v); p != nil {
		s.forgetVisit(v)
		s.redirectError(w, a, c.web, p)
		return
	}
	s.setVisitCookie(w, v)
	s.reply(w, a, v)
}

// refuseAuthorize answers a request that cannot go on: by a redirect if the redirect URI can be trusted, else by a page.
func (s *Server) refuseAuthorize(w http.ResponseWriter, a *ask, c *deviceCode, p *catalogue.Problem) {
	if c != nil && c.web != nil && c.web.redirect != "" {
		s.redirectError(w, a, c.web, p)
		return
	}
	s.showError(w, a, p)
}

// newVisit opens a sign-in that did not begin with a code; under s.mu.
func (s *Server) newVisit(a *ask, c *deviceCode) *visit {
	s.forgetVisits(a.at)
	v := &visit{session: base64.RawURLEncoding.EncodeToString(s.random.Bytes(32)), canary: base64.RawURLEncoding.EncodeToString(s.random.Bytes(16)), code: c, confirmed: true, askedConfirm: true}
	s.visits[v.session] = v
	return v
}

func (s *Server) forgetVisit(v *visit) { delete(s.visits, v.session) }

// forgetVisits drops sign-ins whose codes are long dead: they lead nowhere; under s.mu.
func (s *Server) forgetVisits(now time.Time) {
	for key, old := range s.visits {
		if now.Sub(old.code.expires) > keepCodes {
			delete(s.visits, key)
		}
	}
}

func (s *Server) setVisitCookie(w http.ResponseWriter, v *visit) {
	w.Header().Add("Set-Cookie", secrets.SessionCookie+"="+v.session+"; path=/; secure; HttpOnly; SameSite=None")
}

// resume looks for a session of the browser that answers without a page, or says what prompt=none hears; under s.mu.
func (s *Server) resume(a *ask, v *visit) *catalogue.Problem {
	web := v.code.web
	session := s.sessionOf(a, v.code.alias, web.hint)
	switch {
	case web.prompt == "login":
		session = nil
	case web.prompt == "select_account" && session != nil:
		v.choices = s.sessionUsers(a, v.code.alias)
		session = nil
	}
	if session == nil && web.prompt == "none" {
		return catalogue.Fail(50058)
	}
	if session != nil {
		v.user, v.account, v.passwordDone = session.user, session.user.Principal, true
		v.epoch, v.signedIn, v.mfaDone = session.epoch, session.signedIn, session.mfa
	} else if web.hint != "" && web.prompt != "select_account" {
		v.account = web.hint
		s.findAccount(a, v, web.hint)
		v.problem = ""
	}
	if v.current != pages.Error {
		s.advance(a, v)
	}
	if web.prompt != "none" || v.current == pages.Done {
		return nil
	}
	switch { // a page would be needed
	case v.current == pages.Permissions, v.current == pages.Approval:
		return catalogue.FailAs(65001, "").With("id", v.code.application.ID).With("name", v.code.application.Name).Say("consent_required")
	case v.current == pages.MFA, v.current == pages.Enrol:
		return catalogue.Fail(50076).With("resource", v.code.scope.API.ID).Say("interaction_required")
	case answers.IsNumber(v.refusal):
		return catalogue.Fail(v.refusal).With("name", v.code.application.Name).With("id", v.code.application.ID).Say("interaction_required")
	}
	return catalogue.Fail(50058)
}

// readAuthorize checks an authorization request in order: client, redirect URI, and then what a redirect can report; under s.mu.
// The request comes back, as far as it was read, for the redirect.
func (s *Server) readAuthorize(a *ask, v1 bool) (*deviceCode, *catalogue.Problem) {
	application, p := s.webClient(a)
	if p != nil {
		return nil, p
	}
	web := &webRequest{v1: v1, explicit: a.has("redirect_uri"), prompt: a.param("prompt"), hint: a.param("login_hint"), nonce: a.param("nonce")}
	if web.redirect, web.platform = application.redirectOf(a.param("redirect_uri")); web.redirect == "" {
		if !web.explicit {
			return nil, catalogue.Fail(900971)
		}
		return nil, catalogue.Fail(50011).With("redirectTerm", "redirect URI").With("replyAddress", a.param("redirect_uri")).With("identifier", application.ID)
	}
	_, web.hasState = a.either("state")
	web.state, web.mode, web.info = a.param("state"), "query", a.param("client_info") == "1"
	web.capable = cp1(a.param("claims"))
	c := &deviceCode{application: application, alias: a.alias, correlation: a.correlation, expires: a.at.Add(pageLifetime), web: web}
	if p := web.readResponse(a, application); p != nil {
		return c, p
	}
	if c.scope, p = webScope(a, application, v1); p != nil {
		return c, p.With("tenant", a.alias.directoryName())
	}
	if a.alias.consumers() && c.scope.API == resources.Exchange && c.scope.Audience != resources.Exchange.Roots[0] {
		return c, catalogue.Fail(70011).With("scope", a.param("scope"))
	}
	switch web.prompt {
	case "", "none", "login", "consent", "select_account":
	case "admin_consent":
		if v1 {
			break
		}
		fallthrough
	default:
		return c, catalogue.FailAs(90023, "prompt")
	}
	if web.idToken {
		c.scope.OpenID = true
	}
	if s.looping(a, "authorize", application) {
		return c, catalogue.Fail(50196)
	}
	return c, web.readChallenge(a)
}

// webClient finds the application of a request that came by a browser.
func (s *Server) webClient(a *ask) (*Application, *catalogue.Problem) {
	tenant, _, _ := strings.Cut(strings.TrimPrefix(a.path, "/"), "/")
	alias, p := s.resolveAlias(tenant)
	if p != nil {
		return nil, p
	}
	a.alias = alias
	if !a.has("client_id") {
		return nil, catalogue.Fail(900144).With("name", "client_id")
	}
	application, p := s.lookUpApplication(a, a.param("client_id"))
	if p != nil {
		return nil, p
	}
	if (a.alias.common || a.alias.work) && application.Audience == AudienceOneTenant {
		return nil, catalogue.Fail(50194).With("id", application.ID).With("name", application.Name)
	}
	return application, nil
}

// webScope reads what is asked for: v1 asks for a resource, v2 for scopes.
func webScope(a *ask, application *Application, v1 bool) (resources.Request, *catalogue.Problem) {
	if v1 {
		return resources.Whole(a.param("resource"))
	}
	if !a.has("scope") {
		return resources.Request{}, catalogue.Fail(900144).With("name", "scope")
	}
	return resources.Parse(a.param("scope"), application.Name, false)
}

// readResponse reads response_type and response_mode (entra.md §1.2, §8.1).
func (web *webRequest) readResponse(a *ask, application *Application) *catalogue.Problem {
	mode := a.param("response_mode")
	if mode != "" && mode != "query" && mode != "fragment" && mode != "form_post" {
		return catalogue.FailAs(90023, "mode")
	}
	if mode != "" {
		web.mode = mode // where even the next errors go
	}
	kind := a.param("response_type")
	if kind == "" {
		return catalogue.Fail(900144).With("name", "response_type")
	}
	for _, word := range strings.Fields(kind) {
		switch word {
		case "code":
			web.code = true
		case "id_token":
			web.idToken = true
		case "token":
			web.token = true
		default:
			return catalogue.Fail(70005).With("type", word)
		}
	}
	if mode == "" && (web.idToken || web.token) {
		web.mode = "fragment"
	}
	switch {
	case web.mode == "query" && (web.idToken || web.token):
		return catalogue.Fail(70007)
	case web.idToken && !application.IDTokens:
		return catalogue.Fail(700054)
	case web.token && !application.AccessTokens:
		return catalogue.Fail(700051)
	case web.idToken && web.nonce == "":
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
func (web *webRequest) readChallenge(a *ask) *catalogue.Problem {
	web.challenge, web.method = a.param("code_challenge"), a.param("code_challenge_method")
	switch {
	case web.challenge == "":
		return nil
	case len(web.challenge) < shortestChallenge || len(web.challenge) > longestChallenge:
		return catalogue.Fail(501491)
	}
	switch web.method {
	case "":
		web.method = "plain"
	case "plain", "S256":
	default:
		return catalogue.Fail(9002313).Say("invalid_request")
	}
	return nil
}

// either finds a parameter and tells whether it came at all.
func (a *ask) either(name string) (string, bool) {
	if v, ok := a.form[name]; ok {
		return v, true
	}
	v, ok := a.query[name]
	return v, ok
}

// cp1 reports whether a claims parameter says that the client understands claims challenges (entra.md §3).
func cp1(claims string) bool {
	if claims == "" {
		return false
	}
	var c struct {
		AccessToken struct {
			XMSCC struct {
				Values []string `json:"values"`
			} `json:"xms_cc"`
		} `json:"access_token"`
	}
	return json.Unmarshal([]byte(claims), &c) == nil && words.Contain(c.AccessToken.XMSCC.Values, "cp1")
}
