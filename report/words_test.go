package report

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryWordOfThePagesIsInEachLanguage(t *testing.T) {
	names := regexp.MustCompile(`\{\w+\}`)
	for id, in := range words() {
		for _, language := range []string{"en", "hi", "el"} {
			require.NotEmpty(t, in[language], "%s in %s", id, language)
			said := names.FindAllString(in[language], -1)
			require.NotRegexp(t, `\p{Greek}[^;]*; \p{Ll}`, in["el"], "a Greek ; ends a question")
			require.ElementsMatch(t, names.FindAllString(in["en"], -1), said, "%s in %s", id, language)
		}
	}
	for _, v := range append(worstFirst, "") {
		word, _, _ := look(v)
		require.Contains(t, words(), word)
	}
}
