package signin

import (
	"strings"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/wire"
)

// What the states of users and tenants show in the browser (docs/reference/entra.md §5.2, §6.3, §7).

// signInTooOld asks for the password again if a policy's sign-in frequency is over: a browser remembers who signed in
// with it, for longer than the policy likes.
func (d *desk) signInTooOld(a *wire.Request, v *visit) {
	if !v.passwordDone || d.judge(a, v).Stale == nil {
		return
	}
	d.logBrowser(a, v, 70044, nil)
	v.passwordDone, v.mfaDone = false, false
}

// typeNewPassword takes the form of "Update your password".
func (d *desk) typeNewPassword(a *wire.Request, v *visit) {
	switch typed := a.Form["newpasswd"]; {
	case typed == "":
		v.problem = texts.Say(texts.PasswordEmpty)
	case typed == d.Directory.AccountBy(v.user).Password.Reveal():
		v.problem = texts.Say(texts.UpdateSame)
	default:
		_, _ = d.Directory.NewPassword(v.user, directory.ResetByUser, directory.Password(typed)) // there is such a way
		v.epoch = d.Directory.AccountBy(v.user).Epoch
	}
}

// needsAdministrator chooses the page for a user who may not consent, and logs it once.
func (d *desk) needsAdministrator(a *wire.Request, v *visit) pages.Name {
	code, name := 90094, pages.Approval
	if d.Directory.AccountBy(v.user).Home.AdminConsentWorkflow {
		code, name = 90095, pages.Request
	}
	if v.current != name {
		d.logBrowser(a, v, code, nil)
	}
	return name
}

// requestApproval asks the administrators for consent; the sign-in goes no further, and the device waits.
func (d *desk) requestApproval(a *wire.Request, v *visit) {
	reason := strings.TrimSpace(a.Form["justification"])
	if reason == "" {
		v.problem = texts.Say(texts.RequestLabel)
		return
	}
	u := d.Directory.AccountBy(v.user)
	d.Directory.LogAs(u.Home.Key, u.Principal, "Create admin consent request", d.application(v).Name, reason)
	v.current = pages.Requested
}

// deviceRefusal is the number for a policy that wants a managed device: what a remote device is cannot be asserted
// (docs/reference/entra.md §5.1).
func (v *visit) deviceRefusal(judged access.Verdict) int {
	switch {
	case v.code.Flow() == access.FlowDeviceCode:
		return 530033
	case judged.Compliant != nil:
		return 53000
	}
	return 53001
}
