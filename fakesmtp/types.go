package fakesmtp

import "mfpsim/fakesmtp/internal/replies"

// Reply is a row of the table of replies: what the server says to an event, and how that is known.
type Reply = replies.Reply

// Replies returns every text that goes over the wire.
func Replies() []Reply { return replies.All() }
