package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/journal"
	"mfpsim/phrase"
	"mfpsim/vtime"
)

// maxBody is how long a request to the control API may be.
const maxBody = 1 << 20

// badRequest is a request that was not understood: status 400.
type badRequest struct{ error }

func refuse(format string, values ...any) error { return badRequest{fmt.Errorf(format, values...)} }

// guard keeps pages of other sites out: a browser tells where a request comes from, and under which name it was sent.
func (b *bench) guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if !strings.EqualFold(host, "localhost") && ip == nil && !strings.EqualFold(host, b.config.Host) {
			answerError(w, http.StatusForbidden, "this name does not belong to the bench")
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
				answerError(w, http.StatusForbidden, "requests from pages of other sites are refused")
				return
			}
		}
		h.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header()["Date"] = nil // the machine's date is not the bench's
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a client that has gone is no matter of ours
}

func answerError(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]string{"error": message})
}

// endpoint answers one request of the control API.
type endpoint func(r *http.Request) (any, error)

// takes makes an endpoint of a function of the request's JSON body. Unknown fields are refused by name; an empty body
// is {}.
func takes[T any](f func(r *http.Request, in T) (any, error)) endpoint {
	return func(r *http.Request) (any, error) {
		var in T
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		switch {
		case err != nil:
			return nil, refuse("the request was cut off")
		case len(body) > maxBody:
			return nil, refuse("the request is too long")
		case len(strings.TrimSpace(string(body))) == 0:
			return f(r, in)
		}
		decoder := json.NewDecoder(strings.NewReader(string(body)))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			return nil, refuse("%s", jsonMistake(err))
		}
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return nil, refuse("there is more than one JSON value")
		}
		return f(r, in)
	}
}

// jsonMistake says what is wrong with a body in our words.
func jsonMistake(err error) string {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Sprintf("field %q cannot be a %s", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return fmt.Sprintf("the body is JSON of the kind %s; it must be an object", kind.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("the body is no JSON (at byte %d)", syntax.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the body is no JSON: it ends too early"
	default:
		return strings.TrimPrefix(err.Error(), "json: ") // unknown field "…"
	}
}

// plain makes an endpoint that takes no body.
func plain(f func(r *http.Request) (any, error)) endpoint {
	return takes(func(r *http.Request, _ struct{}) (any, error) { return f(r) })
}

// control is the control API: everything that the bench's pages can do, in JSON.
func (b *bench) control() http.Handler {
	mux := http.NewServeMux()
	routes := map[string]endpoint{}
	for _, group := range []map[string]endpoint{
		b.clockRoutes(), b.networkRoutes(), b.cloudRoutes(), b.printerRoutes(),
	} {
		for pattern, e := range group {
			routes[pattern] = e
		}
	}
	var list []string
	paths := map[string][]string{}
	for pattern := range routes {
		list = append(list, pattern)
		method, path, _ := strings.Cut(pattern, " ")
		paths[path] = append(paths[path], method)
	}
	sort.Strings(list)
	routes["GET /{$}"] = plain(func(*http.Request) (any, error) {
		e := b.endpoints
		e.Accounts = b.accounts()
		return map[string]any{"bench": e, "requests": list}, nil
	})
	for pattern, e := range routes {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { respond(w, r, e) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if allowed := methodsOf(mux, r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			answerError(
				w, http.StatusMethodNotAllowed, fmt.Sprintf("%s takes %s", r.URL.Path, strings.Join(allowed, " and ")),
			)
			return
		}
		answerError(w, http.StatusNotFound, fmt.Sprintf("there is no %s; GET / lists what there is", r.URL.Path))
	})
	return mux
}

// methodsOf asks which methods a path would have taken.
func methodsOf(mux *http.ServeMux, r *http.Request) []string {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

func respond(w http.ResponseWriter, r *http.Request, e endpoint) {
	value, err := e(r)
	var bad badRequest
	var label *choice.Error
	var entra *fakeentra.Error
	switch {
	case err == nil && value == nil:
		answer(w, http.StatusOK, map[string]bool{"ok": true})
	case err == nil:
		answer(w, http.StatusOK, value)
	case errors.As(err, &bad):
		answerError(w, http.StatusBadRequest, bad.Error())
	case errors.As(err, &label):
		answerError(w, http.StatusNotFound, label.Error())
	case errors.As(err, &entra): // without the name of the package: the request says whose it is
		answerError(w, http.StatusUnprocessableEntity, entra.Cause.Error())
	default:
		answerError(w, http.StatusUnprocessableEntity, err.Error())
	}
}

// act runs an act of a person in a turn of its own.
func (b *bench) act(name string, f func(ctx context.Context) error) error {
	var failed error
	if err := b.world.Do(name, 0, func(ctx context.Context) { failed = f(ctx) }); err != nil {
		return fmt.Errorf("the bench is stuck: %w", err)
	}
	return failed
}

type clockState struct {
	Now     time.Time  `json:"now"`               // true time
	Start   time.Time  `json:"start"`             // of the bench
	Printer *time.Time `json:"printer,omitempty"` // what the printer's clock shows; nil if it has none to be read
}

type advanced struct {
	Now    time.Time `json:"now"`
	Events int       `json:"events"`
}

// heldState tells of a bench that does not go on.
type heldState struct {
	Held        bool     `json:"held"`
	By          string   `json:"by,omitempty"`      // the chain of turns, caller first
	Seconds     int      `json:"seconds,omitempty"` // of the machine's clock
	Connections []string `json:"connections"`       // on which the holder waits; each can be broken
}

func (b *bench) held() heldState {
	limit := b.config.HeldFor
	if limit == 0 {
		limit = heldFor
	}
	holding, held := b.world.Held(limit)
	if !held {
		return heldState{Connections: []string{}}
	}
	return heldState{
		Held: true, By: holding.By, Seconds: int(holding.For.Seconds()), Connections: list(b.lab.Network.Waiting()),
	}
}

func (b *bench) breakConnection(connection string) error {
	if err := b.lab.Network.Break(connection); err != nil {
		return badRequest{err}
	}
	return nil
}

func (b *bench) clockRoutes() map[string]endpoint {
	return map[string]endpoint{
		"GET /turn": plain(func(*http.Request) (any, error) { return b.held(), nil }),
		"POST /turn/break": takes(func(_ *http.Request, in struct {
			Connection string `json:"connection"`
		},
		) (any, error) {
			return nil, b.breakConnection(in.Connection)
		}),
		"GET /clock": plain(func(r *http.Request) (any, error) {
			state := clockState{Now: b.world.Now(), Start: b.world.Start()}
			switch shown, err := b.device.Now(r.Context()); {
			case err == nil:
				state.Printer = &shown
			case !errors.Is(err, device.ErrNotSupported):
				return nil, err
			}
			return state, nil
		}),
		"POST /clock/advance": takes(func(_ *http.Request, in struct {
			Duration string `json:"duration"`
		},
		) (any, error) {
			d, err := parseDuration(in.Duration)
			if err != nil {
				return nil, err
			}
			return b.advance(d)
		}),
		"POST /clock/printer": takes(func(_ *http.Request, in struct {
			Date  string `json:"date"`
			Drift string `json:"drift"` // gained per day
		},
		) (any, error) {
			return nil, b.setPrinterClock(in.Date, in.Drift)
		}),
	}
}

// setPrinterClock sets the date that the printer shows, what its clock gains each day, or both.
func (b *bench) setPrinterClock(date, drift string) error {
	if date == "" && drift == "" {
		return refuse("name a date, or a drift per day")
	}
	var at time.Time
	var perDay time.Duration
	var err error
	if date != "" {
		if at, err = phrase.Date(date); err != nil {
			return badRequest{err}
		}
	}
	if drift != "" {
		if perDay, err = phrase.Drift(drift); err != nil {
			return badRequest{err}
		}
	}
	// Both are looked at before one is set: what is refused changes nothing.
	if date != "" {
		if err := vtime.CheckDate(at); err != nil {
			return badRequest{err}
		}
	}
	if err := vtime.CheckDrift(perDay); err != nil {
		return badRequest{err}
	}
	return b.act("control: set the printer's clock", func(ctx context.Context) error {
		if date != "" {
			if err := b.device.SetDate(ctx, at); err != nil {
				return err
			}
		}
		if drift != "" {
			return b.device.Drift(ctx, perDay)
		}
		return nil
	})
}

// inRange makes a time that is out of range a request that was not understood.
func inRange(err error) error {
	var out *vtime.RangeError
	if errors.As(err, &out) {
		return badRequest{err}
	}
	return err
}

// advance lets bench time pass.
func (b *bench) advance(d time.Duration) (any, error) {
	events, err := b.world.Advance(d)
	if err != nil {
		return nil, inRange(err)
	}
	b.lab.Journal.Append(
		journal.Entry{
			Party: "control", Kind: journal.KindClock, Text: journal.Plain("the clock is advanced by " + d.String()),
		},
	)
	return advanced{Now: b.world.Now(), Events: events}, nil
}

var days = regexp.MustCompile(`^([0-9]{1,5})d(.*)$`)

// longest is how far the clock goes in one step.
const longest = 100 * 365 * 24 * time.Hour

// parseDuration reads "2160h", "15m", "91d" or "1d12h".
func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, refuse("field \"duration\" is missing; write {\"duration\":\"2160h\"}")
	}
	var whole, part time.Duration
	rest := text
	if m := days.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1]) // five digits at most
		whole, rest = time.Duration(n)*24*time.Hour, m[2]
	}
	if rest != "" {
		var err error
		if part, err = time.ParseDuration(rest); err != nil {
			return 0, refuse("%q is no length of time; write 90s, 15m, 2160h or 91d", text)
		}
	}
	switch {
	case part > longest-min(whole, longest) || whole > longest: // their sum may be more than a Duration holds
		return 0, refuse("%s is more than a hundred years", text)
	case whole+part < 0:
		return 0, refuse("time does not go back: %s", text)
	}
	return whole + part, nil
}

// journalRows are the entries after a number, and how many of the oldest have fallen out.
func (b *bench) journalRows(r *http.Request) (any, error) {
	since, err := number(r, "since")
	if err != nil {
		return nil, err
	}
	entries := b.lab.Journal.Since(since)
	if party := r.URL.Query().Get("party"); party != "" {
		entries = slices.DeleteFunc(entries, func(e journal.Entry) bool { return e.Party != party })
	}
	if entries == nil {
		entries = []journal.Entry{}
	}
	return map[string]any{"entries": entries, "dropped": b.lab.Journal.Dropped()}, nil
}

// number reads a whole number of the query; 0 if it is not there.
func number(r *http.Request, name string) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, refuse("%s=%s: not a number", name, text)
	}
	return n, nil
}
