package sim_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
	"mfpsim/sim/settings"
)

// creating are the values with which a form creates or changes something; a form that is not here is sent as it is.
func creating(model string) map[string]url.Values {
	all := map[string]url.Values{
		"/scan/contacts/entry?new=contact": {"name": {"Carol"}, "email-address": {"carol@fabrikam.com"}},
		"/scan/contacts/entry?new=group":   {"name": {"Some"}, "group-members": {"1"}},
		"/open-platform/users/entry?new=user": {
			"user-id": {"dave"}, "user-name": {"Dave"}, "user-password": {"dave-1234"},
			"email-address": {"dave@fabrikam.com"},
		},
		"/product-security/administrator-password": {
			"password-old": {"X7QK004100"}, "password-new": {"12345678"}, "password-again": {"12345678"},
		},
		"/device/restore-default-settings": {"what": {"restore-network"}},
		"/device/email-notification":       {settings.AddressField(0): {"bob@fabrikam.com"}},
	}
	if model != "MFP-4100" {
		delete(all, "/product-security/administrator-password") // its password is another one
	}
	return all
}

// creatingFiles are files that a form takes.
func creatingFiles(t *testing.T, b *bench) map[string][]byte {
	t.Helper()
	values, err := b.printer.Export()
	require.NoError(t, err)
	return map[string][]byte{
		"/network-security/ca-certificate": faultnet.NewAuthority("Another CA", 99, time.Time{}, time.Time{}.AddDate(9000, 0, 0)).PEM(),
		"/device/import":                   values,
		"/open-platform/users/import":      []byte("User ID,User Name,User Password,Email Address\nerin,Erin,erin-1234,erin@fabrikam.com\n"),
	}
}

// tokens are different in each page.
var tokens = regexp.MustCompile(`name="token" value="[0-9a-f]+"`)

// pressed sends a button of a form so many times at once, as a person who clicks so often, and returns all that the
// person sees and all that the printer has then.
func pressed(t *testing.T, model string, f form, action string, times int) (status int, text, state string, jobs int) {
	t.Helper()
	b, c := furnished(t, model)
	page := c.send(http.MethodGet, f.page, "", "")
	values := f.values(action)
	found := regexp.MustCompile(`name="token" value="([0-9a-f]+)"`).FindStringSubmatch(page.Body.String())
	if len(found) > 1 {
		values.Set("token", found[1])
	}
	for name, value := range creating(model)[f.target] {
		values[name] = value
	}
	for range times - 1 {
		c.sendOnly(f, values, creatingFiles(t, b)[f.target])
	}
	answer := c.sendForm(f, values, creatingFiles(t, b)[f.target])
	return answer.Code, tokens.ReplaceAllString(answer.Body.String(), ""), b.state(), len(b.printer.Jobs())
}

func TestEachFormThatIsSentTwiceIsActedOnOnceAndAnsweredAlike(t *testing.T) {
	for _, model := range furnishings {
		b, c := furnished(t, model)
		for _, f := range allForms(t, b, c) {
			actions := f.actions
			if len(actions) == 0 {
				actions = []string{""}
			}
			for _, action := range actions {
				t.Run(fmt.Sprintf("%s %s %q", model, f, action), func(t *testing.T) {
					status, text, state, jobs := pressed(t, model, f, action, 1)
					for times := 2; times <= 3; times++ {
						againStatus, again, stateAgain, jobsAgain := pressed(t, model, f, action, times)
						require.Equal(t, text, again)
						require.Equal(t, status, againStatus)
						require.Equal(t, state, stateAgain)
						require.Equal(t, jobs, jobsAgain)
					}
				})
			}
		}
	}
}

func TestOtherValuesOrAPageOpenedAnewAreAnotherForm(t *testing.T) {
	b := newBench(t)
	c := b.clerk()
	add := func(name string) string {
		return c.post("/scan/contacts/entry?new=contact", url.Values{
			"action": {"ok"}, "number": {"1"}, "name": {name}, "email-address": {"bob@fabrikam.com"},
		})
	}
	require.Contains(t, add("Bob"), "Setup complete")
	require.Contains(t, add("Bob"), "Setup complete", "the same form again")
	require.Contains(t, add("Rob"), "Number: This number is already in use.", "somebody has gone back and typed")
	c.refresh("/scan/contacts/entry?new=contact")
	require.Contains(t, add("Bob"), "Number: This number is already in use.", "the page was opened anew")
	require.Len(t, b.printer.Contacts().List(), 1)
}

func TestACopyOfAFormWaitsWhileThePrinterWorksOnTheFirst(t *testing.T) {
	b := newBench(t)
	c := b.clerk()
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Silent})
	require.Contains(t, c.post(basic, url.Values{
		"action": {"ok"}, "method": {"Off"}, "sender": {"a@office.example"}, "server": {"smtp-mail.outlook.com"},
		"port": {"587"}, "security": {"STARTTLS"}, "validation": {"Disable"},
	}), "Setup complete")
	c.refresh("/network/email-server/connection-test")
	const test = "https://192.0.2.10/network/email-server/connection-test"
	start := url.Values{"token": {c.token}}
	var texts [2]string
	var ended [2]time.Duration
	for i := range texts {
		b.world.Go(fmt.Sprintf("click %d", i+1), func(ctx context.Context) {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPost, test, strings.NewReader(start.Encode()))
			r.Header.Set("Content-Type", formType)
			r.AddCookie(c.cookie)
			b.printer.WebConfig().ServeHTTP(w, r.WithContext(ctx))
			texts[i] = fmt.Sprint(w.Code, w.Header().Get("Location"), w.Body)
			ended[i] = b.world.Elapsed()
		})
	}
	b.advance(10 * time.Minute)
	require.Equal(t, "303/network/email-server/connection-test?result=1", texts[0])
	require.Equal(t, texts[0], texts[1])
	require.InDelta(t, ended[0], ended[1], float64(time.Second), "nobody is told anything before the test is over")
	page := c.send(http.MethodGet, "/network/email-server/connection-test?result=1", "", "").Body.String()
	require.Contains(t, page, "SMTP server communication error.")
}

func TestWhoLogsOutTwiceIsLoggedOut(t *testing.T) {
	b := newBench(t)
	c := b.clerk()
	out := url.Values{"token": {c.token}}
	for range 2 {
		require.Contains(t, c.post("/logout", out), "You have logged out.")
	}
}

// sendOnly sends a form whose answer nobody reads.
func (c *clerk) sendOnly(f form, values url.Values, file []byte) {
	c.b.t.Helper()
	kind, body := f.encode(c.b.t, values, file)
	c.send(http.MethodPost, f.target, kind, body)
}

// refresh opens a page and takes its token.
func (c *clerk) refresh(address string) {
	c.b.t.Helper()
	page := c.send(http.MethodGet, address, "", "")
	c.token = regexp.MustCompile(`name="token" value="([0-9a-f]+)"`).FindStringSubmatch(page.Body.String())[1]
}

// Five wrong passwords lock Web Config; a double click is one.
func TestADoubleClickOnAWrongPasswordCountsOnce(t *testing.T) {
	b := newBench(t)
	c := &clerk{b: b}
	for range b.printer.Model().Administrator.LockoutAttempts - 1 {
		c.refresh("/login")
		wrong := url.Values{"token": {c.token}, "password": {"guessed"}}
		for range 2 {
			require.Contains(t, c.post("/login", wrong), "Incorrect user name or password")
		}
	}
	c.refresh("/login")
	right := url.Values{"password": {b.printer.AdministratorPassword()}}
	answer := c.send(http.MethodPost, "/login", formType, right.Encode())
	require.Equal(t, "/status/product", answer.Header().Get("Location"), "it is not locked")
}
