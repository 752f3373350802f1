package scenarios_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/scenarios"
)

func TestDebugOne(t *testing.T) {
	results, err := scenarios.Run(context.Background(), scenarios.Options{Patterns: []string{"setup/exchange-online"}, Seed: 7, Evidence: "/tmp/c/ev"})
	require.NoError(t, err)
	for _, r := range results {
		t.Log(r.Verdict, r.Failure, r.VirtualTime)
	}
}
