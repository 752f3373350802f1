package yamlfile_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/sim/internal/yamlfile"
)

const sample = `# a comment
name: A
list:
  - {label: one}
  - label: two
    items:
      - key: three
nested:
  deep:
    last: 1
"quoted key": x
`

func TestAnErrorNamesTheLineOfWhatItIsAbout(t *testing.T) {
	file, err := yamlfile.Parse("a.yaml", []byte(sample))
	require.NoError(t, err)
	for _, test := range []struct {
		name string
		path []string
		line int
	}{
		{"the file as a whole", nil, 1},
		{"a key", []string{"name"}, 2},
		{"an entry on one line", []string{"list", "0", "label"}, 4},
		{"an entry of a list", []string{"list", "1"}, 5},
		{"a list in a list", []string{"list", "1", "items", "0", "key"}, 7},
		{"a mapping in a mapping", []string{"nested", "deep", "last"}, 10},
		{"a key in quotes", []string{"quoted key"}, 11},
		{"what is not there: the last that is", []string{"list", "1", "price"}, 5},
		{"a place beyond the list", []string{"list", "9"}, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			var found *yamlfile.Error
			require.True(t, errors.As(file.Errorf(test.path, "wrong"), &found))
			require.Equal(t, yamlfile.Error{File: "a.yaml", Line: test.line, Problem: "wrong"}, *found)
		})
	}
}

func TestEveryMistakeInTheTextHasItsLine(t *testing.T) {
	var to struct {
		Name string `yaml:"name"`
		Size int    `yaml:"size"`
	}
	for _, test := range []struct{ name, data, want string }{
		{"an unknown key", "name: A\nprice: 12\n", `a.yaml:2: unknown field "price"`},
		{"a key that stands twice", "name: A\nsize: 1\nname: B\n", `a.yaml:3: mapping key "name" already defined at [1:1]`},
		{"a word for a number", "name: A\nsize: large\n", "a.yaml:2: "},
		{"no YAML", "name: A\nsize: [\n", "a.yaml:2: "},
		{"a second document", "name: A\n---\nname: B\n", "a.yaml:3: a second document"},
		{"nothing", "# nothing\n", "a.yaml:1: the file is empty"},
		{"a list", "- A\n", "a.yaml:1: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			file, err := yamlfile.Parse("a.yaml", []byte(test.data))
			if err == nil {
				err = file.Decode(&to)
			}
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("a: &x {b: 1}\nc: *x\n<<: *x\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		file, err := yamlfile.Parse("a.yaml", data)
		if err == nil {
			var to any
			_ = file.Decode(&to)
			_ = file.Errorf([]string{"list", "0", "label"}, "wrong")
		}
	})
}
