package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/txtar"

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

	folder string // the source folder that it was read from, as it was given; empty: this program
}

// Levels of a scenario.
const (
	LevelMust   = "MUST"
	LevelShould = "SHOULD"
)

// headerKeys are the words that a header line may begin with.
var headerKeys = []string{"id", "title", "guide", "proves", "level", "needs", "source"}

// optionalKeys are those of them that may be missing.
var optionalKeys = []string{"needs", "source"}

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

// Parse reads the header of one scenario file. file is its name as messages show it, "chapter/name.txtar".
func Parse(file, text string) (Scenario, error) {
	s := Scenario{File: file, Text: text}
	seen := map[string]int{}
	fail := func(line int, format string, args ...any) (Scenario, error) {
		return Scenario{}, &LineError{File: file, Line: line, Message: fmt.Sprintf(format, args...)}
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
		if !found {
			return fail(number, "the header ends with an empty line; this is no header line: %s", line)
		}
		key, value, found := strings.Cut(comment, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case !found:
			return fail(number, "a header line is \"# key: value\"; the keys are %s", strings.Join(headerKeys, ", "))
		case !slices.Contains(headerKeys, key):
			return fail(number, "unknown header key %q; the keys are %s", key, strings.Join(headerKeys, ", "))
		case seen[key] > 0:
			return fail(number, "header key %q again; it stood in line %d", key, seen[key])
		case value == "":
			return fail(number, "header key %q without a value", key)
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
				return fail(number, "unknown level %q; the levels are %s, %s", value, LevelMust, LevelShould)
			}
			s.Level = value
		case "source":
			if !sourceAddress.MatchString(value) {
				return fail(number, "source %q is no address; write host and path, as github.com/OWNER/NAME/issues/1", value)
			}
			s.Source = value
		case "needs":
			for _, need := range strings.Fields(value) {
				if !slices.Contains(device.Capabilities(), device.Capability(need)) {
					return fail(number, "unknown capability %q; there are %s", need, join(device.Capabilities()))
				}
				s.Needs = append(s.Needs, device.Capability(need))
			}
		}
	}
	for _, key := range headerKeys {
		if !slices.Contains(optionalKeys, key) && seen[key] == 0 {
			return fail(end, "header key %q is missing", key)
		}
	}
	if want := strings.TrimSuffix(file, ".txtar"); s.ID != want && !strings.HasSuffix(want, "/"+s.ID) {
		return fail(seen["id"], "id %q does not belong to this file; it must be %q", s.ID, want)
	}
	if !strings.Contains(s.ID, "/") {
		return fail(seen["id"], "id %q is not folder/name", s.ID)
	}
	s.Name = path.Base(s.ID)
	return s, nil
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
