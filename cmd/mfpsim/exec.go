package main

import (
	"errors"
	"fmt"
	"time"

	"mfpsim/namespace"
)

// execCommand is `mfpsim exec`.
type execCommand struct {
	Scenario string `placeholder:"ID" help:"Play a scenario up to its handover first, and give the program the date of the bench. Default: the bench of 'serve --ready'."`
	Script   string `placeholder:"FILE" help:"Play lines in the language of the scenarios first, without a header, up to a handover or to their end."`
	New      bool   `help:"Begin with a new organization, as chapter 3 of the guide finds it: SMTP AUTH is disabled, users may not consent."`

	At    string        `placeholder:"DATE" help:"Date of the bench and, by libfaketime, of the program: 2026-03-02, '2026-03-02 09:14' (UTC), or as in RFC 3339."`
	Shift time.Duration `placeholder:"TIME" help:"How far the date of bench and program is from the machine's: 2184h is 91 days."`

	Control   bool     `help:"Let the program reach the control API, at $$MFPSIM_CONTROL: to play the person, or to move the clock."`
	TrustFile []string `placeholder:"FILE" sep:"none" help:"Lay the bench's certificate over this file too, for a program with authorities of its own: the cacert.pem of Python's certifi."`
	Wait      bool     `help:"Wait for processes that the program leaves behind. Without it they are ended."`
	EditHosts bool     `help:"Where namespaces are refused: lead Microsoft's names to the bench by /etc/hosts while the program runs. As root, in a container that is the test's own."`
	PrintEnv  bool     `help:"Print what brings a program to 'mfpsim serve' by hand, and do nothing else."`
	UserNS    bool     `name:"user-namespace" help:"Make a user namespace as root too."`

	Evidence string  `placeholder:"DIR" help:"Write the record into this folder when the program has ended."`
	Seed     *uint64 `help:"Seed of every id, password, code and token. Default: 0."`
	Model    string  `placeholder:"NAME" help:"Model of the printer on the bench: ${models}. Default: ${default_model}."`
	Lang     string  `placeholder:"LANG" default:"en" help:"Language of its panel and Web Config: ${languages}."`

	Password map[string]string `placeholder:"WHO=TEXT" mapsep:"none" help:"Choose the password of an account, by its address."`
	Tarpit   time.Duration     `placeholder:"TIME" default:"5s" help:"How late Exchange Online gives a refusal; 0s: at once."`

	Command []string `arg:"" optional:"" passthrough:"" placeholder:"PROGRAM" help:"The program and its arguments, behind --. {client}, {tenant} and {scope} in an argument are those of the bench."`
}

// Run runs the program and exits with its code.
func (c *execCommand) Run(s *streams) error {
	if c.PrintEnv {
		return c.printEnvironment(s)
	}
	command := c.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		return usage("no program; write it behind --, as in: mfpsim exec -- curl https://login.microsoftonline.com/")
	}
	program, err := namespace.Find(command)
	if err != nil {
		return notBegun(s, err)
	}
	x := &execution{command: c, streams: s, program: program}
	if x.start, err = c.date(); err != nil {
		return err
	}
	if err := x.chooseClock(); err != nil {
		return err
	}
	return x.run()
}

// notBegun tells why the program was not begun, and exits as env(1) does.
func notBegun(s *streams, err error) error {
	var reason *namespace.NotRun
	if errors.As(err, &reason) {
		_, _ = fmt.Fprintf(s.err, "mfpsim: %v\n", err)
		return exit(reason.Code)
	}
	_, _ = fmt.Fprintf(s.err, "mfpsim: %v\n", err)
	return exit(namespace.ExitFailed)
}
