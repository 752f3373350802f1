// Package codes holds the sign-ins that were asked for and wait for a person, and what a finished one is fetched with:
// device codes, user codes and authorization codes.
package codes

import (
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/texts"
)

// Shapes of codes (docs/reference/entra.md §2.1): drawn from eleven captured codes of work accounts and four reported
// ones of personal accounts.
const (
	userCodeAlphabet   = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	userCodeLength     = 9
	personalCodeLength = 8
	deviceCodePrefix   = "FAQABAAEAAAAm-" // captured in this form; the rest is opaque
)

// State is how far a device authorization has come.
type State int

// States of a sign-in that was asked for.
const (
	Pending State = iota
	Approved
	Declined
	Redeemed
)

// Request is one device authorization (RFC 8628 §3.2), or one authorization request of a browser.
type Request struct {
	Device, User string // the codes
	Application  string // id
	Alias        directory.Alias
	Scope        resources.Request
	Correlation  string // of the request for it: every later answer carries it (docs/reference/entra.md §2.3)
	Expires      time.Time
	Interval     time.Duration
	Message      string // in the language of the request
	Capable      bool   // the client understands claims challenges
	State        State

	Approval

	Web *Web // not nil: no device asked, a browser did, and there are no codes

	lastPoll time.Time
}

// Approval is who signed in, and how.
type Approval struct {
	Account  directory.UserKey
	Epoch    int // the account's, at the password
	MFA      bool
	SignedIn time.Time
}

// Web is what an authorization request of a browser says (docs/reference/entra.md §8.1): what the end of a sign-in
// sends back, and where to.
type Web struct {
	Redirect  string
	Platform  directory.Platform
	Code      bool
	IDToken   bool
	Token     bool
	Mode      string // query, fragment or form_post
	State     string
	HasState  bool
	Nonce     string
	Challenge string
	Method    string // of the challenge
	Prompt    string
	Hint      string
	Info      bool // client_info=1
	V1        bool
	Capable   bool // the client understands claims challenges (cp1)
	Explicit  bool // the request named its redirect URI
	Admin     bool // not a sign-in: the admin consent endpoint
	AdminText string
}

// Flow is the original transfer method of what the request leads to.
func (c *Request) Flow() string {
	if c.Web != nil {
		return ""
	}
	return access.FlowDeviceCode
}

// AsksAgain reports whether the request wants the permissions page although consent was given (prompt=consent), or is
// for it alone.
func (c *Request) AsksAgain() bool {
	return c.Web != nil && (c.Web.Prompt == "consent" || c.Web.Admin)
}

// ForAll reports whether the permissions page is for the whole organization, not for one user.
func (c *Request) ForAll() bool { return c.Web != nil && c.Web.Admin }

// Keep is how long a dead code is remembered; after that it is as unknown as an invented one.
const Keep = 24 * time.Hour

// Store holds codes. It is safe for concurrent use, and gives out copies.
type Store struct {
	random  *chance.Reader
	secrets *secrets.List

	mu             sync.Mutex
	devices        map[string]*Request // by device code
	users          map[string]*Request // by user code
	order          []*Request          // oldest first
	authorizations map[string]*Authorization
}

// New makes an empty store; what it draws from random is in the order of turns.
func New(random *chance.Reader, given *secrets.List) *Store {
	return &Store{
		random: random, secrets: given, devices: map[string]*Request{}, users: map[string]*Request{},
		authorizations: map[string]*Authorization{},
	}
}

// Add draws the codes of a device authorization.
func (s *Store) Add(c Request, now time.Time) Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(now)
	c.Device = deviceCodePrefix + base64.RawURLEncoding.EncodeToString(s.random.Bytes(168)) + "gAA"
	length := userCodeLength
	if c.Alias.Consumers() {
		length = personalCodeLength
	}
	for c.User == "" || s.users[c.User] != nil {
		c.User = letters(s.random, userCodeAlphabet, length)
	}
	s.devices[c.Device], s.users[c.User] = &c, &c
	s.order = append(s.order, &c)
	s.secrets.Add(c.Device)
	return c
}

// letters draws a word of an alphabet whose length is a power of two.
func letters(r *chance.Reader, alphabet string, n int) string {
	b := r.Bytes(n)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

// forget drops codes that are long dead; all live equally long, so the oldest come first.
func (s *Store) forget(now time.Time) {
	dead := 0
	for dead < len(s.order) && now.Sub(s.order[dead].Expires) > Keep {
		c := s.order[dead]
		delete(s.devices, c.Device)
		delete(s.users, c.User)
		dead++
	}
	s.order = s.order[dead:]
}

// Device finds what a device code stands for.
func (s *Store) Device(code string) (Request, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.devices[code]
	if c == nil {
		return Request{}, false
	}
	return *c, true
}

// Live finds what a person typed, without regard to case, spaces and dashes, if it can still be approved. The error is
// a [*catalogue.Refusal].
func (s *Store) Live(typed string, now time.Time) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.users[strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(typed))]
	switch {
	case strings.TrimSpace(typed) == "":
		return Request{}, catalogue.Refuse(90119, texts.Say(texts.CodeTitle))
	case c == nil:
		return Request{}, catalogue.Refuse(70018, texts.Say(texts.CodeTitle))
	case !now.Before(c.Expires):
		return Request{}, catalogue.Refuse(70019, texts.Say(texts.CodeTitle))
	case c.State != Pending:
		return Request{}, catalogue.Refuse(90120, texts.Say(texts.CodeTitle))
	}
	return *c, nil
}

// Waiting returns the user code that was given out last and still waits for a person; ok is false if none does.
func (s *Store) Waiting(now time.Time) (code string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var best *Request
	for _, c := range s.devices {
		if c.State != Pending || !now.Before(c.Expires) {
			continue
		}
		if best == nil || c.Expires.After(best.Expires) || c.Expires.Equal(best.Expires) && c.User > best.User {
			best = c
		}
	}
	if best == nil {
		return "", false
	}
	return best.User, true
}

// Poll notes that a device has asked, and reports whether it came before its interval was over.
func (s *Store) Poll(device string, now time.Time) (early bool) {
	s.change(device, func(c *Request) {
		early = !c.lastPoll.IsZero() && now.Sub(c.lastPoll) < c.Interval
		c.lastPoll = now
	})
	return early
}

// Approve notes that a person has signed in with a device's code.
func (s *Store) Approve(device string, by Approval) {
	s.change(device, func(c *Request) { c.State, c.Approval = Approved, by })
}

// Decline notes that the person has said no.
func (s *Store) Decline(device string) { s.change(device, func(c *Request) { c.State = Declined }) }

// Redeem notes that the device has fetched its tokens, or was refused for good.
func (s *Store) Redeem(device string) { s.change(device, func(c *Request) { c.State = Redeemed }) }

// Expire ends a code early.
func (s *Store) Expire(device string, now time.Time) {
	s.change(device, func(c *Request) { c.Expires = now })
}

func (s *Store) change(device string, change func(c *Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.devices[device]; c != nil {
		change(c)
	}
}
