package fakesmtp

import (
	"crypto/rsa"
	"crypto/x509"
	_ "embed" // the test key
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/refusal"
)

// insecureTestKey signs the tokens of a server that runs alone. It is public, as is everything in this repository: a test key.
//
//go:embed insecure_test_key.der
var insecureTestKey []byte

const issuerKeyID = "fakesmtp-insecure-test-key"

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := x509.ParsePKCS1PrivateKey(insecureTestKey)
	if err != nil {
		panic("fakesmtp: the embedded test key: " + err.Error())
	}
	return key
})

// issuer is the Directory of a server that runs alone: accounts are its mailboxes.
type issuer struct {
	server *Server
	random *chance.Reader

	mu     sync.Mutex
	opaque map[string]Claims
}

// Keys returns the public half of the test key.
func (i *issuer) Keys() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: testKey().Public(), KeyID: issuerKeyID, Algorithm: string(jose.RS256), Use: "sig",
	}}}
}

// Opaque looks a token of a personal account up.
func (i *issuer) Opaque(token string) (Claims, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	claims, known := i.opaque[token]
	return claims, known
}

// Account answers from the server's mailboxes.
func (i *issuer) Account(address string) (Account, bool) {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	m := i.server.mailboxOf(address)
	if m == nil || m.organization == nil {
		return Account{}, false
	}
	return Account{Address: m.address, Password: m.password, RevokedBefore: m.revokedBefore}, true
}

// tokenLifetime is how long the issuer's own tokens hold.
const tokenLifetime = time.Hour

// Token returns an access token for SMTP.Send, from now for an hour, that a server without a Directory takes for a user: a JWT signed
// with a public test key for a work account, an opaque one for a personal account. The user need not exist; then the token is refused.
func (s *Server) Token(user string) string {
	now := s.clock.Now()
	claims := Claims{
		User: user, Audience: []string{"https://outlook.office.com"}, Scopes: []string{"SMTP.Send"},
		NotBefore: now, Issued: now, Expires: now.Add(tokenLifetime),
	}
	s.mu.Lock()
	if o := s.organizationOf(address.Domain(user)); o != nil {
		claims.Tenant = o.id
	}
	s.mu.Unlock()
	claims.Issuer = "https://sts.windows.net/" + claims.Tenant + "/"
	return s.IssueToken(claims)
}

// RevokeTokens makes the tokens that the server's own issuer has given an account worthless, from now on: it acts on the account as
// continuous access evaluation does. With a Directory, that says so (Account.RevokedBefore).
func (s *Server) RevokeTokens(user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailboxOf(user)
	if m == nil {
		return fmt.Errorf("fakesmtp: revoke the tokens of %q: %s", user, refusal.UserUnknown)
	}
	m.revokedBefore = s.clock.Now()
	return nil
}

// IssueToken returns a token of the server's own issuer that says what it is told to, so that refusals can be tried. A token of the
// personal tenant is opaque.
func (s *Server) IssueToken(claims Claims) string {
	var token string
	if claims.Tenant == PersonalTenant {
		token = "EwB" + s.issuer.random.Letters(opaqueAlphabet, 1100)
		s.issuer.mu.Lock()
		s.issuer.opaque[token] = claims
		s.issuer.mu.Unlock()
	} else {
		token = sign(claims, testKey(), issuerKeyID)
	}
	s.secrets.add(token)
	return token
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

// sign makes a JWT. RS256 has no randomness: the same claims give the same token.
func sign(claims Claims, key *rsa.PrivateKey, keyID string) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: keyID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		panic("fakesmtp: signer: " + err.Error())
	}
	token, err := jwt.Signed(signer).Claims(wireClaims{
		Claims: jwt.Claims{
			Issuer: claims.Issuer, Audience: jwt.Audience(claims.Audience),
			NotBefore: jwt.NewNumericDate(claims.NotBefore), Expiry: jwt.NewNumericDate(claims.Expires), IssuedAt: issued(claims.Issued),
		},
		Object: claims.Object, Application: claims.Application,
		Tenant: claims.Tenant, User: claims.User, Scopes: strings.Join(claims.Scopes, " "), Roles: claims.Roles, Version: "1.0",
	}).Serialize()
	if err != nil {
		panic("fakesmtp: signing: " + err.Error())
	}
	return token
}
