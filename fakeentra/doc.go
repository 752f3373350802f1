// Package fakeentra is a fake Microsoft Entra ID: programs that sign in to Microsoft 365 can be tested against it
// unmodified and offline, with the failures that administrators meet in the field, and with the reason in a sign-in
// log.
//
// # Start
//
// In a test, one line starts it; it listens on loopback with TLS and stops by itself:
//
//	entra := fakeentra.RunT(t, fakeentra.Config{})
//
// [Server.Client] reaches it under Microsoft's own host names ([Names]), [Server.URL] under its own. Outside tests,
// [New] with [Server.Listen], [Server.Serve] and [Server.Close] do the same. [Server.World] is its time.
//
// # What a person does
//
// In the browser, on pages that are real HTML forms without script; or by [Server.EnterCode], [Server.Approve],
// [Server.Decline] for a device ([Server.PendingCode]), by [Server.Authorize] for a program that signs in by a browser,
// and by [Server.SignOut] and [Server.ChangePassword]. Person and device are where [Server.SetBrowserSource] and
// [Server.SetDeviceSource] put them. [Server.SignIn] and [Server.Refresh] play the program too.
//
// # What an administrator does
//
//   - tenants: [Server.AddTenant], [Server.Set], [Server.DeleteTenant]
//   - users: [Server.AddUser], [Server.ChangeUser], [Server.Disable], [Server.Enable], [Server.Delete],
//     [Server.SetMFA], [Server.NewPassword], [Server.Revoke]
//   - applications: [Server.AddApplication], [Server.ChangeApplication], [Server.ChangeServicePrincipal],
//     [Server.GrantConsent], [Server.GrantApplicationRoles], [Server.WithdrawConsent]
//   - Conditional Access: [Server.SetPolicy], [Server.SetPolicyJSON], [Server.ChangePolicy], [Server.DeletePolicy],
//     [Server.AddManagedPolicies], [Server.SetLocation]
//   - what else only time does: [Server.ExpireAccessTokens], [Server.ExpireRefreshTokens]
//
// All of it can be a request in the paths and shapes of Microsoft Graph as well, to [Server.Graph].
//
// # What it is made to say
//
// [ParseAnswers] and [Server.Arm] plant answers in place of the truth, counted and in sequence; [Server.Answers],
// [Server.UnmetAnswers] and [Server.ClearAnswers] keep them in hand.
//
// # Reading back
//
// [Server.SignIns] and [Server.Audit] are the logs; [Server.Tenant], [Server.Tenants], [Server.User], [Server.Users],
// [Server.Policies], [Server.Locations], [Server.Consents], [Server.ServicePrincipals] and [Server.Sources] what there
// is; [Server.Watch] hears of changes. A resource server asks [Server.Keys], [Server.Opaque] and [Server.Expired] about
// tokens; a test that looks for leaks has [Server.Secrets] and [Server.Journal]. [AADSTS] is the number of a refusal,
// [Catalogue] all sentences; [Languages], [Words] and [English] are about the words of the pages.
//
// # How sure it is
//
// Every sentence that it says is a row of [Catalogue], which says whether it was captured, is documented, was reported,
// or is inferred. Signing keys are well known and embedded: its tokens are worth nothing anywhere else. It refuses what
// it does not simulate, loudly: status 404 and a note in the journal, or, in the administration API, status 400 with
// the name of the property. Not simulated are federation, accepted guests, authentication strengths, terms of use,
// device filters and token protection. What security defaults do at a sign-in is a choice
// ([Tenant].SecurityDefaultsMode), since sources disagree.
//
// The fields of [Tenant], [Policy] and the like are told where the types stand: go doc
// mfpsim/fakeentra/internal/directory.Tenant.
package fakeentra
