package fakeentra_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// speaking gives a person a browser that asks for a language.
func (p *person) speaking(tag string) *person {
	p.http.Transport = languageTransport{p.http.Transport, tag}
	return p
}

type languageTransport struct {
	http.RoundTripper
	tag string
}

func (l languageTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Language", l.tag)
	return l.RoundTripper.RoundTrip(r)
}

// words are labels in a language.
func words(t *testing.T, tag, english string) string {
	t.Helper()
	found, ok := fakeentra.Words(tag, english)
	require.True(t, ok, english)
	return found
}

func TestASignInInEveryLanguage(t *testing.T) {
	for _, tag := range fakeentra.Languages() {
		t.Run(tag, func(t *testing.T) {
			c := stepped(t)
			user, device := c.ask()
			p := c.person().speaking(tag + "-XX;q=0.9, en;q=0.5")
			in := func(english string) string { return words(t, tag, english) }
			p.open("https://login.microsoft.com/device")
			require.Equal(t, tag, p.page.Find("html").AttrOr("lang", ""))
			require.Equal(t, in("Enter code to allow access"), p.heading())
			require.Contains(
				t, p.press(in("Next"), "otc", "WRONG").text(),
				in("That code didn't work. Check the code and try again."),
			)
			p.press(in("Next"), "otc", user).press(in("Next"), "loginfmt", "admin@contoso.com")
			require.Contains(t, p.press(in("Sign In")).text(), in("Please enter your password."))
			p.press(in("Sign In"), "passwd", p.password("admin@contoso.com"))
			line, ok := fakeentra.English(tag, p.heading())
			require.True(t, ok, p.heading())
			require.Equal(t, "Are you trying to sign in to Example MFP Email Sender?", line)
			p.press(in("Continue"))
			require.Equal(t, in("Permissions requested"), p.heading())
			require.Contains(t, p.text(), in("Consent on behalf of your organization"))
			p.press(in("Accept"), "adminConsent", "true")
			done, ok := fakeentra.English(tag, p.page.Find("main p").Last().Text())
			require.True(t, ok)
			require.Equal(t, "You have signed in to the Example MFP Email Sender application on your device. You may now close this window.", done)
			require.Equal(t, http.StatusOK, c.poll(device).status)
		})
	}
}

func TestTheLanguageComesFromTheAddressOrTheBrowser(t *testing.T) {
	c := stepped(t)
	language := func(p *person, address string) string {
		return p.open(authority+address).page.Find("html").AttrOr("lang", "")
	}
	page := "/common/oauth2/deviceauth"
	require.Equal(t, "en", language(c.person(), page))
	require.Equal(t, "el", language(c.person().speaking("fr, el-GR;q=0.8, hi;q=0.5"), page))
	require.Equal(t, "en", language(c.person().speaking("fr"), page))
	require.Equal(t, "en", language(c.person().speaking("not a language;;;q="), page))
	require.Equal(t, "hi", language(c.person().speaking("el"), page+"?mkt=hi-IN"))
	require.Equal(t, "el", language(c.person(), page+"?ui_locales=fr+el"))

	user, _ := c.ask()
	p := c.person().open(authority+page+"?mkt=el-GR").press("Επόμενο", "otc", user)
	require.Equal(t, "Σύνδεση", p.heading(), "the address's language goes on with the forms")

	greek := newClient(t, fakeentra.Config{Start: start, Language: "el"})
	require.Equal(t, "el", language(greek.person(), page))
	require.Equal(t, "en", language(greek.person().speaking("en-US"), page))
}

func TestTheMessageOfADeviceIsInTheLanguageThatMktAsksFor(t *testing.T) {
	c := stepped(t)
	form := url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}}
	for market, begins := range map[string]string{
		"":      "To sign in, use a web browser",
		"el-GR": "Για να συνδεθείτε",
		"hi-IN": "साइन इन करने के लिए",
		"fr-FR": "To sign in",
	} {
		a := c.post(devicecode+"?mkt="+market, form)
		require.Equal(t, http.StatusOK, a.status)
		require.True(t, strings.HasPrefix(a.text("message"), begins), a.text("message"))
		require.Contains(t, a.text("message"), a.text("user_code"))
		require.Contains(t, a.text("message"), a.text("verification_uri"))
	}
}

func TestTheGuidesSecondWordsLeadToTheFirst(t *testing.T) {
	for tag, pair := range map[string][2]string{
		"hi": {"संगठन की ओर से सहमति", "संगठन की ओर से सहमत"},
		"el": {"Συναίνεση εκ μέρους του οργανισμού", "Αποδοχή εκ μέρους του οργανισμού"},
	} {
		for _, asked := range []string{pair[0], pair[1], "consent on behalf of YOUR organization"} {
			found, ok := fakeentra.Words(tag, asked)
			require.True(t, ok)
			require.Equal(t, pair[0], found)
		}
	}
	_, ok := fakeentra.Words("el", "Make me a sandwich")
	require.False(t, ok)
	_, ok = fakeentra.English("hi", "Make me a sandwich")
	require.False(t, ok)
}

func TestStaySignedInAndPickAnAccount(t *testing.T) {
	// The cookie jar of net/http goes by the machine's clock: a bench in its past would lose the cookie.
	c := newClient(t, fakeentra.Config{Start: start.AddDate(60, 0, 0), StaySignedIn: true})
	user, device := c.ask()
	p := c.person().typePassword(user, "admin@contoso.com").press("Continue").press("Accept")
	require.Equal(t, "Stay signed in?", p.heading())
	require.Equal(t, 1, p.page.Find("input#KmsiCheckboxField[name=DontShowAgain]").Length())
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
	require.NotEmpty(t, c.entra.SignIns().Filter("admin@contoso.com", "50140"))
	p.press("Yes")
	require.Contains(t, p.text(), "You have signed in to the")
	require.Equal(t, http.StatusOK, c.poll(device).status)

	c.advance(30 * 24 * time.Hour)
	user, device = c.ask()
	p.open("https://login.microsoft.com/device").press("Next", "otc", user)
	require.Equal(t, "Pick an account", p.heading())
	p.press("admin@contoso.com").press("Continue").press("No")
	require.Equal(t, http.StatusOK, c.poll(device).status, "who is signed in types no password")

	user, _ = c.ask()
	p.open("https://login.microsoft.com/device").press("Next", "otc", user).press("Use another account")
	require.Equal(t, "Sign in", p.heading())
	require.NoError(t, c.entra.Revoke("admin@contoso.com"))
	user, _ = c.ask()
	require.Equal(
		t, "Sign in", p.open("https://login.microsoft.com/device").press("Next", "otc", user).heading(),
		"that session is over",
	)
}

// sound demands what a person without a mouse, or without sight, needs of a page.
func sound(t *testing.T, p *person) {
	t.Helper()
	page := p.page
	require.Equal(t, 1, page.Find("main").Length())
	require.Equal(t, 1, page.Find("header").Length())
	require.Equal(t, 1, page.Find("h1").Length())
	require.NotEmpty(t, page.Find("html").AttrOr("lang", ""))
	require.NotEmpty(t, page.Find("title").Text())
	require.Zero(t, page.Find("script").Length(), "no page needs a script")
	require.Zero(t, page.Find("[tabindex]").Length(), "the order of focus is that of the page")
	require.LessOrEqual(t, page.Find("[autofocus]").Length(), 1)
	ids := map[string]bool{}
	page.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		require.False(t, ids[id], "the id %q comes twice", id)
		ids[id] = true
	})
	page.Find("input, textarea").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("type", "") == "hidden" {
			return
		}
		require.Equal(t, 1, page.Find(`label[for="`+s.AttrOr("id", "?")+`"]`).Length(), "a field without a label")
		if s.AttrOr("type", "") != "checkbox" {
			require.Equal(t, 1, page.Find("[autofocus]").Length(), "the first field has the focus")
		}
		if by, ok := s.Attr("aria-describedby"); ok {
			require.True(t, ids[by])
		}
	})
	page.Find("button").Each(func(_ int, s *goquery.Selection) { require.NotEmpty(t, strings.TrimSpace(s.Text())) })
}

func TestTheIdsOfMicrosoftsPages(t *testing.T) {
	c := stepped(t)
	user, _ := c.ask()
	p := c.person().open("https://login.microsoft.com/device")
	has := func(selectors ...string) {
		t.Helper()
		sound(t, p)
		for _, selector := range selectors {
			require.Equal(t, 1, p.page.Find(selector).Length(), selector)
		}
	}
	has("input[name=otc]", "#idSIButton9")
	p.press("Next", "otc", "WRONG")
	has("#otcError[role=alert]")
	p.press("Next", "otc", user)
	has("#i0116[name=loginfmt]", "#idSIButton9")
	p.press("Next", "loginfmt", "nobody@contoso.com")
	has("#usernameError")
	p.press("Next", "loginfmt", "admin@contoso.com")
	has("#i0118[name=passwd]", "#idSIButton9", "#idBtn_Back")
	p.press("Sign In", "passwd", "wrong")
	has("#passwordError")
	p.press("Sign In", "passwd", p.password("admin@contoso.com"))
	has("#idSIButton9", "#idBtn_Back")
	p.press("Continue")
	has("#idSIButton9", "#idBtn_Back", "#adminConsent")
	p.press("Accept")
	has()
	p.open(authority + "/error")
	has("#code")
}

func TestTheLookupPage(t *testing.T) {
	c := stepped(t)
	for code, status := range map[string]int{
		"53003": 200, "AADSTS53003": 200, "aadsts70016 ": 200, "": 200,
		"1": 404, "x": 404, "-1": 404, "0": 404, "99999999999999999999": 404,
	} {
		a := c.do(http.MethodGet, authority+"/error?code="+url.QueryEscape(code), "", "")
		require.Equal(t, status, a.status, code)
		require.Contains(t, a.body, "simulation by mfpsim")
	}
}
