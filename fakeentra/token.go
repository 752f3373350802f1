package fakeentra

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/signins"
	"mfpsim/faultnet"
)

// deviceGrant is the device code grant's name (RFC 8628 §3.4).
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// grantDeviceCode are the two names of the device code grant: RFC 8628's and the old short one, still accepted (AZJS-dev).
var grantDeviceCode = map[string]bool{deviceGrant: true, "device_code": true}

// token answers the token endpoint. State is read and changed under the lock; signatures are made after the turn.
func (s *Server) token(w http.ResponseWriter, a *ask) {
	s.mu.Lock()
	answer, p := s.exchange(a)
	s.mu.Unlock()
	if p != nil {
		if a.v1 {
			p.InV1()
		}
		s.answerError(w, a, p)
		return
	}
	body, slots := answer.body()
	s.setHeaders(w, a)
	if a.telemetry {
		w.Header()["x-ms-clitelem"] = []string{"1,0,0,,"}
	}
	s.sendSigned(w, http.StatusOK, body, slots)
}

// The grants that the token endpoint knows, beside the device code's two names.
const (
	grantRefresh     = "refresh_token"
	grantCode        = "authorization_code"
	grantCredentials = "client_credentials"
	grantPassword    = "password"
)

// Grants returns the grants of the token endpoint, by the names that clients send.
func Grants() []string {
	return []string{grantCode, grantCredentials, "device_code", grantPassword, grantRefresh, deviceGrant}
}

// exchange checks a token request in order: grant type, client, parameters of the grant, the grant; under s.mu.
func (s *Server) exchange(a *ask) (*tokenAnswer, *catalogue.Problem) {
	kind := a.param("grant_type")
	if kind == "" {
		return nil, catalogue.Fail(900144).With("name", "grant_type")
	}
	if !slices.Contains(Grants(), kind) {
		return nil, catalogue.Fail(70003).With("grant", kind)
	}
	id, _, _ := a.client()
	if id == "" {
		return nil, catalogue.Fail(900144).With("name", "client_id")
	}
	application, p := s.lookUpApplication(a, id)
	if p != nil {
		return nil, p
	}
	if s.looping(a, kind, application) {
		return nil, catalogue.Fail(50196)
	}
	switch kind {
	case grantCode:
		return s.redeemCode(a, application)
	case grantCredentials:
		return s.clientCredentials(a, application)
	case grantPassword:
		return s.passwordGrant(a, application)
	case grantRefresh:
		return s.refresh(a, application)
	}
	how, p := s.prove(a, application, false)
	if p != nil {
		return nil, p
	}
	g, p := s.poll(a, application, how)
	if p != nil {
		return nil, p
	}
	return s.issue(a, g, g.scope, binding{}), nil
}

// refresh redeems a refresh token (entra.md §4); under s.mu. Each use gives a new one; the old one stays good.
func (s *Server) refresh(a *ask, application *Application) (*tokenAnswer, *catalogue.Problem) {
	text := a.param("refresh_token")
	if text == "" {
		return nil, catalogue.Fail(900144).With("name", "refresh_token")
	}
	number, issued, at, ok := s.readRefreshToken(text)
	g := s.grants[number]
	if !ok || g == nil {
		if a.alias.consumers() {
			return nil, catalogue.FailAs(70000, "consumers")
		}
		return nil, catalogue.Fail(9002313)
	}
	if g.application != application {
		return nil, catalogue.Fail(70000)
	}
	if p := s.redeemer(a, g); p != nil {
		return nil, p
	}
	switch {
	case g.platform == platformSPA && a.at.Sub(g.signedIn) >= spaLifetime:
		return nil, catalogue.Fail(700084).With("time", dotNetSpan(spaLifetime))
	case !a.alias.admits(g.user) && a.alias.tenant != nil && !a.alias.tenant.Personal && !g.user.Personal:
		return nil, catalogue.Fail(50020).With("user", g.user.Principal).With("idp", "https://sts.windows.net/"+g.user.tenant.ID+"/").
			With("tenant", a.alias.tenant.Name).With("id", application.ID).With("name", application.Name)
	case !a.alias.admits(g.user):
		return nil, catalogue.Fail(9002313)
	case a.at.Sub(at) >= s.config.RefreshTokenLifetime || issued <= s.refreshMark:
		p := catalogue.Fail(700082).With("issued", catalogue.SevenDigits(at)).With("idle", dotNetSpan(s.config.RefreshTokenLifetime))
		s.logSignIn(signins.SignIn{
			Time: a.at, Tenant: g.user.tenant.ID, User: g.user.Principal, Application: application.Name, ApplicationID: application.ID,
			Resource: g.scope.API.Name, Address: s.address, AADSTS: 700082, Protocol: protocolOf(g.flow), Transfer: g.flow,
			CorrelationID: a.correlation, TraceID: a.trace,
		})
		if g.user.Personal {
			p = personal(p)
		}
		return nil, p
	}
	scope := g.scope
	if a.has("scope") && !a.v1 {
		asked, p := resources.Parse(a.param("scope"), application.Name, true)
		if p != nil {
			return nil, p.With("tenant", g.user.tenant.Name)
		}
		scope = asked.Narrowed(g.scope)
	}
	if a.v1 && a.has("resource") {
		asked, p := resources.Whole(a.param("resource"))
		if p != nil {
			return nil, p.With("tenant", g.user.tenant.Name)
		}
		scope = asked
	}
	scope.Offline = true // a refresh token is answered by a refresh token
	if p := s.permit(a, g, scope, true); p != nil {
		return nil, p
	}
	return s.issue(a, g, scope, binding{}), nil
}

// redeemer checks who presents a refresh token: a server shows its secret, a page with script its origin (entra.md §8.2).
func (s *Server) redeemer(a *ask, g *grant) *catalogue.Problem {
	if g.platform != platformNone {
		if p := crossOrigin(a, g.platform); p != nil {
			return p
		}
	}
	how, p := s.prove(a, g.application, g.proof != proofNone || g.application.NoPublicClient)
	if p == nil {
		g.proof = how
	}
	return p
}

// dotNetSpan writes a duration as "90.00:00:00" (captured, azure-cli#23105).
func dotNetSpan(d time.Duration) string {
	clock := time.Unix(0, 0).UTC().Add(d % (24 * time.Hour)).Format("15:04:05")
	if d < 24*time.Hour {
		return clock
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + "." + clock
}

// tokenAnswer is a success in the making: all that was drawn and decided, not yet signed.
type tokenAnswer struct {
	scope      string
	seconds    int64
	access     []byte // claims; nil: opaque is the token
	opaque     string
	refresh    string
	id         []byte // claims of the id_token; nil: none
	idKey      *signing.Key
	clientInfo string
	v1         bool
	at         time.Time
	resource   string // v1 names it
	bare       bool   // an application's own token: no scope
}

// issue draws everything that a success needs; under s.mu.
func (s *Server) issue(a *ask, g *grant, scope resources.Request, bound binding) *tokenAnswer {
	t := &tokenAnswer{
		scope: scope.Echo(scope.Permissions), seconds: s.lifetime(a, g), idKey: signing.Organizations(), v1: a.v1, at: a.at, resource: scope.Audience,
	}
	if a.v1 {
		t.scope = strings.Join(scope.Permissions, " ")
	}
	s.issued++
	if g.user.Personal {
		t.idKey = signing.Personal()
		t.opaque = s.makeOpaque(a, g, scope, t.seconds)
	} else {
		t.access = s.accessClaims(a, g, scope, t.seconds)
	}
	if scope.Offline {
		t.refresh = s.makeRefreshToken(g, a.at)
	}
	if scope.OpenID {
		t.id = s.idClaims(a, g, scope, bound)
	}
	if a.param("client_info") == "1" {
		t.clientInfo = clientInfo(g.user)
	}
	return t
}

// clientInfo is the home account, for libraries (entra.md §3).
func clientInfo(u *user) string {
	info := ordered.New(120)
	info.Text("uid", u.uid).Text("utid", u.tenant.ID)
	return base64.RawURLEncoding.EncodeToString(info.Bytes())
}

// Life of an access token whose client understands claims challenges: 20 to 28 hours ([D] CTL: up to 28 hours).
const (
	capableSeconds = 20 * 3600
	capableSpread  = 8 * 3600
)

// lifetime is drawn between 60 and 90 minutes; personal accounts have 3600 seconds (entra.md §3).
func (s *Server) lifetime(a *ask, g *grant) int64 {
	if s.config.AccessTokenLifetime > 0 {
		return int64(s.config.AccessTokenLifetime / time.Second)
	}
	if g.user.Personal {
		return 3600
	}
	if s.capable(a, g) {
		return capableSeconds + int64(s.random.Intn(capableSpread))
	}
	return 3600 + int64(s.random.Intn(1800))
}

// capable reports whether the client said, now or when the sign-in began, that it understands claims challenges.
func (s *Server) capable(a *ask, g *grant) bool { return g.capable || cp1(a.param("claims")) }

// body writes the answer, tokens still unsigned; key order as captured (entra.md §3).
func (t *tokenAnswer) body() ([]byte, []signing.Slot) {
	o := ordered.New(len(t.access)*2 + len(t.opaque) + len(t.refresh) + len(t.id)*2 + 1200)
	var slots []signing.Slot
	token := func(name string, key *signing.Key, header string, claims []byte) {
		start, end := o.Place(name, signing.Unsigned(header, claims))
		slots = append(slots, signing.Slot{Start: start, End: end, Key: key})
	}
	o.Text("token_type", "Bearer")
	if !t.bare {
		o.Text("scope", t.scope)
	}
	if t.v1 {
		t.timesV1(o)
	} else {
		o.Number("expires_in", t.seconds).Number("ext_expires_in", t.seconds)
	}
	if t.access != nil {
		token("access_token", signing.Organizations(), signing.Organizations().HeaderV1, t.access)
	} else {
		o.Text("access_token", t.opaque)
	}
	if t.refresh != "" {
		o.Text("refresh_token", t.refresh)
	}
	if t.id != nil {
		token("id_token", t.idKey, t.idKey.HeaderV2, t.id)
	}
	if t.clientInfo != "" {
		o.Text("client_info", t.clientInfo)
	}
	return o.Bytes(), slots
}

// sendSigned sends an answer whose tokens are signed after the turn, as many answers at a time as there are cores. A knob that
// stands between has them signed at once.
func (s *Server) sendSigned(w http.ResponseWriter, status int, body []byte, slots []signing.Slot) {
	sign := func(body []byte) {
		for _, place := range slots {
			place.Sign(body)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, place := range slots {
			s.secrets.Add(string(body[place.Start:place.End]))
		}
	}
	if later, ok := w.(faultnet.Finisher); ok {
		write(w, status, body)
		later.Finish(sign)
		return
	}
	sign(body)
	write(w, status, body)
}

// opaqueToken is what the fake remembers of an access token that says nothing itself.
type opaqueToken struct {
	claims Claims
	number uint64
}

// makeOpaque makes an access token of a personal account: not a JWT (entra.md §10); under s.mu.
func (s *Server) makeOpaque(a *ask, g *grant, scope resources.Request, seconds int64) string {
	token := "EwB" + base64.StdEncoding.EncodeToString(s.random.Bytes(702)) // captured shape EwB…, invented contents
	if s.issued%1024 == 0 {                                                 // now and then, so that issuing stays cheap
		for text, o := range s.opaque {
			if a.at.Sub(o.claims.Expires) > keepCodes {
				delete(s.opaque, text)
			}
		}
	}
	s.secrets.Add(token)
	s.opaque[token] = opaqueToken{number: s.issued, claims: Claims{
		Audience: scope.Audience, Issuer: "https://login.microsoftonline.com/" + g.user.tenant.ID + "/v2.0", Scopes: scope.Permissions,
		Principal: g.user.Principal, ObjectID: g.user.ID, Tenant: g.user.tenant.ID, ApplicationID: g.application.ID,
		IssuedAt: a.at, NotBefore: a.at, Expires: a.at.Add(time.Duration(seconds) * time.Second),
	}}
	return token
}

// Claims is what an access token says of its bearer.
type Claims struct {
	Audience      string // resource, for example https://outlook.office.com
	Issuer        string
	Scopes        []string // short names, for example SMTP.Send
	Principal     string   // the user's principal name
	ObjectID      string
	Tenant        string // tenant id
	ApplicationID string
	IssuedAt      time.Time
	NotBefore     time.Time
	Expires       time.Time
}

// Opaque returns what an access token of a personal account stands for, as Microsoft's own services know it; ok is false if
// the fake has not issued it. Tokens made void by [Server.ExpireAccessTokens] have expired.
func (s *Server) Opaque(token string) (claims Claims, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.opaque[token]
	if !ok {
		return Claims{}, false
	}
	if o.number <= s.accessMark && o.claims.Expires.After(s.now()) {
		o.claims.Expires = s.now()
	}
	return o.claims, true
}

// Expired reports whether an access token of an organization was made void by [Server.ExpireAccessTokens], although its exp
// claim lies ahead; a resource server of the bench asks beside checking the token itself.
func (s *Server) Expired(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		claims, ok := s.Opaque(token)
		return ok && !claims.Expires.After(s.now())
	}
	number, ok := s.numberOf(parts[1])
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && number <= s.accessMark
}
