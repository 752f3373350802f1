// Package oauth signs a device in by the OAuth 2.0 device authorization grant (RFC 8628), or by the authorization code
// grant with PKCE where the device shows the sign-in page itself (RFC 6749 §4.1, RFC 7636, RFC 9700), and refreshes its
// tokens (RFC 6749 §6), against Microsoft Entra ID's v2.0 endpoints or another provider's.
//
// The loop is our own, so that time is the device's. Every failure is one [*outcome.Outcome]; answers are read as if
// the server were hostile. No token is ever part of an error.
package oauth
