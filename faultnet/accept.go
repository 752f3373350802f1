package faultnet

import (
	"errors"
	"net"
	"syscall"
	"time"

	"mfpsim/vtime"
)

// shortages are errors of accept(2) that pass by themselves: the machine lacks something for the moment, or the client
// went before it was served. A server that ended on them would be dead for all others.
var shortages = []error{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, syscall.EPROTO,
}

// between is how long the machine is given until the next try.
const between = 5 * time.Millisecond

// Accept takes the next connection of any listener. It goes on trying while the machine lacks what a connection needs,
// such as file descriptors; every other error is the listener's end.
func Accept(l net.Listener) (net.Conn, error) {
	for {
		conn, err := l.Accept()
		if err == nil || !passing(err) {
			return conn, err
		}
		vtime.WaitOutShortage(between)
	}
}

func passing(err error) bool {
	for _, shortage := range shortages {
		if errors.Is(err, shortage) {
			return true
		}
	}
	return false
}

// Bound says how many connections from outside a listener of a network has at once, at most: those beyond are ended
// with a TCP reset before the server sees them. Parties of the bench are not counted. Without it there is no bound.
func Bound(l net.Listener, most int) {
	if l, ours := l.(*listener); ours {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.most = most
	}
}

// admit counts a connection from outside, unless there are too many.
func (l *listener) admit() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.most > 0 && l.outside >= l.most {
		return false
	}
	l.outside++
	return true
}

// dismiss counts it as ended.
func (l *listener) dismiss() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outside--
}
