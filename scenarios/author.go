package scenarios

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"mfpsim/choice"
	"mfpsim/guide"
)

// CheckFile finds every mistake of a scenario file that can be found without playing it, each with its line. The
// scenario is there if nothing is wrong.
func CheckFile(file string) (Scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Scenario{}, fmt.Errorf("%s cannot be read: %w", file, plainError(err))
	}
	if !utf8.Valid(text) {
		return Scenario{}, fmt.Errorf("%s is no text in UTF-8; save it in that encoding", file)
	}
	rules, err := Rules()
	if err != nil {
		return Scenario{}, err
	}
	known := map[string]bool{}
	for _, r := range rules {
		known[r.ID] = true
	}
	whole, err := filepath.Abs(file)
	if err != nil {
		return Scenario{}, err
	}
	mistakes := []error{}
	s, err := Parse(filepath.ToSlash(whole), string(text))
	mistakes = append(mistakes, err)
	s.File, s.Text = file, strings.TrimPrefix(string(text), byteOrderMark) // the lines are looked at whatever the header is
	mistakes = append(mistakes, s.check(known))
	if lines, err := s.lines(); err == nil {
		mistakes = append(mistakes, s.missingGoldens(lines))
	}
	return s, errors.Join(named(mistakes, file)...)
}

// named gives mistakes in the order of their lines, with the name of the file as it was written, each once.
func named(mistakes []error, file string) []error {
	var flat []*LineError
	var others []error
	var walk func(err error)
	walk = func(err error) {
		var several interface{ Unwrap() []error }
		var one *LineError
		switch {
		case err == nil:
		case errors.As(err, &several):
			for _, e := range several.Unwrap() {
				walk(e)
			}
		case errors.As(err, &one):
			flat = append(flat, &LineError{File: file, Line: one.Line, Message: one.Message})
		default:
			others = append(others, err)
		}
	}
	for _, err := range mistakes {
		walk(err)
	}
	slices.SortStableFunc(flat, func(a, b *LineError) int { return a.Line - b.Line })
	for i, e := range flat {
		if i == 0 || *e != *flat[i-1] {
			others = append(others, e)
		}
	}
	return others
}

// skeleton is what a new scenario begins with. It passes as it stands.
const skeleton = `# id: %s
# title: %s
# guide: %s
# proves: %s
# level: SHOULD

# Who is there: an organization that is set up for mail, and an account with a mailbox.
tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox

# The printer is signed in: the guide's 12 steps at once.
printer sign-in admin@contoso.com

# From here on a person can take over: mfpsim serve --scenario %s
handover

# What happens, and what is to be seen. docs/language.md has all verbs.
scan email bob@fabrikam.com subject='Scan'
jobs shows Email Completed
mailbox bob@fabrikam.com shows from=admin@contoso.com subject=Scan attachments=1
`

// Skeleton writes a scenario to begin with into a source folder, and returns its file. id is folder/name; a name alone
// goes into the folder "own". What is there already is left alone.
func Skeleton(folder, id, chapter string) (file string, err error) {
	if !strings.Contains(id, "/") {
		id = "own/" + id
	}
	dir, name, _ := strings.Cut(id, "/")
	for _, part := range []string{dir, name} {
		if strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.Trim(part, "-") == "" {
			return "", fmt.Errorf("%q is no name of a scenario; write folder/name in small letters, digits and -, as own/power-fails-twice", id)
		}
	}
	if chapter == "" {
		chapter = "Cannot Send Email"
	}
	if !slices.Contains(guide.Titles(), chapter) {
		return "", &choice.Error{What: "chapter of the guide", Wanted: chapter, Present: guide.Titles()}
	}
	rule, err := ruleOf(chapter)
	if err != nil {
		return "", err
	}
	file = filepath.Join(folder, dir, name+".txtar")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", fmt.Errorf("%s cannot be made: %w", filepath.Dir(file), plainError(err))
	}
	to, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("%s is there already; choose another name", file)
	}
	if err != nil {
		return "", fmt.Errorf("%s cannot be written: %w", file, plainError(err))
	}
	title := "Say in one sentence what happens and what helps"
	_, err = fmt.Fprintf(to, skeleton, id, title, chapter, rule, id)
	return file, errors.Join(err, to.Close())
}

// ruleOf is a rule of a chapter, for a scenario to begin with.
func ruleOf(chapter string) (string, error) {
	rules, err := Rules()
	if err != nil {
		return "", err
	}
	for _, r := range rules {
		if r.Source == chapter && r.Kind == RuleBehaviour {
			return r.ID, nil
		}
	}
	return "R7", nil
}
