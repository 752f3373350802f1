package serve

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// attack is what hostile clients do in one round. Each attack makes names, tokens and passwords that have not been
// there before, since what is kept of them must be bounded.
type attack func(s *served, round int)

// unseen is a text of so many octets that no other round and client has.
func unseen(round, client, octets int) string {
	return fmt.Sprintf("r%dc%d-%s", round, client, strings.Repeat("x", octets))
}

// shout says something on a new connection, hangs up with its own side, and hears what comes until the end.
func shout(address string, security *tls.Config, text ...string) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://"))
	if err != nil {
		return
	}
	defer conn.Close()
	if security != nil {
		conn = tls.Client(conn, security)
	}
	go func() {
		for _, t := range text {
			if _, err := io.WriteString(conn, t); err != nil {
				return
			}
		}
		_ = conn.(interface{ CloseWrite() error }).CloseWrite()
	}()
	_, _ = io.Copy(io.Discard, conn)
}

// smtpAttacks are shouted at a server that speaks SMTP.
func smtpAttacks(address func(s *served) string) []attack {
	return []attack{
		func(s *served, round int) { // who logs on, and with what
			for client := range 20 {
				shout(
					address(s), nil, "EHLO "+unseen(round, client, 1000)+"\r\n",
					"AUTH XOAUTH2 "+unseen(round, client, 8000)+"\r\n",
					"AUTH PLAIN "+unseen(round, client, 8000)+"\r\n",
				)
			}
		},
		func(s *served, round int) { // commands without end
			shout(address(s), nil, strings.Repeat("NOOP "+unseen(round, 0, 500)+"\r\n", 500))
			shout(address(s), nil, strings.Repeat("x", 4<<20))
			shout(address(s), nil, "\x16\x03\x01\x40\x00"+strings.Repeat("x", 1<<20))
			shout(address(s), nil, "EHLO x\r\nSTARTTLS\r\n"+strings.Repeat("x", 1<<20))
			shout(address(s), nil, "EHLO x\r\nBDAT 999999999\r\n"+strings.Repeat("x", 1<<20))
		},
	}
}

// attacks are all of a round.
func attacks() []attack {
	const page = "/organizations/v2.0/.well-known/openid-configuration"
	all := []attack{
		func(s *served, round int) { // codes
			for client := range 100 {
				_, _ = s.form(s.Entra+"/organizations/oauth2/v2.0/devicecode", url.Values{
					"client_id": {s.ClientID}, "scope": {s.Scope + " " + unseen(round, client, 200)},
				})
			}
		},
		func(s *served, round int) { // tokens
			for client := range 50 {
				_, _ = s.form(s.Entra+"/common/oauth2/v2.0/token", url.Values{
					"grant_type": {"refresh_token"}, "client_id": {s.ClientID}, "refresh_token": {unseen(round, client, 8000)},
				})
				_, _ = s.form(s.Entra+"/common/oauth2/v2.0/token", url.Values{
					"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {unseen(round, client, 2000)},
					"device_code": {unseen(round, client, 8000)},
				})
			}
		},
		func(s *served, round int) { // pages, names, sessions
			for client := range 50 {
				for _, address := range []string{
					s.Entra + "/" + unseen(round, client, 4000) + "/oauth2/v2.0/authorize?client_id=" + unseen(round, client, 4000),
					s.Entra + "/" + unseen(round, client, 100) + page, s.WebConfig + "/" + unseen(round, client, 4000),
					s.Control + "/" + unseen(round, client, 4000),
				} {
					response, _ := s.with(http.MethodGet, address, "", "Cookie", "session="+unseen(round, client, 4000))
					require.GreaterOrEqual(s.t, response.StatusCode, 200)
				}
				_, _ = s.with(
					http.MethodPost, s.WebConfig+"/login",
					"user="+unseen(round, client, 2000)+"&password="+unseen(round, client, 2000),
					"Content-Type", "application/x-www-form-urlencoded",
				)
			}
		},
		func(s *served, _ int) { // headers and bodies
			trust := s.client.Transport.(*http.Transport).TLSClientConfig
			for _, address := range []string{s.Entra, s.WebConfig, s.Control, s.Panel} {
				var security *tls.Config
				if strings.HasPrefix(address, "https:") {
					security = trust.Clone()
					security.ServerName = "127.0.0.1"
				}
				shout(address, security, "GET / HTTP/1.1\r\nHost: x\r\nX-Flood: ", strings.Repeat("x", 4<<20))
				shout(
					address, security, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
					strings.Repeat("x", 4<<20),
				)
			}
		},
		func(s *served, round int) { // who begins and does not go on; nobody closes
			for _, address := range []string{s.Entra, s.WebConfig} {
				conn := s.dial(address)
				path := unseen(round, 0, 2000)
				_, _ = io.WriteString(conn, "POST /"+path+" HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nx")
			}
			for _, address := range []string{
				s.SMTP, s.MX, s.Relatives["generic"].Address, s.Relatives["legacy"].Address,
			} {
				conn, err := net.Dial("tcp", address)
				require.NoError(s.t, err)
				_, _ = io.WriteString(conn, "EHLO "+unseen(round, 0, 200)+"\r\nMA")
				s.t.Cleanup(func() { _ = conn.Close() })
			}
		},
		func(s *served, round int) {
			at := s.Relatives["pop3"]
			for client := range 20 {
				shout(
					at.Address, s.security(at.Host), "USER "+unseen(round, client, 8000)+"\r\n",
					"PASS "+unseen(round, client, 15_000)+"\r\n", "AUTH XOAUTH2\r\n",
					unseen(round, client, 15_000)+"\r\n",
				)
			}
		},
	}
	all = append(all, smtpAttacks(func(s *served) string { return s.SMTP })...)
	all = append(all, smtpAttacks(func(s *served) string { return s.MX })...)
	for _, name := range []string{"generic", "legacy", "fax"} {
		all = append(all, smtpAttacks(func(s *served) string { return s.Relatives[name].Address })...)
	}
	return all
}

// attacked is a bench for hostile clients, which keeps little, so that what it keeps is soon all that it will keep.
func attacked(t testing.TB) *served {
	return live(t, Config{Relatives: Relatives(), Keep: 100, Limits: Limits{Tarpit: -1}})
}

// round lets all attacks happen at once, and then an hour pass, in which everything that they have begun ends.
func (s *served) round(round int) {
	var all sync.WaitGroup
	for _, a := range attacks() {
		all.Go(func() { a(s, round) })
	}
	all.Wait()
	status, answer := s.ask(http.MethodPost, "/clock/advance", `{"duration":"61m"}`)
	require.Equal(s.t, http.StatusOK, status, answer)
}

func TestABenchWorksAfterARoundOfAttacks(t *testing.T) {
	s := attacked(t)
	s.round(1)
	status, _ := s.get(s.Entra + "/organizations/v2.0/.well-known/openid-configuration")
	require.Equal(t, http.StatusOK, status)
	_, r := s.to("generic")
	require.NotNil(t, r)
}

// BenchmarkHostileClients is a bench under attack, for as long as -benchtime says; `make soak` gives it ten minutes.
// Its memory must be flat: lists that are bounded by count are full, or nearly so, after half of the rounds, and then
// the last quarter may take no more than the third, by a sixteenth and 4 MiB.
func BenchmarkHostileClients(b *testing.B) {
	s := attacked(b)
	var taken []float64
	for b.Loop() {
		s.round(len(taken))
		now, _ := memory(b)
		taken = append(taken, now)
	}
	quarter := len(taken) / 4
	if quarter == 0 {
		return // only tried
	}
	most := func(part []float64) (m float64) {
		for _, one := range part {
			m = max(m, one)
		}
		return m
	}
	before, after := most(taken[2*quarter:3*quarter]), most(taken[len(taken)-quarter:])
	b.Logf(
		"%d rounds; heap %.1f MiB after the first, %.1f in the third quarter, %.1f in the last", len(taken), taken[0], before, after,
	)
	b.ReportMetric(before, "heap-MiB-third-quarter")
	b.ReportMetric(after, "heap-MiB-last-quarter")
	if after > before*17/16+4 {
		b.Errorf("the memory is not flat: %.1f", taken)
	}
}
