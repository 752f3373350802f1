package scenarios

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/phrase"
)

// outcome is how the engine ended.
type outcome struct {
	failure *failure
	line    int
	text    string // the failed line
	skipped string
}

// script plays the file by testscript: outside `go test`, in a folder of its own that is removed afterwards. source is
// where -update writes goldens to.
func (p *play) script(update bool, source string) (outcome, error) {
	folder, err := os.MkdirTemp("", "mfpsim-*")
	if err != nil {
		return outcome{}, errors.New("no folder for temporary files")
	}
	defer os.RemoveAll(folder)
	description, err := p.description()
	if err != nil {
		return outcome{}, err
	}
	material := localized(p.scenario.archive(), p.language, description.Model == p.lab.StandardModel())
	file := filepath.Join(folder, p.scenario.Name+".txtar")
	if err := os.WriteFile(file, txtar.Format(material), 0o600); err != nil {
		return outcome{}, errors.New("no folder for temporary files")
	}
	t := &engine{}
	testscript.RunT(t, testscript.Params{
		Files: []string{file}, WorkdirRoot: filepath.Join(folder), UpdateScripts: update, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			// testscript would expand these PowerShell words to nothing.
			for _, word := range []string{"true", "false", "null"} {
				env.Setenv(word, "$"+word)
			}
			return nil
		},
		Condition: p.condition,
		Cmds:      p.commands(),
	})
	out := outcome{skipped: t.skipped}
	switch {
	case t.failed:
		out.line, out.text = p.failedLine(t.log.String(), file)
		out.failure = p.failed
		if out.failure == nil { // a verb of testscript's own
			out.failure = p.fail(errors.New(ownWords(t.log.String(), file)))
		}
	case t.skipped == "":
		err := p.panicked()
		if err == nil {
			err = p.unmet()
		}
		if err != nil {
			last := p.lines[len(p.lines)-1]
			out.line, out.text, out.failure = last.number, last.text, p.fail(err)
		}
	}
	if update {
		return out, p.keepGoldens(file, source)
	}
	return out, nil
}

// unmet names what was planted and that nobody ever met: a mistake of the script.
func (p *play) unmet() error {
	if names := p.lab.Unmet(); len(names) > 0 {
		return &unmetError{names}
	}
	return nil
}

// unmetError says what was planted and never met. It is told at the end, and no failure of a bench that a person takes
// over.
type unmetError struct{ names []string }

func (e *unmetError) Error() string {
	return "at the end: armed and never met: " + strings.Join(e.names, "; ")
}

// commands are the verbs as testscript calls them.
func (p *play) commands() map[string]func(*testscript.TestScript, bool, []string) {
	commands := map[string]func(*testscript.TestScript, bool, []string){}
	for name, v := range verbs {
		commands[name] = func(ts *testscript.TestScript, not bool, args []string) {
			p.readFile = func(file string) (string, error) {
				text, err := os.ReadFile(ts.MkAbs(file))
				if err != nil {
					return "", fmt.Errorf("no file %q in this scenario", file)
				}
				return string(text), nil
			}
			output, err := p.step(name, v, not, args)
			if broke := p.panicked(); broke != nil {
				err = broke
			}
			if output != "" {
				fmt.Fprint(ts.Stdout(), strings.TrimRight(output, "\n")+"\n")
			}
			if err != nil {
				p.failed = p.fail(err)
				ts.Fatalf("%v", err)
			}
		}
	}
	return commands
}

// step plays one line.
func (p *play) step(name string, v verb, not bool, args []string) (string, error) {
	words := append([]string{name}, args...)
	if not && !negatable(words) {
		return "", fmt.Errorf("! stands only before a line with shows")
	}
	l, found := p.at(not, words)
	for i, arg := range args {
		switch {
		case arg != "":
		case found && strings.Contains(l.words[i+1], "$"):
			return "", fmt.Errorf("argument %d is empty: %s is not set; $true, $false and $null stand for themselves", i+1, l.words[i+1])
		default:
			return "", fmt.Errorf("argument %d is empty", i+1)
		}
	}
	if found {
		if err := p.do(func(context.Context) error {
			p.note(journal.KindNote, "%s:%d %s", p.scenario.File, l.number, l.text)
			return nil
		}); err != nil {
			return "", err
		}
	}
	return v.play(p, not, args)
}

// condition answers [needs:X].
func (p *play) condition(text string) (bool, error) {
	need, is := strings.CutPrefix(text, "needs:")
	if !is {
		return false, fmt.Errorf("unknown condition %q", text)
	}
	description, err := p.description()
	return description.Has(device.Capability(need)), err
}

// localized compares with screen.el.txt in place of screen.txt where the scenario is played in Greek. A comparison that
// has no golden in the language is left out, and so are all on another model than the standard one, of which the
// goldens are. A golden that the script names with its language, for what stands after lang, is compared in any
// language.
func localized(a *txtar.Archive, language string, standard bool) *txtar.Archive {
	if language == english && standard {
		return a
	}
	there := map[string]bool{}
	for _, f := range a.Files {
		there[f.Name] = true
	}
	lines := strings.Split(string(a.Comment), "\n")
	for i, text := range lines {
		words, err := phrase.Split(text)
		if err != nil || len(words) != 3 || words[0] != "cmp" {
			continue
		}
		base, ending, _ := strings.Cut(words[2], ".")
		own := base + "." + language + "." + ending
		switch {
		case !standard:
			lines[i] = ""
		case there[own]:
			lines[i] = quoted([]string{"cmp", words[1], own})
		case !strings.Contains(ending, "."):
			lines[i] = ""
		}
	}
	return &txtar.Archive{Comment: []byte(strings.Join(lines, "\n")), Files: a.Files}
}

// keepGoldens takes the files that testscript has rewritten back to the source.
func (p *play) keepGoldens(file, source string) error {
	played, err := txtar.ParseFile(file)
	if err != nil {
		return errors.New("no folder for temporary files")
	}
	original := p.scenario.archive()
	fresh := txtar.Format(&txtar.Archive{Comment: original.Comment, Files: played.Files})
	if string(fresh) == string(txtar.Format(original)) {
		return nil
	}
	beside := source + ".new"
	if err := os.WriteFile(beside, fresh, 0o644); err != nil {
		return fmt.Errorf("%s cannot be written", p.scenario.File)
	}
	if err := os.Rename(beside, source); err != nil {
		os.Remove(beside)
		return fmt.Errorf("%s cannot be written", p.scenario.File)
	}
	return nil
}

// failedLine finds the line that testscript gave up at.
func (p *play) failedLine(log, file string) (int, string) {
	found := regexp.MustCompile(`(?m)^FAIL: `+regexp.QuoteMeta(file)+`:(\d+): `).FindAllStringSubmatch(log, -1)
	if found == nil {
		found = regexp.MustCompile(`(?m)^FAIL: .*\.txtar:(\d+): `).FindAllStringSubmatch(log, -1)
	}
	if found == nil {
		return 0, "the scenario could not be played"
	}
	number, err := strconv.Atoi(found[len(found)-1][1])
	if err != nil {
		return 0, "the scenario could not be played"
	}
	for _, l := range p.lines {
		if l.number == number {
			return number, l.text
		}
	}
	return number, ""
}

// ownWords is what testscript says of a failed line of its own verbs, without its paths.
func ownWords(log, file string) string {
	log = strings.TrimSpace(log)
	if at := strings.LastIndex(log, "\n> "); at >= 0 {
		_, log, _ = strings.Cut(log[at+3:], "\n")
	}
	log = regexp.MustCompile(`(?m)^FAIL: .*?\.txtar:\d+: `).ReplaceAllString(log, "")
	return strings.ReplaceAll(strings.TrimSpace(log), filepath.Dir(file), "$WORK")
}

// engine is the test that testscript believes to run in.
type engine struct {
	log     strings.Builder
	failed  bool
	skipped string
}

// halt ends a script; it never leaves this file.
type halt struct{}

func (e *engine) Skip(args ...any) {
	e.skipped = strings.TrimSpace(fmt.Sprint(args...))
	if e.skipped == "" {
		e.skipped = "the scenario skips itself"
	}
	panic(halt{})
}

func (e *engine) Fatal(args ...any) {
	e.log.WriteString(fmt.Sprint(args...))
	e.FailNow()
}

func (e *engine) FailNow() {
	e.failed = true
	panic(halt{})
}

func (e *engine) Parallel()       {}
func (e *engine) Verbose() bool   { return false }
func (e *engine) Log(args ...any) { e.log.WriteString(fmt.Sprint(args...)) }

func (e *engine) Run(_ string, f func(testscript.T)) {
	defer func() {
		if r := recover(); r != nil {
			if _, ours := r.(halt); !ours {
				panic(r)
			}
		}
	}()
	f(e)
}

// Play plays a scenario on a bench that stands, up to its handover, and leaves the bench live: what `serve --scenario`
// does. A scenario without a handover is played to its end.
func Play(ctx context.Context, l *lab.Lab, id string) error {
	defer l.Hold()() // what a step looks for may stand at the beginning
	all, err := All()
	if err != nil {
		return err
	}
	picked, err := Select(all, []string{id})
	if err != nil {
		return err
	}
	if len(picked) != 1 {
		return fmt.Errorf("%q fits %d scenarios; name one", id, len(picked))
	}
	return playTo(ctx, l, picked[0])
}

// PlayScript plays lines of the language that are no scenario, without a header, up to their handover, and leaves the
// bench live: what `serve --script` does. name is what messages call them.
func PlayScript(ctx context.Context, l *lab.Lab, name, text string) error {
	defer l.Hold()()
	return playTo(ctx, l, Scenario{Name: "script", File: name, Text: text})
}

// CheckScript finds the mistakes in such lines that can be told without playing them.
func CheckScript(name, text string) error {
	_, err := Scenario{File: name, Text: text}.lines()
	return err
}

// playTo plays up to the handover.
func playTo(ctx context.Context, l *lab.Lab, s Scenario) error {
	if stop := s.HandoverLine(); stop > 0 {
		a := s.archive()
		a.Comment = []byte(strings.Join(strings.Split(string(a.Comment), "\n")[:stop-1], "\n") + "\n")
		s.Text = string(txtar.Format(a))
	}
	p, err := newPlay(s, l, l.Language())
	if err != nil {
		return err
	}
	if reason, err := p.lacks(); err != nil || reason != "" {
		return errors.Join(err, errors.New(reason))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	out, err := p.script(false, "")
	if err != nil {
		return err
	}
	if out.failure != nil && !out.failure.unmet {
		o := Options{Seed: l.Seed(), Language: l.Language(), Model: l.Model()}
		return errors.New(strings.TrimRight(tell(s, out.line, out.text, out.failure, o), "\n"))
	}
	return nil
}
