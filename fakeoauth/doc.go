// Package fakeoauth is the authorization server of a provider that is not Microsoft, such as an Internet fax provider,
// for devices that sign in by OAuth 2.0: the device authorization grant (RFC 8628), the authorization code grant with
// PKCE (RFC 6749 §4.1, RFC 7636), refresh tokens that are good once (RFC 9700 §4.14.2).
//
//	s := fakeoauth.RunT(t, fakeoauth.Config{})
//	... the device asks https://login.fax.example.com/oauth/device_authorization for a code ...
//	err := s.Approve(userCode, fakeoauth.DefaultAccount)
//
// What it does that Entra ID does not: it sends slow_down to who polls too early, or because [Server.SlowDown] says so;
// it gives another refresh token at each refresh and takes each once, and one that comes again ends the whole sign-in;
// it says in its redirects who it is (RFC 9207).
//
// The protocol is that of a library, zitadel/oidc: routes, parameters, clients, error answers, metadata. What is
// remembered is ours, so that time is the bench's and every code and token follows from the seed. The pages are ours,
// and no provider's texts are modelled.
//
// What it refuses to be: client secrets, other grants, userinfo, several clients, single sign-on. A mail server asks it
// by [Server.Token] for whom an access token is.
package fakeoauth
