package scenarios

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"mfpsim/choice"
)

// local reports whether a name stays within the scenario on every machine: no path from the root, no way up, no drive.
func local(name string) bool {
	return filepath.IsLocal(filepath.FromSlash(name)) && !strings.ContainsAny(name, `\:`)
}

const notLocal = "%q leads out of the scenario; a file is named by a path below it, such as screen.txt"

// checkFiles looks at the names of the files that the scenario holds, and at those that its lines name.
func (s Scenario) checkFiles(lines []line) error {
	mistake := func(number int, format string, args ...any) error {
		return &LineError{File: s.File, Line: number, Message: fmt.Sprintf(format, args...)}
	}
	var names []string
	number := strings.Count(string(s.archive().Comment), "\n") + 1
	for _, file := range s.archive().Files {
		switch {
		case !local(file.Name):
			return mistake(number, notLocal, file.Name)
		case slices.Contains(names, file.Name):
			return mistake(number, "a file %q is there already", file.Name)
		}
		names = append(names, file.Name)
		number += strings.Count(string(file.Data), "\n") + 1
	}
	set := map[string]string{}
	for _, l := range lines {
		words := expand(l.words, set)
		if words[0] == "env" {
			for _, word := range words[1:] {
				name, value, _ := strings.Cut(word, "=")
				set[name] = value
			}
		}
		for _, name := range filesOf(words) {
			switch {
			case strings.Contains(name, "$"): // known only when it is played, and looked up in the scenario then too
			case !local(name):
				return mistake(l.number, notLocal, name)
			case !slices.Contains(names, name):
				return mistake(l.number, "%v", &choice.Error{What: "file", Wanted: name, Present: names})
			}
		}
	}
	return nil
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
