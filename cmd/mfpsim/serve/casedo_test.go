package serve

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/scenarios"
)

// isDoneForThePerson does what is left of a case, up to its proof, by POST /case/do, and returns the case as it was.
func (s *served) isDoneForThePerson() (was caseAnswer) {
	s.t.Helper()
	s.object("/case", &was)
	for _, p := range was.Parts {
		for _, step := range p.Steps {
			if p.Kind != scenarios.PartSymptom && p.Kind != scenarios.PartRemedy || step.Looks || step.Unseen {
				continue
			}
			status, answer := s.ask(http.MethodPost, "/case/do", fmt.Sprintf(`{"line":%d}`, step.Line))
			if text, _ := answer["error"].(string); strings.Contains(text, ": it is ") {
				require.Equal(s.t, http.StatusBadRequest, status, answer) // it is over by what was done before it
				continue
			}
			require.Equal(s.t, http.StatusOK, status, answer)
		}
	}
	return was
}

// A case of the desk is played over HTTP by POST /case/do alone, on a bench that follows the machine's clock.
func TestACaseIsDoneOverHTTP(t *testing.T) {
	for _, id := range []string{
		"trouble/sign-in-not-saved", "trouble/conditional-access-block", "trouble/smtp-auth-disabled",
	} {
		t.Run(id, func(t *testing.T) {
			s := live(t, Config{Seed: 7, Scenario: id})
			now := s.isDoneForThePerson()
			for seen, turn := 0, 0; now.Solved == nil && turn < 10; turn++ {
				// Each wait ends with the next thing that happens.
				var then nowAnswer
				s.object(fmt.Sprintf("/bench/now?after=%d&wait=1s", seen), &then)
				seen, now = then.Last, then.Case
			}
			require.NotNil(t, now.Solved, "it is not solved")
		})
	}
}

func TestWhatCannotBeDoneIsRefusedOverHTTP(t *testing.T) {
	s := live(t, Config{Seed: 7, Scenario: "trouble/sign-in-not-saved"})
	for body, why := range map[string]string{
		`{"line":1}`: "none of what is left", `{}`: "line", `{"line":"22"}`: "line", `{"line":1e99}`: "line",
	} {
		status, answer := s.ask(http.MethodPost, "/case/do", body)
		require.Equal(t, http.StatusBadRequest, status, answer)
		require.Contains(t, answer["error"], why)
	}
	free := live(t, Config{Seed: 7})
	status, answer := free.ask(http.MethodPost, "/case/do", `{"line":22}`)
	require.Equal(t, http.StatusBadRequest, status, answer)
	require.Contains(t, answer["error"], "no case is loaded")
}

// The person has logged in and opened the page in a browser of his own. What is left is done in the story's, which has
// been logged out for long.
func TestACaseIsDoneFromWhereThePersonHasCome(t *testing.T) {
	p := taken(t, "trouble/expired-by-disuse")
	p.asks("/printer/scan", map[string]any{"to": []string{"bob@fabrikam.com"}})
	p.asks("/clock/advance", map[string]any{"duration": "30s"})
	_, err := p.web.LogIn(context.Background(), "", false)
	require.NoError(t, err)
	p.does([]string{"webconfig", "open", "Network > Email Server > Basic"})
	done := func(text string, nth int) {
		t.Helper()
		line := p.steps(text)[nth].Line
		p.asks("/case/do", map[string]any{"line": line})
		require.True(t, p.steps(text)[nth].Done, text)
	}
	require.True(t, p.steps("webconfig log-in")[0].Done)
	done("webconfig click 'Sign In'", 0)
	done("webconfig click 'Sign in with Microsoft'", 0)
	done("browser sign-in admin@contoso.com", 0)
	shows := func() string {
		var screen struct{ Text string }
		p.object("/printer/panel", &screen)
		return screen.Text
	}
	require.Contains(t, shows(), "has expired", "OK has not stored the sign-in yet")
	done("webconfig click OK", 0)
	require.NotContains(t, shows(), "has expired")
	p.asks("/record/start", map[string]any{})
	var recorded recordAnswer
	p.object("/record", &recorded)
	require.Empty(t, recorded.Unsaid)
	require.Len(t, slices.DeleteFunc(recorded.Lines, func(line string) bool { return line != "webconfig click OK" }), 1)
}
