package station

import (
	"context"
	"net"

	"mfpsim/chance"
	"mfpsim/faultnet"
)

// Client is who a server talks to. It is a net.Addr, so that a library that a server is built on hands it on.
type Client struct {
	Connection string         // "printer#3"
	Host       string         // the address that the server sees
	Who        string         // whom a server that goes by addresses takes it for: a party of the bench, or an address from outside
	Random     *chance.Reader // the connection's own
	State      any            // what the server keeps of the connection; whoever acts in its visit may change it
	Broken     bool           // the server's own program has panicked: the conversation ends without a word
}

// Network is that of the connection.
func (c *Client) Network() string { return "tcp" }

// String is host and port. The port is no real one: no artefact holds ports.
func (c *Client) String() string { return net.JoinHostPort(c.Host, "0") }

// Client tells who is at the other end of a connection. Clients of the bench have the address that is given.
func (s *Station) Client(peer *faultnet.Peer, connection net.Conn, address string) *Client {
	c := &Client{
		Connection: peer.Connection(), Host: address, Who: peer.Party(),
		Random: chance.New(s.Seed, s.Party+" "+peer.Connection()),
	}
	if peer.Party() == faultnet.Outside {
		if host, _, err := net.SplitHostPort(connection.RemoteAddr().String()); err == nil {
			c.Host, c.Who = host, host
		}
	}
	return c
}

// Ask runs what a library asks of the server's own program, in a goroutine of the library's. If it panics, the panic is kept in the World
// and the conversation is broken, whatever the library makes of it.
func (s *Station) Ask(c *Client, act func()) {
	defer func() {
		if s.World.Panicked(s.Party+" for "+c.Connection, recover()) != nil {
			c.Broken = true
		}
	}()
	act()
}

func background() context.Context { return context.Background() } // a client that hangs up does not end a visit
