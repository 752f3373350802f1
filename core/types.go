package core

import (
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"time"

	"golang.org/x/oauth2"

	"mfpsim/core/host"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
	"mfpsim/core/outcome"
)

// Provider is what the device knows of an email service. It is data of the model.
type Provider struct {
	Service          mail.Service
	Authority        string          // base URL of the identity provider, "https://login.microsoftonline.com"
	Tenant           string          // "organizations", "consumers", "common" or a tenant
	Addresses        oauth2.Endpoint // of a provider that is not Entra; empty: Entra's, at Authority and Tenant
	Issuer           string          // of a provider that is not Entra (RFC 8414 §2)
	ClientID         string          // of the maker's application
	Scopes           []string        // "https://outlook.office.com/SMTP.Send", "offline_access", "openid", "profile"
	RedirectURI      string          // registered for the application; empty: there is no sign-in on the device's page
	SMTPAddress      string
	SMTPPort         int
	SecureConnection mail.Security
}

// Preset returns the settings that Web Config fills in when the service is chosen.
func (p Provider) Preset() mail.Settings {
	return mail.Settings{
		Method: mail.MethodOAuth2, Service: p.Service, Server: p.SMTPAddress, Port: p.SMTPPort,
		Security: p.SecureConnection, ValidateCertificate: true, POP3Port: 110,
	}
}

// Timeouts are elapsed times by the device's clock. A zero field means its default. None is documented for the devices
// of the guide; the defaults are those of RFC 5321 §4.5.3.2 where it gives one.
type Timeouts struct {
	CloudRequest   time.Duration // one exchange with the identity provider, connecting included; 60 s
	MailConnect    time.Duration // connecting to the mail server, TLS included; 60 s
	MailCommand    time.Duration // the reply to one command; 5 min
	MailData       time.Duration // handing over the message; 10 min
	MailSubmission time.Duration // the reply after the message; 10 min
}

// Options are what an [Engine] is made of.
type Options struct {
	Clock      host.Clock  // required
	Dialer     host.Dialer // required
	Random     io.Reader   // required: for Message-ID, MIME boundary, nonces; crypto/rand in production
	Flash      nvram.Flash // required
	SealingKey []byte      // required: the device's own key, at least 16 bytes; tokens and passwords are sealed with it
	// Roots returns the root certificates of the device at this moment. nil: the system's.
	Roots func() *x509.CertPool
	// Providers returns the email services that an owner can sign in to, in the order of the device's lists. It is
	// asked anew each time, and must not call the engine. nil: none.
	Providers func(owner nvram.Owner) []Provider
	// Barred reports whether the network that an owner's mail goes over does not do a method (guide rule R12). It is
	// asked anew each time, and must not call the engine. nil: every network does all.
	Barred func(owner nvram.Owner, method mail.Method) bool
	// Go runs f as a background activity of the device. Required: the core starts no goroutine itself.
	Go func(name string, f func(ctx context.Context))
	// WithCancel makes a context that can be cancelled from another activity. nil: [context.WithCancel].
	WithCancel func(ctx context.Context) (context.Context, context.CancelFunc)
	Log        *slog.Logger // nil: none. No secret is ever logged
	Timeouts   Timeouts
	UserAgent  string // of requests to the identity provider; empty: "mfp-mail/1.0"
	// the name in EHLO and Message-ID; empty: the address literal in EHLO, the sender's domain in Message-ID
	HostName string
	// KeepAlive says how long a connection to the identity provider is kept; empty: for one series of polls.
	KeepAlive oauth.KeepAlive
	// Transport carries the requests to the identity provider; nil: net/http's. See [oauth.Config].
	Transport func(
		dialTLS func(ctx context.Context, network, address string) (net.Conn, error), keep bool,
	) oauth.Transport
	// Secure makes connections to the mail server secure; nil: crypto/tls.
	Secure host.Secure
	// RefreshMargin is how long before its end an access token is no longer used; 5 min if zero.
	RefreshMargin time.Duration
	// RefreshRefusedToken tries once more with a fresh access token when the mail server refuses one that was kept from
	// an earlier job. Off: the job ends, as everything documented of the devices says, and the next job gets a fresh
	// one.
	RefreshRefusedToken bool
}

// Phase is where the sign-in stands.
type Phase string

// The phases.
const (
	SignedOut    Phase = "SignedOut"
	AwaitingUser Phase = "AwaitingUser" // a code is shown, or a page is open; the person is to sign in
	AwaitingOK   Phase = "AwaitingOK"   // signed in, not stored (guide rules R23, R40)
	Stored       Phase = "Stored"
)

// Status is one snapshot of all that surfaces show of the sign-in.
type Status struct {
	Phase Phase
	// of the sign-in that waits or, failing that, is stored; of the one being made in AwaitingUser
	Service         mail.Service
	Account         string    // likewise; empty in AwaitingUser and SignedOut
	UserCode        string    // AwaitingUser only
	VerificationURI string    // AwaitingUser only; always https
	CodeExpires     time.Time // AwaitingUser only; by the device's clock
	SignInPage      string    // AwaitingUser only: the address of the page to sign in on; "" once it has led back
	// how the last sign-in ended without success; nil if it succeeded, or another began
	Ended         *outcome.Outcome
	Lost          *outcome.Outcome // why the stored sign-in was dropped, since power on; nil if it was not
	Stored        bool             // a sign-in is stored, whatever the phase
	StoredAccount string           // the account of it
}

// SignedIn reports whether Web Config shows "Signed in" and the account: a sign-in waits for OK or is stored.
func (s Status) SignedIn() bool { return s.Phase == AwaitingOK || s.Phase == Stored }
