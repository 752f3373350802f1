package scenarios_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/scenarios"
)

// playsByDo plays a case by Do alone until it is solved, or until all is done. It returns the first refusal.
func playsByDo(ctx context.Context, l *lab.Lab, c *scenarios.Case) (acts int, err error) {
	tried := map[int]bool{}
	for {
		c.Look()
		next := nextAct(c, tried)
		if isSolved(c) || next == 0 {
			break
		}
		if err := c.Do(ctx, next); err != nil {
			return acts, err
		}
		tried[next] = true
		acts++
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

func isSolved(c *scenarios.Case) bool { return !c.Course().Solved.IsZero() }

// nextAct is the next act of the way that is open; 0: there is none.
func nextAct(c *scenarios.Case, tried map[int]bool) int {
	parts, _ := c.Parts()
	for _, p := range parts {
		if p.Kind != scenarios.PartSymptom && p.Kind != scenarios.PartRemedy {
			continue
		}
		for _, s := range p.Steps {
			if !s.Looks && !s.Done && !s.Passed && !s.Needless && !s.Unseen && !tried[s.Line] {
				return s.Line
			}
		}
	}
	return 0
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

// leftOf is what is open on the way of a case that is not solved.
func leftOf(c *scenarios.Case) (texts []string) {
	if isSolved(c) {
		return nil
	}
	parts, _ := c.Parts()
	for _, p := range parts {
		for _, s := range p.Steps {
			way := p.Kind == scenarios.PartSymptom || p.Kind == scenarios.PartRemedy
			if way && !s.Done && !s.Passed && !s.Needless && !s.Unseen && !s.Besides && !s.Comes {
				texts = append(texts, s.Text)
			}
		}
	}
	return texts
}

// notByDo are the cases that cannot be played so, with the reason.
var notByDo = map[string]string{}
