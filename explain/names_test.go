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

// A card in Hindi or Greek says what a sentence of Microsoft's means. The English words are in quotation marks, and
// said to be English.
func TestACardQuotesMicrosoftInTheLanguageOfTheReader(t *testing.T) {
	for sentence, says := range map[string]map[string]string{
		"You cannot access this right now": {
			"el": "«Δεν έχετε πρόσβαση αυτήν τη στιγμή» (στα αγγλικά “You cannot access this right now”)",
			"hi": "“आप अभी इस तक नहीं पहुँच सकते” (अंग्रेज़ी में “You cannot access this right now”)",
		},
		"Need admin approval": {
			"el": "«Απαιτείται έγκριση διαχειριστή» (στα αγγλικά “Need admin approval”)",
			"hi": "“व्यवस्थापक की स्वीकृति चाहिए” (अंग्रेज़ी में “Need admin approval”)",
		},
		"Help us keep your device secure": {}, "You can't get there from here": {},
		"Approve sign in request": {}, "More information required": {},
		"user is locked by": {}, "is disabled for the Tenant": {}, "Mailbox cannot be accessed": {},
		"basic authentication is disabled": {},
	} {
		for _, language := range []string{"el", "hi"} {
			inEnglish := map[string]string{"el": "στα αγγλικά", "hi": "अंग्रेज़ी में"}[language]
			quoted := 0
			for _, c := range explain.AllCauses(language) {
				for _, text := range []string{c.Ask, c.Tell, c.Do} {
					before, _, found := strings.Cut(text, sentence)
					if !found {
						continue
					}
					quoted++
					require.Contains(t, text, says[language])
					_, quote, open := strings.Cut(before[max(0, strings.LastIndex(before, inEnglish)):], "“")
					require.True(t, strings.Contains(before, inEnglish) && open && !strings.Contains(quote, "”"), text)
				}
			}
			require.Positive(t, quoted, sentence)
		}
	}
}
