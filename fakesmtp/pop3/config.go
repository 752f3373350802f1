package pop3

import (
	"time"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Party is the name under which the server journals, and under which faults are armed, unless the Config has another.
const Party = "pop3"

// Maildrops are the mailboxes that a server serves: those of fakesmtp, generic and legacy are such.
type Maildrops interface {
	// Mailbox returns what arrived at an address, oldest first; what it has once returned it returns always, in the same place.
	Mailbox(address string) []mail.Message
	// LogOn judges a user name and a password; an empty Reason is a success.
	LogOn(user, password string) refusal.Reason
}

// TokenMaildrops are mailboxes that can be opened by an access token.
type TokenMaildrops interface {
	LogOnToken(user, token, scope string) refusal.Reason
}

// Config says what a server is to be. The zero value is right for a test of a mail program that reads at Exchange Online: mailboxes
// of an own fakesmtp.Server, which [Server.Exchange] returns.
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
	// Profile decides the texts and what is offered; empty: [ProfileExchange].
	Profile Profile
	// Maildrops are the mailboxes; nil: those of a fakesmtp.Server of the server's own.
	Maildrops Maildrops
	// Host is the server's name; empty: "outlook.office365.com", with ProfilePlain "pop.example.com".
	Host string
	// NoTLS: a plain server offers no STLS. Implicit: it has TLS from the first byte, on port 995, as Exchange Online always has.
	NoTLS, Implicit bool
	// Passwords lets Exchange Online take passwords whatever the date is.
	Passwords bool
	// Late is how late a refused logon is answered; zero: 9 s at Exchange Online (EOP-244), else at once; negative: at once.
	Late time.Duration
	// Site is the site of the front ends as their names begin; empty: "BMXPR01".
	Site string
	// Report hears what would otherwise pass unseen; nil: only the journal does. [RunT] reports to the test.
	Report func(format string, args ...any)
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

// The ends of basic authentication (docs/reference/exchange-smtp.md §7).
var (
	basicEnds         = time.Date(2022, 10, 1, 0, 0, 0, 0, time.UTC)
	basicEndsPersonal = time.Date(2024, 9, 16, 0, 0, 0, 0, time.UTC)
)

func (c Config) withDefaults() Config {
	if c.Party == "" {
		c.Party = Party
	}
	if c.Profile == "" {
		c.Profile = ProfileExchange
	}
	if c.Profile == ProfileExchange {
		c.Implicit, c.NoTLS = true, false
		if c.Late == 0 {
			c.Late = exchangeLate
		}
	}
	if c.Host == "" {
		c.Host = defaultPlainHost
		if c.Profile == ProfileExchange {
			c.Host = defaultHost
		}
	}
	if c.Site == "" {
		c.Site = defaultSite
	}
	return c
}

func (c Config) address() string {
	if c.Implicit {
		return c.Host + ":995"
	}
	return c.Host + ":110"
}
