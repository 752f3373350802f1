package explain_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/explain"
	"mfpsim/guide"
	"mfpsim/scenarios"
	"mfpsim/sim/models"
)

func answer(t *testing.T, text, language string) explain.Answer {
	t.Helper()
	a, err := explain.Explain(text, language)
	require.NoError(t, err)
	return a
}

func ids(a explain.Answer) []string {
	var found []string
	for _, c := range a.Causes {
		found = append(found, c.ID)
	}
	return found
}

// calls are the support desk's 15 (docs/reference/guide-rows.md), each in words that a user would type.
var calls = []struct {
	call, cause string
	asked       []string // English, Hindi, Greek
}{
	{"sign-in waiting for OK", "not-saved", []string{
		"Web Config says Signed in but the panel still says I need to sign in", "Web Config में Signed in दिखता है फिर भी पैनल साइन इन करने को कहता है", "το Web Config γράφει συνδεδεμένος αλλά ο πίνακας ακόμα ζητάει σύνδεση",
	}},
	{"90 days without a mail", "expired", []string{
		"scan to email stopped after the summer holidays, nobody used it for months", "छुट्टियों के बाद ईमेल नहीं जा रहा, कई महीने इस्तेमाल नहीं हुआ", "μετά τις διακοπές δεν στέλνει, δεν το χρησιμοποιήσαμε για μήνες",
	}},
	{"SMTP AUTH off for the tenant", "smtp-auth-tenant", []string{
		"smtp auth is disabled for our organization in exchange", "हमारे पूरे संगठन के लिए smtp auth बंद है", "το smtp auth είναι απενεργοποιημένο σε όλο τον οργανισμό",
	}},
	{"SMTP AUTH off for the mailbox", "smtp-auth-mailbox", []string{
		"smtp auth is enabled for another mailbox, not the printer's", "smtp auth दूसरे मेलबॉक्स के लिए चालू है", "το smtp auth είναι ενεργό σε άλλο γραμματοκιβώτιο",
	}},
	{"SMTP AUTH just switched", "smtp-auth-just-switched", []string{
		"I just enabled smtp auth five minutes ago and it still fails", "smtp auth अभी पाँच मिनट पहले चालू किया, अब भी नहीं जा रहा", "μόλις ενεργοποίησα το smtp auth πριν πέντε λεπτά και ακόμα δεν στέλνει",
	}},
	{"device-code policy at a new sign-in", "device-code-policy", []string{
		"Microsoft page: You cannot access this right now", "सशर्त पहुंच नीति साइन-इन को ब्लॉक कर रही है", "μια πολιτική πρόσβασης υπό όρους μπλοκάρει τη σύνδεση",
	}},
	{"device-code policy at a refresh", "policy-turned-on", []string{
		"it worked until yesterday, then Microsoft turned a policy on", "कल तक ठीक था, अचानक Microsoft की नीति चालू हुई", "μέχρι χθες δούλευε, ξαφνικά ενεργοποιήθηκε μια πολιτική της Microsoft",
	}},
	{"role missing", "role-missing", []string{
		"it says Need admin approval, what role do I need", "Need admin approval लिखा है, कौन सी भूमिका चाहिए", "γράφει Need admin approval, τι ρόλο χρειάζομαι",
	}},
	{"tick box missing", "box-not-ticked", []string{
		"forgot to tick the box on behalf of the organization, only the administrator can send", "संगठन की ओर से वाला बॉक्स टिक नहीं किया, केवल व्यवस्थापक भेज पाता है", "δεν επέλεξα το κουτάκι εκ μέρους του οργανισμού, στέλνει μόνο ο διαχειριστής",
	}},
	{"role account without mailbox", "account-without-mailbox", []string{
		"the admin account we signed in with has no mailbox and no licence", "व्यवस्थापक खाते के पास मेलबॉक्स और लाइसेंस नहीं है", "ο λογαριασμός διαχειριστή δεν έχει γραμματοκιβώτιο ούτε άδεια",
	}},
	{"password changed", "password-changed", []string{
		"we changed the password of the account", "हमने खाते का पासवर्ड बदला है", "αλλάξαμε τον κωδικό πρόσβασης του λογαριασμού",
	}},
	{"account disabled", "account-disabled", []string{
		"the employee left and her account was deleted", "कर्मचारी चला गया और उसका खाता हटा दिया गया", "ο υπάλληλος έφυγε και ο λογαριασμός του διαγράφηκε",
	}},
	{"sender is not the account", "sender-not-account", []string{
		"we want the sender to be reception, a different address", "प्रेषक का पता अलग है, रिसेप्शन का", "ο αποστολέας είναι άλλη διεύθυνση, της γραμματείας",
	}},
	{"MFA now", "mfa-now", []string{
		"while signing in Microsoft wants me to approve the sign in request on my phone", "साइन इन करते समय Microsoft फ़ोन पर अनुमोदन माँगता है", "κατά τη σύνδεση η Microsoft ζητά έγκριση στο τηλέφωνο",
	}},
	{"MFA later", "mfa-later", []string{
		"multi-factor authentication was introduced last week", "पिछले हफ़्ते बहु-कारक प्रमाणीकरण लागू हुआ", "την περασμένη εβδομάδα μπήκε έλεγχος πολλών παραγόντων",
	}},
	{"code expired", "code-expired", []string{
		"the code expired, I was too late", "कोड समाप्त हो गया, देर हो गई", "ο κωδικός έληξε, άργησα",
	}},
	{"code mistyped", "code-mistyped", []string{
		"that code didn't work, wrong code", "कोड ग़लत है, काम नहीं किया", "λάθος κωδικός, δεν δουλεύει",
	}},
	{"port", "port", []string{
		"which port number, 587 or 465", "पोर्ट 587 या 465 कौन सा", "ποια θύρα, 587 ή 465",
	}},
	{"DNS", "dns", []string{
		"dns server does not resolve the name", "dns सर्वर नाम नहीं ढूंढ पाता", "ο διακομιστής dns δεν βρίσκει το όνομα",
	}},
	{"proxy", "proxy", []string{
		"we have a proxy server", "हमारे यहाँ प्रॉक्सी सर्वर है", "έχουμε διακομιστή proxy",
	}},
	{"clock", "clock", []string{
		"the printer's clock is wrong, date in 2000", "प्रिंटर की घड़ी ग़लत है, तारीख 2000", "το ρολόι του εκτυπωτή είναι λάθος, ημερομηνία 2000",
	}},
	{"root certificate", "root-certificate", []string{
		"root certificate too old, connection untrusted", "रूट प्रमाणपत्र पुराना है", "το ριζικό πιστοποιητικό είναι παλιό",
	}},
	{"old firmware", "old-firmware", []string{
		"OAuth2 is not in the list of methods", "OAuth2 सूची में नहीं है", "το OAuth2 δεν υπάρχει στη λίστα",
	}},
	{"additional network", "additional-network", []string{
		"printer uses the additional network", "प्रिंटर अतिरिक्त नेटवर्क पर है", "ο εκτυπωτής είναι στο πρόσθετο δίκτυο",
	}},
	{"personal account with Exchange Online", "personal-account", []string{
		"I use my private hotmail account at home", "मैं अपना निजी hotmail खाता इस्तेमाल करता हूँ", "χρησιμοποιώ τον προσωπικό μου λογαριασμό hotmail",
	}},
	{"work account with Outlook.com", "work-account", []string{
		"company account, but outlook.com was chosen instead", "कंपनी का खाता है पर outlook.com चुना", "εταιρικός λογαριασμός αλλά επιλέχθηκε outlook.com",
	}},
	{"To My Email: the second user", "box-not-ticked", []string{
		"To My Email: the second user gets need admin approval, the administrator can send", "ईमेल पर: दूसरे उपयोगकर्ता से व्यवस्थापक की मंज़ूरी माँगी जाती है, सहकर्मी नहीं भेज पाते", "Στο Email μου: ο δεύτερος χρήστης χρειάζεται έγκριση, οι συνάδελφοι δεν στέλνουν",
	}},
}

func TestTheFifteenCallsAreFoundFromTheWordsOfAUser(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	for _, call := range calls {
		for i, language := range guide.Languages() {
			t.Run(call.call+"/"+language, func(t *testing.T) {
				a := answer(t, call.asked[i], "")
				require.NotEmpty(t, a.Causes, "nothing is found")
				require.Equal(t, call.cause, a.Causes[0].ID, "found: %v", ids(a))
				at := slices.IndexFunc(all, func(s scenarios.Scenario) bool { return s.ID == a.Causes[0].Scenario })
				require.GreaterOrEqual(t, at, 0, "the scenario %s is not there", a.Causes[0].Scenario)
			})
		}
	}
}

// tickets are the five cases of a support desk as customers write them.
var tickets = []struct{ cause, text string }{
	{
		"not-saved",
		"Hello, our admin set up the new OAuth thing on the printer yesterday and it said he was signed in. But when I " +
			"scan to email the printer tells me I need to sign in to my email service and to contact the administrator. Please help.",
	},
	{
		"not-saved",
		"Ο διαχειριστής έκανε χθες τη σύνδεση και το Web Config έδειχνε Συνδεδεμένος, όμως ο πίνακας λέει ότι πρέπει να " +
			"συνδεθώ στην υπηρεσία email.",
	},
	{
		"not-saved",
		"व्यवस्थापक ने कल साइन इन किया और सब ठीक दिखा, लेकिन पैनल कहता है कि ईमेल सेवा में साइन इन करना होगा।",
	},
	{
		"smtp-auth-tenant",
		"Scan to mail fails since we set the printer up for Microsoft 365. Sign in worked fine, Web Config shows Signed in " +
			"with the account, but every job ends with an authentication error 312.",
	},
	{"smtp-auth-tenant", "Η σύνδεση έγινε κανονικά, αλλά κάθε σάρωση τελειώνει με σφάλμα ελέγχου ταυτότητας 312."},
	{"smtp-auth-tenant", "साइन इन ठीक है पर हर जॉब 312 प्रमाणीकरण गड़बड़ी पर ख़त्म होता है"},
	{
		"device-code-policy",
		"When our administrator signs in from the printer's page, Microsoft says You cannot access this right now after " +
			"the password. The printer shows nothing.",
	},
	{
		"device-code-policy",
		"Όταν ο διαχειριστής βάζει τον κωδικό στη σελίδα της Microsoft, του λέει ότι δεν έχει πρόσβαση αυτή τη στιγμή.",
	},
	{"device-code-policy", "पासवर्ड डालने के बाद Microsoft का पेज कहता है कि अभी एक्सेस नहीं कर सकते"},
	{
		"expired",
		"Our school was closed over the summer. Now scanning to email does not work any more. Printing is fine.",
	},
	{
		"expired",
		"Καλημέρα, μετά τις καλοκαιρινές διακοπές ο εκτυπωτής δεν στέλνει σαρώσεις με email. Γράφει ότι η σύνδεση έχει λήξει.",
	},
	{
		"expired",
		"नमस्ते, गर्मी की छुट्टियों के बाद स्कैन ईमेल नहीं जा रहा। प्रिंटर कहता है कनेक्शन समाप्त हो गया है।",
	},
	{
		"sender-not-account",
		"We want scans to come from scans@company.com and not from the administrator's address, since then sending fails.",
	},
	{
		"sender-not-account",
		"Θέλουμε οι σαρώσεις να φεύγουν από τη διεύθυνση info@ και όχι του διαχειριστή, από τότε δεν στέλνει τίποτα.",
	},
	{"sender-not-account", "स्कैन को दूसरे पते से भेजना चाहते हैं, अब भेजना विफल होता है"},
	{"port", "SMTP server communication error. Check the following. - Network Settings"},
}

func TestATicketLeadsToItsCause(t *testing.T) {
	for _, ticket := range tickets {
		t.Run(ticket.cause, func(t *testing.T) {
			a := answer(t, ticket.text, "")
			require.NotEmpty(t, a.Causes)
			require.Equal(t, ticket.cause, a.Causes[0].ID, "%s: %v", ticket.text, ids(a))
		})
	}
}

func TestEachOfTheDesksCallsHasACause(t *testing.T) {
	asked := map[string]bool{}
	for _, call := range calls {
		asked[call.cause] = true
	}
	for _, c := range explain.AllCauses("en") {
		if c.Mark == "desk" {
			require.True(
				t,
				asked[c.ID] || slices.Contains([]string{"firewall", "to-my-email-first-time"}, c.ID),
				"no call asks for %s",
				c.ID,
			)
		}
	}
}

func TestEachCauseIsWholeInEachLanguage(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	for _, language := range guide.Languages() {
		for _, c := range explain.AllCauses(language) {
			require.NotEmpty(t, c.Says, "%s in %s", c.ID, language)
			require.NotEmpty(t, c.Tell, "%s in %s", c.ID, language)
			require.NotEmpty(t, c.Do, "%s in %s", c.ID, language)
			require.NotEmpty(t, c.Chapter, "%s in %s: the guide has no chapter %s", c.ID, language, c.Number)
			require.Contains(t, []string{"desk", "ours"}, c.Mark, c.ID)
			require.NotEmpty(t, c.Title, "%s: there is no scenario %s", c.ID, c.Scenario)
		}
	}
	require.NotEmpty(t, all)
}

func TestEachOutcomeOfTheCoreHasACause(t *testing.T) {
	m, err := models.Get("")
	require.NoError(t, err)
	for _, row := range m.Outcomes {
		require.NotEmpty(t, explain.CausesOf(outcome.Kind(row.Kind)), row.Kind)
	}
}

// The guide says two things about its own codes, in two chapters: both are told, in their order, each with its place.
func TestACodeOfTheGuideHasBothOfItsRemediesInOrder(t *testing.T) {
	for _, test := range []struct{ code, language, first, firstAt, then, thenAt string }{
		{"360", "en", "click OK", "Cannot Send Email, page 11", "Connect (sign in)", "An Error Code is Displayed on the Job Confirmation Menu, page 12"},
		{"360", "hi", "OK पर क्लिक करें", "पृष्ठ 11", "कनेक्ट", "पृष्ठ 12"},
		{"360", "el", "κλικ στο OK", "σελίδα 11", "Συνδεθείτε", "σελίδα 12"},
		{"361", "en", "sign in again in Web Config", "An Expiration Message is Displayed", "Connect", "page 12"},
	} {
		t.Run(test.code+" in "+test.language, func(t *testing.T) {
			facts := answer(t, test.code, test.language).Items[0].Facts
			require.Equal(t, []string{"do-first", "solution"}, []string{facts[0].ID, facts[1].ID})
			require.Contains(t, facts[0].Text, test.first)
			require.Contains(t, facts[0].Text, test.firstAt)
			require.Contains(t, facts[1].Text, test.then)
			require.Contains(t, facts[1].Text, test.thenAt)
			require.NotContains(t, facts[1].Text, "OK")
		})
	}
	require.Equal(t, "what-to-do", answer(t, "312", "en").Items[0].Facts[0].ID, "ours has one")
}

func TestWhatIsAskedIsRecognized(t *testing.T) {
	for _, test := range []struct {
		name, asked, language string
		kind, item            string
		cause                 string // the first; empty: any
	}{
		{"360 is click OK first", "360", "", "code", "360", "not-saved"},
		{"with the words before it", "Error code 360", "", "code", "360", "not-saved"},
		{"in quotation marks", "“Error code 360”", "", "code", "360", "not-saved"},
		{"in Greek", "«Κωδικός σφάλματος 360»", "", "code", "360", "not-saved"},
		{"in Hindi", "गड़बड़ी कोड 360", "", "code", "360", "not-saved"},
		{"312 is SMTP AUTH", "312", "", "code", "312", "smtp-auth-tenant"},
		{"a row of the guide's table", "| 361 | The connection to the cloud service or email service has expired. | Connect to the cloud service or email service. |", "", "code", "361", "expired"},
		{"a row of the Greek table", "361 Η σύνδεση στην υπηρεσία cloud ή email έχει λήξει. Συνδεθείτε στην υπηρεσία cloud ή email.", "", "code", "361", "expired"},
		{"the status alone", "You need to sign in to the cloud service again.", "", "code", "370", "password-changed"},
		{"a message", "To use this function, you need to sign in to your email service. Please contact your administrator.", "", "message", "M1", "not-saved"},
		{"a message in Hindi", "'इस फ़ंक्शन का इस्तेमाल करने के लिए, आपको अपनी ईमेल सेवा में साइन इन करना होगा। कृपया अपने व्यवस्थापक से संपर्क करें।'", "", "message", "M1", "not-saved"},
		{"the beginning of a message", "to use this function, you need", "", "message", "M1", "not-saved"},
		{"a message without accents", "για να χρησιμοποιησετε αυτη τη λειτουργια, πρεπει να συνδεθειτε", "", "message", "M1", "not-saved"},
		{"a label", "Current Status", "", "label", "Current Status", "not-saved"},
		{"a label in Greek", "Τρέχουσα Κατάσταση", "", "label", "Current Status", "not-saved"},
		{"a path", "Network > Email Server > Basic", "", "label", "Email Server", ""},
		{"a chapter's title", "Cannot Send Email", "", "chapter", "8b", "not-saved"},
		{"a chapter's title in Hindi", "समय-समाप्ति का संदेश डिस्प्ले होता है", "", "chapter", "8c", "expired"},
		{"a chapter's number", "chapter 3", "", "chapter", "3", "smtp-auth-tenant"},
		{"an AADSTS number", "AADSTS53003", "", "entra", "AADSTS53003", "device-code-policy"},
		{"the bare number", "700082", "", "entra", "AADSTS700082", "expired"},
		{"a sentence of Entra ID", "Access has been blocked by Conditional Access", "", "entra", "AADSTS53003", "device-code-policy"},
		{"an SMTP reply", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", "", "reply", "535", "smtp-auth-tenant"},
		{"an enhanced status code that many replies have", "5.7.139", "", "reply", "535", "smtp-auth-tenant"},
		{"words of a reply", "user is locked by your organization's security defaults policy", "", "reply", "535", "security-defaults"},
		{"5.1.8", "5.1.8", "", "report", "550 5.1.8", "restricted-sender"},
		{"5.7.64", "5.7.64", "", "reply", "550", "direct-send"},
		{"5.7.60", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", "", "reply", "550", "sender-not-account"},
		{"PRX4", "PRX4", "", "reply", "451", "server-busy"},
		{"a rule", "R23", "", "rule", "R23", "not-saved"},
		{"a code of another maker's printer", "SI41", "", "code", "SI41", "not-saved"},
		{"a code of a fax", "412", "", "code", "412", "smtp-auth-tenant"},
		{"a whole ticket", "Hello, since Monday our printer shows code 312 when we scan.\nThe log says: 550 5.2.1 Mailbox cannot be accessed\nThanks", "", "code", "312", "account-without-mailbox"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := answer(t, test.asked, test.language)
			at := slices.IndexFunc(
				a.Items,
				func(i explain.Item) bool { return i.Kind == test.kind && i.Name == test.item },
			)
			require.GreaterOrEqual(t, at, 0, "recognized: %+v", a.Items)
			if test.cause != "" {
				require.NotEmpty(t, a.Causes)
				require.Equal(t, test.cause, a.Causes[0].ID, "%v", ids(a))
			}
		})
	}
}

func TestTheAnswerIsInTheLanguageThatWasAskedIn(t *testing.T) {
	require.Equal(t, "el", answer(t, "Τρέχουσα Κατάσταση", "").Language)
	require.Equal(t, "hi", answer(t, "गड़बड़ी कोड 361", "").Language)
	require.Equal(t, "en", answer(t, "361", "").Language)
	a := answer(t, "361", "el")
	require.Equal(t, guide.Codes("el")["361"].Status, a.Items[0].Title)
	require.Equal(t, "Εμφανίζεται ένα μήνυμα λήξης", a.Causes[0].Chapter)
}

func TestWhatIsNearIsProposed(t *testing.T) {
	a := answer(t, "Connnection test was succesfull", "")
	require.False(t, a.Known())
	require.Contains(t, a.Near, "Connection test was successful.")
	require.Contains(t, answer(t, "AADSTS53033", "").Near, "AADSTS53003")
	require.Contains(t, answer(t, "371", "").Near, "370")
	require.Contains(t, answer(t, "Τρεχουσα Καταστατη", "").Near, "Τρέχουσα Κατάσταση")
	require.False(t, answer(t, "xyzzy", "").Known())
	require.False(t, answer(t, " “” ", "").Known())
}

// TestWhateverDevicesAndGuideShowIsKnown asks for every label, message, code and title of guide and models, in each
// language.
func TestWhateverDevicesAndGuideShowIsKnown(t *testing.T) {
	set, err := models.Embedded()
	require.NoError(t, err)
	asked := map[string]bool{}
	ask := func(text, what string) {
		if strings.Trim(strings.ReplaceAll(text, "<no value>", ""), " -") == "" {
			return // nothing but what is filled in
		}
		text = strings.ReplaceAll(text, "<no value>", "12")
		if asked[text] {
			return
		}
		asked[text] = true
		a := answer(t, text, "hi")
		require.NotEmpty(t, a.Items, "%s: %q", what, text)
		for _, item := range a.Items {
			require.NotEmpty(t, item.Title, text)
			if item.Kind == "message" {
				require.NotContains(t, item.What, item.Name, text) // an id of our own files
			}
			if item.Kind == "message" || item.Kind == "label" {
				sure := func(f explain.Fact) bool { return f.ID == "certainty" }
				require.True(t, slices.ContainsFunc(item.Facts, sure), text)
			}
			for _, fact := range item.Facts {
				if fact.ID == "certainty" {
					require.Regexp(t, `^[^A-Za-z]+$`, fact.Text, "%s: the certainty of %q is not in Hindi", what, text)
				}
			}
		}
	}
	for _, l := range guide.Labels() {
		for _, text := range []string{l.English, l.Hindi, l.Greek} {
			ask(text, "a label of the guide")
		}
	}
	for _, c := range guide.Chapters() {
		for _, text := range []string{c.English, c.Hindi, c.Greek} {
			ask("“"+text+"”", "a title of the guide")
		}
	}
	for _, name := range set.Names() {
		m, err := set.Get(name)
		require.NoError(t, err)
		for _, row := range m.Outcomes {
			ask(row.Code, name)
			ask(row.CloudCode, name)
		}
		for _, id := range m.Tables().IDs() {
			if strings.HasPrefix(id, "layout.") {
				continue
			}
			for _, language := range m.Tables().Languages() {
				ask(m.Texts(language).Format(id, nil), name+" "+id+" in "+language)
			}
		}
	}
	require.Greater(t, len(asked), 1500)
}

func TestTheMessagesOfTheConnectionTestHaveCauses(t *testing.T) {
	m, err := models.Get("")
	require.NoError(t, err)
	for _, row := range m.Outcomes {
		for _, language := range guide.Languages() {
			a := answer(t, m.Texts(language).Text(row.Test), language)
			require.NotEmpty(t, a.Causes, "%s in %s", row.Test, language)
		}
	}
}

func TestSentencesOfTheGuideAreKnownByTheirFingerprints(t *testing.T) {
	// The remedy of chapter 8c, the one sentence of the guide that the project has because devices show it.
	for _, text := range []string{
		"व्यवस्थापक को साइन-इन ऑपरेशन फिर से करना चाहिए।", "Ο διαχειριστής πρέπει να εκτελέσει ξανά τη λειτουργία σύνδεσης.",
		"**Ο διαχειριστής πρέπει να εκτελέσει\nξανά τη λειτουργία σύνδεσης.**",
	} {
		a := answer(t, text, "")
		at := slices.IndexFunc(a.Items, func(i explain.Item) bool { return i.Kind == "sentence" && i.Name == "R42" })
		require.GreaterOrEqual(t, at, 0, text)
		require.Contains(t, ids(a), "expired")
	}
}

func TestEachFingerprintHasAChapterAndARule(t *testing.T) {
	text, err := os.ReadFile("../docs/reference/fingerprints.tsv")
	require.NoError(t, err)
	known, err := explain.ReadFingerprints(string(text))
	require.NoError(t, err)
	rules, err := scenarios.Rules()
	require.NoError(t, err)
	chapters, sentences := map[string]bool{}, map[string]int{}
	for _, c := range guide.Chapters() {
		chapters[c.Number] = true
	}
	told := map[string]bool{}
	for _, f := range known {
		require.True(t, chapters[f.Chapter], f.Line())
		sentences[f.Language]++
		for _, id := range strings.Fields(f.Rule) {
			require.True(
				t,
				id == "-" || slices.ContainsFunc(rules, func(r scenarios.Rule) bool { return r.ID == id }),
				f.Line(),
			)
			told[id] = true
		}
	}
	require.Greater(t, sentences["hi"], 80)
	require.Greater(t, sentences["el"], 80)
	for _, r := range rules {
		if r.ID != "R45" { // the cross references stand beside each edition's page numbers
			require.True(t, told[r.ID], "no sentence has the rule %s", r.ID)
		}
	}
	_, err = explain.ReadFingerprints("hi\t3\tR9\n")
	require.EqualError(t, err, "fingerprints.tsv:1: a row is language, chapter, rule and hash, parted by tabs")
}

func TestRulesAreToldInEachLanguage(t *testing.T) {
	rules, err := scenarios.Rules()
	require.NoError(t, err)
	for _, r := range rules {
		for _, language := range []string{"hi", "el"} {
			a := answer(t, r.ID, language)
			require.NotEmpty(t, a.Items, r.ID)
			require.NotEqual(t, r.Sentence, a.Items[0].Title, "%s in %s", r.ID, language)
		}
	}
}

func TestAnEditionIsReadByItsChapters(t *testing.T) {
	found, err := explain.Edition(
		"Περιεχόμενα\nΕισαγωγή\nΑυτή είναι μια δοκιμαστική πρόταση. Και αυτή είναι μια δεύτερη.\n\nΣήματα κατατεθέντα\nΜια πρόταση στο τέλος του κειμένου\n",
	)
	require.NoError(t, err)
	require.Len(t, found, 3)
	require.Equal(t, []string{"2", "2", "9"}, []string{found[0].Chapter, found[1].Chapter, found[2].Chapter})
	require.Equal(t, "-", found[0].Rule)
	_, err = explain.Edition("An English text")
	require.ErrorContains(t, err, "Hindi or Greek")
}

func TestTheWordsOfADeviceAreKnown(t *testing.T) {
	a, err := explain.Explain(
		"Scanner says no",
		"",
		device.Words{Language: "en", Messages: map[string]string{"own-1": "Scanner says no"}},
	)
	require.NoError(t, err)
	require.Len(t, a.Items, 1)
	require.Equal(t, "own-1", a.Items[0].Name)
}

func FuzzExplain(f *testing.F) {
	for _, text := range []string{
		"360", "| 361 | x |", "AADSTS53003", "535 5.7.139", "Τρέχουσα", "'«“", "R23 R42", "PRX4", "\x00\xff",
	} {
		f.Add(text, "el")
	}
	f.Fuzz(func(t *testing.T, text, language string) {
		a, err := explain.Explain(text, language)
		require.NoError(t, err)
		require.Contains(t, guide.Languages(), a.Language)
		for _, item := range a.Items {
			require.NotEmpty(t, item.Title)
		}
	})
}
