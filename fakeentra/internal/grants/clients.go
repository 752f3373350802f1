package grants

import (
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
	"mfpsim/fakeentra/internal/words"
)

// assertionType is the client_assertion_type of a signed assertion (RFC 7523 §2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// prove checks a client's secret or assertion; tokens.ProofNone if it came with neither. needed refuses that
// (docs/reference/entra.md §6.4).
func prove(a *wire.Request, application directory.Application, needed bool) (tokens.Proof, *catalogue.Problem) {
	_, secret, assertion := a.Client()
	switch {
	case secret == "" && assertion == "" && needed:
		return tokens.ProofNone, catalogue.Fail(7000218)
	case secret == "" && assertion == "":
		return tokens.ProofNone, nil
	case !application.HasCredentials():
		return tokens.ProofNone, catalogue.Fail(700025)
	case assertion != "":
		return proveByAssertion(a, application, assertion)
	}
	for _, known := range application.Secrets {
		if known.Value.Reveal() != secret {
			continue
		}
		if !known.Expires.IsZero() && !a.At.Before(known.Expires) {
			return tokens.ProofNone, catalogue.Fail(7000222).With("identifier", application.ID)
		}
		return tokens.ProofSecret, nil
	}
	return tokens.ProofNone, catalogue.Fail(7000215).With("identifier", application.ID)
}

// proveByAssertion checks a signed assertion (RFC 7523 §3): signature, issuer and subject, audience, life.
func proveByAssertion(
	a *wire.Request, application directory.Application, text string,
) (tokens.Proof, *catalogue.Problem) {
	if a.Param("client_assertion_type") != assertionType {
		return tokens.ProofNone, catalogue.Fail(900144).With("name", "client_assertion_type")
	}
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256, jose.PS256})
	if err != nil {
		return tokens.ProofNone, catalogue.Fail(50027)
	}
	var claims jwt.Claims
	verified := false
	for _, key := range application.Keys {
		verified = verified || token.Claims(key.Key, &claims) == nil
	}
	if !verified {
		return tokens.ProofNone, catalogue.Fail(700027)
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(a.Path, "/"), "/")
	here := false
	for _, path := range []string{a.Path, "/" + tenant + "/v2.0"} {
		here = here || claims.Audience.Contains("https://"+a.Authority+path) || claims.Audience.Contains(a.Link(path))
	}
	switch {
	case claims.Issuer != application.ID || claims.Subject != application.ID:
		return tokens.ProofNone, catalogue.Fail(700021)
	case !here:
		return tokens.ProofNone, catalogue.Fail(700023)
	case claims.Expiry == nil || !a.At.Before(claims.Expiry.Time()) ||
		claims.NotBefore != nil && a.At.Before(claims.NotBefore.Time().Add(-tokens.IssuedEarly)):
		return tokens.ProofNone, outOfTime(claims, a.At)
	}
	return tokens.ProofAssertion, nil
}

// outOfTime is the refusal of an assertion that is not valid now.
func outOfTime(claims jwt.Claims, at time.Time) *catalogue.Problem {
	p := catalogue.Fail(700024).With("now", catalogue.SevenDigits(at))
	for word, moment := range map[string]*jwt.NumericDate{"validFrom": claims.NotBefore, "expires": claims.Expiry} {
		if moment != nil {
			p = p.With(word, catalogue.SevenDigits(moment.Time()))
		}
	}
	return p
}

// clientCredentials answers an application that asks in its own name (RFC 6749 §4.4). There is no refresh token.
func (e *Endpoint) clientCredentials(
	a *wire.Request, application directory.Application,
) (*tokens.Answer, *catalogue.Problem) {
	how, p := prove(a, application, true)
	if p != nil {
		return nil, p
	}
	scope, p := applicationScope(a, e.Directory.Resources())
	if p != nil {
		return nil, p.With("tenant", e.tenantName(a))
	}
	sp, known := e.Directory.ServicePrincipal(a.Alias.Tenant, application.ID)
	row := signinlog.SignIn{
		Time: a.At, Tenant: a.Alias.ID, Application: application.Name, ApplicationID: application.ID,
		Resource: scope.API.Name, Address: e.Places.Device().Address, Protocol: "clientCredentials",
		CorrelationID: a.Correlation, TraceID: a.Trace,
	}
	switch {
	case !known:
		p = catalogue.Fail(700016).With("id", application.ID).With("tenant", a.Alias.DirectoryName())
	case sp.State == directory.Disabled:
		p = catalogue.Fail(7000112).With("id", application.ID).With("name", application.Name)
	}
	if p != nil {
		row.AADSTS, row.Reason = p.Row.Code, p.Sentence()
		e.Log.Add(row)
		return nil, p
	}
	e.Log.Add(row)
	return e.Mint.Application(a, application, sp, scope, how), nil
}

// applicationScope reads what an application asks for in its own name: the whole of one resource.
func applicationScope(a *wire.Request, known *resources.Table) (resources.Request, *catalogue.Problem) {
	if a.V1 {
		return known.Whole(a.Param("resource"))
	}
	text := a.Param("scope")
	if text == "" {
		return resources.Request{}, catalogue.Fail(900144).With("name", "scope")
	}
	var asked []string
	for _, word := range strings.Fields(text) {
		// MSAL.go adds them here too
		if !words.Contain([]string{"openid", "profile", "offline_access", "email"}, word) {
			asked = append(asked, word)
		}
	}
	root, ok := strings.CutSuffix(strings.Join(asked, " "), "/.default")
	if !ok || len(asked) != 1 {
		return resources.Request{}, catalogue.Fail(1002012).With("scope", text)
	}
	return known.Whole(root)
}
