package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// remembered is a row of what a printer's memory holds, before and after.
type remembered struct {
	What, Before, After string

	name  string // as the memory has it
	label string // of a setting, in English
	Raw   bool   // What is a name of the memory's own
}

// Changed reports whether it is another one after.
func (r remembered) Changed() bool { return r.Before != r.After }

// memoryRows compares two records of a memory, as [flatten] gives them. Sealed parts are named, and not shown.
func memoryRows(old, now map[string]string) []remembered {
	var names []string
	for _, of := range []map[string]string{old, now} {
		for name := range of {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	var rows []remembered
	for _, name := range names {
		rows = append(rows, remembered{
			What: strings.ReplaceAll(name, "_", " "), Before: old[name], After: now[name], name: name, Raw: true,
		})
	}
	return rows
}

// part is one of a path in a memory: a name, and a number where it is one of several.
var part = regexp.MustCompile(`^([a-z0-9_]+)(\[[0-9]+\])?$`)

// rows are those of a memory in the language of the page. A name that the pages do not know stays as the memory has it.
func (s speaker) rows(old, now map[string]string, labels map[string]string) []remembered {
	all := memoryRows(old, now)
	for i, row := range all {
		if what, known := s.path(row.name, labels); known {
			all[i].What, all[i].Raw = what, false
		}
		all[i].Before, all[i].After = s.value(row.name, row.Before), s.value(row.name, row.After)
	}
	return all
}

func (s speaker) path(name string, labels map[string]string) (said string, known bool) {
	parts := strings.Split(name, " > ")
	for i, p := range parts {
		found := part.FindStringSubmatch(p)
		switch {
		case found == nil && i > 0: // whose it is: an account, or a name that somebody gave
			continue
		case found == nil:
			return "", false
		}
		label := settingLabels[found[1]]
		text, err := s.T("memory-" + found[1])
		switch {
		case err == nil:
		case labels[label] != "":
			text = labels[label]
		case label != "" && s.language == "en":
			text = label
		default:
			return "", false
		}
		parts[i] = text + found[2]
	}
	return strings.Join(parts, " > "), true
}

// value is one of a memory, as people read it: a moment, a state of a job, yes or no.
func (s speaker) value(name, value string) string {
	if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
		return s.Stamp(at)
	}
	if value != "" && strings.HasSuffix(name, "language") {
		return s.Known("language-" + value)
	}
	if said, err := s.T("value-" + value); err == nil {
		return said
	}
	return value
}

const (
	sealedEnd = "_sealed"
	// sealedWord stands for what is sealed.
	sealedWord = "[sealed]"
)

// stored is a record in an image of a memory.
type stored struct {
	generation float64
	values     map[string]any
}

// recordIn finds the newest records of an image, of each store that there is: JSON objects with a generation. Records
// that have a member in common are of one store.
func recordIn(image []byte) any {
	var found []stored
	for at := bytes.IndexByte(image, '{'); at >= 0; {
		var object map[string]any
		decoder := json.NewDecoder(bytes.NewReader(image[at:]))
		step := 1
		if decoder.Decode(&object) == nil {
			step = int(decoder.InputOffset())
			generation, numbered := object["generation"].(float64)
			if values, is := object["record"].(map[string]any); is && numbered {
				delete(values, "key_id") // names the key that seals, which is nobody's business
				found = append(found, stored{generation, values})
			}
		}
		next := bytes.IndexByte(image[at+step:], '{')
		if next < 0 {
			break
		}
		at += step + next
	}
	slices.SortStableFunc(found, func(a, b stored) int { return cmp.Compare(b.generation, a.generation) })
	all := map[string]any{}
	for _, record := range found {
		older := false
		for name := range record.values {
			_, known := all[name]
			older = older || known
		}
		if !older {
			maps.Copy(all, record.values)
		}
	}
	return all
}

// flatten names each value of a record by its path.
func flatten(value any) map[string]string {
	rows := map[string]string{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for name, below := range v {
				walk(strings.TrimPrefix(path+" > "+name, " > "), below)
			}
		case []any:
			for i, below := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), below)
			}
		case nil:
		case float64:
			rows[path] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			text := fmt.Sprint(v)
			switch {
			case text == "":
			case strings.HasSuffix(path, sealedEnd):
				text = sealedWord
			}
			rows[path] = text
		}
	}
	walk("", value)
	return rows
}
