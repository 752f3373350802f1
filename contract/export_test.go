package contract

import (
	"crypto/tls"
	"time"
)

// ProbeWithin is [Probe] with another patience.
func ProbeWithin(command []string, d time.Duration) (Identity, error) { return probe(command, d) }

// HelloOf reads a ClientHello.
func HelloOf(said []byte) *tls.ClientHelloInfo { return helloOf(said) }

// Grace changes how long a core may sleep through a cancel.
func Grace(d time.Duration) { grace = d }
