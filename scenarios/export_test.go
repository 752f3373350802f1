package scenarios

import (
	"errors"
	"maps"
	"slices"

	"mfpsim/lab"
)

// Step plays one line on a bench that stands, as a scenario would, and returns what its verb prints.
func Step(l *lab.Lab, line string) (string, error) {
	s := Scenario{
		ID: "chapter/name", Name: "name", File: "chapter/name.txtar", Text: "# id: chapter/name\n\n" + line + "\n",
	}
	p, err := newPlay(s, l, l.Language())
	var refused *LineError
	if errors.As(err, &refused) { // a verb says the same without the place
		return "", errors.New(refused.Message)
	}
	if err != nil {
		return "", err
	}
	return p.step(p.lines[0], p.lines[0].words[1:])
}

// FilesOf are the names of the files that a scenario holds.
func FilesOf(s Scenario) (names []string) {
	for _, file := range s.archive().Files {
		names = append(names, file.Name)
	}
	return names
}

// Unjudged are the verbs whose words are not judged before they are played.
func Unjudged() (names []string) {
	for _, name := range verbNames() {
		if judges[name] == nil {
			names = append(names, name)
		}
	}
	return names
}

// Titled are the ids that have titles in other languages.
func Titled() []string { return slices.Sorted(maps.Keys(titles())) }
