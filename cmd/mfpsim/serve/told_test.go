package serve

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/sentences"
)

// A command for Exchange is told as a sentence in the reader's language, with the command beside it: in Just now, in
// the traffic and on the page of evidence.
func TestACommandIsToldAsASentence(t *testing.T) {
	s := live(t, Config{Scenario: "trouble/smtp-auth-disabled"})
	const command = "Set-CASMailbox admin@contoso.com -SmtpClientAuthenticationDisabled $false"
	arguments := `["admin@contoso.com","-SmtpClientAuthenticationDisabled","$false"]`
	status, answer := s.ask(http.MethodPost, "/exchange/cmdlet", `{"name":"Set-CASMailbox","arguments":`+arguments+`}`)
	require.Equal(t, http.StatusOK, status, answer)
	told := map[string]string{
		"en": "SMTP AUTH was enabled for the mailbox of admin@contoso.com",
		"el": "το SMTP AUTH ενεργοποιήθηκε για το γραμματοκιβώτιο του admin@contoso.com",
		"hi": "admin@contoso.com के मेलबॉक्स के लिए SMTP AUTH चालू किया गया",
	}
	for language, sentence := range told {
		var lines []sentences.Line
		s.object("/wire?language="+language, &lines)
		found := 0
		for _, l := range lines {
			require.NotContains(t, l.Text, "CASMailbox")
			if strings.Contains(l.Text, sentence) {
				found++
				require.Equal(t, command, l.Command)
			}
		}
		require.Equal(t, 1, found, language)
		status, answer := s.ask(http.MethodPost, "/evidence", `{"language":"`+language+`"}`)
		require.Equal(t, http.StatusOK, status, answer)
		page := string(s.fetched("/evidence/page"))
		require.Contains(t, page, sentence)
		require.Contains(t, page, "<code translate=\"no\">"+command+"</code>")
	}
}

// A permission that was granted is told with the account to which it was: as what is to be done, in Just now, and among
// what was tried.
func TestAPermissionIsToldWithWhoHasIt(t *testing.T) {
	s := live(t, Config{Scenario: "exchange/sender-is-not-the-account"})
	arguments := `["reception@contoso.com","-Trustee","admin@contoso.com","-AccessRights","SendAs"]`
	status, answer := s.ask(
		http.MethodPost, "/exchange/cmdlet", `{"name":"Add-RecipientPermission","arguments":`+arguments+`}`,
	)
	require.Equal(t, http.StatusOK, status, answer)
	for language, said := range map[string][2]string{
		"en": {
			"grant admin@contoso.com the permission Send As for the mailbox reception@contoso.com.",
			"admin@contoso.com was granted the permission Send As for the mailbox reception@contoso.com.",
		},
		"hi": {
			"मेलबॉक्स reception@contoso.com के लिए admin@contoso.com को Send As अनुमति दें।",
			"मेलबॉक्स reception@contoso.com के लिए admin@contoso.com को Send As अनुमति दी गई।",
		},
		"el": {
			"παραχωρήστε στον λογαριασμό admin@contoso.com την άδεια Send As για το γραμματοκιβώτιο reception@contoso.com.",
			"παραχωρήθηκε στον λογαριασμό admin@contoso.com η άδεια Send As για το γραμματοκιβώτιο reception@contoso.com.",
		},
	} {
		_, steps := s.ask(http.MethodGet, "/case?language="+language, "")
		require.Contains(t, fmt.Sprint(steps), said[0])
		var wire []sentences.Line
		s.object("/wire?language="+language, &wire)
		require.Contains(t, fmt.Sprint(wire), said[1])
		status, answer := s.ask(http.MethodPost, "/evidence", `{"language":"`+language+`"}`)
		require.Equal(t, http.StatusOK, status, answer)
		told := `<ul>(<li>[^<]*</li>)*<li>[^<]*` + regexp.QuoteMeta(said[1])
		require.Regexp(t, told, string(s.fetched("/evidence/page")))
	}
}

// Behind the message that a mail was sent stands no feeder of no pages, which would read as if none had been sent.
func TestAnEmptyFeederIsNotShown(t *testing.T) {
	s := live(t, Config{Scenario: "trouble/eighty-nine-days"})
	s.scanned("bob@fabrikam.com")
	var glass glassAnswer
	s.object("/printer/glass", &glass)
	require.Contains(t, string(glass.Glass), "bob@fabrikam.com")
	require.NotContains(t, string(glass.Glass), "Pages")
	s.ask(http.MethodPost, "/printer/originals", `{"pages":2}`)
	s.object("/printer/glass", &glass)
	require.Regexp(t, `Pages(<[^>]*>|:|\s)*2`, string(glass.Glass))
}
