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

// Pause keeps a flowing World from following the machine's clock: until [World.Flow] is called it moves only when it
// is advanced, as a stepped one does, so that what is played on it is the same in every run. A stepped World takes no
// notice of either.
func (w *World) Pause() {
	w.driving.Lock()
	defer w.driving.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flowing && !w.paused {
		w.now = w.elapsed()
		w.frozen, w.paused = true, true
	}
}

// Flow ends Pause: the World follows the machine's clock from where it stands.
func (w *World) Flow() {
	w.driving.Lock()
	defer w.driving.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.paused {
		w.anchor = time.Now()
		w.frozen, w.paused = false, false
		w.nudge()
	}
}

// drifts reports whether the World moves by itself.
func (w *World) drifts() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flowing && !w.paused
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
	for !w.closed && !w.paused {
		fired, err := w.fireNext(w.elapsed())
		if err != nil || !fired {
			break
		}
	}
	wait = time.Hour
	if len(w.queue) > 0 && !w.paused {
		wait = max(w.queue[0].at-w.elapsed(), 0)
	}
	return wait, !w.closed
}
