package legacy

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/journal"
)

// Party is the name under which the server journals, and under which faults are armed, unless the Config has another.
const Party = "relay"

// DefaultAccount is the account of a relay whose Config names none; its password is DefaultPassword.
const DefaultAccount = "scanner@example.com"

// DefaultPassword is an invented one and protects nothing. A printer's field for it has 20 characters
// (docs/reference/printer.md §2.2).
const DefaultPassword = "Correct-Horse-9"

// The mechanisms that the relay knows.
const (
	Login   = "LOGIN"
	Plain   = "PLAIN"
	CRAMMD5 = "CRAM-MD5"
)

// What a relay's security can be beside STARTTLS that is required.
const (
	ImplicitTLS = shell.ImplicitTLS // from the first octet (RFC 8314)
	OptionalTLS = shell.OptionalTLS
	InClear     = shell.InClear
)

// Account is who may submit.
type Account struct {
	Name     string // user name, often the address
	Password journal.Secret
}

// Admission says whether a client has logged on elsewhere since a time: a POP3 server, for POP before SMTP.
type Admission interface {
	LoggedOnSince(client string, since time.Time) bool
}

// Config says what a relay is to be. The zero value is right for a test of a mail client: STARTTLS is required, and an
// account.
type Config struct {
	// Bench says where the relay stands; zero: on a bench of its own.
	shell.Bench
	// Host is the server's name; empty: "relay.example.com".
	Host string
	// Port is where a bench's parties reach it; zero: 587, [InClear] 25, with [ImplicitTLS] 465.
	Port int
	// Accounts are those that may submit; nil: [DefaultAccount].
	Accounts []Account
	// Mechanisms are those that AUTH offers, in this order; nil: CRAM-MD5, LOGIN and PLAIN. [Open] and POPBeforeSMTP
	// need none.
	Mechanisms []string
	// Open takes mail from anybody without authentication, as relays inside an office do.
	Open bool
	// POPBeforeSMTP takes mail without authentication from a client that has logged on there within the Window; nil:
	// there is no such thing.
	POPBeforeSMTP Admission
	// Window is for how long a logon holds; zero: 30 minutes.
	Window time.Duration
	// Security is STARTTLS, which is required; [OptionalTLS], which takes passwords in clear as well; [InClear], which
	// offers none; or [ImplicitTLS].
	Security shell.Security
	// ClientAddress is the one that the relay sees clients of the bench come from; empty: "192.0.2.10".
	ClientAddress string
	// MaxSize is the largest message in octets; zero: 10 MiB.
	MaxSize int64
	// Patience is how long a client is waited for; zero: five minutes between two commands, an hour in
	// all; negative: for ever.
	Patience shell.Patience
}

const (
	defaultHost    = "relay.example.com"
	defaultWindow  = 30 * time.Minute
	defaultMaxSize = 10 << 20
	defaultClient  = "192.0.2.10"
	maxLine        = 16384
	product        = "Relay" // in banner and Received
)

func (c Config) withDefaults() Config {
	shell.Fill(&c.Party, Party)
	shell.Fill(&c.Host, defaultHost)
	shell.Fill(&c.Window, defaultWindow)
	shell.Fill(&c.MaxSize, defaultMaxSize)
	c.Patience = c.Patience.Or(shell.Submission)
	shell.Fill(&c.ClientAddress, defaultClient)
	if c.Accounts == nil {
		c.Accounts = []Account{{Name: DefaultAccount, Password: journal.NewSecret(DefaultPassword)}}
	}
	if c.Mechanisms == nil {
		c.Mechanisms = []string{CRAMMD5, Login, Plain}
	}
	switch c.Security {
	case InClear:
		shell.Fill(&c.Port, 25)
	case ImplicitTLS:
		shell.Fill(&c.Port, 465)
	default:
		shell.Fill(&c.Port, 587)
	}
	return c
}

func (c Config) check() error {
	for _, mechanism := range c.Mechanisms {
		if !slices.Contains([]string{Login, Plain, CRAMMD5}, mechanism) {
			return fmt.Errorf("mechanism %q is none of %s, %s, %s", mechanism, Login, Plain, CRAMMD5)
		}
	}
	if len(c.Mechanisms) == 0 && !c.Open && c.POPBeforeSMTP == nil {
		return errors.New("without mechanisms, Open and POPBeforeSMTP nobody could send")
	}
	return c.Security.Check(shell.StartTLS, ImplicitTLS, OptionalTLS, InClear)
}
