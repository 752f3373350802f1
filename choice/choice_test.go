package choice_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
)

func TestTheErrorListsWhatThereIs(t *testing.T) {
	fax := &choice.Error{What: "key", Wanted: "Fax", Present: []string{"Copy", "Scan"}}
	require.EqualError(t, fax, `no key "Fax" here; there are: Copy, Scan`)
	require.EqualError(t, &choice.Error{What: "key", Wanted: "Fax"}, `no key "Fax" here, and none at all`)
}

func TestTheErrorIsPlainData(t *testing.T) {
	sent := &choice.Error{What: "key", Wanted: "Fax", Present: []string{"Copy", "Scan"}}
	text, err := json.Marshal(sent)
	require.NoError(t, err)
	require.JSONEq(t, `{"what":"key","wanted":"Fax","present":["Copy","Scan"]}`, string(text))
	var got choice.Error
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, *sent, got)
}

func TestWordsAreComparedWithoutCaseBlanksAndKindOfApostrophe(t *testing.T) {
	require.Equal(t, choice.Normalize("Sender's  Email\u00a0Address "), choice.Normalize("SENDER’S EMAIL ADDRESS"))
	require.NotEqual(t, choice.Normalize("Log in"), choice.Normalize("Login"))
}

func TestTheNearestWordIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		wanted  string
		present []string
		nearest string
	}{
		"a letter is missing":           {"unreachabl", []string{"silent", "unreachable"}, "unreachable"},
		"a letter is too much":          {"silennt", []string{"silent", "slow"}, "silent"},
		"another case is no difference": {"HALF-silent", []string{"silent", "half-silent"}, "half-silent"},
		"the first of two equally near": {"reser", []string{"reset", "resel"}, "reset"},
		"letters of other scripts":      {"ρυθμίσει", []string{"Αρχική", "Ρυθμίσεις"}, "Ρυθμίσεις"},
		"the beginning of a word":       {"refresh", []string{"device_code", "refresh_token"}, "refresh_token"},
		"the key of a word":             {"tims=2", []string{"html", "times=N"}, "times=N"},
		"two letters are too few":       {"en", []string{"de", "el"}, ""},
		"nothing is much like it":       {"coffee", []string{"silent", "slow"}, ""},
		"nothing is there":              {"silent", nil, ""},
		"no word at all":                {"", []string{"silent"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := &choice.Error{What: "fault", Wanted: c.wanted, Present: c.present}
			require.Equal(t, c.nearest, e.Nearest())
			if c.nearest != "" {
				require.ErrorContains(t, e, "; the nearest is "+c.nearest)
			}
		})
	}
}
