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

func TestANewScenarioIsAcceptedAndPasses(t *testing.T) {
	root := t.TempDir()
	file, err := scenarios.Skeleton(root, "power-fails-twice", "")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(root, "own", "power-fails-twice.txtar"), file)
	s, err := scenarios.CheckFile(file)
	require.NoError(t, err)
	require.Equal(t, "own/power-fails-twice", s.ID)
	_, err = scenarios.Skeleton(root, "setup/first", "Setting Up OAuth2.0 Authentication for the Email Server")
	require.NoError(t, err)
	results, err := scenarios.Run(t.Context(), scenarios.Options{Folder: root, Seed: 7})
	require.NoError(t, err)
	require.Len(t, results, 2)
	for _, r := range results {
		require.Equal(t, report.Passed, r.Verdict, r.Failure)
	}
	_, err = scenarios.Skeleton(root, "power-fails-twice", "")
	require.ErrorContains(t, err, "is there already; choose another name")
	_, err = scenarios.Skeleton(root, "Own/Story", "")
	require.ErrorContains(t, err, "write folder/name in small letters")
	_, err = scenarios.Skeleton(root, "../story", "")
	require.ErrorContains(t, err, "write folder/name in small letters")
	_, err = scenarios.Skeleton(root, "own/other", "Cannot Send Emails")
	require.ErrorContains(t, err, "the nearest is Cannot Send Email")
}

func TestCheckTellsEveryMistakeWithItsLine(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "own", "story.txtar")
	require.NoError(t, os.Mkdir(filepath.Dir(file), 0o700))
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write("# id: own/story\n# title: A story\n# guide: Cannot send mail\n# proves: R40, R99\n\npanle press Scan\n" +
		"webconfig click \"Log in\"\nclock 91d\ncmp stdout screen.txt\n")
	_, err := scenarios.CheckFile(file)
	require.Error(t, err)
	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, 7)
	for i, want := range []string{
		`:3: no chapter of the guide "Cannot send mail"`, `:4: header key "level" is missing: add the line # level: MUST`,
		`:4: unknown rule "R40,"`, `:4: unknown rule "R99"`, `:6: unknown verb "panle"`,
		`:7: " is no quotation mark here`, `:8: write clock +91d`,
	} {
		require.Contains(t, lines[i], file+want)
	}
	write(header3("own/story") + "panel home\ncmp stdout screen.txt\n")
	_, err = scenarios.CheckFile(file)
	require.ErrorContains(t, err, file+":8: there is no file screen.txt in this scenario yet: run it with --folder DIR --update")
	write("\ufeff" + header3("own/story") + "panel shows Scan\n")
	_, err = scenarios.CheckFile(file)
	require.EqualError(t, err, file+":1: the file begins with a byte order mark; save it as UTF-8 without one")
	write("\xff\xfe")
	_, err = scenarios.CheckFile(file)
	require.ErrorContains(t, err, "is no text in UTF-8")
	_, err = scenarios.CheckFile(filepath.Join(root, "none.txtar"))
	require.ErrorContains(t, err, "cannot be read")
}

func header3(id string) string { return strings.Replace(header, "chapter/name", id, 1) }

func TestABeginnersMistakeIsToldWithWhatToDo(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"double quotes":                     {`webconfig click "Log in"`, `" is no quotation mark here: write 'Log in'`},
		"quotation marks of a word program": {`webconfig click “Log in”`, `“ is no quotation mark here`},
		"an apostrophe":                     {"webconfig set Sender's x", "an apostrophe inside is written twice"},
		"several words without quotes":      {"webconfig click Log in", "a name of several words stands in quotes: webconfig click 'Log in'"},
		"a path without quotes":             {"panel press Scan > Email", "a path is one word, in quotes: 'Scan > Email'"},
		"a value that is missing":           {"panel enter To", "enter what? the value is missing: write panel enter 'To' VALUE"},
		"a verb in capitals":                {"Panel press Scan", "verbs are written small: panel"},
		"a verb with a slip":                {"panle press Scan", "the nearest is panel"},
		"a verb of another language":        {"sleep 10", "write clock +10s; and shows waits by itself"},
		"a command":                         {"exec mfpsim", "a scenario runs no program"},
		"an act with a slip":                {"webconfig clik OK", "the nearest is click"},
		"an act in the singular":            {"jobs show Email", "the nearest is shows"},
		"an act that wants more":            {"scan email", "write scan email ADDRESS…"},
		"time without a plus sign":          {"clock 91d", "write clock +91d"},
		"time in two words":                 {"clock +91 d", "a length of time is one word: clock +91d"},
		"a party by its other name":         {"network exchange silent", "write smtp for Exchange Online"},
		"a mailbox without an address":      {"mailbox bob is empty", `"bob" is no address; write mailbox bob@fabrikam.com`},
		"a value of several words":          {"mailbox b@b.com shows subject=Two words", "a value of several words stands in quotes"},
		"nothing to be shown":               {"panel shows", "shows what? the words are missing"},
		"a denial that cannot be":           {"! jobs count 1", "! stands only before a line with shows"},
		"a date":                            {"clock to tomorrow", `"tomorrow" is no date; write 2026-03-02`},
		"a message that is none":            {"panel shows @M9", `no message "@M9"`},
		"a party that is none":              {"network entar silent", `no party "entar" here; there are: entra, smtp, printer`},
		"text in place of a truth":          {"exchange Set-TransportConfig -SmtpClientAuthenticationDisabled true", `cannot be "true"; write $true`},
		"a button with a slip":              {"webconfig log-in\nwebconfig click Staus", "the nearest is "},
		"a page that is not open":           {"webconfig log-in\nwebconfig set Port 1", "write webconfig open PATH before it"},
		"nobody is logged in":               {"webconfig open 'Network > Email Server'", "write webconfig log-in before it"},
		"a printer that is off":             {"power off\nscan email b@b.com", "the device is switched off; write power on before it"},
		"a role that is not enough":         {"user x@contoso.com mailbox\nprinter sign-in x@contoso.com", "give it role='Cloud Application Administrator'"},
		"no page of Microsoft":              {"browser click Next", "begin with: webconfig follow url"},
		"a golden that is not there":        {"panel home\ncmp stdout screen.txt", "run it with --folder DIR --update"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := playText(t, "tenant contoso.com smtp-auth=enabled\n"+c.line+"\njobs count 0\n")
			require.Contains(t, r.Failure, c.want)
		})
	}
}

func TestUpdateWritesAGoldenThatIsMissing(t *testing.T) {
	root := folder(t, header+"panel home\ncmp stdout screen.txt\n")
	o := scenarios.Options{Folder: root, Seed: 7, Update: true}
	for _, update := range []bool{true, false} {
		o.Update = update
		results, err := scenarios.Run(t.Context(), o)
		require.NoError(t, err)
		require.Equal(t, report.Passed, results[0].Verdict, results[0].Failure)
	}
	text, err := os.ReadFile(filepath.Join(root, "chapter", "name.txtar"))
	require.NoError(t, err)
	require.Contains(t, string(text), "\n-- screen.txt --\n| Home")
}

func TestScenariosArePickedByTagAndRule(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	ids := func(picked []scenarios.Scenario) (found []string) {
		for _, s := range picked {
			found = append(found, s.ID)
		}
		return found
	}
	picked, err := scenarios.Picked(all, nil, []string{"8b", "handover"}, []string{"R40"})
	require.NoError(t, err)
	require.Contains(t, ids(picked), "trouble/sign-in-not-saved")
	require.NotContains(t, ids(picked), "trouble/expired-by-disuse")
	for _, s := range picked {
		require.Contains(t, s.Tags(), "8b")
		require.Contains(t, s.Proves, "R40")
	}
	_, err = scenarios.Picked(all, nil, []string{"hadover"}, nil)
	require.ErrorContains(t, err, "the nearest is handover")
	_, err = scenarios.Picked(all, nil, nil, []string{"R99"})
	require.ErrorContains(t, err, `no rule "R99" here`)
	_, err = scenarios.Picked(all, []string{"fax"}, []string{"8c"}, nil)
	require.ErrorContains(t, err, "no scenario has all that was asked for")
	own, err := scenarios.Parse("chapter/name.txtar", "# tags: smoke nightly\n"+header)
	require.NoError(t, err)
	require.Subset(t, own.Tags(), []string{"smoke", "nightly", "chapter", "must", "8b"})
}
