package serve

import (
	"context"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
)

// longestWait is how long a request waits at most, in bench time.
const longestWait = 24 * time.Hour

// await looks after each arrival of a mail until there is something to be seen, or so much bench time has passed;
// without wait it looks once. It holds no turn and does not sleep: moving the clock ends it too.
func (b *bench) await(ctx context.Context, wait string, look func() (seen bool)) error {
	if wait == "" {
		look()
		return nil
	}
	d, err := parseDuration(wait)
	if err != nil {
		return err
	}
	if d > longestWait {
		return routes.Refuse("wait=%s: a request waits for a day at most", wait)
	}
	over := make(chan struct{})
	b.world.After(d, "control: wait", func() { close(over) })
	for {
		arrived := b.lab.SMTP.Arrived()
		if look() {
			return nil
		}
		select {
		case <-arrived:
		case <-over:
			look()
			return nil
		case <-b.closed:
			return errEnded
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
