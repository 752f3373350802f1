package oauth

import (
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// Endpoint is an application at an identity provider.
type Endpoint struct {
	Authority string // base URL, https; with Tenant it gives the addresses of Entra's v2.0 platform
	Tenant    string
	// Addresses of a provider that is not Entra; those that are empty are Entra's.
	Addresses   oauth2.Endpoint
	Issuer      string // of a provider that is not Entra, as its metadata name it (RFC 8414 §2)
	ClientID    string
	Scopes      []string
	RedirectURI string // where the sign-in page leads back to; exactly as registered, without a query
}

// URLs returns the endpoint's addresses.
func (e Endpoint) URLs() oauth2.Endpoint {
	base := strings.TrimRight(e.Authority, "/") + "/" + url.PathEscape(e.Tenant) + "/oauth2/v2.0/"
	urls := e.Addresses
	for address, ofEntra := range map[*string]string{
		&urls.AuthURL: "authorize", &urls.DeviceAuthURL: "devicecode", &urls.TokenURL: "token",
	} {
		if *address == "" {
			*address = base + ofEntra
		}
	}
	urls.AuthStyle = oauth2.AuthStyleInParams // a public client: client_id in the form, no secret
	return urls
}

// tenantMark stands in Entra's issuer for the tenant of the person, as in the metadata of "organizations".
const tenantMark = "{tenantid}"

// issuer returns the provider's issuer identifier; Entra's has [tenantMark] in it.
func (e Endpoint) issuer() string {
	if e.Issuer != "" {
		return e.Issuer
	}
	return strings.TrimRight(e.Authority, "/") + "/" + tenantMark + "/v2.0"
}

// isIssuer reports whether a text is the provider's issuer identifier, compared as it is (RFC 9207 §2.4). tenant is the
// person's, if it is known; else any.
func (e Endpoint) isIssuer(text, tenant string) bool {
	head, tail, varies := strings.Cut(e.issuer(), tenantMark)
	if !varies {
		return text == e.issuer()
	}
	if tenant == "" {
		tenant = strings.TrimSuffix(strings.TrimPrefix(text, head), tail)
	}
	return isGUID(tenant) && text == head+tenant+tail
}
