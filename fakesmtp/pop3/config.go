package pop3

import (
	"fmt"
	"time"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/refusal"
)

// Party is the name under which the server journals, and under which faults are armed, unless the Config has another.
const Party = "pop3"

// Maildrops are the mailboxes that a server serves: those of fakesmtp, generic and legacy are such.
type Maildrops interface {
	// Mailbox returns what arrived at an address, oldest first; what it has once returned it returns always, in the
	// same place.
	Mailbox(address string) []mail.Message
	// LogOn judges a user name and a password; an empty Reason is a success.
	LogOn(user, password string) refusal.Reason
}

// TokenMaildrops are mailboxes that can be opened by an access token.
type TokenMaildrops interface {
	LogOnToken(user, token, scope string) refusal.Reason
}

// What the security of a plain server can be beside STLS.
const (
	ImplicitTLS = shell.ImplicitTLS // from the first octet
	InClear     = shell.InClear
)

// Config says what a server is to be. The zero value is right for a test of a mail program that reads at Exchange
// Online: mailboxes of an own fakesmtp.Server, which [Server.Exchange] returns.
type Config struct {
	// Bench says where the server stands; zero: on a bench of its own.
	shell.Bench
	// Profile decides the texts and what is offered; empty: [ProfileExchange].
	Profile Profile
	// Maildrops are the mailboxes; nil: those of a fakesmtp.Server of the server's own.
	Maildrops Maildrops
	// Host is the server's name; empty: "outlook.office365.com", with ProfilePlain "pop.example.com".
	Host string
	// Security of a plain server is STLS, on port 110, [InClear], which offers none, or [ImplicitTLS], on port 995.
	// Exchange Online's is ImplicitTLS always.
	Security shell.Security
	// Passwords lets Exchange Online take passwords whatever the date is.
	Passwords bool
	// Late is how late a refused logon is answered; zero: 9 s at Exchange Online (EOP-244), else at once; negative: at
	// once.
	Late time.Duration
	// Site is the site of the front ends as their names begin; empty: "BMXPR01".
	Site string
	// Patience is how long a client is waited for; zero: ten minutes between two commands, an hour in all; negative:
	// for ever. A session that ends so deletes nothing, and nothing is said (RFC 1939 §3).
	Patience shell.Patience
}

const (
	defaultHost      = "outlook.office365.com"
	defaultPlainHost = "pop.example.com"
	defaultSite      = "BMXPR01"
	exchangeLate     = 9 * time.Second
	clientAddress    = "203.0.113.9"
	maxLine          = 16384 // RFC 1939 §3 has 255 octets, RFC 5034 §4 more for tokens
	scope            = "POP.AccessAsUser.All"
)

// patience is at least ten minutes (RFC 1939 §3); that a session ends after an hour is ours.
var patience = shell.Patience{Idle: 10 * time.Minute, Age: time.Hour}

// The ends of basic authentication (docs/reference/exchange-smtp.md §7).
var (
	basicEnds         = time.Date(2022, 10, 1, 0, 0, 0, 0, time.UTC)
	basicEndsPersonal = time.Date(2024, 9, 16, 0, 0, 0, 0, time.UTC)
)

func (c Config) withDefaults() Config {
	shell.Fill(&c.Party, Party)
	shell.Fill(&c.Profile, ProfileExchange)
	shell.Fill(&c.Site, defaultSite)
	c.Patience = c.Patience.Or(patience)
	if c.Profile == ProfileExchange {
		c.Security = ImplicitTLS
		shell.Fill(&c.Late, exchangeLate)
		shell.Fill(&c.Host, defaultHost)
	}
	shell.Fill(&c.Host, defaultPlainHost)
	return c
}

func (c Config) check() error {
	if c.Profile != ProfileExchange && c.Profile != ProfilePlain {
		return fmt.Errorf("profile %q is none of %s, %s", c.Profile, ProfileExchange, ProfilePlain)
	}
	return c.Security.Check(shell.StartTLS, ImplicitTLS, InClear)
}

func (c Config) address() string {
	if c.Security == ImplicitTLS {
		return c.Host + ":995"
	}
	return c.Host + ":110"
}
