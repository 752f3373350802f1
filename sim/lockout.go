package sim

import (
	"sync"
	"time"

	"mfpsim/sim/models"
)

// The places where the administrator's password is asked for. Each counts by itself: who tries passwords at one of
// them keeps nobody out of the other.
const (
	doorPanel     = "panel"
	doorWebConfig = "webConfig"
)

// tries are the wrong passwords at a door, as the printer's memory keeps them.
type tries struct {
	Failures int  `json:"failures,omitempty"` // in a row
	Locked   bool `json:"locked,omitempty"`
}

// lockouts count wrong passwords, door by door. What is counted outlives power off; a lock that power off met begins
// anew with power on, since nobody knows how long the power was off: the printer's date is no witness.
type lockouts struct {
	rules   models.Administrator
	elapsed func() time.Duration // a timer that the date does not move
	memory  *records

	mu    sync.Mutex
	tries map[string]tries
	until map[string]time.Duration // on the timer
}

// openLockouts goes on with what the memory has.
func openLockouts(rules models.Administrator, elapsed func() time.Duration, memory *records) *lockouts {
	l := &lockouts{
		rules: rules, elapsed: elapsed, memory: memory, tries: map[string]tries{}, until: map[string]time.Duration{},
	}
	for door, kept := range memory.preferences().Tries {
		l.tries[door] = kept
		if kept.Locked {
			l.until[door] = rules.LockoutTime
		}
	}
	return l
}

// logIn asks for the administrator's password at a door, and returns the message id of a refusal. A wrong password is
// counted before it is answered.
func (l *lockouts) logIn(door, user string, right bool) (refusal string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.tries[door]
	if now.Locked {
		if l.elapsed() < l.until[door] {
			return "try-again-later"
		}
		now = tries{}
	}
	if len(user) <= l.rules.UserMaximum && right {
		l.keep(door, tries{})
		return ""
	}
	now.Failures++
	if now.Failures >= l.rules.LockoutAttempts {
		now = tries{Locked: true}
		l.until[door] = l.elapsed() + l.rules.LockoutTime
	}
	l.keep(door, now)
	return "wrong-password"
}

// keep stores what has changed. A memory that does not take it counts until power off at least.
func (l *lockouts) keep(door string, now tries) {
	if l.tries[door] == now {
		return
	}
	l.tries[door] = now
	_ = l.memory.change(func(p *preferences) {
		kept := map[string]tries{}
		for door, t := range l.tries {
			if t != (tries{}) {
				kept[door] = t
			}
		}
		p.Tries = kept
	})
}
