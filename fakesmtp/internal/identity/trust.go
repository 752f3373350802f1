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
