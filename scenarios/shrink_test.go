package scenarios_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
	"mfpsim/scenarios"
)

const shrinkHeader = `# id: trouble/long
# title: A long story
# guide: Cannot Send Email
# proves: R39
# level: MUST

`

// shrunkSteps are the steps of a scenario without its header.
func shrunkSteps(s scenarios.Scenario) []string {
	_, steps, _ := strings.Cut(s.Text, "\n\n")
	return strings.Split(strings.TrimSpace(steps), "\n")
}

func parsed(t *testing.T, text string) scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse("trouble/long.txtar", text)
	require.NoError(t, err)
	return s
}

func TestAFailureIsShrunkToTheStepsThatItNeeds(t *testing.T) {
	long := parsed(t, shrinkHeader+working+`panel home
scan copy
handover
# Three faults of a sequence; the second one is it.
network smtp slow at=write:1 delay=1m times=1 then unreachable times=1 then silent times=1
scan email bob@fabrikam.com pages=2
jobs shows Email Completed within=10m
scan email carol@fabrikam.com pages=3
jobs shows Email Completed
panel home
panel shows Copy
`)
	shrunk, err := scenarios.Shrink(context.Background(), long, scenarios.Options{}, scenarios.Options{})
	require.NoError(t, err)
	require.False(t, shrunk.Compared, "it fails without any option too")
	steps := shrunkSteps(shrunk.Scenario)
	left := steps[len(steps)-4:] // one fault, and its job fails with the same code
	require.Regexp(t, `^network smtp (unreachable|silent)$`, left[0])
	require.Equal(t, []string{"scan email carol@fabrikam.com", "handover", "jobs shows Email Completed"}, left[1:])
	require.NotContains(t, shrunk.Scenario.Text, "Three faults")
	require.NotContains(t, shrunk.Scenario.Text, "scan copy")
	require.Equal(t, "trouble/long-shrunk.txtar", shrunk.Scenario.File)

	again, err := scenarios.Parse(shrunk.Scenario.File, shrunk.Scenario.Text)
	require.NoError(t, err, "it can be saved as it is")
	result, err := scenarios.RunScenario(context.Background(), again, scenarios.Options{})
	require.NoError(t, err)
	require.Equal(t, report.Failed, result.Verdict)
}

func TestAFailureOfTheOptionsKeepsWhatTheReferencePasses(t *testing.T) {
	long := parsed(t, shrinkHeader+working+`scan copy
handover
panel home
scan email carol@fabrikam.com
jobs shows Email Completed
`)
	slow := scenarios.Options{Latency: 20 * time.Second, Patience: -1}
	shrunk, err := scenarios.Shrink(context.Background(), long, slow, scenarios.Options{})
	require.NoError(t, err)
	require.True(t, shrunk.Compared)
	result, err := scenarios.RunScenario(context.Background(), shrunk.Scenario, scenarios.Options{})
	require.NoError(t, err)
	require.True(t, result.Passed, result.Failure)
	result, err = scenarios.RunScenario(context.Background(), shrunk.Scenario, slow)
	require.NoError(t, err)
	require.Equal(t, report.Failed, result.Verdict)
	require.NotContains(t, shrunk.Scenario.Text, "scan copy")
}

func TestAFaultThatNobodyMetIsShrunkToItself(t *testing.T) {
	long := parsed(t, shrinkHeader+working+`panel home
scan email bob@fabrikam.com
jobs shows Email Completed
exchange answer rcpt '550 5.1.1 No' times=2
panel home
panel shows Copy
`)
	shrunk, err := scenarios.Shrink(context.Background(), long, scenarios.Options{}, scenarios.Options{})
	require.NoError(t, err)
	steps := shrunkSteps(shrunk.Scenario)
	require.Contains(t, steps, "exchange answer rcpt '550 5.1.1 No' times=2")
	require.Less(t, len(steps), 4, strings.Join(steps, "\n"))
}

func TestWhatDoesNotFailIsNotShrunk(t *testing.T) {
	good := parsed(t, shrinkHeader+"panel shows Copy\n")
	_, err := scenarios.Shrink(context.Background(), good, scenarios.Options{}, scenarios.Options{})
	require.ErrorIs(t, err, scenarios.ErrDoesNotFail)
}
