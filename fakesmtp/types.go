package fakesmtp

import (
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
)

// Message is a mail that a mailbox holds.
type Message = mail.Message

// Attachment is a part of a message that has a file name or asks to be treated as a file.
type Attachment = mail.Attachment

// Reply is a row of the table of replies: what the server says to an event, and how that is known.
type Reply = replies.Reply

// Replies returns every text that goes over the wire.
func Replies() []Reply { return replies.All() }
