package sim_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/browser"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/sim"
	"mfpsim/sim/webconfig"
	"mfpsim/vtime"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// bench is a printer with scripted clouds: what a token endpoint and a mail server say is set by the test.
type bench struct {
	t       *testing.T
	world   *vtime.World
	network *faultnet.Network
	journal *journal.Journal
	printer *sim.Printer
	device  device.Device
	browser *browser.Browser

	mu      sync.Mutex
	code    string // answer of the device authorization endpoint; "" is a good one
	token   func(form map[string]string) (status int, body string)
	auth    string   // the mail server's reply to AUTH; "" is success
	forms   []string // grant types that were asked for
	mails   []string // what arrived, as sent
	nobody  string   // a recipient whom the mail server does not know
	account string   // whom the person signs in as
}

const pending = `{"error":"authorization_pending","error_description":"AADSTS70016: Words.","error_codes":[70016]}`

func refusal(word string, code int) string {
	return fmt.Sprintf(`{"error":%q,"error_description":"AADSTS%d: Words. Trace ID: x","error_codes":[%d]}`, word, code, code)
}

func newBench(t *testing.T, change ...func(*sim.Config)) *bench {
	t.Helper()
	world := vtime.NewStepped(time.Time{})
	b := &bench{t: t, world: world, journal: journal.New(world.Now), account: "admin@contoso.com"}
	t.Cleanup(world.Close)
	b.network = faultnet.New(faultnet.Config{World: world, Journal: b.journal, Seed: 7})
	b.network.Join("printer", "office")
	b.network.Join("browser", "office")
	b.token = func(map[string]string) (int, string) { return 400, pending }
	b.serveCloud()
	b.serveMail()
	config := sim.Config{World: world, Network: b.network, Journal: b.journal, Seed: 7}
	for _, f := range change {
		f(&config)
	}
	printer, err := sim.New(config)
	require.NoError(t, err)
	b.printer = printer
	b.device = printer.Device(nil)
	b.serveWeb()
	return b
}

func (b *bench) listen(party string, tlsToo bool, h http.Handler, addresses ...string) {
	listener, err := b.network.Listen(party, addresses...)
	require.NoError(b.t, err)
	hosts := make([]string, len(addresses))
	for i, address := range addresses {
		hosts[i], _, _ = net.SplitHostPort(address)
	}
	server, err := b.network.ServeHTTP(listener, b.network.TLSConfig(party, b.world.Clock(party), hosts...), h)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = server.Close() })
}

func (b *bench) serveCloud() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/devicecode", func(w http.ResponseWriter, _ *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if b.code != "" {
			_, _ = w.Write([]byte(b.code))
			return
		}
		_, _ = w.Write([]byte(`{"user_code":"FRWQDE7YL","device_code":"secret-device-code","verification_uri":"https://login.microsoft.com/device","expires_in":900,"interval":5,"message":"m"}`))
	})
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form := map[string]string{"tenant": r.PathValue("tenant")}
		for key := range r.PostForm {
			form[key] = r.PostForm.Get(key)
		}
		b.mu.Lock()
		b.forms = append(b.forms, form["grant_type"])
		answer := b.token
		b.mu.Unlock()
		status, body := answer(form)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	b.listen("entra", true, b.network.Handler("entra", nil, mux, nil), "login.microsoftonline.com:443")
}

// approved is the answer to a person who has signed in, and to every refresh after it.
func (b *bench) approved(form map[string]string) (int, string) {
	part := base64.RawURLEncoding.EncodeToString
	b.mu.Lock()
	defer b.mu.Unlock()
	claims := fmt.Sprintf(`{"aud":%q,"preferred_username":%q}`, form["client_id"], b.account)
	identity := part([]byte(`{"alg":"RS256"}`)) + "." + part([]byte(claims)) + "." + part([]byte("signature"))
	return 200, `{"token_type":"Bearer","scope":"https://outlook.office.com/SMTP.Send","expires_in":3599,"access_token":"secret-access-token","refresh_token":"secret-refresh-token","id_token":"` + identity + `"}`
}

func (b *bench) answer(f func(map[string]string) (int, string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.token = f
}

func (b *bench) serveMail() {
	listener, err := b.network.Listen(
		"smtp", "smtp-mail.outlook.com:587", "mail.office.example:587", "mail.office.example:25",
	)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = listener.Close() })
	config := b.network.TLSConfig("smtp", b.world.Clock("smtp"), "smtp-mail.outlook.com", "mail.office.example")
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go b.mailSession(conn, config)
		}
	}()
}

// mailSession is a mail server that answers each line at once, so that it needs no visits.
func (b *bench) mailSession(conn net.Conn, config *tls.Config) {
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReader(conn)
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	say("220 scripted")
	secure := false
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.TrimRight(line, "\r\n"))
		switch {
		case strings.HasPrefix(verb, "EHLO") && secure:
			say("250-scripted\r\n250-AUTH LOGIN XOAUTH2\r\n250 SIZE 157286400")
		case strings.HasPrefix(verb, "EHLO"):
			say("250-scripted\r\n250 STARTTLS")
		case verb == "STARTTLS":
			say("220 go ahead")
			conn = tls.Server(conn, config)
			reader, secure = bufio.NewReader(conn), true
		case strings.HasPrefix(verb, "AUTH"):
			b.mu.Lock()
			reply := b.auth
			b.mu.Unlock()
			if reply == "" {
				reply = "235 2.7.0 Authentication successful"
			}
			say(reply)
		case strings.HasPrefix(verb, "RCPT TO:") && b.nobody != "" && strings.Contains(line, "<"+b.nobody+">"):
			say("550 5.1.1 no such user")
		case verb == "DATA":
			say("354 go on")
			var mail strings.Builder
			for {
				line, err := reader.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				mail.WriteString(line)
			}
			b.mu.Lock()
			b.mails = append(b.mails, mail.String())
			b.mu.Unlock()
			say("250 2.0.0 OK")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 2.1.0 OK")
		}
	}
}

func (b *bench) serveWeb() {
	b.listen(
		"printer", true, b.network.Handler("printer", b.printer.Clock(), b.printer.WebConfig(), webconfig.Record),
		"192.0.2.10:443",
	)
	b.browser = b.newBrowser()
}

// newBrowser is another window, of a colleague perhaps.
func (b *bench) newBrowser() *browser.Browser {
	transport := &http.Transport{
		DialContext: b.network.Dialer("browser").DialContext, DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Time: b.world.Now}, // the person clicks the warning away (docs/reference/printer.md §2.0)
	}
	b.t.Cleanup(transport.CloseIdleConnections)
	return browser.New(browser.Config{Transport: transport, Now: b.world.Now})
}

// do is one act of a person.
func (b *bench) do(name string, f func(ctx context.Context) error) {
	b.t.Helper()
	var err error
	require.NoError(b.t, b.world.Do(name, 0, func(ctx context.Context) { err = f(ctx) }))
	require.NoError(b.t, err, name)
}

// settle lets what is under way finish.
func (b *bench) settle() {
	b.t.Helper()
	_, err := b.world.Advance(time.Second)
	require.NoError(b.t, err)
}

func (b *bench) advance(d time.Duration) {
	b.t.Helper()
	_, err := b.world.Advance(d)
	require.NoError(b.t, err)
}

func (b *bench) press(path string) device.Screen {
	b.t.Helper()
	var screen device.Screen
	b.do(
		"press "+path,
		func(ctx context.Context) (err error) { screen, err = b.device.Panel().Press(ctx, path); return err },
	)
	return screen
}

func (b *bench) screen() device.Screen {
	b.t.Helper()
	screen, err := b.device.Panel().Screen(context.Background())
	require.NoError(b.t, err)
	return screen
}

// scan scans to e-mail and returns the screen after Start and the one after the job.
func (b *bench) scan(to ...string) (started, ended device.Screen) {
	b.t.Helper()
	b.do("scan", func(ctx context.Context) (err error) {
		started, err = b.device.Scan(ctx, device.ScanRequest{Function: device.FunctionEmail, To: to})
		return err
	})
	b.settle()
	return started, b.screen()
}

func (b *bench) newest() device.Job {
	b.t.Helper()
	jobs, err := b.device.Jobs(context.Background())
	require.NoError(b.t, err)
	require.NotEmpty(b.t, jobs)
	return jobs[0]
}

func (b *bench) open(w *browser.Browser, path string) {
	b.t.Helper()
	b.do("open "+path, func(ctx context.Context) error { return w.Open(ctx, "https://192.0.2.10"+path) })
}

func (b *bench) click(w *browser.Browser, labels ...string) {
	b.t.Helper()
	for _, label := range labels {
		b.do("click "+label, func(ctx context.Context) error { return w.Click(ctx, label) })
	}
}

func (b *bench) set(w *browser.Browser, label, value string) {
	b.t.Helper()
	require.NoError(b.t, w.Set(label, value))
}

func (b *bench) refresh(w *browser.Browser) {
	b.t.Helper()
	b.do("refresh", func(ctx context.Context) error { return w.Refresh(ctx) })
}

func (b *bench) logIn(w *browser.Browser) {
	b.t.Helper()
	b.open(w, "/login")
	b.set(w, "Administrator password", b.printer.AdministratorPassword())
	b.click(w, "OK")
	require.Contains(b.t, w.Text(), "Printer Status : Available.")
}

const basic = "/network/email-server/basic"

// Pages of models with a fax server.
const (
	faxSettings    = "/fax/fax-server/settings"
	faxEmailServer = "/fax/fax-server/email-server"
)

// begin shows the code on the page.
func (b *bench) begin(w *browser.Browser, service string) {
	b.t.Helper()
	b.open(w, basic)
	b.set(w, "Authentication Method", "OAuth2")
	b.set(w, "Email service", service)
	b.click(w, "Sign In", "Sign in with Microsoft")
}

// signIn does the guide's 12 steps, OK included if stored.
func (b *bench) signIn(w *browser.Browser, stored bool) {
	b.t.Helper()
	b.answer(func(map[string]string) (int, string) { return 400, pending })
	b.begin(w, "Microsoft Exchange Online")
	require.Contains(b.t, w.Text(), "Authentication code : FRWQDE7YL")
	b.answer(b.approved)
	b.advance(10 * time.Second)
	b.refresh(w)
	require.Contains(b.t, w.Text(), "Current Status : Signed in")
	if stored {
		b.click(w, "OK")
		require.Contains(b.t, w.Text(), "Setup complete")
	}
}

// signInHere does the guide's steps from Basic on, where the words on the page are others than the guide's, and clicks
// OK.
func (b *bench) signInHere(w *browser.Browser, button, status string) {
	b.t.Helper()
	texts := b.printer.Texts()
	b.answer(b.approved)
	b.set(w, texts.Label("authentication-method"), "OAuth2")
	b.set(w, texts.Label("email-service"), "Microsoft Exchange Online")
	b.click(w, button, "Sign in with Microsoft")
	require.Contains(b.t, w.Text(), "FRWQDE7YL")
	b.advance(10 * time.Second)
	b.refresh(w)
	require.Contains(b.t, w.Text(), status)
	b.click(w, "OK")
	require.Contains(b.t, w.Text(), texts.Text("setup-complete"))
}

func (b *bench) home() device.Screen {
	b.t.Helper()
	screen, err := b.device.Panel().Home(context.Background())
	require.NoError(b.t, err)
	return screen
}

func (b *bench) golden(name, got string) {
	b.t.Helper()
	path := "testdata/" + name
	if *update {
		require.NoError(b.t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(b.t, err)
	require.Equal(b.t, string(want), got)
}
