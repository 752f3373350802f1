package nvram

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"

	"mfpsim/core/secret"
)

// minimumKey is the shortest sealing key that is accepted, in bytes.
const minimumKey = 16

// sealer seals secrets under keys derived from the device's own (RFC 5869).
type sealer struct {
	aead   cipher.AEAD
	id     string // tells a foreign key from damage, without giving the key away
	random io.Reader
}

func newSealer(key []byte, random io.Reader) (*sealer, error) {
	if len(key) < minimumKey || random == nil {
		return nil, &Error{Fault: FaultKey}
	}
	sealing, err := hkdf.Key(sha256.New, key, nil, "mfp core nvram 1 seal", 32)
	if err != nil {
		return nil, &Error{Fault: FaultKey}
	}
	id, err := hkdf.Key(sha256.New, key, nil, "mfp core nvram 1 key id", 8)
	if err != nil {
		return nil, &Error{Fault: FaultKey}
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, &Error{Fault: FaultKey}
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, &Error{Fault: FaultKey}
	}
	return &sealer{aead: aead, id: hex.EncodeToString(id), random: random}, nil
}

// seal returns nonce and ciphertext in base64; "" for no secret. purpose binds it to its place in the record.
func (s *sealer) seal(value secret.Secret, purpose string) (string, error) {
	if value.Empty() {
		return "", nil
	}
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return "", &Error{Fault: FaultRandom}
	}
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, []byte(value.Reveal()), []byte(purpose))), nil
}

// open is the reverse of seal; ok is false if the text was not sealed by this key for this purpose.
func (s *sealer) open(text, purpose string) (value secret.Secret, ok bool) {
	if text == "" {
		return secret.Secret{}, true
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) < s.aead.NonceSize() {
		return secret.Secret{}, false
	}
	n := s.aead.NonceSize()
	plain, err := s.aead.Open(nil, raw[:n], raw[n:], []byte(purpose))
	if err != nil {
		return secret.Secret{}, false
	}
	return secret.New(string(plain)), true
}
