package fax

import (
	"time"

	"mfpsim/fakesmtp/generic"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Party is the name under which the server journals, and under which faults are armed, unless the Config has another.
const Party = "fax"

// DefaultAccount is the account of a server whose Config names none; its password is [generic.DefaultPassword].
const DefaultAccount = "scanner@contoso.com"

// Config says what a provider is to be. The zero value is right for a test of a device.
type Config struct {
	// World is the bench's time; nil: a flowing World of the server's own, closed with it.
	World *vtime.World
	// Network is the bench's network; nil: one of the server's own.
	Network *faultnet.Network
	// Journal is the bench's record; nil: one of the server's own.
	Journal *journal.Journal
	// Seed decides every identifier and token.
	Seed uint64
	// Start is when a World of the server's own starts; zero: the machine's now.
	Start time.Time
	// Party is the name under which the server journals; empty: [Party].
	Party string
	// Domain is what follows the number and the @; empty: "fax.example.com". Host is the server's name; empty: "smtp." and the domain.
	Domain, Host string
	// Accounts are those that may send; nil: [DefaultAccount].
	Accounts []generic.Account
	// Mechanisms are those that AUTH offers; nil: as of package generic.
	Mechanisms []string
	// Challenge makes a refused XOAUTH2 begin with Google's 334, as of package generic.
	Challenge bool
	// Implicit is TLS from the first byte, on port 465 instead of 587.
	Implicit bool
	// Line is how a call to a number goes: nil error: the fax is sent; else it has failed for the reason that the error's text gives.
	// Nil: every call succeeds.
	Line func(number string) error
	// Duration is how long a call takes on the bench's clock; zero: a minute, negative: no time.
	Duration time.Duration
	// MaxSize is the largest message in octets; zero: 20 MiB.
	MaxSize int64
	// Report hears what would otherwise pass unseen; nil: only the journal does. [RunT] reports to the test.
	Report func(format string, args ...any)
}

const (
	defaultDomain   = "fax.example.com"
	defaultDuration = time.Minute
	defaultMaxSize  = 20 << 20
)

func (c Config) withDefaults() Config {
	if c.Party == "" {
		c.Party = Party
	}
	if c.Domain == "" {
		c.Domain = defaultDomain
	}
	if c.Host == "" {
		c.Host = "smtp." + c.Domain
	}
	if c.Accounts == nil {
		c.Accounts = []generic.Account{{Address: DefaultAccount, Password: journal.NewSecret(generic.DefaultPassword)}}
	}
	if c.Duration == 0 {
		c.Duration = defaultDuration
	}
	if c.MaxSize == 0 {
		c.MaxSize = defaultMaxSize
	}
	return c
}
