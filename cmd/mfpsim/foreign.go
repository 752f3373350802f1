package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"mfpsim/device"
	"mfpsim/device/manual"
	"mfpsim/device/mount"
	"mfpsim/device/remote"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/lab"
	"mfpsim/scenarios"
)

// foreign is the device that `run --device` plays on; nil: the simulated printer.
type foreign struct {
	client *remote.Client
	hand   *byHand       // a real printer, with a person as adapter; nil: client
	margin time.Duration // of that printer, before the end of an access token; 0: nobody says
	// clientID of its application at Entra ID; empty: it signs in with that of the simulated printers.
	clientID string
}

// foreign finds the device, and lets it connect to the bench's servers before a case does: a way that does not work
// is told once, with what to do.
func (c *runCommand) foreign(s *streams) (*foreign, error) {
	if c.Device == "" {
		return nil, nil
	}
	if c.DeviceOut != "" {
		if ip, err := netip.ParseAddr(c.DeviceOut); err != nil || ip.IsUnspecified() {
			return nil, fmt.Errorf("--device-outlet %s: name the address of this machine that the device reaches", c.DeviceOut)
		}
		if c.DeviceToken == "" {
			return nil, errors.New("--device-outlet takes a token, which the device has too: MFPSIM_DEVICE_TOKEN")
		}
	}
	if c.AnswersIn > remote.MaximumPatienceInRealTime {
		return nil, fmt.Errorf("--answer-within %s: at most %s", c.AnswersIn, remote.MaximumPatienceInRealTime)
	}
	if c.AnswersIn < 0 || c.Longest <= 0 {
		return nil, fmt.Errorf("--answer-within %s, --longest-wait %s: time does not go back", c.AnswersIn, c.Longest)
	}
	if err := lab.CheckClientID(c.ClientID); err != nil {
		return nil, fmt.Errorf("--client-id: %w", err)
	}
	if c.Device == byHandDevice {
		hand, err := c.byHand(s)
		if err != nil {
			return nil, err
		}
		return &foreign{hand: hand, margin: c.AccessTokenMargin, clientID: c.ClientID}, nil
	}
	client, err := remote.Dial(s.ctx, remote.Config{
		URL: c.Device, Token: c.DeviceToken, Patience: c.AnswersIn, OutletHost: c.DeviceOut,
	})
	if err != nil {
		return nil, err
	}
	f := &foreign{client: client, clientID: cmp.Or(c.ClientID, client.Hello().ClientID)}
	if err := lab.CheckClientID(f.clientID); err != nil {
		f.close()
		return nil, fmt.Errorf("the device at %s: %w", c.Device, err)
	}
	if err := f.check(s, c); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// check says what the device is told of the bench, and lets it try.
func (f *foreign) check(s *streams, c *runCommand) error {
	hello := f.client.Hello()
	_, _ = fmt.Fprintf(
		s.err, "device: %s %s, firmware %s, at %s (%s, clock: %s)\n",
		hello.Maker, hello.Model, hello.Firmware, f.client.URL(), hello.Protocol, hello.Clock,
	)
	config := lab.Config{Seed: c.Seed, Language: c.Lang, Model: c.Model, RealTime: f.client.InRealTime()}
	f.mount(&config)
	bench, err := lab.New(config)
	if err != nil {
		return err
	}
	defer func() { _ = bench.Close() }()
	clouds := fakeentra.Names()
	// Port 25 is a second door of the same servers, which a filter on the way may close.
	var mails []string
	for _, address := range fakesmtp.Addresses() {
		if strings.HasSuffix(address, ":587") {
			mails = append(mails, address)
		}
	}
	authority := bench.Network.Authority().PEM()
	if err := f.tell(s, c, clouds, mails, authority); err != nil {
		return err
	}
	printer, err := bench.Printer(lab.DefaultPrinter)
	if err != nil {
		return err
	}
	hosts := remote.HostsOf(append(clouds, mails...))
	var failed error
	err = bench.World.Do("check", 0, func(ctx context.Context) {
		failed = remote.Reach(ctx, printer.Device(), hosts)
	})
	switch {
	case err != nil:
		return err
	case errors.Is(failed, device.ErrNotSupported):
		_, _ = fmt.Fprintln(s.err, "checked: nothing; the device has no act \"reach\"")
	case failed != nil:
		return failed
	default:
		_, _ = fmt.Fprintf(s.err, "checked: name, port and certificate of %d servers, and the clock\n", len(hosts))
	}
	return nil
}

// realTime is how scenarios are played on a device that goes by the machine's clock; nil: it goes by the bench's.
func (f *foreign) realTime(longest time.Duration) *scenarios.RealTime {
	r := &scenarios.RealTime{Longest: longest}
	switch {
	case f == nil:
		return nil
	case f.hand != nil:
		if none := time.Duration(0); f.margin > 0 {
			r.AccessTokenMargin, r.RefreshTokenMargin = &f.margin, &none
		}
		return r
	case !f.client.InRealTime():
		return nil
	}
	if m := f.client.Hello().Margins; m != nil {
		access := time.Duration(m.AccessTokenSeconds) * time.Second
		refresh := time.Duration(m.RefreshTokenSeconds) * time.Second
		r.AccessTokenMargin, r.RefreshTokenMargin = &access, &refresh
	}
	return r
}

// tell prints the servers and the authority, and writes the authority's file if one is wanted.
func (f *foreign) tell(s *streams, c *runCommand, clouds, mails []string, authority []byte) error {
	_, _ = fmt.Fprintf(s.err, "servers, by the HTTP proxy that the device is told at boot, and no others:\n")
	_, _ = fmt.Fprintf(s.err, "  Entra ID: %s\n", strings.Join(clouds, ", "))
	_, _ = fmt.Fprintf(s.err, "  Exchange Online: %s\n", strings.Join(mails, ", "))
	block, _ := pem.Decode(authority)
	if block == nil {
		return errors.New("the bench has no certificate authority")
	}
	where := "it is told at boot; --device-ca FILE writes it"
	if c.DeviceCA != "" {
		if err := os.WriteFile(c.DeviceCA, authority, 0o644); err != nil {
			return fmt.Errorf("--device-ca: %w", cause(err))
		}
		where = c.DeviceCA
	}
	_, _ = fmt.Fprintf(s.err, "certificate authority, SHA-256 %X: %s\n", sha256.Sum256(block.Bytes), where)
	return nil
}

// mount puts it on benches.
func (f *foreign) mount(c *lab.Config) {
	if f == nil {
		return
	}
	c.ClientID = f.clientID
	switch {
	case f.hand != nil:
		c.Devices = map[string]mount.Constructor{"": manual.Mount(f.hand.config)}
		c.Defect.Lab = func(l *lab.Lab) { f.hand.bench.Store(l) }
	default:
		c.Devices = map[string]mount.Constructor{"": f.client.Mount()}
	}
}

func (f *foreign) close() {
	switch {
	case f == nil:
	case f.hand != nil:
		_ = f.hand.close() // nobody is left to be told
	default:
		f.client.Close()
	}
}
