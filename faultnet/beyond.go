package faultnet

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"

	"mfpsim/vtime"
)

// Beyond says how the network of a bench in another process is reached.
type Beyond struct {
	World  *vtime.World      // the party's own: see [vtime.Guest]; or a flowing one
	Outlet string            // host and port of the bench's [Outlet]
	Token  string            // that the outlet wants; empty: none
	Roots  map[string][]byte // certificates as PEM, by the authority's name ([RootG1])
	// Before is called before octets go out: what the bench is to hear before it acts on them. Nil: nothing is.
	Before func()
}

// beyond is a network whose bench is in another process.
type beyond struct {
	Beyond
	roots  map[string]*Authority
	client *http.Client // to the outlet

	mu      sync.Mutex
	changed *sync.Cond
	closed  bool
	count   int
	open    map[string]*FarConn // by the name that the party has given them
}

// NewBeyond returns the network of a bench in another process, as a party there sees it: its diallers go through the
// bench's outlet, and its authorities are those that the bench has named. It has no servers and no faults of its own.
func NewBeyond(config Beyond) (*Network, error) {
	b := &beyond{
		Beyond: config, roots: map[string]*Authority{}, open: map[string]*FarConn{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}},
	}
	b.changed = sync.NewCond(&b.mu)
	for name, text := range config.Roots {
		block, _ := pem.Decode(text)
		if block == nil {
			return nil, fmt.Errorf("the root certificate %q is no PEM", name)
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("the root certificate %q cannot be read: %w", name, err)
		}
		b.roots[name] = &Authority{certificate: certificate}
	}
	if b.roots[RootG1] == nil {
		return nil, fmt.Errorf("there is no root certificate %q", RootG1)
	}
	config.World.Decorate(renewTurn)
	return &Network{
		world: config.World, clock: config.World.Clock("network"), beyond: b, authority: b.roots[RootG1],
		newer: b.roots[RootG2],
	}, nil
}

// Far returns a connection to the bench by the party's name of it; nil if there is none, or no more.
func (n *Network) Far(name string) *FarConn {
	b := n.beyond
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open[name]
}

// CloseFar ends all connections to the bench, at once, and keeps further ones from being made.
func (n *Network) CloseFar() {
	b := n.beyond
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, c := range b.open {
		_ = c.Conn.Close()
	}
	b.changed.Broadcast()
	b.client.CloseIdleConnections()
}

// FarRests is to be called when the party rests: until it works again a fault may be armed on the bench, so that the
// next write on a connection that is open may break it.
func (n *Network) FarRests() {
	b := n.beyond
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.open {
		c.doubt = true
	}
}

// refused are the errors of the reason phrases of an outlet.
func refused(reason, address string) error {
	switch reason {
	case "no-name":
		return noName(address)
	case "unreachable":
		return connectError(address, syscall.EHOSTUNREACH)
	case "network-unreachable":
		return connectError(address, syscall.ENETUNREACH)
	}
	return connectError(address, syscall.ECONNREFUSED)
}

// dial connects through the outlet.
func (b *beyond) dial(ctx context.Context, party, address string) (net.Conn, error) {
	if b.Before != nil {
		b.Before()
	}
	raw, err := net.Dial("tcp", b.Outlet)
	if err != nil {
		return nil, connectError(address, syscall.ECONNREFUSED)
	}
	c := &FarConn{
		Conn: raw, network: b, party: party, host: address, turn: vtime.TurnFrom(ctx), reader: bufio.NewReader(raw),
	}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		_ = raw.Close()
		return nil, connectError(address, syscall.ECONNREFUSED)
	}
	b.count++
	c.name = fmt.Sprint(b.count)
	b.open[c.name] = c
	b.mu.Unlock()
	defer c.hangUp(ctx)()
	request := fmt.Sprintf("CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s: %s\r\n", address, address, ConnectionName, c.name)
	if b.Token != "" {
		request += fmt.Sprintf("%s: Bearer %s\r\n", ProxyAuthorization, b.Token)
	}
	_, err = io.WriteString(raw, request+"\r\n")
	if err != nil {
		c.forget()
		return nil, connectError(address, syscall.ECONNREFUSED)
	}
	c.await(true)
	var response *http.Response
	b.away(c.turn, true, func() {
		response, err = http.ReadResponse(c.reader, &http.Request{Method: http.MethodConnect})
	})
	c.await(false)
	switch cause := context.Cause(ctx); {
	case cause != nil:
		c.forget()
		return nil, dialError(address, cause)
	case err != nil:
		c.forget()
		return nil, connectError(address, syscall.ECONNREFUSED)
	case response.StatusCode != http.StatusOK:
		c.forget()
		_, reason, _ := strings.Cut(response.Status, " ")
		return nil, refused(reason, address)
	}
	b.mu.Lock()
	c.opened, c.confirm = true, response.Header.Get(ConfirmWrites) != ""
	b.changed.Broadcast()
	b.mu.Unlock()
	return c, nil
}

// away waits for the bench. A World that flows goes on meanwhile, so that a time-out can come; the time of one that
// does not is the bench's, which calls it.
func (b *beyond) away(turn *vtime.Turn, waits bool, f func()) {
	worked := false
	if waits && !b.World.Stepped() && turn != nil {
		// An error after f says that the World, or the turn, has ended: what was read stands. One before f says that
		// the turn is not to be had: somebody without it reads.
		_ = turn.Away("from the bench", func() { f(); worked = true })
	}
	if !worked {
		f()
	}
}

// lookUp asks the outlet for the addresses of a name.
func (b *beyond) lookUp(name string) ([]string, error) {
	if b.Before != nil {
		b.Before()
	}
	var addresses []string
	if b.ask(LookUpPath+"?name="+url.QueryEscape(name), &addresses) != nil {
		return nil, noName(name)
	}
	return addresses, nil
}

// ask asks the outlet.
func (b *beyond) ask(target string, answer any) error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+b.Outlet+target, nil)
	if err != nil {
		return err
	}
	if b.Token != "" {
		request.Header.Set(ProxyAuthorization, "Bearer "+b.Token)
	}
	response, err := b.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the outlet answers %s", response.Status)
	}
	return json.NewDecoder(io.LimitReader(response.Body, 1<<16)).Decode(answer)
}
