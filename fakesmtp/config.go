package fakesmtp

import (
	"time"

	"mfpsim/fakesmtp/internal/session"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Party is the name under which the server journals, and under which faults are armed.
const Party = "smtp"

// DefaultMailbox is the mailbox that a server has if its Config names no Directory; its password is [DefaultPassword].
const DefaultMailbox = "alice@contoso.com"

// DefaultPassword is the password of [DefaultMailbox], for AUTH LOGIN. It is an invented one and protects nothing.
const DefaultPassword = "Correct-Horse-9"

// Config says what a server is to be. The zero value is right for a test of a mail client: a server that follows the
// machine's clock, with one organization (contoso.com, SMTP AUTH enabled, security defaults off), one mailbox
// ([DefaultMailbox]) and tokens of its own ([Server.Token]).
type Config struct {
	// World is the bench's time; nil: a flowing World of the server's own, closed with it.
	World *vtime.World
	// Network is the bench's network; nil: one of the server's own.
	Network *faultnet.Network
	// Journal is the bench's record; nil: one of the server's own.
	Journal *journal.Journal
	// Seed decides every identifier: session ids, names of front ends and mailbox servers, message ids.
	Seed uint64
	// Start is when a World of the server's own starts; zero: the machine's now.
	Start time.Time
	// Directory answers "who is this token for?"; nil: the server's own small issuer, see [Server.Token].
	Directory Directory
	// Site is the site of the front ends as their names begin, "BMXPR01" if empty; Forest is the forest in their names,
	// "INDPRD01.PROD.OUTLOOK.COM" if empty. The case of the forest is per forest (docs/reference/exchange-smtp.md
	// §1.3).
	Site, Forest string
	// ClientAddress is the address that the front end greets clients of the bench with, the public one of their office;
	// "203.0.113.9" if empty. Clients from outside the bench are greeted with their own.
	ClientAddress string
	// Tarpit is how late a front end gives a reply of class 5 (docs/reference/exchange-smtp.md §1.4); zero: 5 s,
	// negative: not at all.
	Tarpit time.Duration
	// MaxLine is the longest command line in octets without its line end; zero: 16384 (RFC 4954 §4 asks for 12288 with
	// AUTH), [AnyLength]: none.
	MaxLine int
	// MaxAnswer is the longest SASL answer in octets, as it is encoded: a token on a line of its own or behind AUTH;
	// zero: 12288 (RFC 4954 §4), [AnyLength]: any length. MaxLine does not concern an answer on a line of its own.
	MaxAnswer int
	// StrictHello refuses names of one label and names with an underscore after EHLO, as some front ends are said to do
	// and others are not.
	StrictHello bool
	// MaxSize is the SIZE that is advertised and enforced for every message; zero: 157286400, as on every front end
	// that was seen.
	MaxSize int64
	// MaxSendSize is the send limit of mailboxes that have none of their own; zero: 35 MB, Exchange Online's default.
	MaxSendSize int64
	// MaxRecipients is the number of recipients that one message may have; zero: 500, Exchange Online's default.
	MaxRecipients int
	// MaxRecipientsPerDomain is how many of them may be of one domain; zero: 200, Exchange Online's limit, negative:
	// any number.
	MaxRecipientsPerDomain int
	// MaxFailedAuth is how many refused AUTH close the connection; zero: 3, negative: never. Not established for
	// Exchange Online.
	MaxFailedAuth int
	// MaxErrors is how many protocol errors close the connection; zero: 5, negative: never. Not established for
	// Exchange Online.
	MaxErrors int
	// TokensPassSecurityDefaults lets XOAUTH2 through where security defaults are on. Whether Exchange Online does is
	// not established (docs/reference/exchange-smtp.md §13.7); it is refused by default because the guide tells to turn
	// them off (R9).
	TokensPassSecurityDefaults bool
	// Propagation is how long a change by a cmdlet takes to reach the front ends unless the cmdlet says otherwise
	// (propagation=…); zero: none. In Exchange Online it is minutes to an hour, at most a day
	// (docs/reference/exchange-smtp.md §6).
	Propagation time.Duration
	// MaxConcurrent is how many submissions of one mailbox may be under way at once, from DATA or BDAT to the reply at
	// the end; zero: 3, as Exchange Online's, negative: any number.
	MaxConcurrent int
	// MessagesPerMinute is how many messages a mailbox may send in any 60 s; zero: 30, as Exchange Online's, negative:
	// any number. What is above is delayed until it fits, at the end of DATA, as Microsoft says; in a flowing World
	// that is time of the machine's, unless somebody advances it.
	MessagesPerMinute int
	// RefuseAboveRate refuses MAIL above that rate with 421 4.4.2 instead, as field notes have it.
	RefuseAboveRate bool
	// RecipientsPerDay is how many recipients a mailbox may write to in any 24 h; zero: 10,000, as Exchange Online's,
	// negative: any number.
	RecipientsPerDay int
	// MaxHeaderSize is the largest header block of a message in octets; zero: 256 KB, not established for Exchange
	// Online.
	MaxHeaderSize int
	// MaxContinuousErrors is how many failures of one kind in an hour without a success block a mailbox for an hour;
	// zero: 100, negative: never. Microsoft documents the block and not the number.
	MaxContinuousErrors int
	// IdleTimeout ends a connection on which nothing was heard for so long; zero: 5 min, negative: never. Not
	// established.
	IdleTimeout time.Duration
	// SessionTimeout ends a connection of that age; zero: 20 min, which was seen on port 25; negative: never.
	SessionTimeout time.Duration
	// BasicAuthEnd is when basic authentication ends for good; zero: as docs/parity-exchange.md assumes, since
	// Microsoft has not said.
	BasicAuthEnd time.Time
	// LegacyEndpoint makes the server smtp-legacy.office365.com for clients that name no host in the TLS handshake.
	LegacyEndpoint bool
	// Open lets clients submit without TLS and without AUTH, which Exchange Online never does: for load tests of the
	// rest.
	Open bool
	// Keep bounds the messages that are kept, in all mailboxes and Sent Items together, and with them the message
	// trace. The oldest fall out, and are counted. The zero value keeps everything.
	Keep Keep
	// Report hears what would otherwise pass unseen, such as a delay that nobody will ever make pass; nil: only the
	// journal does. [RunT] reports to the test.
	Report func(format string, args ...any)
}

// Defaults of [Config].
const (
	defaultTarpit        = 5 * time.Second
	defaultMaxLine       = 16384
	defaultMaxAnswer     = 12288
	defaultMaxSize       = 157286400
	defaultMaxSendSize   = 35 << 20
	defaultMaxRecipients = 500
	defaultMaxPerDomain  = 200
	defaultMaxFailedAuth = 3
	defaultMaxErrors     = 5
	defaultMaxConcurrent = 3
	defaultPerMinute     = 30
	defaultPerDay        = 10_000
	defaultMaxHeaderSize = 256 << 10
	defaultMaxContinuous = 100
	defaultIdle          = 5 * time.Minute
	defaultSession       = 20 * time.Minute
	defaultSite          = "BMXPR01"
	defaultForest        = "INDPRD01.PROD.OUTLOOK.COM"
	defaultClientAddress = "203.0.113.9"
)

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	shell.Fill(&c.Site, defaultSite)
	shell.Fill(&c.Forest, defaultForest)
	shell.Fill(&c.ClientAddress, defaultClientAddress)
	shell.Fill(&c.Tarpit, defaultTarpit)
	shell.Fill(&c.MaxLine, defaultMaxLine)
	shell.Fill(&c.MaxAnswer, defaultMaxAnswer)
	shell.Fill(&c.MaxSize, defaultMaxSize)
	shell.Fill(&c.MaxSendSize, defaultMaxSendSize)
	shell.Fill(&c.MaxRecipients, defaultMaxRecipients)
	shell.Fill(&c.MaxRecipientsPerDomain, defaultMaxPerDomain)
	shell.Fill(&c.MaxFailedAuth, defaultMaxFailedAuth)
	shell.Fill(&c.MaxErrors, defaultMaxErrors)
	shell.Fill(&c.MaxConcurrent, defaultMaxConcurrent)
	shell.Fill(&c.MessagesPerMinute, defaultPerMinute)
	shell.Fill(&c.RecipientsPerDay, defaultPerDay)
	shell.Fill(&c.MaxHeaderSize, defaultMaxHeaderSize)
	shell.Fill(&c.MaxContinuousErrors, defaultMaxContinuous)
	shell.Fill(&c.IdleTimeout, defaultIdle)
	shell.Fill(&c.SessionTimeout, defaultSession)
	return c
}

// hosts are the names of the client submission endpoints (docs/reference/exchange-smtp.md §4); all lead to the same
// front ends.
var hosts = []string{
	"smtp-mail.outlook.com", "smtp.office365.com", "smtp.outlook.com", "outlook.office365.com", session.LegacyHost,
}

// Addresses returns the addresses that the server is to be reached under, "host:port": the names of client submission
// on port 587, and on port 25, which takes it too (docs/reference/exchange-smtp.md §4).
func Addresses() []string {
	var addresses []string
	for _, host := range hosts {
		addresses = append(addresses, host+":587", host+":25")
	}
	return addresses
}
