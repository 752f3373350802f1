package host_test

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/host"
	"mfpsim/core/internal/bench"
)

// resolving is a dialler that tells addresses; nobody answers at those that hang.
type resolving struct {
	addresses []string
	fails     error // of the look-up
	hangs     map[string]bool
	refuses   map[string]bool
	clock     *bench.Clock
	dialled   []string
}

func (r *resolving) LookupHost(context.Context, string) ([]string, error) {
	return r.addresses, r.fails
}

func (r *resolving) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	r.dialled = append(r.dialled, address)
	switch {
	case r.hangs[address]:
		r.clock.Advance(host.AddressTimeout)
		<-ctx.Done()
		return nil, context.Cause(ctx)
	case r.refuses[address]:
		return nil, syscall.ECONNREFUSED
	}
	near, far := net.Pipe()
	_ = far.Close()
	return near, nil
}

func TestTheAddressesOfANameAreTriedInTheirOrder(t *testing.T) {
	const one, two, three = "[2001:db8::1]:443", "192.0.2.2:443", "192.0.2.3:443"
	all := []string{"2001:db8::1", "192.0.2.2", "192.0.2.3"}
	missing := &net.DNSError{IsNotFound: true}
	for _, test := range []struct {
		name    string
		dialler resolving
		dialled []string
		err     error
	}{
		{"the first answers", resolving{addresses: all}, []string{one}, nil},
		{"nobody answers at the first", resolving{addresses: all, hangs: map[string]bool{one: true}}, []string{one, two}, nil},
		{"the first two refuse", resolving{addresses: all, refuses: map[string]bool{one: true, two: true}}, []string{one, two, three}, nil},
		{"all refuse", resolving{addresses: all, refuses: map[string]bool{one: true, two: true, three: true}}, []string{one, two, three}, syscall.ECONNREFUSED},
		{"the name is not known", resolving{fails: missing}, nil, missing},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := bench.NewClock()
			test.dialler.clock = clock
			conn, err := host.Connect(context.Background(), clock, &test.dialler, "tcp", "login.example:443")
			require.Equal(t, test.dialled, test.dialler.dialled)
			if test.err != nil {
				require.ErrorIs(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.NoError(t, conn.Close())
		})
	}
	t.Run("no address at all", func(t *testing.T) {
		_, err := host.Connect(context.Background(), bench.NewClock(), &resolving{}, "tcp", "login.example:443")
		var name *net.DNSError
		require.ErrorAs(t, err, &name)
	})
	t.Run("the attempt is given up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		r := &resolving{addresses: all, refuses: map[string]bool{one: true}}
		_, err := host.Connect(ctx, bench.NewClock(), r, "tcp", "login.example:443")
		require.True(t, errors.Is(err, syscall.ECONNREFUSED))
		require.Equal(t, []string{one}, r.dialled, "no other address is tried for nobody")
	})
}
