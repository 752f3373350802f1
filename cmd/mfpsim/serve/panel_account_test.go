package serve

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/guide"
	"mfpsim/scenarios"
)

// touches presses keys of Microsoft's page on the panel, by their English labels.
func (p *person) touches(labels ...string) {
	p.t.Helper()
	for _, label := range labels {
		if in, known := fakeentra.Words(p.bench.Language(), label); known {
			label = in
		}
		p.does([]string{"panel", "press", label})
		p.panelLoaded()
	}
}

// The bench's own keys on Microsoft's page on the panel, the row of a test account and what types its password, count
// as what they do; as nothing before it is their turn.
func TestTheBenchsOwnKeysOnThePanelTickWhatTheyDo(t *testing.T) {
	const fills = "Type this test account's password and sign in for me"
	account := []string{"panel enter account alice@contoso.com", "panel press Next"}
	password := []string{"panel enter password", "panel press 'Sign In'"}
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			var p *person
			are := func(done bool, lines []string) {
				t.Helper()
				for _, line := range lines {
					require.Equal(t, done, p.steps(line)[0].Done, line)
				}
			}
			begins := func() {
				p = inLanguage(t, "users/to-my-email-no-consent-for-the-organization", language)
			}
			opens := func() {
				for _, line := range []string{
					"panel press Close", "panel log-out", "panel log-in alice", "panel press 'To My Email'",
				} {
					p.does(wordsOf(line))
				}
				p.panelLoaded()
			}
			begins()
			opens()
			p.touches("alice@contoso.com", fills)
			are(false, append(account, password...))
			begins() // what was touched before its turn counts once it is
			p.skipsTo(account[0], 0)
			opens()
			p.touches("carol@contoso.com")
			are(false, append(account, password...))
			opens()
			p.touches("alice@contoso.com")
			are(true, account)
			are(false, password)
			p.touches(fills)
			are(true, password)
		})
	}
}

// A recording has what the bench's own keys do as what a person types: a scenario that is played has no such keys.
func TestARecordingOfTheBenchsOwnKeysPlaysBackGreen(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			p := inLanguage(t, "users/to-my-email-first-time", language)
			p.asks("/record/start", map[string]any{})
			p.touches("alice@contoso.com", "Type this test account's password and sign in for me")
			p.does([]string{"panel", "press", "Start"})
			p.expects("mailbox alice@contoso.com count 1")
			text := p.asks("/record/save", map[string]any{"name": "keys"})["text"].(string)
			require.Contains(t, text, "\npanel enter account alice@contoso.com\npanel press Next\n")
			require.Contains(t, text, "\npanel enter password\npanel press 'Sign In'\n")
			playsBackGreen(t, "keys", text, scenarios.Options{})
		})
	}
}
