package fakesmtp

import (
	"github.com/go-jose/go-jose/v4"

	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/cmdlets"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/mailboxes"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/session"
	"mfpsim/fakesmtp/internal/shell"
)

// Where a server stands.
type (
	// T is what [RunT] needs of a test; *testing.T has it.
	T = shell.T
	// Bench says where one of this server's relatives stands; see [Server.Bench].
	Bench = shell.Bench
)

// Whose tokens a server takes.
type (
	// Directory answers for the identity provider. A bench joins it to its fake Entra ID; a server that runs alone has
	// a small issuer of its own.
	Directory = identity.Directory
	// Claims is what an access token says of itself.
	Claims = identity.Claims
	// Account is what the identity provider knows of an account.
	Account = identity.Account
)

// Disabled is the State of an [Account] whose sign-in is blocked, and its BasicAuth where a policy keeps that out.
const Disabled = identity.Disabled

// PersonalTenant is the tenant id of all personal accounts.
const PersonalTenant = identity.PersonalTenant

// TrustKeys returns a [Directory] that takes the tokens of work accounts that these keys have signed, for example those
// of a fake Entra ID that runs beside it:
//
//	smtp := fakesmtp.RunT(t, fakesmtp.Config{Directory: fakesmtp.TrustKeys(entra.Keys)})
//
// Every account that such a token names is known. There are no passwords, and no tokens of personal accounts.
func TrustKeys(keys func() jose.JSONWebKeySet) Directory { return identity.TrustKeys(keys) }

// Provider is an identity provider that runs beside the server; see [Trust].
type Provider = identity.Provider

// Trust returns a [Directory] that asks an identity provider, for example a fake Entra ID: for its keys, for tokens
// that it made void, and for accounts that it has disabled or deleted.
//
//	smtp := fakesmtp.RunT(t, fakesmtp.Config{Directory: fakesmtp.Trust(entra)})
//
// There are no passwords, and no tokens of personal accounts.
func Trust(p Provider) Directory { return identity.Trust(p) }

// What an administrator makes.
type (
	// Organization is a tenant as Exchange Online knows it. As in a new one, SMTP AUTH is not enabled unless it says
	// so.
	Organization = mailboxes.Organization
	// Mailbox is a mailbox that is to be.
	Mailbox = mailboxes.Mailbox
	// Group is a distribution group; Acceptance is whose mail it takes.
	Group      = mailboxes.Group
	Acceptance = mailboxes.Acceptance
	// TransportRule is a mail flow rule.
	TransportRule = mailboxes.Rule
	// Connector is an inbound connector, by which mail at the MX door is an organization's own.
	Connector = mailboxes.Connector
	// CmdletError says what was wrong with a cmdlet, and what there is instead.
	CmdletError = cmdlets.Error
)

// FrontEnd is how strict the front ends are; see [Server.SetFrontEnd].
type FrontEnd = session.FrontEnd

// AnyLength is a limit of a [FrontEnd], or of lines in a [Config], that is none.
const AnyLength = session.AnyLength

// Errors of adding what is there already or belongs nowhere.
var (
	ErrExists         = mailboxes.ErrExists
	ErrNoOrganization = mailboxes.ErrNoOrganization
	ErrAddress        = mailboxes.ErrAddress
	ErrNoMailbox      = mailboxes.ErrNoMailbox
)

// Answer is one thing that the server is made to say or do against its nature: another reply, a late, garbled or split
// one, or the end of the connection. See [Server.Arm].
type Answer = answers.Answer

// Event is what a row of [Replies] answers, by its name: "mailbox full".
type Event = replies.Event

// The moments of an [Answer] that are no verbs.
const (
	OnConnect     = answers.OnConnect     // in place of the banner
	OnHello       = answers.OnHello       // EHLO and HELO
	OnHandshake   = answers.OnHandshake   // after the 220 of STARTTLS, when the client has begun the TLS handshake
	OnResponse    = answers.OnResponse    // the lines after AUTH: user name, password, token
	OnCredentials = answers.OnCredentials // the line that decides AUTH, be it AUTH itself or an answer
	OnEndOfData   = answers.OnEndOfData   // the dot, or the last chunk of BDAT
	OnAny         = answers.OnAny         // every one of them but the handshake
)

// What can happen to the connection after an [Answer].
const (
	Disconnect = answers.Disconnect // TCP is closed, without a farewell in TLS
	Reset      = answers.Reset      // TCP is reset in place of the reply
	HalfClose  = answers.HalfClose  // this side is closed, the other one is still read
	Close      = answers.Close      // TLS and TCP are closed as after QUIT
	FallSilent = answers.FallSilent // the connection stays open, and nothing is said any more
)

// What a test reads back.
type (
	// Message is a mail that a mailbox holds.
	Message = mail.Message
	// Attachment is a part of a message that has a file name or asks to be treated as a file.
	Attachment = mail.Attachment
	// Keep bounds the messages that a server keeps; see [Config].
	Keep = mail.Keep
	// TraceEntry is a row of the message trace: one message to one recipient.
	TraceEntry = mailboxes.TraceEntry
	// Session is one connection as it went, a failed one too.
	Session = history.Session
	// Refusal is something that the server has refused, with the reason that the client is not told.
	Refusal = history.Refusal
	// Reply is a row of the table of replies: what the server says to an event, and how that is known.
	Reply = replies.Reply
)

// DefaultKeep is that of a bench that may flow for months.
var DefaultKeep = Keep{Messages: 10_000, Bytes: 256 << 20}

// ReadMessage makes a message of its octets, for a program that keeps mail itself. What cannot be read stays empty.
func ReadMessage(raw []byte) Message { return mail.Parse(raw) }

// ErrNoMessage: no message came, and none is under way.
var ErrNoMessage = mail.ErrNoMessage

// Replies returns every text that goes over the wire.
func Replies() []Reply { return replies.All() }

// Report is what a non-delivery report says for a restriction.
type Report = replies.Report

// Reports returns the table of non-delivery reports.
func Reports() []Report { return replies.Reports() }
