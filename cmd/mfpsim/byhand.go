package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	page "mfpsim/cmd/mfpsim/manual"
	"mfpsim/cmd/mfpsim/serve"
	"mfpsim/device"
	"mfpsim/device/manual"
	"mfpsim/faultnet"
	"mfpsim/lab"
	"mfpsim/scenarios"
	"mfpsim/sim/models"
)

// byHandDevice is the word for a real printer, with a person as adapter, in the place of a device's address.
const byHandDevice = "manual"

// byHand is a real printer that `run --device manual` plays on.
type byHand struct {
	desk   *manual.Desk
	server *http.Server
	config manual.Config
	bench  atomic.Pointer[lab.Lab] // of the case that is played
	closes []func() error
}

// lanDoors are the ports at which a network finds Microsoft's servers, and where each leads.
var lanDoors = map[int]string{
	443: "login.microsoftonline.com:443", 587: "smtp.office365.com:587", 25: "smtp.office365.com:25",
}

// byHand opens the page for the person, and the doors for the printer.
func (c *runCommand) byHand(s *streams) (h *byHand, err error) {
	known, err := models.Embedded()
	if err != nil {
		return nil, err
	}
	standard, err := known.Get("")
	if err != nil {
		return nil, err
	}
	capabilities, err := c.capabilities()
	if err != nil {
		return nil, err
	}
	listener, err := c.listenForPerson()
	if err != nil {
		return nil, err
	}
	h = &byHand{desk: manual.NewDesk()}
	h.config = manual.Config{
		Desk: h.desk, Model: "a printer by hand", Address: c.PrinterAddress, Languages: page.Languages(),
		Capabilities: capabilities,
		Words:        func(language string) device.Words { return standard.Texts(language).Words() },
	}
	if err := c.openLAN(h); err != nil {
		return nil, errors.Join(err, listener.Close(), h.close())
	}
	h.server = &http.Server{Handler: page.New(page.Config{
		Desk: h.desk, Language: c.Lang, Token: c.DeviceToken, Style: serve.Style(),
	})}
	go func() { _ = h.server.Serve(listener) }() // ends with http.ErrServerClosed
	stop := context.AfterFunc(s.ctx, h.desk.Close)
	h.closes = append(h.closes, func() error { stop(); return nil }, h.server.Close)
	address := "http://" + listener.Addr().String() + "/"
	if c.DeviceToken != "" {
		_, _ = fmt.Fprintf(s.err, "instructions, for a person (once with ?token=, the token) or a program: %s\n", address)
	} else {
		_, _ = fmt.Fprintf(s.err, "instructions, for a person or a program: %s\n", address)
	}
	if c.LAN != "" {
		_, _ = fmt.Fprintf(s.err, "the printer's DNS server: %s, and no other; CA certificate to import: %sauthority.der or %sauthority.pem, "+
			"from the first case on; date and time: those of this machine\n", c.LAN, address, address)
	} else {
		_, _ = fmt.Fprintln(s.err, "no network is served (--lan ADDRESS): only a program on this machine reaches the bench, by the proxy of /v1/run")
	}
	return h, nil
}

// capabilities are what the printer has, as --has says it.
func (c *runCommand) capabilities() ([]device.Capability, error) {
	possible := manual.Capabilities()
	if len(c.Has) == 0 {
		return possible, nil
	}
	var has []device.Capability
	for _, name := range c.Has {
		if !slices.Contains(possible, device.Capability(name)) {
			return nil, usage("--has %s: a person can stand for %s", name, join(possible))
		}
		has = append(has, device.Capability(name))
	}
	return has, nil
}

func join(capabilities []device.Capability) string {
	text := ""
	for i, c := range capabilities {
		if i > 0 {
			text += ", "
		}
		text += string(c)
	}
	return text
}

// listenForPerson opens the port of the page. Beyond loopback it wants a token.
func (c *runCommand) listenForPerson() (net.Listener, error) {
	host, _, err := net.SplitHostPort(c.Person)
	if err != nil {
		return nil, usage("--person %s: write HOST:PORT", c.Person)
	}
	ip, err := netip.ParseAddr(host)
	if host != "localhost" && (err != nil || !ip.IsLoopback()) && c.DeviceToken == "" {
		return nil, usage("--person %s is beyond loopback: whoever reaches it could answer; set MFPSIM_DEVICE_TOKEN", c.Person)
	}
	listener, err := net.Listen("tcp", c.Person)
	if err != nil {
		return nil, usage("--person %s: %w", c.Person, err)
	}
	return listener, nil
}

// openLAN opens the name server of a network, and lets each bench open Microsoft's ports there.
func (c *runCommand) openLAN(h *byHand) error {
	if c.LAN == "" {
		if c.LANDNS != "" {
			return usage("--lan-dns %s: without --lan there is no name server", c.LANDNS)
		}
		return nil
	}
	names, err := answerForNames(c.LAN, c.LANDNS, &h.bench)
	if err != nil {
		return err
	}
	h.closes = append(h.closes, names.Close)
	ports, err := openPorts(c.LAN) // what does not work is told before a person works
	if err != nil {
		return err
	}
	for _, l := range ports {
		_ = l.Close()
	}
	h.config.Opened = func(o *faultnet.Outlet) (func(), error) {
		ports, err := openPorts(c.LAN)
		if err != nil {
			return nil, err
		}
		var served sync.WaitGroup
		for port, l := range ports {
			served.Go(func() { o.Lead(l, lanDoors[port]) })
		}
		return func() {
			for _, l := range ports {
				_ = l.Close()
			}
			_ = o.Close() // who is led ends
			served.Wait()
		}, nil
	}
	return nil
}

func openPorts(host string) (map[int]net.Listener, error) {
	open := map[int]net.Listener{}
	for port := range lanDoors {
		at := net.JoinHostPort(host, strconv.Itoa(port))
		l, err := net.Listen("tcp4", at)
		if err != nil {
			for _, other := range open {
				_ = other.Close()
			}
			return nil, lanRefused(err, at)
		}
		open[port] = l
	}
	return open, nil
}

// fit lets a run ask the person: one case after the other.
func (h *byHand) fit(o *scenarios.Options, state *runState) {
	if h == nil {
		return
	}
	o.Parallel, o.KeepFiles = 1, true
	o.Begins = func(s scenarios.Scenario) { h.desk.Begin(s.ID, s.Title) }
	o.Known = state.known
	before := o.Progress
	o.Progress = func(r scenarios.Result) {
		state.keep(r)
		h.desk.End(manual.Case{ID: r.Scenario.ID, Verdict: string(r.Verdict)})
		if before != nil {
			before(r)
		}
	}
}

func (h *byHand) close() error {
	h.desk.Close()
	var failed error
	for _, f := range h.closes {
		failed = errors.Join(failed, f())
	}
	return failed
}
