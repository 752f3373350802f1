// Package identity finds out who a client is: it asks the identity provider of the mail service, and checks its tokens.
package identity

import (
	"time"

	"github.com/go-jose/go-jose/v4"

	"mfpsim/journal"
)

// Directory answers for the identity provider whose tokens the server takes. A bench joins it to its fake Entra ID; a
// server that runs alone has a small issuer of its own.
type Directory interface {
	// Keys are the public keys that tokens of work and school accounts are signed with.
	Keys() jose.JSONWebKeySet
	// Opaque tells what a token of a personal account says, which is no JWT; false: the token is not known.
	Opaque(token string) (Claims, bool)
	// Account tells what is known of the account with an address; false: there is none.
	Account(address string) (Account, bool)
	// Expired reports whether a token was made void before its time, without a clock having been moved.
	Expired(token string) bool
}

// Claims is what an access token says of itself.
type Claims struct {
	Issuer    string   // iss
	Tenant    string   // tid
	User      string   // upn: the account's address
	Audience  []string // aud
	Scopes    []string // scp, for example SMTP.Send
	Roles     []string // roles, of an application that acts for itself
	NotBefore time.Time
	Issued    time.Time // iat; zero: not said
	Expires   time.Time
	// Application (appid or azp) and Object (oid) are who an application is that acts for itself.
	Application, Object string
}

// State says whether an account is in use.
type State string

// What a [State] can be.
const (
	Enabled  State = ""
	Disabled State = "disabled"
)

// Account is what the identity provider knows of an account.
type Account struct {
	Address  string         // principal name
	Password journal.Secret // for AUTH LOGIN
	State    State          // enabled by default; disabled: sign-in is blocked
	// MultiFactor: signing in needs a second factor, which a password alone cannot give.
	MultiFactor bool
	// BasicAuth is enabled by default; disabled: a Conditional Access policy keeps clients with basic authentication
	// out.
	BasicAuth State
	// RevokedBefore: tokens issued earlier are refused (continuous access evaluation); zero: none are.
	RevokedBefore time.Time
}

// PersonalTenant is the tenant id of all personal accounts.
const PersonalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

// issuer is what a v1.0 token of the tenant names as its issuer.
func (c Claims) issuer() string { return "https://sts.windows.net/" + c.Tenant + "/" }
