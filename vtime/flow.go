package vtime

import "time"

// NewFlowing returns a World that follows the machine's clock from start on (zero: the machine's now). [World.Close]
// stops it.
func NewFlowing(start time.Time) *World {
	if start.IsZero() {
		start = time.Now()
	}
	w := newWorld(start)
	w.flowing = true
	w.anchor = time.Now()
	w.poke = make(chan struct{}, 1)
	w.pumped = make(chan struct{})
	go w.pump()
	return w
}

// nudge makes the pump look again. It never blocks.
func (w *World) nudge() {
	if w.poke == nil {
		return
	}
	select {
	case w.poke <- struct{}{}:
	default:
	}
}

// pump fires what the machine's clock makes due.
func (w *World) pump() {
	defer close(w.pumped)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait, open := w.pumpOnce()
		if !open {
			return
		}
		timer.Reset(wait)
		select {
		case <-w.poke:
		case <-timer.C:
		}
	}
}

// pumpOnce fires what is due now and returns how long the pump can wait.
func (w *World) pumpOnce() (wait time.Duration, open bool) {
	w.driving.Lock()
	defer w.driving.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.closed {
		fired, err := w.fireNext(w.elapsed())
		if err != nil || !fired {
			break
		}
	}
	wait = time.Hour
	if len(w.queue) > 0 {
		wait = max(w.queue[0].at-w.elapsed(), 0)
	}
	return wait, !w.closed
}
