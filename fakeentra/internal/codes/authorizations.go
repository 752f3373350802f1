package codes

import (
	"encoding/base64"
	"time"
)

// authorizationLifetime is how long an authorization code lives: [D] ACF (docs/reference/entra.md §8.1).
const authorizationLifetime = 10 * time.Minute

// Authorization is an authorization code (RFC 6749 §4.1.2) with what it stands for.
type Authorization struct {
	Text    string
	Request Request
	Approval
	Personal bool // the account is
	Session  string
	Expires  time.Time
	Redeemed bool
}

// Authorize draws a code; shapes of work and personal accounts differ (docs/reference/entra.md §3, §10).
func (s *Store) Authorize(c Authorization, now time.Time) (code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Personal {
		c.Text = "M.C536_BAY.2.U." + s.random.UUID()
	} else {
		c.Text = "1." + base64.RawURLEncoding.EncodeToString(append([]byte{0, 0x40}, c.Request.Application[:34]...)) +
			".AgABBAIAAAD" +
			base64.RawURLEncoding.EncodeToString(s.random.Bytes(480))
	}
	c.Expires = now.Add(authorizationLifetime)
	s.sweep(now)
	s.authorizations[c.Text] = &c
	s.redeemable.Add(&c, c.Expires.Add(Keep+1))
	s.secrets.Add(c.Text)
	return c.Text
}

// Authorization finds what an authorization code stands for.
func (s *Store) Authorization(code string, now time.Time) (Authorization, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	c := s.authorizations[code]
	if c == nil {
		return Authorization{}, false
	}
	return *c, true
}

// RedeemAuthorization notes that a code was used.
func (s *Store) RedeemAuthorization(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.authorizations[code]; c != nil {
		c.Redeemed = true
	}
}
