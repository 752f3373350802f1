package contract

import "time"

// ProbeWithin is [Probe] with another patience.
func ProbeWithin(command []string, d time.Duration) (Identity, error) { return probe(command, d) }
