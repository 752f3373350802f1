package fakesmtp

import "net"

// This file is the MX door: DOMAIN-TLD.mail.protection.outlook.com, port 25, for direct send and connectors.

// ExchangerPort is the port of the MX door on a bench.
const ExchangerPort = "25"

// ServeExchanger takes connections to the MX door from a listener until it or the server is closed; then it returns
// nil. Nobody authenticates there: mail for recipients of an organization is taken of anybody, mail for others only
// if a connector ([Server.AddConnector], New-InboundConnector) makes it an organization's own. On a bench the
// listener is one of the bench's network; the names of the MX doors of all organizations lead to it, of those too
// that are added later.
func (s *Server) ServeExchanger(listener net.Listener) error {
	s.OpenExchanger(listener)
	return s.front.ServeAside(listener, s.endpoint.Exchanger)
}

// OpenExchanger notes the listener before [Server.ServeExchanger] runs, so that the names lead there at once.
func (s *Server) OpenExchanger(listener net.Listener) {
	s.front.AdoptAside(listener)
	s.mu.Lock()
	if s.exchanger == nil {
		s.exchanger = listener
	}
	s.mu.Unlock()
	s.leadExchanger()
}

// ExchangerAddr returns host and port of the first listener of the MX door, for clients from outside; empty before
// there is one.
func (s *Server) ExchangerAddr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exchanger == nil {
		return ""
	}
	return s.exchanger.Addr().String()
}

// Exchangers returns the names under which parties of a bench reach the MX door: of each accepted domain of
// organizations that are not personal, "contoso-com.mail.protection.outlook.com". The port is [ExchangerPort].
func (s *Server) Exchangers() []string { return s.mailboxes.Exchangers() }

// leadExchanger lets all names of MX doors lead to the listener.
func (s *Server) leadExchanger() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exchanger == nil {
		return
	}
	for _, name := range s.mailboxes.Exchangers() {
		s.shell.Network.Lead(s.exchanger, net.JoinHostPort(name, ExchangerPort))
	}
}

// startExchanger opens the MX door of a server that runs in a test.
func (s *Server) startExchanger(t T) {
	t.Helper()
	listener, err := s.shell.Network.Listen(Party)
	if err != nil {
		t.Fatalf("fakesmtp: %v", err)
		return
	}
	s.OpenExchanger(listener)
	served := make(chan struct{})
	t.Cleanup(func() {
		_ = listener.Close() // the server has closed it already, if it was closed before
		<-served
	})
	go func() { defer close(served); _ = s.ServeExchanger(listener) }()
}
