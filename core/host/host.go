// Package host declares what the core needs from the device that it runs in: time, and a way to the network.
//
// The interfaces are small and use the types of the standard library, so that a firmware implements each in a few
// lines.
package host

import (
	"context"
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

// Dialer opens network connections, as [net.Dialer] does.
type Dialer interface {
	// DialContext connects to an address ("host:port"); a name that does not resolve is a [*net.DNSError].
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}
