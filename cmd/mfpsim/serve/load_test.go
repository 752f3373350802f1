package serve

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/lab"
)

// keptUnderLoad is what `make memory` bounds the bench to: serve --keep 1000.
const keptUnderLoad = 1000

// clients is how many act at once.
const clients = 20

// BenchmarkMemory is a bench of `serve --keep 1000` over real sockets. The metrics are what it takes after a tenth, the
// half and the whole of b.N, after a collection of garbage, in MiB: a bench that lives for months must stay flat. `make
// memory` makes a million refreshes and 100,000 mails.
func BenchmarkMemory(b *testing.B) {
	for kind, user := range map[string]string{"signed": "admin@contoso.com", "opaque": "bob@outlook.com"} {
		b.Run("refreshes/"+kind, func(b *testing.B) {
			s := underLoad(b)
			tokens := make([]session, clients)
			for i := range tokens {
				tokens[i] = s.signIn(b, user)
			}
			s.measure(b, func(client, from, until int) error { return tokens[client].refresh(from, until) })
		})
	}
	b.Run("mails", func(b *testing.B) {
		s := underLoad(b)
		token := s.signIn(b, "admin@contoso.com").Access
		s.measure(b, func(client, from, until int) error { return s.send(token, client, from, until) })
	})
}

// underLoad is a bench whose mailboxes may send as much as they like.
func underLoad(b *testing.B) *served {
	b.Helper()
	s := live(b, Config{Prepared: true, Keep: keptUnderLoad, Configure: func(c *lab.Config) {
		c.SMTP = func(c *fakesmtp.Config) { c.MessagesPerMinute, c.RecipientsPerDay, c.MaxConcurrent = -1, -1, -1 }
	}})
	s.client.Transport.(*http.Transport).MaxIdleConnsPerHost = clients
	return s
}

// session is a client that has signed in.
type session struct {
	bench   *served
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (s *served) signIn(b *testing.B, user string) session {
	b.Helper()
	status, text := s.form(
		s.Entra+"/common/oauth2/v2.0/devicecode",
		url.Values{"client_id": {s.ClientID}, "scope": {"https://outlook.office.com/SMTP.Send offline_access"}},
	)
	require.Equal(b, http.StatusOK, status, text)
	var code struct {
		DeviceCode string `json:"device_code"`
		UserCode   string `json:"user_code"`
	}
	require.NoError(b, json.Unmarshal([]byte(text), &code))
	if status, answer := s.ask(http.MethodPost, "/entra/approve", `{"user":"`+user+`"}`); status != http.StatusOK {
		b.Fatal(answer)
	}
	got := session{bench: s}
	status, text = s.form(s.Entra+"/common/oauth2/v2.0/token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {s.ClientID}, "device_code": {code.DeviceCode},
	})
	require.Equal(b, http.StatusOK, status, text)
	require.NoError(b, json.Unmarshal([]byte(text), &got))
	return got
}

// refresh refreshes the session's tokens so often; every hundredth time it is refused, on a connection of its own.
func (c *session) refresh(from, until int) error {
	for i := from; i < until; i++ {
		form := url.Values{
			"grant_type": {"refresh_token"}, "client_id": {c.bench.ClientID}, "refresh_token": {c.Refresh},
		}
		want := http.StatusOK
		if i%100 == 99 {
			c.bench.client.CloseIdleConnections()
			form.Set("refresh_token", "0.nonsense"+strconv.Itoa(i))
			want = http.StatusBadRequest
		}
		response, err := c.bench.client.PostForm(c.bench.Entra+"/common/oauth2/v2.0/token", form)
		if err != nil {
			return err
		}
		var fresh session
		err = json.NewDecoder(response.Body).Decode(&fresh)
		_ = response.Body.Close()
		switch {
		case err != nil:
			return err
		case response.StatusCode != want:
			return fmt.Errorf("refresh %d: status %d", i, response.StatusCode)
		case want == http.StatusOK:
			c.Refresh = fresh.Refresh
		}
	}
	return nil
}

// load10k is a mail of 10 KiB.
var load10k = "From: admin@contoso.com\r\nSubject: load\r\n\r\n" + strings.Repeat(strings.Repeat("x", 78)+"\r\n", 127)

// send sends mails, ten on a connection, each tenth one to nobody, so that a report comes back.
func (s *served) send(token string, client, from, until int) error {
	for i := from; i < until; {
		conn, err := net.Dial("tcp", s.SMTP)
		if err != nil {
			return err
		}
		roots := s.client.Transport.(*http.Transport).TLSClientConfig.RootCAs
		c, err := smtp.NewClientStartTLS(
			conn, &tls.Config{RootCAs: roots, ServerName: "smtp.office365.com", MinVersion: tls.VersionTLS12},
		)
		if err != nil {
			return err
		}
		if err := c.Auth(bearer{"admin@contoso.com", token}); err != nil {
			return err
		}
		for end := min(i+10, until); i < end; i++ {
			to := fmt.Sprintf("bob%d-%d@fabrikam.com", client, i)
			if i%10 == 9 {
				to = "nobody@contoso.com"
			}
			if err := c.SendMail("admin@contoso.com", []string{to}, strings.NewReader(load10k)); err != nil {
				return err
			}
		}
		if err := c.Quit(); err != nil {
			return err
		}
	}
	return nil
}

// bearer is XOAUTH2 from the client's side.
type bearer struct{ user, token string }

// Start is called by the library.
func (a bearer) Start() (mechanism string, response []byte, err error) {
	return "XOAUTH2", []byte("user=" + a.user + "\x01auth=Bearer " + a.token + "\x01\x01"), nil
}

// Next is called by the library if the token is refused.
func (a bearer) Next([]byte) ([]byte, error) { return []byte{}, nil }

// measure shares b.N acts among the clients and reports the memory on the way.
func (s *served) measure(b *testing.B, act func(client, from, until int) error) {
	b.Helper()
	b.ResetTimer()
	done := 0
	for _, part := range []struct {
		name    string
		percent int
	}{{"10%", 10}, {"50%", 50}, {"100%", 100}} {
		share := b.N*part.percent/100 - done
		var all sync.WaitGroup
		for client := range clients {
			from, until := done+share*client/clients, done+share*(client+1)/clients
			all.Go(func() {
				if err := act(client, from, until); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		done += share
		b.StopTimer()
		heap, resident := memory(b)
		b.Logf("after %d: heap %.1f MiB, resident %.0f MiB", done, heap, resident)
		b.ReportMetric(heap, "heap-MiB-at-"+part.name)
		b.ReportMetric(resident, "resident-MiB-at-"+part.name)
		b.StartTimer()
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acts/s")
}

// memory is the heap after a collection, and what the process has of the machine's memory, in MiB; of a system that
// does not tell it, 0.
func memory(b *testing.B) (heap, resident float64) {
	b.Helper()
	runtime.GC()
	runtime.GC() // what a pool still held
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	text, _ := os.ReadFile("/proc/self/statm")
	if words := strings.Fields(string(text)); len(words) > 1 {
		pages, _ := strconv.Atoi(words[1])
		resident = float64(pages*os.Getpagesize()) / (1 << 20)
	}
	return float64(stats.HeapAlloc) / (1 << 20), resident
}
