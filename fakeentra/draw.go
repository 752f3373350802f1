package fakeentra

import (
	"net/http"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/texts"
)

// render writes a page; headers are set by the caller.
func (s *Server) render(w http.ResponseWriter, a *ask, status int, p pages.Page) {
	mkt := a.param("mkt")
	tag := texts.Choose(mkt, a.param("ui_locales"), a.request.Header.Get("Accept-Language"), s.config.Language)
	text := p.Render(tag, mkt)
	h := w.Header()
	h["Content-Type"] = []string{"text/html; charset=utf-8"}
	h["Cache-Control"] = []string{"no-store, no-cache"}
	h["Pragma"] = []string{"no-cache"}
	h["Expires"] = []string{"-1"}
	h["X-Frame-Options"] = []string{"DENY"}
	h["Content-Security-Policy"] = []string{"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
	write(w, status, text)
}

// show renders a page with the headers of Entra's pages.
func (s *Server) show(w http.ResponseWriter, a *ask, status int, p pages.Page) {
	s.setCommon(w.Header(), a)
	s.render(w, a, status, p)
}

// codePage is the page on which a person types the code.
func (s *Server) codePage(typed, problem string) pages.Page {
	return pages.Page{
		Name: pages.Code, Title: texts.Say(texts.CodeTitle), Heading: texts.Say(texts.CodeTitle), Lines: []string{texts.Say(texts.CodeHelp)}, Action: pages.PathCode,
		Error: problem, ErrorID: "otcError",
		Fields:  []pages.Field{{ID: "otc", Name: "otc", Label: texts.Say(texts.CodeLabel), Type: "text", Value: typed, Autocomplete: "off"}},
		Buttons: []pages.Button{{ID: "idSIButton9", Name: "action", Value: "next", Label: texts.Say(texts.Next), Primary: true}},
	}
}

// country is where the device seems to be: the fake has no map of addresses.
const country = "United States"

// page draws the page on which a visit stands; under s.mu.
func (v *visit) page(s *Server, a *ask) pages.Page {
	app := v.code.application
	fill := strings.NewReplacer("{app}", app.Name, "{country}", country)
	say := func(key texts.Key) string { return fill.Replace(texts.Say(key)) }
	next := func(label texts.Key) pages.Button {
		return pages.Button{ID: "idSIButton9", Name: "action", Value: "next", Label: say(label), Primary: true}
	}
	other := func(id, value string, label texts.Key) pages.Button {
		return pages.Button{ID: id, Name: "action", Value: value, Label: say(label)}
	}
	p := pages.Page{Name: v.current, Title: say(texts.SignIn), Canary: v.canary, Action: pages.PathLogin, Error: v.problem}
	if v.user != nil && v.current != pages.Done && v.current != pages.Error {
		p.Identity = v.user.Principal
	}
	switch v.current {
	case pages.Account:
		p.Heading, p.ErrorID = say(texts.SignIn), "usernameError"
		p.Lines = []string{say(v.purpose())}
		p.Fields = []pages.Field{{ID: "i0116", Name: "loginfmt", Label: say(texts.AccountLabel), Type: "email", Value: v.account, Autocomplete: "username"}}
		p.Buttons = []pages.Button{next(texts.Next)}
		if s.config.ShowTestAccounts {
			p.Aside, p.AsideHelp, p.Accounts = say(texts.Accounts), say(texts.AccountsHelp), s.testAccounts(v.code.alias)
		}
	case pages.Stay:
		p.Title, p.Heading, p.Lines = texts.StayTitle, texts.StayTitle, []string{texts.StayHelp}
		p.Boxes = []pages.Box{{ID: "KmsiCheckboxField", Name: "DontShowAgain", Label: texts.StayBox}}
		p.Buttons = []pages.Button{
			{ID: "idSIButton9", Name: "action", Value: "next", Label: texts.StayYes, Primary: true},
			{ID: "idBtn_Back", Name: "action", Value: "no", Label: texts.StayNo},
		}
	case pages.Pick:
		v.pickPage(&p, say)
	case pages.Password:
		p.Heading, p.ErrorID = say(texts.PasswordTitle), "passwordError"
		p.Fields = []pages.Field{{ID: "i0118", Name: "passwd", Label: say(texts.PasswordLabel), Type: "password", Autocomplete: "current-password"}}
		p.Buttons = []pages.Button{next(texts.SignInButton), other("idBtn_Back", "back", texts.Back)}
		if s.config.ShowTestAccounts {
			p.Buttons = append(p.Buttons, pages.Button{ID: "testPassword", Name: "testPassword", Value: "1", Label: say(texts.TypePassword)})
		}
	case pages.MFA:
		p.Heading, p.Lines, p.Action = say(texts.MFATitle), []string{say(texts.MFAHelp), say(texts.MFAStandIn)}, pages.PathMFA
		p.Buttons = []pages.Button{next(texts.Approve), other("", "cancel", texts.Cancel)}
	case pages.Enrol:
		p.Heading, p.Lines, p.Action = say(texts.EnrolTitle), []string{say(texts.EnrolHelp)}, pages.PathMFA
		p.Buttons = []pages.Button{next(texts.Next), other("", "switch", texts.OtherAccount)}
	case pages.Confirm:
		p.Heading, p.Lines, p.Action = say(texts.ConfirmTitle), []string{say(texts.ConfirmHelp)}, pages.PathConfirm
		p.Buttons = []pages.Button{next(texts.Continue), other("idBtn_Back", "cancel", texts.Cancel)}
	case pages.Permissions:
		p.Title, p.Heading, p.Action = say(texts.ConsentTitle), say(texts.ConsentTitle), pages.PathPermissions
		p.Lines = []string{app.Name, publisher(s, app), say(texts.ConsentLead)}
		p.List = v.code.scope.Shown()
		if v.user.mayConsentForAll() {
			p.Boxes = []pages.Box{{ID: "adminConsent", Name: "adminConsent", Label: say(texts.ConsentBox)}}
		}
		p.After = []string{say(texts.ConsentHelp), say(texts.ConsentReport)}
		p.Buttons = []pages.Button{next(texts.Accept), other("idBtn_Back", "cancel", texts.Cancel)}
	case pages.Approval:
		p.Title, p.Heading, p.Action = say(texts.ApprovalTitle), say(texts.ApprovalTitle), pages.PathPermissions
		p.Lines = []string{app.Name, publisher(s, app), say(texts.ApprovalHelp)}
		p.Buttons = []pages.Button{other("", "switch", texts.ApprovalSwitch), other("", "cancel", texts.ApprovalReturn)}
	case pages.Blocked:
		p.Title, p.Heading, p.Lines = say(texts.BlockTitle), say(texts.BlockTitle), []string{say(texts.BlockHelp)}
		switch v.refusal {
		case 53000, 53001:
			p.Title, p.Heading = say(texts.UnmanagedTitle), say(texts.UnmanagedTitle)
			p.Lines = []string{strings.ReplaceAll(say(texts.UnmanagedHelp), "{tenant}", v.user.tenant.Name)}
		case 530033:
			p.Title, p.Heading = say(texts.DeviceTitle), say(texts.DeviceTitle)
			p.Lines = []string{strings.ReplaceAll(say(texts.DeviceHelp), "{tenant}", v.user.tenant.Name)}
		}
		p.Buttons = []pages.Button{other("", "switch", texts.BlockSwitch), other("moreDetails", "details", texts.MoreDetails)}
		if v.details {
			p.Details, p.DetailsAs = v.blockDetails(s), say(texts.MoreDetails)
			p.Buttons = p.Buttons[:1]
		}
	case pages.Error:
		p.Heading = say(texts.ErrorTitle)
		p.Lines = []string{v.message}
		p.DetailsAs, p.After = say(texts.ErrorDetails), []string{say(texts.ErrorSend)}
		p.Details = pages.Details(
			"Request Id", v.trace,
			"Correlation Id", v.code.correlation,
			"Timestamp", v.refusedAt.UTC().Format("2006-01-02T15:04:05Z"),
			"Message", v.message,
		)
		p.Buttons = []pages.Button{other("", "switch", texts.OtherAccount)}
	case pages.Update, pages.Request, pages.Requested:
		v.statePage(s, &p, say)
	case pages.Declined:
		p.Heading, p.Lines = say(texts.DeclinedTitle), []string{say(texts.DeclinedHelp)}
	case pages.Done:
		p.Title, p.Heading, p.Lines = app.Name, app.Name, []string{say(texts.Done)}
	}
	return p
}

func publisher(s *Server, a *Application) string {
	if a.Verified && a.Publisher != "" {
		return a.Publisher
	}
	return texts.Say(texts.ConsentUnverified)
}

// testAccounts lists the people who may sign in here, for the table beside the form.
func (s *Server) testAccounts(alias tenantAlias) []pages.TestAccount {
	var list []pages.TestAccount
	for _, u := range s.directory.userOrder {
		if u.deleted || !alias.admits(u) {
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

// blockDetails are the fields behind More details, in the captured order (entra.md §5.2).
func (v *visit) blockDetails(s *Server) []pages.Detail {
	return pages.Details(
		"Error Code", strconv.Itoa(v.refusal),
		"Request Id", v.trace,
		"Correlation Id", v.code.correlation,
		"Timestamp", v.refusedAt.UTC().Format("2006-01-02T15:04:05.000Z"),
		"App name", v.code.application.Name,
		"App id", v.code.application.ID,
		"IP address", s.browser.Address,
		"Device identifier", "Not available",
		"Device platform", s.browser.PlatformShown(),
		"Device state", s.browser.StateShown(),
	)
}
