//go:build !unix

package main

import "os"

// passedOn are the signals that mfpsim exec would hand to its program; it runs none on this system.
var passedOn = []os.Signal{os.Interrupt}
