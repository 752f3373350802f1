package faultnet

import (
	"io"
	"net"
	"time"
)

// Close closes the connection and disarms its deadline. It returns when the server has heard of it: when it has read
// all that was sent and has closed too, or has a visit under way or a place for one in the order of events. So what the
// server still does has one place in the order of turns, on every machine.
func (c *Conn) Close() error {
	c.setting.Lock()
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	c.setting.Unlock()
	defer c.link.network.forget(c.link)
	return c.close()
}

func (c *Conn) close() error {
	l := c.link
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clientGone {
		l.awaitClosed()
		return net.ErrClosed
	}
	l.clientGone = true
	l.changed.Broadcast()
	defer func() {
		l.closed = true
		l.changed.Broadcast()
	}()
	if (l.delayed || l.fresh) && l.server != nil {
		_ = l.server.Close()
	} else if l.listener != nil && !l.fired && !l.serverGone {
		c.closeOrderly()
	}
	return anonymous(c.Conn.Close(), l.host)
}

// closeOrderly sends the end of the stream, reads what still comes, and waits until the server has heard it. The caller
// holds the lock.
func (c *Conn) closeOrderly() {
	l := c.link
	_ = c.Conn.SetReadDeadline(past) // wakes a read that waits
	for l.reading {
		l.changed.Wait()
	}
	_ = c.Conn.SetReadDeadline(time.Time{})
	half, can := c.Conn.(interface{ CloseWrite() error })
	if !can || half.CloseWrite() != nil {
		return
	}
	// ends when the connection is closed; a server that writes is not held up
	go func() { _, _ = io.Copy(io.Discard, c.Conn) }()
	for !l.serverGone && l.begun == 0 && (l.server != nil || l.listener.serves()) {
		l.changed.Wait()
	}
}

// awaitClosed waits until a close that is under way has been heard. Under l.mu.
func (l *link) awaitClosed() {
	for !l.closed {
		l.changed.Wait()
	}
}
