package generic

import (
	"fmt"
	"slices"
	"time"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/journal"
)

// Party is the name under which the server journals, and under which faults are armed, unless the Config has another.
const Party = "provider"

// DefaultAccount is the account of a server whose Config names none; its password is DefaultPassword.
const DefaultAccount = "alice@example.com"

// DefaultPassword is an invented one and protects nothing.
const DefaultPassword = "Correct-Horse-9"

// The mechanisms that the server knows.
const (
	Plain       = "PLAIN"
	XOAUTH2     = "XOAUTH2"
	OAuthBearer = "OAUTHBEARER"
)

// ImplicitTLS is TLS from the first octet (RFC 8314).
const ImplicitTLS = shell.ImplicitTLS

// Account is who may submit.
type Account struct {
	Address  string
	Password journal.Secret // for PLAIN; empty: tokens only
}

// Config says what a server is to be. The zero value is right for a test of a mail client.
type Config struct {
	// Bench says where the server stands; zero: on a bench of its own.
	shell.Bench
	// Host is the server's name; empty: "smtp.example.com".
	Host string
	// Accounts are those that may submit; nil: [DefaultAccount].
	Accounts []Account
	// Mechanisms are those that AUTH offers, in this order; nil: OAUTHBEARER, XOAUTH2 and PLAIN.
	Mechanisms []string
	// Challenge makes a refused XOAUTH2 begin with Google's 334 and its reason in JSON. Otherwise it is 535 at once.
	Challenge bool
	// Security is STARTTLS, on port 587, or [ImplicitTLS], on port 465.
	Security shell.Security
	// Tokens tells for whom an access token of the provider's authorization server is, and why it is refused. Nil: the
	// server takes those of [Server.Token].
	Tokens func(token string) (account string, reason refusal.Reason)
	// TokenLifetime is how long a token of [Server.Token] holds; zero: an hour.
	TokenLifetime time.Duration
	// MaxSize is the largest message in octets; zero: 25 MiB.
	MaxSize int64
	// Patience is how long a client is waited for; zero: five minutes between two commands, an hour in
	// all; negative: for ever.
	Patience shell.Patience
	// MaxRecipients is the number of recipients that one message may have; zero: 100.
	MaxRecipients int
	// Recipient judges a recipient. The error's text is the refusal, after 550 5.1.1; nil: all are taken.
	Recipient func(account, from, to string) error
	// Accept judges a whole message and says into which mailboxes it goes. The error's text is the refusal, after 554
	// 5.6.0; nil: it goes to its recipients.
	Accept func(account string, message mail.Message) (mailboxes []string, err error)
}

const (
	defaultHost          = "smtp.example.com"
	defaultMaxSize       = 25 << 20
	defaultMaxRecipients = 100
	maxLine              = 16384 // RFC 4954 §4 asks for 12288 with AUTH
	clientAddress        = "203.0.113.9"
)

func (c Config) withDefaults() Config {
	shell.Fill(&c.Party, Party)
	shell.Fill(&c.Host, defaultHost)
	shell.Fill(&c.TokenLifetime, time.Hour)
	shell.Fill(&c.MaxSize, defaultMaxSize)
	c.Patience = c.Patience.Or(shell.Submission)
	shell.Fill(&c.MaxRecipients, defaultMaxRecipients)
	if c.Accounts == nil {
		c.Accounts = []Account{{Address: DefaultAccount, Password: journal.NewSecret(DefaultPassword)}}
	}
	if c.Mechanisms == nil {
		c.Mechanisms = []string{OAuthBearer, XOAUTH2, Plain}
	}
	c.Mechanisms = slices.Clone(c.Mechanisms)
	return c
}

func (c Config) check() error {
	for _, mechanism := range c.Mechanisms {
		if !slices.Contains([]string{Plain, XOAUTH2, OAuthBearer}, mechanism) {
			return fmt.Errorf("mechanism %q is none of %s, %s, %s", mechanism, Plain, XOAUTH2, OAuthBearer)
		}
	}
	return c.Security.Check(shell.StartTLS, shell.ImplicitTLS)
}

func (c Config) address() string {
	if c.Security == ImplicitTLS {
		return c.Host + ":465"
	}
	return c.Host + ":587"
}
