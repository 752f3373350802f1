// Package outcome is the core's one kind of error: how an attempt ended, as a value that a table of messages can use.
//
// An [Outcome] is decided by the class of an error and by numbers on the wire, never by the text of a library's error,
// and carries neither such texts nor secrets. The model of the device decides which code and message the user sees.
package outcome

import (
	"fmt"
	"slices"
	"time"
)

// Kind is what happened, as far as the user of a device could act on it.
type Kind string

// The kinds. The numbers are Microsoft's AADSTS codes and SMTP replies; the whole tables are in this package and in
// mail.
const (
	// Device: known before anything is sent.

	NotConfigured Kind = "NotConfigured" // no mail server is set
	NoSignIn      Kind = "NoSignIn"      // OAuth2 is set and no sign-in is stored (guide: "sign in to your email service")
	SignInWaiting Kind = "SignInWaiting" // a completed sign-in waits for OK (guide rule R40)
	MethodBarred  Kind = "MethodBarred"  // the network that mail goes over does not do the method (guide rule R12)
	StorageFailed Kind = "StorageFailed" // non-volatile memory cannot be read or written: what was stored before stays
	NotErased     Kind = "NotErased"     // the change is stored, and a secret of before could not be erased
	Interrupted   Kind = "Interrupted"   // the caller gave up: power off, a job cancelled

	// Cloud: the sign-in or the stored sign-in is refused.

	SignInExpired       Kind = "SignInExpired"       // by disuse or age: 700082, 70008, 700081, 700084
	SignInRevoked       Kind = "SignInRevoked"       // 50173
	PasswordChanged     Kind = "PasswordChanged"     // 50133, 50132, 50055
	ConsentWithdrawn    Kind = "ConsentWithdrawn"    // 65001
	PolicyBlocked       Kind = "PolicyBlocked"       // Conditional Access: 53003, 53000, 530036 and others
	MultiFactorRequired Kind = "MultiFactorRequired" // 50076, 50079, 50078
	AccountDisabled     Kind = "AccountDisabled"     // 50057, 50034
	SignInFrequency     Kind = "SignInFrequency"     // Conditional Access sign-in frequency: 70043, 70044
	ApplicationRefused  Kind = "ApplicationRefused"  // the maker's application: 700016, 7000218, 7000112
	SignInCancelled     Kind = "SignInCancelled"     // on the device
	SignInDeclined      Kind = "SignInDeclined"      // by the person, on the service's page
	SignInCodeExpired   Kind = "SignInCodeExpired"   // the code was not entered in time
	SignInRefused       Kind = "SignInRefused"       // any other invalid_grant
	RefusedUnknown      Kind = "RefusedUnknown"      // for a reason that nobody documents; the stored sign-in stays
	CloudError          Kind = "CloudError"          // 5xx, 429 and refusals that the service calls temporary
	CloudMalformed      Kind = "CloudMalformed"      // an answer that is not the protocol: HTML, truncated, empty

	// Either side: the way to it.

	NameNotResolved      Kind = "NameNotResolved"
	Unreachable          Kind = "Unreachable" // refused or no route
	TimedOut             Kind = "TimedOut"
	ConnectionLost       Kind = "ConnectionLost"
	CertificateUntrusted Kind = "CertificateUntrusted" // no root for it, or damaged
	CertificateDate      Kind = "CertificateDate"      // outside its dates, by the device's clock
	CertificateName      Kind = "CertificateName"      // made out to another host name
	SecureConnection     Kind = "SecureConnection"     // no common TLS version or cipher, or not TLS at all

	// Mail server.

	NoSTARTTLS                Kind = "NoSTARTTLS"                // STARTTLS is set and the server does not offer it
	STARTTLSRequired          Kind = "STARTTLSRequired"          // the server wants STARTTLS and it is not set
	AuthenticationRefused     Kind = "AuthenticationRefused"     // 535, 530, 504, 454 at AUTH
	AuthenticationUnsupported Kind = "AuthenticationUnsupported" // the server offers no method that is set
	SenderRefused             Kind = "SenderRefused"             // 554 5.2.252, 550 5.7.60
	RecipientRefused          Kind = "RecipientRefused"
	TooLarge                  Kind = "TooLarge"
	ServerBusy                Kind = "ServerBusy"      // 4xx
	MessageRefused            Kind = "MessageRefused"  // any other 5xx
	DeliveryUnknown           Kind = "DeliveryUnknown" // the whole message was sent, and no reply came: it may be delivered
	ServerMalformed           Kind = "ServerMalformed" // not SMTP or POP3
)

// sentences says each kind in one English sentence, for people; it is also the list of kinds.
var sentences = []struct {
	kind     Kind
	sentence string
}{
	{NotConfigured, "The email server is not set up."},
	{NoSignIn, "No sign-in to the email service is stored."},
	{SignInWaiting, "A sign-in waits to be stored with OK."},
	{MethodBarred, "The network of the email server does not support the authentication method."},
	{StorageFailed, "The settings memory cannot be read or written."},
	{NotErased, "The change is stored, but what was stored before could not be erased from memory."},
	{Interrupted, "The operation was interrupted."},
	{SignInExpired, "The stored sign-in has expired."},
	{SignInRevoked, "The stored sign-in was revoked."},
	{PasswordChanged, "The password of the account was changed."},
	{ConsentWithdrawn, "The consent for the application is missing or was withdrawn."},
	{PolicyBlocked, "A policy of the organization blocks the sign-in."},
	{MultiFactorRequired, "The service asks for multi-factor authentication."},
	{AccountDisabled, "The account is disabled or does not exist."},
	{SignInFrequency, "The organization asks for a new sign-in after this time."},
	{ApplicationRefused, "The service refuses the application of the device."},
	{SignInCancelled, "The sign-in was cancelled on the device."},
	{SignInDeclined, "The sign-in was declined on the sign-in page."},
	{SignInCodeExpired, "The code was not entered in time."},
	{SignInRefused, "The service refuses the sign-in."},
	{RefusedUnknown, "The cloud service refuses the request for a reason that is not known; the sign-in is kept."},
	{CloudError, "The cloud service reports a temporary error."},
	{CloudMalformed, "The cloud service gave an answer that cannot be understood."},
	{NameNotResolved, "The name of the server cannot be resolved."},
	{Unreachable, "The server cannot be reached."},
	{TimedOut, "The server did not answer in time."},
	{ConnectionLost, "The connection to the server was lost."},
	{CertificateUntrusted, "The certificate of the server is not trusted."},
	{CertificateDate, "The certificate of the server is not valid at the date of the device."},
	{CertificateName, "The certificate of the server belongs to another name."},
	{SecureConnection, "No secure connection to the server could be made."},
	{NoSTARTTLS, "The mail server does not offer STARTTLS."},
	{STARTTLSRequired, "The mail server requires STARTTLS."},
	{AuthenticationRefused, "The mail server refuses the authentication."},
	{AuthenticationUnsupported, "The mail server offers no authentication method that the device can use."},
	{SenderRefused, "The mail server refuses the sender's address."},
	{RecipientRefused, "The mail server refuses a recipient."},
	{TooLarge, "The message is too large."},
	{ServerBusy, "The mail server is busy or temporarily unavailable."},
	{MessageRefused, "The mail server refuses the message."},
	{DeliveryUnknown, "The mail server did not confirm the message; it may have been sent."},
	{ServerMalformed, "The mail server gave an answer that cannot be understood."},
}

// Kinds returns all kinds, so that a table of messages can be checked for being complete.
func Kinds() []Kind {
	all := make([]Kind, len(sentences))
	for i, s := range sentences {
		all[i] = s.kind
	}
	return all
}

// Sentence says the kind in one English sentence.
func (k Kind) Sentence() string {
	for _, s := range sentences {
		if s.kind == k {
			return s.sentence
		}
	}
	return "The operation failed."
}

// endsSignIn are the refusals after which a refresh token is of no more use (RFC 6749 §5.2 invalid_grant).
var endsSignIn = []Kind{
	SignInExpired, SignInRevoked, PasswordChanged, ConsentWithdrawn, PolicyBlocked,
	MultiFactorRequired, AccountDisabled, SignInFrequency, SignInRefused,
}

// EndsSignIn reports whether the kind, as the answer to a refresh, means that the person must sign in again. Not
// reachable, malformed, temporary errors and trouble with the maker's application do not.
func (k Kind) EndsSignIn() bool { return slices.Contains(endsSignIn, k) }

// transient are the kinds that may pass by themselves.
var transient = []Kind{CloudError, NameNotResolved, Unreachable, TimedOut, ConnectionLost, ServerBusy}

// Transient reports whether the same attempt may succeed later without anybody acting.
func (k Kind) Transient() bool { return slices.Contains(transient, k) }

// Side is where it happened.
type Side string

// The sides.
const (
	Device     Side = "Device"
	Cloud      Side = "Cloud"      // the identity provider
	MailServer Side = "MailServer" // SMTP, or POP3 before it
)

// Sides returns all sides.
func Sides() []Side { return []Side{Device, Cloud, MailServer} }

// Stage is the step of the conversation that failed.
type Stage string

// The stages.
const (
	StageNone                Stage = ""
	StageAuthorization       Stage = "authorization"        // RFC 6749 §4.1.2
	StageDeviceAuthorization Stage = "device authorization" // RFC 8628 §3.1
	StageToken               Stage = "token"                // RFC 8628 §3.4
	StageRefresh             Stage = "refresh"              // RFC 6749 §6
	StageConnect             Stage = "connect"
	StageGreeting            Stage = "greeting"
	StageHello               Stage = "EHLO"
	StageSTARTTLS            Stage = "STARTTLS"
	StageAuthentication      Stage = "AUTH"
	StageSender              Stage = "MAIL FROM"
	StageRecipient           Stage = "RCPT TO"
	StageData                Stage = "DATA"
	StagePOP3                Stage = "POP3"
	StageStore               Stage = "store"
)

// Stages returns all stages, the one that has no name too.
func Stages() []Stage {
	return []Stage{
		StageNone, StageAuthorization, StageDeviceAuthorization, StageToken, StageRefresh, StageConnect, StageGreeting,
		StageHello, StageSTARTTLS, StageAuthentication, StageSender, StageRecipient, StageData, StagePOP3, StageStore,
	}
}

// Outcome is how an attempt ended without success. It holds no secret and no text of a library or of a server.
type Outcome struct {
	Kind          Kind
	Side          Side
	Stage         Stage
	Service       string        // the email service, as the settings name it; empty if none is concerned
	AADSTS        int           // Microsoft's code, 0 if none was given
	Suberror      string        // Microsoft's suberror, "" if none was given or it is not a plain word
	HTTPStatus    int           // 0 if no answer came
	TraceID       string        // of the cloud's answer, if it is a GUID; for the person who reads the sign-in log
	CorrelationID string        // likewise
	SMTPCode      int           // 0 if no reply came
	Enhanced      string        // RFC 3463 status, "5.7.139"; "" if none
	Refused       []Refusal     // recipients whom the mail server has refused: all, or with DeliveryUnknown some
	Retry         bool          // the same attempt may succeed later
	RetryAfter    time.Duration // what the server asked for; 0 if nothing
	At            time.Time     // by the device's clock
	Advice        Advice        // what the server wants to be set; "" if that is not known. A connection test tells it
}

// Advice is the value of a setting that the server wants, as far as a connection test can tell.
type Advice string

// The advices; the values are those of Web Config.
const (
	AdviseNone     Advice = "None"            // Secure Connection: the server has none
	AdviseTLS      Advice = "SSL/TLS"         // Secure Connection: from the first byte
	AdviseSTARTTLS Advice = "STARTTLS"        // Secure Connection
	AdviseAuth     Advice = "SMTP AUTH"       // Authentication Method
	AdvisePOP      Advice = "POP before SMTP" // Authentication Method: the server has no SMTP AUTH
)

// Advices returns all advices.
func Advices() []Advice {
	return []Advice{AdviseNone, AdviseTLS, AdviseSTARTTLS, AdviseAuth, AdvisePOP}
}

// Refusal is a recipient whom the mail server did not accept, with the numbers of its reply.
type Refusal struct {
	Address  string
	SMTPCode int
	Enhanced string // RFC 3463 status; "" if none
}

// String is the address with the numbers: "bob@example.com (550 5.1.1)".
func (r Refusal) String() string {
	if r.Enhanced == "" {
		return fmt.Sprintf("%s (%d)", r.Address, r.SMTPCode)
	}
	return fmt.Sprintf("%s (%d %s)", r.Address, r.SMTPCode, r.Enhanced)
}

// New makes an outcome of a kind.
func New(kind Kind, side Side, stage Stage, at time.Time) *Outcome {
	return &Outcome{Kind: kind, Side: side, Stage: stage, Retry: kind.Transient(), At: at}
}

// Error says the outcome in one English sentence, with the numbers that were on the wire.
func (o *Outcome) Error() string {
	s := o.Kind.Sentence()
	detail := ""
	switch {
	case o.AADSTS != 0:
		detail = fmt.Sprintf("AADSTS%d", o.AADSTS)
	case o.SMTPCode != 0 && o.Enhanced != "":
		detail = fmt.Sprintf("%d %s", o.SMTPCode, o.Enhanced)
	case o.SMTPCode != 0:
		detail = fmt.Sprintf("%d", o.SMTPCode)
	case o.HTTPStatus >= 300:
		detail = fmt.Sprintf("HTTP %d", o.HTTPStatus)
	}
	if detail == "" {
		return s
	}
	return s[:len(s)-1] + " (" + detail + ")."
}

// Is reports whether target is an outcome of the same kind, so that errors.Is(err, &Outcome{Kind: TooLarge}) works.
func (o *Outcome) Is(target error) bool {
	t, ok := target.(*Outcome)
	return ok && t.Kind == o.Kind
}
