package serve

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"mfpsim/chance"
	"mfpsim/journal"
)

// A bench that listens beyond loopback is there for everybody on the network. Its owner's pages then take a token, its
// passwords come from a seed that nobody else has, and Entra's pages do not show the test accounts.

// tokenCookie carries the token of a browser, which cannot send a header.
const tokenCookie = "mfpsim-token"

// minToken is the length of the shortest token that may be chosen.
const minToken = 16

// isLoopback reports whether only this machine reaches an address to listen on.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// hostName is a name as it stands in a URL and in a certificate.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$`)

// checkReach looks at the names and the token.
func (c Config) checkReach() error {
	for _, name := range c.Names {
		if net.ParseIP(name) == nil && (!hostName.MatchString(name) || len(name) > 253) {
			return misuse("--name %q: it is no host name and no address; leave out scheme, port and path", name)
		}
	}
	if c.Token != "" && (len(c.Token) < minToken || strings.ContainsAny(c.Token, " \t\r\n,;\"\\")) {
		return misuse("MFPSIM_TOKEN: a token has %d characters at least, without blanks, commas, semicolons, quotes and backslashes", minToken)
	}
	return nil
}

// reach draws what a bench beyond loopback needs and nobody chose.
func (c *Config) reach() {
	if isLoopback(c.Host) {
		return
	}
	if c.Token == "" {
		c.Token = rand.Text()
	}
	if c.AnySeed {
		var seed [8]byte
		_, _ = rand.Read(seed[:]) // it never fails
		c.Seed = binary.BigEndian.Uint64(seed[:])
	}
}

// warn says what listening beyond loopback means.
func (c Config) warn() {
	if isLoopback(c.Host) || c.Err == nil {
		return
	}
	_, _ = fmt.Fprintf(c.Err,
		"mfpsim: warning: the bench listens on %s, beyond this machine. Control API, Graph and the panel's page take the token, over plain HTTP; "+
			"Web Config, Entra and SMTP are open to everybody who has a password of the bench. Use it on networks that you trust.\n", c.Host)
	if !c.AnySeed {
		_, _ = fmt.Fprintf(c.Err, "mfpsim: warning: whoever knows the seed (%d) knows every password of the bench; without --seed one is drawn.\n", c.Seed)
	}
}

// belongs reports whether a host of a request is the bench's: an address, or a name that nobody else can lead here.
func (c Config) belongs(host string) bool {
	if net.ParseIP(strings.Trim(host, "[]")) != nil {
		return true
	}
	return slices.ContainsFunc(append([]string{"localhost", c.Host}, c.Names...), func(name string) bool {
		return strings.EqualFold(host, name)
	})
}

// relativesPassword is that of the account at another mail server: as everybody knows it on loopback, and of the seed
// beyond.
func (b *bench) relativesPassword(name, known string) journal.Secret {
	if known != "" && !isLoopback(b.config.Host) {
		known = chance.New(b.config.Seed, "password at "+name).Hex(16)
	}
	return journal.NewSecret(known)
}

// admitted reports whether a request to the owner's pages carries the token, where one is needed. One that brings it in
// the address is sent on without it, so that it does not stay in the address line: it is then answered already.
func (s *server) admitted(w http.ResponseWriter, r *http.Request) bool {
	if s.config.Token == "" {
		return true
	}
	is := func(token string) bool {
		return subtle.ConstantTimeCompare([]byte(token), []byte(s.config.Token)) == 1
	}
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && is(strings.TrimLeft(bearer, " ")) { // RFC 9110 section 11.1
		return true
	}
	if cookie, err := r.Cookie(tokenCookie); err == nil && is(cookie.Value) {
		return true
	}
	if query := r.URL.Query(); r.Method == http.MethodGet && is(query.Get("token")) {
		query.Del("token")
		to := *r.URL
		to.Scheme, to.Host, to.RawQuery = "", "", query.Encode()
		to.Path = "/" + strings.TrimLeft(to.Path, "/") // two slashes would lead to another host
		to.RawPath = ""
		http.SetCookie(w, &http.Cookie{
			Name: tokenCookie, Value: s.config.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
		http.Redirect(w, r, to.String(), http.StatusSeeOther)
		return false
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="mfpsim"`)
	refuse(w, http.StatusUnauthorized,
		"the bench listens beyond loopback and takes its token: send \"Authorization: Bearer TOKEN\", or open the page once with ?token=TOKEN")
	return false
}
