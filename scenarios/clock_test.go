package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
)

func TestAScriptMovesNoClockOutOfItsRange(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"an offset in place of a drift": {"clock printer drift=-365d", "for a clock that is wrong by a fixed time, set its date"},
		"two days a day":                {"clock printer drift=-48h", "-48h0m0s is too much for a drift, which is what a clock gains each day"},
		"a drift that is none":          {"clock printer drift=--2s", "is no drift: write what the clock gains each day"},
		"the last year of four digits":  {"clock printer 9999-12-31", "a clock cannot be set to the year 9999"},
		"past the end of all time":      {"clock to 9999-01-01", "the time of this bench ends on "},
		"a week too many to count":      {"clock +15251w", `"15251w" is more than 100 years`},
		"a length that wraps around":    {"clock +999999w", `"999999w" is more than 100 years`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := playText(t, "panel shows Scan\n"+c.line+"\n")
			require.Equal(t, report.Failed, result.Verdict)
			require.Contains(t, result.Failure, c.want)
			require.Equal(t, 8, result.Line)
		})
	}
}
