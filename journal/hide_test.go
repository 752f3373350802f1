package journal_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
)

func secretName(name string) bool { return name == "password" }

func TestAFormShowsAllButItsSecrets(t *testing.T) {
	for name, c := range map[string]struct{ form, shown string }{
		"nothing":                     {"", ""},
		"fields stay as they are":     {"user=a%40b&x=", "user=a%40b&x="},
		"a secret":                    {"user=a&password=p%20q&x=1", "user=a&password=" + journal.Hidden("p%20q").String() + "&x=1"},
		"an encoded name":             {"pass%77ord=geheim", "pass%77ord=" + journal.Hidden("geheim").String()},
		"a word without a name":       {"geheim", journal.Hidden("geheim").String()},
		"a name that is not readable": {"%zz=geheim", journal.Hidden("%zz=geheim").String()},
		"empty pairs":                 {"&&", "&&"},
	} {
		t.Run(name, func(t *testing.T) {
			text := journal.HideForm(c.form, secretName)
			require.Equal(t, c.shown, text.String())
			require.Equal(t, c.form, text.Reveal())
		})
	}
}

func TestAHeaderShowsNoCredentials(t *testing.T) {
	fields := journal.HideHeader(http.Header{
		"Cookie": {"a=geheim"}, "Authorization": {"Basic geheim"}, "Accept": {"x", "y"},
		"Location": {"https://x.example/?password=geheim&x=1#password=geheim"},
	}, func(name, value string) journal.Text {
		if name == "Location" {
			return journal.HideLocation(value, secretName)
		}
		return journal.Plain(value)
	})
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
		require.NotContains(t, f.Value.String(), "geheim", f.Name)
	}
	require.Equal(t, []string{"Accept", "Accept", "Authorization", "Cookie", "Location"}, names)
	require.True(t, strings.HasPrefix(fields[4].Value.String(), "https://x.example/?password="))
}

func TestAnAnswerShowsNoSecretHoweverItIsCut(t *testing.T) {
	answer := `{"a":"1","token":"geheim","b":"2","code":"geheim`
	text := journal.HideMembers([]byte(answer), []string{"code", "token"})
	require.NotContains(t, text.String(), "geheim")
	require.Contains(t, text.String(), `"b":"2"`)
	require.Equal(t, answer, text.Reveal())
	page := ` <form><input name="code" value="geheim"><b>`
	require.True(t, journal.IsPage([]byte(page)))
	text = journal.HideInputs([]byte(page), []string{"code"})
	require.NotContains(t, text.String(), "geheim")
	require.Equal(t, page, text.Reveal())
}
