package generic

import (
	"slices"
	"time"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
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

// Account is who may submit.
type Account struct {
	Address  string
	Password journal.Secret // for PLAIN; empty: tokens only
}

// Config says what a server is to be. The zero value is right for a test of a mail client.
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
	// Host is the server's name; empty: "smtp.example.com".
	Host string
	// Accounts are those that may submit; nil: [DefaultAccount].
	Accounts []Account
	// Mechanisms are those that AUTH offers, in this order; nil: OAUTHBEARER, XOAUTH2 and PLAIN.
	Mechanisms []string
	// Challenge makes a refused XOAUTH2 begin with Google's 334 and its reason in JSON. Otherwise it is 535 at once.
	Challenge bool
	// Implicit is TLS from the first byte (RFC 8314), on port 465 instead of 587.
	Implicit bool
	// TokenLifetime is how long a token of [Server.Token] holds; zero: an hour.
	TokenLifetime time.Duration
	// MaxSize is the largest message in octets; zero: 25 MiB.
	MaxSize int64
	// MaxRecipients is the number of recipients that one message may have; zero: 100.
	MaxRecipients int
	// Recipient judges a recipient. The error's text is the refusal, after 550 5.1.1; nil: all are taken.
	Recipient func(account, from, to string) error
	// Accept judges a whole message and says into which mailboxes it goes. The error's text is the refusal, after 554 5.6.0; nil: it
	// goes to its recipients.
	Accept func(account string, message mail.Message) (mailboxes []string, err error)
	// Report hears what would otherwise pass unseen; nil: only the journal does. [RunT] reports to the test.
	Report func(format string, args ...any)
}

const (
	defaultHost          = "smtp.example.com"
	defaultMaxSize       = 25 << 20
	defaultMaxRecipients = 100
	maxLine              = 16384 // RFC 4954 §4 asks for 12288 with AUTH
	clientAddress        = "203.0.113.9"
)

func (c Config) withDefaults() Config {
	if c.Party == "" {
		c.Party = Party
	}
	if c.Host == "" {
		c.Host = defaultHost
	}
	if c.Accounts == nil {
		c.Accounts = []Account{{Address: DefaultAccount, Password: journal.NewSecret(DefaultPassword)}}
	}
	if c.Mechanisms == nil {
		c.Mechanisms = []string{OAuthBearer, XOAUTH2, Plain}
	}
	c.Mechanisms = slices.Clone(c.Mechanisms)
	if c.TokenLifetime == 0 {
		c.TokenLifetime = time.Hour
	}
	if c.MaxSize == 0 {
		c.MaxSize = defaultMaxSize
	}
	if c.MaxRecipients == 0 {
		c.MaxRecipients = defaultMaxRecipients
	}
	return c
}

func (c Config) address() string {
	if c.Implicit {
		return c.Host + ":465"
	}
	return c.Host + ":587"
}
