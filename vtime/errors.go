package vtime

import (
	"fmt"
	"strings"
	"time"
)

// Error is a constant error of this package.
type Error string

func (e Error) Error() string { return string(e) }

const (
	// ErrClosed: the World has ended.
	ErrClosed Error = "vtime: the world is closed"
	// ErrNoTurn: a sleep or a park by somebody who has no turn; start it with World.Go or World.Do.
	ErrNoTurn Error = "vtime: the context carries no turn: start the work with World.Go or World.Do"
	// ErrNobodyAdvances: a stepped World owes a delay to a client from outside, for whom nobody moves the clock.
	ErrNobodyAdvances Error = "vtime: a reply is due later and nobody advances this world"
	// ErrEndlessInstant: too many events without time passing.
	ErrEndlessInstant Error = "vtime: more than 10000 events in one instant"
	// ErrStillBusy: exchanges were still under way at the limit.
	ErrStillBusy Error = "vtime: exchanges are still under way"
	// ErrNothingDue: somebody waits and nothing is due that could wake it.
	ErrNothingDue Error = "vtime: nothing is due and it still waits"
	// ErrTwice: somebody who has lent a turn to the clock lends it once more: two work under one turn.
	ErrTwice Error = "vtime: the turn is with the clock already: two parties act under one turn"
	// ErrGivenTwice: a fault of the bench itself.
	ErrGivenTwice Error = "vtime: a turn was given back twice: a fault of the bench"
	// ErrCanceled is the cause of a context that was cancelled through World.WithCancel.
	ErrCanceled Error = "vtime: cancelled"
)

// StuckError tells who has held the turn for too much machine time: somebody waits for I/O that nobody will do.
type StuckError struct {
	Holder   string   // the chain of turns, caller first, with their connections
	Waits    []string // the connections on which it waits, as far as a network tells
	Patience time.Duration
}

func (e *StuckError) Error() string {
	s := fmt.Sprintf("vtime: the turn has been held for %s of machine time by %s", e.Patience, e.Holder)
	if len(e.Waits) > 0 {
		s += ", which waits on " + strings.Join(e.Waits, ", ")
	}
	return s
}
