package mfpsim_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheReadmesExampleRunsInAnotherModule writes a module as the README says, with the README's own test in it, and runs it.
func TestTheReadmesExampleRunsInAnotherModule(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```go\n(package .*?)```").FindSubmatch(readme)
	require.NotNil(t, block, "README.md has no ```go block that begins with a package clause")
	example := string(block[1])
	body := example[strings.Index(example, "func Test"):]
	require.LessOrEqual(t, strings.Count(strings.TrimSpace(body), "\n")+1, 10, "the README's example is to be ten lines at most")

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
	write("scan_test.go", example)

	command := exec.Command("go", "test", "-v", "./...")
	command.Dir = directory
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	require.Contains(t, string(output), "--- PASS: Test")
}

// documents are the endings of files that people read, and scripts.
var documents = []string{".md", ".go", ".yaml", ".yml", ".txtar", ".mod", ".html", ".json", "Makefile", "run", "need", "fuzz", "soak"}

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
