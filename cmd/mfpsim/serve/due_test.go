package serve

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// knownLatin are the words in Latin letters that a reader of Hindi or Greek knows.
var knownLatin = []string{"Entra", "ID", "Exchange", "Online", "email"}

// What happens next is said in the reader's language, whatever the bench calls it.
func TestTheClockSaysWhatHappensNextInTheLanguageOfTheReader(t *testing.T) {
	s := live(t, Config{Seed: 5})
	p := newPerson(s, nil)
	p.does([]string{"webconfig", "log-in"})
	p.asksForACode()
	_, err := p.web.LogIn(context.Background(), "", false)
	require.NoError(t, err)
	said := map[string]string{}
	for _, language := range []string{"en", "hi", "el"} {
		var clock struct{ Due []dueRow }
		s.object("/clock/parties?language="+language, &clock)
		require.NotEmpty(t, clock.Due)
		for _, row := range clock.Due {
			said[language] += row.What + "\n"
			require.NotEmpty(t, row.Name)
		}
	}
	require.Contains(t, said["en"], "The printer asks again whether the sign-in is complete.")
	require.Contains(t, said["hi"], "प्रिंटर फिर पूछता है कि साइन-इन पूरा हुआ या नहीं।")
	require.Contains(t, said["el"], "Ο εκτυπωτής ρωτά ξανά αν ολοκληρώθηκε η σύνδεση.")
	for _, language := range []string{"hi", "el"} {
		require.Subset(t, knownLatin, latin.FindAllString(said[language], -1), said[language])
	}
}

// Whatever may be due has a sentence, also what nobody thought of.
func TestEachNameOfWhatIsDueHasASentence(t *testing.T) {
	for name, says := range map[string]string{
		"time-out of scenario":                                                  "Ο πάγκος δοκιμών παύει να περιμένει απάντηση: ανοιχτή σύνδεση δικτύου.",
		"time-out of somebody without a turn":                                   "Ο πάγκος δοκιμών παύει να περιμένει απάντηση: ανοιχτή σύνδεση δικτύου.",
		"deadline of printer#12":                                                "Ο εκτυπωτής παύει να περιμένει απάντηση: ανοιχτή σύνδεση δικτύου.",
		"time-out of printer: scan to email":                                    "Ο εκτυπωτής παύει να περιμένει απάντηση: σάρωση σε email.",
		"time-out of printer: sign-in page":                                     "Ο εκτυπωτής παύει να περιμένει απάντηση: σελίδα σύνδεσης.",
		"time-out of printer for browser#3: POST /network/email-server/sign-in": "Ο εκτυπωτής παύει να περιμένει απάντηση: ανοιχτή σύνδεση δικτύου.",
		"printer: email notification":                                           "Ο εκτυπωτής συνεχίζει: ειδοποίηση email.",
		"printer: time server":                                                  "Ο εκτυπωτής συνεχίζει: διακομιστής ώρας.",
		"printer: restart":                                                      "Ο εκτυπωτής έχει επανεκκινηθεί.",
		"smtp for printer#3: end of DATA":                                       "Φτάνει μια απάντηση που είχε καθυστερήσει.",
		"smtp.fax.example.com calls +30210":                                     "Φτάνει μια απάντηση που είχε καθυστερήσει.",
		"delay on printer#4":                                                    "Φτάνει μια απάντηση που είχε καθυστερήσει.",
		"entra for printer#1: POST /organizations":                              "Φτάνει μια απάντηση που είχε καθυστερήσει.",
		"something new":                                                         "Λήγει ένα χρονικό όριο του πάγκου δοκιμών.",
	} {
		require.Equal(t, says, dueIn(name, "el", []string{"printer"}), name)
		for _, language := range []string{"hi", "el"} {
			said := dueIn(name, language, []string{"printer"})
			require.Subset(t, knownLatin, latin.FindAllString(said, -1), said)
		}
		require.Regexp(t, latin, dueIn(name, "en", []string{"printer"}))
	}
	of := []string{"printer", "team"}
	require.Equal(t, "The printer team asks again whether the sign-in is complete.", dueIn("team: sign-in", "en", of))
}
