package session

import (
	"context"
	"fmt"
	"time"

	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/replies"
)

// timeOut says goodbye. The reply bears the time at which the wait ended.
func (c *session) timeOut() {
	lapse := c.watch.End()
	c.pending = nil
	c.visit("time-out", nil, nil, func(context.Context) {
		if lapse.Aged {
			age := duration(lapse.At.Sub(c.watch.Opened()))
			c.say(replies.SessionTimeout, "instant", replies.InTail(lapse.At), "duration", age)
			return
		}
		c.say(replies.IdleTimeout, "instant", replies.InTail(lapse.At))
	})
	c.watch.Leave()
	c.ended(history.TimedOut)
}

// duration is a length of time as .NET writes it: hours, minutes, seconds and seven digits.
func duration(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d:%02d.%07d",
		int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Nanoseconds()%1e9/100)
}
