package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"mfpsim/choice"
)

// membersOf are the members that each action can have beside "do"; an outcome has those of a [Result].
var membersOf = map[string][]string{
	doHTTP:       {"method", "url", "headers", "body", "timeout_ms", "tls", "keep"},
	doConnect:    {"host", "port", "tls", "timeout_ms"},
	doStartTLS:   {"conn", "tls", "timeout_ms"},
	doReceive:    {"conn", "timeout_ms"},
	doStore:      {"at", "data", "size", "key", "erase"},
	doWakeAt:     {"up_ms"},
	doOutcome:    membersOfType(reflect.TypeFor[Result]()),
	doSend:       {"conn", "text", "data", "timeout_ms"},
	doClose:      {"conn"},
	doRest:       {},
	doBackground: {"op"},
	doCancel:     {"op"},
}

// membersOfType are the names that a line of a type can have, in their order.
func membersOfType(of reflect.Type) (names []string) {
	for i := range of.NumField() {
		if f := of.Field(i); f.Anonymous {
			names = append(names, membersOfType(f.Type)...)
		} else {
			names = append(names, nameOf(f))
		}
	}
	return names
}

func nameOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// wholeLine is where a member stands that is in no other.
const wholeLine = "the line"

// strangeMember says which member of a line the contract does not have, and where: names are compared letter by letter,
// because one that is not read would go unseen. Values that do not fit are left to who decodes them.
func strangeMember(text json.RawMessage, of reflect.Type, where string) error {
	switch of.Kind() {
	case reflect.Pointer:
		return strangeMember(text, of.Elem(), where)
	case reflect.Slice:
		var items []json.RawMessage
		_ = json.Unmarshal(text, &items) // see above
		for i, item := range items {
			if err := strangeMember(item, of.Elem(), fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return err
			}
		}
	case reflect.Map, reflect.Struct:
		var members map[string]json.RawMessage
		_ = json.Unmarshal(text, &members) // see above
		for _, name := range slices.Sorted(maps.Keys(members)) {
			inner, known := memberOf(of, name)
			if !known || !fits(of, members, name) {
				return fmt.Errorf("%s: %w", where, &choice.Error{
					What: "member", Wanted: name, Present: present(of, members),
				})
			}
			place := strings.TrimPrefix(where+"."+name, wholeLine+".")
			if err := strangeMember(members[name], inner, place); err != nil {
				return err
			}
		}
	}
	return nil
}

// memberOf is the type of a member; a map has any.
func memberOf(of reflect.Type, name string) (reflect.Type, bool) {
	if of.Kind() == reflect.Map {
		return of.Elem(), true
	}
	for i := range of.NumField() {
		f := of.Field(i)
		if f.Anonymous {
			if inner, is := memberOf(f.Type, name); is {
				return inner, true
			}
		} else if nameOf(f) == name {
			return f.Type, true
		}
	}
	return nil, false
}

// fits reports whether an action of its kind has the member.
func fits(of reflect.Type, members map[string]json.RawMessage, name string) bool {
	return of.Kind() == reflect.Map || slices.Contains(present(of, members), name)
}

// present are the members that there are in an object: in an action, those of its kind.
func present(of reflect.Type, members map[string]json.RawMessage) []string {
	var do string
	if of == reflect.TypeFor[Action]() && json.Unmarshal(members["do"], &do) == nil {
		if own, known := membersOf[do]; known {
			return append([]string{"do"}, own...)
		}
	}
	return membersOfType(of)
}
