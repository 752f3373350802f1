package serve

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

// deadlines are what GET /clock says that comes by itself, by kind.
func (p *person) deadlines(language string) map[string]map[string]any {
	p.t.Helper()
	status, clock := p.ask("GET", "/clock?language="+language, "")
	require.Equal(p.t, http.StatusOK, status)
	found := map[string]map[string]any{}
	for _, row := range clock["deadlines"].([]any) {
		d := row.(map[string]any)
		found[d["kind"].(string)] = d
	}
	return found
}

// at is when a deadline is.
func at(t *testing.T, deadline map[string]any) time.Time {
	t.Helper()
	require.NotNil(t, deadline)
	when, err := time.Parse(time.RFC3339Nano, deadline["at"].(string))
	require.NoError(t, err)
	return when
}

// The clock knows what ends although nobody does anything: the code, the access token, the sign-in that nobody uses. It
// goes to just before and just after, and what it said comes true. No secret is in it.
func TestTheClockTellsWhatEndsByItself(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{Scenario: "trouble/eighty-nine-days", Lab: func(l *lab.Lab) { bench = l }})
	p := newPerson(s, bench)
	found := p.deadlines("en")
	require.NotContains(t, found, "device-code")
	renewed := at(t, found["refresh-token"]).Add(-90 * 24 * time.Hour)
	require.InDelta(t, 0, bench.World.Now().Sub(renewed).Hours(), 24*90)
	require.Equal(t, "entra", found["refresh-token"]["party"])
	require.Contains(t, found["refresh-token"]["what"], "admin@contoso.com")
	for language, says := range map[string]string{
		"en": "has to sign in anew", "hi": "फिर से साइन इन करना होगा", "el": "πρέπει να συνδεθεί ξανά",
	} {
		require.Contains(t, p.deadlines(language)["refresh-token"]["what"], says)
	}
	for _, secret := range bench.Secrets() {
		require.NotContains(t, fmt.Sprint(p.deadlines("en")), secret)
	}
	ends := at(t, found["refresh-token"])
	p.asks("/clock/advance", map[string]any{"to": ends.Add(-2 * time.Hour)})
	require.Contains(t, p.deadlines("en"), "refresh-token", "just before: nothing has ended")
	p.asks("/clock/advance", map[string]any{"to": ends.Add(time.Second)})
	require.NotContains(t, p.deadlines("en"), "refresh-token")
	s.scanned("bob@fabrikam.com")
	_, wire := s.ask("GET", "/wire", "")
	require.Contains(t, wire["text"], "AADSTS700082", "and the sign-in is over")
	status, _ := s.ask("POST", "/clock/advance", `{"to":"2001-01-01T00:00:00Z"}`)
	require.Equal(t, http.StatusBadRequest, status, "time does not go back")
	status, _ = s.ask("POST", "/clock/advance", `{"to":"2126-01-01T00:00:00Z","duration":"1h"}`)
	require.Equal(t, http.StatusBadRequest, status)
}

func TestTheClockTellsWhenACodeExpires(t *testing.T) {
	s := live(t, Config{Seed: 5})
	p := newPerson(s, nil)
	p.does([]string{"webconfig", "log-in"})
	p.asksForACode()
	code := at(t, p.deadlines("en")["device-code"])
	_, clock := p.ask("GET", "/clock", "")
	now, err := time.Parse(time.RFC3339Nano, clock["now"].(string))
	require.NoError(t, err)
	require.InDelta(t, 15, code.Sub(now).Minutes(), 1)
	p.asks("/clock/advance", map[string]any{"to": code.Add(time.Second)})
	require.NotContains(t, p.deadlines("en"), "device-code")
	p.asks("/entra/policy", map[string]any{"words": []string{"Later", "users=All", "grant=mfa", "from=2027-04-01"}})
	require.Contains(t, p.deadlines("hi")["policy"]["what"], "“Later”")
	_, parties := s.ask("GET", "/clock/parties?language=el", "")
	require.Contains(t, fmt.Sprint(parties["deadlines"]), "Αρχίζει να ισχύει η πολιτική πρόσβασης υπό όρους «Later».")
}
