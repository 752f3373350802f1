package scenarios_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
	"mfpsim/sim/models"
)

// header is a right one; tests put a script behind it.
const header = `# id: chapter/name
# title: A title
# guide: Cannot Send Email
# proves: R39
# level: MUST

`

// folder writes one scenario into a source folder of its own.
func folder(t *testing.T, text string) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "chapter"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(root, "chapter", "name.txtar"), []byte(text), 0o600))
	return root
}

// playText plays one script and returns its result. A line that is refused before anything is played has failed
// too.
func playText(t *testing.T, script string) scenarios.Result {
	t.Helper()
	root := folder(t, header+script)
	results, err := scenarios.Run(t.Context(), scenarios.Options{Folder: root, Seed: 7})
	var refused *scenarios.LineError
	if errors.As(err, &refused) {
		return scenarios.Result{Verdict: report.Failed, Failure: refused.Error(), Line: refused.Line}
	}
	require.NoError(t, err)
	require.Len(t, results, 1)
	results[0].Failure = strings.ReplaceAll(results[0].Failure, root, "FOLDER")
	return results[0]
}

const (
	nothingPlayed   = "chapter/name.txtar:5: no step follows the header; a scenario plays something and says what is to be seen"
	nothingAsserted = "nothing is asserted up to here; a line with shows, count, is empty or cmp, under no condition, says what is to be seen"
)

func TestMistakesInAFileAreToldWithFileAndLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"an unknown header key": {"# id: chapter/name\n# author: me\n\n", `chapter/name.txtar:2: no header key "author" here; there are: id, title, guide, proves, level, needs, source, tags`}, "a header key twice": {"# id: chapter/name\n# id: chapter/name\n\n", `chapter/name.txtar:2: header key "id" again; it stood in line 1`}, "a missing header key": {"# id: chapter/name\n\n", `chapter/name.txtar:1: header key "title" is missing: add the line # title: one sentence`}, "another file's id": {strings.Replace(header, "chapter/name", "chapter/other", 1), `chapter/name.txtar:1: id "chapter/other" does not belong to this file; it must be "chapter/name"`}, "an unknown level": {strings.Replace(header, "MUST", "MAY", 1), `chapter/name.txtar:5: unknown level "MAY"; the levels are MUST, SHOULD`}, "an unknown rule": {strings.Replace(header, "R39", "R39 R99", 1), `chapter/name.txtar:4: unknown rule "R99"; mfpsim coverage lists the rules, and they are parted by blanks`}, "an unknown capability": {strings.Replace(header, "# level", "# needs: wings\n# level", 1), `chapter/name.txtar:5: unknown capability "wings"; there are clock, power, power-cut, memory, memory-fault, date, firmware, panel, web-config, scan, copy, job-history, status-sheet, event, print-admin-serverless, fax-server, additional-network`}, "an unknown verb": {header + "panel home\nfly home\n", `chapter/name.txtar:8: unknown verb "fly"; the verbs are browser, clock, entra, exchange, handover, jobs, lang, mailbox, memory, network, panel, power, printer, provider, scan, sheet, tenant, user, webconfig, wire, cmp, env, skip`}, "exec": {header + "exec ls\n", `chapter/name.txtar:7: exec is no verb; write one of the verbs: a scenario runs no program`}, "an empty argument": {header + "scan email ''\n", `chapter/name.txtar:7: argument 2 of scan is empty`}, "! before another verb": {header + "! scan email bob@fabrikam.com\n", `chapter/name.txtar:7: ! stands only before a line with shows; scan has none`}, "! without a blank": {header + "!panel shows x\n", `chapter/name.txtar:7: put a blank between ! and panel`},
		"nothing but a header": {header, nothingPlayed},
		"nothing but comments": {header + "# Nobody does anything.\n", nothingPlayed},
		"nothing but a golden": {header + "-- screen.txt --\npanel shows Scan\n", nothingPlayed}, "no assertion": {header + "panel home\nscan email bob@fabrikam.com\n# That was it.\n", `chapter/name.txtar:8: ` + nothingAsserted}, "a condition before the only assertion": {header + "panel home\n[needs:wings-less] panel home\n", `chapter/name.txtar:8: unknown condition [needs:wings-less]; there is [needs:X] with clock, power, power-cut, memory, memory-fault, date, firmware, panel, web-config, scan, copy, job-history, status-sheet, event, print-admin-serverless, fax-server, additional-network`},
		"an assertion under a condition": {header + "[needs:fax-server] panel shows Fax\n", `chapter/name.txtar:7: ` + nothingAsserted}, "shows in a value": {header + "webconfig enter Subject shows\n", `chapter/name.txtar:7: ` + nothingAsserted}, "a quote that stays open": {header + "panel press 'Scan\n", `chapter/name.txtar:7: a quote ' is opened and not closed; an apostrophe inside is written twice: 'Sender''s Email Address'`}, "an unknown condition": {header + "[net] panel home\n", `chapter/name.txtar:7: unknown condition [net]; there is [needs:X] with clock, power, power-cut, memory, memory-fault, date, firmware, panel, web-config, scan, copy, job-history, status-sheet, event, print-admin-serverless, fax-server, additional-network`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scenarios.Run(t.Context(), scenarios.Options{Folder: folder(t, c.text)})
			require.Error(t, err)
			first, _, _ := strings.Cut(err.Error(), "\n") // others may follow from it
			require.Equal(t, c.want, first)
		})
	}
}

func TestAChapterThatIsNoneIsToldWithThoseThatThereAre(t *testing.T) {
	text := strings.Replace(header, "Cannot Send Email", "Cannot Send Emails", 1) + "panel shows Scan\n"
	_, err := scenarios.Run(t.Context(), scenarios.Options{Folder: folder(t, text)})
	require.ErrorContains(
		t,
		err,
		`chapter/name.txtar:3: no chapter of the guide "Cannot Send Emails" here; there are: Introduction, `,
	)
	require.ErrorContains(t, err, ", Cannot Send Email, ")
}

// TestAPasswordIsNeverWritten holds that a password in a script is refused before anything is played or
// recorded, and
// not repeated.
func TestAPasswordIsNeverWritten(t *testing.T) {
	const secret = "Wiesel-4711"
	for name, line := range map[string]string{
		"into Authenticated Password":      "webconfig enter 'Authenticated Password' " + secret,
		"by set":                           "webconfig set 'authenticated password' " + secret,
		"into the field as Greek calls it": "webconfig enter 'κωδικός πρόσβασης διαχειριστή' " + secret,
		"into a field as Hindi calls it":   "panel enter 'व्यवस्थापक पासवर्ड' " + secret,
		"into a field of the panel":        "panel enter 'New Password' " + secret, "into a field that a variable names": "env FIELD='Authenticated Password'\nwebconfig enter $FIELD " + secret,
		"of the administrator of Web Config": "webconfig enter password " + secret,
		"on Microsoft's page":                "browser enter password " + secret, "behind log-in": "webconfig log-in ada " + secret,
		"behind log-in on the panel": "panel log-in ada " + secret, "in a variable": "env PASSWORD=" + secret + "\nwebconfig enter 'Authenticated Password' $PASSWORD",
		"under a condition":                          "[needs:web-config] webconfig enter password " + secret,
		"of a field whose value is split into words": "webconfig enter 'Authenticated Password' " + secret + " more",
	} {
		t.Run(name, func(t *testing.T) {
			evidence := t.TempDir()
			_, err := scenarios.Run(t.Context(), scenarios.Options{
				Folder: folder(t, header+"panel shows Scan\n"+line+"\n"), Evidence: evidence,
			})
			place := fmt.Sprintf(
				"chapter/name.txtar:%d: a password is never written",
				8+strings.Count(line, "\n"),
			)
			require.ErrorContains(t, err, place)
			require.NotContains(t, err.Error(), secret)
			left, err := os.ReadDir(evidence)
			require.NoError(t, err)
			require.Empty(t, left, "nothing was played")
		})
	}
}

func TestAFailedLineIsToldInOneShape(t *testing.T) {
	result := playText(
		t,
		"scan email bob@fabrikam.com\npanel shows 'You need to sign in to your email service.'\n",
	)
	require.Equal(t, report.Failed, result.Verdict)
	require.Equal(t, 8, result.Line)
	require.Equal(t, `FAIL chapter/name.txtar:8: panel shows 'You need to sign in to your email service.'
  not on the panel within 30 s (printer time 2026-03-02 09:00:31)
  nearest: 'The email server is not set.'   line 1 of 'Scan > Email'
  panel now:
    | Scan > Email
    | The email server is not set.
    | <OK> <Home>
  proves R39 (guide: Cannot Send Email)
  again: mfpsim run chapter/name --seed 7 --folder 'FOLDER'
`, result.Failure)
}

func TestAFailureTellsTheSentenceThatANameStandsFor(t *testing.T) {
	require.Contains(
		t,
		playText(t, "panel shows @M1\n").Failure,
		"\n  wanted: 'To use this function, you need to sign in to your email service. Please contact your administrator.'\n",
	)
}

func TestWhatAVerbRefuses(t *testing.T) {
	const ready = "tenant contoso.com smtp-auth=enabled security-defaults=off\nuser admin@contoso.com role='Cloud Application Administrator' mailbox\n"
	for name, c := range map[string]struct{ script, want string }{
		"an unknown key of the panel": {"panel press 'Coffee'\n", `no key "Coffee" here; there are: `}, "a page without logging in": {"webconfig open 'Network > Email Server > Basic'\n", "not logged in to Web Config as administrator"}, "an unknown button": {"webconfig log-in\nwebconfig click Coffee\n", `no button "Coffee" here; there are: `},
		"an unknown page": {"webconfig log-in\nwebconfig open 'Network > Coffee'\n", `no page "Coffee" here; there are: `}, "an unknown field": {"webconfig log-in\nwebconfig open 'Network > Email Server > Basic'\nwebconfig set Coffee black\n", `no field "Coffee" here; there are: Authentication Method,`}, "an unknown value": {"webconfig log-in\nwebconfig open 'Network > Email Server > Basic'\nwebconfig set 'Authentication Method' Coffee\n", `no value "Coffee" here; there are: Off,`}, "a tenant twice": {"tenant contoso.com\ntenant contoso.com\n", "contoso.com"}, "an unknown word of a tenant": {"tenant contoso.com coffee=black\n", `no word "coffee=" here; there are: smtp-auth=, security-defaults=,`},
		"an unknown value of a tenant": {"tenant contoso.com smtp-auth=perhaps\n", `no value of smtp-auth "perhaps" here; there are: enabled, disabled`}, "an unknown role": {"tenant contoso.com\nuser a@contoso.com role='Emperor'\n", "Cloud Application Administrator"}, "an unknown cmdlet": {ready + "exchange Get-Coffee\n", "exchange Get-Coffee: "},
		"an unknown word of an application": {ready + "entra application Tool colour=red\n", `no word "colour=" here`}, "an audience that is none": {ready + "entra application Tool audience=friends\n", `no value of audience "friends" here; there are: one-tenant,`}, "a permission that is none": {ready + "entra application Tool requests=SMTP.Fly\n", "Microsoft Graph has no delegated permission"}, "a resource without an id": {ready + "entra resource Tool roots=api://x\n", "is not a GUID"},
		"consent to nobody": {ready + "entra consent Tool\n", `no application "Tool" here`}, "admin consent to nobody": {ready + "browser admin-consent Tool\n", `no application "Tool" here`},
		"an unknown message":         {"panel shows @M9\n", `no message "@M9" here; there are: @M1, @M2,`},
		"a variable that is not set": {"panel press $coffee\n", "argument 2 is empty: $coffee is not set"}, "a date that has gone": {"clock to 2025-01-01\n", "true time does not go back: it is 2026-03-02 09:00:00"},
		"a time that is none": {"clock +soon\n", `"soon" is no length of time; write 90s, 15m, 2h30m, 91d or 1w`}, "a sheet that was not printed": {"sheet shows Email\n", "no status sheet was printed yet"}, "To My Email": {"scan to-my-email\n", `no key "To My Email" here; there are: Copy, Scan, Settings, Job/Status`},
		"a fault of nobody": {"network moon unreachable\n", `no party "moon" here; there are: entra, smtp, printer, mail, maker, pop3, proxy, time`}, "an unknown fault": {"network smtp sleepy\n", "sleepy"}, "a point that is none": {"network smtp silent at=write:0\n", "at=write:0 is no point; write at=write:3 or at=read:3"}, "two words of a fault that are none": {"network smtp slow at=read:1 delay=soon times=often\n", `"soon" is no length of time`}, "a fault that nobody met": {"network smtp reset after=100 times=1\npanel home\n", "at the end: armed and never met: smtp reset after 100 bytes, "}, "an answer that nobody got": {"entra answer html\npanel home\n", "at the end: armed and never met: entra answers html"}, "a mailbox that is not empty": {ready + "printer sign-in admin@contoso.com\nscan email bob@fabrikam.com\nmailbox bob@fabrikam.com is empty\n", "1 mails, not 0"}, "a key that anybody may press": {"panel refuses Settings\n", `"Settings" is not kept for administrators`},
		"a forged link": {"webconfig go 192.0.2.10\nwebconfig forge 'Log in'\n", "the button belongs to no form"}, "an unknown word of a forgery": {"webconfig log-in\nwebconfig forge OK strange\n", `no word "strange" here; there are: stranger`}, "a job that is not there": {"jobs 7 shows Email\n", "not on the job history within 30 s"},
		"jobs that were not":         {"jobs count 2\n", "0 jobs, not 2"},
		"originals without a number": {"scan originals\n", "originals pages=N"}, "a consent that nobody gave": {ready + "webconfig log-in\nwebconfig open 'Network > Email Server > Basic'\nwebconfig set 'Authentication Method' OAuth2\nwebconfig click 'Sign In'\nwebconfig click 'Sign in with Microsoft'\nbrowser sign-in admin@contoso.com\n", "browser sign-in: the page asks for a consent"},
		"a password of no length": {"webconfig log-in\nwebconfig open 'Network > Email Server > Basic'\nwebconfig enter password length=0\n", "a password has 1 to 1000 letters"}, "a password before an account": {"browser enter password\n", "begin with: browser enter account A"}, "a code before it was copied": {"browser enter code\n", "no code was copied; begin with: webconfig copy code"},
		"what is on the surface after!": {"panel home\n! panel shows Scan\n", "it is on the panel"}, "a memory that has what it must not": {ready + "printer sign-in admin@contoso.com\nmemory has no admin@contoso.com\n", `the memory has "admin@contoso.com": byte `}, "a memory that lacks what it must have": {"memory has admin@contoso.com\n", `the memory has no "admin@contoso.com"; it holds `},
		"a power cut that no write meets": {"power cut at=write:9\nscan copy\n", "at the end: armed and never met: printer power cut at=write:9: 1 writes since"}, "a fault that no write meets": {"memory refuses writes times=2\nscan copy\n", "at the end: armed and never met: printer memory refuses writes times=2"},
		"a part of no write": {"power cut byte=4\n", "byte= needs at=write:N"}, "an error of a printer that is on, with a cut armed": {"power cut at=write:9\npanel press Fax\n", `no key "Fax" here`},
		"a look at the memory for nothing": {"memory has secrets\n", "not understood; write memory has WORD"}, "an unknown date of a mail": {"mailbox a@contoso.com shows date=2026-03-02\n", `no value of date "2026-03-02" here; there are: now`}, "a tint that is no color": {"mailbox a@contoso.com shows tint=red\n", `"red" is no color such as c81e1e`}, "an unknown word of a mail": {"mailbox a@contoso.com shows colour=red\n", `no word "colour=" here; there are: from=, to=, subject=,`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := playText(t, "panel shows Scan\n"+c.script)
			require.Equal(t, report.Failed, result.Verdict)
			require.Contains(t, result.Failure, c.want)
			require.Equal(t, 7+strings.Count(c.script, "\n"), result.Line)
		})
	}
}

func TestWordsOfPowerShellStandForThemselves(t *testing.T) {
	result := playText(
		t,
		"tenant contoso.com\nexchange Set-TransportConfig -SmtpClientAuthenticationDisabled $false\nexchange Get-TransportConfig\npanel shows Scan\n",
	)
	require.Equal(t, report.Passed, result.Verdict, result.Failure)
}

func TestGoldensAreComparedAndRewritten(t *testing.T) {
	root := folder(t, header+"panel home\ncmp stdout screen.txt\n-- screen.txt --\nanother screen\n")
	options := scenarios.Options{Folder: root, Seed: 7}
	results, err := scenarios.Run(t.Context(), options)
	require.NoError(t, err)
	require.Equal(t, report.Failed, results[0].Verdict)
	require.Equal(t, 8, results[0].Line)
	require.Contains(t, results[0].Failure, "FAIL chapter/name.txtar:8: cmp stdout screen.txt\n")
	require.Contains(t, results[0].Failure, "-| ")
	require.NotContains(t, strings.ReplaceAll(results[0].Failure, root, "FOLDER"), os.TempDir())

	options.Update = true
	_, err = scenarios.Run(t.Context(), options)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "chapter", "name.txtar"))
	require.NoError(t, err)
	require.NotContains(t, string(text), "another screen")
	require.True(t, strings.HasPrefix(string(text), header))
	options.Update = false
	results, err = scenarios.Run(t.Context(), options)
	require.NoError(t, err)
	require.Equal(t, report.Passed, results[0].Verdict, results[0].Failure)
}

func TestLatencyMovesTheTimesOfDayInAGoldenAndNothingElse(t *testing.T) {
	const sends = `tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
printer sign-in admin@contoso.com
scan email bob@fabrikam.com
jobs 1 shows Completed
jobs screen
cmp stdout jobs.txt
`
	root := folder(t, header+sends)
	_, err := scenarios.Run(t.Context(), scenarios.Options{Folder: root, Seed: 7, Update: true})
	require.NoError(t, err)
	late := scenarios.Options{Folder: root, Seed: 7, Latency: 300 * time.Millisecond}
	results, err := scenarios.Run(t.Context(), late)
	require.NoError(t, err)
	require.Equal(t, report.Passed, results[0].Verdict, results[0].Failure)

	file := filepath.Join(root, "chapter", "name.txtar")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), " | bob@", " | rob@", 1)), 0o600))
	results, err = scenarios.Run(t.Context(), late)
	require.NoError(t, err)
	require.Equal(t, report.Failed, results[0].Verdict)
	late.Update = true
	_, err = scenarios.Run(t.Context(), late)
	require.EqualError(t, err, "goldens are those of a bench without latency: leave --latency and --jitter out")
}

func TestOptionsThatCannotBeAreRefusedBeforehand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	known, err := models.Embedded()
	require.NoError(t, err)
	noModel := (&choice.Error{What: "model", Wanted: "MFP-9999", Present: known.Names()}).Error()
	languages, err := lab.Languages("")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		options scenarios.Options
		want    string
	}{
		"an unknown language":             {scenarios.Options{Language: "tlh"}, `unknown language "tlh"; there are ` + strings.Join(languages, ", ")},
		"an unknown model":                {scenarios.Options{Model: "MFP-9999"}, noModel},
		"goldens of another model":        {scenarios.Options{Update: true, Folder: ".", Model: "MFP-4100"}, "goldens are rewritten on the default model only: leave --model out"},
		"a pattern that fits nothing":     {scenarios.Options{Patterns: []string{"nothing/*"}}, "no scenario fits \"nothing/*\"; `mfpsim list` shows them"},
		"an empty pattern":                {scenarios.Options{Patterns: []string{""}}, "an empty pattern picks nothing"},
		"a negative repetition":           {scenarios.Options{Repeat: -1}, "a scenario cannot be repeated -1 times"},
		"goldens without a source folder": {scenarios.Options{Update: true}, "goldens are rewritten in a source folder only; name it with --folder"},
		"a folder that is not there":      {scenarios.Options{Folder: "nowhere"}, "no source folder nowhere"},
		"evidence into a file":            {scenarios.Options{Evidence: file, Patterns: []string{"setup/exchange-online"}}, "evidence folder " + file + ": is a file, not a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			results, err := scenarios.Run(t.Context(), c.options)
			require.EqualError(t, err, c.want)
			require.Empty(t, results)
		})
	}
}

func TestARepeatedScenarioIsComparedWithItself(t *testing.T) {
	results, err := scenarios.Run(
		t.Context(), scenarios.Options{Patterns: []string{"trouble/sign-in-not-saved"}, Seed: 7, Repeat: 3},
	)
	require.NoError(t, err)
	require.True(t, results[0].Passed, results[0].Failure)
}

func TestAScenarioThatTheDeviceCannotPlayIsSkipped(t *testing.T) {
	text := strings.Replace(header, "# level", "# needs: additional-network\n# level", 1)
	results, err := scenarios.Run(t.Context(), scenarios.Options{Folder: folder(t, text+"panel shows Scan\n")})
	require.NoError(t, err)
	require.Equal(t, report.Skipped, results[0].Verdict)
	require.Equal(t, "needs additional-network, which this device does not have", results[0].Failure)
}

func TestNamesDoNotMultiplyWithoutEnd(t *testing.T) {
	ten := strings.Repeat("$A", 10)
	for name, c := range map[string]struct{ script, want string }{
		"each of them ten times the last":   {"env A=0123456789\n" + strings.Repeat("env A="+ten+"\n", 9), "is longer than 64 KiB together"},
		"one of them on one line too often": {"env A=" + strings.Repeat("x", 60_000) + "\npanel press $A$A\n", "is longer than 64 KiB together"},
		"many of them": {
			"env A=" + strings.Repeat("x", 60_000) + "\nenv " + strings.Join(strings.Split("BCDEFGHIJKLMNOPQRS", ""), "=$A\nenv ") + "=$A\n",
			"is longer than 1 MiB together",
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, playText(t, c.script+"panel shows Scan\n").Failure, c.want)
		})
	}
	long := "env A=" + strings.Repeat("x", 60_000) + "\nenv A=y\n"
	again := playText(t, strings.Repeat(long, 30)+"panel shows Scan\n")
	require.Equal(t, report.Passed, again.Verdict, "what is set anew does not add up")
}
