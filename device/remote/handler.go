package remote

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"mfpsim/device/mount"
)

// HandlerConfig says which devices a [Handler] serves.
type HandlerConfig struct {
	// Mount makes a device in this process, on the network of the bench. It is given a point whose World follows the
	// bench's, and can be one that plants a defect.
	Mount mount.Constructor
	// Hello is what is said before there is a bench; Protocol and Methods are filled in. Clock empty: [ClockBench].
	// With [ClockReal] the World of a device flows, and its point has one that nobody but the machine's clock moves.
	Hello Hello
	// Token is asked for in the header Authorization ("Bearer …"); empty: nobody is asked.
	Token string
}

// maximumMessage is the longest message that is read, in octets: a picture for the scanner, a file for the web page.
const maximumMessage = 64 << 20

// Handler is the control port of devices in this process: the other side of [Client]. Each boot makes a device with a
// World of its own, so that benches, and devices of one bench, stand side by side.
type Handler struct {
	config HandlerConfig
	mux    *http.ServeMux

	mu     sync.Mutex
	count  int
	hosted map[string]*hosted
}

// NewHandler returns a control port. Close ends its devices.
func NewHandler(c HandlerConfig) *Handler {
	c.Hello.Protocol, c.Hello.Clock, c.Hello.Methods = Protocol, cmp.Or(c.Hello.Clock, ClockBench), Methods()
	h := &Handler{config: c, mux: http.NewServeMux(), hosted: map[string]*hosted{}}
	h.mux.HandleFunc("GET "+PathHello, func(w http.ResponseWriter, _ *http.Request) { answer(w, c.Hello) })
	h.mux.HandleFunc("POST "+PathBenches, func(w http.ResponseWriter, r *http.Request) {
		handle(w, r, h.boot)
	})
	on(h, PathAct, (*hosted).act)
	on(h, PathWake, (*hosted).wake)
	on(h, PathSlow, (*hosted).slow)
	on(h, PathStalled, (*hosted).stalled)
	on(h, PathWaits, (*hosted).waits)
	on(h, PathAnswer, (*hosted).answer)
	h.mux.HandleFunc("POST "+PathEnd, h.end)
	return h
}

// ServeHTTP serves one message of a bench.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.config.Token != "" {
		given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(given), []byte(h.config.Token)) != 1 {
			http.Error(w, "this device wants its token", http.StatusUnauthorized)
			return
		}
	}
	h.mux.ServeHTTP(w, r)
}

// Close ends all devices.
func (h *Handler) Close() {
	h.mu.Lock()
	all := h.hosted
	h.hosted = map[string]*hosted{}
	h.mu.Unlock()
	for _, d := range all {
		d.close()
	}
}

// on serves a message to a device that was booted.
func on[In, Out any](h *Handler, path string, f func(*hosted, In) Out) {
	h.mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		d := h.find(r.PathValue("id"))
		if d == nil {
			http.Error(w, "no device was booted with this id", http.StatusNotFound)
			return
		}
		handle(w, r, func(in In) Out { return f(d, in) })
	})
}

func (h *Handler) find(id string) *hosted {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hosted[id]
}

// handle reads a message and answers it.
func handle[In, Out any](w http.ResponseWriter, r *http.Request, f func(In) Out) {
	var in In
	if err := json.NewDecoder(io.LimitReader(r.Body, maximumMessage)).Decode(&in); err != nil {
		http.Error(w, "the message cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	answer(w, f(in))
}

func answer(w http.ResponseWriter, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		http.Error(w, "the answer cannot be written: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // a bench that has gone needs no answer
}

// maximumHosted is how many devices stand before the handler looks which of their benches have gone.
const maximumHosted = 64

// reap ends the devices of benches that have gone without saying so: their proxies listen no more.
func (h *Handler) reap() {
	h.mu.Lock()
	var gone []*hosted
	if len(h.hosted) >= maximumHosted {
		for id, d := range h.hosted {
			if !d.listens() {
				gone = append(gone, d)
				delete(h.hosted, id)
			}
		}
	}
	h.mu.Unlock()
	for _, d := range gone {
		d.close()
	}
}

func (h *Handler) boot(b Boot) Booted {
	h.reap()
	d, booted := newHosted(h.config.Mount, h.config.Hello.Clock, b)
	if d == nil {
		return booted
	}
	h.mu.Lock()
	h.count++
	booted.ID = fmt.Sprint(h.count)
	h.hosted[booted.ID] = d
	h.mu.Unlock()
	return booted
}

func (h *Handler) end(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	h.mu.Lock()
	d := h.hosted[id]
	delete(h.hosted, id)
	h.mu.Unlock()
	if d != nil {
		d.close()
	}
	answer(w, struct{}{})
}

// errNoMount: the program that serves devices has forgotten what they are.
var errNoMount = errors.New("this program makes no devices")
