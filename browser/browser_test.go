package browser_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/browser"
	"mfpsim/choice"
)

// served answers requests by a handler, without a network.
type served struct{ handler http.Handler }

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

const basicPage = `<!doctype html><html><head><title>Email Server &gt; Basic</title><style>p{}</style></head><body>
<nav><a href="/ca">CA Certificate</a></nav>
<h1>Email Server &gt; Basic</h1>
<form method="post" action="save">
<input type="hidden" name="token" value="t1">
<table>
<tr><th><label for="m">Authentication Method</label></th><td><select id="m" name="method">` +
	`<option value="off" selected>Off</option><option value="oauth2">OAuth2</option></select></td></tr>
<tr><th>Current Status</th><td>Signed in</td></tr>
<tr><th>Certificate Validation</th><td>` +
	`<label><input type="radio" name="cv" value="1" checked> Enable</label> ` +
	`<label><input type="radio" name="cv" value="0"> Disable</label></td></tr>
<tr><th>Sender’s Email Address</th><td><input name="sender" value="a@b.example"></td></tr>
<tr><th>Locked</th><td><input name="locked" value="x" readonly></td></tr>
</table>
<p><label>Password <input type="password" name="password"></label></p>
<p><label for="box">Consent on behalf of your organization</label><input type="checkbox" id="box" name="box"></p>
<details><summary>More details</summary><p>Error Code: 53003</p></details>
<p style="display: none">Invisible</p>
<button name="do" value="ok">OK</button> <button name="do" value="signin" formaction="/sign-in">Sign In</button>
</form></body></html>`

func printer(t *testing.T) (*browser.Browser, *[]string) {
	t.Helper()
	var log []string
	mux := http.NewServeMux()
	mux.HandleFunc("GET /basic/page", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Add("Set-Cookie", "session=s1; Path=/; Secure; HttpOnly")
		fmt.Fprint(w, basicPage)
	})
	record := func(w http.ResponseWriter, r *http.Request) {
		require.NoError(t, r.ParseForm())
		log = append(log, r.Method+" "+r.URL.Path+" "+r.PostForm.Encode()+" "+r.Header.Get("Cookie"))
		http.Redirect(w, r, "/basic/page", http.StatusSeeOther)
	}
	mux.HandleFunc("/basic/save", record)
	mux.HandleFunc("/sign-in", record)
	mux.HandleFunc(
		"/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) },
	)
	return browser.New(browser.Config{Transport: served{mux}}), &log
}

func TestAPageIsReadInOrderWithItsFields(t *testing.T) {
	b, _ := printer(t)
	require.NoError(t, b.Open(context.Background(), "printer.example/basic/page"))
	page := b.Page()
	require.Equal(t, "Email Server > Basic", page.Title)
	require.Equal(t, []string{
		"CA Certificate",
		"Email Server > Basic",
		"Authentication Method : Off",
		"Current Status : Signed in",
		"Certificate Validation : Enable",
		"Sender's Email Address : a@b.example",
		"Locked : x",
		"Password :",
		"[ ] Consent on behalf of your organization",
		"More details",
	}, page.Lines)
	require.Equal(t, []string{
		"Authentication Method", "Certificate Validation", "Sender's Email Address", "Password",
		"Consent on behalf of your organization",
	}, page.Fields)
	require.Equal(t, []string{"CA Certificate", "More details", "OK", "Sign In"}, page.Buttons)
}

func TestAForgedFormHasWhatIsSeenAndNothingThatIsHidden(t *testing.T) {
	b, log := printer(t)
	ctx := context.Background()
	require.ErrorIs(t, b.Forge(ctx, "OK", true), browser.ErrNoPage)
	require.NoError(t, b.Open(ctx, "https://printer.example/basic/page"))
	require.NoError(t, b.Set("Certificate Validation", "Disable"))
	require.NoError(t, b.Forge(ctx, "OK", true))
	require.NoError(t, b.Forge(ctx, "Sign In", false))
	require.Equal(t, []string{
		"POST /basic/save cv=0&do=ok&locked=x&method=off&password=&sender=a%40b.example session=s1",
		"POST /sign-in cv=1&do=signin&locked=x&method=off&password=&sender=a%40b.example ",
	}, *log)
	require.NoError(t, b.Click(ctx, "OK"))
	require.Contains(t, (*log)[2], "token=t1 session=s1", "the administrator is still logged in")
	require.ErrorIs(t, b.Forge(ctx, "CA Certificate", true), browser.ErrNoForm)
	require.EqualError(t, b.Forge(ctx, "Coffee", true),
		`no button "Coffee" here; there are: CA Certificate, More details, OK, Sign In`)
}

func TestAFormIsFilledInAndSentAsABrowserSendsIt(t *testing.T) {
	b, log := printer(t)
	ctx := context.Background()
	require.NoError(t, b.Open(ctx, "https://printer.example/basic/page"))
	require.NoError(t, b.Set("authentication method", "oauth2"))
	require.NoError(t, b.Set("Certificate Validation", "Disable"))
	require.NoError(t, b.Set("Sender's Email Address", "new@b.example"))
	require.NoError(t, b.Set("Password", "geheim"))
	require.NoError(t, b.Tick("Consent on behalf of your organization", true))
	require.NotContains(t, b.Text(), "geheim")
	require.NoError(t, b.Click(ctx, "sign in"))
	require.Equal(t, []string{
		"POST /sign-in box=on&cv=0&do=signin&locked=x&method=oauth2&password=geheim&sender=new%40b.example&token=t1 session=s1",
	}, *log)
	require.Equal(t, "https://printer.example/basic/page", b.URL())
}

func TestRefreshKeepsWhatWasTypedAndOpeningAgainDoesNot(t *testing.T) {
	b, _ := printer(t)
	ctx := context.Background()
	require.NoError(t, b.Open(ctx, "https://printer.example/basic/page"))
	require.NoError(t, b.Set("Authentication Method", "OAuth2"))
	require.NoError(t, b.Click(ctx, "More details"))
	require.NoError(t, b.Refresh(ctx))
	value, err := b.Value("Authentication Method")
	require.NoError(t, err)
	require.Equal(t, "OAuth2", value)
	require.Contains(t, b.Page().Lines, "Error Code: 53003")
	require.NoError(t, b.Open(ctx, "https://printer.example/basic/page"))
	value, err = b.Value("Authentication Method")
	require.NoError(t, err)
	require.Equal(t, "Off", value)
}

func TestWhatIsNotThereIsRefusedWithWhatIs(t *testing.T) {
	b, _ := printer(t)
	ctx := context.Background()
	require.ErrorIs(t, b.Click(ctx, "OK"), browser.ErrNoPage)
	require.NoError(t, b.Open(ctx, "https://printer.example/basic/page"))
	for name, c := range map[string]struct {
		act  func() error
		want string
	}{
		"a button": {func() error { return b.Click(ctx, "Sign") }, `no button "Sign" here; there are: CA Certificate, More details, OK, Sign In; the nearest is Sign In`},
		"a value":  {func() error { return b.Set("Authentication Method", "POP") }, `no value "POP" here; there are: Off, OAuth2`},
		"a choice": {func() error { return b.Set("Certificate Validation", "Maybe") }, `no value "Maybe" here; there are: Enable, Disable`},
		"a field":  {func() error { return b.Set("Port", "25") }, `no field "Port" here; there are: Authentication Method, Certificate Validation, Sender's Email Address, Locked, Password, Consent on behalf of your organization`},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.act()
			var label *choice.Error
			require.ErrorAs(t, err, &label)
			require.EqualError(t, err, c.want)
		})
	}
	require.ErrorIs(t, b.Set("Locked", "y"), browser.ErrReadOnly)
}

func TestErrorsOfTheNetworkCarryNoLibrarysWords(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want browser.Reason
	}{
		"no name":     {&net.DNSError{Err: "x", Name: "h", IsNotFound: true}, browser.ReasonNoName},
		"refused":     {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, browser.ReasonRefused},
		"timeout":     {context.DeadlineExceeded, browser.ReasonTimeout},
		"reset":       {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, browser.ReasonLost},
		"anything":    {errors.New("127.0.0.1:4711 broke"), browser.ReasonLost},
		"wrapped EOF": {fmt.Errorf("127.0.0.1:4711: %w", net.ErrClosed), browser.ReasonLost},
	} {
		t.Run(name, func(t *testing.T) {
			b := browser.New(browser.Config{Transport: failing{c.err}})
			err := b.Open(context.Background(), "https://printer.example/")
			require.EqualError(t, err, "cannot open printer.example: "+string(c.want))
			require.ErrorIs(t, err, c.err)
		})
	}
	b, _ := printer(t)
	require.EqualError(
		t, b.Open(context.Background(), "https://printer.example/loop"),
		"cannot open printer.example: too many redirects",
	)
	require.EqualError(
		t, b.Open(context.Background(), "ftp://printer.example/"),
		"cannot open ftp://printer.example/: the address is not a web address",
	)
}

func TestCookiesFollowHostPathAndAge(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var got []string
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Host+r.URL.Path+" "+r.Header.Get("Cookie"))
		if r.URL.Path == "/set" {
			w.Header().Add("Set-Cookie", "a=1; Path=/")
			w.Header().Add("Set-Cookie", "b=2; Path=/deep")
			w.Header().Add("Set-Cookie", "c=3; Max-Age=60; Path=/")
			w.Header().Add("Set-Cookie", "d=4; Domain=other.example")
		}
	})
	b := browser.New(browser.Config{Transport: served{mux}, Now: func() time.Time { return now }})
	ctx := context.Background()
	for _, address := range []string{"https://one.example/set", "https://one.example/deep/x", "https://two.example/"} {
		require.NoError(t, b.Open(ctx, address))
	}
	now = now.Add(time.Minute)
	require.NoError(t, b.Open(ctx, "https://one.example/"))
	b.Forget()
	require.NoError(t, b.Open(ctx, "https://one.example/"))
	require.Equal(t, []string{
		"one.example/set ", "one.example/deep/x b=2; a=1; c=3", "two.example/ ", "one.example/ a=1", "one.example/ ",
	}, got)
}

func TestAnAddressThatIsHeldIsNotLoaded(t *testing.T) {
	var asked []string
	b := browser.New(browser.Config{Transport: served{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		switch r.URL.Path {
		case "/form":
			_, _ = fmt.Fprint(w, `<h1>Sign in</h1><form method="post" action="/go"><button>Next</button></form>`)
		case "/go":
			http.Redirect(w, r, "/further", http.StatusFound)
		case "/further":
			http.Redirect(w, r, "https://app.example/done?code=1%2F2&state=s", http.StatusFound)
		case "/app":
			w.Header().Set("Location", "app:/done?code=1")
			w.WriteHeader(http.StatusFound)
		}
	})}})
	b.Hold(func(address string) bool { return strings.HasPrefix(address, "https://app.example/done?") })
	require.NoError(t, b.Open(t.Context(), "https://id.example/form"))
	require.Empty(t, b.Held())
	require.NoError(t, b.Click(t.Context(), "Next"))
	require.Equal(t, "https://app.example/done?code=1%2F2&state=s", b.Held())
	heading, _ := b.Heading()
	require.Equal(t, "Sign in", heading, "the page that led there stays")
	require.Len(t, asked, 3, "the address itself is not asked for")

	require.Error(t, b.Open(t.Context(), "https://id.example/app"), "not a web address")
	b.Hold(func(address string) bool { return strings.HasPrefix(address, "app:") })
	require.NoError(t, b.Open(t.Context(), "https://id.example/app"))
	require.Equal(t, "app:/done?code=1", b.Held(), "an application's own scheme")

	b.Hold(nil)
	require.Empty(t, b.Held())
	require.NoError(t, b.Click(t.Context(), "Next"))
	require.Len(t, asked, 8)
}
