package generic

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/talk"
)

// TestACrowdThatSaysNothingCostsTwoGoroutinesEach: one of the turnstile and one of the library, and they end with the
// server.
func TestACrowdThatSaysNothingCostsTwoGoroutinesEach(t *testing.T) {
	const crowd = 300
	s := RunT(t, Config{})
	before := runtime.NumGoroutine()
	for range crowd {
		talk.Dial(t, s.Addr()).Reply()
	}
	require.LessOrEqual(t, runtime.NumGoroutine()-before, 2*crowd+10)
	c := secure(t, s)
	require.Contains(t, c.Say("AUTH PLAIN "+talk.Plain(DefaultAccount, DefaultPassword)), "235 ", "nobody is held up")
	require.NoError(t, s.Close())
}
