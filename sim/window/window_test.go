package window_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/browser"
	"mfpsim/sim/window"
)

// site answers each request with what it has for its path.
type site struct {
	pages    map[string]func(r *http.Request) (*http.Response, error)
	requests []*http.Request
}

func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests = append(s.requests, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if page := s.pages[r.URL.Path]; page != nil {
		return page(r)
	}
	return html("<h1>Not here</h1>")(r)
}

type answer = func(*http.Request) (*http.Response, error)

func html(text string) answer {
	return func(*http.Request) (*http.Response, error) {
		header := http.Header{"Content-Type": {"text/html"}, "Set-Cookie": {"session=1; Path=/"}}
		return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(text))}, nil
	}
}

func leadsTo(address string) answer {
	return func(*http.Request) (*http.Response, error) {
		header := http.Header{"Location": {address}}
		return &http.Response{StatusCode: 302, Header: header, Body: io.NopCloser(strings.NewReader(""))}, nil
	}
}

func fails(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hall is a window with its surroundings.
type hall struct {
	*window.Window
	site    *site
	waiting []func(context.Context) // activities that have not begun
	back    []string                // addresses that were handed over
	problem window.Problem          // of what was handed over
	changes int
}

const home = "program://done"

func open(pages map[string]answer) *hall {
	h := &hall{site: &site{pages: pages}}
	h.Window = window.Open(window.Config{
		Browser: func() *browser.Browser {
			return browser.New(browser.Config{Transport: h.site, Secure: true, Maximum: window.MaximumPage})
		},
		Go: func(f func(context.Context)) { h.waiting = append(h.waiting, f) }, WithCancel: context.WithCancel,
		Leads: func(address string) bool { return strings.HasPrefix(address, home) },
		Back: func(_ context.Context, address string) window.Problem {
			h.back = append(h.back, address)
			return h.problem
		},
		Changed: func() { h.changes++ },
	}, "https://login.example/")
	return h
}

// load lets what is loaded arrive.
func (h *hall) load(t *testing.T) *hall {
	for _, f := range h.waiting {
		f(t.Context())
	}
	h.waiting = nil
	return h
}

const form = `<title>Microsoft</title><h1>Sign in</h1><form method="post" action="/next">
	<label for="a">Account</label><input id="a" name="a">
	<label for="p">Password</label><input type="password" id="p" name="p">
	<label><input type="checkbox" name="all" value="true"> For the organization</label>
	<button>Next</button><button type="button">Help</button></form>`

func TestASignInOnAPage(t *testing.T) {
	h := open(map[string]answer{"/": html(form), "/next": leadsTo(home + "?code=1")})
	require.Equal(t, window.State{Busy: true}, h.State())
	require.Error(t, h.Set("Account", "alice"), "there is no page yet")
	page := h.load(t).State().Page
	require.Equal(t, "login.example", page.Host)
	require.Equal(t, "Sign in", page.Title)
	require.NoError(t, h.Set("Account", "alice@contoso.com"))
	require.NoError(t, h.Set("Password", "canary-1"))
	require.NoError(t, h.Toggle("For the organization"))
	require.NotContains(t, fmt.Sprintf("%+v %#v", h.State().Page, h.State().Page), "canary-1")
	box, _ := h.State().Page.Part("For the organization", browser.Box)
	require.True(t, box.On)
	h.Press("Next")
	require.True(t, h.State().Busy)
	h.Press("Next")
	require.Len(t, h.waiting, 1, "a page that is being left cannot be pressed")
	require.Equal(t, window.State{Over: true}, h.load(t).State())
	require.Equal(t, []string{home + "?code=1"}, h.back)
	require.Len(t, h.site.requests, 2, "where it leads back to is not loaded")
	require.Equal(t, 2, h.changes)
	h.Press("Next")
	require.Empty(t, h.waiting, "it is over")
}

func TestWhatAHostileServerDoes(t *testing.T) {
	unknown := x509.UnknownAuthorityError{}
	for name, test := range map[string]struct {
		page    answer
		problem window.Problem
	}{
		"a page without end":               {html(strings.Repeat("<p>more</p>", 100_000)), window.TooLarge},
		"redirects without end":            {leadsTo("/round"), window.RoundAbout},
		"a redirect to a page in clear":    {leadsTo("http://login.example/"), window.Insecure},
		"a redirect to another program":    {leadsTo("other-program://done?code=1"), window.LeadsAway},
		"a redirect to nothing":            {leadsTo("https://"), window.LeadsAway},
		"a redirect to a script":           {leadsTo("javascript:alert(1)"), window.LeadsAway},
		"an empty page":                    {html(""), window.Empty},
		"a page with a script alone":       {html("<script>document.write('Sign in')</script>"), window.Empty},
		"a certificate that is no good":    {fails(unknown), window.Untrusted},
		"no connection":                    {fails(io.ErrUnexpectedEOF), window.Unreachable},
		"a button that is a script's":      {html(`<button type="button">Help</button>`), window.NotPossible},
		"a button that belongs to no form": {html(`<p>Go on</p><button>Next</button>`), window.NotPossible},
	} {
		for _, first := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, first page %t", name, first), func(t *testing.T) {
				pages := map[string]answer{"/": test.page}
				if !first {
					pages = map[string]answer{"/": html(form), "/next": test.page}
				}
				pages["/round"] = leadsTo("/round")
				h := open(pages).load(t)
				if !first {
					h.Press("Next")
					h.load(t)
				}
				if page := h.State().Page; test.problem == window.NotPossible {
					h.Press(page.Parts[len(page.Parts)-1].Text)
					h.load(t)
				}
				state := h.State()
				require.Equal(t, test.problem, state.Problem)
				require.False(t, state.Busy)
				require.Equal(t, state.Page == nil, state.Over, "without a page there is nothing to go on with")
				require.Empty(t, h.back)
				h.Acknowledge()
				if !state.Over {
					require.Empty(t, h.State().Problem)
				}
			})
		}
	}
}

func TestAPageWithMoreThanAPanelShows(t *testing.T) {
	text := "<h1>Sign in</h1><p>" + strings.Repeat("a", 2*window.MaximumText) + "\u202e</p>" +
		strings.Repeat(`<a href="/x">link</a>`, 5000)
	page := open(map[string]answer{"/": html(text)}).load(t).State().Page
	require.True(t, page.Cut)
	require.Len(t, page.Parts, window.MaximumParts)
	require.Len(t, []rune(page.Parts[0].Text), window.MaximumText+1)
	require.NotContains(t, fmt.Sprint(page.Parts), "\u202e")
}

func TestAWindowThatIsClosed(t *testing.T) {
	t.Run("before the page is asked for", func(t *testing.T) {
		h := open(map[string]answer{"/": html(form)})
		h.Close()
		require.Equal(t, window.State{Over: true}, h.load(t).State())
		require.Empty(t, h.site.requests)
	})
	t.Run("while a page is loaded", func(t *testing.T) {
		h := open(nil)
		h.site.pages = map[string]answer{"/": func(r *http.Request) (*http.Response, error) {
			h.Close()
			require.ErrorIs(t, r.Context().Err(), context.Canceled)
			return html(form)(r)
		}}
		require.Equal(t, window.State{Over: true}, h.load(t).State())
		require.Zero(t, h.changes)
	})
	t.Run("while it leads back, and then again", func(t *testing.T) {
		h := open(map[string]answer{"/": leadsTo(home + "?error=access_denied")})
		h.problem = "refused"
		require.Equal(t, window.State{Over: true, Problem: "refused"}, h.load(t).State())
		h.Close()
		h.Close()
		require.Error(t, h.Set("Account", "alice"))
	})
}

func TestTheCookiesOfAWindowAreItsOwn(t *testing.T) {
	pages := map[string]answer{"/": html(form), "/next": html("<p>Wrong password</p>")}
	h := open(pages).load(t)
	h.Press("Next")
	h.load(t)
	require.Equal(t, "session=1", h.site.requests[1].Header.Get("Cookie"))
	h.Close()
	next := open(pages).load(t)
	require.Empty(t, next.site.requests[0].Header.Get("Cookie"))
}
