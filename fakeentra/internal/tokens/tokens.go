// Package tokens makes access tokens, refresh tokens and id tokens, and recognizes them when a client sends them back.
package tokens

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/places"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/secrets"
)

// Proof is how an application showed who it is: the values of the appidacr claim (docs/reference/entra.md §3.2).
type Proof string

// Ways to show it.
const (
	ProofNone      Proof = "0"
	ProofSecret    Proof = "1"
	ProofAssertion Proof = "2"
)

// Confidential reports whether it was shown at all.
func (p Proof) Confidential() bool { return p == ProofSecret || p == ProofAssertion }

// Grant is what a person has allowed a client: the thing behind every refresh token (docs/reference/entra.md §4.1).
type Grant struct {
	Number      uint64
	User        directory.UserKey
	Application string            // id
	Scope       resources.Request // as first asked for
	Flow        string            // original transfer method: it survives every refresh
	Epoch       int               // the user's at the password; a later one means revoked
	SignedIn    time.Time
	MFA         bool
	Correlation string
	Session     string // sid
	Proof       Proof  // how the application showed who it is
	Platform    directory.Platform
	Capable     bool // the client understands claims challenges
	V1          bool
}

// Holder is whom tokens are made for.
type Holder struct {
	Account     directory.Account
	Application directory.Application
	Decision    resources.Decision // what the access token holds, and what the answer says of it
}

// Binding ties an id_token to the request and to what was sent along with it.
type Binding struct{ Nonce, CodeHash, TokenHash string }

// Mint makes tokens. It is safe for concurrent use.
type Mint struct {
	random    *chance.Reader // drawn from in the order of turns
	secrets   *secrets.List
	places    *places.Places
	directory *directory.Directory
	lifetime  time.Duration // of access tokens; 0: drawn
	key       [32]byte      // of what is sealed
	seal      cipher.AEAD   // refresh tokens and personal accounts' access tokens, which only this fake can read

	mu          sync.Mutex
	grants      map[uint64]Grant
	lives       map[uint64]Life // of what was issued last, by the grant
	issued      uint64          // counts tokens
	accessMark  uint64          // access tokens up to this number are expired by an act
	refreshMark uint64          // refresh tokens likewise
	spent       map[uint64]bool // refresh tokens that were used where one use is all
	dead        map[uint64]bool // refresh tokens that are dead for good, by their numbers
}

// New makes a mint. lifetime is that of access tokens; 0: drawn, 60 to 90 minutes.
func New(
	seed uint64, random *chance.Reader, given *secrets.List, where *places.Places, known *directory.Directory,
	lifetime time.Duration,
) *Mint {
	var text [8]byte
	binary.BigEndian.PutUint64(text[:], seed)
	m := &Mint{
		random: random, secrets: given, places: where, directory: known, lifetime: lifetime, grants: map[uint64]Grant{}, lives: map[uint64]Life{},
		key: sha256.Sum256(append([]byte("refresh tokens of mfpsim fakeentra, for tests only"), text[:]...)),
	}
	block, err := aes.NewCipher(m.key[:])
	if err != nil {
		panic("fakeentra: a key of 32 bytes is not accepted")
	}
	if m.seal, err = cipher.NewGCM(block); err != nil {
		panic("fakeentra: AES has no GCM")
	}
	return m
}

// Keep numbers a grant and remembers it.
func (m *Mint) Keep(g Grant) Grant {
	m.mu.Lock()
	defer m.mu.Unlock()
	g.Number = uint64(len(m.grants) + 1)
	m.grants[g.Number] = g
	return g
}

// Proved notes how an application has shown who it is since.
func (m *Mint) Proved(number uint64, how Proof) {
	m.mu.Lock()
	defer m.mu.Unlock()
	g := m.grants[number]
	g.Proof = how
	m.grants[number] = g
}

// count numbers a token.
func (m *Mint) count() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.issued++
	return m.issued
}
