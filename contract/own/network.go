package own

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"mfpsim/contract"
	"mfpsim/core/host"
	"mfpsim/vtime"
)

// dialer connects by lines.
type dialer struct{ child *child }

// DialContext connects.
func (d dialer) DialContext(_ context.Context, _, address string) (net.Conn, error) {
	name, digits, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(digits)
	if err != nil {
		return nil, err
	}
	o := d.child.current
	event := o.want(contract.Action{Do: "connect", Host: name, Port: port, TimeoutMS: o.timeout()})
	if event.Event != "connected" {
		return nil, failure(event)
	}
	c := &conn{operation: o, id: event.Connection}
	o.conns = append(o.conns, c)
	return c, nil
}

// conn is a connection that the bench has.
type conn struct {
	operation *operation
	id        int
	left      []byte        // was received, and is not read yet
	closed    atomic.Bool   // by whoever: what ends with a time-out is closed by another goroutine
	lost      bool          // the bench has closed it
	until     time.Duration // since power on; 0: no deadline
}

// Read waits for what the server says.
func (c *conn) Read(b []byte) (int, error) {
	if len(c.left) == 0 {
		if c.closed.Load() {
			return 0, net.ErrClosed
		}
		o := c.operation
		timeout := o.timeout()
		if c.until > 0 {
			left := max(c.until-o.child.clock.up, time.Millisecond).Milliseconds()
			if timeout == 0 || left < timeout {
				timeout = left
			}
		}
		event := o.want(contract.Action{Do: "receive", Connection: c.id, TimeoutMS: timeout})
		if event.Event != "received" {
			c.lost = true
			c.closed.Store(true)
			if event.Unsent {
				return 0, errors.Join(host.ErrUnsent, failure(event))
			}
			return 0, failure(event)
		}
		data, err := base64.StdEncoding.DecodeString(event.Data)
		if err != nil {
			return 0, err
		}
		c.left = data
	}
	n := copy(b, c.left)
	c.left = c.left[n:]
	return n, nil
}

// mostSent is how much goes in one line, before base64.
const mostSent = 4 << 20

// Write queues what is to be sent before the next wish.
func (c *conn) Write(b []byte) (int, error) {
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	o := c.operation
	for rest := b; len(rest) > 0; {
		last := len(o.queue) - 1
		if last < 0 || o.queue[last].Do != "send" || o.queue[last].Connection != c.id ||
			len(o.queue[last].Text) >= mostSent {
			o.queue = append(o.queue, contract.Action{Do: "send", Connection: c.id})
			last++
		}
		n := min(len(rest), mostSent-len(o.queue[last].Text))
		o.queue[last].Text += string(rest[:n]) // what is no text becomes base64 in the line
		rest = rest[n:]
	}
	return len(b), nil
}

// Close closes it. The bench is told with the next wish.
func (c *conn) Close() error {
	c.closed.Store(true)
	return nil
}

// leave are the actions for the connections that are closed and that the bench still has.
func (o *operation) leave() (actions []contract.Action) {
	o.conns = slices.DeleteFunc(o.conns, func(c *conn) bool {
		closed := c.closed.Load()
		if closed && !c.lost {
			actions = append(actions, contract.Action{Do: "close", Connection: c.id})
		}
		return closed
	})
	return actions
}

// LocalAddr is not known here.
func (c *conn) LocalAddr() net.Addr { return address("device") }

// RemoteAddr is not known here.
func (c *conn) RemoteAddr() net.Addr { return address("server") }

// SetDeadline takes a time of the machine, as libraries set it.
func (c *conn) SetDeadline(t time.Time) error {
	c.until = 0
	if !t.IsZero() {
		c.until = c.operation.child.clock.up + max(vtime.Remaining(t), 0)
	}
	return nil
}

// SetReadDeadline is [conn.SetDeadline].
func (c *conn) SetReadDeadline(t time.Time) error { return c.SetDeadline(t) }

// SetWriteDeadline does nothing: writing only queues.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

// secure has the bench make a connection secure. It is spoken over as before.
func (c *child) secure(_ context.Context, whole net.Conn, config *tls.Config) (net.Conn, error) {
	raw := whole
	for {
		below, wrapped := raw.(interface{ NetConn() net.Conn })
		if !wrapped {
			break
		}
		raw = below.NetConn()
	}
	plain, ours := raw.(*conn)
	if !ours {
		return nil, fmt.Errorf("%T is no connection of the bench", raw)
	}
	verify := !config.InsecureSkipVerify
	o := c.current
	event := o.want(contract.Action{
		Do: "starttls", Connection: plain.id, TimeoutMS: o.timeout(),
		TLS: &contract.TLS{ServerName: config.ServerName, Verify: &verify, MinVersion: "1.2"},
	})
	if event.Event == "secured" {
		return whole, nil
	}
	plain.lost = true
	plain.closed.Store(true)
	if first, err := base64.StdEncoding.DecodeString(event.First); err == nil && len(first) > 0 {
		var record tls.RecordHeaderError
		copy(record.RecordHeader[:], first)
		return nil, errors.Join(record, failure(event))
	}
	return nil, failure(event)
}

// transport carries requests by lines.
type transport struct {
	child *child
	keep  bool
}

// RoundTrip sends a request.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	verify := true
	o := t.child.current
	a := contract.Action{
		Do: "http", Method: r.Method, URL: r.URL.String(), Headers: map[string]string{}, Body: string(body), Keep: t.keep,
		TLS: &contract.TLS{Verify: &verify, MinVersion: "1.2"}, TimeoutMS: o.timeout(),
	}
	for name := range r.Header {
		a.Headers[name] = r.Header.Get(name)
	}
	event := o.want(a)
	response := &http.Response{StatusCode: event.Status, Header: http.Header{}}
	switch {
	case event.Event == "http":
	case event.Status != 0: // the answer began
		response.Body = io.NopCloser(broken{failure(event)})
		return response, nil
	default:
		return nil, failure(event)
	}
	for name, value := range event.Headers {
		response.Header.Set(name, value)
	}
	text := ""
	if event.Body != nil {
		text = *event.Body
	} else if data, err := base64.StdEncoding.DecodeString(event.Body64); err == nil {
		text = string(data)
	}
	response.Body = io.NopCloser(strings.NewReader(text))
	return response, nil
}

// CloseIdleConnections closes the connections that are kept.
func (t transport) CloseIdleConnections() {
	if o := t.child.current; o != nil && t.keep {
		o.queue = append(o.queue, contract.Action{Do: "rest"})
	}
}

// broken is a body that ends before its end.
type broken struct{ err error }

// Read fails.
func (b broken) Read([]byte) (int, error) { return 0, b.err }
