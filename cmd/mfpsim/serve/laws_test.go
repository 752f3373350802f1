package serve

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/laws"
)

func TestAServedBenchIsHeldAgainstTheLaws(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{Lab: func(l *lab.Lab) { bench = l }})
	status, answer := s.ask("GET", "/laws", "")
	require.Equal(t, 200, status)
	require.Empty(t, answer["broken"])
	require.Len(t, answer["laws"], len(laws.All()))

	require.NoError(t, bench.World.Do("a printer", 0, func(context.Context) {
		bench.Journal.Append(journal.Entry{
			Party: "smtp", Connection: "printer#1", Kind: journal.KindSMTP,
			Text: journal.Join(journal.Plain("C: AUTH PLAIN "), journal.Hidden("c2VjcmV0")),
		})
	}))
	_, answer = s.ask("GET", "/laws", "")
	require.Len(t, answer["broken"], 1)
	text := fmt.Sprint(answer["broken"])
	require.Contains(t, text, "says a secret to a mail server in clear")
	require.NotContains(t, text, "c2VjcmV0")
}
