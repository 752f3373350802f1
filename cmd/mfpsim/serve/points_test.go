package serve

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

// accountsOf lists the accounts of a bench with their passwords.
func accountsOf(s *served) string {
	_, text := s.get(s.Control + "/accounts")
	return text
}

func TestABenchIsResetToItsStart(t *testing.T) {
	for name, config := range map[string]Config{
		"a new organization": {Seed: 5},
		"a scenario":         {Seed: 5, Scenario: "trouble/sign-in-not-saved"},
		"a date":             {Seed: 5, Prepared: true, Start: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			s := live(t, config)
			before := accountsOf(s)
			_, clock := s.ask(http.MethodGet, "/clock", "")
			_, screen := s.ask(http.MethodGet, "/printer/panel", "")
			for path, body := range map[string]string{
				"/user": `{"words":"carol@contoso.com"}`, "/clock/advance": `{"duration":"91d"}`,
				"/exchange/answer": `{"words":"at=DATA reply='451 4.7.0 Later'"}`, "/printer/power": `{"state":"off"}`,
			} {
				status, answer := s.ask(http.MethodPost, path, body)
				require.Equal(t, http.StatusOK, status, answer)
			}
			require.NotEqual(t, before, accountsOf(s))

			status, answer := s.ask(http.MethodPost, "/reset", "")
			require.Equal(t, http.StatusOK, status, answer)
			require.Equal(t, s.Tenant, answer["tenant"])
			require.Equal(t, s.SMTP, answer["smtp"])
			require.Equal(t, before, accountsOf(s))
			_, again := s.ask(http.MethodGet, "/printer/panel", "")
			require.Equal(t, screen["lines"], again["lines"])
			_, answers := s.ask(http.MethodGet, "/exchange/answer", "")
			require.Empty(t, answers["set"])
			_, now := s.ask(http.MethodGet, "/clock", "")
			require.Equal(t, clock["now"].(string)[:10], now["now"].(string)[:10])

			// Clients find the new bench behind the same addresses.
			s.client.CloseIdleConnections()
			status, text := s.get(s.Entra + "/organizations/v2.0/.well-known/openid-configuration")
			require.Equal(t, http.StatusOK, status, text)
			conn, err := net.Dial("tcp", s.SMTP)
			require.NoError(t, err)
			banner := make([]byte, 3)
			_, err = conn.Read(banner)
			require.NoError(t, err)
			require.Equal(t, "220", string(banner))
			require.NoError(t, conn.Close())
		})
	}
}

func TestABenchIsResetToASavedPoint(t *testing.T) {
	var first *lab.Lab
	s := live(t, Config{Seed: 5, Prepared: true, Lab: func(l *lab.Lab) { first = l }})
	for _, call := range []struct{ path, body string }{
		{"/user", `{"words":"carol@contoso.com role='Global Administrator'","password":"Chosen-Carol-1"}`},
		{"/clock/advance", `{"duration":"40d"}`},
		{"/entra/policy", `{"words":"'No device code' state=on users=All flow='Device code flow' grant=block"}`},
		{"/graph/v1.0/users", `{"userPrincipalName":"dave@contoso.com","displayName":"Dave","accountEnabled":true,"mailNickname":"dave","passwordProfile":{"password":"Chosen-Dave-1"}}`},
		{"/printer/panel/press", `{"path":"Scan > Email"}`},
	} {
		status, answer := s.ask(http.MethodPost, call.path, call.body)
		require.Less(t, status, 300, answer)
	}
	status, answer := s.ask(http.MethodPost, "/points", `{"name":"furnished"}`)
	require.Equal(t, http.StatusOK, status, answer)
	require.Equal(t, []any{"start", "furnished"}, answer["points"])
	state := func() []any {
		_, policies := s.ask(http.MethodGet, "/graph/v1.0/identity/conditionalAccess/policies", "")
		_, screen := s.ask(http.MethodGet, "/printer/panel", "")
		_, audit := s.ask(http.MethodGet, "/entra/audit", "")
		policy := policies["value"].([]any)[0].(map[string]any)
		changes := strings.Count(audit["text"].(string), `"id"`)
		return []any{accountsOf(s), policy["id"], policy["displayName"], screen["text"], changes}
	}
	saved := state()
	require.Contains(t, saved[0], "dave@contoso.com")
	_, clock := s.ask(http.MethodGet, "/clock", "")

	// What comes afterwards, and what a client does, is gone after a reset.
	status, answer = s.ask(http.MethodPost, "/entra/delete", `{"user":"carol@contoso.com"}`)
	require.Equal(t, http.StatusOK, status, answer)
	require.NoError(t, first.SMTP.Deliver("alice@contoso.com", []byte("Subject: Old\r\n\r\nx\r\n")))
	for range 2 {
		status, answer = s.ask(http.MethodPost, "/reset", `{"to":"furnished"}`)
		require.Equal(t, http.StatusOK, status, answer)
		require.Equal(t, saved, state())
		_, now := s.ask(http.MethodGet, "/clock", "")
		then, err := time.Parse(time.RFC3339, clock["now"].(string))
		require.NoError(t, err)
		at, err := time.Parse(time.RFC3339, now["now"].(string))
		require.NoError(t, err)
		require.WithinDuration(t, then, at, time.Minute)
		_, box := s.ask(http.MethodGet, "/mailbox/alice@contoso.com", "")
		require.EqualValues(t, 0, box["count"])
	}
	status, answer = s.ask(http.MethodPost, "/reset", `{"to":"furnishd"}`)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, `no point "furnishd" here; there are: start, furnished; the nearest is furnished`, answer["error"])
}

func TestAPointThatWouldBeIncompleteIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		client  func(t *testing.T, s *served)
		message string
	}{
		"a client at Entra": {func(t *testing.T, s *served) {
			status, _ := s.get(s.Entra + "/organizations/v2.0/.well-known/openid-configuration")
			require.Equal(t, http.StatusOK, status)
		}, "this bench cannot be saved: a client has been at Entra, and what it did cannot be done again"},
		"a client at SMTP and one at Web Config": {func(t *testing.T, s *served) {
			conn, err := net.Dial("tcp", s.SMTP)
			require.NoError(t, err)
			_, err = conn.Read(make([]byte, 3))
			require.NoError(t, err)
			require.NoError(t, conn.Close())
			config := s.client.Transport.(*http.Transport).TLSClientConfig
			web, err := tls.Dial("tcp", strings.TrimPrefix(s.WebConfig, "https://"), config)
			require.NoError(t, err)
			require.NoError(t, web.Close())
		}, "a client has been at SMTP, Web Config"},
	} {
		t.Run(name, func(t *testing.T) {
			s := live(t, Config{})
			test.client(t, s)
			status, answer := s.ask(http.MethodPost, "/points", `{"name":"later"}`)
			require.Equal(t, http.StatusUnprocessableEntity, status)
			require.Contains(t, answer["error"], test.message)
			status, answer = s.ask(http.MethodPost, "/reset", "")
			require.Equal(t, http.StatusOK, status, answer)
			status, answer = s.ask(http.MethodPost, "/points", `{"name":"later"}`)
			require.Equal(t, http.StatusOK, status, answer)
		})
	}
	s := live(t, Config{Flash: t.TempDir() + "/memory"})
	status, answer := s.ask(http.MethodPost, "/reset", "")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, answer["error"], "with --flash the printers' memory outlives the bench")
	status, answer = s.ask(http.MethodPost, "/points", `{"name":"start"}`)
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, answer["error"], "the start is always there")
}

func TestAWaitEndsWithTheMailWithTheClockOrWithTheBench(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{Lab: func(l *lab.Lab) { bench = l }})
	type answered struct {
		status int
		answer map[string]any
	}
	// waiting asks for a mail and returns when the request waits.
	waiting := func(wait string) chan answered {
		t.Helper()
		due := len(bench.World.Pending())
		done := make(chan answered, 1)
		go func() {
			status, answer := s.ask(http.MethodGet, "/mailbox/alice@contoso.com?wait="+wait, "")
			done <- answered{status, answer}
		}()
		for len(bench.World.Pending()) == due {
		}
		return done
	}
	done := waiting("1h")
	status, answer := s.ask(http.MethodPost, "/clock/advance", `{"duration":"1h"}`)
	require.Equal(t, http.StatusOK, status, answer)
	got := <-done
	require.Equal(t, http.StatusOK, got.status)
	require.EqualValues(t, 0, got.answer["count"])

	done = waiting("23h")
	require.NoError(t, bench.SMTP.Deliver("alice@contoso.com", []byte("Subject: Scan\r\n\r\nx\r\n")))
	got = <-done
	require.EqualValues(t, 1, got.answer["count"])

	done = waiting("23h&from=2")
	status, answer = s.ask(http.MethodPost, "/reset", "")
	require.Equal(t, http.StatusOK, status, answer)
	got = <-done
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.Equal(t, "the bench was reset meanwhile, or has ended", got.answer["error"])
	for wait, message := range map[string]string{
		"25h": "a request waits for a day at most", "soon": "no length of time",
	} {
		status, answer = s.ask(http.MethodGet, "/mailbox/alice@contoso.com?from=9&wait="+wait, "")
		require.Equal(t, http.StatusBadRequest, status)
		require.Contains(t, answer["error"], message)
	}
}

func TestTheNameOfAPointCanBeRead(t *testing.T) {
	s := live(t, Config{})
	for name, body := range map[string]string{
		"too long": `{"name":"` + strings.Repeat("ä", 65) + `"}`, "two lines": `{"name":"a\nb"}`, "a sequence for terminals": `{"name":"\u001b[2J"}`,
		"blanks at the end": `{"name":"a "}`, "only blanks": `{"name":"  "}`, "the other way round": `{"name":"a\u202eb"}`,
		"half a character": "{\"name\":\"a\xff\"}", "the start": `{"name":"start"}`, "none": `{"name":""}`,
	} {
		status, answer := s.ask(http.MethodPost, "/points", body)
		require.Equal(t, http.StatusBadRequest, status, "%s: %v", name, answer)
	}
	for _, name := range []string{"with carol", "Größe 2/3", strings.Repeat("ä", 64)} {
		status, answer := s.ask(http.MethodPost, "/points", `{"name":"`+name+`"}`)
		require.Equal(t, http.StatusOK, status, answer)
		require.Contains(t, answer["points"], name)
	}
	for i := range mostPoints {
		status, answer := s.ask(http.MethodPost, "/points", fmt.Sprintf(`{"name":"%d"}`, i))
		if i < mostPoints-3 {
			require.Equal(t, http.StatusOK, status, answer)
		} else {
			require.Equal(t, http.StatusUnprocessableEntity, status, answer)
		}
	}
	status, answer := s.ask(http.MethodPost, "/points", `{"name":"with carol"}`)
	require.Equal(t, http.StatusOK, status, "one that is there is replaced: %v", answer)
}

func TestAPartyThatIsNoneIsToldThePartiesThatThereAre(t *testing.T) {
	s := live(t, Config{})
	status, answer := s.ask(http.MethodGet, "/journal?party=nobody", "")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, answer["error"], "browser, control, entra, mail, maker, pop3, printer, proxy, smtp, time")
	status, answer = s.ask(http.MethodGet, "/journal?party=browser", "")
	require.Equal(t, http.StatusOK, status, answer)
}
