package shell

import (
	"fmt"
	"slices"
	"strings"

	"mfpsim/journal"
)

// Security is how connections of a server become secure ones. Empty: [StartTLS].
type Security string

// The kinds of security.
const (
	StartTLS    Security = ""         // TLS after STARTTLS or STLS
	ImplicitTLS Security = "implicit" // TLS from the first octet (RFC 8314)
	OptionalTLS Security = "optional" // STARTTLS is offered, and all that needs none is taken in clear as well
	InClear     Security = "clear"    // no TLS is offered
)

// InTLS is recorded with the first line of a server that speaks TLS from the first octet: no command says it.
var InTLS = map[string]string{journal.DetailTLS: "from the first octet"}

// Check refuses a kind that a server does not know.
func (s Security) Check(known ...Security) error {
	if slices.Contains(known, s) {
		return nil
	}
	var words []string
	for _, k := range known {
		words = append(words, fmt.Sprintf("%q", string(k)))
	}
	return fmt.Errorf("security %q is none of %s", string(s), strings.Join(words, ", "))
}

// TLS reports whether TLS is offered.
func (s Security) TLS() bool { return s != InClear }
