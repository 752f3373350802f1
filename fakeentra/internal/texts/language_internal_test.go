package texts

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tables of the languages are not exported, so this looks at them from the inside.
func TestEveryTextOfThePagesIsThereInEveryLanguage(t *testing.T) {
	for tag, table := range translations {
		for key, w := range english {
			require.NotEmpty(t, table[w.text].text, "%s: %s: %q", tag, key, w.text)
		}
		for _, text := range []string{LookupHelp, LookupUnknown, LookupLabel, LookupButton} {
			require.NotEmpty(t, table[text].text, "%s: %q", tag, text)
		}
		for key, w := range table {
			require.NotEmpty(t, w.source, "%s: %q", tag, key)
			from, to := placeholder.FindAllString(
				regexp.QuoteMeta(key), -1,
			), placeholder.FindAllString(
				regexp.QuoteMeta(w.text), -1,
			)
			require.ElementsMatch(t, from, to, "%s: what is filled in: %q", tag, key)
		}
	}
}

// Microsoft's page names the country of the device in the language of the page; who reads it in English finds it so.
func TestTheCountryOfTheDeviceIsNamedInTheLanguageOfThePage(t *testing.T) {
	said := func(country string) string {
		return "You're signing in to Printer on another device located in " + country +
			". If it's not you, close this page."
	}
	for tag, country := range map[string]string{
		"en": "United States", "hi": "संयुक्त राज्य", "el": "Ηνωμένες Πολιτείες",
	} {
		shown := Translate(tag, said("United States"))
		require.Contains(t, shown, country)
		read, known := English(tag, shown)
		require.True(t, known)
		require.Equal(t, said("United States"), read)
		require.Contains(t, Translate(tag, said("Freedonia")), "Freedonia", "what has no name stays")
	}
}
