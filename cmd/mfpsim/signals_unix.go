//go:build unix

package main

import (
	"os"
	"syscall"
)

// passedOn are the signals that mfpsim exec hands to its program.
var passedOn = []os.Signal{
	syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2,
}
