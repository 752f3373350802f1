package mfpsim_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
)

// readmeExamples gives the Go files that README.md shows, by the package of ours that each is about.
func readmeExamples(t *testing.T) map[string]string {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	examples := map[string]string{}
	for _, block := range regexp.MustCompile("(?s)```go\n(package .*?)```").FindAllSubmatch(readme, -1) {
		example := string(block[1])
		start := regexp.MustCompile(`([a-z]+)\.RunT\(`).FindStringSubmatch(example)
		require.NotNil(t, start, "an example of README.md starts nothing:\n%s", example)
		require.Empty(t, examples[start[1]], "README.md has two examples of %s", start[1])
		examples[start[1]] = example
		body := example[strings.Index(example, "func Test"):]
		lines := strings.Count(strings.TrimSpace(body), "\n") + 1
		require.LessOrEqual(t, lines, longestExample, "README.md's example of %s has %d lines", start[1], lines)
		require.NotContains(t, body, "_ = ", "README.md's example of %s drops an error", start[1])
	}
	return examples
}

// longestExample is a test of ten lines in its func line and its brace.
const longestExample = 12

// TestTheExamplesOfTheReadmeRunInAnotherModule writes a module as the README says, with the README's own tests in it,
// and runs it. What the module needs is in this module's go.sum, so nothing is fetched that this module has not
// fetched.
func TestTheExamplesOfTheReadmeRunInAnotherModule(t *testing.T) {
	here, err := os.Getwd()
	require.NoError(t, err)
	directory := t.TempDir()
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600))
	}
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	write("go.mod", "module example.org/scanner\n\ngo 1.26.0\n\nrequire mfpsim v0.0.0\n\nreplace mfpsim => "+here+"\n")
	write("go.sum", string(sums))
	examples := readmeExamples(t)
	for name, example := range examples {
		write(name+"_test.go", example)
	}
	for _, name := range []string{"fakeentra", "fakesmtp", "lab"} {
		require.Contains(t, examples, name, "README.md has no example of %s", name)
	}

	command := exec.Command("go", "test", "-v", "./...")
	command.Dir = directory
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	require.Equal(t, len(examples), strings.Count(string(output), "--- PASS: Test"), string(output))
}

// screenLines is how many lines two screens of a terminal hold.
const screenLines = 50

func TestWhatAFakeIsFitsTwoScreens(t *testing.T) {
	for _, fake := range []string{"fakeentra", "fakesmtp"} {
		output, err := exec.Command("go", "doc", "./"+fake).Output()
		require.NoError(t, err)
		before, _, found := strings.Cut(string(output), "\ntype ")
		require.True(t, found)
		lines := strings.Count(before, "\n") + 1
		require.LessOrEqual(t, lines, screenLines, "go doc ./%s has %d lines before its types", fake, lines)
	}
}

// namedFile is a path of this repository in a document: between backquotes, with a folder or an ending.
var namedFile = regexp.MustCompile("`([a-z][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)+/?|[A-Za-z][A-Za-z0-9_-]*\\.(?:go|md|yaml|yml|mod))`")

func TestTheGuideForContributorsNamesFilesThatAreThere(t *testing.T) {
	text, err := os.ReadFile("CONTRIBUTING.md")
	require.NoError(t, err)
	names := namedFile.FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(names), 20)
	for _, name := range names {
		_, err := os.Stat(name[1])
		require.NoError(t, err, "CONTRIBUTING.md names a file that is not there")
	}
}

// documents are the endings of files that people read, and scripts.
var documents = []string{
	".md", ".go", ".yaml", ".yml", ".txtar", ".mod", ".html", ".json", "Makefile", "run", "need", "fuzz", "soak",
}

func TestNoFileNamesAPathOfThisMachine(t *testing.T) {
	here, err := os.Getwd()
	require.NoError(t, err)
	forbidden := []string{here + "/"}
	if parent := filepath.Dir(here); parent != "/" && !strings.HasPrefix(os.TempDir(), parent) {
		forbidden = append(forbidden, parent+"/")
	}
	if home, err := os.UserHomeDir(); err == nil && len(home) > 1 {
		forbidden = append(forbidden, home+"/")
	}
	output, err := exec.Command("git", "ls-files", "-co", "--exclude-standard").Output()
	if err != nil {
		t.Logf("not a git checkout, so every file counts: %v", err)
	}
	files := strings.Fields(string(output))
	if len(files) == 0 {
		require.NoError(t, filepath.WalkDir(".", func(path string, entry os.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				files = append(files, path)
			}
			return err
		}))
	}
	for _, name := range files {
		known := false
		for _, ending := range documents {
			known = known || strings.HasSuffix(name, ending)
		}
		if !known {
			continue
		}
		content, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue // removed from the folder and not yet from the index
		}
		require.NoError(t, err)
		for _, path := range forbidden {
			if strings.Contains(string(content), path) {
				t.Errorf("%s names %s, a path of this machine", name, path)
			}
		}
	}
}

// scenarioIDs gives the ids of the scenario files.
func scenarioIDs(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("scenarios/*/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var ids []string
	for _, file := range files {
		ids = append(ids, strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(file), "scenarios/"), ".txtar"))
	}
	return ids
}

func TestEveryScenarioHasADefectThatItMustCatch(t *testing.T) {
	content, err := os.ReadFile("docs/defects.md")
	require.NoError(t, err)
	table, _, _ := strings.Cut(string(content), "\n## ") // the tables by area name defects, not scenarios
	named := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.+) \\|").FindAllStringSubmatch(table, -1) {
		require.NotEqual(t, "none yet", row[2], "no defect turns %s red", row[1])
		require.False(t, named[row[1]], "%s stands twice", row[1])
		named[row[1]] = true
	}
	for _, id := range scenarioIDs(t) {
		require.True(t, named[id], "docs/defects.md has no row for %s", id)
		delete(named, id)
	}
	require.Empty(t, named, "docs/defects.md has rows for scenarios that are not there")
}

// goodDays are scenarios in chapters about trouble that have none: nobody has to take over.
var goodDays = []string{"fax/absent", "fax/sign-in-at-the-provider", "fax/slow-down"}

func TestScenariosAboutTroubleHaveAHandover(t *testing.T) {
	for _, id := range scenarioIDs(t) {
		chapter, _, _ := strings.Cut(id, "/")
		if chapter == "setup" || chapter == "status" || slices.Contains(goodDays, id) {
			continue
		}
		content, err := os.ReadFile("scenarios/" + id + ".txtar")
		require.NoError(t, err)
		require.Equal(
			t, 1, strings.Count(string(content), "\nhandover\n"), "%s: one handover is where a person takes over", id,
		)
	}
}

func TestDocumentsNameScenariosThatAreThere(t *testing.T) {
	known := map[string]bool{}
	for _, id := range scenarioIDs(t) {
		known[id] = true
	}
	scenario := regexp.MustCompile(`(?:^|[^/a-z])((?:setup|status|trouble|entra|exchange)/[a-z][a-z0-9-]+)`)
	for _, name := range []string{
		"README.md", "docs/guide.md", "docs/language.md", "docs/architecture.md", "docs/defects.md",
	} {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, id := range scenario.FindAllStringSubmatch(string(content), -1) {
			require.True(t, known[id[1]], "%s names the scenario %s, which is not there", name, id[1])
		}
	}
}

func TestTheLanguagesPageHasEveryVerb(t *testing.T) {
	source, err := os.ReadFile("scenarios/verbs.go")
	require.NoError(t, err)
	page, err := os.ReadFile("docs/language.md")
	require.NoError(t, err)
	verbs := regexp.MustCompile(`(?m)^\t"([a-z]+)": +\{"([a-z]+) ?`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(verbs), 10)
	_, table, found := strings.Cut(string(page), "\n## Verbs\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	for _, verb := range verbs {
		require.Equal(t, verb[1], verb[2])
		rows := strings.Count(table, "\n| `"+verb[1]+"`")
		require.Equal(t, 1, rows, "docs/language.md has to have one row for the verb %s", verb[1])
	}
}

func TestTheLanguagesPageHasEveryCapability(t *testing.T) {
	text, err := os.ReadFile("docs/language.md")
	require.NoError(t, err)
	for _, capability := range device.Capabilities() {
		described := strings.Contains(string(text), "\n| `"+string(capability)+"` |")
		require.True(t, described, "docs/language.md has no row for %s", capability)
	}
}

// TestTheJoinedExampleOfTheREADMERuns holds that the README shows the test that runs in the lab, letter by letter.
func TestTheJoinedExampleOfTheREADMERuns(t *testing.T) {
	source, err := os.ReadFile("lab/outside_test.go")
	require.NoError(t, err)
	example := regexp.MustCompile(`(?s)func TestASignInAndAMail.*?\n}\n`).Find(source)
	require.NotEmpty(t, example)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), "```\n"+string(example)+"```")
}

// TestTheReadmeShowsEighteenOfTheSixtyPictures: each of them with words for who does not see it.
func TestTheReadmeShowsEighteenOfTheSixtyPictures(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	shown := regexp.MustCompile(`!\[([^\]]{30,})\]\((docs/images/[a-z0-9-]+\.png)\)`).FindAllSubmatch(readme, -1)
	require.Len(t, shown, 18)
	for _, picture := range shown {
		require.FileExists(t, string(picture[2]))
	}
	pictures, err := filepath.Glob("docs/images/*.png")
	require.NoError(t, err)
	require.Len(t, pictures, 60, "make screenshots takes them")
	var size int64
	for _, name := range pictures {
		about, err := os.Stat(name)
		require.NoError(t, err)
		size += about.Size()
	}
	require.Less(t, size, int64(9<<18), "all pictures together")
}
