package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"sync"
	"time"

	"mfpsim/browser"
	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// hosted is one device of a [Handler], on a bench in another process.
type hosted struct {
	name    string
	world   *vtime.World
	guest   *vtime.Guest // nil: the device goes by the machine's clock
	network *faultnet.Network
	device  device.Device
	web     *mount.Web // nil: it has no web page
	proxy   string     // of the bench
	token   string     // that the proxy wants; empty: none
	client  *http.Client

	telling sync.Mutex // held while notes are on their way
	mu      sync.Mutex
	acts    uint64 // of a device without a guest
	notes   []Note
	results map[string]Result
}

// newHosted boots a device; nil if it does not start.
func newHosted(construct mount.Constructor, clock string, b Boot) (*hosted, Booted) {
	refuse := func(err error) (*hosted, Booted) { return nil, Booted{Error: encode(err)} }
	if construct == nil {
		return refuse(errNoMount)
	}
	h := &hosted{
		name: b.Name, results: map[string]Result{}, proxy: b.Proxy, token: b.ProxyToken, client: &http.Client{Transport: &http.Transport{}},
	}
	if clock == ClockReal {
		h.world = vtime.NewFlowing(time.Time{})
	} else {
		h.world = vtime.NewStepped(b.Start)
		h.guest = vtime.NewGuest(h.world)
	}
	roots := map[string][]byte{}
	for _, root := range b.Roots {
		roots[root.Name] = []byte(root.PEM)
	}
	var err error
	h.network, err = faultnet.NewBeyond(
		faultnet.Beyond{World: h.world, Outlet: b.Proxy, Token: b.ProxyToken, Roots: roots, Before: h.tell},
	)
	if err != nil {
		h.world.Close()
		return refuse(err)
	}
	record := journal.New(h.world.Now)
	record.Keep(journal.Keep{Entries: 1}) // what is written goes to the bench
	record.Observe(func(e journal.Entry) {
		h.note(Note{Entry: &Entry{Kind: e.Kind, Text: e.Text.String(), Detail: e.Detail, Screen: e.Screen}})
	})
	var failed error
	var description device.Description
	rest, err := h.work(b.Call, b.Now, b.Name+": boot", func(ctx context.Context) {
		h.device, failed = construct(ctx, mount.Point{
			Name: b.Name, Model: b.Model, Language: b.Language, Address: b.Address, Further: b.Further,
			AdministratorPassword: b.Password, Seed: b.Seed, World: h.world, Network: h.network, Journal: record,
			ServeWeb:   func(w mount.Web) error { h.web = &w; return nil },
			Window:     func() *browser.Browser { return nil }, // the bench drives the page
			Power:      func(on bool) { h.note(Note{Power: &on}) },
			Additional: func(on bool) { h.note(Note{Additional: &on}) },
			Hide:       func(secrets ...string) { h.note(Note{Hide: secrets}) },
		})
		if failed == nil {
			description, failed = h.device.Describe(ctx)
		}
	})
	switch {
	case failed == nil && err == nil && rest.Pending:
		failed = errors.New("it sleeps while it starts")
	case failed == nil && err != nil:
		failed = err
	}
	if failed != nil {
		h.close()
		return refuse(failed)
	}
	report := h.report(rest, nil)
	return h, Booted{Description: &description, Page: h.web != nil, Report: &report}
}

// work lets the device act and returns when it rests; by the machine's clock, when the act has ended.
func (h *hosted) work(call string, now time.Time, name string, f func(ctx context.Context)) (vtime.Rest, error) {
	if h.guest != nil {
		return h.guest.Act(call, now, name, f)
	}
	h.mu.Lock()
	h.acts++
	rest := vtime.Rest{Sequence: h.acts}
	h.mu.Unlock()
	err := h.world.Do(name, 0, f)
	if panics := h.world.Panics(); len(panics) > 0 {
		err = panics[0]
	}
	return rest, err
}

// note keeps something for the next report.
func (h *hosted) note(n Note) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notes = append(h.notes, n)
}

// tell tells the bench what it has to hear before octets go out. A bench that has gone hears nothing.
func (h *hosted) tell() {
	h.telling.Lock()
	defer h.telling.Unlock()
	h.mu.Lock()
	notes := h.notes
	h.notes = nil
	h.mu.Unlock()
	if len(notes) == 0 {
		return
	}
	text, err := json.Marshal(Notes{Notes: notes})
	if err != nil {
		return
	}
	request, err := http.NewRequestWithContext(
		context.Background(), http.MethodPost, "http://"+h.proxy+PathNotes, bytes.NewReader(text),
	)
	if err != nil {
		return
	}
	request.Header.Set("Content-Type", "application/json")
	if h.token != "" {
		request.Header.Set(faultnet.ProxyAuthorization, "Bearer "+h.token)
	}
	response, err := h.client.Do(request)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
}

// report is what the device says at rest.
func (h *hosted) report(rest vtime.Rest, err error) Report {
	if err != nil {
		return Report{Error: broken(err)}
	}
	r := Report{Sequence: rest.Sequence, Finished: rest.Finished, Pending: rest.Pending, Moved: rest.Moved}
	if rest.Sequence == 0 {
		return r // another call tells
	}
	if h.guest != nil {
		h.network.FarRests()
	}
	for _, t := range rest.Timers {
		r.Timers = append(r.Timers, Timer{ID: t.ID, At: t.At})
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r.Notes, h.notes = h.notes, nil
	if len(h.results) > 0 {
		r.Results, h.results = h.results, map[string]Result{}
	}
	return r
}

// act does something that a person does.
func (h *hosted) act(a Act) Report {
	if a.Call == "" {
		return h.look(a)
	}
	return h.report(h.work(a.Call, a.Now, h.name+": "+a.Method, func(ctx context.Context) {
		result := h.perform(ctx, a)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.results[a.Call] = result
	}))
}

// look shows something to somebody without a turn.
func (h *hosted) look(a Act) Report {
	m, known := methods[a.Method]
	if !known || !m.look {
		return Report{Error: &Error{Kind: KindText, Text: fmt.Sprintf("%q acts, and needs a call", a.Method)}}
	}
	if h.guest != nil {
		h.guest.Look(a.Now)
	}
	return Report{Results: map[string]Result{"": h.perform(context.Background(), a)}}
}

func (h *hosted) perform(ctx context.Context, a Act) Result {
	switch a.Method {
	case MethodPage:
		return h.page(ctx, a.Args)
	case MethodReach:
		return h.reach(ctx, a.Args)
	}
	m, known := methods[a.Method]
	if !known {
		return Result{Error: &Error{Kind: KindNotSupported, Text: fmt.Sprintf("this device knows no %q", a.Method)}}
	}
	return resultOf(m.do(ctx, h.device, a.Args))
}

func (h *hosted) wake(m Wake) Report {
	if h.guest == nil {
		return Report{Error: errRealTime}
	}
	return h.report(h.guest.Wake(m.Call, m.Timer, m.Now))
}

// errRealTime answers what a bench asks only of devices that go by its clock.
var errRealTime = &Error{Kind: KindBroken, Text: "this device goes by the machine's clock: it is not woken, and nothing is called slow for it"}

// slow lends the turn of who waits on a connection to the clock, when he does.
func (h *hosted) slow(m Slow) Report {
	return h.lend(m.Connection, func(conn *faultnet.FarConn) (*vtime.Turn, bool) {
		return conn.Waiting(m.Given, m.Taken)
	})
}

// lend lends the turn of who waits on a connection, as wait finds him, to the clock.
func (h *hosted) lend(connection string, wait func(*faultnet.FarConn) (*vtime.Turn, bool)) Report {
	if h.guest == nil {
		return Report{Error: errRealTime}
	}
	if conn := h.network.Far(connection); conn != nil {
		if turn, waits := wait(conn); waits {
			return h.report(h.guest.Slow(turn))
		}
	}
	return Report{Moved: true}
}

func (h *hosted) stalled(m Stalled) Report {
	return h.lend(m.Connection, func(conn *faultnet.FarConn) (*vtime.Turn, bool) {
		return conn.WaitingStill(m.Given, m.Taken)
	})
}

func (h *hosted) waits(m Waits) Waiting {
	conn := h.network.Far(m.Connection)
	if conn == nil {
		return Waiting{}
	}
	_, waits := conn.Waiting(m.Given, math.MaxInt64)
	return Waiting{Waits: waits}
}

func (h *hosted) answer(m Answer) Answered {
	if h.guest == nil {
		return Answered{Error: errRealTime}
	}
	conn := h.network.Far(m.Connection)
	if conn == nil {
		return Answered{Gone: true}
	}
	gone, err := h.guest.Answer(conn.Turn(), m.Now)
	if err != nil {
		return Answered{Error: broken(err)}
	}
	return Answered{Gone: gone}
}

// listens reports whether the bench's proxy is still there.
func (h *hosted) listens() bool {
	conn, err := net.Dial("tcp", h.proxy)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// close ends the device with its bench.
func (h *hosted) close() {
	h.network.CloseFar()
	if h.device != nil {
		_ = h.device.Close() // the bench has gone: nobody is left to be told
	}
	h.world.Close()
	h.client.CloseIdleConnections()
}

// page answers one request to the web page.
func (h *hosted) page(ctx context.Context, args json.RawMessage) Result {
	var q PageRequest
	if err := json.Unmarshal(args, &q); err != nil {
		return Result{Error: &Error{Kind: KindText, Text: "the arguments cannot be read: " + err.Error()}}
	}
	if h.web == nil {
		return Result{Error: encode(device.ErrNotSupported)}
	}
	r, err := q.request(ctx)
	if err != nil {
		return Result{Error: encode(err)}
	}
	w := &pageWriter{header: http.Header{}}
	aborted := w.serve(h.web.Page, r)
	a := PageAnswer{
		Aborted: aborted, Status: w.status, Header: w.header, Body: w.body.Bytes(), Unrecorded: w.unrecorded,
	}
	if aborted {
		a.Status = 0
	}
	if a.Header["Date"] == nil && h.web.Clock != nil {
		w.header.Set("Date", h.web.Clock.Now().UTC().Format(http.TimeFormat))
	}
	if h.web.Record != nil && !w.unrecorded {
		seen := &faultnet.Response{Status: a.Status, Header: w.header, Body: a.Body}
		a.Record = exchangeOf(h.web.Record(r, q.Body, seen))
	}
	return resultOf(a, nil)
}
