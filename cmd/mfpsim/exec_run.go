package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"mfpsim/cmd/mfpsim/serve"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/namespace"
)

// execution is one run of a program.
type execution struct {
	command *execCommand
	streams *streams
	program namespace.Program
	start   time.Time // of the bench; zero: the machine's now
	library string    // libfaketime; empty: the program has the machine's date

	bench     atomic.Pointer[lab.Lab]
	endpoints serve.Endpoints
}

// doorsInside are what the program finds, by address: each service has its own.
func (c *execCommand) doorsInside() (addresses []netip.AddrPort, services []serve.Further) {
	add := func(service serve.Service, at netip.Addr, port uint16, names ...string) {
		addresses = append(addresses, netip.AddrPortFrom(at, port))
		services = append(services, serve.Further{Service: service, Names: names})
	}
	add(serve.EntraService, namespace.Entra, 443, namesOfEntra...)
	add(serve.SubmissionService, namespace.Submission, 587)
	add(serve.SubmissionService, namespace.Submission, 25)
	add(serve.ExchangerService, namespace.Exchanger, 25)
	if c.Control {
		add(serve.ControlService, namespace.Control, 80)
	}
	return addresses, services
}

// run enters the namespaces, serves the bench in them and runs the program.
func (x *execution) run() error {
	c := x.command
	addresses, services := c.doorsInside()
	inside, err := namespace.Enter(namespace.Config{
		TrustFiles: c.TrustFile, UserNamespace: c.UserNS, Doors: addresses,
	})
	if err != nil {
		var refused *namespace.Refused
		if errors.As(err, &refused) {
			err = fmt.Errorf("%w; without namespaces of its own, point the program at 'mfpsim serve --ready' by its settings", err)
		}
		return notBegun(x.streams, err)
	}
	for i, listener := range inside.Doors {
		services[i].Listener = listener
	}
	end, served, err := x.serve(services)
	if err != nil {
		return errors.Join(err, inside.Abandon(), inside.Packets.Close(), inside.Streams.Close())
	}
	names := namespace.ServeNames(inside.Packets, inside.Streams, &names{bench: &x.bench})
	code, err := x.play(inside)
	err = errors.Join(err, names.Close())
	end()
	if failed := errors.Join(err, <-served); failed != nil {
		return notBegun(x.streams, failed)
	}
	return exit(code)
}

// serve builds the bench and returns when it is ready. end ends it, and what it then says of its end comes from served.
func (x *execution) serve(services []serve.Further) (end func(), served chan error, err error) {
	c, s := x.command, x.streams
	// A signal that ends this program goes to the other one first: the bench stays until that has ended.
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.ctx))
	ready, served := make(chan struct{}), make(chan error, 1)
	var seed uint64
	if c.Seed != nil {
		seed = *c.Seed
	}
	tarpit := c.Tarpit
	if tarpit == 0 {
		tarpit = -1
	}
	config := serve.Config{
		Prepared: c.Scenario == "" && c.Script == "" && !c.New, Scenario: c.Scenario, Script: c.Script, Start: x.start,
		Passwords: c.Password, Evidence: c.Evidence, Version: buildVersion(), Seed: seed, Model: c.Model, Language: c.Lang,
		Limits: serve.Limits{Tarpit: tarpit}, Further: services, Silent: true, Command: " -- " + x.program.Args[0],
		Out: s.err, Err: s.err, Lab: x.bench.Store,
		Ready: func(e serve.Endpoints) { x.endpoints = e; close(ready) },
	}
	go func() { served <- serve.Run(ctx, config) }()
	select {
	case <-ready:
		_, _ = fmt.Fprintf(s.err, "mfpsim: sign in at %s/device; control API at %s\n", x.endpoints.Entra, x.endpoints.Control)
		return cancel, served, nil
	case err := <-served:
		cancel()
		var misuse *serve.ConfigError
		if errors.As(err, &misuse) {
			return nil, nil, usageError{err}
		}
		return nil, nil, err
	}
}

// play runs the program and tells what becomes of it.
func (x *execution) play(inside *namespace.Run) (int, error) {
	trust, err := namespace.NewTrust(x.bench.Load().Network.Authority().PEM())
	if err != nil {
		return 0, errors.Join(err, inside.Abandon())
	}
	program := x.program
	program.Args = x.placed(program.Args)
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2)
	defer signal.Stop(signals)
	x.tell("%s with %d arguments begins", program.Path, len(program.Args)-1)
	if err := inside.Begin(program, x.environment(), trust); err != nil {
		return 0, err
	}
	for ended := false; !ended; {
		select {
		case got := <-signals:
			if !fromTerminal(got) {
				inside.Signal(got)
			}
		case <-inside.Ended():
			ended = true
		}
	}
	code, err := inside.Code()
	if err != nil {
		return 0, err
	}
	x.tell("%s has ended with exit code %d", program.Path, code)
	left, err := namespace.Orphans(x.command.Wait)
	if len(left) > 0 {
		how := "ended"
		if x.command.Wait {
			how = "waited for"
		}
		_, _ = fmt.Fprintf(x.streams.err, "mfpsim: the program left processes behind, which were %s: %s\n", how, strings.Join(left, ", "))
	}
	return code, err
}

// fromTerminal reports whether a signal has reached the program already: a terminal sends it to all that read from it.
func fromTerminal(got os.Signal) bool {
	if got != syscall.SIGINT && got != syscall.SIGQUIT {
		return false
	}
	info, err := os.Stdin.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && info.Name() != os.DevNull
}

// tell writes a note of the program into the record.
func (x *execution) tell(format string, values ...any) {
	x.bench.Load().Journal.Append(journal.Entry{
		Party: programParty, Kind: journal.KindNote, Text: journal.Plain(fmt.Sprintf(format, values...)),
	})
}

// programParty is the program's name in the record.
const programParty = "program"

// placed puts the bench's values into arguments.
func (x *execution) placed(arguments []string) []string {
	values := strings.NewReplacer("{client}", x.endpoints.ClientID, "{tenant}", x.endpoints.Tenant, "{scope}", x.endpoints.Scope)
	placed := make([]string, len(arguments))
	for i, argument := range arguments {
		placed[i] = values.Replace(argument)
	}
	return placed
}

// environment is the program's: this one's, with what it may want to know of the bench.
func (x *execution) environment() []string {
	variables := append(os.Environ(),
		"MFPSIM_TENANT="+x.endpoints.Tenant, "MFPSIM_CLIENT_ID="+x.endpoints.ClientID, "MFPSIM_SCOPE="+x.endpoints.Scope,
	)
	if x.command.Control {
		variables = append(variables, "MFPSIM_CONTROL=http://"+namespace.Control.String())
	}
	return append(variables, x.clock()...)
}
