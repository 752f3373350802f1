package fakeentra

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"mfpsim/fakeentra/internal/texts"
)

// PageName names a page of the sign-in.
type PageName string

// The pages whose order is Config.Pages. PagePolicy is no page of its own: it is the place where Conditional Access is evaluated.
const (
	PageAccount     PageName = "account"
	PagePassword    PageName = "password"
	PagePolicy      PageName = "policy"
	PageMFA         PageName = "mfa"
	PageConfirm     PageName = "confirm"
	PagePermissions PageName = "permissions"
)

// Other pages.
const (
	pageCode      PageName = "code"
	pageEnrol     PageName = "enrol"
	pageApproval  PageName = "approval"
	pageBlocked   PageName = "blocked"
	pageError     PageName = "error"
	pageDone      PageName = "done"
	pageDeclined  PageName = "declined"
	pageUnknown   PageName = "unknown"
	pageLookup    PageName = "lookup"
	pagePick      PageName = "pick"
	pageStay      PageName = "stay"
	pageSignedOut PageName = "signed-out"
	pageUpdate    PageName = "update-password"
	pageRequest   PageName = "request-approval"
	pageRequested PageName = "approval-requested"
)

// DefaultPages is the order of the pages between the code and the end (entra.md §2.4).
func DefaultPages() []PageName {
	return []PageName{PageAccount, PagePassword, PagePolicy, PageMFA, PageConfirm, PagePermissions}
}

// checkPages refuses an order in which nobody could sign in.
func checkPages(order []PageName) error {
	place := map[PageName]int{}
	for i, name := range order {
		if _, twice := place[name]; twice {
			return fmt.Errorf("fakeentra: the page %q comes twice", name)
		}
		place[name] = i
	}
	for _, name := range DefaultPages() {
		if _, ok := place[name]; !ok {
			return fmt.Errorf("fakeentra: the order of pages lacks %q", name)
		}
	}
	if len(order) != len(DefaultPages()) {
		return fmt.Errorf("fakeentra: the order of pages holds an unknown page; the pages are %v", DefaultPages())
	}
	for _, name := range []PageName{PagePolicy, PageMFA, PagePermissions} {
		if place[name] < place[PagePassword] || place[PagePassword] < place[PageAccount] {
			return fmt.Errorf("fakeentra: the page %q comes before the password, or the password before the account", name)
		}
	}
	return nil
}

// Paths of the pages' forms; the names are those that Microsoft's pages are known to post to [I].
const (
	pathCode        = "/common/oauth2/deviceauth"
	pathLogin       = "/common/login"
	pathMFA         = "/common/SAS/ProcessAuth"
	pathConfirm     = "/appverify"
	pathPermissions = "/common/Consent/Set"
	pathError       = "/error"
	pathStyle       = "/mfpsim/pages.css"
)

// page is what a person sees. The template draws any of them.
type page struct {
	Name      PageName
	Language  string
	Notice    string
	Title     string
	Heading   string
	Identity  string // the account under the heading
	Error     string
	ErrorID   string
	Lines     []string
	List      []string
	After     []string
	Fields    []field
	Boxes     []box
	Buttons   []button
	Details   []pair
	DetailsAs string // heading of the details
	Action    string
	Canary    string
	Carry     string // mkt of the request
	Accounts  []account
	Aside     string
	AsideHelp string
	Method    string
	Path      string
}

type (
	field  struct{ ID, Name, Label, Type, Value, Autocomplete string }
	box    struct{ ID, Name, Label string }
	button struct {
		ID, Name, Value, Label string
		Note                   string
		Primary, Tile          bool
	}
)

type (
	pair    struct{ Name, Value string }
	account struct{ Principal, Roles string }
)

//go:embed pages/page.html pages/pages.css
var pageFiles embed.FS

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(pageFiles, "pages/page.html"))
})

// render writes a page; headers are set by the caller.
func (s *Server) render(w http.ResponseWriter, a *ask, status int, p page) {
	p.Notice = texts.Say(texts.Simulation)
	if texts.Known(a.param("mkt")) != "" {
		p.Carry = a.param("mkt") // what was asked for by the address goes on with the forms
	}
	if p.Name == pageUnknown {
		p.Title, p.Heading = texts.Say(texts.UnknownTitle), texts.Say(texts.UnknownTitle)
		p.Lines = []string{strings.ReplaceAll(texts.Say(texts.UnknownHelp), "{path}", p.Method+" "+p.Path)}
	}
	p.localize(texts.Choose(a.param("mkt"), a.param("ui_locales"), a.request.Header.Get("Accept-Language"), s.config.Language))
	var b strings.Builder
	if err := pageTemplate().Execute(&b, p); err != nil {
		panic("fakeentra: the page template does not fit its data: " + err.Error())
	}
	h := w.Header()
	h["Content-Type"] = []string{"text/html; charset=utf-8"}
	h["Cache-Control"] = []string{"no-store, no-cache"}
	h["Pragma"] = []string{"no-cache"}
	h["Expires"] = []string{"-1"}
	h["X-Frame-Options"] = []string{"DENY"}
	h["Content-Security-Policy"] = []string{"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
	write(w, status, []byte(b.String()))
}

// localize brings a page that was written in English into a language. What no table has stays as it is: names, numbers, and
// Entra's own error sentences, which are English everywhere.
func (p *page) localize(tag string) {
	p.Language = tag
	say := func(text *string) { *text = texts.Translate(tag, *text) }
	for _, text := range []*string{&p.Notice, &p.Title, &p.Heading, &p.Error, &p.DetailsAs, &p.Aside, &p.AsideHelp} {
		say(text)
	}
	for _, list := range [][]string{p.Lines, p.List, p.After} {
		for i := range list {
			say(&list[i])
		}
	}
	for i := range p.Fields {
		say(&p.Fields[i].Label)
	}
	for i := range p.Boxes {
		say(&p.Boxes[i].Label)
	}
	for i := range p.Buttons {
		say(&p.Buttons[i].Label)
		say(&p.Buttons[i].Note)
	}
	for i := range p.Accounts {
		say(&p.Accounts[i].Roles)
	}
}

// show renders a page with the headers of Entra's pages.
func (s *Server) show(w http.ResponseWriter, a *ask, status int, p page) {
	s.setCommon(w.Header(), a)
	s.render(w, a, status, p)
}

// codePage is the page on which a person types the code.
func (s *Server) codePage(typed, problem string) page {
	return page{
		Name: pageCode, Title: texts.Say(texts.CodeTitle), Heading: texts.Say(texts.CodeTitle), Lines: []string{texts.Say(texts.CodeHelp)}, Action: pathCode,
		Error: problem, ErrorID: "otcError",
		Fields:  []field{{ID: "otc", Name: "otc", Label: texts.Say(texts.CodeLabel), Type: "text", Value: typed, Autocomplete: "off"}},
		Buttons: []button{{ID: "idSIButton9", Name: "action", Value: "next", Label: texts.Say(texts.Next), Primary: true}},
	}
}

// country is where the device seems to be: the fake has no map of addresses.
const country = "United States"

// page draws the page on which a visit stands; under s.mu.
func (v *visit) page(s *Server, a *ask) page {
	app := v.code.application
	fill := strings.NewReplacer("{app}", app.Name, "{country}", country)
	say := func(key texts.Key) string { return fill.Replace(texts.Say(key)) }
	next := func(label texts.Key) button {
		return button{ID: "idSIButton9", Name: "action", Value: "next", Label: say(label), Primary: true}
	}
	other := func(id, value string, label texts.Key) button {
		return button{ID: id, Name: "action", Value: value, Label: say(label)}
	}
	p := page{Name: v.current, Title: say(texts.SignIn), Canary: v.canary, Action: pathLogin, Error: v.problem}
	if v.user != nil && v.current != pageDone && v.current != pageError {
		p.Identity = v.user.Principal
	}
	switch v.current {
	case PageAccount:
		p.Heading, p.ErrorID = say(texts.SignIn), "usernameError"
		p.Lines = []string{say(v.purpose())}
		p.Fields = []field{{ID: "i0116", Name: "loginfmt", Label: say(texts.AccountLabel), Type: "email", Value: v.account, Autocomplete: "username"}}
		p.Buttons = []button{next(texts.Next)}
		if s.config.ShowTestAccounts {
			p.Aside, p.AsideHelp, p.Accounts = say(texts.Accounts), say(texts.AccountsHelp), s.testAccounts(v.code.alias)
		}
	case pageStay:
		p.Title, p.Heading, p.Lines = texts.StayTitle, texts.StayTitle, []string{texts.StayHelp}
		p.Boxes = []box{{ID: "KmsiCheckboxField", Name: "DontShowAgain", Label: texts.StayBox}}
		p.Buttons = []button{
			{ID: "idSIButton9", Name: "action", Value: "next", Label: texts.StayYes, Primary: true},
			{ID: "idBtn_Back", Name: "action", Value: "no", Label: texts.StayNo},
		}
	case pagePick:
		v.pickPage(&p, say)
	case PagePassword:
		p.Heading, p.ErrorID = say(texts.PasswordTitle), "passwordError"
		p.Fields = []field{{ID: "i0118", Name: "passwd", Label: say(texts.PasswordLabel), Type: "password", Autocomplete: "current-password"}}
		p.Buttons = []button{next(texts.SignInButton), other("idBtn_Back", "back", texts.Back)}
		if s.config.ShowTestAccounts {
			p.Buttons = append(p.Buttons, button{ID: "testPassword", Name: "testPassword", Value: "1", Label: say(texts.TypePassword)})
		}
	case PageMFA:
		p.Heading, p.Lines, p.Action = say(texts.MFATitle), []string{say(texts.MFAHelp), say(texts.MFAStandIn)}, pathMFA
		p.Buttons = []button{next(texts.Approve), other("", "cancel", texts.Cancel)}
	case pageEnrol:
		p.Heading, p.Lines, p.Action = say(texts.EnrolTitle), []string{say(texts.EnrolHelp)}, pathMFA
		p.Buttons = []button{next(texts.Next), other("", "switch", texts.OtherAccount)}
	case PageConfirm:
		p.Heading, p.Lines, p.Action = say(texts.ConfirmTitle), []string{say(texts.ConfirmHelp)}, pathConfirm
		p.Buttons = []button{next(texts.Continue), other("idBtn_Back", "cancel", texts.Cancel)}
	case PagePermissions:
		p.Title, p.Heading, p.Action = say(texts.ConsentTitle), say(texts.ConsentTitle), pathPermissions
		p.Lines = []string{app.Name, publisher(s, app), say(texts.ConsentLead)}
		p.List = permissions(v.code.scope)
		if v.user.mayConsentForAll() {
			p.Boxes = []box{{ID: "adminConsent", Name: "adminConsent", Label: say(texts.ConsentBox)}}
		}
		p.After = []string{say(texts.ConsentHelp), say(texts.ConsentReport)}
		p.Buttons = []button{next(texts.Accept), other("idBtn_Back", "cancel", texts.Cancel)}
	case pageApproval:
		p.Title, p.Heading, p.Action = say(texts.ApprovalTitle), say(texts.ApprovalTitle), pathPermissions
		p.Lines = []string{app.Name, publisher(s, app), say(texts.ApprovalHelp)}
		p.Buttons = []button{other("", "switch", texts.ApprovalSwitch), other("", "cancel", texts.ApprovalReturn)}
	case pageBlocked:
		p.Title, p.Heading, p.Lines = say(texts.BlockTitle), say(texts.BlockTitle), []string{say(texts.BlockHelp)}
		switch v.refusal {
		case 53000, 53001:
			p.Title, p.Heading = say(texts.UnmanagedTitle), say(texts.UnmanagedTitle)
			p.Lines = []string{strings.ReplaceAll(say(texts.UnmanagedHelp), "{tenant}", v.user.tenant.Name)}
		case 530033:
			p.Title, p.Heading = say(texts.DeviceTitle), say(texts.DeviceTitle)
			p.Lines = []string{strings.ReplaceAll(say(texts.DeviceHelp), "{tenant}", v.user.tenant.Name)}
		}
		p.Buttons = []button{other("", "switch", texts.BlockSwitch), other("moreDetails", "details", texts.MoreDetails)}
		if v.details {
			p.Details, p.DetailsAs = v.blockDetails(s), say(texts.MoreDetails)
			p.Buttons = p.Buttons[:1]
		}
	case pageError:
		p.Heading = say(texts.ErrorTitle)
		p.Lines = []string{v.message}
		p.DetailsAs, p.After = say(texts.ErrorDetails), []string{say(texts.ErrorSend)}
		p.Details = []pair{
			{"Request Id", v.trace},
			{"Correlation Id", v.code.correlation},
			{"Timestamp", v.refusedAt.UTC().Format("2006-01-02T15:04:05Z")},
			{"Message", v.message},
		}
		p.Buttons = []button{other("", "switch", texts.OtherAccount)}
	case pageUpdate, pageRequest, pageRequested:
		v.statePage(s, &p, say)
	case pageDeclined:
		p.Heading, p.Lines = say(texts.DeclinedTitle), []string{say(texts.DeclinedHelp)}
	case pageDone:
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

// permissions lists what a scope asks for, in the words of the consent page.
func permissions(q scopeRequest) []string {
	names := append([]string(nil), q.permissions...)
	if q.offline {
		names = append(names, "offline_access")
	}
	if q.openID {
		names = append(names, "openid")
	}
	if q.profile {
		names = append(names, "profile")
	}
	if q.email {
		names = append(names, "email")
	}
	for i, name := range names {
		if text := permissionText[name]; text != "" {
			names[i] = text
		}
	}
	return names
}

// testAccounts lists the people who may sign in here, for the table beside the form.
func (s *Server) testAccounts(alias tenantAlias) []account {
	var list []account
	for _, u := range s.directory.userOrder {
		if u.deleted || !alias.admits(u) {
			continue
		}
		roles := strings.Join(u.Roles, ", ")
		if roles == "" {
			roles = texts.Say(texts.NoRole)
		}
		list = append(list, account{Principal: u.Principal, Roles: roles})
	}
	return list
}

// blockDetails are the fields behind More details, in the captured order (entra.md §5.2).
func (v *visit) blockDetails(s *Server) []pair {
	return []pair{
		{"Error Code", strconv.Itoa(v.refusal)},
		{"Request Id", v.trace},
		{"Correlation Id", v.code.correlation},
		{"Timestamp", v.refusedAt.UTC().Format("2006-01-02T15:04:05.000Z")},
		{"App name", v.code.application.Name},
		{"App id", v.code.application.ID},
		{"IP address", s.browser.Address},
		{"Device identifier", "Not available"},
		{"Device platform", platformShown(s.browser.Platform)},
		{"Device state", stateShown(s.browser)},
	}
}
