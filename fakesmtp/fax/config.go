package fax

import (
	"time"

	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/journal"
)

// Party is the name under which the server journals, and under which faults are armed, unless the Config has another.
const Party = "fax"

// DefaultAccount is the account of a server whose Config names none; its password is [generic.DefaultPassword].
const DefaultAccount = "scanner@contoso.com"

// Config says what a provider is to be. The zero value is right for a test of a device.
type Config struct {
	// Bench says where the server stands; zero: on a bench of its own.
	shell.Bench
	// Domain is what follows the number and the @; empty: "fax.example.com". Host is the server's name; empty: "smtp."
	// and the domain.
	Domain, Host string
	// Accounts are those that may send; nil: [DefaultAccount].
	Accounts []generic.Account
	// Tokens judges access tokens, as of package generic.
	Tokens func(token string) (account string, reason refusal.Reason)
	// Mechanisms are those that AUTH offers; nil: as of package generic.
	Mechanisms []string
	// Challenge makes a refused XOAUTH2 begin with Google's 334, as of package generic.
	Challenge bool
	// Security is STARTTLS, on port 587, or [generic.ImplicitTLS], on port 465.
	Security shell.Security
	// Line is how a call to a number goes: nil error: the fax is sent; else it has failed for the reason that the
	// error's text gives. Nil: every call succeeds.
	Line func(number string) error
	// Duration is how long a call takes on the bench's clock; zero: a minute, negative: no time.
	Duration time.Duration
	// MaxSize is the largest message in octets; zero: 20 MiB.
	MaxSize int64
	// Patience is how long a client is waited for, as of package generic.
	Patience shell.Patience
}

const (
	defaultDomain   = "fax.example.com"
	defaultDuration = time.Minute
	defaultMaxSize  = 20 << 20
)

func (c Config) withDefaults() Config {
	shell.Fill(&c.Party, Party)
	shell.Fill(&c.Domain, defaultDomain)
	shell.Fill(&c.Host, "smtp."+c.Domain)
	shell.Fill(&c.Duration, defaultDuration)
	shell.Fill(&c.MaxSize, defaultMaxSize)
	if c.Accounts == nil {
		c.Accounts = []generic.Account{{Address: DefaultAccount, Password: journal.NewSecret(generic.DefaultPassword)}}
	}
	return c
}
