package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"

	"mfpsim/device"
	"mfpsim/guide"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/phrase"
)

// outcome is how a script ended.
type outcome struct {
	failure *failure
	line    int
	text    string // the failed line
	skipped string
}

// script plays the lines, up to the first that fails. Nothing of it touches the disk: the files of a scenario are
// read from the scenario, and from nowhere else. With update, goldens that differ are written to source.
func (p *play) script(update bool, source string) (outcome, error) {
	description, err := p.description()
	if err != nil {
		return outcome{}, err
	}
	standard := description.Model == p.lab.StandardModel()
	for i, l := range p.lines {
		p.cursor = i + 1
		skipped, err := p.line(l, standard, update)
		if err != nil {
			return outcome{line: l.number, text: l.text, failure: p.fail(err)}, nil
		}
		if skipped != "" {
			return outcome{skipped: skipped}, nil
		}
	}
	err = p.panicked()
	if err == nil {
		err = p.unmet()
	}
	if err != nil {
		last := p.lines[len(p.lines)-1]
		return outcome{line: last.number, text: last.text, failure: p.fail(err)}, nil
	}
	return outcome{}, p.keepGoldens(source)
}

// line plays one line. skipped is why the rest is not played.
func (p *play) line(l line, standard, update bool) (skipped string, err error) {
	for _, c := range l.conditions {
		if met, err := p.condition(c); err != nil || !met {
			return "", err
		}
	}
	in := insertion{lookup: p.lookup}
	words, err := phrase.Expand(l.text, in.value)
	if err = errors.Join(err, in.tooLong()); err != nil {
		return "", err
	}
	words = words[len(l.conditions):]
	if l.not {
		words = words[1:]
	}
	if l.not && !negatable(words) {
		return "", errors.New("! stands only before a line with shows")
	}
	if err := p.emptyArgument(l, words); err != nil {
		return "", err
	}
	switch words[0] {
	case "env":
		return "", p.setNames(words[1:])
	case "skip":
		if reason := strings.Join(words[1:], " "); reason != "" {
			return reason, nil
		}
		return "the scenario skips itself", nil
	case "cmp":
		return "", p.compare(l.not, words[1:], standard, update)
	}
	output, err := p.step(l, words[1:])
	err = hinted(ofLine(err, words), words)
	var without *withoutLanguage
	if errors.As(err, &without) {
		return without.Error(), nil
	}
	if broke := p.panicked(); broke != nil {
		err = broke
	}
	if errors.Is(err, device.ErrOtherModel) {
		return err.Error(), nil
	}
	if errors.Is(err, device.ErrAbsent) {
		return absent(l, err), nil
	}
	if output != "" {
		p.stdout = strings.TrimRight(output, "\n") + "\n"
		p.anyLanguage = p.alikeInAll(words)
		p.itsOwn = p.core != nil && len(words) > 1 && words[0] == "wire" && words[1] == "dialogue"
	}
	return "", err
}

// lookup gives what a $NAME stands for: what env has set. $true, $false and $null are PowerShell's words and stand
// for themselves.
func (p *play) lookup(name string) string {
	switch name {
	case "true", "false", "null":
		return "$" + name
	}
	return p.set.of[name]
}

func (p *play) setNames(words []string) error {
	for _, word := range words {
		name, value, is := strings.Cut(word, "=")
		if !is || name == "" {
			return fmt.Errorf("%q sets nothing; write env NAME=value", word)
		}
		if err := p.set.put(name, value); err != nil {
			return err
		}
	}
	return nil
}

// emptyArgument refuses a $NAME that stands for nothing.
func (p *play) emptyArgument(l line, words []string) error {
	for i, word := range words {
		if word == "" {
			return fmt.Errorf("argument %d is empty: %s is not set; $true, $false and $null stand for themselves", i, l.words[i])
		}
	}
	return nil
}

// readFile reads a file of the scenario.
func (p *play) readFile(name string) (string, error) {
	text, known := p.files[name]
	if !known {
		return "", fmt.Errorf("no file %q in this scenario", name)
	}
	return text, nil
}

// compare holds what was printed last, or a file, against a file.
func (p *play) compare(not bool, words []string, standard, update bool) error {
	if len(words) != 2 {
		return errors.New("not understood; the words are: cmp stdout|FILE FILE")
	}
	have, golden := words[0], p.goldenOf(words[1], standard, words[0] == "stdout" && p.anyLanguage)
	inOutline := golden == "" && standard && have == "stdout" && !update
	if inOutline {
		golden = words[1]
	}
	switch {
	case golden == "" || p.real != nil || have == "stdout" && p.itsOwn:
		return nil
	case have == words[1]:
		return fmt.Errorf("%s is compared with itself", have)
	}
	got := p.stdout
	if have != "stdout" {
		var err error
		if got, err = p.readFile(have); err != nil {
			return err
		}
	}
	want, err := p.readFile(golden)
	switch {
	case err != nil && have == "stdout" && update && !not && !txtar.NeedsQuote([]byte(got)):
		p.golden[golden] = got
		return nil
	case err != nil && have == "stdout":
		return fmt.Errorf(noGolden, golden, golden)
	case err != nil:
		return err
	case not && got == want:
		return fmt.Errorf("%s and %s do not differ", have, golden)
	case not || got == want:
		return nil
	case update && txtar.NeedsQuote([]byte(got)):
		return fmt.Errorf("%s has a line that would begin another file, and cannot be a golden", have)
	case update:
		p.golden[p.inLanguage(golden)] = got
		return nil
	}
	if p.late {
		got, want = untimed(got), untimed(want)
	}
	if inOutline {
		got, want = outline(got), outline(want)
	}
	if got == want {
		return nil
	}
	lines := string(diff.Diff(have, []byte(got), golden, []byte(want)))
	return fmt.Errorf("%s\n%s and %s differ", strings.TrimRight(lines, "\n"), have, golden)
}

// timesOfDay are those of a screen, a list or a table, and that in the name of a scanned file.
var timesOfDay = regexp.MustCompile(`\b([0-9]{2}:){1,2}[0-9]{2}\b|_[0-9]{6}\b`)

// untimed is a text without its times of day, which latency moves.
func untimed(text string) string { return timesOfDay.ReplaceAllString(text, "--:--") }

// wordless are the parts of a text that no language changes: addresses of mail and of hardware, and numbers. Beside a
// time of day they are numbers of three digits and more: a language has its own form of date and time.
var (
	addresses = `[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[0-9A-F]{2}(?::[0-9A-F]{2}){5}`
	wordless  = regexp.MustCompile(addresses + `|[0-9]+`)
	timeless  = regexp.MustCompile(addresses + `|[0-9]{3,}`)
	dated     = regexp.MustCompile(`(?:^|[^:0-9A-F])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[^:0-9A-F]|$)`)
)

// outline is what a screen, a page or a sheet has in common in all languages: its lines, which cells of a table are
// filled, and in each the addresses and numbers, in whatever order the language puts them.
func outline(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		parts := wordless
		if dated.MatchString(line) {
			parts = timeless
		}
		cells := strings.Split(line, "|")
		for n, cell := range cells {
			if strings.TrimSpace(cell) == "" {
				cells[n] = ""
				continue
			}
			found := parts.FindAllString(cell, -1)
			slices.Sort(found)
			cells[n] = strings.Join(append([]string{"…"}, found...), " ")
		}
		lines[i] = strings.Join(cells, "|")
	}
	return strings.Join(lines, "\n")
}

// goldenOf is the file that is compared with in the place of another: screen.el.txt in that of screen.txt where the
// scenario is played in Greek. It is empty where nothing is compared: without a golden in the language, on another
// model than the standard one, of which the goldens are, and in real time, which has not the dates that are in them.
// A golden that the script names with its language, for what stands after lang, is compared in any language, and so is
// what is alike in all.
func (p *play) goldenOf(name string, standard, alike bool) string {
	if !standard || p.real != nil {
		return ""
	}
	own := p.inLanguage(name)
	if _, there := p.files[own]; there || own == name {
		return own
	}
	if alike {
		return name
	}
	return ""
}

// inLanguage is the name of a golden of the printer's language: screen.el.txt. One that names a language itself stays.
func (p *play) inLanguage(name string) string {
	base, ending, _ := strings.Cut(name, ".")
	language := p.lab.Language()
	if language == english || strings.Contains(ending, ".") {
		return name
	}
	return base + "." + language + "." + ending
}

// alikeInAll reports whether what a line has printed is the same in any language of the printer: files, mails and what
// goes over the wire.
func (p *play) alikeInAll(words []string) bool {
	switch words[0] {
	case "mailbox", "wire", "memory", "provider", "entra", "exchange", "network":
		return true
	case "webconfig":
		inEnglish := p.language != english && guide.WebConfigLanguage(p.language) == english
		return inEnglish || len(words) > 1 && words[1] == "download"
	}
	return false
}

// unmet names what was planted and that nobody ever met: a mistake of the script.
func (p *play) unmet() error {
	if names := p.lab.Unmet(); len(names) > 0 {
		return &unmetError{names}
	}
	return nil
}

// unmetError says what was planted and never met. It is told at the end, and no failure of a bench that a person
// takes over.
type unmetError struct{ names []string }

func (e *unmetError) Error() string {
	return "at the end: armed and never met: " + strings.Join(e.names, "; ")
}

// step plays one line of a verb.
func (p *play) step(l line, args []string) (string, error) {
	if err := p.do(func(context.Context) error {
		p.note(journal.KindNote, "%s:%d %s", p.scenario.File, l.number, l.text)
		return nil
	}); err != nil {
		return "", err
	}
	return verbs[l.words[0]].play(p, l.not, args)
}

// condition answers [needs:X] and [!needs:X].
func (p *play) condition(text string) (bool, error) {
	need, denied := strings.CutPrefix(text, "!")
	description, err := p.description()
	return description.Has(device.Capability(strings.TrimPrefix(need, "needs:"))) != denied, err
}

// keepGoldens writes what was found in the place of goldens into the source. The file is replaced when it is
// complete, so that nobody loses a scenario; where source is a link, the file that it leads to.
func (p *play) keepGoldens(source string) error {
	if len(p.golden) == 0 {
		return nil
	}
	material := p.scenario.archive()
	for i, file := range material.Files {
		if text, changed := p.golden[file.Name]; changed {
			material.Files[i].Data = []byte(text)
			delete(p.golden, file.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.golden)) { // that were not there
		material.Files = append(material.Files, txtar.File{Name: name, Data: []byte(p.golden[name])})
	}
	failed := fmt.Errorf("%s cannot be written", p.scenario.File)
	source, err := filepath.EvalSymlinks(source)
	if err != nil {
		return failed
	}
	beside := source + ".new"
	if err := os.WriteFile(beside, txtar.Format(material), 0o644); err != nil {
		return failed
	}
	if err := os.Rename(beside, source); err != nil {
		os.Remove(beside)
		return failed
	}
	return nil
}

// Play plays a scenario on a bench that stands, up to its handover, and leaves the bench live: what `serve
// --scenario` does. A scenario without a handover is played to its end.
func Play(ctx context.Context, l *lab.Lab, id string) error {
	_, err := Begin(ctx, l, id)
	return err
}

// PlayScript plays lines of the language that are no scenario, without a header, up to their handover, and leaves the
// bench live: what `serve --script` does. name is what messages call them.
func PlayScript(ctx context.Context, l *lab.Lab, name, text string) error {
	defer l.Hold()()
	_, err := playTo(ctx, l, Scenario{Name: scriptName, File: name, Text: text})
	return err
}

// scriptName is the name of lines that are no scenario and have no header.
const scriptName = "script"

// CheckScript finds the mistakes in such lines that can be told without playing them.
func CheckScript(name, text string) error {
	_, err := Scenario{Name: scriptName, File: name, Text: text}.lines()
	return err
}

// playTo plays up to the handover.
func playTo(ctx context.Context, l *lab.Lab, s Scenario) (*play, error) {
	whole := s
	if stop := s.HandoverLine(); stop > 0 {
		a := s.archive()
		a.Comment = []byte(strings.Join(strings.Split(string(a.Comment), "\n")[:stop-1], "\n") + "\n")
		s.Text = string(txtar.Format(a))
	}
	p, err := newPlay(s, l, l.Language())
	if err != nil {
		return nil, err
	}
	if reason, err := p.lacks(); err != nil || reason != "" {
		return nil, errors.Join(err, errors.New(reason))
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	out, err := p.script(false, "")
	if err != nil {
		return nil, err
	}
	if out.failure != nil && !out.failure.unmet {
		o := Options{Seed: l.Seed(), Language: l.Language(), Model: l.Model()}
		return nil, errors.New(strings.TrimRight(tell(s, out.line, out.text, out.failure, o), "\n"))
	}
	p.scenario = whole
	return p, nil
}
