package contract

import (
	"crypto/tls"
	"time"
)

// ProbeWithin is [Probe] with another patience.
func ProbeWithin(command []string, d time.Duration) (Identity, error) { return probe(command, d) }

// HelloOf reads a ClientHello.
func HelloOf(said []byte) *tls.ClientHelloInfo { return helloOf(said) }
