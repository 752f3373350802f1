package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/laws"
)

// The record of a token is older than its signature: the laws must know the token all the same when it is said.
func TestTheLawsSeeTheTokensOfABench(t *testing.T) {
	const alice, bob = "RCPT TO:<alice@contoso.com>", "RCPT TO:<bob@fabrikam.com>"
	for law, change := range map[string]func(r *laws.Record){
		"token-to-its-host": func(r *laws.Record) { // the tokens were for another server
			r.MailServers["login.microsoftonline.com"] = "another"
		},
		"own-mail": func(r *laws.Record) { // alice's mail went to somebody else
			for i, e := range r.Entries {
				if said := e.Text.Reveal(); e.Kind == journal.KindSMTP && strings.Contains(said, alice) {
					r.Entries[i].Text = journal.Plain(strings.Replace(said, alice, bob, 1))
				}
			}
		},
	} {
		t.Run(law, func(t *testing.T) {
			var before, after []laws.Breach
			results, err := Run(t.Context(), Options{
				Seed: 7, Patterns: []string{"users/to-my-email-first-time"},
				Inspect: func(_ Result, l *lab.Lab) {
					record, err := recordOf(l, l.Journal.Entries())
					require.NoError(t, err)
					before = laws.Judge(record)
					change(&record)
					after = laws.Judge(record)
				},
			})
			require.NoError(t, err)
			require.Len(t, results, 1)
			require.Empty(t, before)
			require.NotEmpty(t, after)
			for _, each := range after {
				require.Equal(t, law, each.Law.ID)
			}
		})
	}
}
