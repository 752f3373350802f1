// Package pages draws the pages that a person reads: HTML forms without script.
package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"

	"mfpsim/fakeentra/internal/texts"
)

// Name names a page of the sign-in.
type Name string

// The pages whose order is Config.Pages. Policy is no page of its own: it is the place where Conditional Access is
// evaluated.
const (
	Account     Name = "account"
	Password    Name = "password"
	Policy      Name = "policy"
	MFA         Name = "mfa"
	Confirm     Name = "confirm"
	Permissions Name = "permissions"
)

// Other pages.
const (
	Code      Name = "code"
	Enrol     Name = "enrol"
	Approval  Name = "approval"
	Blocked   Name = "blocked"
	Error     Name = "error"
	Done      Name = "done"
	Declined  Name = "declined"
	Unknown   Name = "unknown"
	Lookup    Name = "lookup"
	Pick      Name = "pick"
	Stay      Name = "stay"
	SignedOut Name = "signed-out"
	Update    Name = "update-password"
	Request   Name = "request-approval"
	Requested Name = "approval-requested"
)

// DefaultOrder is the order of the pages between the code and the end (docs/reference/entra.md §2.4).
func DefaultOrder() []Name {
	return []Name{Account, Password, Policy, MFA, Confirm, Permissions}
}

// Order reads the order of the pages; nil is [DefaultOrder]. An order in which nobody could sign in is refused.
func Order(words []string) ([]Name, error) {
	if words == nil {
		return DefaultOrder(), nil
	}
	order := make([]Name, len(words))
	for i, word := range words {
		order[i] = Name(word)
	}
	return order, check(order)
}

func check(order []Name) error {
	place := map[Name]int{}
	for i, name := range order {
		if _, twice := place[name]; twice {
			return fmt.Errorf("the page %q comes twice", name)
		}
		place[name] = i
	}
	for _, name := range DefaultOrder() {
		if _, ok := place[name]; !ok {
			return fmt.Errorf("the order of pages lacks %q", name)
		}
	}
	if len(order) != len(DefaultOrder()) {
		return fmt.Errorf("the order of pages holds an unknown page; the pages are %v", DefaultOrder())
	}
	for _, name := range []Name{Policy, MFA, Permissions} {
		if place[name] < place[Password] || place[Password] < place[Account] {
			return fmt.Errorf("the page %q comes before the password, or the password before the account", name)
		}
	}
	return nil
}

// Paths of the pages' forms; the names are those that Microsoft's pages are known to post to [I].
const (
	PathCode        = "/common/oauth2/deviceauth"
	PathLogin       = "/common/login"
	PathMFA         = "/common/SAS/ProcessAuth"
	PathConfirm     = "/appverify"
	PathPermissions = "/common/Consent/Set"
	PathError       = "/error"
	PathStyle       = "/mfpsim/pages.css"
)

// Page is what a person sees. The template draws any of them.
type Page struct {
	Name      Name
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
	Fields    []Field
	Boxes     []Box
	Buttons   []Button
	Details   []Detail
	DetailsAs string // heading of the details
	Action    string
	Canary    string
	Carry     string // mkt of the request
	Accounts  []TestAccount
	Aside     string
	AsideHelp string
	Method    string
	Path      string
}

// What stands on a page.
type (
	Field  struct{ ID, Name, Label, Type, Value, Autocomplete string }
	Box    struct{ ID, Name, Label string }
	Button struct {
		ID, Name, Value, Label string
		Note                   string
		Primary, Tile          bool
	}
	Detail      struct{ Name, Value string }
	TestAccount struct{ Principal, Roles string }
)

//go:embed page.html pages.css
var pageFiles embed.FS

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(pageFiles, "page.html"))
})

// Details makes the rows behind "More details": names and values in turn.
func Details(namesAndValues ...string) []Detail {
	var list []Detail
	for pair := range slices.Chunk(namesAndValues, 2) {
		list = append(list, Detail{Name: pair[0], Value: pair[1]})
	}
	return list
}

// Render writes the page in a language; mkt is what the address was opened with, which goes on with the forms.
func (p Page) Render(tag, mkt string) []byte {
	p.Notice = texts.Say(texts.Simulation)
	if texts.Known(mkt) != "" {
		p.Carry = mkt
	}
	if p.Name == Unknown {
		p.Title, p.Heading = texts.Say(texts.UnknownTitle), texts.Say(texts.UnknownTitle)
		p.Lines = []string{strings.ReplaceAll(texts.Say(texts.UnknownHelp), "{path}", p.Method+" "+p.Path)}
	}
	p.localize(tag)
	var b bytes.Buffer
	if err := pageTemplate().Execute(&b, p); err != nil {
		panic("fakeentra: the page template does not fit its data: " + err.Error())
	}
	return b.Bytes()
}

// Style returns the style sheet of the pages.
func Style() []byte {
	style, _ := pageFiles.ReadFile("pages.css") // embedded: it is there
	return style
}

// localize brings a page that was written in English into a language. What no table has stays as it is: names, numbers,
// and Entra's own error sentences, which are English everywhere.
func (p *Page) localize(tag string) {
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
