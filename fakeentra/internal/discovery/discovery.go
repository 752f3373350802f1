// Package discovery answers what programs ask before and around a sign-in: discovery documents, keys, how a user name
// signs in, whose token it is.
package discovery

import (
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// Endpoint answers these questions.
type Endpoint struct {
	Front     *wire.Front
	Directory *directory.Directory
	Mint      *tokens.Mint

	shelf shelf
}

// Configuration answers openid-configuration: fields, order and values as recorded, AZJS-dev (2022-03-01),
// docs/reference/entra.md §1.2; what came later, and what was not there before, by its day ([wire.Days]).
func (e *Endpoint) Configuration(w http.ResponseWriter, a *wire.Request) {
	e.send(w, a, "configuration", configuration)
}

func configuration(a *wire.Request) []byte {
	base := a.Link("/" + a.Alias.Text)
	tenantID, region := "{tenantid}", ""
	if a.Alias.Tenant != 0 {
		tenantID, region = a.Alias.ID, "WW"
	}
	o := ordered.New(2000)
	o.Text("token_endpoint", base+"/oauth2/v2.0/token")
	methods := []string{"client_secret_post", "private_key_jwt", "client_secret_basic"}
	if a.Since(wire.MutualTLS) {
		methods = append(methods, "self_signed_tls_client_auth")
	}
	o.Texts("token_endpoint_auth_methods_supported", methods...)
	o.Text("jwks_uri", base+"/discovery/v2.0/keys")
	o.Texts("response_modes_supported", "query", "fragment", "form_post")
	o.Texts("subject_types_supported", "pairwise")
	o.Texts("id_token_signing_alg_values_supported", "RS256")
	if a.Since(wire.ChallengeMethods) {
		o.Texts("code_challenge_methods_supported", "plain", "S256")
	}
	o.Texts("response_types_supported", "code", "id_token", "code id_token", "id_token token")
	o.Texts("scopes_supported", "openid", "profile", "email", "offline_access")
	o.Text("issuer", "https://"+a.Authority+"/"+tenantID+"/v2.0")
	o.Boolean("request_uri_parameter_supported", false)
	// Captured under Microsoft's own name; under another one a client that follows it must not take its token to the
	// real service.
	userInfo := "https://graph.microsoft.com/oidc/userinfo"
	if a.Authority != "login.microsoftonline.com" {
		userInfo = a.Link("/oidc/userinfo")
	}
	o.Text("userinfo_endpoint", userInfo)
	o.Text("authorization_endpoint", base+"/oauth2/v2.0/authorize")
	o.Text("device_authorization_endpoint", base+"/oauth2/v2.0/devicecode")
	o.Boolean("http_logout_supported", true)
	o.Boolean("frontchannel_logout_supported", true)
	o.Text("end_session_endpoint", base+"/oauth2/v2.0/logout")
	o.Texts(
		"claims_supported", "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
		"msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver",
		"at_hash", "c_hash", "email",
	)
	if a.Since(wire.KerberosEndpoint) {
		o.Text("kerberos_endpoint", base+"/kerberos")
	}
	if a.Since(wire.MutualTLS) {
		// The members are captured, the alias is as MSAL's sources make it: a host of its own, the same path.
		alias := "https://" + hosts.MutualTLS + "/" + a.Alias.Text
		if a.Authority != "login.microsoftonline.com" {
			alias = base
		}
		o.Nested("mtls_endpoint_aliases", ordered.New(120).Text("token_endpoint", alias+"/oauth2/v2.0/token"))
		o.Boolean("tls_client_certificate_bound_access_tokens", true)
	}
	if region == "" {
		o.Null("tenant_region_scope")
	} else {
		o.Text("tenant_region_scope", region)
	}
	o.Text("cloud_instance_name", "microsoftonline.com")
	o.Text("cloud_graph_host_name", "graph.windows.net")
	o.Text("msgraph_host", "graph.microsoft.com")
	o.Text("rbac_url", "https://pas.windows.net")
	return o.Bytes()
}

// clouds are the metadata entries of instance discovery: captured, AZJS-dev (docs/reference/entra.md §1.3).
var clouds = []struct {
	network, cache string
	aliases        []string
}{
	{"login.microsoftonline.com", "login.windows.net", []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}},
	{"login.partner.microsoftonline.cn", "login.partner.microsoftonline.cn", []string{"login.partner.microsoftonline.cn", "login.chinacloudapi.cn"}},
	{"login.microsoftonline.de", "login.microsoftonline.de", []string{"login.microsoftonline.de"}},
	{"login.microsoftonline.us", "login.microsoftonline.us", []string{"login.microsoftonline.us", "login.usgovcloudapi.net"}},
	{"login-us.microsoftonline.com", "login-us.microsoftonline.com", []string{"login-us.microsoftonline.com"}},
}

// Instance answers instance discovery, which every MSAL asks first (docs/reference/entra.md §1.3).
func (e *Endpoint) Instance(w http.ResponseWriter, a *wire.Request) {
	asked := a.Query["authorization_endpoint"]
	target, err := url.Parse(asked)
	known := err == nil && target.Scheme == "https"
	if known {
		known = target.Host == a.HTTP.Host // the fake under a name of its own
		for _, c := range clouds {
			for _, alias := range c.aliases {
				known = known || strings.EqualFold(alias, target.Hostname())
			}
		}
	}
	if !known {
		e.Front.AnswerError(w, a, catalogue.Fail(50049))
		return
	}
	alias, _, _ := strings.Cut(strings.TrimPrefix(target.Path, "/"), "/")
	o := ordered.New(1200)
	o.Text("tenant_discovery_endpoint", "https://"+target.Host+"/"+alias+"/v2.0/.well-known/openid-configuration")
	o.Text("api-version", "1.1")
	var entries []*ordered.Object
	for _, c := range clouds {
		e := ordered.New(200)
		e.Text("preferred_network", c.network).Text("preferred_cache", c.cache).Texts("aliases", c.aliases...)
		entries = append(entries, e)
	}
	o.Objects("metadata", entries...)
	e.Front.SetDiscoveryHeaders(w, a)
	wire.Write(w, http.StatusOK, o.Bytes())
}

// KeysV2 answers the JWKS, KeysV1 that of the older endpoint.
func (e *Endpoint) KeysV2(w http.ResponseWriter, a *wire.Request) {
	e.send(w, a, "keys", func(a *wire.Request) []byte { return keys(a, true) })
}

// KeysV1 is described at KeysV2.
func (e *Endpoint) KeysV1(w http.ResponseWriter, a *wire.Request) {
	e.send(w, a, "keys of v1", func(a *wire.Request) []byte { return keys(a, false) })
}

// keys writes the JWKS (docs/reference/entra.md §1.4): several keys live at once; those of personal accounts name
// their issuer in full.
func keys(a *wire.Request, issuer bool) []byte {
	var list []*ordered.Object
	for _, k := range signing.Keys() {
		o := ordered.New(3000)
		o.Text("kty", "RSA").Text("use", "sig").Text("kid", k.ID).Text("x5t", k.ID)
		o.Text("n", base64.RawURLEncoding.EncodeToString(k.Private.N.Bytes())).
			Text("e", base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.Private.E)).Bytes()))
		o.Texts("x5c", base64.StdEncoding.EncodeToString(k.Certificate))
		if issuer {
			owner := "{tenantid}"
			if k == signing.Personal() {
				owner = directory.PersonalTenantID
			}
			o.Text("issuer", "https://"+a.Authority+"/"+owner+"/v2.0")
		}
		list = append(list, o)
	}
	return ordered.New(9000).Objects("keys", list...).Bytes()
}
