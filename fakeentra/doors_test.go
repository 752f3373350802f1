package fakeentra_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

//go:generate go test -run TestTheDocumentOfDoorsIsUpToDate -update .

// Who comes to the doors.
const (
	anApplication = "22222222-2222-2222-2222-222222222222"
	atWork        = "alice@contoso.com"
	atHome        = "bob@outlook.com"
)

// outcome is what was heard at a door: a number, "in", or the fake's own refusal.
type outcome string

const (
	letIn          outcome = "in"
	notEstablished outcome = "not established"
)

func number(n int) outcome { return outcome(strconv.Itoa(n)) }

// expected is what a row of the table promises.
func expected(d fakeentra.Door) outcome {
	if d.Open() {
		return letIn
	}
	return number(d.Number)
}

// visitor plays rows of the table through the front door.
type visitor struct {
	*client
	strict bool // from the step on that the row is about
	row    fakeentra.Door
}

var pathOf = map[string]map[string]string{
	"openid-configuration": {"v2": "/v2.0/.well-known/openid-configuration", "v1": "/.well-known/openid-configuration"},
	"keys":                 {"v2": "/discovery/v2.0/keys", "v1": "/discovery/keys"},
	"devicecode":           {"v2": devicecode, "v1": "/oauth2/devicecode"},
	"authorize":            {"v2": "/oauth2/v2.0/authorize", "v1": "/oauth2/authorize"},
	"adminconsent":         {"v2": "/v2.0/adminconsent", "v1": "/adminconsent"},
	"token":                {"v2": token, "v1": "/oauth2/token"},
}

func (v *visitor) path(door string) string { return pathOf[door][v.row.Version] }

// tenantOf spells an alias: who is at home is at home at contoso.com.
func tenantOf(alias string) string {
	switch alias {
	case "tenant":
		return "contoso.com"
	case "other tenant":
		return "fabrikam.com"
	}
	return alias
}

// register makes the application what the row says, at home where it has to be let in.
func (v *visitor) register(audience, home string) {
	v.t.Helper()
	words := map[string]string{
		"one tenant": "AzureADMyOrg", "many": "AzureADMultipleOrgs", "personal": "PersonalMicrosoftAccount",
		"both": "AzureADandPersonalMicrosoftAccount",
	}
	require.NoError(v.t, v.entra.ChangeApplication(anApplication, func(a *fakeentra.Application) {
		a.Audience, a.Home = words[audience], home
	}))
}

// play goes to the door of the row and says what is heard there.
func (v *visitor) play() outcome {
	v.t.Helper()
	v.tenant = tenantOf(v.row.Alias)
	switch grant, ofToken := strings.CutPrefix(v.row.Door, "token "); {
	case v.row.Audience == "":
		v.entra.SetStrictDoors(v.strict)
		return heard(v.do(http.MethodGet, authority+"/"+v.tenant+v.path(v.row.Door), "", ""))
	case v.row.Made != "":
		return v.pollElsewhere()
	case v.row.Account == "" && ofToken:
		v.register(v.row.Audience, "contoso.com")
		v.entra.SetStrictDoors(v.strict)
		return v.pastTheDoor(grant)
	case v.row.Account == "":
		v.register(v.row.Audience, "contoso.com")
		v.entra.SetStrictDoors(v.strict)
		return v.knock()
	case ofToken:
		return v.redeem(grant)
	default:
		return v.signInAt()
	}
}

// heard reads the number of an answer or of a page.
func heard(a answer) outcome {
	switch codes, _ := a.json["error_codes"].([]any); {
	case a.text("error") == "not_established", strings.Contains(a.body, "mfpsim does not know what Microsoft Entra ID"):
		return notEstablished
	case len(codes) > 0:
		return number(int(codes[0].(float64)))
	}
	if m := regexp.MustCompile(`AADSTS([0-9]+)`).FindStringSubmatch(a.body); m != nil {
		return outcome(m[1])
	}
	if a.status == http.StatusOK {
		return letIn
	}
	return outcome(fmt.Sprintf("status %d", a.status))
}

// codeForm is the device authorization request of the row's version.
func (v *visitor) codeForm() url.Values {
	if v.row.Version == "v1" {
		return url.Values{"client_id": {anApplication}, "resource": {"https://outlook.office.com"}}
	}
	return url.Values{"client_id": {anApplication}, "scope": {fakeentra.Scope}}
}

// browse is the address of a request by a browser.
func (v *visitor) browse() string {
	query := v.codeForm()
	query.Set("redirect_uri", nativeRedirectURI)
	if v.row.Door == "authorize" {
		query.Set("response_type", "code")
	}
	return authority + "/" + v.tenant + v.path(v.row.Door) + "?" + query.Encode()
}

// knock asks for a device code, or opens a page, as an application with nobody behind it.
func (v *visitor) knock() outcome {
	v.t.Helper()
	if v.row.Door == "devicecode" {
		return heard(v.post(v.path("devicecode"), v.codeForm()))
	}
	return heard(v.do(http.MethodGet, v.browse(), "", ""))
}

// pastTheDoor presents a grant that nobody has given: behind the door it is what is refused.
func (v *visitor) pastTheDoor(grant string) outcome {
	v.t.Helper()
	form := url.Values{
		"client_id": {anApplication}, "grant_type": {grant}, "scope": {fakeentra.Scope}, "code": {"M.x"},
		"device_code": {"M.x"}, "refresh_token": {"M.x"}, "username": {"nobody@contoso.com"}, "password": {"x"},
	}
	behind := map[string]int{
		"authorization_code": 9002313, "refresh_token": 9002313, "device_code": 70000, "password": 50034,
		"client_credentials": 7000218,
	}[grant]
	if v.tenant == "consumers" {
		behind = 70000
	}
	if got := heard(v.post(v.path("token"), form)); got != number(behind) {
		return got
	}
	return letIn
}

// account is the account of the row.
func (v *visitor) account() string {
	if v.row.Account == "personal" {
		return atHome
	}
	return atWork
}

// elsewhere is where an application of one tenant is at home, so that it is let in and the account is looked at.
func (v *visitor) elsewhere() string {
	if v.row.Alias == "other tenant" {
		return "fabrikam.com"
	}
	return "contoso.com"
}

// signInAt types the account's name on the page of a sign-in.
func (v *visitor) signInAt() outcome {
	v.t.Helper()
	v.register(v.row.Audience, v.elsewhere())
	p := v.person()
	if v.row.Door == "devicecode" {
		code := v.post(v.path("devicecode"), v.codeForm())
		require.Equal(v.t, http.StatusOK, code.status, code.body)
		p.open("https://login.microsoft.com/device").press("Next", "otc", code.text("user_code"))
	} else {
		p.open(v.browse())
	}
	require.Equal(v.t, "Sign in", p.heading(), p.text())
	v.entra.SetStrictDoors(v.strict)
	p.press("Next", "loginfmt", v.account())
	switch text := p.text(); {
	case p.heading() == "Enter password":
		return letIn
	case strings.Contains(text, "We couldn't find an account with that username."):
		return number(50034)
	default:
		return heard(answer{body: text, status: p.status})
	}
}

// redeem presents a grant of the account, which was given when the application was for everybody.
func (v *visitor) redeem(grant string) outcome {
	v.t.Helper()
	at := v.tenant
	v.register("both", "")
	v.tenant = map[string]string{"work": "contoso.com", "personal": "consumers"}[v.row.Account]
	form := url.Values{"client_id": {anApplication}, "grant_type": {grant}, "scope": {fakeentra.Scope}}
	switch grant {
	case "authorization_code":
		address, err := v.entra.Authorize(authority+"/"+v.tenant+"/oauth2/v2.0/authorize?"+url.Values{
			"client_id": {anApplication}, "scope": {fakeentra.Scope}, "response_type": {"code"},
			"redirect_uri": {nativeRedirectURI},
		}.Encode(), v.account())
		require.NoError(v.t, err)
		back, err := url.Parse(address)
		require.NoError(v.t, err)
		form.Set("code", back.Query().Get("code"))
		form.Set("redirect_uri", nativeRedirectURI)
	case "refresh_token":
		form.Set("refresh_token", v.signIn(v.account()).text("refresh_token"))
	case "password":
		form.Set("username", v.account())
		u, _ := v.entra.User(v.account())
		form.Set("password", u.Password.Reveal())
	}
	v.tenant = at
	v.register(v.row.Audience, v.elsewhere())
	v.entra.SetStrictDoors(v.strict)
	return heard(v.post(v.path("token"), form))
}

// pollElsewhere asks for a code at one alias and polls at another.
func (v *visitor) pollElsewhere() outcome {
	v.t.Helper()
	at := v.tenant
	v.register(v.row.Audience, "contoso.com")
	v.tenant = tenantOf(v.row.Made)
	code := v.post(v.path("devicecode"), v.codeForm())
	require.Equal(v.t, http.StatusOK, code.status, code.body)
	v.tenant = at
	v.entra.SetStrictDoors(v.strict)
	got := heard(v.post(v.path("token"), url.Values{
		"client_id": {anApplication}, "grant_type": {deviceURN}, "device_code": {code.text("device_code")},
	}))
	if got == number(70016) { // pending: it is waited for here
		return letIn
	}
	return got
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	c := newClient(t, fakeentra.Config{
		Start: start,
		Tenants: []fakeentra.Tenant{
			{Name: "Contoso", Domains: []string{"contoso.com"}},
			{Name: "Fabrikam", Domains: []string{"fabrikam.com"}},
			{Personal: true, Domains: []string{"outlook.com"}},
		},
		Users: []fakeentra.User{{Principal: atWork}, {Principal: atHome}},
		Applications: []fakeentra.Application{
			{ID: anApplication, Name: "App", PublicRedirectURIs: []string{nativeRedirectURI}},
		},
	})
	require.NoError(t, c.entra.GrantConsent("contoso.com", anApplication, strings.Fields(fakeentra.Scope)...))
	c.id = anApplication
	return &visitor{client: c}
}

// spot names a row in a failure.
func spot(d fakeentra.Door) string {
	return strings.Join([]string{d.Door, d.Version, d.Made, d.Alias, d.Account, d.Audience}, " | ")
}

func TestTheWholeTableIsPlayedThroughTheFrontDoor(t *testing.T) {
	v := newVisitor(t)
	for _, row := range fakeentra.Doors() {
		v.row, v.strict = row, false
		v.entra.SetStrictDoors(false)
		require.Equal(t, expected(row), v.play(), spot(row))
	}
}

func TestStrictDoorsRefuseWhatIsOurs(t *testing.T) {
	v := newVisitor(t)
	ours := map[string]bool{} // doors that refuse an application already
	for _, row := range fakeentra.Doors() {
		if row.Account == "" && row.Made == "" {
			ours[strings.Join([]string{row.Door, row.Version, row.Alias, row.Audience}, "|")] = row.Ours()
		}
	}
	refused := 0
	for _, row := range fakeentra.Doors() {
		v.row, v.strict = row, true
		v.entra.SetStrictDoors(false)
		want := expected(row)
		alias := row.Alias
		if alias == "other tenant" && row.Account != "" {
			alias = "tenant" // the application is at home there
		}
		atToken := strings.HasPrefix(row.Door, "token ")
		if row.Ours() || atToken && ours[strings.Join([]string{row.Door, row.Version, alias, row.Audience}, "|")] {
			want = notEstablished
			refused++
		}
		require.Equal(t, want, v.play(), spot(row))
	}
	require.Greater(t, refused, 50)
}

func TestAStrictRefusalSaysWhereItStands(t *testing.T) {
	c := newClient(t, fakeentra.Config{Start: start, Seed: 7, StrictDoors: true})
	tokens := c.signIn("admin@contoso.com")
	c.tenant = "consumers"
	requireAADSTS(t, c.refresh(tokens.text("refresh_token")), 7000012, "invalid_grant") // captured: it stays
	_, err := c.entra.AddTenant(fakeentra.Tenant{Domains: []string{"fabrikam.com"}})
	require.NoError(t, err)
	c.tenant = "fabrikam.com"
	a := c.refresh(tokens.text("refresh_token"))
	require.Equal(t, http.StatusNotImplemented, a.status)
	require.Equal(t, "not_established", a.text("error"))
	require.Contains(t, a.text("error_description"), "mfpsim does not know what Microsoft Entra ID does here, and was told to "+
		"refuse what docs/doors.md marks as ours: token refresh_token, v2, other tenant, work account, application for both.")
	require.Empty(t, a.text("error_uri"))
	c.entra.SetStrictDoors(false)
	requireAADSTS(t, c.refresh(tokens.text("refresh_token")), 50020, "invalid_grant")
}

// column is how the document orders the aliases.
var column = []string{"tenant", "other tenant", "common", "organizations", "consumers"}

func TestTheDocumentOfDoorsIsUpToDate(t *testing.T) {
	rows := fakeentra.Doors()
	count := map[string]int{}
	for _, d := range rows {
		count[d.Mark]++
	}
	require.Equal(t, len(rows), count["C"]+count["D"]+count["R"]+count["I"], "a mark that nobody knows")
	var b strings.Builder
	fmt.Fprintf(&b, `# The doors of fakeentra

<!-- Generated from the table that the fake reads at each request: go generate ./fakeentra. Do not edit. -->

Who is let in where: %d cells, of which %d are captured (C), %d documented (D), %d reported (R) and **%d ours
(I)**: there nobody
knows what Entra ID does, and the fake does what seems likeliest. The cells that are ours are grey. %s makes
the fake refuse them with a sentence
and status 501; %s prints the table with the source of each cell.

A cell has the AADSTS number that is said, or *in*; a dash is a cell that no request can come to. *tenant* is
the tenant of the application or,
once somebody has signed in, that of the account; *other tenant* is another organization. The words of the
numbers are in [parity-entra.md](parity-entra.md).
`, len(rows), count["C"], count["D"], count["R"], count["I"], "`--strict-doors`", "`mfpsim explain --doors`")
	for _, part := range []struct {
		title, head string
		holds       func(fakeentra.Door) bool
		first       func(fakeentra.Door) []string
	}{
		{
			"Discovery", "document | version", func(d fakeentra.Door) bool { return d.Audience == "" },
			func(d fakeentra.Door) []string { return []string{d.Door, d.Version} },
		},
		{
			"The application, before anybody has signed in", "door | version | application for",
			func(d fakeentra.Door) bool { return d.Audience != "" && d.Account == "" && d.Made == "" },
			func(d fakeentra.Door) []string { return []string{d.Door, d.Version, d.Audience} },
		},
		{
			"The account: on the pages, and in what it has granted", "door | version | account | application for",
			func(d fakeentra.Door) bool { return d.Account != "" },
			func(d fakeentra.Door) []string { return []string{d.Door, d.Version, d.Account, d.Audience} },
		},
		{
			"A device code, by where it was made (down) and where it is polled (across)", "version | made at | application for",
			func(d fakeentra.Door) bool { return d.Made != "" },
			func(d fakeentra.Door) []string { return []string{d.Version, d.Made, d.Audience} },
		},
	} {
		writeDoors(&b, part.title, part.head, slices.DeleteFunc(slices.Clone(rows), func(d fakeentra.Door) bool {
			return !part.holds(d)
		}), part.first)
	}
	file := filepath.Join("..", "docs", "doors.md")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	}
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, b.String(), string(written), "run: go generate ./fakeentra")
}

// writeDoors writes one part of the document: a line for each place but for its alias.
func writeDoors(
	b *strings.Builder, title, head string, rows []fakeentra.Door, first func(fakeentra.Door) []string,
) {
	fmt.Fprintf(b, "\n## %s\n\n| %s | %s |\n|%s\n", title, head, strings.Join(column, " | "),
		strings.Repeat(" --- |", len(column)+strings.Count(head, "|")+1))
	var order []string
	cells := map[string]map[string]string{}
	type because struct{ mark, number, source string }
	var sources []because
	for _, d := range rows {
		line := strings.Join(first(d), " | ")
		if cells[line] == nil {
			order, cells[line] = append(order, line), map[string]string{}
		}
		said := "in"
		if !d.Open() {
			said = strconv.Itoa(d.Number)
		}
		if cell := (because{d.Mark, said, d.Source}); !slices.Contains(sources, cell) {
			sources = append(sources, cell)
		}
		cells[line][d.Alias] = said + " " + d.Mark
		if d.Ours() {
			cells[line][d.Alias] = `<span style="color:gray">` + said + " I</span>"
		}
	}
	for _, line := range order {
		b.WriteString("| " + line + " |")
		for _, alias := range column {
			cell := cells[line][alias]
			if cell == "" {
				cell = "–"
			}
			b.WriteString(" " + cell + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n| said | mark | source |\n| --- | --- | --- |\n")
	for _, s := range sources {
		row(b, s.number, s.mark, s.source)
	}
}
