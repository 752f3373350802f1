package routes

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Server answers the requests of a table.
type Server[B any] struct {
	Groups []Group[B]
	// On returns what a request acts on.
	On func() B
	// Failed says with which status, and in which words, an error is answered that is no [Refusal].
	Failed func(error) (status int, message string)
}

// Handler returns the handler. A mistake in the table panics.
func (s Server[B]) Handler() http.Handler {
	mux := http.NewServeMux()
	var methods []string
	for _, route := range All(s.Groups) {
		if !slices.Contains(methods, route.Method()) {
			methods = append(methods, route.Method())
		}
		mux.HandleFunc(route.Request, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, route) })
	}
	slices.Sort(methods)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if allowed := allowedMethods(mux, methods, r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			WriteError(
				w, http.StatusMethodNotAllowed, fmt.Sprintf("%s takes %s", r.URL.Path, strings.Join(allowed, " and ")),
			)
			return
		}
		WriteError(w, http.StatusNotFound, fmt.Sprintf("there is no %s; GET / lists what there is", r.URL.Path))
	})
	return mux
}

// All are the rows of all groups.
func All[B any](groups []Group[B]) []Route[B] {
	var all []Route[B]
	for _, group := range groups {
		all = append(all, group.Routes...)
	}
	return all
}

// allowedMethods asks which methods a path would have taken.
func allowedMethods(mux *http.ServeMux, methods []string, r *http.Request) []string {
	var allowed []string
	for _, method := range methods {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

func (s Server[B]) answer(w http.ResponseWriter, r *http.Request, route Route[B]) {
	in, err := route.read(r)
	var value any
	if err == nil {
		value, err = route.Act.do(r.Context(), s.On(), in)
	}
	var refused Refusal
	switch {
	case errors.As(err, &refused):
		WriteError(w, http.StatusBadRequest, refused.Error())
	case err != nil:
		status, message := s.Failed(err)
		WriteError(w, status, message)
	default:
		write(w, value)
	}
}

// write answers with what an act has told.
func write(w http.ResponseWriter, value any) {
	raw, isRaw := value.(Raw)
	if !isRaw {
		WriteJSON(w, http.StatusOK, value)
		return
	}
	for name, values := range raw.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", raw.Type)
	w.Header()["Date"] = nil
	_, _ = w.Write(raw.Body) // a client that has gone is no matter of ours
}

// WriteJSON answers with JSON.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header()["Date"] = nil // the machine's date is not the bench's
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a client that has gone is no matter of ours
}

// WriteError answers with an error, as every request does that fails.
func WriteError(w http.ResponseWriter, status int, message string) {
	WriteJSON(w, status, Problem{message})
}

// Problem is the answer to a request that failed.
type Problem struct {
	Error string `json:"error" doc:"what is wrong, in a sentence"`
}
