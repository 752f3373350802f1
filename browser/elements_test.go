package browser_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/browser"
)

// pageOf opens a page in a browser that loads nothing else.
func pageOf(t *testing.T, c browser.Config, html string) *browser.Browser {
	t.Helper()
	c.Transport = answers(html)
	b := browser.New(c)
	require.NoError(t, b.Open(t.Context(), "https://login.example/"))
	return b
}

type answers string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	header := http.Header{"Content-Type": {"text/html"}}
	status := http.StatusOK
	if to := r.URL.Query().Get("to"); to != "" {
		status = http.StatusFound
		header.Set("Location", to)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

func TestAPageIsToldInTheOrderInWhichAPersonMeetsIt(t *testing.T) {
	b := pageOf(t, browser.Config{}, `<main><h1>Sign in</h1><p role="alert">That account does not exist.</p>
		<form method="post"><label for="a">Account</label><input id="a" name="a" value="alice">
		<label for="p">Password</label><input id="p" name="p" type="password">
		<label><input type="checkbox" name="c"> Keep me</label>
		<select name="l" aria-label="Language"><option>English</option><option selected>Greek</option></select>
		<input type="hidden" name="canary" value="x"><p>Read <a href="/terms">the terms</a> first.</p>
		<button>Next</button><button disabled>Never</button><input type="submit" value="Back"></form></main>
		<table><tr><td><button name="t" value="1">bob</button></td><td>Reader</td></tr></table>`)
	require.NoError(t, b.Set("Password", "héllo"))
	require.NoError(t, b.Tick("Keep me", true))
	require.Equal(t, []browser.Element{
		{Kind: browser.Heading, Text: "Sign in"},
		{Kind: browser.Alert, Text: "That account does not exist."},
		{Kind: browser.Field, Text: "Account", Value: "alice"},
		{Kind: browser.Password, Text: "Password", Value: "•••••"},
		{Kind: browser.Box, Text: "Keep me", On: true},
		{Kind: browser.Choice, Text: "Language", Value: "Greek", Options: []string{"English", "Greek"}},
		{Kind: browser.Paragraph, Text: "Read"},
		{Kind: browser.Link, Text: "the terms"},
		{Kind: browser.Paragraph, Text: "first."},
		{Kind: browser.Button, Text: "Next", Main: true},
		{Kind: browser.Button, Text: "Back"},
		{Kind: browser.Button, Text: "bob"},
		{Kind: browser.Paragraph, Text: "Reader"},
	}, b.Elements(100))
	require.Len(t, b.Elements(3), 3)
}

func TestASecureBrowserFollowsNothingElse(t *testing.T) {
	for name, test := range map[string]struct {
		to     string
		reason browser.Reason
	}{
		"a page in clear":         {"http://login.example/", browser.ReasonInsecure},
		"the scheme of a program": {"other-program://done?code=1", browser.ReasonAddress},
	} {
		t.Run(name, func(t *testing.T) {
			b := pageOf(t, browser.Config{Secure: true}, "<p>Here</p>")
			err := b.Open(t.Context(), "https://login.example/?to="+test.to)
			var failed *browser.LoadError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, test.reason, failed.Reason)
			require.Equal(t, "Here\n", b.Text(), "the page that was open stays open")
		})
	}
}
