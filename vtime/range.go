package vtime

import (
	"fmt"
	"math"
	"time"
)

const (
	// Lifetime is how far from its start a World goes at most. A time.Duration ends at 292 years.
	Lifetime = 250 * 365 * 24 * time.Hour
	// MaxDrift is how much a clock gains or loses a day at most. A quartz clock is wrong by seconds; a clock that is
	// wrong by a fixed time is one that was set wrong.
	MaxDrift = time.Hour
)

// The dates that a clock can be set to: those that every format on the wire can carry, with so much room that no clock
// passes the year 9999 (RFC 3339 §1) while its World lives.
var (
	EarliestDate = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	LatestDate   = time.Date(9700, 1, 1, 0, 0, 0, 0, time.UTC)
)

// lastMoment is the last true time of any World.
var lastMoment = time.Date(9950, 1, 1, 0, 0, 0, 0, time.UTC)

// RangeError says that a time, or a length of time, is out of what a World or a Clock can have. Nothing has changed.
type RangeError struct{ message string }

func (e *RangeError) Error() string { return e.message }

func outOfRange(format string, values ...any) error {
	return &RangeError{fmt.Sprintf(format, values...)}
}

// ending is the last moment of the World, counted from its start.
func (w *World) ending() time.Duration { return min(Lifetime, lastMoment.Sub(w.start)) }

// until is when d has passed, never later than the World's end. Under w.mu.
func (w *World) until(d time.Duration) time.Duration {
	now := w.elapsed()
	return now + min(max(d, 0), max(w.ending()-now, 0))
}

// due is when an event is due that was put off by d: one that lies past all time never is. Under w.mu.
func (w *World) due(d time.Duration) time.Duration {
	now := w.elapsed()
	return now + min(max(d, 0), math.MaxInt64-now)
}

// reach refuses a step that leads past the World's end. Under w.mu.
func (w *World) reach(d time.Duration) error {
	now := w.elapsed()
	if d <= 0 || d <= w.ending()-now {
		return nil
	}
	return outOfRange(
		"time did not move: it is %s, and the time of this bench ends on %s; start a new bench",
		w.start.Add(now).Format(time.DateTime), w.start.Add(w.ending()).Format(time.DateOnly),
	)
}

// CheckDate refuses a date that no clock can be set to.
func CheckDate(t time.Time) error {
	if t.Before(EarliestDate) || !t.Before(LatestDate) {
		return outOfRange(
			"a clock cannot be set to the year %d: its dates are those from %s to before %s",
			t.UTC().Year(), EarliestDate.Format(time.DateOnly), LatestDate.Format(time.DateOnly),
		)
	}
	return nil
}

// CheckDrift refuses a drift that is no clock's.
func CheckDrift(perDay time.Duration) error {
	if perDay > MaxDrift || perDay < -MaxDrift {
		return outOfRange(
			"%s is too much for a drift, which is what a clock gains each day: 2s, at most %s; for a clock that is wrong "+
				"by a fixed time, set its date", perDay, MaxDrift,
		)
	}
	return nil
}
