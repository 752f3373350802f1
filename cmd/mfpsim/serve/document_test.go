package serve

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"mfpsim/cmd/mfpsim/serve/routes"
)

var update = flag.Bool("update", false, "write docs/control.md")

const controlPage = "../../../docs/control.md"

func TestThePageOfTheControlAPIIsUpToDate(t *testing.T) {
	page := routes.Page(introduction, table(), foreign)
	if *update {
		require.NoError(t, os.WriteFile(controlPage, []byte(page), 0o644)) //nolint:gosec // a document
	}
	written, err := os.ReadFile(controlPage)
	require.NoError(t, err)
	require.True(t, page == string(written), "docs/control.md is older than the table: go generate ./cmd/mfpsim/serve")
}

// document reads the OpenAPI document of a live bench.
func document(t *testing.T, s *served) (text []byte, paths map[string]map[string]any) {
	t.Helper()
	status, body := s.get(s.Control + "/openapi.json")
	require.Equal(t, http.StatusOK, status)
	var read struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &read))
	require.Equal(t, "3.1.0", read.OpenAPI)
	return []byte(body), read.Paths
}

// schemaAt compiles a part of an OpenAPI document.
func schemaAt(t *testing.T, text []byte, pointer string) *jsonschema.Schema {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, compiler.AddResource("openapi.json", value))
	schema, err := compiler.Compile("openapi.json#" + pointer)
	require.NoError(t, err, pointer)
	return schema
}
