package remote

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// route is one message of the protocol.
type route struct {
	method, path, about string
	in, out             any // zero values; nil: nothing
}

// routes are all messages that a bench sends.
var routes = []route{
	{"get", PathHello, "What the device is. Asked before there is a bench.", nil, Hello{}},
	{"post", PathBenches, "Put a new device on a bench. Answered when it rests.", Boot{}, Booted{}},
	{"post", PathAct, "A person does or reads something. Answered when the device rests, or pending.", Act{}, Report{}},
	{"post", PathWake, "The time of a timer has come: fire that one. Answered when the device rests.", Wake{}, Report{}},
	{"post", PathSlow, "The answer on this connection takes time. Answered when the device has read what it was given, waits for more, and rests; moved: it has closed the connection.", Slow{}, Report{}},
	{"post", PathStalled, "Nothing more will come on this connection: does the device wait? Answered as slow, or moved.", Stalled{}, Report{}},
	{"post", PathWaits, "Does the device wait on this connection? Changes nothing. Answered when it does, or has closed it.", Waits{}, Waiting{}},
	{"post", PathAnswer, "The answer on this connection comes now: set the clock, take the turn back. Answered at once.", Answer{}, Answered{}},
	{"post", PathEnd, "The bench ends: forget the device.", nil, nil},
}

// object is a piece of an OpenAPI document.
type object = map[string]any

// OpenAPI returns the protocol as an OpenAPI 3.1 document: the requests of a bench to a device, and what the methods
// of act take and give.
func OpenAPI() ([]byte, error) {
	s := schemas{known: object{}}
	paths := object{}
	for _, r := range routes {
		operation := object{"summary": r.about}
		if strings.Contains(r.path, "{id}") {
			operation["parameters"] = []object{{
				"name": "id", "in": "path", "required": true, "schema": object{"type": "string"},
				"description": "of Booted",
			}}
		}
		if r.in != nil {
			operation["requestBody"] = object{"required": true, "content": s.content(r.in)}
		}
		answer := object{"description": "errors stand in it; another status says that the protocol is broken"}
		if r.out != nil {
			answer["content"] = s.content(r.out)
		}
		operation["responses"] = object{"200": answer}
		paths[r.path] = object{r.method: operation}
	}
	s.of(reflect.TypeFor[Notes]())
	table := object{}
	for name, m := range methods {
		row := object{"look": m.look}
		if t := reflect.TypeOf(m.args); t != reflect.TypeFor[noArgs]() {
			row["args"] = s.of(t)
		}
		if m.out != nil {
			row["result"] = s.of(reflect.TypeOf(m.out))
		}
		table[name] = row
	}
	table[MethodPage] = object{
		"look": false, "args": s.of(reflect.TypeFor[PageRequest]()), "result": s.of(reflect.TypeFor[PageAnswer]()),
	}
	table[MethodReach] = object{
		"look": false, "args": s.of(reflect.TypeFor[ReachRequest]()), "result": s.of(reflect.TypeFor[Reached]()),
	}
	text, err := json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "mfpsim device", "version": "1",
			"description": "The control port of a device in another process (" + Protocol + "). docs/devices.md has " +
				"the laws and an example of each message.",
		},
		"paths": paths, "components": object{"schemas": s.known}, "x-methods": table,
	}, "", "  ")
	return append(text, '\n'), err
}

// schemas are the types that were met.
type schemas struct{ known object }

func (s schemas) content(value any) object {
	return object{"application/json": object{"schema": s.of(reflect.TypeOf(value))}}
}

// of is the schema of a type; a struct is described once.
func (s schemas) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return object{"description": "as the method has it: see x-methods"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Struct:
		return s.reference(t)
	}
	return object{"type": "integer"}
}

func (s schemas) reference(t reflect.Type) object {
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if path := t.PkgPath(); !strings.HasSuffix(path, "/device/remote") {
		name = path[strings.LastIndex(path, "/")+1:] + "." + name
	}
	reference := object{"$ref": "#/components/schemas/" + name}
	if s.known[name] != nil {
		return reference
	}
	schema := object{"type": "object"}
	s.known[name] = schema // before its members: one may be of this type
	members, required := object{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "" || tag == "-" || f.Anonymous {
			continue
		}
		member := s.of(f.Type)
		if strings.Contains(options, "string") {
			member = object{"type": "string", "pattern": "^[0-9]+$"}
		}
		if about := f.Tag.Get("doc"); about != "" {
			member["description"] = about
		}
		members[tag] = member
		if !strings.Contains(options, "omit") && f.Type.Kind() != reflect.Pointer {
			required = append(required, tag)
		}
	}
	schema["properties"] = members
	if slices.Sort(required); len(required) > 0 {
		schema["required"] = required
	}
	return reference
}
