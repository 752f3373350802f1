package webdriver_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/browser"
	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/device/webdriver"
)

// device under test: the web page of some maker's printer. Its panel is Greek; its page has Greek for some words only,
// and an English of its own for the rest.
const (
	entrance = `<h1>Κατάσταση</h1><a href="/login">Σύνδεση χρήστη</a>`
	form     = `<h1>Σύνδεση χρήστη</h1><form method="post" action="/login">` +
		`<label>Όνομα χρήστη <input name="user"></label><label>Pass phrase <input type="password" name="password"></label><button>ΟΚ</button></form>`
	menu  = `<h1>Κατάσταση</h1><a href="/mail">Mail Server</a> <a href="/out">Αποσύνδεση</a>`
	basic = `<h1>Mail Server</h1><form method="post" action="/mail"><label>Login Method <select name="m">` +
		`<option value="off">Off</option><option value="oauth2">OAuth2</option></select></label>` +
		`<button>ΟΚ</button></form>%s <a href="/out">Αποσύνδεση</a>`
)

type served struct{ handler http.Handler }

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

var words = []device.Words{
	{Language: "el", Labels: map[string]string{
		"log in": "Σύνδεση χρήστη", "log out": "Αποσύνδεση", "user name": "Όνομα χρήστη", "ok": "ΟΚ",
		"authentication code": "Κωδικός", "url": "Διεύθυνση",
	}},
	{Language: "en", Labels: map[string]string{"email server": "Mail Server", "authentication method": "Login Method"}},
}

// printer is the page and what it was told.
type printer struct {
	requests []string
	code     string // a line of the page
	seen     []device.Page
	wordless error
	windows  int
	password string
}

func (p *printer) driver() *webdriver.Driver {
	mux := http.NewServeMux()
	page := func(pattern string, text func() string) {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			body := entrance
			if cookie, err := r.Cookie("session"); err == nil && cookie.Value == "admin" || pattern == "/login" {
				body = text()
			}
			_, _ = fmt.Fprint(w, body)
		})
	}
	page("/{$}", func() string { return menu })
	page("/login", func() string { return form })
	page("/mail", func() string { return fmt.Sprintf(basic, p.code) })
	page("/out", func() string { return entrance })
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		p.requests = append(p.requests, r.URL.Path+" "+r.PostForm.Encode())
		if r.URL.Path == "/login" && r.PostFormValue("password") == "geheim" {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "admin", Path: "/"})
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	return webdriver.New(webdriver.Config{
		Address: "printer.example", Password: p.password,
		Window: func() *browser.Browser {
			p.windows++
			return browser.New(browser.Config{Transport: served{mux}})
		},
		Words: func(context.Context) ([]device.Words, error) { return words, p.wordless },
		Seen:  func(page device.Page) { p.seen = append(p.seen, page) },
	})
}

func TestTheGuidesWordsAreFoundInThePanelsLanguageAndInTheDevicesOwnEnglish(t *testing.T) {
	p := &printer{password: "geheim"}
	d := p.driver()
	page, err := d.LogIn(t.Context(), "", false)
	require.NoError(t, err)
	require.Equal(t, "Κατάσταση", page.Path)
	page, err = d.Open(t.Context(), "Email Server")
	require.NoError(t, err)
	require.Equal(t, "Mail Server", page.Path)
	offered, err := d.Choices(t.Context(), "Authentication Method")
	require.NoError(t, err)
	require.Equal(t, []string{"Off", "OAuth2"}, offered)
	_, err = d.Set(t.Context(), "Authentication Method", "oauth2")
	require.NoError(t, err)
	_, err = d.Click(t.Context(), "OK")
	require.NoError(t, err)
	require.Equal(t, []string{"/login password=geheim&user=", "/mail m=oauth2"}, p.requests)
	require.Len(t, p.seen, 4, "each act is told: log in, open, set, click")
	_, err = d.Page(t.Context())
	require.NoError(t, err)
	require.Len(t, p.seen, 4, "a look is not")
}

func TestASessionThatHoldsIsNotLoggedIntoAgain(t *testing.T) {
	p := &printer{password: "geheim"}
	d := p.driver()
	for range 2 {
		page, err := d.LogIn(t.Context(), "anna", false)
		require.NoError(t, err)
		require.Contains(t, page.Buttons, "Αποσύνδεση")
	}
	require.Equal(t, []string{"/login password=geheim&user=anna"}, p.requests)
	_, err := d.LogIn(t.Context(), "bert", false)
	require.NoError(t, err)
	require.Len(t, p.requests, 2, "another administrator has a window and a session of her own")
	require.Equal(t, 2, p.windows)
	page, err := d.LogOut(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"Σύνδεση χρήστη"}, page.Buttons)
}

func TestWhatIsNotOnThePageIsToldWithWhatIs(t *testing.T) {
	p := &printer{password: "geheim"}
	d := p.driver()
	_, err := d.Click(t.Context(), "OK")
	require.ErrorIs(t, err, device.ErrNoPage)
	_, err = d.Page(t.Context())
	require.ErrorIs(t, err, device.ErrNoPage)
	_, err = d.EnterPassword(t.Context(), false)
	require.ErrorIs(t, err, device.ErrNoPage)
	_, err = d.Open(t.Context(), "Email Server")
	require.ErrorIs(t, err, device.ErrNotLoggedIn)
	_, err = d.LogIn(t.Context(), "", true)
	require.NoError(t, err)
	require.Equal(t, []string{"/login password=wrongg&user="}, p.requests)
	_, err = d.LogIn(t.Context(), "", false)
	require.NoError(t, err)
	var missing *choice.Error
	_, err = d.Open(t.Context(), "Email Server > Coffee")
	require.ErrorAs(t, err, &missing)
	require.Equal(t, choice.Error{What: "page", Wanted: "Coffee", Present: []string{"ΟΚ", "Αποσύνδεση"}}, *missing)
	_, err = d.Click(t.Context(), "Sign In")
	require.EqualError(t, err, `no button "Sign In" here; there are: ΟΚ, Αποσύνδεση`)
	_, err = d.Set(t.Context(), "Authentication Method", "POP")
	require.EqualError(t, err, `no value "POP" here; there are: Off, OAuth2`)
	_, err = d.EnterPassword(t.Context(), false)
	require.EqualError(t, err, `no field "password" here; there are: Login Method`)
	_, err = d.Leave(t.Context())
	require.NoError(t, err)
	_, err = d.Page(t.Context())
	require.ErrorIs(t, err, device.ErrNoPage)
}

func TestAFormIsForgedInTheAdministratorsBrowserAndInAStrangers(t *testing.T) {
	p := &printer{password: "geheim"}
	d := p.driver()
	_, err := d.LogIn(t.Context(), "", false)
	require.NoError(t, err)
	_, err = d.Open(t.Context(), "Email Server")
	require.NoError(t, err)
	page, err := d.Forge(t.Context(), "OK", false)
	require.NoError(t, err)
	require.Equal(t, "Κατάσταση", page.Path)
	require.Equal(t, "/mail m=off", p.requests[1])
	_, err = d.Forge(t.Context(), "Log out", false)
	require.ErrorIs(t, err, browser.ErrNoForm)
	_, err = d.Open(t.Context(), "Email Server")
	require.NoError(t, err)
	page, err = d.Forge(t.Context(), "OK", true)
	require.NoError(t, err)
	require.Contains(t, page.Buttons, "Σύνδεση χρήστη", "nobody is logged in there")
}

func TestTheCodeIsReadOffThePage(t *testing.T) {
	p := &printer{password: "geheim", code: "<p>Κωδικός : FRWQDE7YL</p><p>Διεύθυνση : https://login.example/device</p>"}
	d := p.driver()
	_, err := d.LogIn(t.Context(), "", false)
	require.NoError(t, err)
	_, _, err = d.UserCode(t.Context())
	require.EqualError(t, err, "the page shows no authentication code; it is 'Κατάσταση'")
	_, err = d.Open(t.Context(), "Email Server")
	require.NoError(t, err)
	code, url, err := d.UserCode(t.Context())
	require.NoError(t, err)
	require.Equal(t, "FRWQDE7YL", code)
	require.Equal(t, "https://login.example/device", url)
}

func TestADeviceWhosePasswordOrWordsAreNotKnownIsRefused(t *testing.T) {
	p := &printer{}
	d := p.driver()
	_, err := d.LogIn(t.Context(), "", false)
	require.ErrorContains(t, err, "password of this device is not known")
	p.wordless = errors.New("the device does not answer")
	for _, act := range []func() (device.Page, error){
		func() (device.Page, error) { return d.LogIn(t.Context(), "", false) },
		func() (device.Page, error) { return d.Click(t.Context(), "OK") },
		func() (device.Page, error) { return d.Open(t.Context(), "Email Server") },
	} {
		_, err = act()
		require.ErrorIs(t, err, p.wordless)
	}
	_, _, err = d.UserCode(t.Context())
	require.ErrorIs(t, err, p.wordless)
}
