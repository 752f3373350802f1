package session

import (
	"fmt"
	"strings"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/transit"
)

// newIDLength is how many digits follow the server's name in a Message-ID that the service gives (GITML).
const newIDLength = 25

// way is how a message goes through the service, with the Message-ID that the service gives where there was none or, on
// a personal account, in place of the one there was (docs/reference/exchange-smtp.md §10).
func (c *session) way(m mail.Message) *transit.Way {
	w := &transit.Way{Route: c.route, NetworkID: transit.NetworkID(c.random, m.ReceivedAt)}
	if m.ID == "" || c.profile == replies.ProfileOutlook {
		w.MessageID = c.freshID()
	}
	return w
}

// freshID makes a Message-ID of the mailbox server's.
func (c *session) freshID() string {
	name, _, _ := strings.Cut(c.backend, ".")
	return "<" + name + strings.ToUpper(c.random.Hex(newIDLength)) + "@" + c.backend + ">"
}

const diagnosticPairs = 95

// diagnostics are the numbers in the middle of an exception's text: pairs of a place in the code and a value. The
// places are those of docs/reference/exchange-smtp.md §2.3, the values come from the seed; Exchange's line is of about
// the same length.
//
// diagnosticPairs makes the whole line longer than 2,000 octets, which is where some clients' buffers end.
func (c *session) diagnostics() string {
	var b strings.Builder
	b.WriteString("0.35250:" + strings.ToUpper(c.random.Hex(8)) + ", 1.36674:0A000000, 1.61250:00000000")
	for i := range diagnosticPairs {
		fmt.Fprintf(&b, ", %d.%d:%s", []int{1, 4, 0, 255}[i%4], 10000+i*7919%55000, strings.ToUpper(c.random.Hex(8)))
	}
	b.WriteString(", 255.27962:" + strings.ToUpper(c.random.Hex(8)) + ", 0.38698:" + strings.ToUpper(c.random.Hex(8)))
	return b.String()
}
