package remote

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mfpsim/device/mount"
	"mfpsim/vtime"
)

// Config says where a device is.
type Config struct {
	// URL of its control port: "http://127.0.0.1:7040".
	URL string
	// Token is sent as "Authorization: Bearer …"; empty: none is.
	Token string
	// OutletHost is the address of this machine at which the device reaches the bench; empty: loopback. Another one
	// takes a Token, which the device has to send there too.
	OutletHost string
	// Patience is how much of the machine's time a device may take for an answer; 0: [DefaultPatience], or
	// [DefaultPatienceInRealTime] for one that goes by the machine's clock.
	Patience time.Duration
}

// The machine's time that a device may take for an answer. A bench gives up on whoever holds the turn for a minute. A
// device on the machine's clock holds none, and its own time-outs are part of its answers.
const (
	DefaultPatience           = 10 * time.Second
	MaximumPatience           = 50 * time.Second
	DefaultPatienceInRealTime = 3 * time.Minute
	MaximumPatienceInRealTime = time.Hour
)

// outletToken is what the outlet asks for; empty: on loopback, nothing.
func (c Config) outletToken() string {
	if c.OutletHost == "" {
		return ""
	}
	return c.Token
}

// Client speaks to the control port of a device in another process. Create it with [Dial].
type Client struct {
	config Config
	base   *url.URL
	hello  Hello
	http   *http.Client
}

// Dial asks a device what it is. The error is one sentence that says what is wrong with it.
func Dial(ctx context.Context, c Config) (*Client, error) {
	if c.OutletHost != "" && c.Token == "" {
		return nil, fmt.Errorf("the device is to reach the bench at %s, beyond loopback: that takes a token", c.OutletHost)
	}
	base, err := url.Parse(strings.TrimSuffix(c.URL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("%q is no address of a device: http://HOST:PORT", c.URL)
	}
	client := &Client{config: c, base: base, http: &http.Client{
		// Calls stand open while others come, and none is sent twice.
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	patience := cmp.Or(c.Patience, DefaultPatience)
	defer vtime.AfterMachineTime(patience, func() {
		cancel(fmt.Errorf("it did not answer within %s; is it a device, and does it run?", patience))
	})()
	if err := client.exchange(limited, http.MethodGet, PathHello, nil, &client.hello); err != nil {
		client.http.CloseIdleConnections()
		return nil, fmt.Errorf("no device at %s: %w", base, err)
	}
	if err := client.hello.check(); err != nil {
		client.http.CloseIdleConnections()
		return nil, fmt.Errorf("the device at %s: %w", base, err)
	}
	if err := client.setPatience(); err != nil {
		client.http.CloseIdleConnections()
		return nil, err
	}
	return client, nil
}

// InRealTime reports whether the device goes by the machine's clock: it wants a bench whose World flows.
func (c *Client) InRealTime() bool { return c.hello.Clock == ClockReal }

// setPatience takes the patience that goes with the device's clock.
func (c *Client) setPatience() error {
	usual, most := DefaultPatience, MaximumPatience
	if c.InRealTime() {
		usual, most = DefaultPatienceInRealTime, MaximumPatienceInRealTime
	}
	c.config.Patience = cmp.Or(c.config.Patience, usual)
	if c.config.Patience < 0 || c.config.Patience > most {
		return fmt.Errorf(
			"an answer within %s, of a device whose clock is %q: more than 0s, and at most %s", c.config.Patience, c.hello.Clock, most,
		)
	}
	return nil
}

// check refuses a device that is not understood.
func (h Hello) check() error {
	name, major, _ := strings.Cut(h.Protocol, "/")
	ours, version, _ := strings.Cut(Protocol, "/")
	major, _, _ = strings.Cut(major, ".")
	switch {
	case name != ours:
		return fmt.Errorf("it speaks %q, which is no protocol of devices; this bench speaks %s", h.Protocol, Protocol)
	case major != version:
		return fmt.Errorf("it speaks %s, and this bench %s: take versions of both that fit", h.Protocol, Protocol)
	case h.Clock != ClockBench && h.Clock != ClockReal:
		return fmt.Errorf(
			"its clock is %q; there are %q, for a device that the bench tells the time, and %q, for one that goes by "+
				"the machine's", h.Clock, ClockBench, ClockReal,
		)
	case h.Margins != nil && (h.Margins.AccessTokenSeconds < 0 || h.Margins.RefreshTokenSeconds < 0):
		return errors.New("its margins are negative: how early does it act?")
	}
	return nil
}

// Hello is what the device has said of itself.
func (c *Client) Hello() Hello { return c.hello }

// URL is where the device is.
func (c *Client) URL() string { return c.base.String() }

// Close ends what the client keeps open. Benches are to be closed before.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Mount returns how devices get from the other process onto a bench.
func (c *Client) Mount() mount.Constructor { return c.mount }

// exchange sends a message and reads the answer.
func (c *Client) exchange(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("the message cannot be written: %w", err)
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), body)
	if err != nil {
		return err
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
		r.GetBody = nil // an act is not done twice because a connection broke
	}
	if c.config.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.config.Token)
	}
	response, err := c.http.Do(r)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return plainly(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maximumMessage))
	switch {
	case err != nil && context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case err != nil:
		return errors.New("it broke off in the middle of an answer")
	case response.StatusCode == http.StatusUnauthorized:
		return errors.New("it wants a token: --device-token, or MFPSIM_DEVICE_TOKEN in the environment")
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("it answered with status %d%s", response.StatusCode, said(text))
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("its answer is not what was agreed on (%w)%s", err, said(text))
	}
	return nil
}

// said quotes the beginning of an answer.
func said(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if line == "" {
		return ""
	}
	const most = 100
	if letters := []rune(line); len(letters) > most {
		line = string(letters[:most]) + "…"
	}
	return fmt.Sprintf(": %q", line)
}

// plainly is an error of the machine's network without ports that change from run to run.
func plainly(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it closed the connection without an answer; its program may have ended")
	case strings.Contains(err.Error(), "connection refused"):
		return errors.New("nobody listens there; its program may have ended")
	case strings.Contains(err.Error(), "connection reset"):
		return errors.New("it broke the connection off; its program may have ended")
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("it cannot be reached: %w", err)
}
