package journal_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
)

func TestASecretIsRedactedHoweverItIsWritten(t *testing.T) {
	const canary = "s3cr3t-canary"
	secret := journal.NewSecret(canary)
	text := journal.Plain("AUTH XOAUTH2 ").Add(journal.Hidden(canary))
	asJSON, err := json.Marshal(map[string]any{"secret": secret, "text": text, "entry": journal.Entry{Text: text}})
	require.NoError(t, err)
	written := []string{string(asJSON)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		written = append(written, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, text), fmt.Sprintf(verb, &text),
			fmt.Sprintf(verb, struct{ S journal.Secret }{secret}), fmt.Sprintf(verb, journal.Entry{Text: text}))
	}
	for _, form := range written {
		require.NotContains(t, form, canary)
		require.NotContains(t, form, fmt.Sprintf("%x", canary))
	}
	require.Equal(t, "AUTH XOAUTH2 [redacted]", text.String())
	require.Equal(t, "AUTH XOAUTH2 "+canary, text.Reveal())
	require.Equal(t, canary, secret.Reveal())
}

func TestEntriesAreNumberedAndStampedInOrder(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	j := journal.New(func() time.Time { return now })
	var seen []int
	j.Observe(func(e journal.Entry) { seen = append(seen, e.Number) })
	j.Append(journal.Entry{Kind: journal.KindNote, Text: journal.Plain("one")})
	now = now.Add(time.Hour)
	j.Append(journal.Entry{Kind: journal.KindNote, Text: journal.Plain("two")})
	entries := j.Entries()
	require.Equal(t, []int{1, 2}, seen)
	require.Equal(t, []int{1, 2}, []int{entries[0].Number, entries[1].Number})
	require.Equal(t, time.Hour, entries[1].At.Sub(entries[0].At))
	require.Len(t, j.Since(1), 1)
	require.Empty(t, j.Since(2))
}
