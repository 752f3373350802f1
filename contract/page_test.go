package contract_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/contract"
	"mfpsim/core/outcome"
	"mfpsim/laws"
)

func TestThePageOfAdaptersHasEveryLawAndCapability(t *testing.T) {
	text, err := os.ReadFile("../docs/adapters.md")
	require.NoError(t, err)
	for _, law := range laws.Wishes() {
		require.Contains(t, string(text), fmt.Sprintf("| `%s` | %s | %s |", law.ID, law.Says, law.Clause))
	}
	for _, c := range contract.Capabilities() {
		require.Contains(t, string(text), "`"+c+"`")
	}
}

func TestTheSchemaHasEveryKindOfOutcome(t *testing.T) {
	for _, kind := range outcome.Kinds() {
		require.Contains(t, string(contract.Schema), fmt.Sprintf("%q", kind))
	}
}
