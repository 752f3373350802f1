package mail

import (
	"time"

	"mfpsim/core/outcome"
)

// Attachment is one file of a message.
type Attachment struct {
	// Name is the file name that the recipient sees. What Windows cannot save is replaced.
	Name        string
	ContentType string // for example "application/pdf"; empty: application/octet-stream
	Data        []byte
}

// Message is what the device wants to send.
type Message struct {
	From        string // address of the sender; empty: the sender of the settings
	To          []string
	Subject     string
	Text        string
	Attachments []Attachment
	Program     string // in X-Mailer; empty: no such field
	// AttachmentLimit is the Attached File Max Size in bytes of the files themselves, before encoding. 0: no limit.
	AttachmentLimit int64
}

// Receipt is what the mail server confirmed.
type Receipt struct {
	// Refused are recipients whom the server did not accept, in the order of the message. The others get it.
	Refused   []outcome.Refusal
	MessageID string    // without angle brackets
	Size      int       // bytes of the message as sent
	At        time.Time // by the device's clock
	Response  string    // the server's last words, printable ASCII, at most 512 characters
}
