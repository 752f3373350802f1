package report_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
)

var seven = report.Run{Version: "0.1.0", Seed: 7, Language: "en"}

// leave writes evidence of one scenario in a run of its own.
func leave(t *testing.T, folder string, run report.Run, id string, files map[string]string) error {
	t.Helper()
	f, err := report.OpenFolder(folder, run)
	if err != nil {
		return err
	}
	content := map[string][]byte{}
	for name, text := range files {
		content[name] = []byte(text)
	}
	err = f.Write(id, content)
	require.NoError(t, f.Close(err == nil))
	return err
}

func manifest(t *testing.T, parts ...string) (m report.Manifest) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append(parts, report.ManifestName)...))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &m))
	return m
}

// tree is every file below a folder but manifests.
func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == report.ManifestName {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		files[filepath.ToSlash(name)] = string(text)
		return err
	}))
	return files
}

func put(t *testing.T, text string, parts ...string) {
	t.Helper()
	path := filepath.Join(parts...)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755)) //nolint:gosec // a test's own folder
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestEvidenceLeavesAloneWhatIsNotOurs(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, leave(t, folder, seven, "trouble/x", map[string]string{
		"smtp.txt": "one", "mails/a-001.eml": "mail", "failure.txt": "once",
	}))
	put(t, "mine", folder, "trouble", "x", "notes.txt")
	put(t, "mine", folder, "trouble", "x", "mails", "kept.eml")
	put(t, "mine", folder, "letter.txt")
	require.NoError(t, leave(t, folder, seven, "trouble/x", map[string]string{"smtp.txt": "two"}))
	require.Equal(t, map[string]string{
		"letter.txt": "mine", "trouble/x/notes.txt": "mine", "trouble/x/mails/kept.eml": "mine", "trouble/x/smtp.txt": "two",
	}, tree(t, folder), "files of the run before are gone, those of somebody else are not")
	others := manifest(t, folder).OfAnotherRun
	require.Equal(t, []string{"letter.txt", "trouble/x/mails/", "trouble/x/notes.txt"}, others)
}

func TestEvidenceIsRefusedWhereANameIsTakenByWhatIsNotOurs(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, folder string)
		want    string
	}{
		"a file that nobody lists": {func(t *testing.T, folder string) {
			t.Helper()
			put(t, "mine", folder, "trouble", "x", "smtp.txt")
		}, "trouble/x/smtp.txt is there already, and no manifest says that mfpsim wrote it"},
		"a folder in the place of a file": {func(t *testing.T, folder string) {
			t.Helper()
			put(t, "mine", folder, "trouble", "x", "smtp.txt", "below")
		}, "trouble/x/smtp.txt is there already"},
		"a file that was changed": {func(t *testing.T, folder string) {
			t.Helper()
			require.NoError(t, leave(t, folder, seven, "trouble/x", map[string]string{"old.txt": "one"}))
			put(t, "mine", folder, "trouble", "x", "old.txt")
		}, "trouble/x/old.txt was changed since mfpsim wrote it"},
		"another program's manifest": {func(t *testing.T, folder string) {
			t.Helper()
			put(t, `{"name":"a web page"}`, folder, report.ManifestName)
		}, "manifest.json is there already and is not mfpsim's"},
		"a manifest that leads elsewhere": {func(t *testing.T, folder string) {
			t.Helper()
			put(t, "mine", folder, "victim.txt")
			text := "{\n  \"mfpsim\": \"1\", \"files\": {\"../../victim.txt\": \"\"}}"
			put(t, text, folder, "trouble", "x", report.ManifestName)
		}, `lists "../../victim.txt", which is not below it`},
		"a link that leads elsewhere": {func(t *testing.T, folder string) {
			t.Helper()
			require.NoError(t, os.Symlink(t.TempDir(), filepath.Join(folder, "trouble")))
		}, "escapes"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			c.prepare(t, folder)
			before := tree(t, folder)
			err := leave(t, folder, seven, "trouble/x", map[string]string{"smtp.txt": "two"})
			var refused *report.FolderError
			require.ErrorAs(t, err, &refused)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, before, tree(t, folder))
		})
	}
}

func TestAManifestSaysWhichRunHasWrittenWhat(t *testing.T) {
	folder := t.TempDir()
	before := report.Run{Version: "0.1.0", Seed: 8, Language: "el"}
	require.NoError(t, leave(t, folder, before, "setup/old", map[string]string{"smtp.txt": "old"}))
	require.NoError(t, leave(t, folder, seven, "trouble/x", map[string]string{"smtp.txt": "new"}))
	run, old := manifest(t, folder), manifest(t, folder, "setup", "old")
	require.Equal(t, seven, run.Run)
	require.True(t, run.Complete)
	require.Len(t, run.Files, 2)
	require.Equal(t, "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437", run.Files["trouble/x/smtp.txt"])
	require.Contains(t, run.Files, "trouble/x/manifest.json")
	require.Equal(t, []string{"setup/"}, run.OfAnotherRun)
	require.Equal(t, before, old.Run)
	require.Equal(t, "setup/old", old.Scenario)

	again := t.TempDir()
	require.NoError(t, leave(t, again, seven, "trouble/x", map[string]string{"smtp.txt": "new"}))
	one, err := os.ReadFile(filepath.Join(folder, "trouble", "x", report.ManifestName))
	require.NoError(t, err)
	two, err := os.ReadFile(filepath.Join(again, "trouble", "x", report.ManifestName))
	require.NoError(t, err)
	require.Equal(t, string(one), string(two), "same seed, same bytes")
}

func TestAProcessThatIsKilledLeavesNoTemporaryFilesAndCanBeginAgain(t *testing.T) {
	folder := t.TempDir()
	f, err := report.OpenFolder(folder, seven)
	require.NoError(t, err)
	require.NoError(t, f.Write("trouble/x", map[string][]byte{"smtp.txt": []byte("whole")}))
	require.Equal(t, map[string]string{"trouble/x/smtp.txt": "whole"}, tree(t, folder))
	require.False(t, manifest(t, folder).Complete, "whoever is killed here has not written all")
	require.NoError(t, f.Kill())

	// Killed while the files of a scenario were written: its manifest lists them, and one is half there.
	put(t, "{\n  \"mfpsim\": \"0.1.0\",\n  \"complete\": false,\n  \"files\": {\"smtp.txt\": \"\"}}", folder, "trouble", "y", report.ManifestName)
	put(t, "ha", folder, "trouble", "y", "smtp.txt")
	// Killed while the manifest of the run was written.
	put(t, "{\n  \"mfpsim\": \"0.1", folder, report.ManifestName)
	require.NoError(t, leave(t, folder, seven, "trouble/y", map[string]string{"smtp.txt": "whole"}))
	require.Equal(t, "whole", tree(t, folder)["trouble/y/smtp.txt"])
	require.True(t, manifest(t, folder).Complete)
}

func TestEachMailboxHasFilesOfItsOwn(t *testing.T) {
	files, err := report.Evidence{Journal: record(t), Mails: []report.Mail{
		{Mailbox: "a+b@contoso.com", Number: 1, Raw: []byte("plus")}, {Mailbox: "a_b@contoso.com", Number: 1, Raw: []byte("line")},
	}}.Files()
	require.NoError(t, err)
	require.Equal(t, "plus", string(files["mails/a%2Bb@contoso.com-001.eml"]))
	require.Equal(t, "line", string(files["mails/a_b@contoso.com-001.eml"]))
}

func TestANameIsEscapedSoThatItCanBeReadBack(t *testing.T) {
	for text, want := range map[string]string{
		"bob@fabrikam.com": "bob@fabrikam.com", "a+b@c.com": "a%2Bb@c.com", "a%2Bb@c.com": "a%252Bb@c.com", "..": "%2E.", "a/b": "a%2Fb",
		"": "", "日": "%E6%97%A5", "a\x00b": "a%00b", strings.Repeat("a", 201): strings.Repeat("a", 200) + "/a",
	} {
		require.Equal(t, want, report.EscapeName(text))
	}
}

// FuzzNames holds that any text becomes a name that a folder can have, and that is read back.
func FuzzNames(f *testing.F) {
	for _, text := range []string{
		"a+b@contoso.com", "../../etc/passwd", strings.Repeat("é", 300), ".", "a\x00/\xff%", strings.Repeat("a", 200) + ".",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name := report.EscapeName(text)
		for _, part := range strings.Split(name, "/") {
			require.LessOrEqual(t, len(part), 200)
			require.False(t, strings.HasPrefix(part, "."), "%q", name)
		}
		if text != "" {
			require.True(t, filepath.IsLocal(filepath.FromSlash(name)), "%q", name)
		}
		back, err := report.UnescapeName(name)
		require.NoError(t, err)
		require.Equal(t, text, back)
	})
}

func TestTwoRunsDoNotWriteIntoOneFolderAtOnce(t *testing.T) {
	folder := t.TempDir()
	first, err := report.OpenFolder(folder, seven)
	require.NoError(t, err)
	_, err = report.OpenFolder(folder, report.Run{Version: "0.1.0", Seed: 8, Language: "en"})
	require.ErrorContains(t, err, "another mfpsim writes its evidence there: wait for its end, or name another folder")
	require.EqualValues(t, 7, manifest(t, folder).Seed, "the manifest is the first one's")
	require.NoError(t, first.Write("chapter/one", map[string][]byte{"a.txt": []byte("a")}))
	require.NoError(t, first.Close(true))
	require.NoError(t, leave(t, folder, seven, "chapter/one", map[string]string{"a.txt": "b"}))
}
