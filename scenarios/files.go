package scenarios

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mfpsim/choice"
)

// local reports whether a name stays within the scenario on every machine: no path from the root, no way up, no
// drive.
func local(name string) bool {
	return filepath.IsLocal(filepath.FromSlash(name)) && !strings.ContainsAny(name, `\:`)
}

// proper reports whether a local name is the name of a file, and the only way to write it: no folder, no detour.
func proper(name string) bool { return name != "." && path.Clean(name) == name && !unprintable(name) }

func unprintable(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError })
}

const notProper = "%q is no name of a file; write it without detours, as screen.txt or folder/screen.txt"

// nested reports whether one name would be a folder of the other.
func nested(one, other string) bool {
	return strings.HasPrefix(one, other+"/") || strings.HasPrefix(other, one+"/")
}

const notLocal = "%q leads out of the scenario; a file is named by a path below it, such as screen.txt"

// checkFiles looks at the names of the files that the scenario holds, and at those that its lines name. The error is
// every mistake, joined.
func (s Scenario) checkFiles(lines []line) error {
	var mistakes []error
	mistake := func(number int, format string, args ...any) {
		mistakes = append(mistakes, &LineError{File: s.File, Line: number, Message: fmt.Sprintf(format, args...)})
	}
	var names []string
	number := strings.Count(string(s.archive().Comment), "\n") + 1
	for _, file := range s.archive().Files {
		switch {
		case !local(file.Name):
			mistake(number, notLocal, file.Name)
		case !proper(file.Name):
			mistake(number, notProper, file.Name)
		case slices.ContainsFunc(names, func(other string) bool { return nested(other, file.Name) }):
			mistake(number, "%q cannot be a file and a folder", file.Name)
		case slices.Contains(names, file.Name):
			mistake(number, "a file %q is there already", file.Name)
		}
		names = append(names, file.Name)
		number += strings.Count(string(file.Data), "\n") + 1
	}
	set := values{of: map[string]string{}}
	for _, l := range lines {
		words, err := expand(l.words, set.of)
		if err == nil && words[0] == "env" {
			for _, word := range words[1:] {
				name, value, _ := strings.Cut(word, "=")
				err = errors.Join(err, set.put(name, value))
			}
		}
		if err != nil {
			mistake(l.number, "%v", err)
			continue
		}
		for _, name := range filesOf(words) {
			switch {
			case strings.Contains(name, "$"): // known only when it is played, and looked up in the scenario then too
			case !local(name):
				mistake(l.number, notLocal, name)
			case !proper(name):
				mistake(l.number, notProper, name)
			case !slices.Contains(names, name):
				none := &choice.Error{What: "file", Wanted: name, Present: names}
				if !isGolden(words) || none.Nearest() != "" { // else it is one that is still to be written
					mistake(l.number, "%v", none)
				}
			}
		}
	}
	return errors.Join(mistakes...)
}

// isGolden reports whether a line compares what was printed with a file. That file may be missing until a run with
// Options.Update writes it.
func isGolden(words []string) bool {
	return words[0] == "cmp" && len(words) == 3 && words[1] == "stdout"
}

// noGolden says that the file of a comparison is missing, and what to do.
const noGolden = "there is no file %s in this scenario yet: run it with --folder DIR --update to have it written from what is printed now, " +
	"or write it at the end of the scenario, below a line -- %s --"

// missingGoldens are the mistakes that check tells, and a run with Options.Update mends.
func (s Scenario) missingGoldens(lines []line) error {
	there := map[string]bool{}
	for _, file := range s.archive().Files {
		there[file.Name] = true
	}
	var mistakes []error
	for _, l := range lines {
		if isGolden(l.words) && !there[l.words[2]] && !strings.Contains(l.words[2], "$") {
			mistakes = append(
				mistakes,
				&LineError{File: s.File, Line: l.number, Message: fmt.Sprintf(noGolden, l.words[2], l.words[2])},
			)
		}
	}
	return errors.Join(mistakes...)
}

// filesOf are the files that a line names.
func filesOf(words []string) []string {
	switch {
	case words[0] == "cmp" && len(words) == 3 && words[1] == "stdout":
		return words[2:]
	case words[0] == "cmp":
		return words[1:]
	case words[0] == "entra" && len(words) == 4 && words[1] == "policy" && strings.HasSuffix(words[3], ".json"):
		return words[3:]
	}
	return nil
}
