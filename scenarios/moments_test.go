package scenarios_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
)

func TestEveryMomentTakesEveryKindOfAnswerByVerb(t *testing.T) {
	// What the printer's job ends with: after a refusal, after an answer that goes on.
	const fails, succeeds = "jobs shows Email Error within=30m\n", "jobs shows Email Completed\n"
	natural := map[string]string{
		"connect": "220", "hello": "250", "starttls": "220", "auth": "235", "mail": "250", "rcpt": "250", "data": "354",
		"end-of-data": "250", "quit": "221",
	}
	for moment, code := range natural {
		to := ""
		if moment == "rcpt" || moment == "data" || moment == "end-of-data" {
			to = " to=bob@fabrikam.com"
		}
		ends := fails
		if moment == "quit" { // the mail is delivered by then
			ends = succeeds
		}
		for kind, c := range map[string]struct{ words, ends, on string }{
			"a text":                          {"'451 4.7.0 Not now'" + to, ends, "S: 451 4.7.0 Not now"},
			"an event":                        {"temporary-server-error" + to, ends, "S: 451 4.3.111"},
			"silence":                         {"silent" + to, ends, ""},
			"an answer and the end":           {"then=close" + to, ends, ""},
			"a text and silence":              {"'451 4.7.0 Not now' then=silent" + to, ends, "S: 451 4.7.0 Not now"},
			"a text, and it is carried out":   {"'" + code + " 2.9.9 So be it' carried-out" + to, succeeds, "2.9.9 So be it"},
			"the second mail only, once more": {"'451 4.7.0 Not now' after=1", "", ""},
		} {
			t.Run(moment+": "+kind, func(t *testing.T) {
				t.Parallel()
				if c.ends == "" && moment == "hello" {
					c.words = strings.Replace(c.words, "after=1", "after=2", 1) // it greets again over TLS
				}
				script := working + "exchange answer " + moment + " " + c.words + " times=1\n" +
					"scan email bob@fabrikam.com\n"
				switch {
				case kind == "a text, and it is carried out" && moment == "hello":
					script += fails // a reply of one line offers no STARTTLS
				case c.ends == "":
					script += succeeds + "scan email bob@fabrikam.com\n" + ends
				case c.ends == fails && moment == "end-of-data" && kind == "an answer and the end":
					script += succeeds // the reply was heard before
				default:
					script += c.ends
				}
				if c.on != "" {
					script += "wire shows smtp '" + c.on + "'\n"
				}
				passes(
					t, script+"exchange answer ok\nscan email carol@fabrikam.com\nmailbox carol@fabrikam.com count 1\n",
				)
			})
		}
	}
}

func TestAnAnswerThatNobodyMetFailsTheScenarioByItsName(t *testing.T) {
	for words, name := range map[string]string{
		"end-of-data mailbox-full to=eve@fabrikam.com": `smtp answers end of DATA: "mailbox full" to eve@fabrikam.com`,
		"rcpt '550 5.1.1 No' times=2":                  `smtp answers RCPT: "550 5.1.1 No" 2 times`,
		"hello then=silent after=9":                    `smtp answers hello: then silence after 9`,
	} {
		result := playText(t, working+"exchange answer "+words+"\nscan email bob@fabrikam.com\njobs shows Email\n")
		require.NotEqual(t, report.Passed, result.Verdict)
		require.Contains(t, result.Failure, name)
	}
}

func TestTheActsOfTheMailServiceByVerb(t *testing.T) {
	for act, then := range map[string]string{
		"restrict admin@contoso.com 5.1.8": "scan email bob@fabrikam.com\njobs shows Email Completed\nmailbox bob@fabrikam.com is empty\n" +
			"mailbox admin@contoso.com shows text='5.1.8'\nexchange restrict admin@contoso.com none\nscan email bob@fabrikam.com\nmailbox bob@fabrikam.com count 1\n",
		"restrict contoso.com 5.7.705":   "scan email bob@fabrikam.com\nmailbox bob@fabrikam.com is empty\nmailbox admin@contoso.com shows text='5.7.705'\n",
		"licence admin@contoso.com off":  "scan email bob@fabrikam.com\njobs shows Email Error\nwire shows smtp '550 5.2.1'\nexchange licence admin@contoso.com on\nscan email bob@fabrikam.com\njobs shows Email Completed\n",
		"quota admin@contoso.com 1KB":    "scan email bob@fabrikam.com\njobs shows Email 313\nwire shows smtp '554 5.2.2 mailbox full'\nexchange quota admin@contoso.com none\nscan email bob@fabrikam.com\njobs shows Email Completed\n",
		"verdict admin@contoso.com Held": "scan email bob@fabrikam.com\nwire shows smtp 'Actual verdict is Held'\n",
		"external-limit contoso.com 1":   "scan email bob@fabrikam.com\nscan email bob@fabrikam.com\nmailbox bob@fabrikam.com count 1\nmailbox admin@contoso.com shows text='(tenant external recipient rate limit)'\n",
		"front-end command-limit=512":    "scan email bob@fabrikam.com\njobs shows Email\n",
		"front-end command-limit=20": "scan email bob@fabrikam.com\njobs shows Email Error\n" +
			"exchange front-end command-limit=none answer-limit=none\nscan email bob@fabrikam.com\njobs shows Email Completed\n",
	} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			passes(t, working+"exchange "+act+"\n"+then)
		})
	}
	for wrong, want := range map[string]string{
		"exchange restrict admin@contoso.com 5.1.888": "no report has the code",
		"exchange restrict admin@contoso.com":         "the words are: restrict ADDRESS|DOMAIN CODE|none",
		"exchange quota nobody@contoso.com 1KB":       "no mailbox",
		"exchange front-end":                          "say what the front ends are to be like",
		"exchange front-end command-limit=0":          "lets nothing through; without a limit it is command-limit=none",
		"exchange external-limit contoso.com 0":       "a limit of 0 is no limit; write none",
	} {
		result := playText(t, working+wrong+"\npanel shows Scan\n")
		require.Contains(t, fmt.Sprint(result.Failure), want)
	}
}
