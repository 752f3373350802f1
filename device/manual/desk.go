// Package manual is a printer with a person as adapter: each thing that the printer must do is an instruction, and a
// person who stands before it, or a program in that person's place, answers what became of it. The clouds' side is
// the bench's, as for any device.
package manual

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Answer is what a person can say to an instruction.
type Answer string

// The answers.
const (
	Done        Answer = "done"               // it was done
	AsShown     Answer = "as-shown"           // it is as the instruction shows
	Otherwise   Answer = "otherwise"          // it is not; the text says how it is
	Refused     Answer = "refused"            // the printer demands that an administrator logs in first
	Unreachable Answer = "unreachable"        // no connection comes about
	Absent      Answer = "not-on-this-device" // the printer has no such thing: the case is skipped
)

// Instruction is one thing for a person to do, to look at, or to read.
type Instruction struct {
	ID    int    `json:"id" doc:"counts the instructions of a run, from 1"`
	Case  string `json:"case" doc:"the scenario"`
	Title string `json:"title" doc:"what the scenario is about"`
	// Method and Args are the instruction for a program; a person gets a sentence. Methods are those of a device in
	// another process, webConfig.…, look, jobs.count and begin.
	Method  string          `json:"method"`
	Args    json.RawMessage `json:"args"`
	Answers []Answer        `json:"answers" doc:"what can be said"`
	Values  []string        `json:"values,omitempty" doc:"names of what is to be read, with the answer done or as-shown"`
}

// takes reports whether an answer fits, and says what is wrong with it.
func (i Instruction) takes(r Reply) error {
	switch {
	case !slices.Contains(i.Answers, r.Answer):
		return fmt.Errorf("the answer %q does not fit; there are %q", r.Answer, i.Answers)
	case r.Answer == Otherwise && r.Text == "":
		return errors.New("otherwise: how? the text is missing")
	case r.Answer == Done:
		for _, name := range i.Values {
			if r.Values[name] == "" {
				return fmt.Errorf("the value %q is missing", name)
			}
		}
	}
	return nil
}

// Reply is what a person says.
type Reply struct {
	Answer Answer            `json:"answer"`
	Text   string            `json:"text,omitempty" doc:"with otherwise: what there is"`
	Values map[string]string `json:"values,omitempty" doc:"what was read, by the names of the instruction"`
}

// Case is one that the person has played in this run.
type Case struct {
	ID      string `json:"id"`
	Verdict string `json:"verdict" doc:"of docs/verdicts.md"`
}

// Desk is where instructions lie until they are answered, one at a time. Create it with [NewDesk]. Its methods are
// safe for concurrent use.
type Desk struct {
	mu      sync.Mutex
	changed chan struct{} // closed at each change
	now     *Instruction  // nil: there is none
	reply   chan Reply
	count   int
	id      string // of the case
	title   string
	proxy   string
	roots   []byte
	cases   []Case
	closed  bool
}

// NewDesk returns a desk without instructions.
func NewDesk() *Desk { return &Desk{changed: make(chan struct{})} }

// ErrStopped: the run has ended before the instruction was answered.
var ErrStopped = errors.New("the run was stopped")

// touch tells who waits that something has changed. Under d.mu.
func (d *Desk) touch() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// Begin names the case that the instructions from now on belong to.
func (d *Desk) Begin(id, title string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.id, d.title = id, title
	d.touch()
}

// End notes the verdict of a case.
func (d *Desk) End(c Case) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cases = append(d.cases, c)
	d.touch()
}

// Cases are those that have ended, in their order.
func (d *Desk) Cases() []Case {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.cases)
}

// Close ends the run: who asks hears [ErrStopped].
func (d *Desk) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed = true
		d.touch()
	}
}

// Bench are the proxy through which a device on this machine reaches the bench of the case, and its certificate
// authority as PEM; empty before the first case.
func (d *Desk) Bench() (proxy string, authority []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.proxy, d.roots
}

func (d *Desk) setBench(proxy string, authority []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.proxy, d.roots = proxy, authority
}

// ask lays down an instruction and waits for its answer.
func (d *Desk) ask(i Instruction) (Reply, error) {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return Reply{}, ErrStopped
	}
	d.count++
	i.ID, i.Case, i.Title = d.count, d.id, d.title
	reply := make(chan Reply, 1)
	d.now, d.reply = &i, reply
	d.touch()
	d.mu.Unlock()
	for {
		d.mu.Lock()
		changed, closed := d.changed, d.closed
		d.mu.Unlock()
		select {
		case r := <-reply:
			return r, nil
		default:
		}
		if closed {
			d.mu.Lock()
			d.now = nil
			d.mu.Unlock()
			return Reply{}, ErrStopped
		}
		<-changed
	}
}

// Instruction returns the one that waits for an answer, when it has a greater id than after. It waits for one until
// ctx or the run ends: then there is none.
func (d *Desk) Instruction(ctx context.Context, after int) (i Instruction, there, ended bool) {
	for {
		d.mu.Lock()
		now, changed, closed := d.now, d.changed, d.closed
		d.mu.Unlock()
		switch {
		case now != nil && now.ID > after:
			return *now, true, closed
		case closed:
			return Instruction{}, false, true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Instruction{}, false, false
		}
	}
}

// ErrAnswered: the instruction was answered already, or there is none of this id.
var ErrAnswered = errors.New("this instruction does not wait for an answer any more")

// Reply answers the instruction that waits. The error says what does not fit.
func (d *Desk) Reply(id int, r Reply) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now == nil || d.now.ID != id {
		return ErrAnswered
	}
	if err := d.now.takes(r); err != nil {
		return err
	}
	d.now = nil
	d.reply <- r
	d.touch()
	return nil
}
