// Package oauth signs a device in by the OAuth 2.0 device authorization grant (RFC 8628) and refreshes its tokens (RFC
// 6749 §6), against Microsoft Entra ID's v2.0 endpoints.
//
// The loop is our own, so that time is the device's. Every failure is one [*outcome.Outcome]; answers are read as if
// the server were hostile. No token is ever part of an error.
package oauth
