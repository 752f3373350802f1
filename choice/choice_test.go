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
