package serve

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

// steps are those of the case with a text, in their order.
func (s *served) steps(text string) (found []stepRow) {
	s.t.Helper()
	var c caseAnswer
	s.object("/case", &c)
	for _, part := range c.Parts {
		for _, step := range part.Steps {
			if step.Text == text && part.Kind != "story" {
				found = append(found, step)
			}
		}
	}
	return found
}

// skipsTo passes over what stands before a step.
func (s *served) skipsTo(text string, nth int) {
	s.t.Helper()
	wanted := s.steps(text)[nth].Line
	for {
		var c caseAnswer
		s.object("/case", &c)
		before := 0
		for _, step := range c.Parts[c.InHand].Steps {
			if step.Line < wanted && !step.Done && !step.Skipped && !step.Needless && !step.Unseen {
				before = step.Line
			}
		}
		if before == 0 {
			return
		}
		status, answer := s.ask(http.MethodPost, "/case/skip", string(must(jsonOf(map[string]int{"line": before}))))
		require.Equal(s.t, http.StatusOK, status, answer)
	}
}

// What the printer or a page has refused ticks no step; what it then takes does.
func TestWhatIsRefusedTicksNoStep(t *testing.T) {
	ctx := context.Background()
	signsIn := func(p *person, account string) {
		p.asks("/printer/panel/press", map[string]any{"path": "To My Email"})
		for _, step := range [][]string{
			{"enter", "account", account}, {"press", "Next"}, {"enter", "password"}, {"press", "Sign In"},
		} {
			p.does(append([]string{"panel"}, step...))
		}
		p.asks("/clock/advance", map[string]any{"duration": "5s"})
		p.finishesOnPanel()
	}
	saves := func(p *person, port string) {
		_, err := p.web.LogIn(ctx, "", false)
		require.NoError(p.t, err)
		p.does([]string{"webconfig", "open", "Network > Email Server > Basic"})
		p.does([]string{"webconfig", "set", "SMTP Server Port Number", port})
		p.does([]string{"webconfig", "set", "Sender's Email Address", "admin@contoso.com"})
		p.does([]string{"webconfig", "click", "OK"})
	}
	for _, row := range []struct {
		name, id, text  string
		nth             int
		refused, allows func(p *person)
	}{
		{
			"a log-in on the panel with a wrong password", "status/padlock", "panel log-in", 0,
			func(p *person) { p.asks("/printer/panel/log-in", map[string]any{"password": "no-such"}) },
			func(p *person) {
				p.asks("/printer/panel/press", map[string]any{"path": "OK"})
				p.does([]string{"panel", "log-in"})
			},
		},
		{
			"a user's log-in on the panel with a wrong password", "users/to-my-email-revoked", "panel log-in alice", 0,
			func(p *person) {
				p.does([]string{"panel", "log-out"})
				p.asks("/printer/users/log-in", map[string]any{"user": "alice", "password": "no-such"})
			},
			func(p *person) {
				p.asks("/printer/panel/press", map[string]any{"path": "OK"})
				p.asks("/printer/users/log-in", map[string]any{"user": "alice"})
			},
		},
		{
			"a sign-in on the panel with somebody else's account", "users/to-my-email-another-account", "panel sign-in alice@contoso.com", 0,
			func(p *person) {
				p.asks("/printer/panel/press", map[string]any{"path": "OK"})
				signsIn(p, "carol@contoso.com")
			},
			func(p *person) {
				p.asks("/printer/panel/press", map[string]any{"path": "OK"})
				signsIn(p, "alice@contoso.com")
			},
		},
		{
			"an OK of Web Config with a port that is none", "exchange/sender-is-not-the-account", "webconfig click OK", 0,
			func(p *person) { saves(p, "99999") }, func(p *person) { saves(p, "587") },
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			var bench *lab.Lab
			s := live(t, Config{Scenario: row.id, Lab: func(l *lab.Lab) { bench = l }})
			p := newPerson(s, bench)
			s.skipsTo(row.text, row.nth)
			require.False(t, s.steps(row.text)[row.nth].Done)
			row.refused(p)
			require.False(t, s.steps(row.text)[row.nth].Done, "it was refused")
			row.allows(p)
			require.True(t, s.steps(row.text)[row.nth].Done)
		})
	}
}

// Who closes a page tells nobody: the step says so, is never ticked, and nothing waits for it.
func TestAPageThatIsClosedIsNeverTicked(t *testing.T) {
	s := live(t, Config{Scenario: "entra/managed-policy-turns-on"})
	s.skipsTo("browser close", 0)
	step := s.steps("browser close")[0]
	require.True(t, step.Unseen)
	require.False(t, step.Done)
	s.skipsTo("webconfig open 'Network > Email Server > Basic'", 0)
	require.False(t, s.steps("browser close")[0].Done)
}
