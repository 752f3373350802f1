package generic

import (
	"slices"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/refusal"
)

// token is an access token of the server's own.
type token struct {
	account string
	expires time.Time
	revoked bool
}

const tokenAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// Token returns an access token for an account, from now for [Config.TokenLifetime]. The account need not exist; then
// it is refused.
func (s *Server) Token(account string) string {
	text := "ya29." + s.random.Letters(tokenAlphabet, 200)
	s.shell.Secrets.Add(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[text] = token{account: account, expires: s.shell.Clock.Now().Add(s.config.TokenLifetime)}
	return text
}

// Revoke ends the tokens that were issued for an account so far.
func (s *Server) Revoke(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for text, t := range s.tokens {
		if strings.EqualFold(t.account, account) {
			t.revoked = true
			s.tokens[text] = t
		}
	}
}

// bearer judges a token; user may be empty, for OAUTHBEARER needs none.
func (s *Server) bearer(user, text string) (account string, reason refusal.Reason) {
	s.shell.Secrets.Add(text)
	judge := s.own
	if s.config.Tokens != nil {
		judge = s.config.Tokens
	}
	account, reason = judge(text)
	switch {
	case reason != "":
		return user, reason
	case user != "" && !strings.EqualFold(user, account):
		return user, refusal.UserMismatch
	case s.account(account) == nil:
		return account, refusal.UserUnknown
	}
	return account, ""
}

// own judges a token of [Server.Token].
func (s *Server) own(text string) (account string, reason refusal.Reason) {
	s.mu.Lock()
	t, known := s.tokens[text]
	s.mu.Unlock()
	switch {
	case !known:
		return "", refusal.TokenUnknown
	case t.revoked:
		return "", refusal.TokenRevoked
	case !s.shell.Clock.Now().Before(t.expires):
		return "", refusal.Expired
	}
	return t.account, ""
}

// LogOn judges a user name and a password, here and over POP3. An empty Reason is a success.
func (s *Server) LogOn(user, password string) refusal.Reason {
	s.shell.Secrets.Add(password)
	account := s.account(user)
	switch {
	case account == nil:
		return refusal.UserUnknown
	case account.Password.Empty() || account.Password.Reveal() != password:
		return refusal.Password
	}
	return ""
}

func (s *Server) account(address string) *Account {
	for i := range s.config.Accounts {
		if strings.EqualFold(s.config.Accounts[i].Address, address) {
			return &s.config.Accounts[i]
		}
	}
	return nil
}

// Refusal is a refused AUTH, with the reason that the client is not told.
type Refusal struct {
	At         time.Time
	Connection string
	User       string
	Mechanism  string
	Reason     refusal.Reason
}

// Refusals returns the refused AUTH, oldest first.
func (s *Server) Refusals() []Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refusals)
}

// refused keeps a refusal and journals its reason.
func (s *Server) refused(r Refusal) {
	s.shell.Note(r.Connection, "AUTH "+r.Mechanism+" refused: "+string(r.Reason))
	s.mu.Lock()
	defer s.mu.Unlock()
	r.User = history.Name(r.User)
	s.refusals = history.Newest(s.refusals, r)
}
