package endpoints

import "net/http"

// webRows are the endpoints beside the device flow's.
func webRows() []Endpoint {
	get, post, both := []string{http.MethodGet}, []string{http.MethodPost}, []string{http.MethodGet, http.MethodPost}
	browser := []string{"TestACodeIsRedeemed"}
	return []Endpoint{
		{
			Name: "authorize", Path: "/{tenant}/oauth2/v2.0/authorize", Kind: Page, Methods: both,
			Advertised: "authorization_endpoint", Tag: "C", Source: "AZJS-dev", Tests: browser,
		},
		{
			Name: "logout", Path: "/{tenant}/oauth2/v2.0/logout", Kind: Page, Methods: both, Advertised: "end_session_endpoint",
			Tag: "C", Source: "AZJS-dev", Tests: []string{"TestLogoutEndsTheBrowsersSessionAndNoToken"},
		},
		{
			Name: "kerberos", Path: "/{tenant}/kerberos", Kind: Protocol, Methods: post, Advertised: "kerberos_endpoint", Tag: "C",
			Source: "AZJS-dev; what it answers was never captured",
			Tests:  []string{"TestEveryAdvertisedEndpointAnswers"},
		},
		{
			Name: "userinfo", Path: "/oidc/userinfo", Kind: Protocol, Methods: both, Advertised: "userinfo_endpoint",
			Tag: "C", Source: "AZJS-dev", Tests: []string{"TestUserInfo"},
		},
		{
			Name: "adminconsent", Path: "/{tenant}/v2.0/adminconsent", Kind: Page, Methods: get, Tag: "D",
			Source: "v2-admin-consent.md", Tests: []string{"TestAdminConsent"},
		},
		{
			Name: "adminconsent", Path: "/{tenant}/adminconsent", Kind: Page, Methods: get, Tag: "D", Source: "grant-admin-consent.md",
			Tests: []string{"TestAdminConsent"},
		},
		{
			Name: "devicecode", Path: "/{tenant}/oauth2/devicecode", Kind: Protocol, Methods: both, Tag: "R",
			Source: "public log: a script with pasted answers, 2021-05-03", Tests: []string{"TestTheOlderEndpoints"},
		},
		{
			Name: "token", Path: "/{tenant}/oauth2/token", Kind: Protocol, Methods: post, Tag: "R",
			Source: "public log: a script with pasted answers, 2021-05-03", Tests: []string{"TestTheOlderEndpoints"},
		},
		{
			Name: "authorize", Path: "/{tenant}/oauth2/authorize", Kind: Page, Methods: both, Tag: "D", Source: "v1 of ACF",
			Tests: []string{"TestTheOlderEndpoints"},
		},
		{
			Name: "logout", Path: "/{tenant}/oauth2/logout", Kind: Page, Methods: both, Tag: "D",
			Source: "v1 of v2-protocols-oidc.md", Tests: []string{"TestLogoutEndsTheBrowsersSessionAndNoToken"},
		},
		{
			Name: "openid-configuration", Path: "/{tenant}/.well-known/openid-configuration", Kind: Protocol, Tag: "D",
			Source: "v2-protocols-oidc.md", Tests: []string{"TestEveryAdvertisedEndpointAnswers"},
		},
		{
			Name: "user-realm", Path: "/{tenant}/UserRealm/{name}", Kind: Protocol, Methods: get, Tag: "C",
			Source: "client source, MSAL.go oauth.go l.217", Tests: []string{"TestTheRealmOfAUser"},
		},
		{
			Name: "credential-type", Path: "/common/GetCredentialType", Kind: Protocol, Methods: post, Tag: "I",
			Source: "widely known, not captured", Tests: []string{"TestTheRealmOfAUser"},
		},
	}
}
