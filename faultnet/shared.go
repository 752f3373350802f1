package faultnet

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"

	"mfpsim/vtime"
)

// SharedServer serves the HTTPS pages of many parties at one listener: who was dialled answers, under a certificate for
// the name that was dialled. A party costs no socket and no goroutine.
type SharedServer struct {
	network  *Network
	listener *listener
	server   *http.Server

	mu    sync.Mutex
	pages map[string]http.Handler // by party
}

// ServeShared opens a loopback listener that nobody's address leads to yet, and serves it until the server is closed.
// Certificates are dated by the clock; nil: true time. The party is that of clients from outside, who dial nobody and
// are told so.
func (n *Network) ServeShared(party string, clock *vtime.Clock) (*SharedServer, error) {
	return n.serveShared(party, n.dialledTLS(clock))
}

// ServeSharedInClear does the same without TLS.
func (n *Network) ServeSharedInClear(party string) (*SharedServer, error) {
	return n.serveShared(party, nil)
}

func (n *Network) serveShared(party string, secure *tls.Config) (*SharedServer, error) {
	l, err := n.listen(party)
	if err != nil {
		return nil, err
	}
	s := &SharedServer{network: n, listener: l, pages: map[string]http.Handler{}}
	if s.server, err = n.ServeHTTP(l, secure, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Add leads addresses ("192.0.2.10:443") to the page of a party. A second page of a party replaces the first.
func (s *SharedServer) Add(party string, page http.Handler, addresses ...string) {
	s.mu.Lock()
	s.pages[party] = page
	s.mu.Unlock()
	s.network.lead(route{party: party, target: dialable(s.listener.Addr()), listener: s.listener}, addresses)
}

// ServeHTTP answers as the party that was dialled.
func (s *SharedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	page := s.pages[s.network.requestPeer(s.listener.party, r).link.to]
	s.mu.Unlock()
	if page == nil {
		http.Error(w, "nobody of the bench has this address", http.StatusMisdirectedRequest)
		return
	}
	page.ServeHTTP(w, r)
}

// Close closes the listener and all connections.
func (s *SharedServer) Close() error { return s.server.Close() }

// Addr is where the listener is on this machine.
func (s *SharedServer) Addr() net.Addr { return s.listener.Addr() }
