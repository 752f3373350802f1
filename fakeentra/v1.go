package fakeentra

import (
	"net/http"
	"strconv"
	"time"

	"mfpsim/fakeentra/internal/ordered"
)

// The v1 endpoints still answer (entra.md §1.1): a resource in place of scopes, numbers as strings, other error words.

func (s *Server) deviceCodeV1(w http.ResponseWriter, a *ask) {
	a.v1 = true
	s.deviceCode(w, a)
}

func (s *Server) tokenV1(w http.ResponseWriter, a *ask) {
	a.v1 = true
	s.token(w, a)
}

// timesV1 writes the v1 form of a token's life: strings, and when it begins and ends ([C] MSAL.NET TestConstants, TokenResponseJson).
func (t *tokenAnswer) timesV1(o *ordered.Object) {
	seconds := strconv.FormatInt(t.seconds, 10)
	o.Text("expires_in", seconds).Text("ext_expires_in", seconds)
	o.Text("expires_on", strconv.FormatInt(t.at.Add(time.Duration(t.seconds)*time.Second).Unix(), 10))
	o.Text("not_before", strconv.FormatInt(t.at.Add(-issuedEarly).Unix(), 10))
	o.Text("resource", t.resource)
}

// deviceAnswerV1 is the first answer of the v1 device flow: verification_url, numbers as strings [I: recalled from scripts].
func deviceAnswerV1(c *deviceCode, verification string, life, interval time.Duration) []byte {
	o := ordered.New(700)
	o.Text("user_code", c.user).Text("device_code", c.device).Text("verification_url", verification)
	o.Text("expires_in", strconv.FormatInt(int64(life/time.Second), 10)).Text("interval", strconv.FormatInt(int64(interval/time.Second), 10))
	o.Text("message", deviceMessage(c, verification))
	return o.Bytes()
}

// configurationV1 is the older discovery document: [D] v2-protocols-oidc.md, the same fields as far as v1 has them [I].
func (s *Server) configurationV1(w http.ResponseWriter, a *ask) {
	base := a.link("/" + a.alias.text)
	tenantID := "{tenantid}"
	if a.alias.tenant != nil {
		tenantID = a.alias.tenant.ID
	}
	o := ordered.New(1500)
	o.Text("token_endpoint", base+"/oauth2/token")
	o.Texts("token_endpoint_auth_methods_supported", "client_secret_post", "private_key_jwt", "client_secret_basic")
	o.Text("jwks_uri", a.link("/common/discovery/keys"))
	o.Texts("response_modes_supported", "query", "fragment", "form_post")
	o.Texts("subject_types_supported", "pairwise")
	o.Texts("id_token_signing_alg_values_supported", "RS256")
	o.Texts("response_types_supported", "code", "id_token", "code id_token", "token id_token", "token")
	o.Texts("scopes_supported", "openid")
	o.Text("issuer", "https://sts.windows.net/"+tenantID+"/")
	o.Boolean("microsoft_multi_refresh_token", true)
	o.Text("authorization_endpoint", base+"/oauth2/authorize")
	o.Text("device_authorization_endpoint", base+"/oauth2/devicecode")
	o.Boolean("http_logout_supported", true).Boolean("frontchannel_logout_supported", true)
	o.Text("end_session_endpoint", base+"/oauth2/logout")
	o.Texts("claims_supported", "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
		"msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name", "nickname")
	s.setDiscoveryHeaders(w, a)
	write(w, http.StatusOK, o.Bytes())
}
