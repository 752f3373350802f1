// Package session holds a conversation with a client: the state machine of client submission. Other packages know
// tokens, mailboxes, limits and planted answers.
package session

import (
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"

	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/gate"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/limits"
	"mfpsim/fakesmtp/internal/mailboxes"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/shell"
)

// LegacyHost takes TLS 1.0 and 1.1 from organizations that have opted in (docs/reference/exchange-smtp.md §4).
const LegacyHost = "smtp-legacy.office365.com"

// Settings are what the front ends of a server are like. They are told at fakesmtp.Config, under the same names.
type Settings struct {
	Site, Forest      string
	ClientAddress     string
	Tarpit            time.Duration
	MaxPerDomain      int
	MaxSize           int64
	MaxFailedAuth     int
	MaxErrors         int
	MaxHeaderSize     int
	MessagesPerMinute int
	RefuseAboveRate   bool
	IdleTimeout       time.Duration
	SessionTimeout    time.Duration
	LegacyEndpoint    bool
	Open              bool
}

// FrontEnd is how strict the front ends are, which differs from one to the other and can change while they run
// (docs/reference/exchange-smtp.md X13, X14).
type FrontEnd struct {
	// StrictHello refuses names of one label and names with an underscore after EHLO and HELO.
	StrictHello bool
	// MaxLine is the longest command line in octets without its line end, AUTH with its initial response included;
	// [AnyLength]: there is no limit but the size of messages.
	MaxLine int
	// MaxAnswer is the longest SASL answer in octets, as it is encoded: an initial response, or a line of its own;
	// [AnyLength]: likewise.
	MaxAnswer int
}

// AnyLength is the limit of a [FrontEnd] that has none.
const AnyLength = -1

// longest is a limit in octets: no line is longer than a message may be, so that a client cannot fill the memory.
func (e *Endpoint) longest(limit int) int {
	if limit < 0 {
		return int(e.Settings.MaxSize)
	}
	return limit
}

// Endpoint serves clients.
type Endpoint struct {
	Settings Settings
	Shell    *shell.Shell
	TLS      *tls.Config
	// ExchangerTLS is that of the MX door: it asks for the client's certificate.
	ExchangerTLS *tls.Config
	Gate         *gate.Gate
	Mailboxes    *mailboxes.Store
	Limits       *limits.Meter
	Answers      *answers.Queue
	History      *history.Log

	front atomic.Pointer[FrontEnd]
}

// SetFront says how strict the front ends are from the next command on.
func (e *Endpoint) SetFront(f FrontEnd) { e.front.Store(&f) }

// Front returns how strict they are.
func (e *Endpoint) Front() FrontEnd { return *e.front.Load() }

// now is the time on the server's clock.
func (e *Endpoint) now() time.Time { return e.Shell.Clock.Now() }

// Connection serves one client to its end. Whatever only this side notices, such as an end of file, ends it in silence.
func (e *Endpoint) Connection(connection net.Conn) {
	c := &session{endpoint: e, raw: connection, profile: replies.ProfileExchange}
	c.peer = e.Shell.Network.Peer(connection)
	c.peer.Guard(connection, c.serve)
}
