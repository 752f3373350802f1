package browser_test

import (
	"context"
	"net/http"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"mfpsim/browser"
)

// FuzzPage holds that whatever a server sends, a person reads a page or is told that there is none: markup, cookies and
// addresses of a hostile server end neither the browser nor the bench.
func FuzzPage(f *testing.F) {
	f.Add(basicPage, "text/html; charset=utf-8", "session=s1; Path=/; Secure", "/next", "Sender's Email Address")
	f.Add(
		"<form><table><tr><th>a<td><input name=a><select><option>", "text/html", "=;;Domain=.;Max-Age=x", "//[::1", "a",
	)
	f.Add("<base href='\x00'><label for=x>L</label><details><summary>S<form action='javascript:x'><button>B", "text/html; charset=utf-7", "", "", "B")
	f.Add(
		"not a page", "application/octet-stream", "a=b; Expires=Thu, 01 Jan 1970", "https://elsewhere.example:-1/", "",
	)
	f.Add("<fieldset disabled><legend>G</legend><label><input type=radio name=r>One</label><input type=checkbox id=x>", "", "__Host-a=b", "?", "One")
	f.Fuzz(func(t *testing.T, markup, contentType, cookie, location, label string) {
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = []string{contentType}
			w.Header()["Set-Cookie"] = []string{cookie}
			if location != "" && r.URL.Path == "/away" {
				w.Header()["Location"] = []string{location}
				w.WriteHeader(http.StatusFound)
				return
			}
			_, _ = w.Write([]byte(markup))
		})
		b := browser.New(browser.Config{Transport: served{handler}})
		ctx := context.Background()
		for _, address := range []string{"printer.example/away", "printer.example/"} {
			_ = b.Open(ctx, address)
			require.Equal(t, b.IsOpen(), b.URL() != "")
		}
		require.True(t, b.IsOpen(), "an answer of 200 is a page")
		require.True(t, utf8.ValidString(b.Text()))
		_, _ = b.Heading()
		if password, there := b.PasswordField(); there {
			require.NotPanics(t, func() { _ = b.Set(password, "x") })
		}
		for _, act := range []func() error{
			func() error { _, err := b.Value(label); return err },
			func() error { _, err := b.Options(label); return err },
			func() error { _, err := b.Link(label); return err },
			func() error { return b.Set(label, label) },
			func() error { return b.Tick(label, true) },
			func() error { return b.Forge(ctx, label, true) },
			func() error { return b.Click(ctx, label) },
		} {
			if err := act(); err != nil {
				require.NotEmpty(t, err.Error())
			}
		}
	})
}
