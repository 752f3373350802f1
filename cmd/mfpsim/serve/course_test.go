package serve

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/scenarios"
)

// played has a case, and does lines of the language by hand, one after the other.
func played(t *testing.T, id string, lines ...[]string) (*served, caseAnswer) {
	t.Helper()
	var bench *lab.Lab
	s := live(t, Config{Scenario: id, Lab: func(l *lab.Lab) { bench = l }})
	p := newPerson(s, bench)
	p.asks("/record/start", map[string]any{})
	var now caseAnswer
	s.object("/case", &now)
	for _, words := range lines {
		if words[0] == "expect" {
			p.expects(words[1])
			continue
		}
		p.does(words)
		if words[0] == "scan" {
			p.asks("/clock/advance", map[string]any{"duration": "1m"}) // the job ends
		}
		s.object("/case", &now)
	}
	return s, now
}

// A printer whose date was never set trusts no certificate, on a bench that flows as on one that steps.
func TestAPrinterInTheYear2000AsksForNoCode(t *testing.T) {
	s := live(t, Config{Scenario: "entra/printer-in-the-year-2000"})
	_, record := s.get(s.Control + "/journal")
	require.Contains(t, record, "/network/email-server/sign-in")
	require.NotContains(t, record, "/oauth2/v2.0/devicecode")
}

// Time that passes is no date that somebody has set.
func TestTimeThatPassesSetsNoDateOfThePrinter(t *testing.T) {
	s := live(t, Config{Scenario: "entra/printer-in-the-year-2000"})
	const line = "clock printer '2026-03-02 09:01'"
	s.skipsTo(line, 0)
	set := func() bool { return s.steps(line)[0].Done }
	s.ask(http.MethodPost, "/clock/advance", `{"duration":"15m"}`)
	require.False(t, set())
	s.ask(http.MethodPost, "/clock/printer", `{"date":"2026-03-02 09:01"}`)
	require.True(t, set())
}

// Who takes the other remedy has done nothing of the first one: the scan after it belongs to the other.
func TestAScanAfterTheOtherRemedyIsNoneOfTheFirst(t *testing.T) {
	scan := []string{"scan", "email", "bob@fabrikam.com"}
	_, now := played(t, "exchange/sender-is-not-the-account", scan,
		[]string{
			"exchange", "Add-RecipientPermission", "reception@contoso.com", "-Trustee", "admin@contoso.com",
			"-AccessRights", "SendAs",
		}, scan)
	require.NotNil(t, now.Solved)
	done := map[scenarios.PartKind][]string{}
	for _, p := range now.Parts {
		for _, step := range p.Steps {
			if step.Done && !step.Looks {
				done[p.Kind] = append(done[p.Kind], step.Text)
			}
		}
	}
	require.Empty(t, done[scenarios.PartRemedy])
	require.Len(t, done[scenarios.PartOther], 2)
}

func TestSomebodyWhoTriesTheRemedyAtOnceHasSolvedTheCase(t *testing.T) {
	scan := []string{"scan", "email", "bob@fabrikam.com"}
	s, now := played(t, "trouble/smtp-auth-disabled", scan, scan,
		[]string{"exchange", "Set-TransportConfig", "-SmtpClientAuthenticationDisabled", "$false"}, scan, scan)
	require.NotNil(t, now.Solved)
	for _, p := range now.Parts {
		for _, step := range p.Steps {
			if p.Kind == scenarios.PartRemedy && !step.Besides {
				require.True(t, step.Done || step.Needless, step.Text)
			}
		}
	}
	status, told := s.ask("POST", "/evidence", `{"language":"en"}`)
	require.Equal(t, http.StatusOK, status, told)
	page := string(s.fetched("/evidence/page"))
	page = page[strings.Index(page, `id="ended"`):]
	page = page[:strings.Index(page, "</section>")]
	require.Contains(t, page, "Yes: solved on 2 Mar 2026")
	require.Regexp(t, `What was tried</dt><dd><ul><li>Time passed: 2 minutes.</li><li>[^<]*SMTP AUTH was enabled`, page)
	require.NotContains(t, page, "Next in the case")
}

// The account was exempted from the policy before anybody had tried to sign in again.
func TestWhatSomebodyDidBeforeItsTurnIsTicked(t *testing.T) {
	page := "Network > Email Server > Basic"
	_, now := played(t, "entra/managed-policy-turns-on", []string{"scan", "email", "bob@fabrikam.com"},
		[]string{"entra", "policy", "Block device code flow", "exclude=admin@contoso.com"},
		[]string{"webconfig", "log-in"}, []string{"webconfig", "open", page},
		[]string{"webconfig", "click", "Sign In"}, []string{"webconfig", "click", "Sign in with Microsoft"},
		[]string{"browser", "sign-in", "admin@contoso.com"}, []string{"webconfig", "open", page},
		[]string{"expect", "webconfig shows 'Current Status' 'Signed in'"}, []string{"webconfig", "click", "OK"},
		[]string{"scan", "email", "bob@fabrikam.com"})
	require.NotNil(t, now.Solved)
	for _, p := range now.Parts {
		for _, step := range p.Steps {
			if p.Kind != scenarios.PartStory && !step.Done {
				t.Log(p.Kind, step.Text, step.Why)
			}
			switch step.Text {
			case "webconfig click OK", "webconfig click 'Sign In'", "webconfig click 'Sign in with Microsoft'",
				"scan email bob@fabrikam.com":
				require.True(t, step.Done, step.Text)
			}
		}
	}
}

// The page names the organization in the cmdlet, and the connection test that stands before the remedy was passed over.
func TestWhatWasDoneIsNeverToldToBeNotNeeded(t *testing.T) {
	scan := []string{"scan", "email", "bob@fabrikam.com"}
	organization := "exchange Set-TransportConfig -SmtpClientAuthenticationDisabled $false"
	mail := "mailbox bob@fabrikam.com shows from=admin@contoso.com"
	for name, row := range map[string]struct {
		remedy []string
		done   []string
		not    []string
	}{
		"by the page's switch, which names the organization": {
			[]string{"Set-TransportConfig", "-Organization", "contoso.com", "-SmtpClientAuthenticationDisabled", "$false"},
			[]string{organization, mail},
			nil,
		},
		"typed in another way": {
			[]string{"set-transportconfig", "-smtpclientauthenticationdisabled:$FALSE"}, []string{organization, mail}, nil,
		},
		"at the mailbox instead": {
			[]string{"Set-CASMailbox", "-Identity", "admin@contoso.com", "-SmtpClientAuthenticationDisabled", "$false"},
			[]string{mail},
			[]string{organization},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, now := played(t, "trouble/smtp-auth-disabled", scan, append([]string{"exchange"}, row.remedy...), scan)
			require.NotNil(t, now.Solved)
			for _, p := range now.Parts {
				if p.Kind == scenarios.PartFurther {
					continue
				}
				for _, step := range p.Steps {
					if slices.Contains(row.done, step.Text) {
						require.True(t, step.Done, step.Text)
						require.Empty(t, step.Why, step.Text)
					}
					if slices.Contains(row.not, step.Text) || step.Text == "webconfig click Start" {
						require.True(t, step.Needless, step.Text)
					}
				}
			}
		})
	}
}

// The customer wants the second remedy: what was done of it is ticked, what stood before it is needed no more, and a
// screen of the panel that nobody opened is not said to have been seen.
func TestASecondRemedySolvesTheCase(t *testing.T) {
	scan := []string{"scan", "email", "bob@fabrikam.com"}
	grant := strings.Fields(
		"exchange Add-RecipientPermission reception@contoso.com -Trustee admin@contoso.com -AccessRights SendAs",
	)
	s, now := played(t, "exchange/sender-is-not-the-account", scan, grant, scan)
	require.NotNil(t, now.Solved)
	var done, left []string
	for _, p := range now.Parts {
		for _, step := range p.Steps {
			switch {
			case p.Kind == scenarios.PartRemedy:
				require.False(t, step.Done && step.Looks, step.Text)
			case p.Kind == scenarios.PartOther && step.Done:
				done = append(done, step.Text)
			case p.Kind == scenarios.PartOther && !step.Needless:
				left = append(left, step.Text)
			}
		}
	}
	require.Equal(t, []string{
		strings.Join(grant, " "), strings.Join(scan, " "), "mailbox bob@fabrikam.com shows from=reception@contoso.com",
	}, done)
	require.Empty(t, left)
	require.Regexp(t, `Refused[^<]*</dt><dd>.*5\.2\.252`, summaryOf(t, s))
}

// summaryOf is what the page of evidence says at its head of how it ended.
func summaryOf(t *testing.T, s *served) string {
	t.Helper()
	status, told := s.ask("POST", "/evidence", `{"language":"en"}`)
	require.Equal(t, http.StatusOK, status, told)
	_, page, found := strings.Cut(string(s.fetched("/evidence/page")), `id="ended"`)
	require.True(t, found)
	page, _, _ = strings.Cut(page, "</section>")
	return page
}

// The page of evidence tells in the order of cause and effect, and at its head what refused, by which policy.
func TestThePageOfEvidenceTellsCauseAndOrder(t *testing.T) {
	page := "Network > Email Server > Basic"
	s, _ := played(t, "trouble/sign-in-lost-by-power-off",
		[]string{"webconfig", "log-in"}, []string{"webconfig", "open", page},
		[]string{"webconfig", "click", "OK"}, []string{"power", "off"}, []string{"power", "on"})
	_ = summaryOf(t, s)
	_, told, _ := strings.Cut(string(s.fetched("/evidence/page")), `id="by-hand"`)
	at := func(pattern string) int {
		found := regexp.MustCompile(pattern).FindStringIndex(told)
		require.NotNil(t, found, pattern)
		return found[0]
	}
	require.Less(t, at(`OK was clicked`), at(`stored its settings`), "cause comes before effect")
	off := at(`k-23 to"><span class="who">[^<]*</span>The printer was switched off`)
	require.Positive(t, off, "from the person to the printer")
}

func TestTheHeadOfEvidenceNamesThePolicy(t *testing.T) {
	s, _ := played(t, "entra/managed-policy-turns-on", []string{"scan", "email", "bob@fabrikam.com"},
		[]string{"webconfig", "log-in"}, []string{"webconfig", "open", "Network > Email Server > Basic"},
		[]string{"webconfig", "click", "Sign In"}, []string{"webconfig", "click", "Sign in with Microsoft"},
		[]string{"browser", "sign-in", "admin@contoso.com"})
	require.Regexp(t, `Refused</dt><dd><a href="#e\d+">[^<]*</a><br><a href="#log">[^<]*</a>: 53003, [^<]*: <b translate="no">Block device code flow</b>`, summaryOf(t, s))
}

// Who chooses the other remedy passes over the first alone, and what is so already is said to be so at once.
func TestWhoTakesTheOtherRemedyPassesOverTheFirstAlone(t *testing.T) {
	s := live(t, Config{Seed: 7, Scenario: "exchange/sender-is-not-the-account"})
	newPerson(s, nil).does([]string{"scan", "email", "bob@fabrikam.com"})
	status, told := s.ask("POST", "/case/other", "{}")
	require.Equal(t, http.StatusOK, status, told)
	var now caseAnswer
	s.object("/case", &now)
	var passed []string
	soAlready := map[string]string{}
	for _, p := range now.Parts {
		for _, step := range p.Steps {
			if step.Skipped {
				passed = append(passed, step.Text)
			}
			if p.Kind == scenarios.PartOther && step.Needless {
				soAlready[step.Text] = step.Why
			}
		}
	}
	require.Equal(t, []string{
		"webconfig set 'Sender''s Email Address' admin@contoso.com", "webconfig click OK",
		"scan email bob@fabrikam.com", "mailbox bob@fabrikam.com shows from=admin@contoso.com",
	}, passed)
	require.Equal(t, map[string]string{
		"webconfig set 'Sender''s Email Address' reception@contoso.com": "overtaken", "webconfig click OK": "overtaken",
	}, soAlready)
	status, told = s.ask("POST", "/case/other", "{}")
	require.Equal(t, http.StatusOK, status, told)
}

// A setting that the first remedy has changed is so no more.
func TestWhatTheFirstRemedyHasSetIsToBeSetAgain(t *testing.T) {
	page := "Network > Email Server > Basic"
	s := live(t, Config{Seed: 7, Scenario: "exchange/sender-is-not-the-account"})
	p := newPerson(s, nil)
	var now caseAnswer
	for _, act := range [][]string{
		{"scan", "email", "bob@fabrikam.com"},
		{"webconfig", "log-in"},
		{"webconfig", "open", page},
		{"webconfig", "set", "Sender's Email Address", "admin@contoso.com"},
		{"webconfig", "click", "OK"},
	} {
		p.does(act)
		s.object("/case", &now)
	}
	for _, p := range now.Parts {
		for _, step := range p.Steps {
			require.False(t, p.Kind == scenarios.PartOther && (step.Needless || step.Done), step.Text)
		}
	}
}
