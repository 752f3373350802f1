package identity

import (
	"crypto/rsa"
	"crypto/x509"
	_ "embed" // the test key
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"mfpsim/chance"
)

// insecureTestKey signs the tokens of a server that runs alone. It is public, as is everything in this repository: a
// test key.
//
//go:embed insecure_test_key.der
var insecureTestKey []byte

// KeyID is the name of the issuer's key.
const KeyID = "fakesmtp-insecure-test-key"

// TestKey is the private half of the issuer's key, which protects nothing.
var TestKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := x509.ParsePKCS1PrivateKey(insecureTestKey)
	if err != nil {
		panic("identity: the embedded test key: " + err.Error())
	}
	return key
})

// Issuer is the Directory of a server that runs alone: accounts are its mailboxes.
type Issuer struct {
	random  *chance.Reader
	account func(address string) (Account, bool)

	mu     sync.Mutex
	opaque map[string]Claims
}

// NewIssuer makes an issuer that knows the accounts that are given.
func NewIssuer(random *chance.Reader, account func(address string) (Account, bool)) *Issuer {
	return &Issuer{random: random, account: account, opaque: map[string]Claims{}}
}

// Keys returns the public half of the test key.
func (i *Issuer) Keys() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: TestKey().Public(), KeyID: KeyID, Algorithm: string(jose.RS256), Use: "sig",
	}}}
}

// Opaque looks a token of a personal account up.
func (i *Issuer) Opaque(token string) (Claims, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	claims, known := i.opaque[token]
	return claims, known
}

// Account answers from the server's mailboxes.
func (i *Issuer) Account(address string) (Account, bool) { return i.account(address) }

// Expired reports none: the issuer makes no token void before its time.
func (*Issuer) Expired(string) bool { return false }

// Issue returns a token that says what it is told to. A token of the personal tenant is opaque.
func (i *Issuer) Issue(claims Claims) string {
	if claims.Tenant != PersonalTenant {
		return Sign(claims, TestKey(), KeyID)
	}
	token := "EwB" + i.random.Letters(opaqueAlphabet, 1100)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.opaque[token] = claims
	return token
}

// Good is what a good token of a user says.
func Good(user, tenant, scope string, from, until time.Time) Claims {
	claims := Claims{
		Tenant: tenant, User: user, Audience: []string{audiences[0]}, Scopes: []string{scope}, NotBefore: from,
		Expires: until,
	}
	claims.Issuer = claims.issuer()
	return claims
}

const opaqueAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// wireClaims are the claims of a v1.0 access token for Exchange Online, as far as this server reads them.
type wireClaims struct {
	jwt.Claims
	Tenant   string   `json:"tid,omitempty"`
	User     string   `json:"upn,omitempty"`
	Unique   string   `json:"unique_name,omitempty"`
	UserV2   string   `json:"preferred_username,omitempty"`
	Scopes   string   `json:"scp,omitempty"`
	Roles    []string `json:"roles,omitempty"`
	Version  string   `json:"ver,omitempty"`
	Identity string   `json:"idtyp,omitempty"`
	Object   string   `json:"oid,omitempty"`
	// Application is the client's id in a v1.0 token, Party in a v2.0 token.
	Application string `json:"appid,omitempty"`
	Party       string `json:"azp,omitempty"`
}

func issued(at time.Time) *jwt.NumericDate {
	if at.IsZero() {
		return nil
	}
	return jwt.NewNumericDate(at)
}

// Sign makes a JWT. RS256 has no randomness: the same claims give the same token.
func Sign(claims Claims, key *rsa.PrivateKey, keyID string) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: keyID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		panic("identity: signer: " + err.Error())
	}
	token, err := jwt.Signed(signer).Claims(wireClaims{
		Claims: jwt.Claims{
			Issuer: claims.Issuer, Audience: jwt.Audience(claims.Audience),
			NotBefore: jwt.NewNumericDate(claims.NotBefore), Expiry: jwt.NewNumericDate(claims.Expires),
			IssuedAt: issued(claims.Issued),
		},
		Object: claims.Object, Application: claims.Application,
		Tenant: claims.Tenant, User: claims.User, Scopes: strings.Join(claims.Scopes, " "), Roles: claims.Roles,
		Version: "1.0",
	}).Serialize()
	if err != nil {
		panic("identity: signing: " + err.Error())
	}
	return token
}
