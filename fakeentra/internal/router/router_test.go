package router

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra/internal/endpoints"
)

// Who answers is not exported, so this looks at it from the inside.
func TestEveryEndpointOfTheTableHasSomebodyWhoAnswers(t *testing.T) {
	rows := endpoints.All()
	for _, e := range rows {
		require.Contains(t, handlers, e.Path)
	}
	require.Len(t, handlers, len(rows))
}
