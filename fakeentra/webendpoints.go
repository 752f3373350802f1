package fakeentra

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/texts"
)

// kerberos answers what is no Kerberos message; tickets are not simulated.
func (s *Server) kerberos(w http.ResponseWriter, a *ask) {
	s.answerError(w, a, catalogue.Fail(9002313).Say("invalid_request"))
}

// userInfo answers with what an access token for Microsoft Graph tells of its bearer ([D] userinfo.md).
func (s *Server) userInfo(w http.ResponseWriter, a *ask) {
	text, ok := strings.CutPrefix(a.request.Header.Get("Authorization"), "Bearer ")
	var claims struct {
		jwt.Claims
		Name   string `json:"name"`
		UPN    string `json:"upn"`
		Given  string `json:"given_name"`
		Family string `json:"family_name"`
	}
	valid := false
	if token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256}); ok && err == nil {
		valid = token.Claims(&signing.Organizations().Private.PublicKey, &claims) == nil && claims.Expiry != nil && a.at.Before(claims.Expiry.Time()) &&
			(claims.Audience.Contains(resources.Graph.Audience) || claims.Audience.Contains(resources.Graph.ID)) && !s.Expired(text)
	}
	s.setHeaders(w, a)
	if !valid {
		w.Header()["WWW-Authenticate"] = []string{`Bearer realm="", authorization_uri="https://` + a.authority + `/common/oauth2/authorize", client_id="` + resources.Graph.ID + `"`}
		inner := ordered.New(200).Text("code", "InvalidAuthenticationToken").Text("message", "Access token is empty or is not for this resource.")
		write(w, http.StatusUnauthorized, ordered.New(300).Nested("error", inner).Bytes())
		return
	}
	o := ordered.New(400).Text("sub", claims.Subject).Text("name", claims.Name)
	if claims.Family != "" {
		o.Text("family_name", claims.Family)
	}
	o.Text("given_name", claims.Given).Text("picture", "https://graph.microsoft.com/v1.0/me/photo/$value").Text("email", claims.UPN)
	write(w, http.StatusOK, o.Bytes())
}

// userRealm says how a name signs in, for clients with a password (entra.md §1.5); nobody here is federated. Form: MSAL.go's decoder.
func (s *Server) userRealm(w http.ResponseWriter, a *ask) {
	_, name, _ := strings.Cut(a.path, "/UserRealm/")
	_, domain, _ := strings.Cut(name, "@")
	s.mu.Lock()
	known := s.directory.byDomain[strings.ToLower(domain)] != nil
	s.mu.Unlock()
	o := ordered.New(250).Text("ver", "1.0")
	if known {
		o.Text("account_type", "Managed").Text("domain_name", domain)
	} else {
		o.Text("account_type", "Unknown")
	}
	o.Text("cloud_instance_name", "microsoftonline.com").Text("cloud_audience_urn", "urn:federation:MicrosoftOnline")
	s.setHeaders(w, a)
	write(w, http.StatusOK, o.Bytes())
}

// credentialType answers what the sign-in page itself asks: whether a name exists and how it signs in [I].
func (s *Server) credentialType(w http.ResponseWriter, a *ask) {
	var asked struct {
		Username string `json:"username"`
	}
	if json.Unmarshal(a.raw, &asked) != nil || asked.Username == "" {
		s.answerError(w, a, catalogue.Fail(90014).With("name", "username"))
		return
	}
	s.mu.Lock()
	u := s.directory.userOf(asked.Username)
	s.mu.Unlock()
	exists := int64(1)
	if u != nil {
		exists = 0
	}
	o := ordered.New(500).Text("Username", asked.Username).Text("Display", asked.Username).Number("IfExistsResult", exists)
	o.Boolean("IsUnmanaged", false).Number("ThrottleStatus", 0)
	o.Nested("Credentials", ordered.New(100).Number("PrefCredential", 1).Boolean("HasPassword", u != nil && !u.NoPassword))
	o.Nested("EstsProperties", ordered.New(50).Number("DomainType", 3)).Boolean("IsSignupDisallowed", true)
	s.setHeaders(w, a)
	write(w, http.StatusOK, o.Bytes())
}

func (s *Server) adminConsentV2(w http.ResponseWriter, a *ask) { s.adminConsent(w, a, false) }
func (s *Server) adminConsentV1(w http.ResponseWriter, a *ask) { s.adminConsent(w, a, true) }

// adminConsent lets an administrator consent for the organization (entra.md §6.2). v1 asks for what the application has registered;
// here that is sending mail.
func (s *Server) adminConsent(w http.ResponseWriter, a *ask, v1 bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, p := s.readAdminConsent(a, v1)
	if p != nil {
		s.refuseAuthorize(w, a, c, p)
		return
	}
	v := s.newVisit(a, c)
	if session := s.sessionOf(a, c.alias, ""); session != nil {
		v.user, v.account, v.passwordDone = session.user, session.user.Principal, true
		v.epoch, v.signedIn, v.mfaDone = session.epoch, session.signedIn, session.mfa
	}
	s.advance(a, v)
	s.setVisitCookie(w, v)
	s.reply(w, a, v)
}

func (s *Server) readAdminConsent(a *ask, v1 bool) (*deviceCode, *catalogue.Problem) {
	application, p := s.webClient(a)
	if p != nil {
		return nil, p
	}
	if a.alias.consumers() {
		return nil, catalogue.Fail(90130).With("appConstant", "Application").With("appId", application.ID).With("appName", application.Name)
	}
	web := &webRequest{mode: "query", admin: true, prompt: "consent", state: a.param("state"), adminText: a.param("scope")}
	_, web.hasState = a.either("state")
	if web.redirect, web.platform = application.redirectOf(a.param("redirect_uri")); web.redirect == "" {
		return nil, catalogue.Fail(50011).With("redirectTerm", "redirect URI").With("replyAddress", a.param("redirect_uri")).With("identifier", application.ID)
	}
	c := &deviceCode{application: application, alias: a.alias, correlation: a.correlation, expires: a.at.Add(pageLifetime), web: web}
	c.alias.common, c.alias.work = false, c.alias.common || c.alias.work // an organization's matter
	if v1 || web.adminText == "" {
		c.scope, p = resources.Whole(resources.Exchange.Audience)
	} else {
		c.scope, p = resources.Parse(web.adminText, application.Name, false)
	}
	if p != nil {
		return c, p.With("tenant", a.alias.directoryName())
	}
	return c, nil
}

// Authorize goes through an authorization request as a person would who says yes to everything, in a browser of its own: the address
// is what a client opens, the answer is the address that the browser is sent back to (by form_post: with the posted values as query).
// What a page would refuse is refused, with a [*Refusal].
func (s *Server) Authorize(address, principal string) (redirect string, err error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("fakeentra: authorize: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.read(request)
	c, p := s.readAuthorize(a, !strings.Contains(a.path, "/v2.0/"))
	if p != nil {
		if c != nil && c.web != nil && c.web.redirect != "" {
			w := &discarded{header: http.Header{}}
			c.web.mode = strings.Replace(c.web.mode, "form_post", "query", 1)
			s.redirectError(w, a, c.web, p)
			return w.Header().Get("Location"), nil
		}
		return "", &Refusal{AADSTS: p.Row.Code, Page: texts.Say(texts.ErrorTitle), Text: p.Sentence()}
	}
	who := s.directory.userOf(principal)
	if who == nil {
		return "", fmt.Errorf("fakeentra: there is no user %q", principal)
	}
	v := s.newVisit(a, c)
	defer s.forgetVisit(v)
	v.user, v.account, v.passwordDone, v.epoch, v.signedIn = who, who.Principal, true, who.epoch, a.at
	if err := s.approveAll(a, v); err != nil {
		return "", err
	}
	w := &discarded{header: http.Header{}}
	c.web.mode = strings.Replace(c.web.mode, "form_post", "query", 1)
	s.redirect(w, a, c.web, s.success(a, v, s.random.UUID()))
	return w.Header().Get("Location"), nil
}

// discarded is a http.ResponseWriter of which only the header is looked at.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d *discarded) WriteHeader(int)             {}
