package codes

import (
	"container/list"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/expiry"
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
	// deviceCodeLength follows from devicecode answers of 473 octets (azure-powershell#13477, #24962).
	deviceCodeLength = 207
)

// Store holds codes. It is safe for concurrent use, and gives out copies. A code whose life is over leaves what tells
// it from an invented one, for as long as [Keep] says. Nothing wakes the store for it: it looks at every use.
type Store struct {
	random  *chance.Reader
	secrets *secrets.List

	mu             sync.Mutex
	devices        map[string]*Request // the living by device code
	users          map[string]*Request // the living by user code
	waiting        list.List           // those that wait for a person, as they were given out
	waitingOf      map[string]int      // how many of them, by application
	ends           expiry.Queue[*Request]
	graves         graves
	authorizations map[string]*Authorization
	redeemable     expiry.Queue[*Authorization]
}

// New makes an empty store; what it draws from random is in the order of turns.
func New(random *chance.Reader, given *secrets.List) *Store {
	return &Store{
		random: random, secrets: given, devices: map[string]*Request{}, users: map[string]*Request{},
		waitingOf: map[string]int{},
		graves:    newGraves(), authorizations: map[string]*Authorization{},
	}
}

// Add draws the codes of a device authorization.
func (s *Store) Add(c Request, now time.Time) Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	c.Device, c.Personal = s.drawDevice(), c.Alias.Consumers()
	length := userCodeLength
	if c.Personal {
		length = personalCodeLength
	}
	for c.User == "" || s.users[c.User] != nil || s.graves.users[c.User] != nil {
		c.User = letters(s.random, userCodeAlphabet, length)
	}
	kept := c
	s.devices[c.Device], s.users[c.User] = &kept, &kept
	kept.waits = s.waiting.PushBack(&kept)
	s.waitingOf[kept.Application]++
	s.ends.Add(&kept, c.Expires)
	s.secrets.Add(c.Device)
	return c
}

// WaitingOf is how many codes of an application wait for a person.
func (s *Store) WaitingOf(application string, now time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	return s.waitingOf[application]
}

func (s *Store) drawDevice() string {
	const end = "gAA"
	var drawn [168]byte
	s.random.Draw(drawn[:])
	b := make([]byte, 0, len(deviceCodePrefix)+len(drawn)/3*4+len(end))
	b = base64.RawURLEncoding.AppendEncode(append(b, deviceCodePrefix...), drawn[:])
	return string(append(b[:deviceCodeLength-len(end)], end...))
}

// letters draws a word of an alphabet whose length is a power of two.
func letters(r *chance.Reader, alphabet string, n int) string {
	b := r.Bytes(n)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

// sweep lets go of the dead. Under s.mu.
func (s *Store) sweep(now time.Time) {
	for c, over := s.ends.Over(now); over; c, over = s.ends.Over(now) {
		if s.devices[c.Device] != c {
			continue // its life was ended before its time
		}
		delete(s.devices, c.Device)
		delete(s.users, c.User)
		s.settle(c)
		s.graves.add(c)
		if len(s.devices) == 0 { // a map that was large stays large
			s.devices, s.users = map[string]*Request{}, map[string]*Request{}
		}
	}
	for c, over := s.redeemable.Over(now); over; c, over = s.redeemable.Over(now) {
		delete(s.authorizations, c.Text)
	}
	s.graves.sweep(now)
}

// settle notes that a code does not wait for a person any more. Under s.mu.
func (s *Store) settle(c *Request) {
	if c.waits != nil {
		s.waiting.Remove(c.waits)
		c.waits = nil
		if s.waitingOf[c.Application]--; s.waitingOf[c.Application] == 0 {
			delete(s.waitingOf, c.Application)
		}
	}
}

// copy is what is given out.
func (c *Request) copy() Request {
	out := *c
	out.waits = nil
	return out
}

// Device finds what a device code stands for. Of a dead one it tells no more than application, state, correlation id,
// end and whether it was for personal accounts.
func (s *Store) Device(code string, now time.Time) (Request, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	if c := s.devices[code]; c != nil {
		return c.copy(), true
	}
	return s.graves.device(code)
}

var asShown = strings.NewReplacer(" ", "", "-", "")

// Live finds what a person typed, without regard to case, spaces and dashes, if it can still be approved. The error is
// a [*catalogue.Refusal].
func (s *Store) Live(typed string, now time.Time) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	code := strings.ToUpper(asShown.Replace(typed))
	c := s.users[code]
	switch {
	case strings.TrimSpace(typed) == "":
		return Request{}, catalogue.Fail(90119).Refuse(texts.Say(texts.CodeTitle))
	case s.graves.users[code] != nil:
		return Request{}, catalogue.Fail(70019).Refuse(texts.Say(texts.CodeTitle))
	case c == nil:
		return Request{}, catalogue.Fail(70018).Refuse(texts.Say(texts.CodeTitle))
	case c.State != Pending:
		return Request{}, catalogue.Fail(90120).Refuse(texts.Say(texts.CodeTitle))
	}
	return c.copy(), nil
}

// Waiting returns the user code that was given out last and still waits for a person; ok is false if none does.
func (s *Store) Waiting(now time.Time) (code string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	newest := s.waiting.Back()
	if newest == nil {
		return "", false
	}
	return newest.Value.(*Request).User, true
}

// Pending returns the requests of devices that wait for a person, as they were given out.
func (s *Store) Pending(now time.Time) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	all := make([]Request, 0, s.waiting.Len())
	for e := s.waiting.Front(); e != nil; e = e.Next() {
		all = append(all, e.Value.(*Request).copy())
	}
	return all
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
	s.change(device, func(c *Request) {
		c.Expires = now
		s.ends.Add(c, now)
	})
}

// change changes a living code.
func (s *Store) change(device string, change func(c *Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.devices[device]
	if c == nil {
		return
	}
	if change(c); c.State != Pending {
		s.settle(c)
	}
}
