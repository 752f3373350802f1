// Package defects has planted firmware bugs. Each changes one place of the source, as an engineer might get it
// wrong, and names the scenarios that must fail with it. The program in defects/plant builds the product with each
// of them and plays the scenarios; it writes the results to verdicts.yaml, which `mfpsim coverage` reads.
package defects

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed *.yaml
var files embed.FS

// Files of the folder that hold no defects.
const (
	verdictsFile = "verdicts.yaml" // what `make defects` writes
	namedFile    = "named.yaml"
)

// Defect is one planted bug.
type Defect struct {
	ID     string   `yaml:"id"`     // unique: "core-mail-only-first-recipient"
	Area   string   `yaml:"area"`   // "core/mail": for the percentages
	Says   string   `yaml:"says"`   // one sentence, as a firmware engineer would say it
	File   string   `yaml:"file"`   // from the module's root, with slashes
	Old    string   `yaml:"old"`    // stands in the file exactly once
	New    string   `yaml:"new"`    // what stands there instead
	Caught []string `yaml:"caught"` // scenarios that are meant to turn red
	Tests  []string `yaml:"tests"`  // of a defect in a fake: packages whose tests are meant to turn red too
	Breaks []string `yaml:"breaks"` // rules of the guide that it breaks
	// Spoils are the messages of the connection test, and the codes of jobs, that are no longer told as they should be.
	Spoils []string `yaml:"spoils"`
	// Escapes says why nothing can catch it: an equivalent change. Such a defect counts in no percentage.
	Escapes string `yaml:"escapes"`
}

// Verdict is what came of a defect when it was planted.
type Verdict struct {
	ID  string   `yaml:"id"`
	Red []string `yaml:"red"` // scenarios that turned red at an assertion
	// scenarios that turned red elsewhere: at a page that is not there, a bench that got stuck
	Broken []string `yaml:"broken,omitempty"`
	Tests  []string `yaml:"tests,omitempty"` // packages whose tests turned red
	// Source and Scenarios are hashes of what the verdict rests on: the file with the defect, and the scenarios
	// that turned red.
	Source    string `yaml:"source"`
	Scenarios string `yaml:"scenarios"`
}

// Caught reports whether something turned red.
func (v Verdict) Caught() bool { return len(v.Red)+len(v.Broken)+len(v.Tests) > 0 }

// Named is a defect in words, that a scenario must catch and that no file plants yet.
type Named struct {
	Scenario string `yaml:"scenario"`
	Says     string `yaml:"says"`
	InTests  bool   `yaml:"in_tests"` // a test of the scenarios plants it, in the device or in the fakes
}

// AllNamed returns what the scenarios must catch, in words.
func AllNamed() ([]Named, error) {
	text, err := files.ReadFile(namedFile)
	if err != nil {
		return nil, err
	}
	var list []Named
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&list); err != nil {
		return nil, fmt.Errorf("defects/%s: %w", namedFile, err)
	}
	return list, nil
}

// All returns the defects in the order of their files, and of their places in them.
func All() ([]Defect, error) { return Load(files) }

// Load reads the defects of a folder.
func Load(folder fs.FS) ([]Defect, error) {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	var all []Defect
	seen := map[string]string{}
	for _, name := range names {
		if name == verdictsFile || name == namedFile {
			continue
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		var list []Defect
		if err := decode(text, &list); err != nil {
			return nil, fmt.Errorf("defects/%s: %w", name, err)
		}
		for _, d := range list {
			if err := d.check(); err != nil {
				return nil, fmt.Errorf("defects/%s: %w", name, err)
			}
			if other, twice := seen[d.ID]; twice {
				return nil, fmt.Errorf("defects/%s: %s stands in defects/%s already", name, d.ID, other)
			}
			seen[d.ID] = name
			all = append(all, d)
		}
	}
	return all, nil
}

// decode reads a list of YAML, in which unknown members are mistakes; an empty file is an empty list.
func decode(text []byte, list any) error {
	err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(list)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (d Defect) check() error {
	for what, text := range map[string]string{
		"id": d.ID, "area": d.Area, "says": d.Says, "file": d.File, "old": d.Old,
	} {
		if text == "" {
			return fmt.Errorf("defect %q has no %s", d.ID, what)
		}
	}
	switch {
	case d.Old == d.New:
		return fmt.Errorf("defect %s changes nothing", d.ID)
	case path.Clean(d.File) != d.File || !fs.ValidPath(d.File):
		return fmt.Errorf("defect %s: %q is no path from the module's root", d.ID, d.File)
	case len(d.Caught) == 0 && len(d.Tests) == 0 && d.Escapes == "":
		return fmt.Errorf("defect %s names nothing that is meant to catch it", d.ID)
	}
	return nil
}

// Plant changes a source text. The old text is to stand there exactly once: one that has gone is no defect any
// more.
func (d Defect) Plant(source string) (string, error) {
	switch n := strings.Count(source, d.Old); n {
	case 1:
		return strings.Replace(source, d.Old, d.New, 1), nil
	case 0:
		return "", fmt.Errorf("defect %s: its old text has gone from %s; say it anew", d.ID, d.File)
	default:
		return "", fmt.Errorf("defect %s: its old text stands %d times in %s; make it longer", d.ID, n, d.File)
	}
}

// Verdicts returns what came of the defects when `make defects` was run last.
func Verdicts() ([]Verdict, error) {
	text, err := files.ReadFile(verdictsFile)
	if err != nil {
		return nil, err
	}
	return ParseVerdicts(text)
}

// ParseVerdicts reads what [FormatVerdicts] has written.
func ParseVerdicts(text []byte) ([]Verdict, error) {
	var list []Verdict
	if err := decode(text, &list); err != nil {
		return nil, fmt.Errorf("defects/%s: %w", verdictsFile, err)
	}
	return list, nil
}

// FormatVerdicts writes verdicts in the order of their ids.
func FormatVerdicts(list []Verdict) ([]byte, error) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Verdict) int { return strings.Compare(a.ID, b.ID) })
	text, err := yaml.MarshalWithOptions(list, yaml.Flow(false))
	if err != nil {
		return nil, err
	}
	return append([]byte("# Written by `make defects`: which scenarios turned red with each planted defect.\n"), text...), nil
}

// Hash is a short hash of texts, for what a verdict rests on.
func Hash(texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		fmt.Fprintf(h, "%d\n%s\n", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
