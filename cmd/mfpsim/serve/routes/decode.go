package routes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// MaxBody is how long the body of a request may be, in octets.
const MaxBody = 1 << 20

// read fills in what the request carries. What it does not know it refuses, and names what it knows.
func (r Route[B]) read(request *http.Request) (reflect.Value, error) {
	in := reflect.New(r.Act.in).Elem()
	for _, m := range r.Act.at(inPath) {
		if err := set(in.FieldByIndex(m.index), m.name, request.PathValue(m.name)); err != nil {
			return in, err
		}
	}
	if err := r.readQuery(request.URL.RawQuery, in); err != nil {
		return in, err
	}
	return in, r.readBody(request, in)
}

func (r Route[B]) readQuery(raw string, in reflect.Value) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return Refuse("the query is not encoded as a query is")
	}
	known := r.Act.at(inQuery)
	for name, values := range query {
		i := slices.IndexFunc(known, func(m member) bool { return m.name == name })
		if i < 0 {
			return Refuse("unknown parameter %q; %s", name, allOf("parameter", known))
		}
		if len(values) > 1 {
			return Refuse("parameter %q stands there %d times", name, len(values))
		}
		if err := set(in.FieldByIndex(known[i].index), name, values[0]); err != nil {
			return err
		}
	}
	return nil
}

func (r Route[B]) readBody(request *http.Request, in reflect.Value) error {
	body, err := io.ReadAll(io.LimitReader(request.Body, MaxBody+1))
	switch {
	case err != nil:
		return Refuse("the request was cut off")
	case len(body) > MaxBody:
		return Refuse("the request is too long")
	case len(strings.TrimSpace(string(body))) == 0:
		body = []byte("{}")
	}
	known := r.Act.at(inBody)
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	var given map[string]json.RawMessage
	if err := decoder.Decode(&given); err != nil {
		return Refuse("%s", mistake(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Refuse("there is more than one JSON value")
	}
	if name, twice := doubled(body); twice {
		return Refuse("field %q stands there twice", name)
	}
	for _, name := range sorted(given) {
		if !slices.ContainsFunc(known, func(m member) bool { return m.name == name }) {
			return Refuse("unknown field %q; %s", name, allOf("field", known))
		}
	}
	for _, m := range known {
		field := in.FieldByIndex(m.index)
		text, there := given[m.name]
		if there {
			nested := json.NewDecoder(strings.NewReader(string(text)))
			nested.DisallowUnknownFields()
			if err := nested.Decode(field.Addr().Interface()); err != nil {
				return Refuse("%s", mistakeIn(m, err))
			}
		}
		if m.required && (!there || field.Kind() == reflect.String && field.Len() == 0) {
			return Refuse("field %q is missing%s", m.name, r.written())
		}
	}
	return nil
}

// doubled looks for an object in which a member stands twice: whoever reads it could take either. The text is JSON.
func doubled(body []byte) (name string, twice bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	type level struct {
		names map[string]bool // of an object; nil: of an array
		value bool            // the value of a member comes
	}
	var levels []level
	for {
		token, err := decoder.Token()
		if err != nil {
			return "", false
		}
		top := len(levels) - 1
		switch token {
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:top]
			continue
		}
		if top >= 0 && levels[top].names != nil {
			if text, isName := token.(string); isName && !levels[top].value {
				if levels[top].names[text] {
					return text, true
				}
				levels[top].names[text], levels[top].value = true, true
				continue
			}
			levels[top].value = false
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{names: map[string]bool{}})
		case json.Delim('['):
			levels = append(levels, level{})
		}
	}
}

// written shows how the body can look.
func (r Route[B]) written() string {
	if r.Example == "" {
		return ""
	}
	return "; write " + r.Example
}

// allOf lists what could have been named.
func allOf(what string, known []member) string {
	if len(known) == 0 {
		return "the request takes no " + what + "s"
	}
	names := make([]string, len(known))
	for i, m := range known {
		names[i] = m.name
	}
	return "there are: " + strings.Join(names, ", ")
}

func sorted(given map[string]json.RawMessage) []string {
	names := make([]string, 0, len(given))
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// mistake says in our words why a body is no object.
func mistake(err error) string {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return fmt.Sprintf("the body must be an object, not %s", came(kind.Value))
	case errors.As(err, &syntax):
		return fmt.Sprintf("the body is not JSON: it breaks off or goes wrong at byte %d", syntax.Offset)
	default:
		return "the body is not JSON: it ends too early"
	}
}

// came names a kind of JSON as encoding/json reports it: "object", "number 1.5".
func came(kind string) string {
	word, value, _ := strings.Cut(kind, " ")
	named, known := map[string]string{
		"object": "an object", "array": "a list", "string": "a text", "number": "a number", "bool": "true or false",
		"null": "null",
	}[word]
	switch {
	case !known:
		return kind
	case value != "":
		return "the number " + value
	}
	return named
}

// Kinds of JSON, as encoding/json reports them.
func kindOf(body []byte) string {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return "object"
	}
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "bool"
	case float64:
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// expected names what a member of a type must be; "": its type says so itself.
func expected(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		if of := expected(t.Elem()); of == "a text" {
			return "a list of texts"
		}
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return ""
}

// mistakeIn says in our words why a member of the body could not be read: what it must be, and what it is.
func mistakeIn(m member, err error) string {
	var kind *json.UnmarshalTypeError
	var wrong *Wrong
	switch {
	case errors.As(err, &wrong):
		return fmt.Sprintf("field %q must be %s, not %s", m.name, wrong.Must, came(kindOf(wrong.Is)))
	case !errors.As(err, &kind):
		return fmt.Sprintf("field %q: %s", m.name, strings.TrimPrefix(err.Error(), "json: "))
	case kind.Field != "": // a member of a member
		return fmt.Sprintf("field %q must be %s, not %s", m.name+"."+kind.Field, expected(kind.Type), came(kind.Value))
	case m.kind.Kind() == reflect.Slice && kind.Type != m.kind: // one of a list
		return fmt.Sprintf("field %q must be %s; one of it is %s", m.name, expected(m.kind), came(kind.Value))
	}
	return fmt.Sprintf("field %q must be %s, not %s", m.name, expected(kind.Type), came(kind.Value))
}

// Wrong is the error of a type that reads itself from JSON (UnmarshalJSON), and was given another kind.
type Wrong struct {
	Must string // "one line, or a list of words"
	Is   []byte // the JSON that was given
}

// Error says what the value must be.
func (w *Wrong) Error() string { return "must be " + w.Must + ", not " + came(kindOf(w.Is)) }

// set reads a word of the path or the query.
func set(field reflect.Value, name, text string) error {
	if field.Kind() == reflect.Pointer {
		value := reflect.New(field.Type().Elem())
		if err := set(value.Elem(), name, text); err != nil {
			return err
		}
		field.Set(value)
		return nil
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return Refuse("%s=%s: not a number", name, text)
		}
		field.SetInt(int64(n))
	case reflect.Bool:
		on, err := strconv.ParseBool(text)
		if err != nil {
			return Refuse("%s=%s: not true or false", name, text)
		}
		field.SetBool(on)
	default:
		panic(fmt.Sprintf("routes: %s cannot stand in a path or a query", field.Type()))
	}
	return nil
}
