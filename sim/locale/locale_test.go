package locale_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/sim/locale"
)

func TestTheGuidesMessageIsWordForWordInThreeLanguages(t *testing.T) {
	for language, want := range map[string]string{
		"en": "To use this function, you need to sign in to your email service. Please contact your administrator.",
		"hi": "इस फ़ंक्शन का इस्तेमाल करने के लिए, आपको अपनी ईमेल सेवा में साइन इन करना होगा। कृपया अपने व्यवस्थापक से संपर्क करें।",
		"el": "Για να χρησιμοποιήσετε αυτή τη λειτουργία, πρέπει να συνδεθείτε στην υπηρεσία email σας. Επικοινωνήστε με τον διαχειριστή σας.",
	} {
		require.Equal(t, want, locale.In(language).Text("M1"), language)
	}
	require.Equal(t, "guide", locale.Source("M1"))
	for _, id := range []string{"M2", "M3", "M4", "M5"} {
		require.True(t, strings.HasPrefix(locale.Source(id), "ours"), id)
	}
}

func TestALanguageWithoutAWordFallsBackToEnglish(t *testing.T) {
	require.Equal(t, "Secure Connection", locale.In("hi").Label("secure-connection"))
	require.Equal(t, "Settings", locale.In("xx").Label("settings"))
	require.Equal(t, "en", locale.In("xx").Language())
	require.False(t, locale.Known("xx"))
}

func TestALabelIsFoundByItsEnglishWords(t *testing.T) {
	tests := []struct{ name, words, id string }{
		{"in any case", "CURRENT status", "label.current-status"},
		{"with a typographic apostrophe", "Sender’s Email Address", "label.sender-address"},
		{"with spaces around", "  Sign  In ", "label.sign-in"},
		{"a message by its sentence", "the email server is not set.", "email-server-not-set"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id, ok := locale.Find(test.words)
			require.True(t, ok)
			require.Equal(t, test.id, id)
		})
	}
	_, ok := locale.Find("no such words")
	require.False(t, ok)
	words, ok := locale.In("el").Translate("Sign In")
	require.True(t, ok)
	require.Equal(t, "Σύνδεση", words)
	require.True(t, locale.In("el").Is("sign in", "label.sign-in"))
	require.True(t, locale.In("el").Is("σύνδεση", "label.log-in"), "one Greek word names two labels; each screen knows its own")
}

func TestNoSentenceOfBasicSaysWordsThatScenariosLookForAsAState(t *testing.T) {
	for _, id := range locale.IDs() {
		if !strings.HasPrefix(id, "sign-in-") && !strings.HasPrefix(id, "cloud-") && !strings.HasPrefix(id, "invalid-") {
			continue
		}
		text := locale.Normalize(locale.In("en").Text(id))
		for _, words := range []string{"sign in", "signed in", "current status", "sign out"} {
			require.NotContains(t, text, words, id)
		}
	}
}

func TestAPlaceholderIsFilledIn(t *testing.T) {
	for _, language := range locale.Languages {
		require.Equal(t, "MFP - A > B", locale.In(language).Format("page-title", map[string]any{"Model": "MFP", "Path": "A > B"}))
	}
	require.Panics(t, func() { locale.In("el").Format("no-such-id", nil) })
}

func TestAnUnknownIDPanics(t *testing.T) {
	require.False(t, locale.Has("no-such-id"))
	require.Panics(t, func() { locale.In("en").Text("no-such-id") })
}
