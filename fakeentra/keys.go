package fakeentra

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1" // #nosec G505 -- x5t is defined as a SHA-1 thumbprint (RFC 7517 §4.8)
	"crypto/sha256"
	"crypto/x509"
	"embed"
	"encoding/base64"
	"fmt"
	"sync"

	jose "github.com/go-jose/go-jose/v4"
)

// The signing keys are well known: anybody can sign with them. They are for tests and for nothing else.
//
//go:embed keys/insecure-test-key-*.der keys/insecure-test-cert-*.der
var keyFiles embed.FS

// signingKey is one of the embedded keys, with what a token's header says of it.
type signingKey struct {
	id          string // kid and x5t: the certificate's SHA-1 thumbprint
	private     *rsa.PrivateKey
	certificate []byte // DER
	headerV1    string // encoded JOSE header of v1.0 tokens, which carry x5t (docs/reference/entra.md §3.2)
	headerV2    string // of id_tokens
}

// signingKeys parses the embedded keys, once for all fakes of a program: they never change.
var signingKeys = sync.OnceValue(func() []*signingKey {
	var keys []*signingKey
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
		k := &signingKey{id: base64.RawURLEncoding.EncodeToString(thumbprint[:]), private: private, certificate: certificate}
		k.headerV1 = base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"RS256","x5t":"` + k.id + `","kid":"` + k.id + `"}`))
		k.headerV2 = base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"RS256","kid":"` + k.id + `"}`))
		keys = append(keys, k)
	}
	return keys
})

// Keys returns the public keys that tokens are signed with, as a resource server fetches them from /discovery/v2.0/keys.
func (s *Server) Keys() jose.JSONWebKeySet {
	var set jose.JSONWebKeySet
	for _, k := range signingKeys() {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: &k.private.PublicKey, KeyID: k.id, Algorithm: "RS256", Use: "sig"})
	}
	return set
}

// signatureLength is an RS256 signature of a 2048-bit key in base64url.
const signatureLength = (2048/8*4 + 2) / 3

// unsigned makes a compact JWS (RFC 7515 §3.1) whose signature is still to be filled in by signInto: the length is right.
func unsigned(header string, claims []byte) []byte {
	token := make([]byte, 0, len(header)+base64.RawURLEncoding.EncodedLen(len(claims))+2+signatureLength)
	token = append(token, header...)
	token = append(token, '.')
	token = base64.RawURLEncoding.AppendEncode(token, claims)
	token = append(token, '.')
	for range signatureLength {
		token = append(token, 'A')
	}
	return token
}

// signInto fills in the signature of an unsigned token: RS256, the same bytes for the same input. Nothing is cached.
func (k *signingKey) signInto(token []byte) {
	dot := len(token) - signatureLength - 1
	digest := sha256.Sum256(token[:dot])
	signature, err := rsa.SignPKCS1v15(nil, k.private, crypto.SHA256, digest[:])
	if err != nil {
		panic("fakeentra: an embedded key does not sign")
	}
	base64.RawURLEncoding.Encode(token[dot+1:], signature)
}
