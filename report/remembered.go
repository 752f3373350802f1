package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// remembered is a row of what a printer's memory holds, before and after.
type remembered struct {
	What, Before, After string

	name string // as the memory has it
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
		rows = append(rows, remembered{strings.ReplaceAll(name, "_", " "), old[name], now[name], name})
	}
	return rows
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
