package fakeentra_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mfpsim/fakeentra"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is when stepped tests begin.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const authority = "https://login.microsoftonline.com"

// nativeRedirectURI is what Microsoft offers to programs without a server of their own.
const nativeRedirectURI = authority + "/common/oauth2/nativeclient"

// client is a program that signs in by device code: a few lines of HTTP, nobody's library.
type client struct {
	t      *testing.T
	entra  *fakeentra.Server
	http   *http.Client
	tenant string
	id     string
}

// answer is an answer of the fake.
type answer struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (a answer) text(name string) string {
	s, _ := a.json[name].(string)
	return s
}

func newClient(t *testing.T, c fakeentra.Config) *client {
	t.Helper()
	entra := fakeentra.RunT(t, c)
	return &client{t: t, entra: entra, http: entra.Client(), tenant: "organizations", id: fakeentra.ClientID}
}

// stepped is a client in a World that moves only when it is told to.
func stepped(t *testing.T) *client {
	t.Helper()
	return newClient(t, fakeentra.Config{Start: start, Seed: 7})
}

func (c *client) advance(d time.Duration) {
	c.t.Helper()
	_, err := c.entra.World().Advance(d)
	require.NoError(c.t, err)
}

func (c *client) do(method, target, contentType, body string, header ...string) answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	require.NoError(c.t, err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := c.http.Do(request)
	require.NoError(c.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	a := answer{status: response.StatusCode, header: response.Header, body: string(text)}
	if strings.HasPrefix(a.body, "{") {
		require.NoError(c.t, json.Unmarshal(text, &a.json), a.body)
	}
	return a
}

func (c *client) post(endpoint string, form url.Values, header ...string) answer {
	c.t.Helper()
	return c.do(
		http.MethodPost,
		authority+"/"+c.tenant+endpoint,
		"application/x-www-form-urlencoded",
		form.Encode(),
		header...)
}

const (
	devicecode = "/oauth2/v2.0/devicecode"
	token      = "/oauth2/v2.0/token"
	deviceURN  = "urn:ietf:params:oauth:grant-type:device_code"
)

// ask begins a sign-in and returns the user code and the device code.
func (c *client) ask() (userCode, deviceCode string) {
	c.t.Helper()
	a := c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}})
	require.Equal(c.t, http.StatusOK, a.status, a.body)
	return a.text("user_code"), a.text("device_code")
}

func (c *client) poll(deviceCode string) answer {
	c.t.Helper()
	return c.post(token, url.Values{"grant_type": {deviceURN}, "client_id": {c.id}, "device_code": {deviceCode}})
}

// signIn goes through a whole sign-in and returns the token answer.
func (c *client) signIn(principal string) answer {
	c.t.Helper()
	user, device := c.ask()
	require.NoError(c.t, c.entra.Approve(user, principal))
	a := c.poll(device)
	require.Equal(c.t, http.StatusOK, a.status, a.body)
	return a
}

func (c *client) refresh(refreshToken string) answer {
	c.t.Helper()
	return c.post(token, url.Values{
		"grant_type": {"refresh_token"}, "client_id": {c.id}, "refresh_token": {refreshToken}, "scope": {fakeentra.Scope},
	})
}

// requireAADSTS demands an error answer with a number and a word.
func requireAADSTS(t *testing.T, a answer, code int, word string) {
	t.Helper()
	require.Equal(t, []any{float64(code)}, a.json["error_codes"], a.body)
	require.Equal(t, word, a.text("error"), a.body)
}

// person is somebody at a browser without script.
type person struct {
	t       *testing.T
	entra   *fakeentra.Server
	http    *http.Client
	address *url.URL
	status  int
	page    *goquery.Document

	response *http.Response
}

// selection is a part of a page.
type selection = goquery.Selection

func (c *client) person() *person {
	jar, err := cookiejar.New(nil)
	require.NoError(c.t, err)
	h := *c.entra.Client()
	h.Jar = jar
	h.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if !strings.Contains(r.URL.Host, "microsoft") {
			return http.ErrUseLastResponse // back to the client, which is not there
		}
		return nil
	}
	return &person{t: c.t, entra: c.entra, http: &h}
}

func (p *person) open(address string) *person {
	p.t.Helper()
	response, err := p.http.Get(address)
	require.NoError(p.t, err)
	return p.read(response)
}

func (p *person) read(response *http.Response) *person {
	p.t.Helper()
	defer func() { _ = response.Body.Close() }()
	page, err := goquery.NewDocumentFromReader(response.Body)
	require.NoError(p.t, err)
	p.page, p.address, p.status, p.response = page, response.Request.URL, response.StatusCode, response
	return p
}

// text is the page as it is read, one line each.
func (p *person) text() string {
	var lines []string
	p.page.Find("body").Find("p, h1, h2, li, label, button").Each(func(_ int, s *goquery.Selection) {
		lines = append(lines, strings.TrimSpace(s.Text()))
	})
	return strings.Join(lines, "\n")
}

func (p *person) heading() string { return p.page.Find("h1").Text() }

// press fills in what is given (names and values) and presses a button by its label.
func (p *person) press(label string, fields ...string) *person {
	p.t.Helper()
	var pressed *goquery.Selection
	p.page.Find("button").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		if s.Text() == label {
			pressed = s
		}
		return pressed == nil
	})
	require.NotNil(p.t, pressed, "no button %q on:\n%s", label, p.text())
	form := pressed.Closest("form")
	values := url.Values{}
	form.Find("input").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("type", "") != "checkbox" {
			values.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
		}
	})
	for i := 0; i+1 < len(fields); i += 2 {
		require.Equal(p.t, 1, form.Find(`[name="`+fields[i]+`"]`).Length(), "no field %q on:\n%s", fields[i], p.text())
		values.Set(fields[i], fields[i+1])
	}
	values.Set(pressed.AttrOr("name", ""), pressed.AttrOr("value", ""))
	target, err := p.address.Parse(form.AttrOr("action", ""))
	require.NoError(p.t, err)
	response, err := p.http.PostForm(target.String(), values)
	require.NoError(p.t, err)
	return p.read(response)
}

// password is the right password of an account.
func (p *person) password(principal string) string {
	u, ok := p.entra.User(principal)
	require.True(p.t, ok)
	return u.Password.Reveal()
}

// typePassword goes from the code page to what follows the right password.
func (p *person) typePassword(code, principal string) *person {
	p.t.Helper()
	p.open("https://login.microsoft.com/device").press("Next", "otc", code).press("Next", "loginfmt", principal)
	return p.press("Sign In", "passwd", p.password(principal))
}
