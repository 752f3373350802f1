package faultnet_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
)

// This file is a device in a process of its own, small but whole: activities that speak to line servers through the
// bench's outlet, time-outs by the time that the bench tells, and the messages by which it is lent turns.

const deviceOutlet = "MFPSIM_TEST_DEVICE_OUTLET"

// message is what the bench sends, report what the device answers.
type message struct {
	Call       string    `json:"call"`
	Now        time.Time `json:"now"`
	Connection string    `json:"connection"`
	Given      int64     `json:"given"`
	Taken      int64     `json:"taken"`
	Host       string    `json:"host"`
	Lines      []string  `json:"lines"`
	Timeout    int       `json:"timeout"` // seconds for each reply
	Pause      int       `json:"pause"`   // seconds of sleep before the activity begins
}

type report struct {
	Sequence uint64            `json:"sequence"`
	WakeAt   time.Time         `json:"wakeAt"`
	Finished []string          `json:"finished"`
	Pending  bool              `json:"pending"`
	Moved    bool              `json:"moved"`
	Gone     bool              `json:"gone"`
	Results  map[string]string `json:"results"` // of calls that have ended
}

type timer struct {
	at    time.Time
	order int
	fire  func()
}

// smallDevice is the device. An activity is at rest while it sleeps or waits for an answer that was called slow.
type smallDevice struct {
	outlet string

	mu          sync.Mutex
	changed     *sync.Cond
	now         time.Time
	timers      []*timer
	orders      int
	sequence    uint64
	working     int            // activities that are not at rest
	open        map[string]int // activities by the call under which they work
	current     string         // the wake under way
	connections map[string]*deviceConnection
	finished    []string
	results     map[string]string
}

// activity is what an act of a person began. It works under one open call after the other: that of the act, or that of
// the wake in which its timer fired.
type activity struct{ act, call string }

type deviceConnection struct {
	conn           net.Conn
	buffer         []byte
	taken, sent    int64 // octets
	seen           int64 // octets that the activity has looked at
	ended          bool  // nothing more comes
	waiting, slow  bool
	timedOut, shut bool
}

// runDevice serves the bench until it is killed. It prints the address of its control port.
func runDevice(outlet string) {
	fmt.Println(serveDevice(outlet))
	_, _ = io.Copy(io.Discard, os.Stdin) // until the bench has gone
}

// serveDevice starts a device and returns the address of its control port. One process can hold several, each on a
// bench of its own.
func serveDevice(outlet string) (address string) {
	d := &smallDevice{
		outlet: outlet, connections: map[string]*deviceConnection{}, open: map[string]int{},
		results: map[string]string{},
	}
	d.changed = sync.NewCond(&d.mu)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return ""
	}
	mux := http.NewServeMux()
	for path, f := range map[string]func(message) report{
		"/act": d.act, "/wake": d.wake, "/slow": d.called, "/stalled": d.stalled, "/answer": d.answer, "/waits": d.waits,
		"/another": func(m message) report { return report{Results: map[string]string{"address": serveDevice(m.Host)}} },
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			var m message
			if json.NewDecoder(r.Body).Decode(&m) != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			_ = json.NewEncoder(w).Encode(f(m))
		})
	}
	go func() { _ = http.Serve(listener, mux) }()
	return listener.Addr().String()
}

// report is made when the device is at rest. Under d.mu.
func (d *smallDevice) report() report {
	for d.working > 0 {
		d.changed.Wait()
	}
	d.sequence++
	// What was told before does no harm: which of two answers arrives first is the machine's choice.
	r := report{Sequence: d.sequence, Finished: slices.Clone(d.finished), Results: maps.Clone(d.results)}
	if len(d.timers) > 0 {
		r.WakeAt = d.timers[0].at
	}
	return r
}

func (d *smallDevice) after(seconds int, fire func()) *timer {
	d.orders++
	t := &timer{at: d.now.Add(time.Duration(seconds) * time.Second), order: d.orders, fire: fire}
	d.timers = append(d.timers, t)
	sort.Slice(d.timers, func(i, j int) bool {
		if !d.timers[i].at.Equal(d.timers[j].at) {
			return d.timers[i].at.Before(d.timers[j].at)
		}
		return d.timers[i].order < d.timers[j].order
	})
	return t
}

func (d *smallDevice) stop(t *timer) {
	for i, other := range d.timers {
		if other == t {
			d.timers = append(d.timers[:i:i], d.timers[i+1:]...)
			return
		}
	}
}

// act begins an activity. It is answered when it has ended, or at once, pending, when it sleeps first.
func (d *smallDevice) act(m message) report {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = m.Now
	if m.Pause > 0 {
		d.after(m.Pause, func() { d.begin(m, d.current) })
		r := d.report()
		r.Pending = true
		return r
	}
	ended := d.begin(m, m.Call)
	for !*ended {
		d.changed.Wait()
	}
	return d.report()
}

// begin starts the activity's goroutine. Under d.mu.
func (d *smallDevice) begin(m message, call string) *bool {
	ended := new(bool)
	d.working++
	d.open[call]++
	a := &activity{act: m.Call, call: call}
	go func() {
		result := d.talk(m, a)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.working--
		d.open[a.call]--
		d.finished = append(d.finished, a.act)
		d.results[a.act] = result
		*ended = true
		d.changed.Broadcast()
	}()
	return ended
}

// move lets an activity work under the wake under way; the call that it leaves has ended, unless it is the act itself.
// Under d.mu.
func (d *smallDevice) move(a *activity) {
	d.open[a.call]--
	if a.call != a.act && d.open[a.call] == 0 {
		d.finished = append(d.finished, a.call)
	}
	a.call = d.current
	d.open[a.call]++
	d.changed.Broadcast()
}

// talk says lines to a server and tells how each was answered.
func (d *smallDevice) talk(m message, a *activity) string {
	name := "c" + m.Call
	raw, err := net.Dial("tcp", d.outlet)
	if err != nil {
		return "no outlet"
	}
	defer raw.Close()
	fmt.Fprintf(raw, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nConnection-Name: %s\r\n\r\n", m.Host, m.Host, name)
	reader := bufio.NewReader(raw)
	response, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect})
	if err != nil || response.StatusCode != http.StatusOK {
		return response.Status
	}
	c := &deviceConnection{conn: raw}
	d.mu.Lock()
	d.connections[name] = c
	d.changed.Broadcast()
	d.mu.Unlock()
	go d.receive(c, reader)
	var heard []string
	for i, line := range append([]string{""}, m.Lines...) {
		if i > 0 {
			d.mu.Lock()
			c.sent += int64(len(line) + 2)
			d.changed.Broadcast()
			d.mu.Unlock()
			fmt.Fprintf(raw, "%s\r\n", line)
		}
		reply := d.line(c, a, m.Timeout)
		heard = append(heard, reply)
		if reply == "timed out" || reply == "closed" {
			break
		}
	}
	d.mu.Lock()
	c.shut = true
	d.changed.Broadcast()
	d.mu.Unlock()
	return strings.Join(heard, " | ")
}

// receive keeps what comes.
func (d *smallDevice) receive(c *deviceConnection, from io.Reader) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		d.mu.Lock()
		c.buffer = append(c.buffer, buffer[:n]...)
		c.ended = err != nil
		d.changed.Broadcast()
		d.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// line waits for a line, for so many seconds of the bench's time.
func (d *smallDevice) line(c *deviceConnection, a *activity, seconds int) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	limit := d.after(seconds, func() {
		c.timedOut = true
		d.move(a)
	})
	defer d.stop(limit)
	for {
		if text, rest, found := strings.Cut(string(c.buffer), "\n"); found {
			c.taken += int64(len(c.buffer) - len(rest))
			c.buffer = []byte(rest)
			return strings.TrimRight(text, "\r")
		}
		switch {
		case c.timedOut:
			return "timed out"
		case c.ended:
			return "closed"
		}
		c.waiting, c.seen = true, c.taken+int64(len(c.buffer))
		d.changed.Broadcast()
		d.changed.Wait()
		c.waiting = false
		if c.slow && (c.timedOut || c.ended || len(c.buffer) > 0) {
			c.slow = false // time or the other end has ended it
			d.working++
		}
	}
}

// quiet waits until the activity waits for more than it was given. Under d.mu.
func (d *smallDevice) quiet(m message, speculative bool) (c *deviceConnection, waits bool) {
	for {
		c = d.connections[m.Connection]
		switch {
		case c == nil:
		case c.shut || c.ended || speculative && c.sent > m.Taken:
			return c, false
		case c.waiting && c.seen == m.Given:
			return c, true
		}
		d.changed.Wait()
	}
}

func (d *smallDevice) rest(c *deviceConnection) report {
	if !c.slow {
		c.slow = true
		d.working--
		d.changed.Broadcast()
	}
	return d.report()
}

func (d *smallDevice) called(m message) report {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, waits := d.quiet(m, false)
	if !waits {
		return d.report()
	}
	return d.rest(c)
}

func (d *smallDevice) stalled(m message) report {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, waits := d.quiet(m, true)
	if !waits {
		return report{Moved: true}
	}
	return d.rest(c)
}

// waits is asked before a server acts that has spoken first.
func (d *smallDevice) waits(m message) report {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, waits := d.quiet(m, false)
	return report{Gone: !waits}
}

func (d *smallDevice) answer(m message) report {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.connections[m.Connection]
	if c == nil || !c.waiting || !c.slow {
		return report{Gone: true}
	}
	d.now = m.Now
	c.slow = false
	d.working++
	return report{}
}

// wake fires one timer.
func (d *smallDevice) wake(m message) report {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now, d.current = m.Now, m.Call
	if len(d.timers) > 0 {
		t := d.timers[0]
		d.timers = d.timers[1:]
		t.fire()
		for _, c := range d.connections { // who was called slow and has timed out works now
			if c.slow && c.timedOut {
				c.slow = false
				d.working++
			}
		}
		d.changed.Broadcast()
	}
	for d.open[m.Call] > 0 {
		d.changed.Wait()
	}
	return d.report()
}
