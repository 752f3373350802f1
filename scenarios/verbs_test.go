package scenarios_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
	"mfpsim/scenarios"
)

// passes plays a script and wants it to pass.
func passes(t *testing.T, script string) {
	t.Helper()
	result := playText(t, script)
	require.Equal(t, report.Passed, result.Verdict, result.Failure)
}

const working = `tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
printer sign-in admin@contoso.com
`

func TestVerbsThatTheScenariosDoNotNeed(t *testing.T) {
	for name, script := range map[string]string{
		"who the printer is":       "printer\nenv X=y\n",
		"a clock in another place": "clock printer time-difference=+05:30\nclock printer time-difference=-03:30\n",
		"a clock that drifts":      "clock printer drift=60s\nclock +1d\nclock printer drift=-60s\n",
		"the language of a panel":  "lang el\npanel home\npanel shows Settings\nlang en\npanel shows Settings\n",
		"a wrong password":         "webconfig log-in wrong\nwebconfig shows 'Incorrect user name or password'\nwebconfig log-in\nwebconfig shows 'Log out'\nwebconfig log-out\nwebconfig shows 'Log in'\n",
		"tables and transcripts":   working + "scan email bob@fabrikam.com file=letter subject='A letter' pages=2\njobs shows Email Completed\njobs screen\nmailbox bob@fabrikam.com shows text='Scanned by' subject='a letter' attachments=1\nmailbox bob@fabrikam.com screen\nwire screen smtp\nwire screen entra\nwire dialogue smtp\nwire dialogue entra\nwire count smtp 'AUTH XOAUTH2' 1\nentra log\nentra log shows admin@contoso.com Success\nsheet print\nsheet screen\npanel screen\nwebconfig screen\n",
		"all that can be said of a mail": working + "scan email bob@fabrikam.com file=letter subject=Brief pages=3\nmailbox bob@fabrikam.com shows to=bob@fabrikam.com file=letter.pdf pdf=3 date=now id=new header='Subject: Brief'\n" +
			"! mailbox bob@fabrikam.com shows pdf=2\n! mailbox bob@fabrikam.com shows bytes=1\n! mailbox bob@fabrikam.com shows file=letter\n! mailbox bob@fabrikam.com shows header='X-Mailer: nobody'\n! mailbox bob@fabrikam.com shows to=eve@fabrikam.com\n",
		"the mail server's answers":         working + "exchange answer at=AUTH reply='454 4.7.0 Later' times=1 then at=MAIL latency=10s times=1\nscan email bob@fabrikam.com\njobs shows Email 312\nscan email bob@fabrikam.com\njobs shows Email Completed\n",
		"what the memory holds":             working + "memory has admin@contoso.com\nmemory has no bob@fabrikam.com\nmemory has no secrets\n",
		"a denied mail":                     working + "scan email bob@fabrikam.com\nmailbox bob@fabrikam.com shows from=admin@contoso.com\n! mailbox bob@fabrikam.com shows from=eve@contoso.com\n",
		"a supply that fails":               working + "power cut\npower on\nscan email bob@fabrikam.com\nmailbox bob@fabrikam.com count 1\n",
		"a supply that fails late":          "tenant contoso.com smtp-auth=enabled security-defaults=off\nuser admin@contoso.com role='Cloud Application Administrator' mailbox\nprinter sign-in admin@contoso.com\nwebconfig open 'Network > Email Server > Basic'\nwebconfig set 'Sender''s Email Address' other@contoso.com\npower cut at=write:1\nwebconfig shows OK\nwebconfig click OK\npower on\npanel shows Scan\n",
		"a supply that fails in a language": "power cut at=write:1 byte=9999\nlang el\npower on\npanel shows Settings\npower cut at=write:1 byte=0\nlang en\npower on\npanel shows Settings\n",
		"a memory that refuses writes":      "memory refuses writes after=1 times=1\nscan copy\nscan copy\nmemory ok\nscan copy\njobs count 3\n",
		"several printers":                  "printer use second\nprinter use printer\nprinter use second\nclock +1m\n",
		"a policy from a file":              "tenant contoso.com\nuser a@contoso.com mailbox\nentra policy Block block.json\n-- block.json --\n{\"flow\": \"Device code flow\", \"users\": [\"All\"], \"state\": \"on\"}\n",
		"entra's other acts":                "tenant contoso.com\nuser a@contoso.com mailbox mfa\nentra set 'Security defaults' Disabled tenant=contoso.com\nentra revoke a@contoso.com\nentra disable a@contoso.com\nentra enable a@contoso.com\nentra password a@contoso.com\nentra strict-doors on\nentra strict-doors off\n",
		"applications": "tenant contoso.com\nuser a@contoso.com role='Global Administrator' mailbox\nuser b@contoso.com mailbox\nentra application 'Scan tool' audience=one-tenant requests=User.Read,offline_access redirects=http://localhost secret\n" +
			"entra application 'Scan tool' public-client=no web-redirects=https://scan.example/done secret-expires=2026-05-01 no-secrets\nentra resource 'Scan archive' id=10000000-0000-4000-8000-000000000006 roots=api://scans scopes=Scan.Read\n" +
			"entra consent 'Scan tool' api://scans/Scan.Read tenant=contoso.com\nentra consent 'Scan tool'\nbrowser admin-consent 'Scan tool'\nbrowser enter account a@contoso.com\nbrowser click Next\nbrowser enter password\nbrowser click 'Sign In'\nbrowser shows 'Sign you in and read your profile'\nbrowser close\nentra delete b@contoso.com\n",
		"a condition that holds":   "[needs:clock] panel home\n[!needs:clock] panel press Coffee\n",
		"a wait of its own length": working + "scan email bob@fabrikam.com\njobs shows Email Completed within=5m\n",
		"faults that are met":      "network entra unreachable times=1\n" + "tenant contoso.com\nuser a@contoso.com role='Cloud Application Administrator' mailbox\nwebconfig log-in\nwebconfig open 'Network > Email Server > Basic'\nwebconfig set 'Authentication Method' OAuth2\nwebconfig click 'Sign In'\nwebconfig click 'Sign in with Microsoft'\nwebconfig shows @cloud-unreachable\nnetwork entra ok\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			passes(t, "panel shows Scan\n"+script)
		})
	}
}

func TestAGoldenOfAnotherLanguageLiesBesideTheEnglishOne(t *testing.T) {
	script := "panel home\ncmp stdout screen.txt\n-- screen.txt --\n"
	root := folder(t, header+script+"to be written\n")
	results, err := scenarios.Run(t.Context(), scenarios.Options{Folder: root, Update: true})
	require.NoError(t, err)
	require.True(t, results[0].Passed, results[0].Failure)
	english, err := os.ReadFile(filepath.Join(root, "chapter", "name.txtar"))
	require.NoError(t, err)

	results, err = scenarios.Run(t.Context(), scenarios.Options{Folder: root, Language: "el"})
	require.NoError(t, err)
	require.True(t, results[0].Passed, "without a Greek golden the words are not compared: %s", results[0].Failure)

	require.NoError(
		t,
		os.WriteFile(
			filepath.Join(root, "chapter", "name.txtar"), append(english, "-- screen.el.txt --\nnot this\n"...), 0o600,
		),
	)
	results, err = scenarios.Run(t.Context(), scenarios.Options{Folder: root, Language: "el"})
	require.NoError(t, err)
	require.False(t, results[0].Passed)
	require.Contains(t, results[0].Failure, "not this")
	results, err = scenarios.Run(t.Context(), scenarios.Options{Folder: root})
	require.NoError(t, err)
	require.True(t, results[0].Passed, results[0].Failure)

	results, err = scenarios.Run(t.Context(), scenarios.Options{Folder: root, Language: "el", Update: true})
	require.NoError(t, err)
	require.True(t, results[0].Passed, "it is rewritten: %s", results[0].Failure)
	both, err := os.ReadFile(filepath.Join(root, "chapter", "name.txtar"))
	require.NoError(t, err)
	require.Contains(t, string(both), string(english), "the English one stays")
	require.Contains(t, string(both), "<Ρυθμίς>")
}

func TestAGoldenOfWhatStandsAfterLangIsComparedInAnyLanguage(t *testing.T) {
	root := folder(t, header+"lang el\npanel home\ncmp stdout screen.el.txt\n-- screen.el.txt --\nnot this\n")
	for _, language := range []string{"", "hi", "el"} {
		results, err := scenarios.Run(t.Context(), scenarios.Options{Folder: root, Language: language})
		require.NoError(t, err)
		require.False(t, results[0].Passed, language)
		require.Contains(t, results[0].Failure, "not this")
	}
}

func TestWithoutAGoldenOfTheLanguageLinesNumbersAndAddressesAreCompared(t *testing.T) {
	script := "sheet print\ncmp stdout sheet.txt\n-- sheet.txt --\n"
	root := folder(t, header+script+"to be written\n")
	results, err := scenarios.Run(t.Context(), scenarios.Options{Folder: root, Update: true})
	require.NoError(t, err)
	require.True(t, results[0].Passed, results[0].Failure)
	file := filepath.Join(root, "chapter", "name.txtar")
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		old, new string
		passes   bool
	}{
		"a word of English":    {"Network Status Sheet", "Sheet of the Network", true},
		"another number":       {"192.0.2.10", "192.0.2.11", false},
		"a line that is gone":  {"Network Status Sheet", "Network Status Sheet\nMail Server", false},
		"a number of its own":  {"Network Status Sheet", "Network Status Sheet 2", false},
		"another MAC address":  {"02:00:5E:41:00:10", "02:00:5E:41:00:1F", false},
		"an address of a mail": {"Network Status Sheet", "Network Status Sheet of ann@contoso.com", false},
	} {
		for _, language := range []string{"hi", "el"} {
			t.Run(name+" "+language, func(t *testing.T) {
				require.Contains(t, string(written), c.old)
				changed := strings.Replace(string(written), c.old, c.new, 1)
				require.NoError(t, os.WriteFile(file, []byte(changed), 0o600))
				results, err := scenarios.Run(t.Context(), scenarios.Options{Folder: root, Language: language})
				require.NoError(t, err)
				require.Equal(t, c.passes, results[0].Passed, results[0].Failure)
			})
		}
	}
}
