package routes

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// Group is a part of the table, with a heading of its own on the page.
type Group[B any] struct {
	Title  string
	About  string // a paragraph below the heading; empty: none
	Routes []Route[B]
}

// Route is a row: one request and what it does. B is what it acts on.
type Route[B any] struct {
	Request string // method and pattern as [http.ServeMux] has them: "POST /clock/advance"
	About   string // what it does, in a sentence or two
	Example string // a body that can be sent as it is; empty: none
	At      string // path and query of the example, where the pattern alone cannot be asked
	Media   string // media type of the answer, where that is Raw; empty: text/plain
	Act     Act[B]
}

// Method is the method of the request.
func (r Route[B]) Method() string { method, _, _ := strings.Cut(r.Request, " "); return method }

// Path is the pattern of the path, without the mark of its end.
func (r Route[B]) Path() string {
	_, path, _ := strings.Cut(r.Request, " ")
	return strings.TrimSuffix(path, "{$}")
}

// media is the media type of an answer that is not JSON.
func (r Route[B]) media() string {
	if r.Media == "" {
		return "text/plain"
	}
	return r.Media
}

// Act is what a route does, with the types of what it takes and gives. [Tells] makes one.
type Act[B any] struct {
	in, out reflect.Type
	members []member // of in
	do      func(ctx context.Context, b B, in reflect.Value) (any, error)
}

// Tells makes an act of a function: in is what the request carries, the result is the answer. It panics if in is no
// struct with the tags that the package asks for: that is a mistake in the table.
func Tells[B, In, Out any](f func(ctx context.Context, b B, in In) (Out, error)) Act[B] {
	in := reflect.TypeFor[In]()
	return Act[B]{
		in: in, out: reflect.TypeFor[Out](), members: membersOf(in),
		do: func(ctx context.Context, b B, value reflect.Value) (any, error) {
			return f(ctx, b, value.Interface().(In))
		},
	}
}

// None is what a request carries that carries nothing.
type None struct{}

// Done is the answer of an act that has nothing to tell.
type Done struct {
	OK bool `json:"ok" doc:"always true; a request that failed has another status and says why in error"`
}

// Raw is an answer that is not JSON.
type Raw struct {
	Type   string      // media type
	Body   []byte      // as it is sent
	Header http.Header // further header fields; nil: none
}

var (
	doneType    = reflect.TypeFor[Done]()
	rawType     = reflect.TypeFor[Raw]()
	problemType = reflect.TypeFor[Problem]()
)

// Refusal is a request that was not understood: status 400.
type Refusal struct{ error }

// Unwrap returns the cause.
func (r Refusal) Unwrap() error { return r.error }

// Refuse makes a [Refusal].
func Refuse(format string, values ...any) error { return Refusal{fmt.Errorf(format, values...)} }

// Refused makes a [Refusal] of an error.
func Refused(err error) error {
	if err == nil {
		return nil
	}
	return Refusal{err}
}

// places are the places of a request that a member can have.
const (
	inBody  = "body"
	inPath  = "path"
	inQuery = "query"
)

// member is one thing that a request carries.
type member struct {
	name     string
	place    string
	about    string
	required bool
	index    []int // in the struct
	kind     reflect.Type
}

// membersOf reads the tags of a struct.
func membersOf(t reflect.Type) []member {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("routes: %s is no struct", t))
	}
	var members []member
	for _, field := range reflect.VisibleFields(t) {
		if !field.IsExported() || field.Anonymous {
			continue
		}
		m := member{index: field.Index, kind: field.Type, about: field.Tag.Get("doc")}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Tag.Get(inPath) != "":
			m.name, m.place, m.required = field.Tag.Get(inPath), inPath, true
		case field.Tag.Get(inQuery) != "":
			m.name, m.place = field.Tag.Get(inQuery), inQuery
		case name == "" || name == "-":
			panic(fmt.Sprintf("routes: %s.%s has no tag json, path or query", t, field.Name))
		default:
			m.name, m.place, m.required = name, inBody, !strings.Contains(options, "omitempty")
		}
		members = append(members, m)
	}
	return members
}

// at are the members of one place.
func (a Act[B]) at(place string) []member {
	var found []member
	for _, m := range a.members {
		if m.place == place {
			found = append(found, m)
		}
	}
	return found
}
