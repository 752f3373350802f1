package scenarios

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
)

// shownBy is the shortest scenario that shows what a fault has done to a day, ready to be saved. What only the test
// sees, such as a step that lasts too long, stays the whole story.
func shownBy(d *day, fault faultnet.Fault) string {
	whole, err := scenarioOf(d, fault)
	if err != nil {
		return fmt.Sprintf("%s# it cannot be played: %v\n", whole.Text, err)
	}
	o := Options{Seed: *faultsSeed}
	shrunk, err := Shrink(context.Background(), whole, o, o)
	if err != nil {
		return fmt.Sprintf("%s# it is not shorter: %v\n", whole.Text, err)
	}
	return fmt.Sprintf(
		"%s# %d of %d steps are enough (%d plays)\n", shrunk.Scenario.Text, shrunk.Steps, shrunk.Before, shrunk.Plays,
	)
}

// scenarioOf writes a day with its fault as a scenario: what could be played of it, and what was wanted at the end.
func scenarioOf(d *day, f faultnet.Fault) (Scenario, error) {
	at := fmt.Sprintf("write:%d", f.Write)
	if f.Read > 0 {
		at = fmt.Sprintf("read:%d", f.Read)
	}
	lines := slices.Clone(d.played[:d.calm])
	lines = append(lines, []string{
		"network", f.To, string(f.Kind), "at=" + at, "from=" + f.From, fmt.Sprintf("after=%d", f.After), "times=1",
	})
	lines = append(lines, d.played[d.calm:]...)
	wanted := d.wanted
	if wanted == nil {
		wanted = []string{"jobs", "count", fmt.Sprint(len(d.jobs()))}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# id: faults/point\n# title: %s\n# guide: Cannot Send Email\n# proves: R43\n# level: SHOULD\n\n", f)
	for _, words := range append(lines, wanted) {
		b.WriteString(quoted(words) + "\n")
	}
	s, err := Parse("faults/point.txtar", b.String())
	if err != nil {
		return Scenario{Text: b.String()}, err
	}
	return s, nil
}

func TestADayThatAFaultSpoilsIsShownByTheShortestScenario(t *testing.T) {
	lived := stories()[0]
	lived.remedies = nil // nobody does anything about it: the next mail never comes
	d, end := newDay(t, lived, false, nil)
	defer end()
	fault := faultnet.Fault{To: "smtp", From: "printer", Kind: faultnet.Closed, Write: 3, After: 1, Times: 1}
	d.play.lab.Network.Arm(fault)
	d.live()
	d.wanted = d.shows(1)
	whole, err := scenarioOf(d, fault)
	require.NoError(t, err)
	require.Contains(t, whole.Text, "network smtp closed at=write:3 from=printer after=1 times=1\nwebconfig log-in\n")
	require.Contains(t, whole.Text, "mailbox carol@fabrikam.com count 1\n")
	shown := shownBy(d, fault)
	require.Contains(t, shown, "# id: faults/point-shrunk")
	require.Contains(t, shown, "steps are enough")
	require.Less(t, strings.Count(shown, "\n"), strings.Count(whole.Text, "\n"))
}
