// Package fakeentra is a fake Microsoft Entra ID: programs that sign in to Microsoft 365 by device code can be tested against it
// unmodified and offline, with the failures that administrators meet in the field, and with the reason in a sign-in log.
//
// In a test, one line starts it; it listens on loopback with TLS and stops by itself:
//
//	entra := fakeentra.RunT(t, fakeentra.Config{})
//
// [Server.Client] reaches it under Microsoft's own host names. Outside tests, [New] and [Server.Serve] do the same.
//
// What a person does in the browser can be done on the pages, which are real HTML forms without script, or by methods:
// [Server.Approve], [Server.Decline], [Server.EnterCode]. What an administrator does is a method too: [Server.SetPolicy],
// [Server.Revoke], [Server.Disable], [Server.ChangePassword], [Server.WithdrawConsent]. What only time does has an act that needs
// no clock: [Server.ExpireAccessTokens], [Server.ExpireRefreshTokens].
//
// Every sentence that it says is a row of [Catalogue], which says whether it was captured, is documented, or is inferred.
// Signing keys are well known and embedded: its tokens are worth nothing anywhere else.
//
// It refuses what it does not simulate, loudly: status 404 and a note in the journal. Not simulated so far are the authorization
// code grant, client credentials, the v1 endpoints, and federation. Security defaults are a switch that others may read: Entra's
// own refusals under them were never captured for a device-code sign-in.
package fakeentra
