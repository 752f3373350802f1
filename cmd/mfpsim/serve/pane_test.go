package serve

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a frame shows stands in the record as at the real door: with cookies of the real names, whose values are
// secrets, and with the rules of the real door about frames.
func TestTheRecordOfAFrameIsThatOfItsDoor(t *testing.T) {
	s := live(t, Config{})
	var now nowAnswer
	s.object("/bench/now", &now)
	for _, row := range []struct {
		name, address string
		policy        bool // is in the record: of Web Config's headers it keeps the kind of the page alone
	}{
		{"Web Config", now.Panes.WebConfig + "/login", false},
		{"Microsoft's pages", now.Panes.Browser + "/common/oauth2/deviceauth", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			answer, _ := s.with(http.MethodGet, row.address, "")
			require.Contains(t, answer.Header.Get("Content-Security-Policy"), "frame-ancestors http://")
			_, record := s.get(s.Control + "/journal")
			require.Equal(t, row.policy, strings.Contains(record, "frame-ancestors 'none'"))
			require.NotContains(t, record, "frame-ancestors http://")
			require.NotContains(t, record, "-pane-", "cookies of a frame have names of their own")
		})
	}
}

// What stands in a frame is what the person at the printer reads, whatever language the reader's own browser asks for.
func TestAFrameSpeaksTheLanguageOfThePersonAtThePrinter(t *testing.T) {
	s := live(t, Config{})
	var now nowAnswer
	s.object("/bench/now", &now)
	page := func() string {
		address := now.Panes.Browser + "/common/oauth2/deviceauth"
		_, text := s.with(http.MethodGet, address, "", "Accept-Language", "en-US,en")
		return text
	}
	require.Contains(t, page(), "This is a simulation by mfpsim")
	for language, banner := range map[string]string{
		"el": "η ελληνική διατύπωση είναι δική μας", "hi": "इसका हिन्दी अनुवाद हमारा है",
	} {
		status, _ := s.ask(http.MethodPost, "/printer/language", `{"language":"`+language+`"}`)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, page(), banner)
		require.Contains(t, page(), `<html lang="`+language+`">`)
	}
}

// Microsoft's log is English; beside it stands why, in the reader's language.
func TestTheSignInLogSaysWhyInTheReadersLanguage(t *testing.T) {
	s := live(t, Config{Scenario: "trouble/expired-by-disuse"})
	s.scanned("bob@fabrikam.com")
	for language, why := range map[string]string{
		"en": "not used for 90 days", "el": "δεν χρησιμοποιήθηκε για 90 ημέρες",
	} {
		var answer microsoftAnswer
		s.object("/microsoft?language="+language, &answer)
		require.Equal(t, why, answer.Reasons["700082"])
	}
}

// Nobody answers at the door of a printer that is switched off. Its frame says so, in the language of the person, where
// a browser would show an error of its own.
func TestTheFrameOfAPrinterThatIsOffSaysSo(t *testing.T) {
	for language, says := range map[string]string{
		"en": "The printer is off.", "hi": "प्रिंटर बंद है।", "el": "Ο εκτυπωτής είναι απενεργοποιημένος.",
	} {
		s := live(t, Config{Language: language})
		var now nowAnswer
		s.object("/bench/now", &now)
		power := func(state string) {
			status, answer := s.ask(http.MethodPost, "/printer/power", `{"state":"`+state+`"}`)
			require.Equal(t, http.StatusOK, status, answer)
		}
		power("off")
		answer, text := s.with(http.MethodGet, now.Panes.WebConfig+"/login", "")
		require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
		require.Contains(t, text, says)
		require.Contains(t, answer.Header.Get("Content-Security-Policy"), "frame-ancestors http://")
		_, text = s.with(http.MethodGet, now.Panes.Browser+"/common/oauth2/deviceauth", "")
		require.NotContains(t, text, says, "Microsoft's pages are not the printer's")
		power("on")
		s.ask(http.MethodPost, "/clock/advance", `{"duration":"1m"}`)
		answer, _ = s.with(http.MethodGet, now.Panes.WebConfig+"/login", "")
		require.Equal(t, http.StatusOK, answer.StatusCode)
	}
}
