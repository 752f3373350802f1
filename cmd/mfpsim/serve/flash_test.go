package serve

import (
	"context"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

// filesOf reads a folder and holds that nobody else can: the folder has mode 0700, its files 0600.
func filesOf(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	info, err := os.Stat(folder)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), entry.Name())
		files[entry.Name()], err = os.ReadFile(filepath.Join(folder, entry.Name()))
		require.NoError(t, err)
	}
	return files
}

// sheet prints the network status sheet and returns its text without the date of printing.
func (s *served) sheet() string {
	s.t.Helper()
	status, answer := s.ask(http.MethodPost, "/printer/sheet", "")
	require.Equal(s.t, http.StatusOK, status, answer)
	_, answer = s.ask(http.MethodGet, "/printer/sheet", "")
	text := strings.TrimSuffix(answer["text"].(string), "\n")
	return text[:strings.LastIndex(text, "\n")] // the foot has the date
}

func TestThePrintersMemoryOutlivesServeInItsFolder(t *testing.T) {
	const signedInAs = "Λογαριασμός ελέγχου ταυτότητας    : admin@contoso.com"
	folder := filepath.Join(t.TempDir(), "flash")
	s := live(t, Config{Scenario: "entra/sessions-revoked", Flash: folder, Seed: 7})
	status, answer := s.ask(http.MethodPost, "/printer/language", `{"language":"el"}`)
	require.Equal(t, http.StatusOK, status, answer)
	before := s.sheet()
	require.Contains(t, before, signedInAs)
	require.NoError(t, s.stop())
	require.ElementsMatch(
		t, []string{"mfpsim-flash.txt", "printer.flash", "printer.key", "printer.records"}, namesOf(filesOf(t, folder)),
	)

	// Another seed: the key is the one in the folder, and so is all that the printer knew.
	s = live(t, Config{Flash: folder, Seed: 8})
	require.Equal(t, before, s.sheet())
	_, answer = s.ask(http.MethodGet, "/printer/jobs", "")
	require.Contains(t, answer["text"], `"Ολοκληρώθηκε"`)
	for _, state := range []string{"off", "on"} {
		status, answer = s.ask(http.MethodPost, "/printer/power", `{"state":"`+state+`"}`)
		require.Equal(t, http.StatusOK, status, answer)
	}
	require.Equal(t, before, s.sheet())

	// The cloud is a new one, to which the kept sign-in is unknown: the next mail ends it, for the next start too.
	s.scanned("bob@fabrikam.com")
	require.NotContains(t, s.sheet(), signedInAs)
	require.NoError(t, s.stop())
	s = live(t, Config{Flash: folder})
	require.NotContains(t, s.sheet(), signedInAs)
}

func namesOf(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	return names
}

func TestNoSecretStandsInTheFolderOfTheMemory(t *testing.T) {
	for _, scenario := range []string{"entra/sessions-revoked", "trouble/password-method-until-ok"} {
		t.Run(scenario, func(t *testing.T) {
			folder := t.TempDir()
			var bench *lab.Lab
			s := live(t, Config{Scenario: scenario, Flash: folder, Lab: func(l *lab.Lab) { bench = l }})
			s.scanned("bob@fabrikam.com")
			secrets := bench.Secrets()
			require.NoError(t, s.stop())
			files := filesOf(t, folder)
			require.Greater(t, len(files["printer.flash"]), 1000)
			key := files["printer.key"]
			require.NotEmpty(
				t, lab.FindLeaks(map[string][]byte{"printer.key": key}, secrets),
				"the key is among the secrets looked for",
			)
			delete(files, "printer.key")
			require.Empty(t, lab.FindLeaks(files, secrets))
		})
	}
}

func TestAFolderInUseIsRefused(t *testing.T) {
	folder := t.TempDir()
	s := live(t, Config{Flash: folder})
	before := filesOf(t, folder)
	err := Run(context.Background(), Config{Flash: folder})
	var misuse *ConfigError
	require.ErrorAs(t, err, &misuse)
	require.EqualError(t, err, "--flash: "+folder+": another mfpsim uses this folder; end it, or name another folder")
	require.Equal(t, before, filesOf(t, folder))
	require.NoError(t, s.stop())
	require.NoError(t, live(t, Config{Flash: folder}).stop())

	err = Run(context.Background(), Config{Flash: folder, Scenario: "entra/sessions-revoked"})
	require.ErrorAs(t, err, &misuse)
	require.ErrorContains(t, err, "a scenario begins with a new one")
}
