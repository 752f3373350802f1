package device_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/device"
)

var greek = device.Words{
	Language: "el",
	Messages: map[string]string{"M1": "…", "locked": "Κλειδωμένο.", "code.361.status": "Έληξε."},
	Labels:   map[string]string{"sign in": "Σύνδεση", "ip address": "IP Address"},
}

func TestEnglishWordsAreTranslatedAndOthersStayAsTheyAreWritten(t *testing.T) {
	require.Equal(t, "Σύνδεση", greek.Translate("Sign  IN"))
	require.Equal(
		t, "IP address", greek.Translate("IP address"), "the device writes it as it was asked for, but for case",
	)
	require.Equal(t, "bob@fabrikam.com", greek.Translate("bob@fabrikam.com"))
}

func TestAMessageIsKnownByItsNameAndAnotherIsRefusedWithTheNames(t *testing.T) {
	text, err := greek.Message("code.361.status")
	require.NoError(t, err)
	require.Equal(t, "Έληξε.", text)
	_, err = greek.Message("M9")
	var unknown *choice.Error
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, "@M9", unknown.Wanted)
	require.Equal(t, []string{"@M1", "@locked"}, unknown.Present)
}

func TestWordsAreUnderstoodFromJSON(t *testing.T) {
	text, err := json.Marshal(greek)
	require.NoError(t, err)
	var got device.Words
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, greek, got)
}
