package fakeentra

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/endpoints"
)

// KnobKind is what a knob makes of an answer.
type KnobKind string

// Kinds of knobs.
const (
	// In place of the answer; the request changes nothing.
	KnobHTML     KnobKind = "html"     // a proxy's page in place of JSON; the request reached nobody
	KnobEmpty    KnobKind = "empty"    // status 200 and no body
	KnobNothing  KnobKind = "nothing"  // the connection is closed without an answer
	KnobError    KnobKind = "error"    // Knob.AADSTS in Entra's layout
	KnobStatus   KnobKind = "status"   // Knob.Status with plain text, Retry-After: 60 for 429 and 503 (entra.md §9)
	KnobBody     KnobKind = "body"     // Knob.Body as it stands
	KnobRedirect KnobKind = "redirect" // to Knob.Location, status 302

	// The answer that is due, spoilt; what it did is done.
	KnobTruncated KnobKind = "truncated" // cut off in the middle, so that the connection breaks
	KnobHalf      KnobKind = "half"      // a whole answer of half the length: JSON that ends too early
	KnobDuplicate KnobKind = "duplicate" // every member of the JSON twice
	KnobHuge      KnobKind = "huge"      // a body of 1 MiB
	KnobAnswer    KnobKind = "answer"    // whole: for the words content-type=, charset=, status= and latency=

	// States of the device code that a poll carries (entra.md §2.2).
	KnobPending  KnobKind = "pending"   // go on polling, whatever the person has done: the number of polls before success
	KnobApprove  KnobKind = "approve"   // Knob.User has approved by now: a success after so many polls, without a person
	KnobDeclined KnobKind = "declined"  // the person has pressed Cancel
	KnobExpired  KnobKind = "expired"   // the code has expired early
	KnobSlowDown KnobKind = "slow-down" // slow_down: RFC 8628 §3.5, never captured from Entra

	// At the endpoint devicecode: what the next codes are like, and at the page: that it takes none.
	KnobCode        KnobKind = "code"         // Knob.Lifetime and Knob.Interval
	KnobCodeRefused KnobKind = "code-refused" // the page says that the code is wrong; the device hears pending
)

// Knob makes the fake answer some requests otherwise than the state says: counted, never by chance. Knobs stand in a row; a
// request meets the first that fits it and has requests left, so knobs with Times make a sequence.
type Knob struct {
	Kind     KnobKind
	Endpoint string // see [KnobEndpoints]; "": any that answers programs
	Grant    string // at the token endpoint: see [KnobGrants]; "": any
	Client   string // application id; "": any

	After int           // requests to let pass first
	Times int           // requests to answer so; 0: all until ClearKnobs, Until or For
	Until time.Time     // from then on it is over; zero: never
	For   time.Duration // the same, from the moment it was armed; 0: never

	AADSTS      int           // of KnobError
	Word        string        // of KnobError: another error word than the catalogue's
	Suberror    string        // of KnobError: another suberror
	Status      int           // of KnobStatus; of the others: another status than is due
	RetryAfter  string        // the header, seconds or a date; "": 60 with status 429 and 503; "none": not even then
	Body        string        // of KnobBody
	ContentType string        // another one than is due; "none": no such header
	Charset     string        // another charset in it
	Location    string        // of KnobRedirect
	Latency     time.Duration // bench time before the answer; goes with any kind
	User        string        // of KnobApprove: principal name
	Lifetime    time.Duration // of KnobCode
	Interval    time.Duration // of KnobCode
}

// armedKnob counts.
type armedKnob struct {
	Knob
	seen, done int
	armed      time.Time
}

// over reports whether a knob has done what it was for.
func (k *armedKnob) over(now time.Time) bool {
	return k.Times > 0 && k.done >= k.Times || !k.Until.IsZero() && !now.Before(k.Until) || k.For > 0 && now.Sub(k.armed) >= k.For
}

// KnobEndpoints returns the names that Knob.Endpoint knows.
func KnobEndpoints() []string {
	var names []string
	for _, e := range endpoints.All() {
		if !slices.Contains(names, e.Name) {
			names = append(names, e.Name)
		}
	}
	sort.Strings(names)
	return names
}

// KnobGrants returns the names that Knob.Grant knows.
func KnobGrants() []string {
	return []string{"authorization_code", "client_credentials", "device_code", "refresh_token"}
}

// KnobKinds returns the kinds of knobs.
func KnobKinds() []KnobKind {
	return []KnobKind{
		KnobHTML, KnobEmpty, KnobNothing, KnobError, KnobStatus, KnobBody, KnobRedirect,
		KnobTruncated, KnobHalf, KnobDuplicate, KnobHuge, KnobAnswer,
		KnobPending, KnobApprove, KnobDeclined, KnobExpired, KnobSlowDown, KnobCode, KnobCodeRefused,
	}
}

// isNumber reports whether the catalogue has a number.
func isNumber(code int) bool {
	_, known := catalogue.Lookup(code)
	return known
}

// atPolls reports whether a kind is about the device code of a poll.
func (k KnobKind) atPolls() bool {
	return slices.Contains([]KnobKind{KnobPending, KnobApprove, KnobDeclined, KnobExpired, KnobSlowDown}, k)
}

// complete fills in where a kind can only be.
func (k *Knob) complete() {
	switch {
	case k.Kind == "" && (k.ContentType != "" || k.Charset != "" || k.Latency > 0):
		k.Kind = KnobAnswer
	case k.Kind == "" && (k.Lifetime > 0 || k.Interval > 0):
		k.Kind = KnobCode
	}
	switch {
	case k.Kind.atPolls() && k.Endpoint == "" && k.Grant == "":
		k.Grant = "device_code"
	case k.Kind == KnobCode && k.Endpoint == "":
		k.Endpoint = "devicecode"
	case k.Kind == KnobCodeRefused && k.Endpoint == "":
		k.Endpoint = "code-page"
	}
}

// check refuses a knob that could not do what it says.
func (k Knob) check() error {
	switch {
	case !slices.Contains(KnobKinds(), k.Kind):
		return fmt.Errorf("fakeentra: a knob needs a kind, one of: %s", kindWords())
	case k.Endpoint != "" && !slices.Contains(KnobEndpoints(), k.Endpoint):
		return fmt.Errorf("fakeentra: unknown endpoint %q; the endpoints are: %s", k.Endpoint, strings.Join(KnobEndpoints(), ", "))
	case k.Grant != "" && !slices.Contains(KnobGrants(), k.Grant):
		return fmt.Errorf("fakeentra: unknown grant %q; the grants are: %s", k.Grant, strings.Join(KnobGrants(), ", "))
	case k.Kind == KnobError && !isNumber(k.AADSTS):
		return fmt.Errorf("fakeentra: AADSTS%d is not in the catalogue", k.AADSTS)
	case (k.Kind == KnobStatus || k.Status != 0) && (k.Status < 200 || k.Status > 599):
		return fmt.Errorf("fakeentra: %d is no HTTP status", k.Status)
	case k.Kind == KnobRedirect && k.Location == "":
		return fmt.Errorf("fakeentra: redirect= needs an address")
	case k.Kind == KnobApprove && k.User == "":
		return fmt.Errorf("fakeentra: approve= needs a user")
	case k.Kind == KnobCode && (k.Lifetime <= 0 && k.Interval <= 0 || k.Endpoint != "devicecode"):
		return fmt.Errorf("fakeentra: a knob for codes needs lifetime= or interval=, and the endpoint devicecode")
	case k.Kind == KnobCodeRefused && k.Endpoint != "code-page":
		return fmt.Errorf("fakeentra: codes are refused at the endpoint code-page")
	case k.Kind.atPolls() && k.Grant != "device_code" && k.Endpoint != "token":
		return fmt.Errorf("fakeentra: %s is for the grant device_code", k.Kind)
	case k.After < 0 || k.Times < 0 || k.Latency < 0 || k.For < 0 || k.Lifetime < 0 || k.Interval < 0:
		return fmt.Errorf("fakeentra: a knob counts from 0")
	}
	return nil
}

// Arm sets knobs, in a row behind those that are set. None is set if one of them is wrong.
func (s *Server) Arm(knobs ...Knob) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var armed []*armedKnob
	for _, k := range knobs {
		k.complete()
		if err := k.check(); err != nil {
			return err
		}
		if k.Kind == KnobApprove && s.directory.userOf(k.User) == nil {
			return fmt.Errorf("fakeentra: there is no user %q", k.User)
		}
		armed = append(armed, &armedKnob{Knob: k, armed: s.now()})
	}
	s.knobs = append(s.knobs, armed...)
	return nil
}

// ClearKnobs lets the fake answer truly again.
func (s *Server) ClearKnobs() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.knobs = nil
}

// Knobs returns the knobs that are set, in their order.
func (s *Server) Knobs() []Knob {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Knob
	for _, k := range s.knobs {
		all = append(all, k.Knob)
	}
	return all
}

// UnmetKnobs returns the knobs that no request has met yet, or not as often as they say.
func (s *Server) UnmetKnobs() []Knob {
	s.mu.Lock()
	defer s.mu.Unlock()
	var unmet []Knob
	for _, k := range s.knobs {
		if k.done == 0 || k.done < k.Times {
			unmet = append(unmet, k.Knob)
		}
	}
	return unmet
}

// turnKnob finds the knob that a request meets, and counts.
func (s *Server) turnKnob(a *ask, endpoint *endpoints.Endpoint) *Knob {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.knobs) == 0 {
		return nil
	}
	grant := ""
	if endpoint.Name == "token" {
		if grant = a.param("grant_type"); grantDeviceCode[grant] {
			grant = "device_code"
		}
	}
	for _, k := range s.knobs {
		switch {
		case k.over(a.at),
			k.Endpoint == "" && endpoint.Kind != endpoints.Protocol,
			k.Endpoint != "" && k.Endpoint != endpoint.Name,
			k.Grant != "" && k.Grant != grant,
			k.Kind == KnobCodeRefused && a.request.Method != "POST",
			k.Client != "" && !strings.EqualFold(k.Client, a.param("client_id")):
			continue
		}
		if k.seen++; k.seen <= k.After {
			continue
		}
		k.done++
		return &k.Knob
	}
	return nil
}
