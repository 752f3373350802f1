// Command mfpsim plays the troubleshooting cases of an office printer's e-mail on a simulated bench, explains what its
// codes and messages mean, and serves the bench live. See `mfpsim --help` and the project's README.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// The signals stay caught to the end: a second Ctrl-C must not break off the writing of evidence.
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
