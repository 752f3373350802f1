package locale_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/sim/locale"
)

func embedded(t *testing.T) *locale.Tables {
	tables, err := locale.Embedded()
	require.NoError(t, err)
	return tables
}

func TestTheGuidesMessageIsWordForWordInThreeLanguages(t *testing.T) {
	tables := embedded(t)
	for language, want := range map[string]string{
		"en": "To use this function, you need to sign in to your email service. Please contact your administrator.",
		"hi": "इस फ़ंक्शन का इस्तेमाल करने के लिए, आपको अपनी ईमेल सेवा में साइन इन करना होगा। कृपया अपने व्यवस्थापक से संपर्क करें।",
		"el": "Για να χρησιμοποιήσετε αυτή τη λειτουργία, πρέπει να συνδεθείτε στην υπηρεσία email σας. Επικοινωνήστε με τον διαχειριστή σας.",
	} {
		require.Equal(t, want, tables.In(language).Text("M1"), language)
	}
	require.Equal(t, "guide", tables.Source("M1"))
	for _, id := range []string{"M2", "M3", "M5"} {
		require.True(t, strings.HasPrefix(tables.Source(id), "ours"), id)
	}
	require.True(t, strings.HasPrefix(tables.Source("M4"), "of the guide's sentences"))
}

func TestALanguageWithoutAWordFallsBackToEnglish(t *testing.T) {
	tables := embedded(t)
	require.Equal(t, "Refresh", tables.In("hi").Label("refresh"), "only Web Config has it, which has no Hindi")
	require.Equal(t, "Settings", tables.In("xx").Label("settings"))
	require.Equal(t, "en", tables.In("xx").Language())
	require.NotContains(t, tables.Languages(), "xx")
}

func TestALabelIsFoundByItsEnglishWords(t *testing.T) {
	tables := embedded(t)
	tests := []struct{ name, words, id string }{
		{"in any case", "CURRENT status", "label.current-status"},
		{"with a typographic apostrophe", "Sender’s Email Address", "label.sender-address"},
		{"with spaces around", "  Sign  In ", "label.sign-in"},
		{"a message by its sentence", "the email server is not set.", "email-server-not-set"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id, ok := tables.Find(test.words)
			require.True(t, ok)
			require.Equal(t, test.id, id)
		})
	}
	_, ok := tables.Find("no such words")
	require.False(t, ok)
	words, ok := tables.In("el").Translate("Sign In")
	require.True(t, ok)
	require.Equal(t, "Σύνδεση", words)
	require.True(t, tables.In("el").Is("sign in", "label.sign-in"))
	require.True(
		t, tables.In("el").Is("σύνδεση", "label.log-in"), "one Greek word names two labels; each screen knows its own",
	)
}

func TestNoSentenceOfBasicSaysWordsThatScenariosLookForAsAState(t *testing.T) {
	tables := embedded(t)
	for _, id := range tables.IDs() {
		if !strings.HasPrefix(id, "sign-in-") && !strings.HasPrefix(id, "cloud-") &&
			!strings.HasPrefix(id, "invalid-") {
			continue
		}
		text := choice.Normalize(tables.In("en").Text(id))
		for _, words := range []string{"sign in", "signed in", "current status", "sign out"} {
			require.NotContains(t, text, words, id)
		}
	}
}

// otherNames are words that a second name for a thing would have: docs/languages-checked.md has the names.
var otherNames = map[string]map[string]string{
	"hi": {"पृष्ठ": "पेज", "उत्पाद": "डिवाइस", "ऐप्लिकेशन": "एप्लिकेशन", "अटैच फ़ाइल": "अटैच की गई फ़ाइल", "क्लाउड ईमेल": "ईमेल सेवा"},
	"el": {
		"εστάλη": "στάλθηκε", "εισήχθη": "έγινε εισαγωγή", "προέκυψε": "παρουσιάστηκε", "εύρεση": "επίλυση",
		"σύνδεση στον διακομιστή": "σύνδεση με τον διακομιστή", "αποθήκευση του ελέγχου": "αποθήκευση των στοιχείων ελέγχου",
		"email στο cloud": "υπηρεσία email", "ασφαλή σύνδεση": "ασφάλεια σύνδεσης",
	},
}

func TestOneThingHasOneName(t *testing.T) {
	tables := embedded(t)
	for language, names := range otherNames {
		words := tables.In(language).Words()
		texts := slices.Concat(slices.Collect(maps.Values(words.Messages)), slices.Collect(maps.Values(words.Labels)))
		require.NotEmpty(t, texts)
		for _, text := range texts {
			for other, name := range names {
				require.NotContains(t, choice.Normalize(text), choice.Normalize(other), "%s: it is %s", language, name)
			}
		}
	}
}

func TestAPlaceholderIsFilledIn(t *testing.T) {
	tables := embedded(t)
	for _, language := range tables.Languages() {
		require.Equal(
			t, "MFP - A > B", tables.In(language).Format("page-title", map[string]any{"Model": "MFP", "Path": "A > B"}),
		)
	}
	require.Panics(t, func() { tables.In("el").Format("no-such-id", nil) })
}

func TestASurfaceNotesWhereEnglishStandsIn(t *testing.T) {
	tables, err := locale.Load(fstest.MapFS{
		"en.yaml": {Data: []byte(english)},
		"fi.yaml": {Data: []byte("label.scan: Skannaa\n")},
	})
	require.NoError(t, err)
	var noted []string
	texts := tables.In("fi").On(func(id string) { noted = append(noted, id) })
	require.Equal(t, "Skannaa", texts.Label("scan"))
	require.True(t, texts.Is("Email", "label.email"), "to look for a label shows nothing")
	require.Empty(t, noted)
	require.Equal(t, "Email", texts.Label("email"))
	require.Equal(t, "MFP", texts.Format("title", map[string]any{"Model": "MFP"}))
	_, _ = texts.Message("sent")
	_, _ = texts.Translate("Home")
	require.Equal(t, []string{"label.email", "title", "sent", "label.home"}, noted)
	noted = nil
	tables.In("en").On(func(id string) { noted = append(noted, id) }).Label("home")
	own := tables.With(map[string]map[string]string{"en": {"label.scan": "Send"}, "fi": {"label.email": "Posti"}})
	own.In("fi").On(func(id string) { noted = append(noted, id) }).Label("email")
	require.Empty(t, noted)
}

func TestNumbersDatesAndPluralsAreThoseOfTheLanguage(t *testing.T) {
	tables, err := locale.Load(fstest.MapFS{
		"en.yaml": {Data: []byte(`pages: {one: "{{.Count}} page", other: "{{.Count}} pages"}`)},
		"pl.yaml": {Data: []byte(`pages: {one: "{{.Count}} strona", few: "{{.Count}} strony", many: "{{.Count}} stron", other: "{{.Count}} strony"}`)},
		"el.yaml": {Data: []byte(`pages: {one: "{{.Count}} σελίδα", other: "{{.Count}} σελίδες"}`)},
		"hi.yaml": {Data: []byte(`pages: {one: "{{.Count}} पेज", other: "{{.Count}} पेजों"}`)},
	})
	require.NoError(t, err)
	for language, want := range map[string][]string{
		"en": {"0 pages", "1 page", "2 pages", "12,345 pages"},
		"el": {"0 σελίδες", "1 σελίδα", "2 σελίδες", "12.345 σελίδες"},
		"hi": {"0 पेज", "1 पेज", "2 पेजों", "12,345 पेजों"}, // CLDR: Hindi counts none as one
		"pl": {"0 stron", "1 strona", "2 strony", "12 345 stron"},
	} {
		var got []string
		for _, n := range []int{0, 1, 2, 12345} {
			got = append(got, strings.ReplaceAll(tables.In(language).Count("pages", n), "\u00a0", " "))
		}
		require.Equal(t, want, got, language)
	}
	at := time.Date(2026, 3, 2, 15, 4, 0, 0, time.UTC)
	for language, want := range map[string]string{
		"en": "2026-03-02 15:04|03-02-2026 PM 03:04 UTC+00:00", "el": "02/03/2026 15:04|02/03/2026 15:04 UTC+00:00",
		"hi": "02/03/2026 15:04|02/03/2026 15:04 UTC+00:00",
	} {
		texts := embedded(t).In(language)
		require.Equal(t, want, texts.Stamp(at)+"|"+texts.Clock(at), language)
	}
}

func TestAnUnknownIDPanics(t *testing.T) {
	tables := embedded(t)
	require.False(t, tables.Has("no-such-id"))
	require.Panics(t, func() { tables.In("en").Text("no-such-id") })
}

const english = `label.scan: Scan
label.email: Email
label.home: Home
sent: {description: ours, other: "The email was sent."}
title: "{{.Model}}"
`

func TestALanguageIsAFile(t *testing.T) {
	tables, err := locale.Load(fstest.MapFS{
		"en.yaml": {Data: []byte(english)},
		"sw.yaml": {Data: []byte("label.scan: Changanua\n")},
		"fi.yaml": {Data: []byte("sent: Lähetetty.\n")},
	})
	require.NoError(t, err)
	require.Equal(t, []string{"en", "fi", "sw"}, tables.Languages())
	require.Equal(t, "Changanua", tables.In("sw").Label("scan"))
	require.Equal(t, "Lähetetty.", tables.In("fi").Text("sent"))
	require.Equal(t, "Email", tables.In("sw").Label("email"))
}

func TestLanguagesAreCalledByTheirOwnNames(t *testing.T) {
	for tag, name := range map[string]string{
		"en": "English", "hi": "हिन्दी", "el": "Ελληνικά", "fi": "suomi", "tlh": "tlh",
	} {
		require.Equal(t, name, locale.NameOf(tag))
	}
}

func TestAMistakeInALanguageIsToldWithFileAndLine(t *testing.T) {
	for _, test := range []struct{ name, file, data, want string }{
		{"a message that English lacks", "el.yaml", "label.scan: Σάρωση\n\nlabel.scann: Σάρωση\n", `el.yaml:3: the message "label.scann", which English lacks`},
		{"a placeholder that English has not", "el.yaml", "# Greek\nlabel.scan: '{{.Words}}'\n", `el.yaml:2: the message "label.scan" has placeholders`},
		{"a message that stands twice", "el.yaml", "label.scan: Σάρωση\nlabel.scan: Σάρωση\n", "el.yaml:2: "},
		{"no YAML", "el.yaml", "label.scan: [", "el.yaml:1: "},
		{"a list", "el.yaml", "- label.scan\n", "el.yaml"},
		{"a name that is no language", "greek-table.yaml", "label.scan: Σάρωση\n", "greek-table.yaml: the name is no language"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := locale.Load(
				fstest.MapFS{"en.yaml": {Data: []byte(english)}, test.file: {Data: []byte(test.data)}},
			)
			require.ErrorContains(t, err, test.want)
		})
	}
	_, err := locale.Load(fstest.MapFS{"el.yaml": {Data: []byte("")}})
	require.ErrorContains(t, err, "there is no en.yaml")
}

func TestAModelsWordsStandInPlaceOfTheTables(t *testing.T) {
	standard := embedded(t)
	own := standard.With(map[string]map[string]string{
		"en": {"label.scan": "Scan & Send", "label.refresh": "Reload", "code.E42.status": "The sign-in is missing."},
		"el": {"label.scan": "Σάρωση και αποστολή"},
	})
	require.Equal(t, "Scan & Send", own.In("en").Label("scan"))
	require.Equal(t, "Σάρωση και αποστολή", own.In("el").Label("scan"))
	require.Equal(t, "Reload", own.In("hi").Label("refresh"), "Hindi has no word of its own")
	require.Equal(t, "स्कैन", own.In("hi").Label("scan"), "Hindi has one, and no other of the model's")
	require.Equal(t, "Ανανέωση", own.In("el").Label("refresh"), "and so has Greek")
	require.Equal(t, "Scan", standard.In("en").Label("scan"), "the tables themselves stay")
	require.Equal(t, "Ρυθμίς", own.In("el").Label("settings"), "what the model does not name is as in the tables")
	require.True(t, own.Has("code.E42.status"))
	require.Equal(
		t, "The sign-in is missing.", own.In("hi").Text("code.E42.status"), "a new message falls back to English",
	)
	require.Equal(t, "MFP - A", own.In("el").Format("page-title", map[string]any{"Model": "MFP", "Path": "A"}))

	for _, words := range []string{"scan & send", "Scan", "Σάρωση και αποστολή"} {
		require.True(t, own.In("el").Is(words, "label.scan"), words)
	}
	require.False(t, own.In("en").Is("Σάρωση και αποστολή", "label.scan"))
	for _, words := range []string{"Scan & Send", "Scan"} {
		found, ok := own.In("el").Translate(words)
		require.True(t, ok)
		require.Equal(t, "Σάρωση και αποστολή", found)
	}
	require.Same(t, standard, standard.With(nil))
}

// TestWordsAreTheTextsAsData holds what a device says of its words against the tables that it takes them from.
func TestWordsAreTheTextsAsData(t *testing.T) {
	standard := embedded(t)
	own := standard.With(map[string]map[string]string{
		"en": {"label.scan": "Scan & Send", "code.E42.status": "The sign-in is missing."},
		"el": {"label.scan": "Σάρωση και αποστολή"},
	})
	for _, tables := range []*locale.Tables{standard, own} {
		for _, language := range tables.Languages() {
			texts := tables.In(language)
			words := texts.Words()
			require.Equal(t, language, words.Language)
			for _, id := range tables.IDs() {
				if !tables.Has(id) || strings.HasPrefix(id, "layout.") {
					require.NotContains(t, words.Messages, id, "it has placeholders, or is a layout")
					continue
				}
				named := []string{tables.In("en").Text(id)}
				if standard.Has(id) {
					named = append(named, standard.In("en").Text(id))
				}
				for _, english := range named {
					if want, ok := texts.Translate(english); ok {
						require.Equal(
							t, choice.Normalize(want), choice.Normalize(words.Translate(english)), "%s: %s", language,
							english,
						)
					} else {
						require.Equal(t, english, words.Translate(english))
					}
				}
				want, isMessage := texts.Message(id)
				got, isListed := words.Messages[id]
				require.Equal(t, isMessage, isListed, id)
				require.Equal(t, want, got)
			}
		}
	}
	require.Equal(
		t, "Σάρωση και αποστολή", own.In("el").Words().Translate("Scan"), "the standard words find the model's own",
	)
}

func TestMessagesAreKnownByTheirNames(t *testing.T) {
	texts := embedded(t).In("el")
	text, ok := texts.Message("code.361.solution")
	require.True(t, ok)
	require.Equal(t, "Συνδεθείτε στην υπηρεσία cloud ή email.", text)
	for _, name := range []string{"label.scan", "page-title", "no-such-message"} {
		_, ok = texts.Message(name)
		require.False(t, ok, name)
		require.NotContains(t, texts.Messages(), name)
	}
	require.Contains(t, texts.Messages(), "M1")
	require.NotContains(t, texts.Messages(), "code.361.solution")
}
