package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/scenarios"
)

// What the bench's page lists has a title in each language of the guide, and no title is left of what went.
func TestEachCaseHasATitleInEachLanguage(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	ids := map[string]bool{}
	for _, s := range all {
		ids[s.ID] = true
		if s.HandoverLine() == 0 {
			continue
		}
		for _, language := range []string{"hi", "el"} {
			title, in := s.TitleIn(language)
			require.NotEmpty(t, title)
			require.Equal(t, language, in, "scenarios/titles.yaml has no title of %s in %s", s.ID, language)
		}
		title, in := s.TitleIn("en")
		require.Equal(t, s.Title, title)
		require.Equal(t, "en", in)
	}
	for _, id := range scenarios.Titled() {
		require.True(t, ids[id], "scenarios/titles.yaml has a title of %s, which is no scenario", id)
	}
}
