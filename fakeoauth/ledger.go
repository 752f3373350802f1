package fakeoauth

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// slowDown is what a slow_down adds to the interval of a code, for good (RFC 8628 §3.5).
const slowDown = 5 * time.Second

// ledger is what the server remembers. The server's lock guards it.
type ledger struct {
	devices map[string]*device // by device code
	visits  map[string]*visit  // by its name, which only the page knows
	codes   map[string]*code   // authorization codes
	access  map[string]*access
	refresh map[string]*refresh
	slow    int // polls that are yet to hear slow_down, because [Server.SlowDown] says so
}

func newLedger() ledger {
	return ledger{
		devices: map[string]*device{}, visits: map[string]*visit{}, codes: map[string]*code{},
		access: map[string]*access{}, refresh: map[string]*refresh{},
	}
}

// device is a device authorization (RFC 8628 §3.2).
type device struct {
	userCode string
	scopes   []string
	expires  time.Time
	interval time.Duration
	polled   time.Time // zero: not yet
	declined bool
	signIn   *signIn // nil: nobody has allowed it
}

// over reports whether nobody waits for a person any more.
func (d *device) over(now time.Time) bool {
	return !now.Before(d.expires) || d.declined || d.signIn != nil
}

// web is an authorization request (RFC 6749 §4.1.1).
type web struct {
	redirect, state, nonce, challenge string
	scopes                            []string
}

// visit is a person on the pages, for a device or for an authorization request.
type visit struct {
	device  *device
	web     *web
	account string // "": has not signed in yet
	expires time.Time
}

// code is an authorization code.
type code struct {
	web     *web
	signIn  *signIn
	expires time.Time
	used    bool
}

// signIn is what all tokens have in common that come from one act of signing in.
type signIn struct {
	account string
	scopes  []string
	at      time.Time
	nonce   string
	ended   bool
}

// access is an access token.
type access struct {
	signIn  *signIn
	scopes  []string
	expires time.Time
}

// refresh is a refresh token.
type refresh struct {
	signIn  *signIn
	expires time.Time
	used    time.Time // zero: not yet
}

// sweep forgets what is over. Refresh tokens that were used are kept for their life, so that one that comes again is
// recognized.
func (l *ledger) sweep(now time.Time) {
	over := func(at time.Time) bool { return !now.Before(at) }
	maps.DeleteFunc(l.devices, func(_ string, d *device) bool { return over(d.expires.Add(time.Minute)) })
	maps.DeleteFunc(l.visits, func(_ string, v *visit) bool { return over(v.expires) })
	maps.DeleteFunc(l.codes, func(_ string, c *code) bool { return over(c.expires) })
	maps.DeleteFunc(l.access, func(_ string, a *access) bool { return over(a.expires.Add(time.Hour)) })
	maps.DeleteFunc(l.refresh, func(_ string, r *refresh) bool { return over(r.expires) })
}

var asTyped = strings.NewReplacer("-", "", " ", "")

// byUserCode finds a device that waits for a person; nil: there is none. People write codes as they like.
func (l *ledger) byUserCode(text string, now time.Time) *device {
	plain := func(text string) string {
		return strings.ToUpper(asTyped.Replace(text))
	}
	for _, d := range l.devices {
		if plain(d.userCode) == plain(text) && !d.over(now) {
			return d
		}
	}
	return nil
}

// errNoCode is what the acts of people fail with on a code that nobody waits for.
var errNoCode = errors.New("fakeoauth: no device waits with this code")

// Approve is a person who enters a code, signs in and allows it, in one act.
func (s *Server) Approve(userCode, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.ledger.byUserCode(userCode, s.clock.Now())
	account := s.config.account(address)
	switch {
	case d == nil:
		return errNoCode
	case account == nil:
		return fmt.Errorf("fakeoauth: there is no account %s", address)
	}
	d.signIn = s.newSignIn(account.Address, d.scopes, "")
	return nil
}

// Decline is a person who enters a code and does not allow it.
func (s *Server) Decline(userCode string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.ledger.byUserCode(userCode, s.clock.Now())
	if d == nil {
		return errNoCode
	}
	d.declined = true
	return nil
}

// SlowDown answers so many polls to come with slow_down, whenever they come, as a server does that is busy. Each makes
// the interval of its code five seconds longer.
func (s *Server) SlowDown(polls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger.slow = max(polls, 0)
}

// SlowDowns returns how many polls are yet to hear that.
func (s *Server) SlowDowns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ledger.slow
}

// Revoke ends all sign-ins of an account, as its owner does on the provider's page.
func (s *Server) Revoke(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(func(of *signIn) bool { return strings.EqualFold(of.account, address) })
}

// end ends sign-ins, with all their tokens.
func (s *Server) end(which func(of *signIn) bool) {
	for _, r := range s.ledger.refresh {
		if which(r.signIn) {
			r.signIn.ended = true
		}
	}
	for _, a := range s.ledger.access {
		if which(a.signIn) {
			a.signIn.ended = true
		}
	}
	for _, d := range s.ledger.devices {
		if d.signIn != nil && which(d.signIn) {
			d.signIn.ended = true
		}
	}
	for _, c := range s.ledger.codes {
		if which(c.signIn) {
			c.signIn.ended = true
		}
	}
}

// Token is what is known of an access token.
type Token struct {
	Account string
	Scopes  []string
	Expires time.Time
	Revoked bool // the sign-in has ended before
}

// Token tells what an access token is for; false: the server has not made it, or has forgotten it since it is over.
func (s *Server) Token(text string) (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, known := s.ledger.access[text]
	if !known {
		return Token{}, false
	}
	return Token{
		Account: a.signIn.account, Scopes: slices.Clone(a.scopes), Expires: a.expires, Revoked: a.signIn.ended,
	}, true
}

func (s *Server) newSignIn(account string, scopes []string, nonce string) *signIn {
	return &signIn{account: account, scopes: scopes, at: s.clock.Now(), nonce: nonce}
}
