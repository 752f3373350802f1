// Package limits counts what mailboxes have used of Exchange Online's limits, in moving windows of the World's clock.
package limits

import (
	"slices"
	"time"
)

// Day is the window of the limits of recipients.
const Day = 24 * time.Hour

// Window counts in a window that moves. It is not safe for concurrent use.
type Window struct{ spent []spent }

type spent struct {
	at    time.Time
	count int
}

// Take counts, unless that would be more than the limit in the time before; false: it would. Zero or less is no limit.
func (w *Window) Take(now time.Time, length time.Duration, count, limit int) bool {
	if limit <= 0 {
		return true
	}
	w.spent = slices.DeleteFunc(w.spent, func(s spent) bool { return !now.Before(s.at.Add(length)) })
	used := count
	for _, s := range w.spent {
		used += s.count
	}
	if used > limit {
		return false
	}
	w.spent = append(w.spent, spent{now, count})
	return true
}
