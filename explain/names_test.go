package explain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/explain"
	"mfpsim/guide"
	"mfpsim/scenarios"
)

// Who reads a card and loads its case finds one cause under one name.
func TestTheCaseOfTheBlockedCodeIsCalledAsItsCard(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	picked, err := scenarios.Select(all, []string{"trouble/conditional-access-block"})
	require.NoError(t, err)
	for _, language := range guide.Languages() {
		answer, err := explain.Explain("53003", language)
		require.NoError(t, err)
		title, in := picked[0].TitleIn(language)
		require.Equal(t, language, in)
		var cards []string
		for _, c := range answer.Causes {
			if c.Scenario == picked[0].ID {
				cards = append(cards, strings.TrimRight(c.Says, ".।"))
			}
		}
		require.Equal(t, []string{title}, cards, language)
	}
}
