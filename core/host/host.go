// Package host declares what the core needs from the device that it runs in: time, and a way to the network.
//
// The interfaces are small and use the types of the standard library, so that a firmware implements each in a few
// lines.
package host

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// Clock is the device's own time. It may be wrong (an empty battery) and it may drift; the core never reads another.
type Clock interface {
	// Now returns the device's date and time. Its location is the device's own time difference, which mails carry.
	Now() time.Time
	// Sleep waits until d has elapsed, or until ctx ends and then returns its error. Elapsed time is not the date:
	// setting the date neither shortens nor lengthens a sleep.
	Sleep(ctx context.Context, d time.Duration) error
	// WithTimeout returns a context that ends after d has elapsed, with [context.DeadlineExceeded] as its error and
	// cause.
	WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
}

// ErrUnsent is in what reading from a connection fails with where writing has only queued, and not all of it has left
// the device.
var ErrUnsent = errors.New("not all that was written has left the device")

// Secure makes a connection of a [Dialer] secure, as a client. A device whose TLS is not crypto/tls has its own, and
// finds its connection by NetConn, as [tls.Conn] has it. It reads from config the name, the versions, the roots and
// whether the certificate is verified.
type Secure func(ctx context.Context, conn net.Conn, config *tls.Config) (net.Conn, error)

// CryptoTLS is the [Secure] of crypto/tls.
func CryptoTLS(ctx context.Context, conn net.Conn, config *tls.Config) (net.Conn, error) {
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secure, nil
}

// Dialer opens network connections, as [net.Dialer] does.
type Dialer interface {
	// DialContext connects to an address ("host:port"); a name that does not resolve is a [*net.DNSError].
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}
