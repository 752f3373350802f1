package sentences_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/sentences"
)

func TestTimeThatPassedIsToldInTheLanguageOfThePage(t *testing.T) {
	for _, row := range []struct{ text, language, says string }{
		{"the clock is advanced by 2184h0m0s", "hi", "घड़ी बदली गई: +91 दिन"},
		{"+91d", "el", "Το ρολόι μετακινήθηκε: +91 ημέρες"},
		{"+1d 23h 59m", "en", "The clock was moved: +1 day 23 hours 59 minutes"},
		{"the clock is advanced by 15m0s", "en", "The clock was moved: +15 minutes"},
	} {
		entry := journal.Entry{Number: 1, Party: "control", Kind: journal.KindClock, Text: journal.Plain(row.text)}
		lines := sentences.Tell([]journal.Entry{entry}, row.language)
		require.Len(t, lines, 1)
		require.Equal(t, row.says, lines[0].Text)
	}
	require.Equal(t, "0 seconds", sentences.Span(0, "en"))
	require.Equal(t, "1 ώρα 1 δευτερόλεπτο", sentences.Span(time.Hour+time.Second, "el"))
}
