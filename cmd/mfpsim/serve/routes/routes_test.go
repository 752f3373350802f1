package routes_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/cmd/mfpsim/serve/routes"
)

type copies struct {
	Tray   string `json:"-" path:"tray"`
	Pages  *int   `json:"-" query:"pages"`
	Colour bool   `json:"-" query:"colour"`
	Title  string `json:"title" doc:"of the first page"`
	Count  int    `json:"count,omitempty"`
	// Sizes is a list.
	Sizes []string `json:"sizes,omitempty"`
}

var copier = []routes.Group[string]{{Title: "Copies", Routes: []routes.Route[string]{
	{
		Request: "POST /trays/{tray}/copies", Example: `{"title":"Report"}`,
		Act: routes.Tells(func(_ context.Context, name string, in copies) (map[string]string, error) {
			if in.Title == "jam" {
				return nil, errors.New("paper jam")
			}
			pages := -1
			if in.Pages != nil {
				pages = *in.Pages
			}
			made := fmt.Sprintln(name, in.Tray, pages, in.Colour, in.Title, in.Count)
			return map[string]string{"made": strings.TrimSpace(made)}, nil
		}),
	},
	{
		Request: "GET /trays/{tray}/copies",
		Act: routes.Tells(func(context.Context, string, struct {
			Tray string `json:"-" path:"tray"`
		},
		) (routes.Raw, error) {
			return routes.Raw{Type: "text/plain; charset=utf-8", Body: []byte("a copy")}, nil
		}),
	},
}}}

func ask(method, path, body string) (int, string) {
	handler := routes.Server[string]{
		Groups: copier, On: func() string { return "copier" },
		Failed: func(err error) (int, string) { return http.StatusTeapot, err.Error() },
	}.Handler()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
	return answer.Code, strings.TrimSpace(answer.Body.String())
}

func TestARequestIsReadAndRefusedByItsType(t *testing.T) {
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		answer                   string
	}{
		{"all that it can carry", "POST", "/trays/1/copies?pages=2&colour=true", `{"title":"a","count":3}`, 200, `{"made":"copier 1 2 true a 3"}`},
		{"as little as it can carry", "POST", "/trays/1/copies", `{"title":"a"}`, 200, `{"made":"copier 1 -1 false a 0"}`},
		{"a parameter that is zero", "POST", "/trays/1/copies?pages=0", `{"title":"a"}`, 200, `{"made":"copier 1 0 false a 0"}`},
		{"an answer that is not JSON", "GET", "/trays/1/copies", ``, 200, `a copy`},
		{"an act that fails", "POST", "/trays/1/copies", `{"title":"jam"}`, 418, `{"error":"paper jam"}`},
		{"a member that is missing", "POST", "/trays/1/copies", `{}`, 400, `{"error":"field \"title\" is missing; write {\"title\":\"Report\"}"}`},
		{"a member that is empty", "POST", "/trays/1/copies", `{"title":""}`, 400, `{"error":"field \"title\" is missing; write {\"title\":\"Report\"}"}`},
		{"an unknown member", "POST", "/trays/1/copies", `{"titel":"a"}`, 400, `{"error":"unknown field \"titel\"; there are: title, count, sizes"}`},
		{"a member that stands there twice", "POST", "/trays/1/copies", `{"title":"a","count":1,"title":"b"}`, 400, `{"error":"field \"title\" stands there twice"}`},
		{"a member within that stands there twice", "POST", "/trays/1/copies", `{"title":"a","count":[{"x":{},"y":[1,{"z":1,"\u007a":2}]}]}`, 400, `{"error":"field \"z\" stands there twice"}`},
		{"a member of the path in the body", "POST", "/trays/1/copies", `{"tray":"2"}`, 400, `{"error":"unknown field \"tray\"; there are: title, count, sizes"}`},
		{"a body where none is taken", "GET", "/trays/1/copies", `{"a":1}`, 400, `{"error":"unknown field \"a\"; the request takes no fields"}`},
		{"a member of the wrong kind", "POST", "/trays/1/copies", `{"title":1}`, 400, `{"error":"field \"title\" must be a text, not a number"}`},
		{"an object for a text", "POST", "/trays/1/copies", `{"title":{"a":1}}`, 400, `{"error":"field \"title\" must be a text, not an object"}`},
		{"a text for a number", "POST", "/trays/1/copies", `{"title":"a","count":"3"}`, 400, `{"error":"field \"count\" must be a whole number, not a text"}`},
		{"a part of a number", "POST", "/trays/1/copies", `{"title":"a","count":1.5}`, 400, `{"error":"field \"count\" must be a whole number, not the number 1.5"}`},
		{"an object for a list", "POST", "/trays/1/copies", `{"title":"a","sizes":{}}`, 400, `{"error":"field \"sizes\" must be a list of texts, not an object"}`},
		{"a number in a list of texts", "POST", "/trays/1/copies", `{"title":"a","sizes":["A4",5]}`, 400, `{"error":"field \"sizes\" must be a list of texts; one of it is a number"}`},
		{"a list for the body", "POST", "/trays/1/copies", `[1]`, 400, `{"error":"the body must be an object, not a list"}`},
		{"a text for the body", "POST", "/trays/1/copies", `"a"`, 400, `{"error":"the body must be an object, not a text"}`},
		{"no JSON", "POST", "/trays/1/copies", `title=a`, 400, `{"error":"the body is not JSON: it breaks off or goes wrong at byte 2"}`},
		{"half a body", "POST", "/trays/1/copies", `{"title":`, 400, `{"error":"the body is not JSON: it ends too early"}`},
		{"an unknown parameter", "POST", "/trays/1/copies?page=1", ``, 400, `{"error":"unknown parameter \"page\"; there are: pages, colour"}`},
		{"a parameter twice", "POST", "/trays/1/copies?pages=1&pages=2", ``, 400, `{"error":"parameter \"pages\" stands there 2 times"}`},
		{"a number that is none", "POST", "/trays/1/copies?pages=-1", ``, 400, `{"error":"pages=-1: not a number"}`},
		{"a yes that is none", "POST", "/trays/1/copies?colour=blue", ``, 400, `{"error":"colour=blue: not true or false"}`},
		{"a query that is none", "POST", "/trays/1/copies?%zz", ``, 400, `{"error":"the query is not encoded as a query is"}`},
		{"a body that is too long", "POST", "/trays/1/copies", strings.Repeat(" ", routes.MaxBody+1), 400, `{"error":"the request is too long"}`},
		{"another method", "PUT", "/trays/1/copies", ``, 405, `{"error":"/trays/1/copies takes GET and POST"}`},
		{"another path", "GET", "/trays", ``, 404, `{"error":"there is no /trays; GET / lists what there is"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, answer := ask(test.method, test.path, test.body)
			require.Equal(t, test.answer, answer)
			require.Equal(t, test.status, status)
		})
	}
}

func TestAMistakeInTheTableIsToldAtOnce(t *testing.T) {
	require.PanicsWithValue(t, "routes: string is no struct", func() {
		routes.Tells(func(context.Context, int, string) (string, error) { return "", nil })
	})
	require.PanicsWithValue(t, "routes: struct { A string }.A has no tag json, path or query", func() {
		routes.Tells(func(context.Context, int, struct{ A string }) (string, error) { return "", nil })
	})
}
