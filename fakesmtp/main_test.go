package fakesmtp

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain looks for goroutines that were left behind, and checks docs/parity-exchange.md against what the tests have
// seen on the wire. With -update it writes the document.
func TestMain(m *testing.M) { goleak.VerifyTestMain(proven{m}) }

// proven runs the tests, then the check.
type proven struct{ *testing.M }

func (p proven) Run() int {
	code := p.M.Run()
	for _, name := range []string{"test.run", "test.skip", "test.fuzz", "test.list"} {
		if flag.Lookup(name).Value.String() != "" {
			return code // not all tests ran
		}
	}
	if code != 0 {
		return code
	}
	if err := checkParity(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
