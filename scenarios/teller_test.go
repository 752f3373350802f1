package scenarios_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/guide"
	"mfpsim/lab"
	"mfpsim/scenarios"
	"mfpsim/vtime"
)

// TestEveryCommandOfExchangeIsToldAsASentence asks the fake which commands there are: one that is added needs its
// sentence.
func TestEveryCommandOfExchangeIsToldAsASentence(t *testing.T) {
	world := vtime.NewFlowing(vtime.DefaultStart)
	defer world.Close()
	l := lab.RunT(t, lab.Config{World: world, Seed: 7})
	c, err := scenarios.Begin(t.Context(), l, "trouble/smtp-auth-disabled")
	require.NoError(t, err)
	_, err = l.SMTP.Cmdlet("Get-Nothing", nil)
	require.Error(t, err)
	commands := regexp.MustCompile(`[A-Z][a-z]+-[A-Z]\w+`).FindAllString(err.Error(), -1)
	require.Greater(t, len(commands), 30, err.Error())
	lines := []string{
		"Set-CASMailbox a@contoso.com -SmtpClientAuthenticationDisabled $false",
		"Set-CASMailbox -Identity a@contoso.com -SmtpClientAuthenticationDisabled $null",
		"Set-TransportConfig -SmtpClientAuthenticationDisabled $true",
		"restrict a@contoso.com 5.1.8", "restrict a@contoso.com none", "licence a@contoso.com off", "licence a@contoso.com on",
		"quota a@contoso.com 50MB", "quota a@contoso.com none", "verdict a@contoso.com none", "external-limit contoso.com 100",
		"front-end hello=strict",
	}
	for _, command := range commands[1:] {
		if command != "Set-CASMailbox" {
			lines = append(lines, command+" -Identity a@contoso.com")
		}
	}
	for _, line := range lines {
		step := scenarios.CaseStep{Text: "exchange " + line, Words: strings.Fields("exchange " + line)}
		for _, language := range guide.Languages() {
			said := c.Did(step, language)
			require.NotContains(t, said, "PowerShell", "%s in %s: it is told as it was typed", line, language)
			require.NotRegexp(t, `\{[a-z]+\}| [.।]$`, said, line)
			require.NotEmpty(t, c.Told(step, language))
		}
	}
	did := func(line, language string) string {
		return c.Did(scenarios.CaseStep{Text: line, Words: strings.Fields(line)}, language)
	}
	require.Equal(t,
		"Κέντρο διαχείρισης Microsoft 365: για το SMTP AUTH, το γραμματοκιβώτιο a@contoso.com ακολουθεί πλέον τον οργανισμό.",
		did("exchange Set-CASMailbox -Identity a@contoso.com -SmtpClientAuthenticationDisabled $null", "el"))
	require.Equal(t, "Exchange Online: the restriction on a@contoso.com as a sender was lifted.",
		did("exchange restrict a@contoso.com none", "en"))
}

// What a check list wants to see is said as a person of the support desk says it, whatever the kind of its line: no
// word of the language of scenarios stands in it, and what is to be typed can be typed as it stands.
func TestLinesOfEveryKindAreSentences(t *testing.T) {
	world := vtime.NewFlowing(vtime.DefaultStart)
	defer world.Close()
	l := lab.RunT(t, lab.Config{World: world, Seed: 7})
	c, err := scenarios.Begin(t.Context(), l, "trouble/smtp-auth-disabled")
	require.NoError(t, err)
	for line, wanted := range map[string][3]string{
		"jobs shows Email bob@fabrikam.com 313": {
			"The newest job in the job history: Email, to bob@fabrikam.com, error code 313.",
			"जॉब इतिहास में सबसे नया जॉब: Email, bob@fabrikam.com के लिए, गड़बड़ी कोड 313।",
			"Η πιο πρόσφατη εργασία στο ιστορικό εργασιών: Email, προς bob@fabrikam.com, κωδικός σφάλματος 313.",
		},
		"jobs 5 shows Email 313 'A DNS error has occurred.'": {
			"Job no. 5 in the job history: Email, error code 313, “A DNS error has occurred”.",
			"जॉब इतिहास में जॉब नं. 5: Email, गड़बड़ी कोड 313, “A DNS error has occurred”।",
			"Η εργασία αρ. 5 στο ιστορικό εργασιών: Email, κωδικός σφάλματος 313, «A DNS error has occurred».",
		},
		"! jobs 3 shows Error": {
			"Job no. 3 in the job history does not show this: Error.", "जॉब इतिहास में जॉब नं. 3 में यह नहीं दिखता: Error।",
			"Η εργασία αρ. 3 στο ιστορικό εργασιών δεν δείχνει: Error.",
		},
		"panel shows 'Current Status' 'Signed in'": {
			"The panel shows “Current Status: Signed in”.", "पैनल पर “Current Status: Signed in” दिखता है।",
			"Ο πίνακας ελέγχου δείχνει «Current Status: Signed in».",
		},
		"panel shows one two three": {
			"The panel shows “one”, “two”, “three”.", "पैनल पर “one”, “two”, “three” दिखता है।",
			"Ο πίνακας ελέγχου δείχνει «one», «two», «three».",
		},
		"sheet shows 'Secondary DNS Server' -": {
			"The network status sheet shows “Secondary DNS Server: empty”.", "नेटवर्क स्टेटस शीट पर “Secondary DNS Server: ख़ाली” दिखता है।",
			"Το φύλλο κατάστασης δικτύου δείχνει «Secondary DNS Server: κενό».",
		},
		"entra log shows admin@contoso.com 53003 'Only from the office'": {
			"The sign-in log of Entra ID has a sign-in of admin@contoso.com with error number 53003, “Only from the office”.",
			"Entra ID के साइन-इन लॉग में admin@contoso.com का साइन-इन है, इसके साथ: गड़बड़ी नंबर 53003, “Only from the office”।",
			"Το αρχείο καταγραφής συνδέσεων του Entra ID έχει σύνδεση του admin@contoso.com με αριθμό σφάλματος 53003, «Only from the office».",
		},
		"memory has no secrets": {
			"The printer's memory holds no password and no token in clear.", "प्रिंटर की मेमोरी में पढ़ने योग्य कोई पासवर्ड या टोकन नहीं है।",
			"Η μνήμη του εκτυπωτή δεν περιέχει αναγνώσιμο κωδικό πρόσβασης ή διακριτικό.",
		},
		"network maker unreachable times=1": {
			"Fault on the way to the maker's server: nobody answers at the address, once.",
			"निर्माता के सर्वर के रास्ते में ख़राबी: पते पर कोई उत्तर नहीं देता, एक बार।",
			"Βλάβη στη διαδρομή προς τον διακομιστή του κατασκευαστή: κανείς δεν απαντά στη διεύθυνση, μία φορά.",
		},
		"provider faxes shows 0301234567 failed busy": {
			"The fax provider has a fax to 0301234567: failed, busy.", "फ़ैक्स प्रदाता के पास 0301234567 के लिए फ़ैक्स है: विफल, व्यस्त।",
			"Ο πάροχος φαξ έχει φαξ προς 0301234567: απέτυχε, κατειλημμένο.",
		},
		"! webconfig download shows Password": {
			"The downloaded file does not have “Password”.", "डाउनलोड की गई फ़ाइल में “Password” नहीं है।", "Το αρχείο που λήφθηκε δεν περιέχει «Password».",
		},
		"exchange Set-User a@contoso.com -AuthenticationPolicy 'Allow Basic Auth'": {
			"Exchange Online PowerShell: Set-User a@contoso.com -AuthenticationPolicy 'Allow Basic Auth'",
			"Exchange Online PowerShell: Set-User a@contoso.com -AuthenticationPolicy 'Allow Basic Auth'",
			"Exchange Online PowerShell: Set-User a@contoso.com -AuthenticationPolicy 'Allow Basic Auth'",
		},
		"exchange answer at=AUTH reply='454 4.7.0 Later' times=1": {
			"On the Faults tab, plant this answer of Exchange Online: at=AUTH reply='454 4.7.0 Later' times=1",
			"“ख़राबियाँ” टैब पर Exchange Online का यह उत्तर लगाएँ: at=AUTH reply='454 4.7.0 Later' times=1",
			"Στην καρτέλα «Βλάβες», εφαρμόστε αυτή την απάντηση του Exchange Online: at=AUTH reply='454 4.7.0 Later' times=1",
		},
	} {
		words := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1)
		for i := range words {
			words[i] = strings.Trim(words[i], "'")
		}
		for k, language := range guide.Languages() {
			require.Equal(t, wanted[k], c.Told(scenarios.CaseStep{Text: line, Words: words}, language), line)
		}
	}
}
