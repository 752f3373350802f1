package models

import (
	"bytes"
	_ "embed" // for the schema
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"mfpsim/sim/internal/yamlfile"
)

// Schema is the JSON Schema of a model's file (draft 2020-12), for editors and for this package.
//
//go:embed data/schema.json
var Schema []byte

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		return nil, fmt.Errorf("schema.json: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", document); err != nil {
		return nil, err
	}
	return compiler.Compile("schema.json")
})

// matchSchema holds a file against the schema and returns every mistake with its line.
func matchSchema(file *yamlfile.File) error {
	schema, err := compiled()
	if err != nil {
		return err
	}
	var document any
	if err := file.Decode(&document); err != nil {
		return err
	}
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(document); !errors.As(err, &invalid) {
		return err
	}
	return errors.Join(mistakes(file, invalid)...)
}

// mistakes are the leaves of the validator's tree.
func mistakes(file *yamlfile.File, e *jsonschema.ValidationError) []error {
	if len(e.Causes) > 0 {
		var all []error
		for _, cause := range e.Causes {
			all = append(all, mistakes(file, cause)...)
		}
		return all
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		var all []error
		for _, name := range k.Properties {
			all = append(all, file.Errorf(at(e.InstanceLocation).key(name), "unknown key %q", name))
		}
		return all
	case *kind.Required:
		return []error{file.Errorf(e.InstanceLocation, "missing: %s", strings.Join(k.Missing, ", "))}
	case *kind.Enum:
		got := fmt.Sprint(k.Got)
		return []error{file.Errorf(e.InstanceLocation, "unknown word %q here; there are: %s", got, list(k.Want))}
	}
	last := ""
	if n := len(e.InstanceLocation); n > 0 {
		last = e.InstanceLocation[n-1] + ": "
	}
	problem := e.ErrorKind.LocalizedString(message.NewPrinter(language.English))
	return []error{file.Errorf(e.InstanceLocation, "%s%s", last, problem)}
}

func list(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}
