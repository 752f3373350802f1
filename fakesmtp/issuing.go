package fakesmtp

import (
	"fmt"
	"time"

	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/refusal"
)

// tokenLifetime is how long the issuer's own tokens hold.
const tokenLifetime = time.Hour

// account answers for the mailboxes of a server that runs alone.
func (s *Server) account(address string) (identity.Account, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailboxOf(address)
	if m == nil || m.organization == nil {
		return identity.Account{}, false
	}
	return identity.Account{Address: m.address, Password: m.password, RevokedBefore: m.revokedBefore}, true
}

// Token returns an access token for SMTP.Send, from now for an hour, that a server without a Directory takes for a user: a JWT signed
// with a public test key for a work account, an opaque one for a personal account. The user need not exist; then the token is refused.
func (s *Server) Token(user string) string {
	now := s.shell.Clock.Now()
	claims := s.ClaimsOf(user, identity.SendScope, now, now.Add(tokenLifetime))
	claims.Issued = now
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
	m.revokedBefore = s.shell.Clock.Now()
	return nil
}

// IssueToken returns a token of the server's own issuer that says what it is told to, so that refusals can be tried. A token of the
// personal tenant is opaque.
func (s *Server) IssueToken(claims Claims) string {
	token := s.issuer.Issue(claims)
	s.shell.Secrets.Add(token)
	return token
}
