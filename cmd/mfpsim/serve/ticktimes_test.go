package serve

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/scenarios"
)

// A line of the check list has the time of what it is about, whenever the bench comes to look: no mail before the scan
// that it came of, no code before the job.
func TestTicksHaveTheTimesOfWhatTheyAreAbout(t *testing.T) {
	for name, play := range map[string]func(s *served, p *person){
		"done for the person": func(s *served, _ *person) { s.isDoneForThePerson() },
		"over the control API": func(s *served, p *person) {
			scan, minute := map[string]any{"to": []string{"bob@fabrikam.com"}}, map[string]any{"duration": "1m"}
			p.asks("/printer/scan", scan)
			p.asks("/clock/advance", minute)
			s.object("/case", &caseAnswer{}) // as the page looks, before anybody goes on
			p.does([]string{"exchange", "Set-TransportConfig", "-SmtpClientAuthenticationDisabled", "$false"})
			p.asks("/printer/scan", scan)
			p.asks("/clock/advance", minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := live(t, Config{Seed: 7, Scenario: "trouble/smtp-auth-disabled"})
			play(s, newPerson(s, nil))
			var now caseAnswer
			s.object("/case", &now)
			require.NotNil(t, now.Solved)
			var lines []struct {
				At            time.Time
				Kind, Receipt string
			}
			s.object("/wire?since=0&language=en", &lines)
			jobs := map[string]time.Time{}
			for _, l := range lines {
				if l.Kind == "outcome" {
					jobs[l.Receipt] = l.At
				}
			}
			scan := time.Time{}
			for _, p := range now.Parts {
				for _, step := range p.Steps {
					if p.Kind == scenarios.PartStory || step.At == nil {
						continue
					}
					switch {
					case step.Text == "scan email bob@fabrikam.com":
						require.True(t, scan.Before(*step.At), "the second scan has a time of its own")
						scan = *step.At
					case step.Text == "jobs shows Email 312":
						require.Equal(t, jobs["1"], *step.At)
						require.True(t, scan.Before(*step.At), "the scan was made before its job ended")
					case step.Text == "mailbox bob@fabrikam.com shows from=admin@contoso.com":
						require.False(t, step.At.Before(scan), "the mail came before it was scanned")
						require.False(t, jobs["2"].Before(*step.At), "the job ends when its mail is taken")
					}
				}
			}
			require.False(t, scan.IsZero())
		})
	}
}

// stepsOf are the steps of what is left of a case, by their text.
func stepsOf(s *served) map[string]stepRow {
	var now caseAnswer
	s.object("/case", &now)
	steps := map[string]stepRow{}
	for _, p := range now.Parts {
		for _, step := range p.Steps {
			if p.Kind != scenarios.PartStory {
				steps[step.Text] = step
			}
		}
	}
	return steps
}

// The sign-in log has a refusal from when it was said, although the printer asks Entra ID until its code is over.
func TestALookAtTheSignInLogHasTheTimeOfTheRefusal(t *testing.T) {
	s := live(t, Config{Seed: 7, Scenario: "trouble/conditional-access-block"})
	s.isDoneForThePerson()
	steps := stepsOf(s)
	refused := steps["browser click 'Sign In'"]
	logged := steps["entra log shows admin@contoso.com 53003 'Block device code flow'"]
	require.NotNil(t, logged.At)
	require.WithinDuration(t, *refused.At, *logged.At, time.Minute)
}

// A button that comes by a choice on its page was to be seen since that page was opened, not since it was clicked.
func TestAButtonThatComesHasTheTimeOfItsPage(t *testing.T) {
	page := "Network > Email Server > Basic"
	s := live(t, Config{Seed: 7, Scenario: "trouble/conditional-access-block"})
	p := newPerson(s, nil)
	status, told := s.ask("POST", "/case/skip", `{"line":36}`)
	require.Equal(t, 200, status, told)
	p.asks("/clock/advance", map[string]any{"duration": "15m"})
	for _, act := range [][]string{
		{"webconfig", "log-in"},
		{"webconfig", "open", page},
		{"entra", "policy", "Block device code flow", "exclude=admin@contoso.com"},
		{"webconfig", "set", "Authentication Method", "OAuth2"},
		{"webconfig", "set", "Email service", "Microsoft Exchange Online"},
		{"webconfig", "click", "Sign In"},
	} {
		p.does(act)
		stepsOf(s)
	}
	steps := stepsOf(s)
	button := steps["webconfig shows 'Sign In'"]
	exempted := steps["entra policy 'Block device code flow' exclude=admin@contoso.com"]
	require.True(t, button.Done)
	require.True(t, exempted.Done)
	require.True(t, button.At.Before(*exempted.At), "%s, %s", button.At, exempted.At)
}
