package mfpsim_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/scenarios"
)

// What a case tells stands on the page in the language of the page: title and # sentences of each handed-over case are
// there in the three languages, with the same numbers in them.
func TestEachHandedOverCaseIsToldInTheThreeLanguages(t *testing.T) {
	letters := map[string]*regexp.Regexp{
		"hi": regexp.MustCompile(`\p{Devanagari}`), "el": regexp.MustCompile(`\p{Greek}`),
	}
	number := regexp.MustCompile(`\d+(\.\d+)*`)
	spelt := map[string]bool{}
	all, err := scenarios.All()
	require.NoError(t, err)
	for _, s := range all {
		if s.HandoverLine() == 0 {
			continue
		}
		for language, own := range letters {
			title, in := s.TitleIn(language)
			require.Equal(t, language, in, "the title of %s: %s", s.ID, title)
			for _, note := range s.Notes() {
				spelt[note] = true
				text, known := scenarios.NoteIn(note, language)
				require.True(t, known, "scenarios/notes has no %s for the sentence of %s: %s", language, s.ID, note)
				require.Regexp(t, own, text, note)
				for _, n := range number.FindAllString(note, -1) {
					require.Contains(t, number.FindAllString(text, -1), n, "%s: %s", note, text)
				}
			}
		}
	}
	for _, note := range scenarios.NotesTold() {
		require.True(t, spelt[note], "scenarios/notes has a sentence that no handed-over case has: %s", note)
	}
}
