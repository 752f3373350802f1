package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/namespace"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// asProgram makes the test binary the program itself. Its value is a signal that the program gets after the first
// scenario: "interrupt", "terminated", "hangup", "killed"; or "none".
const asProgram = "MFPSIM_AS_PROGRAM"

func TestMain(m *testing.M) {
	if namespace.IsInside(os.Args) {
		namespace.Inside(os.Args)
	}
	if refused := os.Getenv(denying); refused != "" {
		deny(strings.Split(refused, ","))
	}
	name := os.Getenv(asProgram)
	if name == "" {
		// Benches come and go: with Go's own setting a fifth of the time is spent on freeing a few megabytes.
		debug.SetGCPercent(400)
		os.Exit(m.Run())
	}
	for _, by := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGKILL} {
		if by.String() == name {
			first := true
			played = func(scenarios.Result) {
				if first {
					first = false
					_ = syscall.Kill(os.Getpid(), by)
					<-ended // the signal has arrived, or the process is gone
				}
			}
		}
	}
	main()
}

// program is the program in a process of its own, in an empty folder.
func program(t *testing.T, by string, args ...string) (command *exec.Cmd, out, errs *bytes.Buffer) {
	t.Helper()
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	command = exec.CommandContext(t.Context(), os.Args[0], args...)
	command.Dir = t.TempDir()
	command.Env = append(os.Environ(), asProgram+"="+by, "TMPDIR="+t.TempDir())
	command.Stdout, command.Stderr = out, errs
	return command, out, errs
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	var ended *exec.ExitError
	require.True(t, errors.As(err, &ended), "%v", err)
	return ended.ExitCode()
}

const one = "trouble/sign-in-not-saved"

func TestJUnitIsWrittenToWhateverItsNameLeadsTo(t *testing.T) {
	holds := func(t *testing.T, path string) {
		t.Helper()
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), "<?xml"), "%.80s", text)
		require.True(t, strings.HasSuffix(string(text), "</testsuites>\n"))
	}
	t.Run("a link stays a link", func(t *testing.T) {
		folder := t.TempDir()
		target, link := filepath.Join(folder, "target.xml"), filepath.Join(folder, "link.xml")
		require.NoError(t, os.WriteFile(target, bytes.Repeat([]byte("longer than the report\n"), 1000), 0o600))
		require.NoError(t, os.Symlink(target, link))
		code, _, errs := run("run", one, "--junit", link)
		require.Equal(t, exitOK, code, errs)
		info, err := os.Lstat(link)
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&os.ModeSymlink)
		holds(t, target)
		info, err = os.Stat(target)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "whoever could not read it cannot now")
	})
	t.Run("a link to what is not there yet", func(t *testing.T) {
		folder := t.TempDir()
		link := filepath.Join(folder, "link.xml")
		require.NoError(t, os.Symlink("target.xml", link))
		code, _, errs := run("run", one, "--junit", link)
		require.Equal(t, exitOK, code, errs)
		holds(t, filepath.Join(folder, "target.xml"))
	})
	t.Run("a link into a folder that is missing", func(t *testing.T) {
		folder := t.TempDir()
		link := filepath.Join(folder, "link")
		require.NoError(t, os.Symlink(filepath.Join("a", "b", "junit.xml"), link))
		code, _, errs := run("run", one, "--junit", link)
		require.Equal(t, exitOK, code, errs)
		text, err := os.ReadFile(filepath.Join(folder, "a", "b", "junit.xml"))
		require.NoError(t, err)
		require.Contains(t, string(text), "<testsuites")
		info, err := os.Lstat(link)
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&os.ModeSymlink, "the link stays one")
	})
	t.Run("the missing folders are made", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a", "b", "junit.xml")
		code, _, errs := run("run", one, "--junit", path)
		require.Equal(t, exitOK, code, errs)
		holds(t, path)
	})
	t.Run("a device stays a device", func(t *testing.T) {
		code, out, errs := run("run", one, "--junit", os.DevNull)
		require.Equal(t, exitOK, code, errs)
		require.Contains(t, out, "1 passed")
		info, err := os.Stat(os.DevNull)
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&os.ModeCharDevice)
	})
	t.Run("a pipe with a name", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "pipe")
		require.NoError(t, syscall.Mkfifo(path, 0o600))
		read := make(chan []byte, 1)
		go func() { text, _ := os.ReadFile(path); read <- text }()
		code, _, errs := run("run", one, "--junit", path)
		require.Equal(t, exitOK, code, errs)
		require.Contains(t, string(<-read), "</testsuites>")
		info, err := os.Lstat(path)
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&os.ModeNamedPipe)
	})
	t.Run("a pipe without a name, as >(command) gives it", func(t *testing.T) {
		reader, writer, err := os.Pipe()
		require.NoError(t, err)
		defer reader.Close()
		command, _, errs := program(t, "none", "run", one, "--junit", "/dev/fd/3")
		command.ExtraFiles = []*os.File{writer}
		read := make(chan []byte, 1)
		go func() { text, _ := io.ReadAll(reader); read <- text }()
		require.NoError(t, command.Start())
		require.NoError(t, writer.Close())
		require.NoError(t, command.Wait(), errs.String())
		require.Contains(t, string(<-read), "</testsuites>")
	})
	for _, name := range []string{"/dev/stdout", "/dev/fd/1"} {
		t.Run("standard output as "+name+", which has the report alone", func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "out.xml")
			out, err := os.Create(file)
			require.NoError(t, err)
			command, _, errs := program(t, "none", "run", one, "--junit", name)
			command.Stdout = out
			require.NoError(t, command.Run(), errs.String())
			require.NoError(t, out.Close())
			holds(t, file)
			require.Contains(t, errs.String(), "1 scenarios: 1 passed")
		})
	}
	t.Run("a reader who goes away leaves the verdicts", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "junit.xml")
		reader, writer, err := os.Pipe()
		require.NoError(t, err)
		require.NoError(t, reader.Close())
		command, _, _ := program(t, "none", "run", one, "--junit", path)
		command.Stdout = writer
		require.Error(t, command.Run())
		holds(t, path)
	})
	t.Run("a device that is full is told in a sentence", func(t *testing.T) {
		code, out, errs := run("run", one, "--junit", "/dev/full")
		require.Equal(t, exitFailed, code)
		require.Contains(t, out, "1 passed")
		require.Equal(t, "mfpsim: cannot write /dev/full: no space left on device\n", errs)
	})
}

func TestACommandWhoseWordsCannotBeWrittenHasFailed(t *testing.T) {
	for name, args := range map[string][]string{
		"run": {"run", one}, "list": {"list"}, "explain": {"explain", "360"}, "coverage": {"coverage"}, "laws": {"laws"}, "help": {"--help"}, "version": {"version"}, "serve": {"serve", "--json"},
	} {
		t.Run(name, func(t *testing.T) {
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			require.NoError(t, err)
			defer full.Close()
			var errs bytes.Buffer
			code := execute(context.Background(), args, full, &errs)
			require.Equal(t, exitFailed, code)
			told := "mfpsim: standard output cannot be written: no space left on device; what was to be said there is lost\n"
			require.True(t, strings.HasSuffix(errs.String(), told), errs.String())
		})
	}
}

// wholeChapter is a run that leaves all that a run can leave.
var wholeChapter = []string{"run", "trouble", "--parallel", "1", "--junit", "junit.xml", "--evidence", "evidence"}

func TestARunThatIsBrokenOffTellsWhatWasPlayed(t *testing.T) {
	heard := make(chan os.Signal, 1) // under nohup this test, and its programs with it, would not hear of a hangup
	signal.Notify(heard, syscall.SIGHUP)
	defer signal.Stop(heard)
	for by, code := range map[string]int{"interrupt": 130, "terminated": 143, "hangup": 129} {
		t.Run(by, func(t *testing.T) {
			command, out, errs := program(t, by, wholeChapter...)
			require.Equal(t, code, exitCode(t, command.Run()))
			require.Contains(t, out.String(), "1 scenarios: 1 passed, 0 failed")
			require.Equal(t, "mfpsim: interrupted: what was played so far is told, the rest was not played\n", errs.String())
			text, err := os.ReadFile(filepath.Join(command.Dir, "junit.xml"))
			require.NoError(t, err)
			require.Contains(t, string(text), `<testsuites name="mfpsim" tests="1"`)
			text, err = os.ReadFile(filepath.Join(command.Dir, "evidence", report.ManifestName))
			require.NoError(t, err)
			require.Contains(t, string(text), `"complete": false`)
		})
	}
}

func TestARunThatIsKilledLeavesNoTemporaryFiles(t *testing.T) {
	command, _, _ := program(t, "killed", wholeChapter...)
	require.Error(t, command.Run())
	for _, variable := range command.Env {
		if folder, is := strings.CutPrefix(variable, "TMPDIR="); is {
			left, err := os.ReadDir(folder)
			require.NoError(t, err)
			require.Empty(t, left)
		}
	}
	left, err := os.ReadDir(command.Dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
	left, err = os.ReadDir(filepath.Join(command.Dir, "evidence"))
	require.NoError(t, err)
	require.Len(t, left, 2)
	require.Equal(t, report.ManifestName, left[0].Name())
}

func TestWhatATerminalWouldObeyIsMadeVisible(t *testing.T) {
	const title = "It fails \x1b]0;owned\x07\x1b[2J\u009b31m\u202egnp.exe and \xffends"
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "trouble"), 0o755)) //nolint:gosec // a test's own folder
	text := "# id: trouble/wrong\n# title: " + title + "\n# guide: Introduction\n# proves: R1\n# level: MUST\n\npanel shows '\x1b[31mPurple'\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "trouble", "wrong.txtar"), []byte(text), 0o600))
	code, out, _ := run("run", "--folder", folder)
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, `It fails \u001b]0;owned\u0007\u001b[2J\u009b31m\u202egnp.exe and \xffends`)
	require.Contains(t, out, `panel shows '\u001b[31mPurple'`)
	const red = "\x1b[31m"
	for _, args := range [][]string{
		{"run", "--folder", folder}, {"run", red}, {"explain", red}, {red}, {"run", "--" + red},
	} {
		_, out, errs := run(args...)
		require.NotContains(t, out+errs, "\x1b")
	}
}

func TestACharacterThatComesInPiecesIsWrittenWhole(t *testing.T) {
	var out bytes.Buffer
	shown := &terminal{to: &out}
	for _, piece := range []string{"a\xe2", "\x82", "\xac b\r\n\tक्\u200dष", "\xf0\x9f"} {
		n, err := shown.Write([]byte(piece))
		require.NoError(t, err)
		require.Len(t, piece, n)
	}
	require.NoError(t, shown.flush())
	require.Equal(t, "a€ b\r\n\tक्\u200dष\\xf0\\x9f", out.String())
}
