package scenarios_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
	"mfpsim/scenarios"
)

// Where the verbs of the fax server, of users and of To My Email begin.
const (
	faxing = "provider add fax.example.com accounts=office@fax.example.com,desk@fax.example.com\n" +
		"printer use team model='Team 500'\nprinter fax-server fax.example.com\nprinter sign-in office@fax.example.com fax\n"
	withUsers = working + "user alice@contoso.com mailbox\nprinter license\nprinter user-authentication on sender=user\n" +
		"printer user alice email=alice@contoso.com name='Alice Smith' number=47110000 department=Sales\n" +
		"printer user chief email=admin@contoso.com administrator\n"
	mailing = working + "webconfig open 'Device Management > Email Notification'\n" +
		"webconfig set 'Language of the Emails' English\nwebconfig set 'Email Address 1' carol@fabrikam.com\n" +
		"webconfig set 'Paper out 1' on\nwebconfig click OK\nwebconfig shows @setup-complete\n"
)

func TestVerbsOfTheGuidesLaterChapters(t *testing.T) {
	for name, script := range map[string]string{
		"a provider with all its times": "provider add fax.example.com accounts=office@fax.example.com interval=10s code-lifetime=10m access-lifetime=30m refresh-lifetime=30d leeway=1m call=2m\nprinter use team model='Team 500'\nprinter fax-server fax.example.com\nprinter sign-in office@fax.example.com fax\nscan fax 0301 pages=2 size=A4\njobs shows Fax 0301 Completed\nprovider faxes shows 0301 documents=1 calling\nclock +3m\nprovider faxes shows 0301 sent\nprovider faxes screen\nprovider faxes count 1\n",
		"two providers":                 "provider add one.example\nprovider add two.example\nprovider slow-down 2 domain=one.example\nprovider slow-down 1\nprovider number 0301 busy domain=one.example\nprovider number 0301 ok domain=one.example\nprovider faxes count 0\n",
		"a call that fails":             faxing + "provider number 0301 busy\nscan fax 0301\nclock +10m\nprovider faxes shows 0301 failed busy\n! provider faxes shows sent\nprovider number 0301 ok\nscan fax 0301\nclock +10m\nprovider faxes shows 0301 sent\n",
		"a sign-in that ends":           faxing + "provider revoke office@fax.example.com\nclock +2h\nscan fax 0301\njobs shows Fax 370\nwire count smtp.fax.example.com MAIL 0\n",
		"a sign-in at Microsoft":        working + "user fax@contoso.com mailbox\nprinter use team model='Team 500'\nprovider add fax.example.com\nprinter fax-server fax.example.com\nprinter sign-in fax@contoso.com fax\nscan fax 0301\njobs shows Fax Completed\n",
		"the parties of a provider":     faxing + "network smtp.fax.example.com unreachable times=1\nscan fax 0301\njobs shows Fax 413\nwire shows login.fax.example.com /oauth/token\nwire screen login.fax.example.com\n",

		"users, one by one":    withUsers + "webconfig open 'Example Open Platform > User Registration'\nwebconfig shows alice 'Alice Smith' 47110000\nwebconfig shows chief\nprinter delete-user alice\nwebconfig open 'Example Open Platform > User Registration'\n! webconfig shows alice\n",
		"nobody logs in":       withUsers + "printer user-authentication off\npanel home\npanel shows Scan\n",
		"the printer sends":    withUsers + "printer user-authentication on sender=printer\npanel log-in alice\nscan to-my-email pages=2 subject=Mine file=mine dpi=300\nmailbox alice@contoso.com shows from=admin@contoso.com subject=Mine file=mine.pdf pdf=2\n",
		"a license that ends":  "printer license until=2026-03-03\nprinter user-authentication on\nprinter user alice email=alice@contoso.com\npanel log-in alice\npanel log-out\nclock +2d\npanel log-in alice\npanel shows @license-ended\n",
		"another's license":    "printer use other\nprinter use printer\nwebconfig log-in\nwebconfig open 'Example Open Platform > License Key'\nwebconfig enter license of=other\nwebconfig click OK\nwebconfig shows @invalid-license-other\nwebconfig enter license until=2027-01-01\nwebconfig click OK\nwebconfig shows @setup-complete\n",
		"a user at the panel":  withUsers + "panel log-in alice wrong\npanel press OK\npanel log-in alice\npanel shows 'Alice Smith'\npanel log-out\npanel log-in number=47110000\npanel shows 'Alice Smith'\npanel log-out\n",
		"a password by its ID": withUsers + "webconfig open 'Example Open Platform > User Registration'\nwebconfig click alice\nwebconfig enter password user:alice\nwebconfig click OK\nwebconfig shows @setup-complete\npanel log-in alice\npanel shows 'Alice Smith'\n",

		"a sign-in on the panel, step by step":        withUsers + "panel log-in chief\npanel press 'To My Email'\npanel screen\npanel enter account nobody@contoso.com\npanel press Next\npanel enter account admin@contoso.com\npanel press Next\npanel enter password wrong\npanel press 'Sign In'\npanel enter password\npanel press 'Sign In'\npanel shows 'Permissions requested'\npanel tick 'Consent on behalf of your organization'\npanel press Accept\npanel shows @M3\n",
		"a sign-in on the panel, consent for herself": withUsers + "panel log-in alice\npanel press 'To My Email'\npanel sign-in alice@contoso.com consent=user\nscan originals pages=1\npanel press Start\nmailbox alice@contoso.com shows from=alice@contoso.com\n",
		"a sign-in on the panel, canceled":            withUsers + "panel log-in alice\npanel press 'To My Email'\npanel sign-in alice@contoso.com consent=cancel\npanel shows @my-sign-in-declined\n",
		"a user in a group":                           "tenant contoso.com\nuser a@contoso.com mailbox group=Interns\nentra policy Block state=on groups=Interns grant=block\n",

		"a notification":             mailing + "printer event paper-out\nmailbox carol@fabrikam.com shows from=admin@contoso.com subject='MFP4100: Paper out'\njobs shows 'Email Notification' carol@fabrikam.com Completed\n",
		"a burst of notifications":   mailing + "printer event paper-out times=40\nclock +10m\nmailbox carol@fabrikam.com count 40\n",
		"an event that nobody wants": mailing + "printer event ink-low times=3\nmailbox carol@fabrikam.com is empty\njobs count 0\n",
		"a computer that moves":      "network browser on elsewhere\nwebconfig unreachable 192.0.2.10\nnetwork browser on office\nwebconfig go 192.0.2.10\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			passes(t, script+"panel home\npanel screen\nwebconfig log-in\nwebconfig shows 'Log out'\n")
		})
	}
}

func TestWhatAVerbOfTheLaterChaptersRefuses(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"a provider that is not there":         {"provider slow-down 2\n", "provider"},
		"a provider that is there already":     {"provider add fax.example.com\nprovider add fax.example.com\n", "fax.example.com"},
		"a provider of another domain":         {"provider add fax.example.com\nprovider slow-down 2 domain=other.example\n", "other.example"},
		"a code that the provider has not":     {"provider add fax.example.com accounts=a@fax.example.com\nprovider approve BCDF-GHJK a@fax.example.com\n", "BCDF-GHJK"},
		"a code that is declined and not":      {"provider add fax.example.com\nprovider decline BCDF-GHJK\n", "BCDF-GHJK"},
		"an account that the provider has not": {"provider add fax.example.com\nprovider revoke eve@fax.example.com\n", "eve@fax.example.com"},
		"faxes that were not sent":             {"provider add fax.example.com\nprovider faxes count 1\n", "0 faxes, not 1"},
		"a fax on a model without faxes":       {"scan fax 0301\n", "fax"},
		"settings of a model without faxes":    {"provider add fax.example.com\nprinter fax-server fax.example.com\n", "Fax"},
		"settings for no provider":             {"printer use team model='Team 500'\nprinter fax-server fax.example.com\n", "fax.example.com"},
		"a user of a model that has none":      {"printer use scan model='Scan 60'\nprinter user a email=a@b.com\n", "users of its own"},
		"a license of a model that has none":   {"printer use scan model='Scan 60'\nprinter license\n", "users of its own"},
		"users without a license":              {"printer user-authentication on\n", "Setup complete"},
		"a user with nobody's address":         {"printer user alice email=nowhere\n", "Setup complete"},
		"a user who is not there":              {"printer delete-user eve\n", `no `},
		"a license of a printer nobody has":    {"webconfig log-in\nwebconfig open 'Example Open Platform > License Key'\nwebconfig enter license of=moon\n", "moon"},
		"a number where nobody is asked":       {"panel log-in number=4711\n", `no field "ID Number" here`},
		"an account without a page":            {"panel enter account a@contoso.com\n", "the panel shows no page of the email service"},
		"a password without a page":            {"panel enter password\n", "the panel shows no page of the email service"},
		"a box without a page":                 {"panel tick Box\n", "the panel shows no page of the email service"},
		"a password of nobody":                 {withUsers + "panel log-in alice\npanel press 'To My Email'\npanel enter password\n", `no field "password" here`},
		"a box that is not on the page":        {withUsers + "panel log-in alice\npanel press 'To My Email'\npanel tick Box\n", `no key "Box" here`},
		"a user who is not logged in":          {withUsers + "scan to-my-email\n", "no "},
		"an event that the model has not":      {"printer event earthquake\n", `no event "earthquake" here; there are: `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := playText(t, c.script+"panel shows Scan\n")
			require.Contains(t, []report.Verdict{report.Failed, report.Warned, report.Skipped}, result.Verdict)
			require.Contains(t, result.Failure, c.want)
			require.Equal(t, 6+strings.Count(c.script, "\n"), result.Line)
		})
	}
}

// What can be seen to be wrong before anything is played.
func TestTheLaterChaptersAreJudgedAtLoad(t *testing.T) {
	for line, want := range map[string]string{
		"provider": `no act of a provider ""`, "provider add": "add takes the domain of one provider", "provider add here": "add takes the domain",
		"provider add fax.example.com call=soon": "soon", "provider add fax.example.com colour=red": "colour",
		"provider slow-down": "slow-down takes a number of polls", "provider slow-down 0": "it is 1 to 100", "provider slow-down many": "many",
		"provider revoke": "revoke takes an account", "provider approve": "approve takes the code", "provider approve BCDF-GHJK": "approve takes the code",
		"provider decline": "decline takes the code", "provider number 0301": "number takes a fax number", "provider vanish": `"vanish"`,
		"provider faxes": "the words are: provider", "provider faxes shows": "shows what?", "provider faxes count": "the words are: provider",
		"provider faxes count few": `"few" is no number`, "provider faxes screen now": "the words are: provider",
		"printer fax-server": "the words are: printer", "printer sign-in a@b.com mail": "the words are: printer",
		"printer user alice": "email=ADDRESS", "printer user email=a@b.com": "email=ADDRESS", "printer user alice email=a@b.com boss": "[administrator]",
		"printer user alice email=a@b.com colour=red": "colour", "printer delete-user": "the words are: printer",
		"printer license forever": "no more than its last day", "printer license until=soon": "soon", "printer license until='2026-03-02 09:00'": "until= is a day",
		"printer license until=2999-01-01": "until= is a day", "printer user-authentication": "on|off", "printer user-authentication on sender=eve": "on|off",
		"panel sign-in": "the words are: panel", "panel sign-in a@b.com consent=perhaps": "perhaps", "panel sign-in a@b.com c@d.com": "the words are: panel",
		"panel tick": "write panel tick", "panel enter password right": "", "panel enter account": "write panel enter",
		"panel log-in alice right": "a password is never written", "panel log-in colour=red": "colour",
		"scan fax": "write scan fax", "scan fax 0301 0302": "write scan fax", "scan fax 0301 subject=Hello": "write scan fax",
		"scan fax 0301 dpi=300": "write scan fax", "scan to-my-email bob@b.com": "write scan to-my-email",
		"webconfig enter license until=soon": "soon", "webconfig enter license for ever": "no more than its last day",
		"webconfig upload": "write webconfig upload", "webconfig upload 'CSV File'": "write webconfig upload",
		"user a@b.com group=": "group", "network browser on": "browser on office|additional|elsewhere",
	} {
		t.Run(line, func(t *testing.T) {
			_, err := scenarios.Run(t.Context(), scenarios.Options{
				Folder: folder(t, header+"panel shows 'a line that fails'\n"+line+"\n"),
			})
			require.ErrorContains(t, err, "chapter/name.txtar:8: ")
			require.ErrorContains(t, err, want)
		})
	}
}
