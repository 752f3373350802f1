package sim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/nvram"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// alone is a printer without clouds.
func alone(t testing.TB, config sim.Config) (*sim.Printer, *vtime.World) {
	t.Helper()
	world := vtime.NewStepped(time.Time{})
	t.Cleanup(world.Close)
	record := journal.New(world.Now)
	record.Keep(journal.Keep{Entries: 100})
	network := faultnet.New(faultnet.Config{World: world, Journal: record, Seed: 7})
	network.Join("printer", "office")
	config.World, config.Network, config.Journal, config.Seed = world, network, record, 7
	printer, err := sim.New(config)
	require.NoError(t, err)
	return printer, world
}

var antiForgery = regexp.MustCompile(`name="token" value="([^"]+)"`)

// FuzzWebConfig holds that whatever a browser, or what pretends to be one, sends to Web Config, it is answered with a
// page: as a stranger, and as an administrator whose cookie and anti-forgery token are right. In body and path, TOKEN
// stands for that token.
func FuzzWebConfig(f *testing.F) {
	for _, path := range []string{
		"/", "/login", basic + "?draft=1", "/%2e%2e/x", "//", "/style.css", "/signin?draft=-1",
	} {
		f.Add(path, "", "", false)
	}
	f.Add("/login", "SESSION=; SESSION=x", "user=a&password=b", true)
	f.Add("/logout", "SESSION=\x00", "token=TOKEN", true)
	f.Add("/basic", "", "token=TOKEN&method=oauth2&sender=<script>&port=99999999999999999999&do=ok", true)
	f.Add("/", "a=b; SESSION", "%zz&&=&token=TOKEN&token=x", true)
	printer, world := alone(f, sim.Config{})
	ask := func(r *http.Request) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		failed := world.Do("fuzz", time.Minute, func(ctx context.Context) {
			printer.WebConfig().ServeHTTP(w, r.WithContext(ctx))
		})
		if failed != nil {
			panic(failed)
		}
		if _, err := world.Advance(time.Millisecond); err != nil { // an instant holds so many events and no more
			panic(err)
		}
		return w
	}
	form := func(path, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "https://192.0.2.10/", strings.NewReader(body))
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}
	logIn := func() (cookie, token string) {
		w := ask(form("/login", url.Values{"user": {""}, "password": {printer.AdministratorPassword()}}.Encode()))
		cookie, _, _ = strings.Cut(w.Header().Get("Set-Cookie"), ";")
		r := httptest.NewRequest(http.MethodGet, "https://192.0.2.10"+basic, nil)
		r.Header.Set("Cookie", cookie)
		if found := antiForgery.FindStringSubmatch(ask(r).Body.String()); found != nil {
			token = found[1]
		}
		return cookie, token
	}
	if _, token := logIn(); token == "" {
		f.Fatal("nobody could log in")
	}
	f.Fuzz(func(t *testing.T, path, cookie, body string, post bool) {
		right, token := logIn()
		if token == "" { // locked after wrong passwords
			_, err := world.Advance(24 * time.Hour)
			require.NoError(t, err)
			right, token = logIn()
		}
		for _, cookies := range []string{cookie, right} {
			r := form(path, strings.ReplaceAll(body, "TOKEN", token))
			if !post {
				r.Method, r.Body = http.MethodGet, http.NoBody
			}
			r.Header.Set("Cookie", cookies)
			w := ask(r)
			require.Less(t, w.Code, http.StatusInternalServerError, w.Body.String())
			require.NotContains(t, strings.ToLower(w.Body.String()), "<script")
			require.NotContains(t, w.Body.String(), printer.AdministratorPassword())
		}
	})
}

// FuzzFlash holds that a printer starts with whatever lies in its memory: damaged settings and records are begun anew.
func FuzzFlash(f *testing.F) {
	settings, records := &nvram.Memory{}, &nvram.Memory{}
	key := []byte(strings.Repeat("k", 32))
	printer, _ := alone(f, sim.Config{Flash: settings, Records: records, SealingKey: key})
	require.NoError(f, printer.Device(nil).SetLanguage(f.Context(), "el"))
	f.Add(settings.Image(), records.Image())
	f.Add([]byte("{}"), []byte(`{"schema":1,"preferences":{"language":"xx"},"jobs":[{"receipt":-1}]}`))
	f.Add([]byte{}, []byte(`{"schema":1,"jobs":{"jobs":null,"next":-9223372036854775808}}`))
	f.Fuzz(func(t *testing.T, settings, records []byte) {
		printer, world := alone(t, sim.Config{
			Flash: nvram.NewMemory(settings), Records: nvram.NewMemory(records), SealingKey: key,
		})
		d := printer.Device(nil)
		require.NoError(t, world.Do("look", time.Minute, func(ctx context.Context) {
			_, err := d.Jobs(ctx)
			require.NoError(t, err)
			screen, err := d.Panel().Screen(ctx)
			require.NoError(t, err)
			require.NotEmpty(t, screen.String())
		}))
	})
}
