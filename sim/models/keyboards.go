package models

import (
	_ "embed" // for the keyboards
	"fmt"
	"slices"
	"strings"
	"sync"

	"mfpsim/sim/internal/yamlfile"
)

//go:embed keyboards.yaml
var keyboardsFile []byte

// rowsOfKeyboard is how many rows of signs a keyboard has, above the row of the space key.
const rowsOfKeyboard = 4

// Keyboard is an alphabet of a panel's on-screen keyboard: signs, row by row.
type Keyboard struct {
	Name     string   // what models call it
	Language string   // of its signs
	Key      string   // what stands on the key that changes the alphabet while this one is shown
	SignsKey string   // what stands on the key for other signs
	Beside   []string // left and right of the space key
	Rows     [][]string
	Shift    [][]string // none, and Signs neither: the keyboard has one layer
	Signs    [][]string

	typed map[string]bool
}

// Types reports whether the keyboard has a sign, on whatever layer.
func (k *Keyboard) Types(sign string) bool { return k.typed[sign] }

// Field is what a field of the panel takes.
type Field struct {
	Name      string   `yaml:"name"` // a label's name
	Alphabets []string `yaml:"alphabets"`
	Maximum   int      `yaml:"maximum"` // characters; 0: as many as any field
}

// Field returns what is known of a field; one that the model does not name takes the first alphabet.
func (m *Model) Field(name string) Field {
	field := Field{Name: name, Maximum: m.Panel.FieldMaximum}
	for _, f := range m.Panel.Fields {
		if f.Name == name {
			field.Alphabets = f.Alphabets
			if f.Maximum > 0 {
				field.Maximum = f.Maximum
			}
		}
	}
	return field
}

// KeyboardsOf returns the keyboards of a field, in the order of the model; Latin where it names none.
func (m *Model) KeyboardsOf(f Field) []*Keyboard {
	all, _ := keyboards() // [Load] has looked at them
	var list []*Keyboard
	for _, name := range f.Alphabets {
		for _, k := range all {
			if k.Name == name {
				list = append(list, k)
			}
		}
	}
	if len(list) == 0 {
		return all[:1]
	}
	return list
}

// keyboards are those of the program.
var keyboards = sync.OnceValues(func() ([]*Keyboard, error) {
	file, err := yamlfile.Parse("keyboards.yaml", keyboardsFile)
	if err != nil {
		return nil, err
	}
	var read []struct {
		Name     string   `yaml:"name"`
		Language string   `yaml:"language"`
		Key      string   `yaml:"key"`
		SignsKey string   `yaml:"signsKey"`
		Beside   []string `yaml:"beside"`
		Rows     []string `yaml:"rows"`
		Shift    []string `yaml:"shift"`
		Signs    []string `yaml:"signs"`
	}
	if err := file.Decode(&read); err != nil {
		return nil, err
	}
	var all []*Keyboard
	for _, r := range read {
		k := &Keyboard{
			Name: r.Name, Language: r.Language, Key: r.Key, SignsKey: r.SignsKey, Beside: r.Beside,
			typed: map[string]bool{" ": true},
		}
		for _, layer := range []struct {
			from []string
			to   *[][]string
		}{{r.Rows, &k.Rows}, {r.Shift, &k.Shift}, {r.Signs, &k.Signs}} {
			if len(layer.from) == 0 && layer.to != &k.Rows && len(r.Shift)+len(r.Signs) == 0 {
				continue
			}
			if len(layer.from) != rowsOfKeyboard || len(k.Beside) != 2 {
				return nil, fmt.Errorf(
					"keyboards.yaml: %s: a layer has %d rows, and two signs are beside the space key", r.Name, rowsOfKeyboard,
				)
			}
			for _, row := range layer.from {
				*layer.to = append(*layer.to, strings.Fields(row))
			}
		}
		for _, row := range slices.Concat(k.Rows, k.Shift, k.Signs, [][]string{k.Beside}) {
			for _, sign := range row {
				k.typed[sign] = true
			}
		}
		all = append(all, k)
	}
	return all, nil
})
