package discovery

import (
	"net/http"

	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/wire"
)

// ConfigurationV1 is the older discovery document: [D] v2-protocols-oidc.md, the same fields as far as v1 has them [I].
func (e *Endpoint) ConfigurationV1(w http.ResponseWriter, a *wire.Request) {
	e.send(w, a, "configuration of v1", configurationV1)
}

func configurationV1(a *wire.Request) []byte {
	base := a.Link("/" + a.Alias.Text)
	tenantID := "{tenantid}"
	if a.Alias.Tenant != 0 {
		tenantID = a.Alias.ID
	}
	o := ordered.New(1500)
	o.Text("token_endpoint", base+"/oauth2/token")
	o.Texts("token_endpoint_auth_methods_supported", "client_secret_post", "private_key_jwt", "client_secret_basic")
	o.Text("jwks_uri", a.Link("/common/discovery/keys"))
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
	o.Texts(
		"claims_supported", "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
		"msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name",
		"nickname",
	)
	return o.Bytes()
}
