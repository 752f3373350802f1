package routes

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Info says what a document is about.
type Info struct {
	Title   string
	Version string
	About   string
}

// wildcard is a part of a pattern that stands for anything.
var wildcard = regexp.MustCompile(`\{([a-z]+)(?:\.\.\.)?\}`)

// OpenAPI returns the table as an OpenAPI 3.1 document in JSON.
func OpenAPI[B any](groups []Group[B], info Info, f Foreign) ([]byte, error) {
	known := newShapes(f)
	problem := known.of(problemType).schema()
	paths := map[string]map[string]any{}
	tags := []any{}
	for _, group := range groups {
		tags = append(tags, described(map[string]any{"name": group.Title}, group.About))
		for _, route := range group.Routes {
			path := wildcard.ReplaceAllString(route.Path(), "{$1}")
			if paths[path] == nil {
				paths[path] = map[string]any{}
			}
			operation := route.operation(known, problem)
			operation["tags"] = []string{group.Title}
			paths[path][strings.ToLower(route.Method())] = operation
		}
	}
	components := map[string]any{}
	for _, s := range known.named {
		components[s.name] = s.properties()
	}
	return json.Marshal(map[string]any{
		"openapi":    "3.1.0",
		"info":       map[string]any{"title": info.Title, "version": info.Version, "description": info.About},
		"servers":    []any{map[string]any{"url": "/"}},
		"tags":       tags,
		"paths":      paths,
		"components": map[string]any{"schemas": components},
	})
}

// operation is a row in an OpenAPI document.
func (r Route[B]) operation(known *shapes, problem map[string]any) map[string]any {
	parameters := []any{}
	for _, m := range r.Act.members {
		if m.place != inBody {
			parameters = append(parameters, described(map[string]any{
				"name": m.name, "in": m.place, "required": m.required, "schema": known.of(m.kind).schema(),
			}, m.about))
		}
	}
	answer := map[string]any{"application/json": map[string]any{}}
	if r.Act.out == rawType {
		answer = map[string]any{r.media(): map[string]any{}}
	} else {
		answer["application/json"] = map[string]any{"schema": known.of(r.Act.out).schema()}
	}
	operation := map[string]any{
		"operationId": r.operationID(), "summary": r.About, "parameters": parameters,
		"responses": map[string]any{
			strconv.Itoa(http.StatusOK): map[string]any{"description": "it was done", "content": answer},
			"default": map[string]any{
				"description": "it was refused, or could not be done",
				"content":     map[string]any{"application/json": map[string]any{"schema": problem}},
			},
		},
	}
	if body := r.Act.at(inBody); len(body) > 0 {
		content := map[string]any{"schema": known.of(r.Act.in).schema()}
		if r.Example != "" {
			content["example"] = json.RawMessage(r.Example)
		}
		operation["requestBody"] = map[string]any{"content": map[string]any{"application/json": content}}
	}
	return operation
}

// operationID makes a name of method and path: postClockAdvance.
func (r Route[B]) operationID() string {
	id := strings.ToLower(r.Method())
	words := strings.FieldsFunc(r.Path(), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')
	})
	for _, word := range words {
		id += strings.ToUpper(word[:1]) + word[1:]
	}
	return id
}
