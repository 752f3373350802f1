package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/access"
)

// failure is a refusal of the administration API, in Microsoft Graph's words.
type failure struct {
	status  int
	code    string
	message string
}

// Error returns the message.
func (e *failure) Error() string { return e.message }

// badRequest is the code of Microsoft Graph for a body or a parameter that it does not understand.
func badRequest(format string, values ...any) *failure {
	return &failure{http.StatusBadRequest, "Request_BadRequest", fmt.Sprintf(format, values...)}
}

func notFound(what, id string) *failure {
	return &failure{
		http.StatusNotFound, "Request_ResourceNotFound",
		fmt.Sprintf("Resource '%s' does not exist or one of its queried reference-property objects are not present. (%s)", id,
			what),
	}
}

// bodyField reads one member of an object; name is its path, for the error.
type bodyField func(name string, raw json.RawMessage) error

// readObject reads an object strictly: a member that has no field is refused by its path, and so is one that comes
// twice. Annotations ("@odata.context", "@microsoft.graph.tips") are passed over: whatever Graph answers holds them.
func readObject(path string, raw json.RawMessage, fields map[string]bodyField) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	first, err := decoder.Token()
	if err != nil || first != json.Delim('{') {
		return badRequest("%s is no JSON object.", nameOfPath(path))
	}
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		name, isText := token.(string)
		if err != nil || !isText {
			return badRequest("The body is no JSON.")
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return badRequest("The body is no JSON: it ends or breaks off after '%s'.", join(path, name))
		}
		if seen[name] {
			return badRequest("The property '%s' comes twice.", join(path, name))
		}
		seen[name] = true
		if strings.Contains(name, "@") {
			continue
		}
		read := fields[name]
		if read == nil {
			known := make([]string, 0, len(fields))
			for field := range fields {
				known = append(known, field)
			}
			sort.Strings(known)
			return badRequest(
				"Unknown property '%s'. The properties are: %s.", join(path, name), strings.Join(known, ", "),
			)
		}
		if err := read(join(path, name), value); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return badRequest("%s ends too early.", nameOfPath(path))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return badRequest("There is more than one JSON value.")
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func nameOfPath(path string) string {
	if path == "" {
		return "The body"
	}
	return "The value of '" + path + "'"
}

// isNull reports whether a member is there without a value.
func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// readAs reads a value of a Go type; null leaves what is there.
func readAs[T any](field *T, kind string) bodyField {
	return func(name string, raw json.RawMessage) error {
		if isNull(raw) {
			return nil
		}
		var value T
		if json.Unmarshal(raw, &value) != nil {
			return badRequest("The value of '%s' must be %s, not %s.", name, kind, kindOf(raw))
		}
		*field = value
		return nil
	}
}

// kindOf names a kind of JSON.
func kindOf(raw json.RawMessage) string {
	var value any
	_ = json.Unmarshal(raw, &value) // it is a part of JSON that was read
	switch value := value.(type) {
	case string:
		return "the text '" + value + "'"
	case bool:
		return strconv.FormatBool(value)
	case float64:
		return "the number " + strings.TrimSpace(string(raw))
	case []any:
		return "this list"
	}
	return "an object"
}

func readText(field *string) bodyField    { return readAs(field, "a text") }
func readBool(field *bool) bodyField      { return readAs(field, "true or false") }
func readList(field *[]string) bodyField  { return emptied(field, readAs(field, "a list of texts")) }
func readNumber(field *float64) bodyField { return readAs(field, "a number") }

// emptied makes null clear a list.
func emptied(field *[]string, read bodyField) bodyField {
	return func(name string, raw json.RawMessage) error {
		if isNull(raw) {
			*field = nil
		}
		return read(name, raw)
	}
}

// readWord reads one of some words, whatever its case.
func readWord(field *string, words ...string) bodyField {
	return func(name string, raw json.RawMessage) error {
		var text string
		if err := readText(&text)(name, raw); err != nil || isNull(raw) {
			return err
		}
		i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, text) })
		if i < 0 {
			return badRequest(
				"The value '%s' of '%s' is not known. The values are: %s.", text, name, strings.Join(words, ", "),
			)
		}
		*field = words[i]
		return nil
	}
}

// nestedObject reads an object; null is passed over.
func nestedObject(fields map[string]bodyField) bodyField {
	return func(name string, raw json.RawMessage) error {
		if isNull(raw) {
			return nil
		}
		return readObject(name, raw, fields)
	}
}

// passed takes a member that Graph answers but does not let anybody set.
func passed(string, json.RawMessage) error { return nil }

// unsimulated takes a member that Graph has and the fake does not, as long as it says nothing, nor do its own members.
func unsimulated(name string, raw json.RawMessage) error {
	if access.SaysNothing(raw) {
		return nil
	}
	return badRequest("The property '%s' is one of Microsoft Graph's that mfpsim does not simulate.", name)
}
