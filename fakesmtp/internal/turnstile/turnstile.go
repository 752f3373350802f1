package turnstile

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	"mfpsim/fakesmtp/internal/shell"
)

// Config says what stands behind a turnstile.
type Config struct {
	Shell *shell.Shell
	// Host is the name in the certificates.
	Host string
	// Security is how connections become secure ones, for clients and for the library alike.
	Security shell.Security
	// Address is the one that the library sees clients of the bench come from.
	Address string
	// MaxLine is the longest line of a command; MaxSize is that of a message. The library has the same limits.
	MaxLine int
	MaxSize int64
	// Patience is how long a client is waited for. When it ends, the library reads a time-out, and says so.
	Patience shell.Patience
	// StopsAtSize: the library stops reading a message that is too large, and would take its rest for commands. It is
	// given no rest.
	StopsAtSize bool
	// LineFeeds: the library takes a bare line feed in a message for a line end, and would take out dots after it.
	LineFeeds bool
	// Edit changes what the library says before it is journalled; nil: nothing is changed. The reply has its line ends.
	Edit func(client *shell.Client, command, reply string) string
	// Serve runs the library until the listener is closed.
	Serve func(net.Listener) error
}

// Turnstile lets the clients of a bench into a library's server.
type Turnstile struct {
	config   Config
	entrance *entrance
	outer    *tls.Config // for clients; nil: there is no TLS
	inner    *tls.Config // the turnstile's own TLS to the library
	served   sync.WaitGroup
}

// ServerTLS returns the library's side of TLS in memory. Nobody outside ever sees it.
func ServerTLS(s *shell.Shell, host string) (*tls.Config, error) {
	certificate, err := s.Network.Authority().Certificate(host)
	if err != nil {
		return nil, fmt.Errorf("a certificate for %s: %w", host, err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*certificate}, Time: s.World.Now,
		SessionTicketsDisabled: true, CurvePreferences: []tls.CurveID{tls.X25519},
	}, nil
}

// New starts the library behind a turnstile. Close ends both.
func New(config Config) *Turnstile {
	t := &Turnstile{config: config, entrance: newEntrance()}
	s := config.Shell
	t.inner = s.Network.ClientTLS(s.World.Now)
	t.inner.ServerName = config.Host
	if config.Security.TLS() {
		t.outer = s.Network.TLSConfig(s.Party, s.Clock, config.Host)
	}
	t.served.Go(func() { _ = config.Serve(t.entrance) })
	return t
}

// Close keeps clients out; the connections are the shell's to close.
func (t *Turnstile) Close() {
	_ = t.entrance.Close()
	t.served.Wait()
}

// Connection serves one client to its end. Whatever only this side notices, such as an end of file, ends it in silence.
func (t *Turnstile) Connection(raw net.Conn) {
	peer := t.config.Shell.Network.Peer(raw)
	p := newPipe()
	watch := t.config.Shell.Watch(peer, raw, t.config.Patience)
	defer watch.Stop()
	c := &conversation{
		turnstile: t, raw: raw, peer: peer, pipe: p, watch: watch,
		client: t.config.Shell.Client(peer, raw, t.config.Address),
	}
	c.client.HangUp = p.hangUp
	peer.Guard(raw, func() {
		if c.open() == nil {
			c.run()
		}
	})
	p.end()
	if c.admitted {
		p.gone()
	}
}

var errLibrary = errors.New("the library takes nothing")
