package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/txtar"

	"mfpsim/choice"
	"mfpsim/device"
)

// embedded holds the scenario files and the rules, so that a program needs no source folder.
//
//go:embed rules.yaml */*.txtar
var embedded embed.FS

// Scenario is one script with what its header says.
type Scenario struct {
	ID     string              // folder/name, fixed for ever: "trouble/sign-in-not-saved"
	Title  string              // one sentence
	Guide  string              // the chapter of the guide, its English title
	Proves []string            // rules of the guide: "R39"
	Level  string              // MUST or SHOULD
	Needs  []device.Capability // of the header; see also [Scenario.Required]
	Source string              // address of the public thread that it reproduces, without a scheme; empty: none
	Name   string              // the last part of the ID
	File   string              // "trouble/sign-in-not-saved.txtar", with / on every machine
	Text   string              // the whole file

	tags   []string // of the header; see [Scenario.Tags]
	folder string   // the source folder that it was read from, as it was given; empty: this program
}

// Levels of a scenario.
const (
	LevelMust   = "MUST"
	LevelShould = "SHOULD"
)

// headerKeys are the words that a header line may begin with.
var headerKeys = []string{"id", "title", "guide", "proves", "level", "needs", "source", "tags"}

// optionalKeys are those of them that may be missing.
var optionalKeys = []string{"needs", "source", "tags"}

// sourceAddress is how the header names a thread: host and path, as docs/reference/sources.md does.
var sourceAddress = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+(/[^\s/]+)+$`)

// LineError is a mistake in a scenario file or in the rules, with its place.
type LineError struct {
	File    string
	Line    int
	Message string
}

// Error gives file, line and message.
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message) }

var loadEmbedded = sync.OnceValues(func() ([]Scenario, error) { return Load(embedded) })

// All returns the scenarios of this program, sorted by ID. An error names file and line.
func All() ([]Scenario, error) {
	all, err := loadEmbedded()
	return slices.Clone(all), err
}

// Load reads the scenarios of a folder tree: chapter/name.txtar. It reports every mistake in headers and lines, joined.
func Load(folder fs.FS) ([]Scenario, error) {
	rules, err := Rules()
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, r := range rules {
		known[r.ID] = true
	}
	files, err := fs.Glob(folder, "*/*.txtar")
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var all []Scenario
	var mistakes []error
	for _, file := range files {
		text, err := fs.ReadFile(folder, file)
		if err != nil {
			return nil, err
		}
		s, err := Parse(file, string(text))
		if err == nil {
			err = s.check(known)
		}
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		all = append(all, s)
	}
	return all, errors.Join(mistakes...)
}

// Parse reads the header of one scenario file. file is its name as messages show it, "chapter/name.txtar". The error is
// every mistake, joined.
func Parse(file, text string) (Scenario, error) {
	s := Scenario{File: file, Text: text}
	seen := map[string]int{}
	var mistakes []error
	fail := func(line int, format string, args ...any) {
		mistakes = append(mistakes, &LineError{File: file, Line: line, Message: fmt.Sprintf(format, args...)})
	}
	if strings.HasPrefix(text, byteOrderMark) {
		return Scenario{}, &LineError{file, 1, "the file begins with a byte order mark; save it as UTF-8 without one"}
	}
	end := 1
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if strings.TrimSpace(line) == "" {
			break
		}
		number := i + 1
		end = number
		comment, found := strings.CutPrefix(line, "#")
		ended := false
		switch {
		case found:
		case headerWithout(line):
			fail(number, "a header line begins with #: write # %s", strings.TrimSpace(line))
		case number == 1:
			fail(number, "there is no header: the file begins with lines as \"# id: folder/name\"; mfpsim new NAME writes a file to begin with")
			return Scenario{}, mistakes[0]
		default:
			fail(number, "the header ends with an empty line; put one before this line: %s", line)
			ended = true
		}
		if ended {
			break
		}
		key, value, found := strings.Cut(comment, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case !found:
			fail(number, "a header line is \"# key: value\"; the keys are %s", strings.Join(headerKeys, ", "))
			continue
		case !slices.Contains(headerKeys, key):
			fail(number, "%v", &choice.Error{What: "header key", Wanted: key, Present: headerKeys})
			continue
		case seen[key] > 0:
			fail(number, "header key %q again; it stood in line %d", key, seen[key])
			continue
		case value == "":
			fail(number, "header key %q without a value", key)
			continue
		}
		seen[key] = number
		switch key {
		case "id":
			s.ID = value
		case "title":
			s.Title = value
		case "guide":
			s.Guide = value
		case "proves":
			s.Proves = strings.Fields(value)
		case "level":
			if value != LevelMust && value != LevelShould {
				fail(number, "unknown level %q; the levels are %s, %s", value, LevelMust, LevelShould)
			}
			s.Level = value
		case "source":
			if !sourceAddress.MatchString(value) {
				fail(number, "source %q is no address; write host and path, as github.com/OWNER/NAME/issues/1", value)
			}
			s.Source = value
		case "tags":
			s.tags = strings.Fields(value)
		case "needs":
			for _, need := range strings.Fields(value) {
				if !slices.Contains(device.Capabilities(), device.Capability(need)) {
					fail(number, "unknown capability %q; there are %s", need, join(device.Capabilities()))
					continue
				}
				s.Needs = append(s.Needs, device.Capability(need))
			}
		}
	}
	for _, key := range headerKeys {
		if !slices.Contains(optionalKeys, key) && seen[key] == 0 {
			fail(end, "header key %q is missing: add the line # %s: %s", key, key, exampleOf[key])
		}
	}
	if id := idOf(file); seen["id"] > 0 && s.ID != id && !strings.HasSuffix(id, "/"+s.ID) {
		fail(seen["id"], "id %q does not belong to this file; it must be %q", s.ID, id)
	} else if seen["id"] > 0 && !strings.Contains(s.ID, "/") {
		fail(seen["id"], "id %q is not folder/name", s.ID)
	}
	s.Name = path.Base(s.ID)
	if len(mistakes) > 0 {
		return Scenario{}, errors.Join(mistakes...)
	}
	return s, nil
}

const byteOrderMark = "\ufeff"

// idOf is what the id of a scenario in a file must end with.
func idOf(file string) string { return strings.TrimSuffix(filepath.ToSlash(file), ".txtar") }

// exampleOf shows how the value of a header key is written.
var exampleOf = map[string]string{
	"id": "folder/name-of-the-file", "title": "one sentence", "guide": "Cannot Send Email", "proves": "R40", "level": LevelMust,
}

// archive parses the file into script and fixtures.
func (s Scenario) archive() *txtar.Archive { return txtar.Parse([]byte(s.Text)) }

// HandoverLine is the line of the script at which a person takes over, 0 if there is none.
func (s Scenario) HandoverLine() int {
	lines, err := s.lines()
	if err != nil {
		return 0
	}
	for _, l := range lines {
		if l.words[0] == "handover" {
			return l.number
		}
	}
	return 0
}

func join[T ~string](words []T) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = string(w)
	}
	return strings.Join(parts, ", ")
}

// Select picks scenarios by patterns: an ID, a folder ("trouble" or "trouble/"), or a path pattern ("*/sign-*"). No
// pattern picks all. A pattern that fits nothing is an error.
func Select(all []Scenario, patterns []string) ([]Scenario, error) {
	if len(patterns) == 0 {
		return all, nil
	}
	var picked []Scenario
	for _, pattern := range patterns {
		if pattern == "" {
			return nil, errors.New("an empty pattern picks nothing")
		}
		fits := 0
		for _, s := range all {
			matched, err := path.Match(pattern, s.ID)
			if err != nil {
				return nil, fmt.Errorf("bad pattern %q", pattern)
			}
			byName, _ := path.Match(pattern, s.Name)
			if matched || byName || pattern == s.File || strings.HasPrefix(s.ID, strings.TrimSuffix(pattern, "/")+"/") {
				fits++
				if !slices.ContainsFunc(picked, func(p Scenario) bool { return p.ID == s.ID }) {
					picked = append(picked, s)
				}
			}
		}
		if fits == 0 {
			return nil, fmt.Errorf("no scenario fits %q; `mfpsim list` shows them", pattern)
		}
	}
	slices.SortFunc(picked, func(a, b Scenario) int { return strings.Compare(a.ID, b.ID) })
	return picked, nil
}
