// Package lifecycle starts and ends the listeners and connections of a server.
package lifecycle

import (
	"errors"
	"fmt"
	"net"
	"sync"

	"mfpsim/faultnet"
)

// Life counts listeners and connections. All methods are safe for concurrent use.
type Life struct {
	mu          sync.Mutex
	idle        *sync.Cond // a connection has ended or waits for the World
	closed      bool
	listeners   map[net.Listener]struct{}
	connections map[net.Conn]struct{}
	waiting     int
	address     string
}

// New returns a life that has not begun to listen.
func New() *Life {
	l := &Life{listeners: map[net.Listener]struct{}{}, connections: map[net.Conn]struct{}{}}
	l.idle = sync.NewCond(&l.mu)
	return l
}

// Adopt notes a listener before Serve runs, so that Addr is right at once.
func (l *Life) Adopt(listener net.Listener) { l.adopt(listener, true) }

// AdoptAside notes a listener that is none of the server's main ones: Addr does not name it.
func (l *Life) AdoptAside(listener net.Listener) { l.adopt(listener, false) }

func (l *Life) adopt(listener net.Listener, main bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = listener.Close() // Close came first: Serve ends at once
		return
	}
	l.listeners[listener] = struct{}{}
	faultnet.Expect(listener)
	if main && l.address == "" {
		l.address = listener.Addr().String()
	}
}

// Serve gives every connection of a listener to serve, in a goroutine of its own, until the listener or the server is
// closed. party is named in an error.
func (l *Life) Serve(listener net.Listener, party string, serve func(net.Conn)) error {
	l.Adopt(listener)
	return l.accept(listener, party, serve)
}

// ServeAside does the same for a listener that is none of the server's main ones.
func (l *Life) ServeAside(listener net.Listener, party string, serve func(net.Conn)) error {
	l.AdoptAside(listener)
	return l.accept(listener, party, serve)
}

func (l *Life) accept(listener net.Listener, party string, serve func(net.Conn)) error {
	defer listener.Close()
	for {
		connection, err := faultnet.Accept(listener)
		if err != nil {
			if l.isClosed() || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("%s: accept: %w", party, err)
		}
		if !l.Take(connection, serve) {
			return nil
		}
	}
}

// Take gives one connection to serve, in a goroutine of its own; after Close it closes the connection and returns
// false.
func (l *Life) Take(connection net.Conn, serve func(net.Conn)) bool {
	if !l.enter(connection) {
		_ = connection.Close()
		return false
	}
	go func() {
		defer l.leave(connection)
		serve(connection)
	}()
	return true
}

func (l *Life) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

func (l *Life) enter(connection net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.connections[connection] = struct{}{}
	return true
}

func (l *Life) leave(connection net.Conn) {
	_ = connection.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.connections, connection)
	l.idle.Broadcast()
}

// Wait counts the connections that wait for the World, which Close cannot wake.
func (l *Life) Wait(change int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting += change
	l.idle.Broadcast()
}

// Close closes listeners and connections and returns when their goroutines have ended, except those that wait for a
// World that is not the server's own. endWorld ends the server's own World; nil: it has none.
func (l *Life) Close(endWorld func()) {
	l.mu.Lock()
	l.closed = true
	for listener := range l.listeners {
		_ = listener.Close()
	}
	for connection := range l.connections {
		_ = connection.Close()
	}
	l.mu.Unlock()
	if endWorld != nil {
		endWorld()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.connections) > l.waiting || endWorld != nil && len(l.connections) > 0 {
		l.idle.Wait()
	}
}

// Drained returns when no connection is left.
func (l *Life) Drained() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.connections) > 0 {
		l.idle.Wait()
	}
}

// Addr returns host and port of the first listener; empty before there is one.
func (l *Life) Addr() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.address
}
