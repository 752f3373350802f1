package identity

import (
	"crypto/rsa"
	"crypto/sha256"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// remembered bounds the tokens whose signatures are remembered.
const remembered = 1000

// Verified remembers tokens whose signature was good, and what they say, since a client shows its token at each
// connection. Keys and times are looked at every time. The zero Verified is empty. All methods are safe for concurrent
// use.
type Verified struct {
	mu     sync.Mutex
	tokens map[[sha256.Size]byte]verified
}

type verified struct {
	key    jose.JSONWebKey // by which it was verified
	claims Claims
}

// claims returns what a token says whose signature was found good by a key that still holds.
func (v *Verified) claims(sum [sha256.Size]byte, keys jose.JSONWebKeySet) (Claims, bool) {
	v.mu.Lock()
	found, known := v.tokens[sum]
	v.mu.Unlock()
	if !known {
		return Claims{}, false
	}
	holding := keys.Key(found.key.KeyID)
	if len(holding) == 0 || !sameKey(holding[0].Key, found.key.Key) {
		return Claims{}, false
	}
	return found.claims, true
}

// sameKey compares keys as RS256 has them.
func sameKey(a, b any) bool {
	key, ok := a.(*rsa.PublicKey)
	other, also := b.(*rsa.PublicKey)
	return ok && also && key.Equal(other)
}

// remember keeps what a good token says.
func (v *Verified) remember(sum [sha256.Size]byte, key jose.JSONWebKey, claims Claims) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.tokens == nil || len(v.tokens) >= remembered {
		v.tokens = map[[sha256.Size]byte]verified{}
	}
	v.tokens[sum] = verified{key, claims}
}
