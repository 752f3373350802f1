package legacy

import (
	"time"

	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
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

// Account is who may submit.
type Account struct {
	Name     string // user name, often the address
	Password journal.Secret
}

// Admission says whether a client has logged on elsewhere since a time: a POP3 server, for POP before SMTP.
type Admission interface {
	LoggedOnSince(client string, since time.Time) bool
}

// Config says what a relay is to be. The zero value is right for a test of a mail client: STARTTLS is required, and an account.
type Config struct {
	// World is the bench's time; nil: a flowing World of the server's own, closed with it.
	World *vtime.World
	// Network is the bench's network; nil: one of the server's own.
	Network *faultnet.Network
	// Journal is the bench's record; nil: one of the server's own.
	Journal *journal.Journal
	// Seed decides every identifier.
	Seed uint64
	// Start is when a World of the server's own starts; zero: the machine's now.
	Start time.Time
	// Party is the name under which the server journals; empty: [Party].
	Party string
	// Host is the server's name; empty: "relay.example.com".
	Host string
	// Port is where a bench's parties reach it; zero: 587, with NoTLS 25, with Implicit 465.
	Port int
	// Accounts are those that may submit; nil: [DefaultAccount].
	Accounts []Account
	// Mechanisms are those that AUTH offers, in this order; nil: CRAM-MD5, LOGIN and PLAIN. [Open] and POPBeforeSMTP need none.
	Mechanisms []string
	// Open takes mail from anybody without authentication, as relays inside an office do.
	Open bool
	// POPBeforeSMTP takes mail without authentication from a client that has logged on there within the Window; nil: there is no such thing.
	POPBeforeSMTP Admission
	// Window is for how long a logon holds; zero: 30 minutes.
	Window time.Duration
	// NoTLS: the relay offers none, and takes passwords in clear. Implicit: TLS from the first byte.
	NoTLS, Implicit bool
	// OptionalTLS: the relay offers STARTTLS and takes passwords in clear as well.
	OptionalTLS bool
	// ClientAddress is the one that the relay sees clients of the bench come from; empty: "192.0.2.10".
	ClientAddress string
	// MaxSize is the largest message in octets; zero: 10 MiB.
	MaxSize int64
	// Report hears what would otherwise pass unseen; nil: only the journal does. [RunT] reports to the test.
	Report func(format string, args ...any)
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
	if c.Party == "" {
		c.Party = Party
	}
	if c.Host == "" {
		c.Host = defaultHost
	}
	if c.Accounts == nil {
		c.Accounts = []Account{{Name: DefaultAccount, Password: journal.NewSecret(DefaultPassword)}}
	}
	if c.Mechanisms == nil {
		c.Mechanisms = []string{CRAMMD5, Login, Plain}
	}
	if c.Window == 0 {
		c.Window = defaultWindow
	}
	if c.MaxSize == 0 {
		c.MaxSize = defaultMaxSize
	}
	if c.ClientAddress == "" {
		c.ClientAddress = defaultClient
	}
	if c.Port == 0 {
		switch c.Port = 587; {
		case c.NoTLS:
			c.Port = 25
		case c.Implicit:
			c.Port = 465
		}
	}
	return c
}
