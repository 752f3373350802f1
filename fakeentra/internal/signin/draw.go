package signin

import (
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/words"
)

// CodePage is the page on which a person types the code.
func CodePage(typed, problem string) pages.Page {
	return pages.Page{
		Name: pages.Code, Title: texts.Say(texts.CodeTitle), Heading: texts.Say(texts.CodeTitle),
		Lines: []string{texts.Say(texts.CodeHelp)}, Action: pages.PathCode,
		Error: problem, ErrorID: "otcError",
		Fields: []pages.Field{{
			ID: "otc", Name: "otc", Label: texts.Say(texts.CodeLabel), Type: "text", Value: typed,
			Autocomplete: "off",
		}},
		Buttons: []pages.Button{{
			ID: "idSIButton9", Name: "action", Value: "next", Label: texts.Say(texts.Next),
			Primary: true,
		}},
	}
}

// sheet is a page that is being drawn.
type sheet struct {
	pages.Page
	app  directory.Application
	user directory.Account
}

// say finds a text, filled in.
func (p *sheet) say(key texts.Key) string {
	return words.Fill(texts.Say(key), "{app}", p.app.Name, "{country}", texts.Country("en"))
}

// next is the button that goes on, other one that does something else.
func (p *sheet) next(label texts.Key) pages.Button {
	return pages.Button{ID: "idSIButton9", Name: "action", Value: "next", Label: p.say(label), Primary: true}
}

func (p *sheet) other(id, value string, label texts.Key) pages.Button {
	return pages.Button{ID: id, Name: "action", Value: value, Label: p.say(label)}
}

// page draws the page on which a visit stands.
func (d *desk) page(v *visit) pages.Page {
	p := &sheet{app: d.application(v), user: d.Directory.AccountBy(v.user)}
	p.Page = pages.Page{
		Name: v.current, Title: p.say(texts.SignIn), Canary: v.canary, Action: pages.PathLogin,
		Error: v.problem,
	}
	if v.user != 0 && v.current != pages.Done && v.current != pages.Error {
		p.Identity = p.user.Principal
	}
	switch v.current {
	case pages.Account, pages.Pick, pages.Password, pages.Update, pages.Stay:
		d.accountPage(v, p)
	case pages.MFA, pages.Enrol, pages.Confirm:
		p.factorPage(v.current)
	case pages.Permissions, pages.Approval, pages.Request, pages.Requested:
		p.consentPage(v, v.consent(d.standing(v)))
	default:
		d.endPage(v, p)
	}
	return p.Page
}

// accountPage draws the pages that ask who signs in.
func (d *desk) accountPage(v *visit, p *sheet) {
	switch v.current {
	case pages.Account:
		p.Heading, p.ErrorID = p.say(texts.SignIn), "usernameError"
		p.Lines = []string{p.say(v.purpose())}
		p.Fields = []pages.Field{{
			ID: "i0116", Name: "loginfmt", Label: p.say(texts.AccountLabel), Type: "email",
			Value: v.account, Autocomplete: "username",
		}}
		p.Buttons = []pages.Button{p.next(texts.Next)}
		if d.settings.ShowTestAccounts {
			p.Aside, p.AsideHelp, p.Accounts = p.say(
				texts.Accounts,
			), p.say(
				texts.AccountsHelp,
			), d.testAccounts(
				v.code,
			)
		}
	case pages.Pick:
		d.pickPage(v, p)
	case pages.Password:
		p.Heading, p.ErrorID = p.say(texts.PasswordTitle), "passwordError"
		p.Fields = []pages.Field{{
			ID: "i0118", Name: "passwd", Label: p.say(texts.PasswordLabel), Type: "password",
			Autocomplete: "current-password",
		}}
		p.Buttons = []pages.Button{p.next(texts.SignInButton), p.other("idBtn_Back", "back", texts.Back)}
		if d.settings.ShowTestAccounts {
			p.Buttons = append(p.Buttons, pages.Button{
				ID: "testPassword", Name: "testPassword", Value: "1",
				Label: p.say(texts.TypePassword),
			})
		}
	case pages.Update:
		p.Title, p.Heading, p.ErrorID = p.say(texts.UpdateTitle), p.say(texts.UpdateTitle), "passwordError"
		p.Lines = []string{p.say(texts.UpdateHelp)}
		p.Fields = []pages.Field{{
			ID: "iNewPassword", Name: "newpasswd", Label: p.say(texts.UpdateLabel), Type: "password",
			Autocomplete: "new-password",
		}}
		p.Buttons = []pages.Button{{
			ID: "idSIButton9", Name: "action", Value: "next", Label: p.say(texts.SignInButton),
			Primary: true,
		}}
	case pages.Stay:
		p.Title, p.Heading, p.Lines = texts.StayTitle, texts.StayTitle, []string{texts.StayHelp}
		p.Boxes = []pages.Box{{ID: "KmsiCheckboxField", Name: "DontShowAgain", Label: texts.StayBox}}
		p.Buttons = []pages.Button{
			{ID: "idSIButton9", Name: "action", Value: "next", Label: texts.StayYes, Primary: true},
			{ID: "idBtn_Back", Name: "action", Value: "no", Label: texts.StayNo},
		}
	}
}

// factorPage draws the pages between password and permissions.
func (p *sheet) factorPage(name pages.Name) {
	switch name {
	case pages.MFA:
		p.Heading, p.Lines, p.Action = p.say(texts.MFATitle), []string{p.say(texts.MFAHelp), p.say(texts.MFAStandIn)},
			pages.PathMFA
		p.Buttons = []pages.Button{p.next(texts.Approve), p.other("", "cancel", texts.Cancel)}
	case pages.Enrol:
		p.Heading, p.Lines, p.Action = p.say(texts.EnrolTitle), []string{p.say(texts.EnrolHelp)}, pages.PathMFA
		p.Buttons = []pages.Button{p.next(texts.Next), p.other("", "switch", texts.OtherAccount)}
	case pages.Confirm:
		p.Heading, p.Lines, p.Action = p.say(texts.ConfirmTitle), []string{p.say(texts.ConfirmHelp)}, pages.PathConfirm
		p.Buttons = []pages.Button{p.next(texts.Continue), p.other("idBtn_Back", "cancel", texts.Cancel)}
	}
}

// consentPage draws the pages about permissions.
func (p *sheet) consentPage(v *visit, asked resources.Consent) {
	switch v.current {
	case pages.Permissions:
		p.Title, p.Heading, p.Action = p.say(texts.ConsentTitle), p.say(texts.ConsentTitle), pages.PathPermissions
		p.Lines = []string{p.app.Name, publisher(p.app), p.say(texts.ConsentLead)}
		p.List = asked.Shown
		if p.user.MayConsentForAll() {
			p.Boxes = []pages.Box{{ID: "adminConsent", Name: "adminConsent", Label: p.say(texts.ConsentBox)}}
		}
		p.After = []string{p.say(texts.ConsentHelp), p.say(texts.ConsentReport)}
		p.Buttons = []pages.Button{p.next(texts.Accept), p.other("idBtn_Back", "cancel", texts.Cancel)}
	case pages.Approval:
		p.Title, p.Heading, p.Action = p.say(texts.ApprovalTitle), p.say(texts.ApprovalTitle), pages.PathPermissions
		p.Lines = []string{p.app.Name, publisher(p.app), p.say(texts.ApprovalHelp)}
		p.Buttons = []pages.Button{
			p.other("", "switch", texts.ApprovalSwitch), p.other("", "cancel", texts.ApprovalReturn),
		}
	case pages.Request:
		p.Title, p.Heading, p.Action, p.ErrorID = p.say(
			texts.RequestTitle,
		), p.say(
			texts.RequestTitle,
		), pages.PathPermissions,
			"justificationError"
		p.Lines = []string{p.app.Name, publisher(p.app), p.say(texts.RequestHelp)}
		p.List = asked.Shown
		p.Fields = []pages.Field{{
			ID: "justification", Name: "justification", Label: p.say(texts.RequestLabel), Type: "text",
			Autocomplete: "off",
		}}
		p.Buttons = []pages.Button{
			{ID: "idSIButton9", Name: "action", Value: "next", Label: p.say(texts.RequestButton), Primary: true},
			{ID: "idBtn_Back", Name: "action", Value: "cancel", Label: p.say(texts.Cancel)},
		}
	case pages.Requested:
		p.Title, p.Heading, p.Lines = p.say(texts.RequestedTitle), p.say(texts.RequestedTitle),
			[]string{p.say(texts.RequestedHelp)}
	}
}

// endPage draws the pages on which a sign-in ends.
func (d *desk) endPage(v *visit, p *sheet) {
	switch v.current {
	case pages.Blocked:
		p.Title, p.Heading, p.Lines = p.say(texts.BlockTitle), p.say(texts.BlockTitle), []string{p.say(texts.BlockHelp)}
		switch v.refusal {
		case 53000, 53001:
			p.Title, p.Heading = p.say(texts.UnmanagedTitle), p.say(texts.UnmanagedTitle)
			p.Lines = []string{strings.ReplaceAll(p.say(texts.UnmanagedHelp), "{tenant}", p.user.Home.Name)}
		case 530033:
			p.Title, p.Heading = p.say(texts.DeviceTitle), p.say(texts.DeviceTitle)
			p.Lines = []string{strings.ReplaceAll(p.say(texts.DeviceHelp), "{tenant}", p.user.Home.Name)}
		}
		p.Buttons = []pages.Button{
			p.other("", "switch", texts.BlockSwitch),
			p.other("moreDetails", "details", texts.MoreDetails),
		}
		if v.details {
			p.Details, p.DetailsAs = d.blockDetails(v), p.say(texts.MoreDetails)
			p.Buttons = p.Buttons[:1]
		}
	case pages.Error:
		p.Heading = p.say(texts.ErrorTitle)
		p.Lines = []string{v.message}
		p.DetailsAs, p.After = p.say(texts.ErrorDetails), []string{p.say(texts.ErrorSend)}
		p.Details = pages.Details(
			"Request Id", v.trace,
			"Correlation Id", v.code.Correlation,
			"Timestamp", v.refusedAt.UTC().Format("2006-01-02T15:04:05Z"),
			"Message", v.message,
		)
		p.Buttons = []pages.Button{p.other("", "switch", texts.OtherAccount)}
	case pages.Declined:
		p.Heading, p.Lines = p.say(texts.DeclinedTitle), []string{p.say(texts.DeclinedHelp)}
	case pages.Done:
		p.Title, p.Heading, p.Lines = p.app.Name, p.app.Name, []string{p.say(texts.Done)}
	}
}

// publisher is the line under the name of an application.
func publisher(a directory.Application) string {
	if a.Verified && a.Publisher != "" {
		return a.Publisher
	}
	return texts.Say(texts.ConsentUnverified)
}

// testAccounts lists the people who may sign in here, for the table beside the form.
func (d *desk) testAccounts(request codes.Request) []pages.TestAccount {
	var list []pages.TestAccount
	for _, u := range d.Directory.Accounts() {
		if !d.Doors.Admits(d.at(request), u) {
			continue
		}
		roles := strings.Join(u.Roles, ", ")
		if roles == "" {
			roles = texts.Say(texts.NoRole)
		}
		list = append(list, pages.TestAccount{Principal: u.Principal, Roles: roles})
	}
	return list
}

// blockDetails are the fields behind More details, in the reported order (docs/reference/entra.md §5.2).
func (d *desk) blockDetails(v *visit) []pages.Detail {
	app, browser := d.application(v), d.Places.Browser()
	return pages.Details(
		"Error Code", strconv.Itoa(v.refusal),
		"Request Id", v.trace,
		"Correlation Id", v.code.Correlation,
		"Timestamp", v.refusedAt.UTC().Format("2006-01-02T15:04:05.000Z"),
		"App name", app.Name,
		"App id", app.ID,
		"IP address", browser.Address,
		"Device identifier", "Not available",
		"Device platform", browser.PlatformShown(),
		"Device state", browser.StateShown(),
	)
}
