package sim_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// start makes printers whose memory is in a folder, and ends them.
func start(t *testing.T, folder string, configs ...sim.Config) error {
	t.Helper()
	f, err := sim.OpenFolder(folder)
	if err != nil {
		return err
	}
	defer func() { require.NoError(t, f.Close()) }()
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	for _, c := range configs {
		c.World, c.Network, c.Folder = world, faultnet.New(faultnet.Config{World: world}), f
		p, err := sim.New(c)
		if err != nil {
			return err
		}
		if err := p.SetLanguage("el"); err != nil {
			return err
		}
		p.Close()
	}
	return nil
}

// content reads all files of a folder.
func content(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	files := map[string]string{}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		require.NoError(t, err)
		files[entry.Name()] = string(text)
	}
	return files
}

func TestSeveralPrintersShareAFolderAndKeepTheirOwn(t *testing.T) {
	folder := t.TempDir()
	printers := []sim.Config{{}, {Name: "attic"}, {Name: "../../etc/printer"}}
	require.NoError(t, start(t, folder, printers...))
	files := content(t, folder)
	require.Subset(t, slices.Collect(maps.Keys(files)), []string{
		"printer.key", "printer.records", "attic.key", "attic.records", "..%2F..%2Fetc%2Fprinter.key",
	})
	require.NotEqual(t, files["printer.key"], files["attic.key"])
	require.NoError(t, start(t, folder, printers...))
	require.Equal(t, files["attic.key"], content(t, folder)["attic.key"])
}

func TestAFolderThatCannotBeUsedIsLeftAsItIs(t *testing.T) {
	spoil := func(name, text string) func(t *testing.T, folder string) {
		return func(t *testing.T, folder string) {
			require.NoError(t, start(t, folder, sim.Config{}))
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
		}
	}
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, folder string)
		config  sim.Config
		message string
	}{
		{"a folder of somebody else", func(t *testing.T, folder string) {
			require.NoError(t, os.WriteFile(filepath.Join(folder, "thesis.txt"), []byte("chapter 1"), 0o600))
		}, sim.Config{}, "the folder holds other files"},
		{"a folder whose note is a link", func(t *testing.T, folder string) {
			require.NoError(t, os.Symlink("elsewhere", filepath.Join(folder, "mfpsim-flash.txt")))
			require.NoError(t, os.WriteFile(filepath.Join(folder, "elsewhere"), nil, 0o600))
		}, sim.Config{}, "the folder holds other files"},
		{"a damaged memory", spoil("printer.flash", "{torn"), sim.Config{}, "printer.flash: no slot holds a whole record; nothing was changed"},
		{"damaged records", spoil("printer.records", "{torn"), sim.Config{}, "printer.records: it is not the printer's records"},
		{"a damaged key", spoil("printer.key", "c2hvcnQ="), sim.Config{}, "printer.key: it is not a printer's key"},
		{"a key that is missing", func(t *testing.T, folder string) {
			require.NoError(t, start(t, folder, sim.Config{}))
			require.NoError(t, os.Remove(filepath.Join(folder, "printer.key")))
		}, sim.Config{}, "printer.key: the printer's key is missing"},
		{"the key of another printer", func(t *testing.T, folder string) {
			spoil("printer.key", strings.Repeat("QUFB", 10)+"QUE=")(t, folder)
			signedIn(t, folder)
		}, sim.Config{}, "printer.flash: the secrets were sealed with another key"},
		{"another model", spoil("printer.records", `{"schema":1,"model":"Copier 9","preferences":{}}`), sim.Config{}, `is a Copier 9, not a MFP-4100`},
		{"a name that no file can have", func(*testing.T, string) {}, sim.Config{Name: strings.Repeat("n", 300)}, "file name too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			c.prepare(t, folder)
			before := content(t, folder)
			err := start(t, folder, c.config)
			require.ErrorContains(t, err, c.message)
			var refused *sim.FolderError
			require.ErrorAs(t, err, &refused)
			require.NotContains(t, err.Error(), "\n")
			after := content(t, folder)
			delete(after, "mfpsim-flash.txt")
			delete(before, "mfpsim-flash.txt")
			require.Equal(t, before, after)
		})
	}

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.ErrorContains(t, start(t, file), "this is a file")
	require.ErrorContains(t, start(t, filepath.Join(file, "below")), "cannot be made: not a directory")
}

// signedIn leaves the memory of a printer that is signed in, not its key.
func signedIn(t *testing.T, folder string) {
	t.Helper()
	lines, err := os.ReadFile("testdata/schema-1.txt")
	require.NoError(t, err)
	line, _, _ := strings.Cut(string(lines), "\n")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "printer.flash"), fmt.Appendln(nil, line), 0o600))
}
