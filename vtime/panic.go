package vtime

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// PanicError is a panic of one party. Its conversation has ended; the bench goes on.
type PanicError struct {
	Party string // the actor, the server or the conversation that panicked
	Value string // what it panicked with
	Stack string // one call a line, innermost first, without addresses and folders: the same in every run
}

func (e *PanicError) Error() string { return e.Party + " panicked: " + e.Value }

// Recover is deferred by whoever serves or acts for a party: it ends a panic, keeps it for [World.Panics] and tells
// [World.OnPanic]. The party's conversation is then to be closed.
func (w *World) Recover(party string) { w.recovered(party, recover()) }

// Panicked keeps a panic that somebody else has recovered. It is to be called from the deferred function that did.
func (w *World) Panicked(party string, value any) *PanicError { return w.recovered(party, value) }

func (w *World) recovered(party string, value any) *PanicError {
	if value == nil {
		return nil
	}
	e := &PanicError{Party: party, Value: fmt.Sprint(value), Stack: stack()}
	w.mu.Lock()
	w.panics = append(w.panics, e)
	told := w.onPanic
	w.mu.Unlock()
	if told != nil {
		told(e)
	}
	if w.flowing {
		fmt.Fprintf(os.Stderr, "%v\n%s\n", e, e.Stack) // a live bench has no verdict that would tell it
	}
	return e
}

// Panics returns the panics of all parties so far, oldest first.
func (w *World) Panics() []*PanicError {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*PanicError(nil), w.panics...)
}

// OnPanic registers a hook that is told each panic. It must not call back into the World.
func (w *World) OnPanic(f func(*PanicError)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.onPanic = f
}

// stack is the calls that led to a panic, from the one that panicked.
func stack() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	var lines []string
	panicked := false
	for {
		frame, more := frames.Next()
		if frame.Function == "runtime.gopanic" {
			lines, panicked = nil, true
		} else if !strings.HasPrefix(frame.Function, "runtime.") {
			file := frame.File[strings.LastIndexByte(frame.File, '/')+1:]
			lines = append(lines, fmt.Sprintf("%s %s:%d", frame.Function, file, frame.Line))
		}
		if !more {
			break
		}
	}
	if !panicked {
		return ""
	}
	return strings.Join(lines, "\n")
}
