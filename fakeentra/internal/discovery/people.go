package discovery

import (
	"encoding/json"
	"net/http"
	"strings"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/wire"
)

// Kerberos answers what is no Kerberos message; tickets are not simulated.
func (e *Endpoint) Kerberos(w http.ResponseWriter, a *wire.Request) {
	e.Front.AnswerError(w, a, catalogue.Fail(9002313).Say("invalid_request"))
}

// UserInfo answers with what an access token for Microsoft Graph tells of its bearer ([D] userinfo.md).
func (e *Endpoint) UserInfo(w http.ResponseWriter, a *wire.Request) {
	text, ok := strings.CutPrefix(a.HTTP.Header.Get("Authorization"), "Bearer ")
	var claims struct {
		jwt.Claims
		Name   string `json:"name"`
		UPN    string `json:"upn"`
		Given  string `json:"given_name"`
		Family string `json:"family_name"`
	}
	valid := false
	if token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256}); ok && err == nil {
		valid = token.Claims(&signing.Organizations().Private.PublicKey, &claims) == nil && claims.Expiry != nil &&
			a.At.Before(claims.Expiry.Time()) &&
			(claims.Audience.Contains(resources.Graph.Audience) || claims.Audience.Contains(resources.Graph.ID)) &&
			!e.Mint.Expired(text, e.Front.Now())
	}
	e.Front.SetHeaders(w, a)
	if !valid {
		w.Header()["WWW-Authenticate"] = []string{`Bearer realm="", authorization_uri="https://` + a.Authority +
			`/common/oauth2/authorize", client_id="` + resources.Graph.ID + `"`}
		inner := ordered.New(200).Text("code", "InvalidAuthenticationToken").
			Text("message", "Access token is empty or is not for this resource.")
		wire.Write(w, http.StatusUnauthorized, ordered.New(300).Nested("error", inner).Bytes())
		return
	}
	o := ordered.New(400).Text("sub", claims.Subject).Text("name", claims.Name)
	if claims.Family != "" {
		o.Text("family_name", claims.Family)
	}
	o.Text("given_name", claims.Given).Text("picture", "https://graph.microsoft.com/v1.0/me/photo/$value").
		Text("email", claims.UPN)
	wire.Write(w, http.StatusOK, o.Bytes())
}

// UserRealm says how a name signs in, for clients with a password (docs/reference/entra.md §1.5); nobody here is
// federated. Form: MSAL.go's decoder.
func (e *Endpoint) UserRealm(w http.ResponseWriter, a *wire.Request) {
	_, name, _ := strings.Cut(a.Path, "/UserRealm/")
	_, domain, _ := strings.Cut(name, "@")
	_, known := e.Directory.HomeAt(domain)
	o := ordered.New(250).Text("ver", "1.0")
	if known {
		o.Text("account_type", "Managed").Text("domain_name", domain)
	} else {
		o.Text("account_type", "Unknown")
	}
	o.Text("cloud_instance_name", "microsoftonline.com").Text("cloud_audience_urn", "urn:federation:MicrosoftOnline")
	e.Front.SetHeaders(w, a)
	wire.Write(w, http.StatusOK, o.Bytes())
}

// CredentialType answers what the sign-in page itself asks: whether a name exists and how it signs in [I].
func (e *Endpoint) CredentialType(w http.ResponseWriter, a *wire.Request) {
	var asked struct {
		Username string `json:"username"`
	}
	if json.Unmarshal(a.Raw, &asked) != nil || asked.Username == "" {
		e.Front.AnswerError(w, a, catalogue.Fail(90014).With("name", "username"))
		return
	}
	u, known := e.Directory.Account(asked.Username)
	exists := int64(1)
	if known {
		exists = 0
	}
	o := ordered.New(
		500,
	).Text(
		"Username", asked.Username,
	).Text(
		"Display", asked.Username,
	).Number(
		"IfExistsResult", exists,
	)
	o.Boolean("IsUnmanaged", false).Number("ThrottleStatus", 0)
	o.Nested("Credentials", ordered.New(100).Number("PrefCredential", 1).
		Boolean("HasPassword", known && !u.PasswordMissing))
	o.Nested("EstsProperties", ordered.New(50).Number("DomainType", 3)).Boolean("IsSignupDisallowed", true)
	e.Front.SetHeaders(w, a)
	wire.Write(w, http.StatusOK, o.Bytes())
}
