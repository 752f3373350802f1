package sim_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"mfpsim/device"
	"mfpsim/sim"
	"mfpsim/sim/users"
)

// form is a form of Web Config as its page has it.
type form struct {
	page    string // address that shows it
	target  string // address that it is sent to
	upload  bool
	fields  []formField
	actions []string // values of its buttons
}

// formField is a field with what it holds when the page is opened.
type formField struct {
	name, kind string // kind: text, number, password, choice, check, file, hidden
	value      string
	on         bool // of a check: it is ticked
}

func (f form) String() string { return f.target + " of " + f.page }

// values is the form as it is sent without a change.
func (f form) values(action string) url.Values {
	v := url.Values{"action": {action}}
	for _, field := range f.fields {
		if field.kind != "file" && (field.kind != "check" || field.on) {
			v.Add(field.name, field.value)
		}
	}
	return v
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// formsOn reads the forms and the links of a page.
func formsOn(t *testing.T, address, text string) (forms []form, links []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	require.NoError(t, err)
	var current *form
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		name, _ := attribute(n, "name")
		value, _ := attribute(n, "value")
		switch n.Data {
		case "a":
			if to, _ := attribute(n, "href"); strings.HasPrefix(to, "/") {
				links = append(links, to)
			}
		case "form":
			target, _ := attribute(n, "action")
			encoding, _ := attribute(n, "enctype")
			if target == "" {
				target = address
			}
			forms = append(forms, form{page: address, target: target, upload: encoding != ""})
			current = &forms[len(forms)-1]
		case "button":
			if name == "action" && current != nil && !slices.Contains(current.actions, value) {
				current.actions = append(current.actions, value)
			}
		case "textarea":
			current.fields = append(current.fields, formField{name: name, kind: "text"})
		case "select":
			field := formField{name: name, kind: "choice"}
			for option := range n.Descendants() {
				if _, chosen := attribute(option, "selected"); chosen {
					field.value, _ = attribute(option, "value")
				}
			}
			current.fields = append(current.fields, field)
		case "input":
			kind, _ := attribute(n, "type")
			mode, _ := attribute(n, "inputmode")
			_, checked := attribute(n, "checked")
			switch {
			case kind == "radio" && !checked:
				continue
			case kind == "radio":
				kind = "choice"
			case kind == "checkbox":
				kind = "check"
			case mode == "numeric":
				kind = "number"
			}
			current.fields = append(current.fields, formField{name: name, kind: kind, value: value, on: checked})
		}
	}
	return forms, links
}

// allForms finds every form of Web Config: it follows the links from the first page on, as an administrator who has
// a contact, a group and an imported certificate, and while a sign-in waits for its code.
func allForms(t *testing.T, b *bench, c *clerk) []form {
	t.Helper()
	var all []form
	seen := map[string]bool{}
	waiting := []string{"/", "/login"}
	for len(waiting) > 0 {
		address := waiting[0]
		waiting = waiting[1:]
		plain, _, _ := strings.Cut(address, "#")
		if seen[plain] {
			continue
		}
		seen[plain] = true
		answer := c.send(http.MethodGet, plain, "", "")
		if answer.Code == http.StatusSeeOther {
			waiting = append(waiting, answer.Header().Get("Location"))
			continue
		}
		require.Equal(t, http.StatusOK, answer.Code, plain)
		if !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
			continue
		}
		forms, links := formsOn(t, plain, answer.Body.String())
		waiting = append(waiting, links...)
		for _, f := range forms {
			known := func(other form) bool { return other.target == f.target && slices.Equal(other.actions, f.actions) }
			if !slices.ContainsFunc(all, known) {
				all = append(all, f)
			}
		}
	}
	require.True(t, b.printer.PoweredOn())
	return all
}

// furnishings are models that together have every form: the default one, and one with all that not every model has.
var furnishings = []string{"MFP-4100", "Team 500"}

// furnished is a bench whose printer has one of everything that pages have forms for.
func furnished(t *testing.T, model string) (*bench, *clerk) {
	t.Helper()
	b := newBench(t, func(c *sim.Config) { c.Model = model })
	c := b.clerk()
	for _, e := range []struct {
		kind string
		form url.Values
	}{
		{"contact", url.Values{"name": {"Bob"}, "number": {"1"}, "email-address": {"bob@fabrikam.com"}}},
		{"group", url.Values{"name": {"All"}, "number": {"2"}, "group-members": {"1"}}},
	} {
		e.form.Set("action", "ok")
		require.Contains(t, c.post("/scan/contacts/entry?new="+e.kind, e.form), "Setup complete")
	}
	authority := b.network.Authority().PEM()
	_ = c.upload("/network-security/ca-certificate", "import", bytes.NewReader(authority))
	require.Len(t, b.printer.Settings().Authorities, 1)
	require.NoError(t, b.printer.Users().Add(person("alice")))
	require.Contains(t, c.post(basic, url.Values{
		"action": {"sign-in"}, "method": {"OAuth2"}, "service": {"Microsoft Exchange Online"},
	}), "Microsoft")
	if b.printer.Model().FaxServer != nil {
		require.Contains(t, c.post(faxSettings, url.Values{
			"action": {"ok"}, "fax-server": {"use"}, "fax-domain": {"fax.example.com"}, "attachment-format": {"pdf-multi-page"},
			"device-authorization-endpoint": {"https://login.fax.example.com/device"}, "client-id": {"mfp"},
			"token-endpoint": {"https://login.fax.example.com/token"},
		}), "Setup complete")
		require.Contains(t, c.post(faxEmailServer, url.Values{
			"action": {"sign-in"}, "method": {"OAuth2"}, "service": {"Other"},
		}), "Sign in with the Fax Provider")
	}
	return b, c
}

// state is all that a form can change.
func (b *bench) state() string {
	b.t.Helper()
	values, err := b.printer.Export()
	require.NoError(b.t, err)
	var registered []users.User
	if book := b.printer.Users(); book != nil {
		registered = book.List()
	}
	return fmt.Sprintf("%s\n%+v\n%+v\n%v\n%v", values, registered, b.printer.Settings(), b.printer.PoweredOn(),
		b.printer.IsPassword(b.printer.Serial()))
}

// sendForm sends a form as a browser does, with a file in its field if there is one, and returns the last answer.
func (c *clerk) sendForm(f form, values url.Values, file []byte) *httptest.ResponseRecorder {
	c.b.t.Helper()
	kind, body := f.encode(c.b.t, values, file)
	answer := c.send(http.MethodPost, f.target, kind, body)
	if answer.Code == http.StatusSeeOther {
		answer = c.send(http.MethodGet, answer.Header().Get("Location"), "", "")
	}
	return answer
}

// encode is a form as it goes over the network.
func (f form) encode(t *testing.T, values url.Values, file []byte) (kind, body string) {
	t.Helper()
	if !f.upload {
		return "application/x-www-form-urlencoded", values.Encode()
	}
	var text bytes.Buffer
	parts := multipart.NewWriter(&text)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			require.NoError(t, parts.WriteField(name, value))
		}
	}
	for _, field := range f.fields {
		if field.kind == "file" && file != nil {
			part, err := parts.CreateFormFile(field.name, "file")
			require.NoError(t, err)
			_, err = part.Write(file)
			require.NoError(t, err)
		}
	}
	require.NoError(t, parts.Close())
	return parts.FormDataContentType(), text.String()
}

// ruined are the ways in which a field can be filled in wrongly, by its kind.
var ruined = map[string]map[string]string{
	"text": {
		"too long": strings.Repeat("x", 300), "wrong signs": "<script>\x01αλφα\r\nBcc: eve@example.com",
		"much too long": strings.Repeat("x", 100<<10),
	},
	"number": {
		"no number": "many", "too large": "70000000", "below zero": "-1", "half": "1.5",
		"too long": strings.Repeat("9", 300),
	},
	"password": {"too long": strings.Repeat("x", 300), "wrong signs": "κωδικός\x01"},
	"choice":   {"none of the list": "by pigeon"},
	"check":    {"none of the list": "4711"},
	"hidden":   {"a forged token": strings.Repeat("0", 32)},
}

// used are the choices by which a field is looked at: until they are made the page hides it, and its form leaves it
// out.
var used = map[string]url.Values{
	"primary-dns-server":    {"dns": {"manual"}},
	"secondary-dns-server":  {"dns": {"manual"}, "primary-dns-server": {"192.0.2.1"}},
	"proxy-server":          {"proxy": {"use"}},
	"proxy-server-port":     {"proxy": {"use"}, "proxy-server": {"proxy.office.example"}},
	"proxy-server-user":     {"proxy": {"use"}, "proxy-server": {"proxy.office.example"}, "proxy-server-port": {"8080"}},
	"proxy-server-password": {"proxy": {"use"}, "proxy-server": {"proxy.office.example"}, "proxy-server-port": {"8080"}},
	"service":               {"method": {"OAuth2"}},
	"time-server-address":   {"time-server": {"use"}},
	"update-interval":       {"time-server": {"use"}, "time-server-address": {"time.office.example"}},
}

func TestEachFieldOfEachFormRefusesWhatItCannotTake(t *testing.T) {
	for _, model := range furnishings {
		t.Run(model, func(t *testing.T) { eachFieldRefuses(t, model) })
	}
}

func eachFieldRefuses(t *testing.T, model string) {
	b, c := furnished(t, model)
	forms := allForms(t, b, c)
	require.GreaterOrEqual(t, len(forms), 15, "%v", forms)
	for _, f := range forms {
		for i, field := range f.fields {
			for _, what := range slices.Sorted(maps.Keys(ruined[field.kind])) {
				t.Run(fmt.Sprintf("%s, field %d %s, %s", f, i+1, field.name, what), func(t *testing.T) {
					if field.name == "to" {
						t.Skip("where log-in leads to: TestLogInLeadsOnlyToPagesOfThisPrinter")
					}
					values := f.values(f.actions0())
					if field.name != "token" {
						values.Set("token", c.token)
					}
					for name, value := range used[field.name] {
						values[name] = value
					}
					values.Set(field.name, ruined[field.kind][what])
					before := b.state()
					answer := c.sendForm(f, values, nil)
					text := answer.Body.String()
					require.Equal(t, before, b.state(), "nothing is stored")
					require.NotContains(t, text, "<script>\x01", "nothing of it is taken for HTML")
					require.NotContains(t, text, "Setup complete")
					require.Contains(t, text, `class="problem"`, "the page says what is wrong")
				})
			}
		}
	}
}

// actions0 is the button that Enter presses; empty for a form that has one button without a name.
func (f form) actions0() string {
	if len(f.actions) == 0 {
		return ""
	}
	return f.actions[0]
}

func TestEachFormRefusesAForgedTokenAnEndedSessionAndAnUnknownButton(t *testing.T) {
	for _, model := range furnishings {
		t.Run(model, func(t *testing.T) { eachFormRefuses(t, model) })
	}
}

func eachFormRefuses(t *testing.T, model string) {
	b, c := furnished(t, model)
	for _, f := range allForms(t, b, c) {
		if f.target == "/login" {
			continue // it is for who has no session
		}
		for _, action := range append(f.actions, "by pigeon") {
			values := f.values(action)
			values.Set("token", strings.Repeat("0", len(c.token)))
			before := b.state()
			answer := c.sendForm(f, values, []byte("file"))
			require.Equal(t, http.StatusForbidden, answer.Code, "%s %s", f, action)
			require.Contains(t, answer.Body.String(), "This page was not sent by this product.")
			require.Equal(t, before, b.state())
		}
		if len(f.actions) == 0 {
			continue // its only button has no name: Log out, Start
		}
		values := f.values("by pigeon")
		values.Set("token", c.token)
		before := b.state()
		require.Contains(t, c.sendForm(f, values, nil).Body.String(), "The request cannot be used.", "%s", f)
		require.Equal(t, before, b.state())
	}
	forms := allForms(t, b, c)
	b.advance(21 * time.Minute)
	for _, f := range forms {
		if f.target == "/login" {
			continue
		}
		for _, action := range f.actions {
			values := f.values(action)
			values.Set("token", c.token)
			before := b.state()
			text := c.sendForm(f, values, []byte("file")).Body.String()
			require.Regexp(t, `The session has ended\.|Log in`, text, "%s", f)
			require.Equal(t, before, b.state())
		}
	}
}

func TestEachFormWithAFileRefusesNoneAndOneThatIsTooLarge(t *testing.T) {
	b, c := furnished(t, "MFP-4100")
	huge, count := bytes.Repeat([]byte("A"), 50<<20), 0
	for _, f := range allForms(t, b, c) {
		if !f.upload {
			continue
		}
		count++
		values := f.values(f.actions0())
		values.Set("token", c.token)
		before := b.state()
		require.Contains(t, c.sendForm(f, values, nil).Body.String(), "Select a file.", "%s", f)
		answer := c.sendForm(f, values, huge)
		require.Equal(t, http.StatusRequestEntityTooLarge, answer.Code)
		require.Contains(t, answer.Body.String(), "The file is too large. Select a file of up to 1 MB.", "%s", f)
		require.Equal(t, before, b.state())
	}
	require.Equal(t, 3, count)
}

// Over the network too, where a request has a limit of its own, it is the printer that answers, in its language.
func TestAFileOf50MBIsRefusedOnThePrintersOwnPage(t *testing.T) {
	huge := strings.Repeat("A", 50<<20)
	for language, sentence := range map[string]string{
		"en": "The file is too large. Select a file of up to 1 MB.",
		"el": "Το αρχείο είναι υπερβολικά μεγάλο. Επιλέξτε αρχείο έως 1 MB.",
	} {
		for page, labels := range map[string][2]string{ // of the field, and of the button
			"/network-security/ca-certificate": {"certificate-file", "import-certificate"},
			"/device/import":                   {"setting-value-file", "import-file"},
			"/open-platform/users/import":      {"users-file", "import-users"},
		} {
			t.Run(language+page, func(t *testing.T) {
				b := newBench(t)
				b.logIn(b.browser)
				b.do("language", func(ctx context.Context) error { return b.device.SetLanguage(ctx, language) })
				before := b.state()
				b.open(b.browser, page)
				texts := b.printer.Model().Texts(language)
				b.set(b.browser, texts.Label(labels[0]), huge)
				b.click(b.browser, texts.Label(labels[1]))
				require.Contains(t, b.browser.Text(), sentence)
				require.Equal(t, before, b.state())
				b.open(b.browser, page)
				require.Contains(t, b.browser.Text(), texts.Label(labels[1]), "the page is there again")
			})
		}
	}
}

// A form that is sent as it is, while the power fails in the middle of its write, leaves what was there before: what it
// stores is the same, and no part of it is missing.
func TestThePowerMayFailInTheWriteOfEachForm(t *testing.T) {
	for _, model := range furnishings {
		t.Run(model, func(t *testing.T) { powerMayFail(t, model) })
	}
}

func powerMayFail(t *testing.T, model string) {
	b, c := furnished(t, model)
	forms := allForms(t, b, c)
	for _, f := range forms {
		if !slices.Contains(f.actions, "ok") || f.target == "/login" ||
			f.target == "/device/restore-default-settings" { // which is to change everything
			continue
		}
		t.Run(f.String(), func(t *testing.T) {
			b, c := furnished(t, model)
			values := f.values("ok")
			values.Set("token", c.token)
			before := b.state()
			b.do("cut", func(ctx context.Context) error {
				return b.device.Power(ctx, device.PowerAct{State: "cut", AtWrite: 1, AtByte: new(20)})
			})
			c.sendForm(f, values, nil)
			b.do("off", func(ctx context.Context) error {
				_ = b.device.Power(ctx, device.PowerAct{State: "off"}) // it is off, unless the form writes nothing
				return nil
			})
			b.do("on", func(ctx context.Context) error { return b.device.Power(ctx, device.PowerAct{State: "on"}) })
			b.do("no cut", func(ctx context.Context) error { return b.device.Power(ctx, device.PowerAct{State: "on"}) })
			require.Equal(t, before, b.state())
		})
	}
}
