package routes

import (
	"encoding"
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Foreign are types that write JSON of a shape of their own, with what that is in words: "conditionalAccessPolicy of
// Microsoft Graph". A type with a MarshalJSON that is not among them is a mistake in the table.
type Foreign map[reflect.Type]string

// shape is what a value looks like in JSON.
type shape struct {
	kind    string // of the constants below
	name    string // of an object that has one
	words   string // of a foreign object
	members []field
	of      *shape // of a list, or of a map's values
}

const (
	text    = "text"
	moment  = "time"
	number  = "number"
	yesOrNo = "true or false"
	octets  = "base64"
	lists   = "list"
	maps    = "map"
	object  = "object"
	foreign = "foreign"
	phrase  = "words"
)

// field is a member of an object.
type field struct {
	name     string
	about    string
	optional bool
	nullable bool
	shape    *shape
}

// shapes knows the shapes of all types of a table.
type shapes struct {
	foreign Foreign
	byType  map[reflect.Type]*shape
	named   []*shape // in the order in which they were met
}

func newShapes(f Foreign) *shapes { return &shapes{foreign: f, byType: map[reflect.Type]*shape{}} }

var (
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
)

// of tells the shape of a type. A type that JSON cannot have, or whose shape nobody has told, panics.
func (s *shapes) of(t reflect.Type) *shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	words, told := s.foreign[t]
	switch {
	case told && words == "":
		return &shape{kind: phrase}
	case told:
		return &shape{kind: foreign, words: words}
	case t == reflect.TypeFor[time.Time]():
		return &shape{kind: moment}
	case t.Implements(jsonMarshaler) || reflect.PointerTo(t).Implements(jsonUnmarshaler):
		panic(fmt.Sprintf("routes: nobody has told what %s looks like in JSON", t))
	case t.Implements(textMarshaler):
		return &shape{kind: text}
	}
	switch t.Kind() {
	case reflect.String:
		return &shape{kind: text}
	case reflect.Bool:
		return &shape{kind: yesOrNo}
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
		return &shape{kind: number}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return &shape{kind: octets}
		}
		return &shape{kind: lists, of: s.of(t.Elem())}
	case reflect.Map:
		return &shape{kind: maps, of: s.of(t.Elem())}
	case reflect.Struct:
		return s.object(t)
	}
	panic(fmt.Sprintf("routes: %s cannot be told in JSON", t))
}

func (s *shapes) object(t reflect.Type) *shape {
	if known := s.byType[t]; known != nil {
		return known
	}
	found := &shape{kind: object}
	s.byType[t] = found // before its members, which may have it again
	if t.Name() != "" {
		found.name = s.nameOf(t)
		s.named = append(s.named, found)
	}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || f.Anonymous || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		optional := strings.Contains(options, "omitempty")
		found.members = append(found.members, field{
			name: name, about: f.Tag.Get("doc"), shape: s.of(f.Type), optional: optional,
			nullable: f.Type.Kind() == reflect.Pointer && !optional,
		})
	}
	return found
}

// nameOf is what the page calls a type: by its own name, and by that of its package too where another has the name.
func (s *shapes) nameOf(t reflect.Type) string {
	capital := func(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
	name := capital(t.Name())
	taken := func(other *shape) bool { return other.name == name }
	if slices.ContainsFunc(s.named, taken) {
		name = capital(path.Base(t.PkgPath())) + name
	}
	if slices.ContainsFunc(s.named, taken) {
		panic(fmt.Sprintf("routes: two types are called %s", name))
	}
	return name
}

// schema is the shape as JSON Schema, as OpenAPI 3.1 has it.
func (s *shape) schema() map[string]any {
	switch s.kind {
	case text:
		return map[string]any{"type": "string"}
	case moment:
		return map[string]any{"type": "string", "format": "date-time"}
	case number:
		return map[string]any{"type": "number"}
	case yesOrNo:
		return map[string]any{"type": "boolean"}
	case octets:
		return map[string]any{"type": []string{"string", "null"}, "contentEncoding": "base64"}
	case phrase:
		return map[string]any{"oneOf": []any{
			map[string]any{"type": "string"},
			map[string]any{"type": "array", "items": map[string]any{"type": "string"}},
		}}
	case lists:
		return map[string]any{"type": "array", "items": s.of.schema()}
	case maps:
		return map[string]any{"type": "object", "additionalProperties": s.of.schema()}
	case foreign:
		return map[string]any{"type": "object", "description": s.words}
	}
	if s.name != "" {
		return map[string]any{"$ref": "#/components/schemas/" + s.name}
	}
	return s.properties()
}

// properties is an object as JSON Schema, with its members.
func (s *shape) properties() map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, m := range s.members {
		schema := m.shape.schema()
		if m.nullable {
			schema = map[string]any{"anyOf": []any{schema, map[string]any{"type": "null"}}}
		}
		properties[m.name] = described(schema, m.about)
		if !m.optional {
			required = append(required, m.name)
		}
	}
	return map[string]any{
		"type": "object", "properties": properties, "required": required, "additionalProperties": false,
	}
}

func described(schema map[string]any, about string) map[string]any {
	if about != "" {
		schema["description"] = about
	}
	return schema
}

// says names the shape in a page, with a link to what is described there.
func (s *shape) says() string {
	switch {
	case s.kind == lists:
		return "list of " + plural(s.of.says())
	case s.kind == maps:
		return "object of " + plural(s.of.says())
	case s.kind == foreign:
		return s.words
	case s.kind == phrase:
		return "a line, or a list of texts"
	case s.name != "":
		return "[" + s.name + "](#" + strings.ToLower(s.name) + ")"
	}
	return s.kind
}

func plural(words string) string {
	switch words {
	case text, moment, number:
		return words + "s"
	}
	return words
}
