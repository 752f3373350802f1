package settings

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"slices"
)

// Errors of CA certificates.
var (
	ErrNoCertificate = errors.New("the file holds no certificate")
	ErrNoAuthority   = errors.New("the certificate is not that of a certificate authority")
	ErrKnown         = errors.New("the certificate is imported already")
	ErrFull          = errors.New("no more certificates can be imported")
)

// AddAuthority adds the CA certificate of a file, PEM or DER; of a PEM file with several, each. After an error nothing
// has changed.
func (s *Settings) AddAuthority(file []byte, maximum int) error {
	found, err := certificatesIn(file)
	if err != nil {
		return err
	}
	added := slices.Clone(s.Authorities)
	for _, der := range found {
		c, err := x509.ParseCertificate(der)
		switch {
		case err != nil:
			return ErrNoCertificate
		case !c.BasicConstraintsValid || !c.IsCA:
			return ErrNoAuthority
		case slices.ContainsFunc(added, func(known []byte) bool { return bytes.Equal(known, der) }):
			return ErrKnown
		case len(added) >= maximum:
			return ErrFull
		}
		added = append(added, bytes.Clone(der))
	}
	s.Authorities = added
	return nil
}

func certificatesIn(file []byte) ([][]byte, error) {
	var found [][]byte
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" { // a private key has no place in a printer's list of authorities
			return nil, ErrNoCertificate
		}
		found = append(found, block.Bytes)
	}
	if len(found) > 0 {
		return found, nil
	}
	if _, err := x509.ParseCertificate(file); err != nil {
		return nil, ErrNoCertificate
	}
	return [][]byte{file}, nil
}

// RemoveAuthority removes the CA certificate with a fingerprint. ok is false if there is none.
func (s *Settings) RemoveAuthority(fingerprint string) (ok bool) {
	left := slices.DeleteFunc(
		slices.Clone(s.Authorities),
		func(der []byte) bool { return Fingerprint(der) == fingerprint },
	)
	ok = len(left) < len(s.Authorities)
	s.Authorities = left
	return ok
}

// Fingerprint names a certificate: the SHA-256 of its DER, in hexadecimal.
func Fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}
