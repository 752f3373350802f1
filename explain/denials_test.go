package explain_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/explain"
	"mfpsim/guide"
)

// Tickets whose code does not fit what they tell, and which deny what an answer would be led to by single words.
func TestACodeInATicketDoesNotHideACauseThatItsWordsFit(t *testing.T) {
	for _, row := range []struct{ name, language, ticket, note string }{
		{"in Hindi", "hi", "नमस्ते, हमारा स्कूल गर्मी की छुट्टियों में तीन महीने बंद था। अब खुला है तो प्रिंटर से स्कैन करके ईमेल भेजने पर त्रुटि आ रही है, कोड 370 लिखा आता है। छुट्टियों से पहले सब ठीक चल रहा था, पासवर्ड भी नहीं बदला है।", "361 दिखता है, दूसरी कोशिश के बाद 360"},
		{"in Greek", "el", "Το σχολείο ήταν κλειστό τρεις μήνες για τις καλοκαιρινές διακοπές. Τώρα η σάρωση σε email βγάζει κωδικό 370. Ο κωδικός πρόσβασης δεν άλλαξε.", "φαίνεται 361, μετά τη δεύτερη προσπάθεια 360"},
		{"in English", "en", "Our school was closed for three months over the summer holidays. Now scan to email fails with code 370. The password was not changed.", "shows 361, after the second try 360"},
		{"in few words", "hi", "तीन महीने बंद था, 370", "361 दिखता है"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := explain.Explain(row.ticket, row.language)
			require.NoError(t, err)
			at := slices.IndexFunc(a.Causes, func(c explain.Cause) bool { return c.ID == "expired" })
			require.Contains(t, []int{0, 1}, at, "%v", ids(a))
			require.Contains(t, a.Causes[at].Note, row.note)
			require.NotEqual(t, "password-changed", a.Causes[0].ID)
		})
	}
}

func TestWhatATicketDeniesDoesNotStandFirst(t *testing.T) {
	for _, row := range []struct{ name, ticket, denied string }{
		{"a password, in English", "370 since Monday, the password was not changed", "password-changed"},
		{"a password, in English, short", "error 370. We didn't change any password", "password-changed"},
		{"a password, in Hindi", "370 पासवर्ड नहीं बदला, फिर भी साइन इन माँगता है", "password-changed"},
		{"a password, in Greek", "Κωδικός 370 από τη Δευτέρα, ο κωδικός πρόσβασης δεν άλλαξε", "password-changed"},
		{"the same password, in Hindi", "पासवर्ड पुराना ही है, फिर भी 370", "password-changed"},
		{"a sign-in, in Greek", "Κωδικός 312, η σύνδεση του λογαριασμού στον εκτυπωτή φαίνεται εντάξει", "password-method"},
		{"a block, in English", "conditional access in our company: nothing blocks the account and the printer says it is signed in", "device-code-policy"},
		{"a sign-in, in English", "312 on all printers, the sign-in looks all right", "password-method"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := explain.Explain(row.ticket, "")
			require.NoError(t, err)
			require.NotEmpty(t, a.Causes)
			require.NotEqual(t, row.denied, a.Causes[0].ID)
			for i, c := range a.Causes {
				if c.ID == row.denied {
					require.NotEmpty(t, c.Note, "%d: %v", i, ids(a))
				}
			}
		})
	}
	a, err := explain.Explain("370, we changed the password last week", "en")
	require.NoError(t, err)
	require.Equal(t, "password-changed", a.Causes[0].ID, "what is not denied stays")
	require.Empty(t, a.Causes[0].Note)
	a, err = explain.Explain("a new printer, the sign-in does not look all right, the email server is not set up", "en")
	require.NoError(t, err)
	require.Equal(t, "not-set", a.Causes[0].ID, "who denies that all is right says nothing against it")
	require.Empty(t, a.Causes[0].Note)
}

func TestAGreekTicketOfOldProtocolsLeadsToTheirSwitch(t *testing.T) {
	a, err := explain.Explain("Καλησπέρα σας. Από χθες κανένα από τα πολυμηχανήματά μας δεν στέλνει σάρωση σε email. Στην οθόνη βγάζει «Σφάλμα σύνδεσης» με κωδικό 312 και μετά τίποτα. "+
		"Δεν αλλάξαμε κάτι στους εκτυπωτές, το δίκτυο δουλεύει κανονικά, και η σύνδεση του λογαριασμού στον εκτυπωτή φαίνεται εντάξει. "+
		"Ο συνάδελφος των πληροφορικών λέει ότι «έκλεισαν κάποια παλιά πρωτόκολλα» στο Microsoft 365 για ασφάλεια. Τι πρέπει να κάνουμε;", "el")
	require.NoError(t, err)
	require.Equal(t, "smtp-auth-tenant", a.Causes[0].ID, "%v", ids(a))
}

func TestEachCauseHasAQuestionForTheCustomer(t *testing.T) {
	for _, language := range guide.Languages() {
		for _, c := range explain.AllCauses(language) {
			require.NotEmpty(t, c.Ask, "%s in %s", c.ID, language)
			require.NotRegexp(t, `AADSTS|5\.7\.|\d{5}`, c.Ask, "a customer at the panel cannot read that: %s", c.ID)
		}
	}
}
