package faultnet

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/vtime"
)

// everywhere are the names that every host certificate holds for, so that clients from outside can use the
// loopback address.
var everywhere = []string{"localhost", "127.0.0.1", "::1"}

// curves are crypto/tls's own without the post-quantum ones: a key of ML-KEM is most of the cost of a handshake,
// and protects nothing here.
var curves = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// identity is what all keys and certificates of an authority follow from.
type identity struct {
	name        string
	seed        uint64
	from, until time.Time // UTC
}

// Authority is a certificate authority for the hosts of a bench. Its keys and certificates are functions of name,
// seed and validity: the same bytes on every machine. They protect nothing.
type Authority struct {
	identity
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate

	mu     sync.Mutex
	issued map[string]*tls.Certificate
	below  *Authority // made when it is first wanted
}

// NewAuthority makes an authority whose certificates are valid from one time until another.
func NewAuthority(name string, seed uint64, from, until time.Time) *Authority {
	return newAuthority(identity{name, seed, from.UTC(), until.UTC()})
}

func newAuthority(id identity) *Authority {
	a := &Authority{identity: id, issued: map[string]*tls.Certificate{}}
	a.key = a.deriveKey("authority")
	template := a.template()
	a.certificate = a.sign(template, template, a.key)
	return a
}

// intermediate is the authority below the root, as those of public hosts are signed by one (RFC 5280 section 3.2).
func (a *Authority) intermediate() *Authority {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.below == nil {
		b := &Authority{
			identity: identity{a.name + " intermediate", a.seed, a.from, a.until}, issued: map[string]*tls.Certificate{},
		}
		b.key = b.deriveKey("authority")
		b.certificate = a.sign(b.template(), a.certificate, b.key)
		a.below = b
	}
	return a.below
}

// chain is a [Authority.Certificate] of the intermediate authority, sent with that authority's own certificate or
// without.
func (a *Authority) chain(whole bool, hosts ...string) (*tls.Certificate, error) {
	below := a.intermediate()
	c, err := below.Certificate(hosts...)
	if err != nil || !whole {
		return c, err
	}
	chained := *c
	chained.Certificate = append(slices.Clone(c.Certificate), below.certificate.Raw)
	return &chained, nil
}

// template is the certificate of an authority.
func (a *Authority) template() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          a.serial("authority"),
		Subject:               pkix.Name{CommonName: a.name, Organization: []string{"mfpsim simulation"}},
		NotBefore:             a.from,
		NotAfter:              a.until,
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
}

// shared are the authorities of the last benches: the next bench of the same seed has the same ones.
var shared struct {
	mu   sync.Mutex
	last []*Authority
}

// maximumShared is the number of authorities that are kept for the next bench: three for each of eight seeds.
const maximumShared = 24

// maximumIssued is the number of certificates that an authority keeps.
const maximumIssued = 1024

// sharedAuthority is [NewAuthority], but an authority that is known is not made again.
func sharedAuthority(name string, seed uint64, from, until time.Time) *Authority {
	id := identity{name, seed, from.UTC(), until.UTC()}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	for _, a := range shared.last {
		if a.identity == id {
			return a
		}
	}
	a := newAuthority(id)
	shared.last = append(shared.last[max(0, len(shared.last)+1-maximumShared):], a)
	return a
}

// derive gives bytes that belong to a purpose (HKDF, RFC 5869).
func (a *Authority) derive(purpose string, length int) []byte {
	var secret [8]byte
	binary.BigEndian.PutUint64(secret[:], a.seed)
	b, err := hkdf.Key(sha256.New, secret[:], []byte("mfpsim "+a.name), purpose, length)
	if err != nil {
		panic("faultnet: " + err.Error()) // only for a length beyond HKDF's limit
	}
	return b
}

// deriveKey gives the ECDSA P-256 key of a purpose. A number beyond the curve's order (once in 2^32) is passed
// over.
func (a *Authority) deriveKey(purpose string) *ecdsa.PrivateKey {
	for attempt := 0; ; attempt++ {
		key, err := ecdsa.ParseRawPrivateKey(
			elliptic.P256(), a.derive(fmt.Sprintf("key %d of %s", attempt, purpose), 32),
		)
		if err == nil {
			return key
		}
	}
}

// serial gives a positive serial number of 127 bits at most (RFC 5280 section 4.1.2.2).
func (a *Authority) serial(purpose string) *big.Int {
	b := a.derive("serial of "+purpose, 16)
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b)
}

// sign makes a certificate. Without a reader ECDSA signs deterministically (RFC 6979).
func (a *Authority) sign(template, parent *x509.Certificate, subject *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(nil, template, parent, &subject.PublicKey, a.key)
	if err != nil {
		panic("faultnet: sign a certificate: " + err.Error()) // our own template is wrong
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		panic("faultnet: read back a certificate: " + err.Error()) // our own template is wrong
	}
	return certificate
}

// PEM returns the authority's certificate as PEM.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

// Pool returns a pool that trusts this authority and nobody else.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// Certificate returns the certificate, with its key, for host names and addresses; localhost and the loopback
// addresses are always among them. It is made once. Without a host it holds for the loopback names only. The
// authority's own certificate is not sent along: whoever trusts it has it (RFC 8446 section 4.4.2).
func (a *Authority) Certificate(hosts ...string) (*tls.Certificate, error) {
	return a.certify("", a.until, hosts)
}

// expired is a [Authority.Certificate] that was good for a day.
func (a *Authority) expired(hosts ...string) (*tls.Certificate, error) {
	return a.certify("expired ", a.from.AddDate(0, 0, 1), hosts)
}

// misnamed is a certificate that holds for no server of the network, whatever it is called.
func (a *Authority) misnamed() (*tls.Certificate, error) {
	return a.certify(misnamed, a.until, []string{elsewhere})
}

// misnamed marks certificates without the names that every other one has.
const misnamed = "misnamed "

func (a *Authority) certify(kind string, until time.Time, hosts []string) (*tls.Certificate, error) {
	hosts, err := withLoopback(hosts)
	if err != nil {
		return nil, err
	}
	if kind == misnamed { // clients from outside call the servers by loopback's names
		hosts = hosts[:len(hosts)-len(everywhere)]
	}
	id := kind + strings.Join(hosts, " ")
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.issued[id]; c != nil {
		return c, nil
	}
	template := &x509.Certificate{
		SerialNumber: a.serial(id),
		Subject:      pkix.Name{CommonName: hosts[0], Organization: []string{"mfpsim simulation"}},
		NotBefore:    a.from,
		NotAfter:     until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	key := a.deriveKey(id)
	leaf := a.sign(template, a.certificate, key)
	c := &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
	if len(a.issued) >= maximumIssued {
		clear(a.issued) // those that are wanted again are made again, with the same bytes
	}
	a.issued[id] = c
	return c, nil
}

// withLoopback normalizes hosts and adds the names that every certificate has.
func withLoopback(hosts []string) ([]string, error) {
	var all []string
	seen := map[string]bool{}
	for _, host := range append(append([]string(nil), hosts...), everywhere...) {
		host = strings.TrimSuffix(strings.ToLower(host), ".")
		if host == "" || strings.ContainsAny(host, " /") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return nil, fmt.Errorf("certificate for %q: not a host name or an address", host)
		}
		if !seen[host] {
			seen[host] = true
			all = append(all, host)
		}
	}
	return all, nil
}

// TLSConfig returns the serving side's configuration for a party and its hosts. A client that names one of them
// (SNI) is shown that host's certificate, any other client one for all of them; a fault of the handshake, such as
// [Untrusted], puts another in its place. The clock is the party's; nil: true time. Sessions are not resumed,
// since a client would not look at the certificate then. A host that cannot stand in a certificate is a mistake of
// the program and panics.
func (n *Network) TLSConfig(party string, clock *vtime.Clock, hosts ...string) *tls.Config {
	known := map[string]bool{}
	for _, host := range hosts {
		known[strings.ToLower(host)] = true
	}
	if _, err := withLoopback(hosts); err != nil {
		panic("faultnet: " + party + ": " + err.Error())
	}
	return n.servingTLS(clock, func(hello *tls.ClientHelloInfo) []string {
		aliases := n.outsideNames()
		sni := strings.ToLower(hello.ServerName)
		if known[sni] || slices.ContainsFunc(aliases, func(name string) bool { return strings.EqualFold(name, sni) }) {
			return []string{sni}
		}
		return append(slices.Clone(hosts), aliases...)
	})
}

// SetAliases says under which further names and addresses clients from outside reach every server of the network:
// their certificates hold for them. A name that cannot stand in a certificate is an error.
func (n *Network) SetAliases(names ...string) error {
	if _, err := withLoopback(names); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.aliases = slices.Clone(names)
	return nil
}

func (n *Network) outsideNames() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.aliases
}

// dialledTLS is a [Network.TLSConfig] for whatever was dialled.
func (n *Network) dialledTLS(clock *vtime.Clock) *tls.Config {
	return n.servingTLS(clock, func(hello *tls.ClientHelloInfo) []string {
		host, _ := splitAddress(n.Peer(hello.Conn).link.host)
		if host == "" {
			return nil // a client from outside
		}
		return []string{host}
	})
}

// servingTLS shows a certificate for the hosts that a client asks for, and what a fault of the handshake has in
// its place.
func (n *Network) servingTLS(clock *vtime.Clock, wanted func(*tls.ClientHelloInfo) []string) *tls.Config {
	now := n.world.Now
	if clock != nil {
		now = clock.Now
	}
	certificate := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		switch {
		case n.inHandshake(hello.Conn, Untrusted):
			return n.stranger.Certificate(wanted(hello)...)
		case n.inHandshake(hello.Conn, WrongName):
			return n.authority.misnamed()
		case n.inHandshake(hello.Conn, Expired):
			return n.authority.expired(wanted(hello)...)
		case n.inHandshake(hello.Conn, NoIntermediate):
			return n.authority.chain(false, wanted(hello)...)
		case n.inHandshake(hello.Conn, NewRoot):
			return n.newer.chain(true, wanted(hello)...)
		}
		return n.authority.Certificate(wanted(hello)...)
	}
	return &tls.Config{
		MinVersion:             tls.VersionTLS12,
		NextProtos:             []string{"http/1.1"},
		CurvePreferences:       curves,
		Time:                   now,
		SessionTicketsDisabled: true,
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if !n.inHandshake(hello.Conn, OldTLS) {
				return nil, nil
			}
			return &tls.Config{
				MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, //nolint:gosec // that is the fault
				Time: now, SessionTicketsDisabled: true, GetCertificate: certificate,
			}, nil
		},
		GetCertificate: certificate,
	}
}

// elsewhere is whom a certificate is made out to under a fault [WrongName].
const elsewhere = "another.example"

// handshakeFaults are the faults of the certificate and of the version, in the words of the journal.
var handshakeFaults = map[FaultKind]string{
	Untrusted: "certificate of a stranger",
	WrongName: "certificate of another host",
	Expired:   "certificate that has expired",

	NoIntermediate: "certificate without the intermediate one",
	NewRoot:        "certificates from a new root",
	OldTLS:         "TLS 1.1 at most",
}

// inHandshake reports whether a fault strikes in the handshake of a connection, and notes it. It is carried out
// under the turn of the client, who waits.
func (n *Network) inHandshake(conn net.Conn, kind FaultKind) bool {
	s, ours := unwrap(conn).(*serverConn)
	var l *link
	if ours {
		l = s.link
	} else {
		l = n.Peer(conn).link
	}
	l.mu.Lock()
	a := l.fault
	l.mu.Unlock()
	if a == nil || a.Kind != kind {
		return false
	}
	n.meet(a)
	if l.from != Outside {
		n.fault(l.from, l.name, "%s: %s", l.host, handshakeFaults[kind])
	}
	return true
}

// ClientTLS returns a client's configuration that trusts the lab's authority and nobody else, by the clock that
// now reads.
func (n *Network) ClientTLS(now func() time.Time) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, CurvePreferences: curves, RootCAs: n.authority.Pool(), Time: now}
}
