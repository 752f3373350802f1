package namespace

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // OpenSSL's choice for names of files; nothing is signed with it
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
)

// Trust is a certificate authority in the shapes that programs read one in.
type Trust struct {
	PEM  []byte // alone
	Hash string // name of its file in a folder of OpenSSL's, "1a2b3c4d.0"
	JKS  []byte // key store of a JVM
}

// NewTrust makes the shapes of an authority's certificate (PEM).
func NewTrust(certificate []byte) (Trust, error) {
	block, _ := pem.Decode(certificate)
	if block == nil {
		return Trust{}, fmt.Errorf("the certificate is not in PEM")
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return Trust{}, err
	}
	hash, err := subjectHash(parsed.RawSubject)
	if err != nil {
		return Trust{}, err
	}
	store := keystore.New(keystore.WithOrderedAliases())
	if err := store.SetTrustedCertificateEntry("mfpsim", keystore.TrustedCertificateEntry{
		CreationTime: parsed.NotBefore, Certificate: keystore.Certificate{Type: "X.509", Content: parsed.Raw},
	}); err != nil {
		return Trust{}, err
	}
	var jks bytes.Buffer
	if err := store.Store(&jks, []byte("changeit")); err != nil { // the password that every JVM tries
		return Trust{}, err
	}
	return Trust{PEM: certificate, Hash: hash + ".0", JKS: jks.Bytes()}, nil
}

// subjectHash is X509_NAME_hash of OpenSSL: the first four octets, little-endian, of SHA-1 over the canonical form of
// the name: each value in lower case (ASCII), without spaces at the ends, with single ones inside, as UTF8String, and
// the whole without the outer SEQUENCE.
func subjectHash(subject []byte) (string, error) {
	var name pkix.RDNSequence
	if _, err := asn1.Unmarshal(subject, &name); err != nil {
		return "", err
	}
	var canonical []byte
	for _, set := range name {
		type attribute struct {
			Type  asn1.ObjectIdentifier
			Value asn1.RawValue
		}
		attributes := make([]attribute, 0, len(set))
		for _, one := range set {
			text := strings.Map(lower, strings.Join(strings.Fields(fmt.Sprint(one.Value)), " "))
			value := asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte(text)}
			attributes = append(attributes, attribute{one.Type, value})
		}
		encoded, err := asn1.MarshalWithParams(attributes, "set")
		if err != nil {
			return "", err
		}
		canonical = append(canonical, encoded...)
	}
	sum := sha1.Sum(canonical) //nolint:gosec // see above
	return fmt.Sprintf("%08x", binary.LittleEndian.Uint32(sum[:4])), nil
}

func lower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// Variables returns an environment in which a program trusts the bundle, and goes through no proxy. A value that was
// there would win over the files, so each is set.
func Variables(environment []string, bundle string) []string {
	var kept []string
	for _, one := range environment {
		name, _, _ := strings.Cut(one, "=")
		_, ours := trusting[name]
		if ours || strings.HasSuffix(strings.ToLower(name), "_proxy") {
			continue
		}
		kept = append(kept, one)
	}
	if bundle == "" {
		return kept
	}
	for _, name := range trustingOrder {
		kept = append(kept, name+"="+bundle)
	}
	return kept
}

// trustingOrder are the variables that name a file of certificates: of OpenSSL, Node.js, Python's Requests and
// httplib2, curl, Git, and Perl's LWP.
var trustingOrder = []string{
	"SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO",
	"PERL_LWP_SSL_CA_FILE",
}

var trusting = func() map[string]bool {
	names := map[string]bool{"SSL_CERT_DIR": true}
	for _, name := range trustingOrder {
		names[name] = true
	}
	return names
}()
