package mail

import (
	"bytes"
	"errors"
	"net"
)

// keptLine is how much of a reply line is kept, and longestLine how much of one is read at all. go-smtp's client takes
// no line of more than 2,000 bytes (twice RFC 5321 §4.5.3.1.5), while Exchange Online refuses a sender in one line of
// about 2 kB.
const (
	keptLine    = 1500
	longestLine = 64 << 10
	longestTalk = 256 << 10 // of all that a server says between two commands
)

var errLine = errors.New("mail: the server says too much")

// dialogue is a connection to an SMTP server as go-smtp's client can bear it: overlong reply lines are cut, a greeting
// that was read before STARTTLS is repeated, and one command that must not be sent is kept back.
type dialogue struct {
	net.Conn
	pending []byte // what the client reads next
	line    int    // length of the reply line that is arriving
	talk    int    // bytes since the last command
	code    [3]byte
	coded   bool // the server's lines begin with a code of three digits (RFC 5321 §4.2), as those of POP3 do not
	broken  bool
}

// replay makes the client read text first.
func (d *dialogue) replay(text string) { d.pending = append(d.pending, text...) }

// Read hands on what the server says, with overlong lines cut.
func (d *dialogue) Read(b []byte) (int, error) {
	for len(d.pending) == 0 {
		if d.broken {
			return 0, errLine
		}
		buffer := make([]byte, 4096)
		n, err := d.Conn.Read(buffer)
		d.take(buffer[:n])
		if err != nil && len(d.pending) == 0 {
			return 0, err
		}
	}
	n := copy(b, d.pending)
	d.pending = d.pending[n:]
	return n, nil
}

func (d *dialogue) take(arrived []byte) {
	for _, c := range arrived {
		if d.line < len(d.code) {
			d.code[d.line] = c
		}
		d.line++
		d.talk++
		if d.line > longestLine || d.talk > longestTalk {
			d.broken = true
			return
		}
		switch {
		case c == '\n':
			if d.line > keptLine && len(d.pending) > 0 && d.pending[len(d.pending)-1] != '\r' {
				d.pending = append(d.pending, '\r')
			}
			d.pending = append(d.pending, c)
			d.line = 0
			if d.coded && !isCode(d.code) {
				// net/textproto would take "SSH-" for the first line of several, and wait for the others
				d.broken = true
				return
			}
		case d.line <= keptLine:
			d.pending = append(d.pending, c)
		}
	}
}

func isCode(first [3]byte) bool {
	for _, c := range first {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// cancelled is the line that ends an exchange of AUTH (RFC 4954 §4).
var cancelled = []byte("*\r\n")

// Write sends what the client says. go-smtp's client cancels an AUTH with "*" even when the server has refused it for
// good, a command that no server knows; Exchange Online answers it 5 s late and counts it as an error. After a reply
// other than 334 it is not sent, and the client reads the answer that it waits for.
func (d *dialogue) Write(b []byte) (int, error) {
	if bytes.Equal(b, cancelled) && string(d.code[:]) != "334" {
		d.replay("501 5.7.0 cancelled\r\n")
		return len(b), nil
	}
	d.talk = 0
	return d.Conn.Write(b)
}
