package contract

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
)

// extensionSupportedVersions has the versions that a client would speak (RFC 8446 section 4.2.1).
const extensionSupportedVersions = 43

// beginsTLS reports whether octets are the beginning of a handshake record (RFC 8446 section 5.1).
func beginsTLS(said []byte) bool {
	return len(said) >= 3 && said[0] == 0x16 && said[1] == 3 && said[2] <= 4
}

// isRecord reports whether octets are the beginning of a record of TLS.
func isRecord(said []byte) bool {
	return len(said) >= 3 && said[0] >= 0x14 && said[0] <= 0x17 && said[1] == 3 && said[2] <= 4
}

var errHeard = errors.New("contract: the ClientHello was heard")

// helloOf reads a ClientHello; nil: it is none, or not a whole one.
func helloOf(said []byte) (hello *tls.ClientHelloInfo) {
	if !beginsTLS(said) {
		return nil
	}
	config := &tls.Config{ //nolint:gosec // nothing is ever said over it
		GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			hello = h
			return nil, errHeard
		},
	}
	_ = tls.Server(&overheard{Reader: bytes.NewReader(said)}, config).Handshake() // always fails
	return hello
}

// overheard is a connection of which only what one side said is there.
type overheard struct {
	net.Conn
	*bytes.Reader
}

// Read reads what was said.
func (o *overheard) Read(b []byte) (int, error) { return o.Reader.Read(b) }

// Write loses what is written.
func (o *overheard) Write(b []byte) (int, error) { return io.Discard.Write(b) }

// Close does nothing.
func (o *overheard) Close() error { return nil }
