package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"mfpsim/cmd/mfpsim/serve"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/nameserver"
	"mfpsim/namespace"
)

// execution is one run of a program.
type execution struct {
	command *execCommand
	streams *streams
	program namespace.Program
	start   time.Time // of the bench; zero: the machine's now
	beside  bool      // the program is in the namespaces of the machine
	library string    // libfaketime; empty: the program has the machine's date
	dates   string    // the file by which libfaketime goes; empty: there is none

	bench     atomic.Pointer[lab.Lab] // another one after a reset
	endpoints serve.Endpoints
	cancel    context.CancelFunc
	served    chan error // what the bench says at its end
}

// run runs the program in namespaces of its own; where these are refused, with connections that are turned; where these
// are refused too, as --edit-hosts says.
func (x *execution) run() error {
	code, err := x.enclosed()
	var refused *namespace.Refused
	if errors.As(err, &refused) {
		_, _ = fmt.Fprintf(x.streams.err, "mfpsim: %v; connections are turned to the bench one by one\n", err)
		code, err = x.turned()
	}
	if errors.As(err, &refused) {
		if !x.command.EditHosts {
			return notBegun(x.streams, fmt.Errorf("%w. In a container that is the test's own, as root, try --edit-hosts; "+
				"else 'mfpsim exec --print-env' says how to bring the program to 'mfpsim serve'", err))
		}
		_, _ = fmt.Fprintf(x.streams.err, "mfpsim: %v; the hosts file is edited for the time of the run\n", err)
		code, err = x.inPlace()
	}
	var misuse usageError
	switch {
	case errors.As(err, &misuse):
		return err
	case err != nil:
		return notBegun(x.streams, err)
	}
	return exit(code)
}

// enclosed runs the program in namespaces of its own.
func (x *execution) enclosed() (code int, failed error) {
	addresses, services := x.command.doorsInside()
	inside, err := namespace.Enter(namespace.Config{
		TrustFiles: x.command.TrustFile, UserNamespace: x.command.UserNS, Doors: addresses,
	})
	if err != nil {
		return 0, err
	}
	for i, listener := range inside.Doors {
		services[i].Listener = listener
	}
	if err := x.serve(services, true); err != nil {
		return 0, errors.Join(err, inside.Abandon(), inside.Packets.Close(), inside.Streams.Close())
	}
	defer func() { failed = errors.Join(failed, x.end()) }()
	resolver := nameserver.Serve(inside.Packets, inside.Streams, &names{bench: &x.bench}, nameserver.Nobody)
	defer func() { failed = errors.Join(failed, resolver.Close()) }()
	trust, err := namespace.NewTrust(x.bench.Load().Network.Authority().PEM())
	if err != nil {
		return 0, errors.Join(err, inside.Abandon())
	}
	return x.play(func(program namespace.Program) (*namespace.Run, error) {
		return inside, inside.Begin(program, x.environment(), trust)
	})
}

// serve builds the bench and returns when it is ready.
func (x *execution) serve(services []serve.Further, noFile bool) error {
	c, s := x.command, x.streams
	if err := x.makeDates(); err != nil {
		return err
	}
	// A signal that ends this program goes to the other one first: the bench stays until that has ended.
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.ctx))
	ready := make(chan struct{})
	x.cancel, x.served = cancel, make(chan error, 1)
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
		Limits: serve.Limits{Tarpit: tarpit}, Further: services, Silent: true, NoFile: noFile, AskForNames: !x.beside,
		Command: " -- " + x.program.Args[0], Out: s.err, Err: s.err, Lab: x.built, Moved: x.follow,
		Ready: func(e serve.Endpoints) { x.endpoints = e; close(ready) },
	}
	go func() { x.served <- serve.Run(ctx, config) }()
	select {
	case <-ready:
		_, _ = fmt.Fprintf(
			s.err, "mfpsim: sign in at %s/device; control API at %s\n", x.endpoints.Entra, x.endpoints.Control,
		)
		return nil
	case err := <-x.served:
		cancel()
		var misuse *serve.ConfigError
		if errors.As(err, &misuse) {
			return usageError{err}
		}
		return err
	}
}

// built takes a bench: the first one, or another one after a reset.
func (x *execution) built(bench *lab.Lab) {
	x.bench.Store(bench)
	x.follow()
}

// end ends the bench.
func (x *execution) end() error {
	x.cancel()
	err := <-x.served
	if x.dates != "" {
		err = errors.Join(err, os.Remove(x.dates))
	}
	return err
}

// play lets the program begin, and tells what becomes of it.
func (x *execution) play(begin func(namespace.Program) (*namespace.Run, error)) (int, error) {
	program := x.program
	program.Args = x.placed(program.Args)
	x.follow() // a scenario has its own dates
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passedOn...)
	defer signal.Stop(signals)
	x.tell("%s with %d arguments begins", program.Path, len(program.Args)-1)
	run, err := begin(program)
	if err != nil {
		return 0, err
	}
	for ended := false; !ended; {
		select {
		case got := <-signals:
			if !fromTerminal(got) {
				run.Signal(got)
			}
		case <-run.Ended():
			ended = true
		}
	}
	code, err := run.Code()
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
		_, _ = fmt.Fprintf(
			x.streams.err, "mfpsim: the program left processes behind, which were %s: %s\n", how, strings.Join(left, ", "),
		)
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

// programParty is the program's name in the record.
const programParty = "program"

// tell writes a note of the program into the record. Its arguments may hold secrets, so they are only counted.
func (x *execution) tell(format string, values ...any) {
	x.bench.Load().Journal.Append(journal.Entry{
		Party: programParty, Kind: journal.KindNote, Text: journal.Plain(fmt.Sprintf(format, values...)),
	})
}

// placed puts the bench's values into arguments.
func (x *execution) placed(arguments []string) []string {
	e := x.endpoints
	values := strings.NewReplacer("{client}", e.ClientID, "{tenant}", e.Tenant, "{scope}", e.Scope)
	placed := make([]string, len(arguments))
	for i, argument := range arguments {
		placed[i] = values.Replace(argument)
	}
	return placed
}

// environment is the program's: this one's, with what it may want to know of the bench.
func (x *execution) environment() []string {
	variables := append(os.Environ(),
		"MFPSIM_TENANT="+x.endpoints.Tenant, "MFPSIM_CLIENT_ID="+x.endpoints.ClientID,
		"MFPSIM_SCOPE="+x.endpoints.Scope,
	)
	if x.command.Control {
		variables = append(variables, "MFPSIM_CONTROL="+x.control())
	}
	return append(variables, x.clock()...)
}
