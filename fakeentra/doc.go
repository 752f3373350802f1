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
// [Server.Revoke], [Server.NewPassword], [Server.ChangeUser], [Server.ChangeServicePrincipal], [Server.WithdrawConsent]; or a
// request in the paths and shapes of Microsoft Graph, to [Server.Graph]. Conditional Access is evaluated from where person and
// device are ([Server.SetBrowserSource], [Server.SetDeviceSource]). What only time does has an act that needs no clock:
// [Server.ExpireAccessTokens], [Server.ExpireRefreshTokens].
//
// Programs that sign in by a browser are answered too: authorization code with PKCE, through the same pages, and [Server.Authorize]
// for a person who says yes to everything. Applications ask in their own name after [Server.GrantApplicationRoles].
//
// Every sentence that it says is a row of [Catalogue], which says whether it was captured, is documented, or is inferred.
// Signing keys are well known and embedded: its tokens are worth nothing anywhere else.
//
// It refuses what it does not simulate, loudly: status 404 and a note in the journal, or, in the administration API, status 400 with
// the name of the property. Not simulated are federation, accepted guests, authentication strengths, terms of use, device filters
// and token protection. What security defaults do at a sign-in is a choice ([Tenant].SecurityDefaultsMode), since sources disagree.
package fakeentra
