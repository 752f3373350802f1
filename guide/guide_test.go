package guide_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/guide"
)

// reference is the page that the tables are taken from, its chapter about the guide, without marks of emphasis.
func reference(t *testing.T) string {
	text, err := os.ReadFile("../docs/reference/printer.md")
	require.NoError(t, err)
	_, chapter, found := strings.Cut(string(text), "\n## 1 The guide\n")
	require.True(t, found)
	chapter, _, found = strings.Cut(chapter, "\n### 1.7 ")
	require.True(t, found)
	return chapter
}

// section is one part of it, by its number.
func section(t *testing.T, number string) string {
	_, part, found := strings.Cut(reference(t), "\n### "+number+" ")
	require.True(t, found, number)
	part, _, _ = strings.Cut(part, "\n### ")
	return part
}

func TestEveryWordStandsInTheReference(t *testing.T) {
	page := choice.Normalize(reference(t))
	for _, l := range guide.Labels() {
		require.NotEmpty(t, l.English)
		require.NotEmpty(t, l.Hindi, "the Hindi edition has a word for each, if only the English one: %s", l.English)
		require.Equal(
			t, l.At == guide.Picture, l.Greek == "", "%s: Greek lacks the words of the picture alone", l.English,
		)
		for _, language := range guide.Languages() {
			require.True(t, strings.Contains(page, choice.Normalize(l.In(language))), "%s in %s", l.English, language)
		}
	}
	for _, c := range guide.Chapters() {
		for _, title := range []string{c.English, c.Hindi, c.Greek} {
			require.NotEmpty(t, title)
			require.True(t, strings.Contains(section(t, "1.0"), title), title)
		}
	}
	for _, language := range guide.Languages() {
		text, ok := guide.Message(language, "M1")
		require.True(t, ok)
		require.Contains(t, section(t, "1.4"), text)
	}
}

func TestTheCodesAreThoseOfTheReference(t *testing.T) {
	rows := 0
	for _, line := range strings.Split(section(t, "1.5"), "\n") {
		cells := strings.Split(line, " | ")
		if len(cells) != 7 || !strings.HasPrefix(line, "| 3") {
			continue
		}
		rows++
		code := strings.TrimPrefix(cells[0], "| ")
		for i, language := range guide.Languages() {
			want := guide.Code{Status: cells[1+2*i], Solution: strings.TrimSuffix(cells[2+2*i], " |")}
			require.Equal(t, want, guide.Codes(language)[code], "%s in %s", code, language)
		}
	}
	require.Equal(t, rows, len(guide.Codes("en")))
	require.Equal(t, 3, rows)
}

func TestALabelIsFoundByItsEnglishWords(t *testing.T) {
	for name, c := range map[string]struct{ language, english, want string }{
		"in Greek": {"el", "Signed in", "Συνδεδεμένος (σε υπηρεσία)"}, "in Hindi": {"hi", "Job/Status", "कार्य/स्थिति"},
		"in Hindi, a label of Web Config": {"hi", "Signed in", "Signed in"},
		"in English":                      {"en", "signed IN", "Signed in"},
		"with a typographic apostrophe":   {"el", "Sender’s Email Address", "Διεύθυνση Email αποστολέα"}, "a code's solution, as a whole": {"hi", "Connect to the cloud service or email service.", "क्लाउड सेवा या ईमेल सेवा से कनेक्ट करें।"},
		"as the LCD cuts it off":               {"el", "Settings", "Ρυθμίς"},
		"of the picture, whose Greek is not":   {"el", "Secure Connection", ""},
		"that the guide does not print":        {"el", "Coffee", ""},
		"in a language that has no edition":    {"de", "Settings", ""},
		"of the picture, English in Hindi too": {"hi", "Secure Connection", "Secure Connection"},
	} {
		t.Run(name, func(t *testing.T) {
			words, ok := guide.Words(c.language, c.english)
			require.Equal(t, c.want, words)
			require.Equal(t, c.want != "", ok)
		})
	}
}

func TestAMessageWithoutWordsInTheGuideIsNotThere(t *testing.T) {
	for _, language := range guide.Languages() {
		for _, name := range []string{"M2", "M3", "M4", "M5", "sent", "code.313.status"} {
			_, ok := guide.Message(language, name)
			require.False(t, ok, name)
		}
	}
	solution, ok := guide.Message("hi", "code.370.solution")
	require.True(t, ok)
	require.Equal(t, guide.Codes("hi")["370"].Solution, solution)
	_, ok = guide.Message("de", "M1")
	require.False(t, ok)
	require.Empty(t, guide.Codes("de"))
}

func TestTwoMessagesAreMadeOfTheGuidesSentences(t *testing.T) {
	expired, ok := guide.Composed("el", "M4")
	require.True(t, ok)
	remedy := "Ο διαχειριστής πρέπει να εκτελέσει ξανά τη λειτουργία σύνδεσης."
	require.Equal(t, guide.Codes("el")["361"].Status+" "+remedy, expired)
	for _, language := range guide.Languages() {
		m1, _ := guide.Message(language, "M1")
		again, ok := guide.Composed(language, "email-sign-in-again")
		require.True(t, ok)
		remedy, found := strings.CutPrefix(again, guide.Codes(language)["370"].Status+" ")
		require.True(t, found)
		require.True(t, strings.HasSuffix(m1, " "+remedy), "the end of M1 in %s", language)

		expired, _ := guide.Composed(language, "M4")
		remedy, found = strings.CutPrefix(expired, guide.Codes(language)["361"].Status+" ")
		require.True(t, found)
		require.Contains(t, choice.Normalize(section(t, "1.4")), strings.Trim(choice.Normalize(remedy), "."))
	}
	_, ok = guide.Composed("de", "M4")
	require.False(t, ok)
	_, ok = guide.Composed("en", "M5")
	require.False(t, ok)
}

func TestAWordOfWebConfigAloneSaysNothingOfTheHindiPanel(t *testing.T) {
	_, ok := guide.OnPanel("hi", "Authentication Method")
	require.False(t, ok)
	words, ok := guide.OnPanel("hi", "Job/Status")
	require.True(t, ok)
	require.Equal(t, "कार्य/स्थिति", words)
	words, ok = guide.OnPanel("el", "Authentication Method")
	require.True(t, ok, "the Greek edition names it in Greek")
	require.Equal(t, "Μέθοδος ελέγχου ταυτότητας", words)
}

func TestFieldsOfPasswordsAreSecretInEachLanguage(t *testing.T) {
	for _, field := range []string{
		"Authenticated Password", "authenticated password", "Administrator password",
		"κωδικός πρόσβασης διαχειριστή", "व्यवस्थापक पासवर्ड",
	} {
		require.True(t, guide.Secret(field), field)
	}
	for _, field := range []string{"Authenticated Account", "κωδικός ελέγχου ταυτότητας", "प्रमाणीकरण कोड", ""} {
		require.False(t, guide.Secret(field), field)
	}
}

func TestWebConfigHasGreekAndNoHindi(t *testing.T) {
	require.Equal(t, "el", guide.WebConfigLanguage("el"))
	require.Equal(t, "en", guide.WebConfigLanguage("hi"))
	require.Equal(t, "en", guide.WebConfigLanguage("en"))
}
