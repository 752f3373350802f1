package scenarios_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/scenarios"
)

// playsByDo plays the acts of a case by Do alone, in their order, until it is solved. It returns the first refusal that
// is not about a line which is over.
func playsByDo(ctx context.Context, l *lab.Lab, c *scenarios.Case) (acts int, err error) {
	for _, line := range actsOf(c) {
		if isSolved(c) {
			return acts, nil
		}
		if err := c.Do(ctx, line); err == nil {
			acts++
		} else if !isOver.MatchString(err.Error()) {
			return acts, err
		}
	}
	for range 120 { // what the last act has begun comes to its end
		if isSolved(c) {
			break
		}
		if _, err := l.World.Advance(time.Second); err != nil {
			return acts, err
		}
		c.Look()
	}
	return acts, nil
}

var isOver = regexp.MustCompile(`: it (is done already|was skipped|is not needed any more)$|leaves no trace`)

func isSolved(c *scenarios.Case) bool { return !c.Course().Solved.IsZero() }

// actsOf are the acts of the way.
func actsOf(c *scenarios.Case) (lines []int) {
	parts, _ := c.Parts()
	for _, p := range parts {
		for _, s := range p.Steps {
			if isWay(p) && !s.Looks {
				lines = append(lines, s.Line)
			}
		}
	}
	return lines
}

func isWay(p scenarios.CasePart) bool {
	return p.Kind == scenarios.PartSymptom || p.Kind == scenarios.PartRemedy
}

// TestEachCaseIsPlayedByDoAlone plays every case that a person can take over by Do, from its handover to its end.
func TestEachCaseIsPlayedByDoAlone(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	for _, s := range all {
		if s.HandoverLine() == 0 {
			continue
		}
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			l := lab.RunT(t, lab.Config{Seed: 7})
			c, err := scenarios.Begin(t.Context(), l, s.ID)
			require.NoError(t, err)
			acts, err := playsByDo(t.Context(), l, c)
			left := leftOf(c)
			if reason, known := notByDo[s.ID]; known {
				require.False(t, err == nil && len(left) == 0, "it can be done: %s", reason)
				return
			}
			require.NoError(t, err)
			require.Empty(t, left, "after %d acts", acts)
		})
	}
}

// leftOf are the mails and jobs that are wanted on the way of a case that is not solved. A page that has gone by, such
// as one that a scenario looks at between two clicks, is nothing to wait for.
func leftOf(c *scenarios.Case) (texts []string) {
	if isSolved(c) {
		return nil
	}
	parts, _ := c.Parts()
	for _, p := range parts {
		for _, s := range p.Steps {
			waits := s.Words[0] == "mailbox" || s.Words[0] == "jobs"
			if isWay(p) && waits && !s.Done && !s.Passed && !s.Needless && !s.Unseen && !s.Besides {
				texts = append(texts, s.Text)
			}
		}
	}
	return texts
}

// notByDo are the cases that do not come to their end so, with the reason.
var notByDo = map[string]string{
	"entra/as-of-2023":                       "the list folds the second fault, and then its remedy mends nothing",
	"entra/refusal-without-a-number":         "the list folds the last of its refusals, and then the sign-in is not lost",
	"trouble/expiration-in-each-language":    "the list folds the second expiration, and then its remedy mends nothing",
	"trouble/power-fails-while-storing":      "a scan that the power ends leaves no job, so that the one after it does not tick",
	"trouble/stop-while-the-server-confirms": "the list wants to see Sending, which is over when the job is in the record",
}

func TestDoRefusesWhatCannotBeDoneAndSaysWhy(t *testing.T) {
	c, l := begun(t, "trouble/sign-in-not-saved")
	lines := map[string]int{}
	var scans []int
	parts, _ := c.Parts()
	for _, p := range parts {
		for _, s := range p.Steps {
			lines[s.Text] = s.Line
			if p.Kind != scenarios.PartStory && s.Text == "scan email bob@fabrikam.com" {
				scans = append(scans, s.Line)
			}
		}
	}
	refused := func(line int, why string) {
		t.Helper()
		entries := l.Journal.Len()
		require.ErrorContains(t, c.Do(t.Context(), line), why)
		require.Equal(t, entries, l.Journal.Len(), "it has left a trace")
	}
	refused(1, "none of what is left")
	refused(parts[0].Steps[0].Line, "of the story")
	refused(lines["jobs shows Email 360"], "nothing to do")
	refused(lines["webconfig click OK"], "come: line")
	refused(lines["webconfig click OK"], "scan email bob@fabrikam.com; line")
	require.NoError(t, c.Do(t.Context(), scans[0]))
	require.NotContains(t, open(c, scenarios.PartSymptom), "jobs shows Email 360", "it is seen by the record")
	refused(scans[0], "done already")
	ended, end := context.WithCancel(t.Context())
	end()
	require.ErrorIs(t, c.Do(ended, lines["webconfig log-in"]), context.Canceled)
}
