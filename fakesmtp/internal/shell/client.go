package shell

import (
	"net"

	"mfpsim/chance"
	"mfpsim/faultnet"
)

// Client is who a server talks to. It is a net.Addr, so that a library that a server is built on hands it on.
type Client struct {
	Connection string // "printer#3"
	Host       string // the address that the server sees
	// Who is whom a server that goes by addresses takes it for: a party of the bench, or an address from outside.
	Who    string
	Random *chance.Reader // the connection's own
	State  any            // what the server keeps of the connection; whoever acts in its visit may change it
	HangUp func()         // ends the conversation from the side of a library; nil: the server is no library
}

// Network is that of the connection.
func (c *Client) Network() string { return "tcp" }

// String is host and port. The port is no real one: no artefact holds ports.
func (c *Client) String() string { return net.JoinHostPort(c.Host, "0") }

// Client tells who is at the other end of a connection. Clients of the bench have the address that is given.
func (s *Shell) Client(peer *faultnet.Peer, connection net.Conn, address string) *Client {
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

// Guard runs what a library asks a server about a client, and reports whether that came to its end. If it panics, this
// conversation ends and nothing else does: the panic is kept in the World, and the library finds its client gone. A
// panic of a server's own program is guarded by its peer ([faultnet.Peer.Guard]).
func (s *Shell) Guard(c *Client, ask func()) (ok bool) {
	defer func() {
		if value := recover(); value != nil {
			s.World.Panicked(s.Party+" for "+c.Connection, value)
			c.HangUp()
		}
	}()
	ask()
	return true
}
