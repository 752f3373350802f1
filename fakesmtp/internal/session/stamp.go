package session

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/wire"
)

// stamp makes what the service puts before a message: how it came in, and the Message-ID where there was none or, on a
// personal account, in place of the one there was (docs/reference/exchange-smtp.md §10), and a From header where
// there was none (docs/reference/exchange-smtp.md X2). It returns the Message-ID that holds.
func (c *session) stamp(m mail.Message) (header []byte, id string) {
	version := "version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
	if c.tls != nil && c.tls.ConnectionState().Version == tls.VersionTLS13 {
		// The cipher that Exchange Online prefers; the one in use depends on the machine's processor.
		version = "version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384"
	}
	date := m.ReceivedAt.UTC().Format(time.RFC1123Z)
	var room [1 << 10]byte // more is only a long name of the client's
	b := append(room[:0], "Received: from "+wire.Printable(c.helo)+" ("+c.client()+") by\r\n "+c.backend+
		" (2603:1096:c01::1) with Microsoft SMTP Server\r\n ("+version+") id 15.20.8678.29; "+date+"\r\n"...)
	b = append(b, "Received: from "+c.backend+" ([fe80::1:2:3:4]) by\r\n "+c.backend+
		" ([fe80::1:2:3:4%5]) with mapi id 15.20.8678.029; "+date+"\r\n"...)
	b = append(b, "X-ClientProxiedBy: "+c.host+" (2603:1096:c00::1)\r\n"...)
	id = m.ID
	if id == "" || c.profile == replies.ProfileOutlook {
		fresh := c.freshID()
		if id != "" {
			b = append(b, "X-Microsoft-Original-Message-ID: "+wire.Printable(id)+"\r\n"...)
		}
		b = append(b, "Message-ID: "+fresh+"\r\n"...)
		id = fresh
	}
	if m.Origin == mail.OriginMissing {
		b = append(b, "From: <"+m.EnvelopeFrom+">\r\n"...)
	}
	return bytes.Clone(b), id
}

// freshID makes a Message-ID of the mailbox server's.
func (c *session) freshID() string {
	name, _, _ := strings.Cut(c.backend, ".")
	return "<" + name + strings.ToUpper(c.random.Hex(24)) + "@" + c.backend + ">"
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
