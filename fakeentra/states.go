package fakeentra

import (
	"strings"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/texts"
)

// What the states of users and tenants show in the browser (entra.md §5.2, §6.3, §7).

// barred is the number that keeps a user out whatever the password is; 0: none does.
func (u *user) barred() int {
	switch {
	case u.Invited:
		return 50014
	case u.Disabled:
		return 50057
	case u.Passwordless:
		return 0
	case u.NoPassword:
		return 50056
	case u.PasswordExpired && u.OnPremises:
		return 50144
	case u.PasswordExpired:
		return 50055
	}
	return 0
}

// signInTooOld asks for the password again if a policy's sign-in frequency is over: a browser remembers who signed in with it,
// for longer than the policy likes; under s.mu.
func (s *Server) signInTooOld(a *ask, v *visit) {
	if !v.passwordDone || s.judge(a, v).Stale == nil {
		return
	}
	s.logBrowser(a, v, 70044, nil)
	v.passwordDone, v.mfaDone = false, false
}

// typeNewPassword takes the form of "Update your password"; under s.mu.
func (s *Server) typeNewPassword(a *ask, v *visit) {
	switch typed := a.form["newpasswd"]; {
	case typed == "":
		v.problem = texts.Say(texts.PasswordEmpty)
	case typed == v.user.Password.Reveal():
		v.problem = texts.Say(texts.UpdateSame)
	default:
		s.setPassword(v.user, ResetByUser, Password(typed))
		v.epoch = v.user.epoch
	}
}

// needsAdministrator chooses the page for a user who may not consent, and logs it once; under s.mu.
func (s *Server) needsAdministrator(a *ask, v *visit) pages.Name {
	code, name := 90094, pages.Approval
	if v.user.tenant.AdminConsentWorkflow {
		code, name = 90095, pages.Request
	}
	if v.current != name {
		s.logBrowser(a, v, code, nil)
	}
	return name
}

// requestApproval asks the administrators for consent; the sign-in goes no further, and the device waits; under s.mu.
func (s *Server) requestApproval(a *ask, v *visit) {
	reason := strings.TrimSpace(a.form["justification"])
	if reason == "" {
		v.problem = texts.Say(texts.RequestLabel)
		return
	}
	s.logAudit(v.user.tenant, "Create admin consent request", v.user.Principal, v.code.application.Name, reason)
	v.current = pages.Requested
}

// flow is the authentication flow that policies see.
func (v *visit) flow() string { return v.code.flow() }

// deviceRefusal is the number for a policy that wants a managed device: what a remote device is cannot be asserted (entra.md §5.1).
func (v *visit) deviceRefusal(judged access.Verdict) int {
	switch {
	case v.flow() == access.FlowDeviceCode:
		return 530033
	case judged.Compliant != nil:
		return 53000
	}
	return 53001
}

// statePage draws the pages of this file.
func (v *visit) statePage(s *Server, p *pages.Page, say func(texts.Key) string) {
	switch v.current {
	case pages.Update:
		p.Title, p.Heading, p.ErrorID = say(texts.UpdateTitle), say(texts.UpdateTitle), "passwordError"
		p.Lines = []string{say(texts.UpdateHelp)}
		p.Fields = []pages.Field{{ID: "iNewPassword", Name: "newpasswd", Label: say(texts.UpdateLabel), Type: "password", Autocomplete: "new-password"}}
		p.Buttons = []pages.Button{{ID: "idSIButton9", Name: "action", Value: "next", Label: say(texts.SignInButton), Primary: true}}
	case pages.Request:
		app := v.code.application
		p.Title, p.Heading, p.Action, p.ErrorID = say(texts.RequestTitle), say(texts.RequestTitle), pages.PathPermissions, "justificationError"
		p.Lines = []string{app.Name, publisher(s, app), say(texts.RequestHelp)}
		p.List = v.code.scope.Shown()
		p.Fields = []pages.Field{{ID: "justification", Name: "justification", Label: say(texts.RequestLabel), Type: "text", Autocomplete: "off"}}
		p.Buttons = []pages.Button{
			{ID: "idSIButton9", Name: "action", Value: "next", Label: say(texts.RequestButton), Primary: true},
			{ID: "idBtn_Back", Name: "action", Value: "cancel", Label: say(texts.Cancel)},
		}
	default:
		p.Title, p.Heading, p.Lines = say(texts.RequestedTitle), say(texts.RequestedTitle), []string{say(texts.RequestedHelp)}
	}
}
