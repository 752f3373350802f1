// Package fakeentra is a fake Microsoft Entra ID: programs that sign in to Microsoft 365 are tested against it
// unmodified and offline (docs/fakeentra.md).
//
// Start: in a test fakeentra.RunT(t, fakeentra.Config{}); elsewhere [New], [Server.Listen], [Server.Serve],
// [Server.Close]. [Server.Client] reaches it under Microsoft's names ([Names]), [Server.URL] is its address,
// [Server.World] its time.
//
// The person: the pages in a browser, or [Server.PendingCode] with [Server.EnterCode], [Server.Approve],
// [Server.Decline]; [Server.Authorize], [Server.SignOut], [Server.ChangePassword]. [Server.SetBrowserSource] and
// [Server.SetDeviceSource] say where from. [Server.SignIn], [Server.Refresh] play the program as well.
//
// The administrator, here or by [Server.Graph] as by Microsoft Graph: [Server.AddTenant], [Server.Set],
// [Server.DeleteTenant]; [Server.AddUser], [Server.ChangeUser], [Server.Disable], [Server.Enable], [Server.Delete],
// [Server.SetMFA], [Server.NewPassword], [Server.Revoke]; [Server.AddApplication], [Server.ChangeApplication],
// [Server.SetApplication], [Server.ChangeServicePrincipal], [Server.GrantConsent],
// [Server.GrantApplicationRoles], [Server.WithdrawConsent]; [Server.SetPolicy], [Server.SetPolicyJSON],
// [Server.ChangePolicy], [Server.DeletePolicy], [Server.AddManagedPolicies], [Server.SetLocation]; and, without
// waiting, [Server.ExpireAccessTokens], [Server.ExpireRefreshTokens].
//
// Planted answers: [AnswerKinds], [Server.Arm], [Server.Answers], [Server.UnmetAnswers], [Server.ClearAnswers].
// Reading back: the logs [Server.SignIns] and [Server.Audit]; [Server.Tenant], [Server.Tenants], [Server.User],
// [Server.Users], [Server.Policies], [Server.Locations], [Server.Consents], [Server.ServicePrincipals],
// [Server.Sources]; [Server.Deadlines]; [Server.Watch] for changes; [Server.Keys], [Server.Opaque], [Server.Expired],
// [Server.Standing] for a resource server; [Server.Secrets] and [Server.Journal] for a search for leaks. [AADSTS] and
// [Catalogue] are about refusals, [Languages], [Words] and [English] about the words of the pages. Its keys are
// public, its tokens worth nothing elsewhere. Fields of a type: go doc mfpsim/fakeentra/internal/directory.Tenant.
package fakeentra
