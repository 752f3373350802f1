package fakesmtp

import (
	"github.com/go-jose/go-jose/v4"

	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/shell"
)

// Message is a mail that a mailbox holds.
type Message = mail.Message

// Attachment is a part of a message that has a file name or asks to be treated as a file.
type Attachment = mail.Attachment

// Reply is a row of the table of replies: what the server says to an event, and how that is known.
type Reply = replies.Reply

// Replies returns every text that goes over the wire.
func Replies() []Reply { return replies.All() }

// Directory answers for the identity provider whose tokens the server takes. A bench joins it to its fake Entra ID; a server that
// runs alone has a small issuer of its own.
type Directory = identity.Directory

// Claims is what an access token says of itself.
type Claims = identity.Claims

// Account is what the identity provider knows of an account.
type Account = identity.Account

// PersonalTenant is the tenant id of all personal accounts.
const PersonalTenant = identity.PersonalTenant

// TrustKeys returns a [Directory] that takes the tokens of work accounts that these keys have signed, for example those of a fake Entra
// ID that runs beside it:
//
//	smtp := fakesmtp.RunT(t, fakesmtp.Config{Directory: fakesmtp.TrustKeys(entra.Keys)})
//
// Every account that such a token names is known. There are no passwords, and no tokens of personal accounts.
func TrustKeys(keys func() jose.JSONWebKeySet) Directory { return identity.TrustKeys(keys) }

// Answer is one thing that the server is made to say or do against its nature: another reply, a late, garbled or split one, or the end of
// the connection. See [Server.Arm].
type Answer = answers.Answer

// The moments of an [Answer] that are no verbs.
const (
	OnConnect   = answers.OnConnect   // in place of the banner
	OnHandshake = answers.OnHandshake // after the 220 of STARTTLS, when the client has begun the TLS handshake
	OnResponse  = answers.OnResponse  // the lines after AUTH: user name, password, token
	OnEndOfData = answers.OnEndOfData // the dot, or the last chunk of BDAT
	OnAny       = answers.OnAny       // every one of them but the handshake
)

// What can happen to the connection after an [Answer].
const (
	Disconnect = answers.Disconnect // TCP is closed, without a farewell in TLS
	Reset      = answers.Reset      // TCP is reset in place of the reply
	HalfClose  = answers.HalfClose  // this side is closed, the other one is still read
)

// Bench says where one of this server's relatives stands; see [Server.Bench].
type Bench = shell.Bench
