package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/defects"
	"mfpsim/fakeentra"
	"mfpsim/scenarios"
	"mfpsim/sim/models"
)

func run(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = execute(context.Background(), args, &o, &e)
	return code, o.String(), e.String()
}

func TestMisuseIsExitCodeTwoWithAClearMessage(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	beside := t.TempDir()
	binary, link := filepath.Join(beside, "binary"), filepath.Join(beside, "link")
	require.NoError(t, os.WriteFile(binary, []byte("\xff\xfe\x00"), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(folder, "none", "junit.xml"), link))
	known, err := models.Embedded()
	require.NoError(t, err)
	noModel := (&choice.Error{What: "model", Wanted: "MFP-9999", Present: known.Names()}).Error()
	for _, test := range []struct {
		name    string
		args    []string
		message string
	}{
		{"nothing", nil, `expected one of "run", "list"`},
		{"an unknown command", []string{"frob"}, "unexpected argument frob"},
		{"an unknown flag", []string{"run", "--frob"}, "unknown flag --frob"},
		{"an empty argument", []string{"run", ""}, "an empty argument"},
		{"a seed that is no number", []string{"run", "--seed", "x"}, "--seed: expected a valid 64 bit uint"},
		{"an unknown scenario", []string{"run", "nothing/here"}, `no scenario fits "nothing/here"`},
		{"an unknown language", []string{"run", "--lang", "xx"}, `unknown language "xx"`},
		{"an unknown model", []string{"run", "--model", "MFP-9999"}, noModel},
		{"an unknown model to serve", []string{"serve", "--model", "MFP-9999"}, noModel},
		{"no repetition", []string{"run", "--repeat", "0"}, "a scenario is played once at least"},
		{"patience that is no time", []string{"run", "--patience=-1s"}, "time does not go back"},
		{"a baseline that is not there", []string{"run", "--baseline", filepath.Join(folder, "none.yaml")}, "none.yaml: no such file"},
		{"a baseline that is none", []string{"run", "--baseline", binary}, "binary: "},
		{"a core that is not there", []string{"run", "--core", "/nowhere/core"}, "--core: fork/exec /nowhere/core: no such file"},
		{"a core that speaks something else", []string{"serve", "--core", "echo hello"}, `--core: the answer to "boot" is no JSON object`},
		{"a command line that does not end", []string{"run", "--core", "'core"}, "--core: a ' is not closed"},
		{"no benches", []string{"run", "--parallel=-1"}, "not a number of benches"},
		{"an evidence folder that is a file", []string{"run", "--evidence", file}, "is a file, not a folder"},
		{"a JUnit file below a file", []string{"run", "--junit", filepath.Join(file, "a.xml")}, "not a directory"},
		{"a JUnit file that is a folder", []string{"run", "--junit", folder}, "is a folder, not a file"},
		{"a JUnit file in the folder of the evidence", []string{"run", "--evidence", folder, "--junit", filepath.Join(folder, "manifest.json")}, "lies in the folder of the evidence"},
		{"a JUnit file in a folder of the evidence that is missing", []string{"run", "--evidence", filepath.Join(folder, "none"), "--junit", filepath.Join(folder, "none", "trouble", "..", "a.xml")}, "lies in the folder of the evidence"},
		{"a JUnit file that a link leads into the evidence", []string{"run", "--evidence", filepath.Join(folder, "none"), "--junit", link}, "lies in the folder of the evidence"},
		{"an authority's file in the folder of the evidence", []string{"serve", "--evidence", folder, "--ca", filepath.Join(folder, "ca.pem")}, "lies in the folder of --evidence"},
		{"an authority's file that is a folder", []string{"serve", "--ca", folder}, "it is a folder"},
		{"a memory in the folder of the evidence", []string{"serve", "--evidence", folder, "--flash", filepath.Join(folder, "flash")}, "neither may lie in the other"},
		{"a script that is a folder", []string{"serve", "--script", folder}, "cannot be read: it is a folder"},
		{"a script that is not there", []string{"serve", "--script", filepath.Join(folder, "none")}, "cannot be read: no such file or directory"},
		{"a script without end", []string{"serve", "--script", "/dev/zero"}, "cannot be read: it is longer than 1 MiB"},
		{"a script that is no text", []string{"serve", "--script", binary}, "cannot be read: it is no text in UTF-8"},
		{"a day that is none", []string{"run", "--as-of", "yesterday"}, `--as-of: "yesterday" is no date`},
		{"a day before the first", []string{"run", "--as-of", "2019-01-01"}, "--as-of: nothing is known of Entra ID as of 2019-01-01"},
		{"a day before the first to serve", []string{"serve", "--as-of", "2019-01-01"}, "--as-of: nothing is known of Entra ID as of 2019-01-01"},
		{"no source folder", []string{"run", "--folder", filepath.Join(folder, "none")}, "no source folder"},
		{"an unknown scenario to list", []string{"list", "none"}, `no scenario fits "none"`},
		{"nothing to explain", []string{"explain", " "}, "explain what?"},
		{"an unknown scenario to serve", []string{"serve", "--scenario", "none"}, `no scenario fits "none"`},
		{"a start that is no date", []string{"serve", "--start", "soon"}, `--start: "soon" is no date`},
		{"a password without an account", []string{"serve", "--password", "Chosen-1"}, "--password: expected"},
		{"a password for nobody", []string{"serve", "--password", "nobody@contoso.com=Chosen-1"}, "--password: there is no nobody@contoso.com"},
		{"two beginnings", []string{"serve", "--ready", "--script", "a.txt"}, "--ready and --script: a bench begins in one way"},
		{"a port that is none", []string{"serve", "--smtp-port", "99999"}, "a port is a number from 0 to 65535"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, out, errs := run(test.args...)
			require.Equal(t, exitUsage, code)
			require.Empty(t, out)
			require.Contains(t, errs, test.message)
		})
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, left, 1, "something was left half-written")
}

func TestVersionAndHelpAreExitCodeZero(t *testing.T) {
	code, out, _ := run("--version")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "mfpsim "+version)
	code, out, _ = run("run", "--help")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "--evidence=DIR")
}

func TestRunPrintsATableAndWritesJUnitAndEvidence(t *testing.T) {
	folder := t.TempDir()
	junit := filepath.Join(folder, "junit.xml")
	code, out, errs := run(
		"run", "trouble/sign-in-not-saved", "--seed", "7", "--evidence", filepath.Join(folder, "evidence"), "--junit",
		junit, "--repeat", "2",
	)
	require.Equal(t, exitOK, code, out+errs)
	require.Contains(t, out, "passed   MUST    trouble/sign-in-not-saved")
	require.Contains(t, out, "1 scenarios: 1 passed, 0 failed")
	text, err := os.ReadFile(junit)
	require.NoError(t, err)
	require.Contains(t, string(text), "<testsuite ")
	_, err = os.Stat(filepath.Join(folder, "evidence", "trouble", "sign-in-not-saved", "journal.jsonl"))
	require.NoError(t, err)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, left, 2)
}

func TestFailedScenarioIsExitCodeOneAndToldInFull(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "trouble"), 0o755)) //nolint:gosec // a test's own folder
	text := "# id: trouble/wrong\n# title: It fails\n# guide: Introduction\n# proves: R1\n# level: MUST\n\npanel shows 'Purple'\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "trouble", "wrong.txtar"), []byte(text), 0o600))
	code, out, _ := run("run", "--folder", folder)
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "FAIL trouble/wrong.txtar:7: panel shows 'Purple'")
	require.Contains(t, out, "1 scenarios: 0 passed, 1 failed")
}

func TestAnUnknownPolicyIsWarnedOfByName(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "entra"), 0o755)) //nolint:gosec // a test's own folder
	export, err := os.ReadFile("../../fakeentra/testdata/policies/device-filter.json")
	require.NoError(t, err)
	text := "# id: entra/filter\n# title: A device filter\n# guide: Introduction\n# proves: R1\n# level: MUST\n\n" +
		"tenant contoso.com\nentra policy 'CA310' export.json\npanel shows Scan\n-- export.json --\n" + string(export)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "entra", "filter.txtar"), []byte(text), 0o600))
	junit := filepath.Join(t.TempDir(), "junit.xml")
	code, out, errs := run("run", "--folder", folder, "--junit", junit)
	require.Equal(t, exitOK, code, out+errs)
	const warning = `warning: entra/filter: the policy "CA310" is unknown, it neither blocks nor grants, and no rule is proved: ` +
		"not simulated: conditions.devices\n"
	require.True(t, strings.HasSuffix(out, warning), out)
	cases, err := os.ReadFile(junit)
	require.NoError(t, err)
	require.Contains(t, string(cases), `<property name="proves" value="">`)
	require.Contains(t, string(cases), `<property name="warning" value="the policy`)
}

func TestListShowsScenariosPlainAndByTheGuidesChapters(t *testing.T) {
	code, out, _ := run("list", "setup")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "setup/exchange-online")
	require.NotContains(t, out, "trouble/")
	code, out, _ = run("list", "--guide")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "Enabling SMTP AUTH in Exchange Online\n")
	require.Contains(t, out, "mfpsim run trouble/smtp-auth-disabled")
}

func TestCoverageTellsWhatIsProvedAndFailsWhereNothingIs(t *testing.T) {
	proofs := map[string][]defects.Proof{
		"R1": {{Defect: "wrong-one", Scenarios: []string{"a/b"}}},
		"R6": {{Defect: "wrong-six", Scenarios: []string{"a/b"}, Stale: true}},
		"R7": {{Defect: "wrong-six", Scenarios: []string{"a/b"}, Stale: true}, {Defect: "wrong-seven", Scenarios: []string{"a/b"}}},
	}
	text, wrong := coverage([]scenarios.Rule{
		{ID: "R1", Sentence: "one", Kind: scenarios.RuleBehaviour, ProvedBy: []string{"a/b"}},
		{ID: "R2", Sentence: "two", Kind: scenarios.RuleBehaviour},
		{ID: "R3", Sentence: "three", Kind: scenarios.RuleBehaviour, Open: "later"},
		{ID: "R4", Sentence: "four", Kind: scenarios.RuleBehaviour, Open: "later", ProvedBy: []string{"a/c"}},
		{ID: "R5", Sentence: "five", Kind: scenarios.RuleDocument, Where: "README.md"},
		{ID: "R6", Sentence: "six", Kind: scenarios.RuleBehaviour, ProvedBy: []string{"a/b"}},
		{ID: "R7", Sentence: "seven", Kind: scenarios.RuleBehaviour, ProvedBy: []string{"a/b"}},
	}, proofs)
	require.Equal(
		t,
		[]string{
			"R2 is proved by no scenario: two", "R4 is listed as open (later), but a/c proves it: take it off the list",
		},
		wrong,
	)
	require.Contains(t, text, "R1   proved   one\n     wrong-one → a/b\n")
	require.Contains(t, text, "R6   stale    six\n     wrong-six → a/b (stale: what it rests on has changed)\n")
	require.Contains(t, text, "7 rules: 2 proved, 1 stale, 1 only claimed, 1 carried by a document, 1 open, 1 without a scenario\n")
	code, out, errs := run("coverage")
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "R39")
	require.Contains(t, out, "The source is not at hand")
	code, _, errs = run("coverage", "--source", t.TempDir())
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "is not the source of mfpsim")
	code, out, _ = run("coverage", "--source", "../..")
	require.Equal(t, exitOK, code)
	require.NotContains(t, out, "The source is not at hand")
}

func TestExplainKnowsCodesNumbersRepliesAndMessages(t *testing.T) {
	for _, test := range []struct {
		name  string
		words []string
		want  []string
	}{
		{"a code of the job history", []string{"360"}, []string{"360 (code of the job history): Not connected", "What to do first: In Web Config", "Solution in the guide's table of codes:", "Remedy: In Web Config, open Network > Email Server > Basic and click OK there.", "mfpsim serve --scenario trouble/sign-in-not-saved"}},
		{"an AADSTS number", []string{"AADSTS53003"}, []string{"Conditional Access", "How sure: captured", "Shown by"}},
		{"a number that was only reported", []string{"AADSTS50058"}, []string{"silent sign-in", "How sure: reported by users", "Source: public log"}},
		{"an AADSTS number on the printer", []string{"AADSTS53003"}, []string{"On the printer: 370", "check the conditional access policies", "trouble/conditional-access-block"}},
		{"a message of Entra ID", []string{"Access has been blocked by Conditional Access"}, []string{"AADSTS53003 (answer of Entra ID):"}},
		{"an enhanced status code alone", []string{"5.7.139"}, []string{"trouble/smtp-auth-disabled", "trouble/password-method-refused"}},
		{"a message of the mail server", []string{"SendAsDenied;"}, []string{"554 (answer of the mail server): 5.2.252", "exchange/sender-is-not-the-account"}},
		{"the bare number", []string{"700082"}, []string{"AADSTS700082 (answer of Entra ID):"}},
		{"an SMTP reply", []string{"535 5.7.139"}, []string{"SmtpClientAuthentication is disabled for the Tenant", "trouble/smtp-auth-disabled"}},
		{"an SMTP reply in two words with its text", []string{"535", "5.7.139", "Authentication unsuccessful, basic"}, []string{"basic authentication is disabled"}},
		{"the beginning of a message", []string{"to use this function, you need"}, []string{"message of the printer: To use", "How sure: in the guide's own words", "On the printer: 360"}},
		{"a message with placeholders beside it", []string{"The authentication is complete."}, []string{"message of the printer: The authentication is complete"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, out, errs := run(append([]string{"explain"}, test.words...)...)
			require.Equal(t, exitOK, code, errs)
			for _, want := range test.want {
				require.Contains(t, out, want)
			}
		})
	}
	_, out, _ := run("explain", "361")
	require.Contains(t, out, "trouble/expired-by-disuse")
	require.NotContains(t, out, "entra/unreachable", "a comment or the absence of a code shows nothing")
	_, out, _ = run("explain", "381")
	require.Contains(t, out, "trouble/memory-takes-no-token", "where the result stands before the code")
	_, out, _ = run("explain", "382")
	require.Contains(t, out, "entra/application-disabled", "where the code is quoted")
	require.Contains(t, out, "entra/number-that-nobody-knows", "where it is not")
	_, out, _ = run("explain", "consent_required")
	require.Contains(t, out, "AADSTS65001 (answer of Entra ID): The user or administrator has not consented")
	_, out, _ = run("explain", "53003")
	require.NotContains(t, out, "AADSTS530036", "530036 is another number")
	_, out, _ = run("explain", "--lang", "el", "360")
	require.Contains(t, out, "Τι να κάνετε: Στο Web Config, ανοίξτε Δίκτυο > Διακομιστής Email > Βασικό και κάντε κλικ στο OK.")
	asked = strings.NewReader("“Error code\n361”\n")
	_, out, _ = run("explain", "-")
	require.Contains(t, out, "361 (code of the job history)")
	code, out, errs := run("explain", "--doors", "refresh_token", "consumers", "work")
	require.Equal(t, exitOK, code, errs)
	require.Regexp(t, `token refresh_token +v2 +- +consumers +work +both +AADSTS7000012 +captured +sasl-xoauth2#54`, out)
	require.Contains(t, out, "2 doors, of which 0 are ours: --strict-doors refuses those.")
	code, out, _ = run("explain", "--doors")
	require.Equal(t, exitOK, code)
	require.Equal(t, len(fakeentra.Doors())+3, strings.Count(out, "\n"))
	code, _, errs = run("explain", "--doors", "garage")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, `no door has the words "garage"; without words all are shown`)
	code, out, errs = run("explain", "xyzzy")
	require.Equal(t, exitFailed, code)
	require.Empty(t, out)
	require.Contains(t, errs, `nothing is known of "xyzzy"`)
	code, _, errs = run("explain", "Connnection test was succesfull")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "did you mean: Connection test was successful.")
}

func TestAnEmptyVariableIsNone(t *testing.T) {
	for _, name := range []string{
		"WEB_CONFIG_PORT", "PANEL_PORT", "ENTRA_PORT", "SMTP_PORT", "MX_PORT", "CONTROL_PORT", "TOKEN",
	} {
		t.Setenv("MFPSIM_"+name, "")
	}
	code, _, errs := run("serve", "--model", "MFP-9999")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "MFP-9999", "and nothing of the variables")
	t.Setenv("MFPSIM_SMTP_PORT", "none")
	code, _, errs = run("serve")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "MFPSIM_SMTP_PORT")
}
