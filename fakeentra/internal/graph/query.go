package graph

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/ordered"
)

// query is the part of OData that the administration API understands; all else is refused by name.
type query struct {
	filter []condition
	top    int
	pickTo []string // $select
	order  string
	down   bool
	count  bool
}

// condition is one comparison of a $filter; all of them must hold.
type condition struct {
	path  string
	op    string
	value string
}

// operators of $filter.
var operators = []string{"eq", "ne", "ge", "gt", "le", "lt"}

// readQuery parses the query of a request.
func readQuery(raw string, many bool) (query, error) {
	var q query
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, badRequest("The query cannot be decoded.")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		text := values[name][0]
		switch {
		case len(values[name]) > 1:
			return q, badRequest("Query option '%s' was specified more than once, but it must be specified at most once.", name)
		case name == "$select":
			for _, word := range strings.Split(text, ",") {
				q.pickTo = append(q.pickTo, strings.TrimSpace(word))
			}
		case !many:
			return q, badRequest("The query option '%s' is not simulated here; what is known is $select.", name)
		case name == "$filter":
			if q.filter, err = readFilter(text); err != nil {
				return q, err
			}
		case name == "$top":
			if q.top, err = strconv.Atoi(text); err != nil || q.top < 1 || q.top > 999 {
				return q, badRequest("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", text)
			}
		case name == "$orderby":
			word, direction, _ := strings.Cut(text, " ")
			if word == "" || direction != "" && direction != "asc" && direction != "desc" {
				return q, badRequest("The value '%s' of $orderby is not understood.", text)
			}
			q.order, q.down = word, direction == "desc"
		case name == "$count":
			q.count = text == "true"
		default:
			return q, badRequest("The query option '%s' is not simulated; what is known: $filter, $select, $top, $orderby, "+
				"$count.", name)
		}
	}
	return q, nil
}

// readFilter parses comparisons that are joined by "and": userPrincipalName eq 'a@b' and status/errorCode eq 53003.
func readFilter(text string) ([]condition, error) {
	wrong := badRequest("Invalid filter clause '%s': only comparisons (%s) joined by 'and' are simulated.", text,
		strings.Join(operators, ", "))
	words := filterWords(text)
	var all []condition
	for len(words) >= 3 {
		c := condition{path: words[0], op: strings.ToLower(words[1]), value: words[2]}
		if !slices.Contains(operators, c.op) || strings.ContainsAny(c.path, "()'") {
			return nil, wrong
		}
		if inner, ok := strings.CutPrefix(c.value, "'"); ok {
			inner, ok = strings.CutSuffix(inner, "'")
			if !ok {
				return nil, wrong
			}
			c.value = strings.ReplaceAll(inner, "''", "'")
		}
		all = append(all, c)
		words = words[3:]
		if len(words) > 0 && (!strings.EqualFold(words[0], "and") || len(words) < 4) {
			return nil, wrong
		}
		if len(words) > 0 {
			words = words[1:]
		}
	}
	if len(words) > 0 || len(all) == 0 {
		return nil, wrong
	}
	return all, nil
}

// filterWords parts a filter at blanks outside quotes.
func filterWords(text string) []string {
	var words []string
	var word strings.Builder
	quoted := false
	for _, c := range text {
		switch {
		case c == '\'':
			quoted = !quoted
			word.WriteRune(c)
		case c == ' ' && !quoted:
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
		default:
			word.WriteRune(c)
		}
	}
	if word.Len() > 0 {
		words = append(words, word.String())
	}
	return words
}

// apply filters and orders the objects.
func (q query) apply(list []json.RawMessage) ([]json.RawMessage, error) {
	kept := []json.RawMessage{}
	for _, item := range list {
		fits := true
		for _, c := range q.filter {
			value, ok := member(item, c.path)
			if !ok {
				return nil, badRequest("Invalid filter clause: Could not find a property named '%s'.", c.path)
			}
			fits = fits && c.holds(value)
		}
		if fits {
			kept = append(kept, item)
		}
	}
	if q.order == "" {
		return kept, nil
	}
	for _, item := range kept {
		if _, ok := member(item, q.order); !ok {
			return nil, badRequest("Could not find a property named '%s'.", q.order)
		}
	}
	slices.SortStableFunc(kept, func(x, y json.RawMessage) int {
		a, _ := member(x, q.order)
		b, _ := member(y, q.order)
		if q.down {
			a, b = b, a
		}
		return strings.Compare(a, b)
	})
	return kept, nil
}

// holds compares; a list holds if one of its texts does.
func (c condition) holds(value string) bool {
	equal := strings.EqualFold(value, c.value)
	if x, err := strconv.ParseFloat(value, 64); err == nil {
		if y, err := strconv.ParseFloat(c.value, 64); err == nil {
			switch c.op {
			case "gt":
				return x > y
			case "ge":
				return x >= y
			case "lt":
				return x < y
			case "le":
				return x <= y
			}
		}
	}
	switch c.op {
	case "eq":
		return equal
	case "ne":
		return !equal
	case "gt":
		return value > c.value
	case "ge":
		return value >= c.value
	case "lt":
		return value < c.value
	}
	return value <= c.value
}

// member finds a member by its path, as text.
func member(item json.RawMessage, path string) (string, bool) {
	for _, name := range strings.Split(path, "/") {
		var object map[string]json.RawMessage
		if json.Unmarshal(item, &object) != nil {
			return "", false
		}
		var ok bool
		if item, ok = object[name]; !ok {
			return "", false
		}
	}
	var text string
	if json.Unmarshal(item, &text) == nil {
		return text, true
	}
	return string(item), true
}

// pick keeps the members that $select names, in their own order.
func (q query) pick(item json.RawMessage) json.RawMessage {
	if len(q.pickTo) == 0 {
		return item
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(item, &object) != nil {
		return item
	}
	o := ordered.New(len(item))
	for _, name := range q.pickTo {
		if value, ok := object[name]; ok {
			o.Raw(name, value)
		}
	}
	return o.Bytes()
}
