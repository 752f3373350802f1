package scenarios_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/guide"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// The scenarios that look at the guide's words.
const (
	wordsScenario = "status/words-in-each-language"
	codesScenario = "trouble/codes-in-each-language"
	// of a model with an additional network
	networkScenario = "setup/additional-network"
	// of a model with a fax server
	faxScenario = "fax/sign-in-at-the-provider"
)

// neverShown are words that the printers of this program show nowhere: Web Config, which would, has no Hindi.
var neverShown = map[string][]string{
	"hi": {"label.administrator-password", "label.authentication-code", "label.job-history", "label.standard-network"},
}

const messagesFolder = "../sim/locale/messages"

// withMessages is a bench whose printers have other message files.
func withMessages(t *testing.T, change func(files fstest.MapFS)) func(*lab.Config) {
	t.Helper()
	files := fstest.MapFS{}
	maps.Copy(files, together(t, messagesFolder).(fstest.MapFS))
	for _, language := range guide.Languages() {
		require.Contains(t, files, language+".yaml")
	}
	change(files)
	tables, err := locale.Load(files)
	require.NoError(t, err)
	set, err := models.Load(os.DirFS("../sim/models/data"), tables)
	require.NoError(t, err)
	return func(c *lab.Config) { c.Models = set }
}

// inMessage replaces the line of a message; "" takes it out, so that the printer falls back to English.
func inMessage(t *testing.T, language, id, line string) func(fstest.MapFS) {
	t.Helper()
	return func(files fstest.MapFS) {
		file := files[language+".yaml"]
		found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(id) + `: .*\n`)
		require.True(t, found.Match(file.Data), "%s has no %s", language, id)
		file.Data = found.ReplaceAllLiteral(file.Data, []byte(line))
	}
}

// red plays one scenario and wants it to fail at an assertion.
func red(t *testing.T, language, id string, plant func(*lab.Config)) {
	t.Helper()
	results, err := scenarios.Run(
		t.Context(), scenarios.Options{Seed: 7, Patterns: []string{id}, Language: language, Configure: plant},
	)
	require.NoError(t, err)
	require.Len(t, results, 1)
	require.Contains(t, []report.Verdict{report.Failed, report.Warned}, results[0].Verdict, "%s does not see it", id)
	require.Regexp(t, `^(FAIL|WARN) \S+: (\S+ shows|cmp|printer sign-in \S+\n +webconfig shows) `, results[0].Failure)
}

// TestAWrongWordIsRedInItsLanguage puts another word in the place of each word of the guide that the printer's table
// has, and takes some out.
func TestAWrongWordIsRedInItsLanguage(t *testing.T) {
	for _, language := range []string{"hi", "el"} {
		text, err := os.ReadFile(messagesFolder + "/" + language + ".yaml")
		require.NoError(t, err)
		var table map[string]any
		require.NoError(t, yaml.Unmarshal(text, &table))
		require.Greater(t, len(table), 20)
		for id, words := range table {
			if _, plain := words.(string); !plain { // with a description: a sentence of ours, which no guide demands
				continue
			}
			if slices.Contains(neverShown[language], id) {
				continue
			}
			scenario := wordsScenario
			if id == "M1" || strings.HasPrefix(id, "code.") || id == "label.error-code" || id == "label.status" ||
				id == "label.solution" {
				scenario = codesScenario
			}
			switch id {
			case "label.fax", "label.fax-server", "label.email-server-settings":
				scenario = faxScenario
			case "label.additional-network":
				scenario = networkScenario
			case "label.to-my-email":
				scenario = "users/to-my-email-in-the-guides-words"
			}
			t.Run(language+" "+id, func(t *testing.T) {
				t.Parallel()
				red(t, "", scenario, withMessages(t, inMessage(t, language, id, id+": \"x\"\n")))
			})
		}
	}
}

// TestAWrongOrMissingWordIsRedWhenTheLanguageIsChosen plants in the language in which all scenarios are played.
func TestAWrongOrMissingWordIsRedWhenTheLanguageIsChosen(t *testing.T) {
	for name, c := range map[string]struct{ language, message, line, scenario string }{
		"Greek, the status of 361 is another": {"el", "code.361.status", "code.361.status: \"x\"\n", "trouble/expired-by-disuse"}, "Greek, the solution of 361 is its status": {"el", "code.361.solution", "code.361.solution: \"Η σύνδεση στην υπηρεσία cloud ή email έχει λήξει.\"\n", "trouble/expired-by-disuse"},
		"Greek, the solution of 370 is missing": {"el", "code.370.solution", "", "entra/sessions-revoked"},
		"Greek, Current Status is missing":      {"el", "label.current-status", "", "status/signed-in"}, "Greek, Settings in full, not as on the LCD": {"el", "label.settings", "label.settings: \"Ρυθμίσεις\"\n", wordsScenario},
		"Hindi, M1 is missing": {"hi", "M1", "", "trouble/sign-in-not-saved"}, "Hindi, the status of 360 is that of 361": {"hi", "code.360.status", "code.360.status: \"क्लाउड सेवा या ईमेल सेवा से कनेक्शन समाप्त हो गया है।\"\n", "status/not-signed-in"}, "Hindi, Email Server Status is another": {"hi", "label.email-server-status", "label.email-server-status: \"ईमेल सर्वर\"\n", "status/signed-in"},
		"Hindi, Job/Status is missing":             {"hi", "label.job-status-menu", "", wordsScenario},
		"Hindi, a word of ours on the panel, Home": {"hi", "label.home", "label.home: \"x\"\n", "status/signed-in"},
		"English, Signed in is another":            {"en", "label.signed-in", "label.signed-in: Signed on\n", "status/signed-in"}, "English, the solution of 361 is its status": {"en", "code.361.solution", "code.361.solution: The connection to the cloud service or email service has expired.\n", "trouble/expired-by-disuse"}, "English, M1 is another": {"en", "M1", "M1: Sign in to your email service.\n", "trouble/sign-in-not-saved"}, "English, a word of ours on the sheet, Model": {"en", "label.model", "label.model: Machine\n", "status/signed-in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plant := withMessages(t, inMessage(t, c.language, c.message, c.line))
			red(t, c.language, c.scenario, plant)
		})
	}
}

// TestARemedyThatIsTheStatusIsRed plants the defect in what the printer shows, whatever its tables say.
func TestARemedyThatIsTheStatusIsRed(t *testing.T) {
	for id, languages := range map[string][]string{
		"trouble/expired-by-disuse": {"en", "hi", "el"}, "trouble/smtp-auth-disabled": {"en"}, codesScenario: {"en"},
	} {
		for _, language := range languages {
			t.Run(id+" "+language, func(t *testing.T) {
				t.Parallel()
				red(t, language, id, broken(func(d *brokenDevice) { d.remedyIsStatus = true }))
			})
		}
	}
}

// TestMicrosoftsPagesHaveTheGuidesWords holds the identity provider's own table against the guide.
func TestMicrosoftsPagesHaveTheGuidesWords(t *testing.T) {
	for _, english := range []string{"Next", "Sign In", "Accept"} {
		for _, language := range guide.Languages() {
			want, ok := guide.Words(language, english)
			require.True(t, ok)
			got, ok := fakeentra.Words(language, english)
			require.True(t, ok)
			require.Equal(t, want, got, "%s in %s", english, language)
		}
	}
	for _, language := range []string{"hi", "el"} {
		want, _ := guide.Words(language, "Consent on behalf of organization")
		got, ok := fakeentra.Words(language, "Consent on behalf of your organization")
		require.True(t, ok)
		require.Equal(t, want, got, language)
	}
}
