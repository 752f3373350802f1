package fakeentra

import (
	"encoding/base64"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signins"
	"mfpsim/fakeentra/internal/words"
)

// ClientSecret is a secret of an application that is not a public client.
type ClientSecret struct {
	Value   Password
	Expires time.Time // zero: never
}

// proof is how an application showed who it is: the values of the appidacr claim (entra.md §3.2).
type proof string

const (
	proofNone      proof = "0"
	proofSecret    proof = "1"
	proofAssertion proof = "2"
)

// assertionType is the client_assertion_type of a signed assertion (RFC 7523 §2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// client reads who asks: client_id in the body, or by HTTP Basic; an empty secret is none (entra.md §14).
func (a *ask) client() (id, secret, assertion string) {
	id, secret, assertion = a.param("client_id"), a.param("client_secret"), a.param("client_assertion")
	if name, password, ok := a.request.BasicAuth(); ok {
		if id == "" {
			id = name
		}
		if secret == "" {
			secret = password
		}
	}
	return id, secret, assertion
}

// confidential reports whether an application has anything to show who it is.
func (a *Application) confidential() bool {
	return a.NoPublicClient || len(a.Secrets) > 0 || len(a.Keys) > 0
}

// prove checks a client's secret or assertion; proofNone if it came with neither. needed refuses that (entra.md §6.4).
func (s *Server) prove(a *ask, application *Application, needed bool) (proof, *catalogue.Problem) {
	_, secret, assertion := a.client()
	switch {
	case secret == "" && assertion == "" && needed:
		return proofNone, catalogue.Fail(7000218)
	case secret == "" && assertion == "":
		return proofNone, nil
	case !application.confidential():
		return proofNone, catalogue.Fail(700025)
	case assertion != "":
		return s.proveByAssertion(a, application, assertion)
	}
	for _, known := range application.Secrets {
		if known.Value.Reveal() != secret {
			continue
		}
		if !known.Expires.IsZero() && !a.at.Before(known.Expires) {
			return proofNone, catalogue.Fail(7000222).With("identifier", application.ID)
		}
		return proofSecret, nil
	}
	return proofNone, catalogue.Fail(7000215)
}

// proveByAssertion checks a signed assertion (RFC 7523 §3): signature, issuer and subject, audience, life.
func (s *Server) proveByAssertion(a *ask, application *Application, text string) (proof, *catalogue.Problem) {
	if a.param("client_assertion_type") != assertionType {
		return proofNone, catalogue.Fail(900144).With("name", "client_assertion_type")
	}
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256, jose.PS256})
	if err != nil {
		return proofNone, catalogue.Fail(50027)
	}
	var claims jwt.Claims
	verified := false
	for _, key := range application.Keys {
		verified = verified || token.Claims(key.Key, &claims) == nil
	}
	if !verified {
		return proofNone, catalogue.Fail(700027)
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(a.path, "/"), "/")
	here := false
	for _, path := range []string{a.path, "/" + tenant + "/v2.0"} {
		here = here || claims.Audience.Contains("https://"+a.authority+path) || claims.Audience.Contains(a.link(path))
	}
	switch {
	case claims.Issuer != application.ID || claims.Subject != application.ID:
		return proofNone, catalogue.Fail(700021)
	case !here:
		return proofNone, catalogue.Fail(700023)
	case claims.Expiry == nil || !a.at.Before(claims.Expiry.Time()) || claims.NotBefore != nil && a.at.Before(claims.NotBefore.Time().Add(-issuedEarly)):
		return proofNone, catalogue.Fail(700024)
	}
	return proofAssertion, nil
}

// clientCredentials answers an application that asks in its own name (RFC 6749 §4.4); under s.mu. There is no refresh token.
func (s *Server) clientCredentials(a *ask, application *Application) (*tokenAnswer, *catalogue.Problem) {
	if a.alias.common || a.alias.consumers() {
		return nil, catalogue.Fail(9001023) // before the credentials (entra.md §6.4)
	}
	if a.alias.work {
		return nil, catalogue.Fail(50059)
	}
	how, p := s.prove(a, application, true)
	if p != nil {
		return nil, p
	}
	scope, p := s.applicationScope(a)
	if p != nil {
		return nil, p.With("tenant", a.alias.directoryName())
	}
	home := a.alias.tenant
	sp := home.principals[application.ID]
	row := signins.SignIn{
		Time: a.at, Tenant: home.ID, Application: application.Name, ApplicationID: application.ID, Resource: scope.API.Name,
		Address: s.address, Protocol: "clientCredentials", CorrelationID: a.correlation, TraceID: a.trace,
	}
	switch {
	case sp == nil:
		p = catalogue.Fail(700016).With("id", application.ID).With("tenant", a.alias.directoryName())
	case sp.disabled:
		p = catalogue.Fail(7000112).With("id", application.ID).With("name", application.Name)
	}
	if p != nil {
		row.AADSTS = p.Row.Code
		s.logSignIn(row)
		return nil, p
	}
	s.logSignIn(row)
	t := &tokenAnswer{v1: a.v1, at: a.at, resource: scope.Audience, bare: true, seconds: 3599}
	if s.config.AccessTokenLifetime > 0 {
		t.seconds = int64(s.config.AccessTokenLifetime / time.Second)
	}
	s.issued++
	t.access = s.applicationClaims(a, application, home, sp, scope, how, t.seconds)
	return t, nil
}

// applicationScope reads what an application asks for in its own name: the whole of one resource.
func (s *Server) applicationScope(a *ask) (resources.Request, *catalogue.Problem) {
	if a.v1 {
		return resources.Whole(a.param("resource"))
	}
	text := a.param("scope")
	if text == "" {
		return resources.Request{}, catalogue.Fail(900144).With("name", "scope")
	}
	var asked []string
	for _, word := range strings.Fields(text) {
		if !words.Contain([]string{"openid", "profile", "offline_access", "email"}, word) { // MSAL.go adds them here too
			asked = append(asked, word)
		}
	}
	root, ok := strings.CutSuffix(strings.Join(asked, " "), "/.default")
	if !ok || len(asked) != 1 {
		return resources.Request{}, catalogue.Fail(1002012).With("scope", text)
	}
	return resources.Whole(root)
}

// applicationRoleID stands in wids of tokens that no user is behind: "the default for directory-less principals" [I].
const applicationRoleID = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"

// applicationClaims makes the claims of an app-only token: idtyp app, roles in place of scp; under s.mu.
func (s *Server) applicationClaims(a *ask, application *Application, home *tenant, sp *servicePrincipal, scope resources.Request, how proof, seconds int64) []byte {
	issued := a.at.Add(-issuedEarly).Unix()
	issuer := "https://sts.windows.net/" + home.ID + "/"
	o := ordered.New(1200)
	o.Text("aud", scope.Audience).Text("iss", issuer)
	o.Number("iat", issued).Number("nbf", issued).Number("exp", a.at.Unix()+seconds)
	o.Text("aio", base64.RawURLEncoding.EncodeToString(s.random.Bytes(33))).Text("app_displayname", application.Name).Text("appid", application.ID)
	o.Text("appidacr", string(how)).Text("idp", issuer).Text("idtyp", "app").Text("oid", sp.id)
	o.Text("rh", "1."+base64.RawURLEncoding.EncodeToString(pairwise(home.ID, application.ID)[:24])+".")
	var roles []string
	for _, role := range sp.roles {
		if name, ok := scope.API.RoleOf(role); ok {
			roles = append(roles, name)
		}
	}
	if len(roles) > 0 {
		o.Texts("roles", roles...)
	}
	o.Text("sub", sp.id).Text("tid", home.ID).Text("uti", s.uti(s.issued)).Text("ver", "1.0")
	o.Texts("wids", applicationRoleID).Number("xms_tcdt", directoryCreated)
	return o.Bytes()
}

// GrantApplicationRoles is an administrator's consent to application permissions, such as
// "https://outlook.office365.com/SMTP.SendAsApp": from then on the application's own tokens carry them. Without roles it only makes
// the application known to the tenant.
func (s *Server) GrantApplicationRoles(tenantName, applicationID string, roles ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.organization(tenantName)
	if err != nil {
		return err
	}
	application := s.directory.applications[strings.ToLower(applicationID)]
	if application == nil {
		return noApplication(applicationID)
	}
	for _, role := range roles {
		if !resources.HasRole(role) {
			return noRole(role)
		}
	}
	sp := s.principal(t, application.ID, "administrator")
	for _, role := range roles {
		if !words.Contain(sp.roles, role) {
			sp.roles = append(sp.roles, role)
			s.logAudit(t, "Add app role assignment to service principal", "administrator", application.Name, role)
		}
	}
	return nil
}
