package sim_test

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestMain(m *testing.M) {
	// Benches come and go: with Go's own setting a fifth of the time is spent on freeing a few megabytes.
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
