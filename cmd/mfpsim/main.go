// Command mfpsim plays the troubleshooting cases of an office printer's e-mail on a simulated bench, explains what its
// codes and messages mean, and serves the bench live. See `mfpsim --help` and the project's README.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"mfpsim/namespace"
)

// ended is closed when a signal has ended the program's work, for tests.
var ended <-chan struct{}

func main() {
	if namespace.IsInside(os.Args) {
		namespace.Inside(os.Args)
	}
	ctx, end := context.WithCancelCause(context.Background())
	ended = ctx.Done()
	// The signals stay caught to the end: a second Ctrl-C must not break off the writing of evidence.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup has it ignored
		signal.Notify(signals, syscall.SIGHUP) // the terminal has gone: what was played is written all the same
	}
	go func() {
		by, _ := (<-signals).(syscall.Signal)
		end(interrupted{by})
	}()
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
