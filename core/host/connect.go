package host

import (
	"context"
	"net"
	"time"
)

// Resolver is a [Dialer] that tells the addresses of a name, as [net.Resolver] does. With a dialler that is none,
// trying one address after the other is the dialler's own business.
type Resolver interface {
	// LookupHost returns the addresses of a name in the order in which they are to be tried, or the name itself where
	// the dialler knows no more.
	LookupHost(ctx context.Context, name string) ([]string, error)
}

// AddressTimeout is how long an address is tried while there is another one. The last one has all the time that is
// left.
const AddressTimeout = 10 * time.Second

// Connect connects to "name:port": to the first of the name's addresses that can be reached (RFC 1123 §2.3). The error
// is that of the last one.
func Connect(ctx context.Context, clock Clock, dialer Dialer, network, address string) (net.Conn, error) {
	resolver, resolves := dialer.(Resolver)
	name, port, err := net.SplitHostPort(address)
	if !resolves || err != nil || net.ParseIP(name) != nil {
		return dialer.DialContext(ctx, network, address)
	}
	addresses, err := resolver.LookupHost(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case len(addresses) == 0:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	last := len(addresses) - 1
	for _, each := range addresses[:last] {
		limited, cancel := clock.WithTimeout(ctx, AddressTimeout)
		conn, err := dialer.DialContext(limited, network, net.JoinHostPort(each, port))
		cancel()
		if err == nil {
			return conn, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
	}
	return dialer.DialContext(ctx, network, net.JoinHostPort(addresses[last], port))
}
