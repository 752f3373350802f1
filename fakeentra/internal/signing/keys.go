// Package signing holds the keys that tokens are signed with, and signs.
package signing

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1" // #nosec G505 -- x5t is defined as a SHA-1 thumbprint (RFC 7517 §4.8)
	"crypto/sha256"
	"crypto/x509"
	"embed"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"

	jose "github.com/go-jose/go-jose/v4"
)

// The signing keys are well known: anybody can sign with them. They are for tests and for nothing else.
//
//go:embed keys/insecure-test-key-*.der keys/insecure-test-cert-*.der
var keyFiles embed.FS

// Key is one of the embedded keys, with what a token's header says of it.
type Key struct {
	ID          string // kid and x5t: the certificate's SHA-1 thumbprint
	Private     *rsa.PrivateKey
	Certificate []byte // DER
	HeaderV1    string // encoded JOSE header of v1.0 tokens, which carry x5t (docs/reference/entra.md §3.2)
	HeaderV2    string // of id_tokens
}

// Keys returns the embedded keys.
func Keys() []*Key { return parsed() }

// parsed are the embedded keys, parsed once for all fakes of a program: they never change.
var parsed = sync.OnceValue(func() []*Key {
	var keys []*Key
	for i := 1; i <= 3; i++ {
		keyDER, err := keyFiles.ReadFile(fmt.Sprintf("keys/insecure-test-key-%d.der", i))
		if err != nil {
			panic("fakeentra: an embedded key is missing")
		}
		certificate, err := keyFiles.ReadFile(fmt.Sprintf("keys/insecure-test-cert-%d.der", i))
		if err != nil {
			panic("fakeentra: an embedded certificate is missing")
		}
		private, err := x509.ParsePKCS1PrivateKey(keyDER)
		if err != nil {
			panic("fakeentra: an embedded key is damaged")
		}
		thumbprint := sha1.Sum(certificate) // #nosec G401 -- see the import
		k := &Key{ID: base64.RawURLEncoding.EncodeToString(thumbprint[:]), Private: private, Certificate: certificate}
		k.HeaderV1 = base64.RawURLEncoding.EncodeToString(
			[]byte(`{"typ":"JWT","alg":"RS256","x5t":"` + k.ID + `","kid":"` +
				k.ID + `"}`),
		)
		k.HeaderV2 = base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"RS256","kid":"` + k.ID + `"}`))
		keys = append(keys, k)
	}
	return keys
})

// The two first sign for organizations, the third for personal accounts (docs/reference/entra.md §1.4).
const personal = 2

// Organizations is the key that signs for organizations.
func Organizations() *Key { return Keys()[0] }

// Personal is the key that signs for personal accounts.
func Personal() *Key { return Keys()[personal] }

// Set returns the public keys that tokens are signed with.
func Set() jose.JSONWebKeySet {
	var set jose.JSONWebKeySet
	for _, k := range Keys() {
		set.Keys = append(
			set.Keys, jose.JSONWebKey{Key: &k.Private.PublicKey, KeyID: k.ID, Algorithm: "RS256", Use: "sig"},
		)
	}
	return set
}

// signatureLength is an RS256 signature of a 2048-bit key in base64url.
const signatureLength = (2048/8*4 + 2) / 3

// Length is that of a compact JWS.
func Length(header string, claims []byte) int {
	return len(header) + base64.RawURLEncoding.EncodedLen(len(claims)) + 2 + signatureLength
}

// unsigned stands where a signature will be.
var unsigned = strings.Repeat("A", signatureLength)

// AppendUnsigned appends a compact JWS (RFC 7515 §3.1) whose signature is still to be filled in by [Key.SignInto]: the
// length is right.
func AppendUnsigned(to []byte, header string, claims []byte) []byte {
	to = append(append(to, header...), '.')
	to = append(base64.RawURLEncoding.AppendEncode(to, claims), '.')
	return append(to, unsigned...)
}

// SignInto fills in the signature of an unsigned token: RS256, the same bytes for the same input. Nothing is cached.
func (k *Key) SignInto(token []byte) {
	dot := len(token) - signatureLength - 1
	digest := sha256.Sum256(token[:dot])
	signature, err := rsa.SignPKCS1v15(nil, k.Private, crypto.SHA256, digest[:])
	if err != nil {
		panic("fakeentra: an embedded key does not sign")
	}
	base64.RawURLEncoding.Encode(token[dot+1:], signature)
}

// Sign makes a compact JWS at once.
func (k *Key) Sign(header string, claims []byte) string {
	token := AppendUnsigned(make([]byte, 0, Length(header, claims)), header, claims)
	k.SignInto(token)
	return string(token)
}

// Slot is the place of a token in an answer that is still to be signed.
type Slot struct {
	Start, End int
	Key        *Key
}

// Sign fills in the signature of the token in the answer.
func (s Slot) Sign(answer []byte) { s.Key.SignInto(answer[s.Start:s.End]) }
