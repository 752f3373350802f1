package identity

import "github.com/go-jose/go-jose/v4"

// trusted is a Directory that knows keys and nothing else.
type trusted func() jose.JSONWebKeySet

// TrustKeys returns a [Directory] that takes the tokens of work accounts that these keys have signed, for example those
// of a fake Entra ID that runs beside it:
//
//	smtp := fakesmtp.RunT(t, fakesmtp.Config{Directory: fakesmtp.TrustKeys(entra.Keys)})
//
// Every account that such a token names is known. There are no passwords, and no tokens of personal accounts.
func TrustKeys(keys func() jose.JSONWebKeySet) Directory { return trusted(keys) }

// Keys returns the keys.
func (t trusted) Keys() jose.JSONWebKeySet { return t() }

// Opaque knows no token.
func (trusted) Opaque(string) (Claims, bool) { return Claims{}, false }

// Account knows every account.
func (trusted) Account(address string) (Account, bool) { return Account{Address: address}, true }

// Expired knows of no token.
func (trusted) Expired(string) bool { return false }

// Provider is an identity provider that runs beside the server, for example a fake Entra ID.
type Provider interface {
	// Keys are the public keys that tokens are signed with.
	Keys() jose.JSONWebKeySet
	// Expired reports whether a token was made void before its time.
	Expired(token string) bool
	// Standing tells whether an account is known, and whether its sign-in is allowed.
	Standing(principal string) (known, enabled bool)
}

type provided struct {
	trusted
	provider Provider
}

// Trust returns a [Directory] that asks an identity provider: for its keys, for tokens that it made void, and for
// accounts that it has disabled or deleted.
//
//	smtp := fakesmtp.RunT(t, fakesmtp.Config{Directory: fakesmtp.Trust(entra)})
//
// There are no passwords, and no tokens of personal accounts.
func Trust(p Provider) Directory { return provided{p.Keys, p} }

// Expired asks the provider.
func (p provided) Expired(token string) bool { return p.provider.Expired(token) }

// Account asks the provider.
func (p provided) Account(address string) (Account, bool) {
	known, enabled := p.provider.Standing(address)
	account := Account{Address: address}
	if !enabled {
		account.State = Disabled
	}
	return account, known
}
