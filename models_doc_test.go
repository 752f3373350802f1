package mfpsim_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// schemaNode is a part of the models' schema, as far as a table of its keys needs it. The order of keys is that of the
// file.
type schemaNode struct {
	Description string          `json:"description"`
	Ref         string          `json:"$ref"`
	Properties  json.RawMessage `json:"properties"`
	Required    []string        `json:"required"`
	Items       *schemaNode     `json:"items"`
}

// keys are the keys of an object, in their order.
func (n schemaNode) keys(t *testing.T) (names []string, nodes []schemaNode) {
	t.Helper()
	if n.Properties == nil {
		return nil, nil
	}
	decoder := json.NewDecoder(strings.NewReader(string(n.Properties)))
	_, err := decoder.Token()
	require.NoError(t, err)
	for decoder.More() {
		name, err := decoder.Token()
		require.NoError(t, err)
		var node schemaNode
		require.NoError(t, decoder.Decode(&node))
		names, nodes = append(names, name.(string)), append(nodes, node)
	}
	return names, nodes
}

// keyTable is a row for each key of a model file, by its path.
func keyTable(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("sim/models/data/schema.json")
	require.NoError(t, err)
	var whole struct {
		schemaNode
		Defs map[string]schemaNode `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(text, &whole))
	var b strings.Builder
	b.WriteString("| Key | What | |\n|---|---|---|\n")
	var rows func(path string, n schemaNode, within []string)
	rows = func(path string, n schemaNode, within []string) {
		names, nodes := n.keys(t)
		for i, name := range names {
			node, mark := nodes[i], "may be left out"
			if slices.Contains(n.Required, name) {
				mark = "required"
			}
			require.NotEmpty(t, node.Description, "%s%s has no description in schema.json", path, name)
			says := strings.ReplaceAll(node.Description, "|", "\\|")
			fmt.Fprintf(&b, "| `%s%s` | %s | %s |\n", path, name, says, mark)
			further := path + name + "."
			if node.Items != nil {
				node, further = *node.Items, path+name+"[]."
			}
			ref := strings.TrimPrefix(node.Ref, "#/$defs/")
			if ref != "" && !slices.Contains(within, ref) { // a menu has menus
				rows(further, whole.Defs[ref], append(slices.Clone(within), ref))
			} else if ref == "" {
				rows(further, node, within)
			}
		}
	}
	rows("", whole.schemaNode, nil)
	return b.String()
}

const keysBegin = "<!-- made by: go test . -run TestThePageOfModels -update -->\n"

func TestThePageOfModelsExplainsEachKeyOfTheSchema(t *testing.T) {
	page, err := os.ReadFile("docs/models.md")
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(page), keysBegin)
	require.True(t, found)
	_, after, found := strings.Cut(rest, tablesEnd)
	require.True(t, found)
	want := before + keysBegin + keyTable(t) + tablesEnd + after
	if *update {
		require.NoError(t, os.WriteFile("docs/models.md", []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(page), "docs/models.md is older than sim/models/data/schema.json")
}
