package contract

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"mfpsim/core/nvram"
	"mfpsim/laws"
	"mfpsim/sim"
)

// Capabilities are what a core may lack. A scenario that needs one that it lacks is not for it.
const (
	CapabilityAuthorizationCode = "authorization-code" // sign-in on the device's own page (RFC 6749 section 4.1)
	CapabilityFaxServer         = "fax-server"         // a second owner with settings
	CapabilitySMTPAuth          = "smtp-auth"          // a password at the mail server
	CapabilityPOPBeforeSMTP     = "pop-before-smtp"
	CapabilityConnectionTest    = "connection-test"
)

// Capabilities returns all that a core can have beyond device authorization grant, refresh and submission.
func Capabilities() []string {
	return []string{
		CapabilityAuthorizationCode, CapabilityFaxServer, CapabilitySMTPAuth, CapabilityPOPBeforeSMTP,
		CapabilityConnectionTest,
	}
}

// Session is what one bench has to do with a core: its printers start processes of it, and what is to be said of them
// is collected here. It is safe for concurrent use.
type Session struct {
	command  []string
	patience time.Duration

	mu       sync.Mutex
	starts   map[string]int // by printer
	lacks    []string
	faults   []string
	breaches []laws.Breach
	trace    bytes.Buffer
	secrets  []string
	identity *Identity    // as its first start has said
	unshown  []string     // what the bench could not show to a core that connects itself
	tell     func(string) // of a bench that has no end
	ended    string       // the last outcome that was not ok
	// of a core that goes by the machine's clock
	limit     time.Duration // for which it may sleep in one answer; 0: the time of this bench stands
	undecided []string      // it did so for longer
}

// NewSession prepares a bench for a core, which a command starts.
func NewSession(command []string) *Session {
	return &Session{command: command, patience: patience, starts: map[string]int{}}
}

// Tell has faults and broken laws told at once, for a bench that has no end; no trace is kept then.
func (s *Session) Tell(f func(sentence string)) { s.tell = f }

// Lacks are the capabilities that printers asked the core for and that it does not have.
func (s *Session) Lacks() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lacks)
}

// Faults are sentences about a core that does not answer, dies or breaks the contract.
func (s *Session) Faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.faults)
}

// Unshown are sentences about what the case has and the bench cannot show to a core that connects itself: the case says
// nothing about it.
func (s *Session) Unshown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unshown)
}

// Breaches are the laws that the core has broken by what it asked for, the first of each.
func (s *Session) Breaches() []laws.Breach {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.breaches)
}

// LastOutcome is the last one of the core that was not ok: what it belonged to, the kind or the fields, and the numbers
// of the wire. Empty: there was none.
func (s *Session) LastOutcome() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

func (s *Session) noteEnd(of string, r *Result) {
	if r.OK {
		return
	}
	said := of + ": " + r.Kind
	if len(r.Fields) > 0 {
		said = of + ": fields"
		for _, f := range r.Fields {
			said += fmt.Sprintf(", %s %s", f.Field, f.Problem)
		}
	}
	switch { // a wire has one of them
	case r.AADSTS != 0:
		said += fmt.Sprintf(", aadsts %d", r.AADSTS)
	case r.SMTPCode != 0:
		said += fmt.Sprintf(", smtp_code %d", r.SMTPCode)
	case r.HTTPStatus != 0:
		said += fmt.Sprintf(", http_status %d", r.HTTPStatus)
	}
	if r.Stage != "" {
		said += ", stage " + r.Stage
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = said
}

// Trace is all lines in their order, one JSON object a line, without what is secret in them.
func (s *Session) Trace() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.trace.Bytes())
}

func (s *Session) lack(capability string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.lacks, capability) {
		s.lacks = append(s.lacks, capability)
		s.say("the printer wants " + capability + ", which the core does not have")
	}
}

func (s *Session) cannotShow(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.unshown, what) {
		s.unshown = append(s.unshown, what)
		s.say(what)
	}
}

// same holds a core to what its first start has said of itself: what the bench does hangs on it.
func (s *Session) same(now Identity) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.identity == nil {
		s.identity = &now
		return nil
	}
	if first := *s.identity; first.Kinds != now.Kinds || !slices.Equal(first.Capabilities, now.Capabilities) {
		return fmt.Errorf(
			"the core says %s with %s now, and said %s with %s when it was started first",
			now.Kinds, strings.Join(now.Capabilities, ", "), first.Kinds, strings.Join(first.Capabilities, ", "),
		)
	}
	return nil
}

func (s *Session) fault(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := err.Error()
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, redacted)
	}
	s.faults = append(s.faults, text)
	s.say(text)
}

func (s *Session) breach(law laws.Law, format string, values ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.breaches, func(b laws.Breach) bool { return b.Law.ID == law.ID }) {
		return
	}
	b := laws.Breach{Law: law, Says: fmt.Sprintf(format, values...)}
	s.breaches = append(s.breaches, b)
	s.say(b.String())
}

func (s *Session) say(sentence string) {
	if s.tell != nil {
		s.tell(sentence)
	}
}

// know keeps a secret, so that it is not told in the words of a fault.
func (s *Session) know(secret string) {
	const shortest = 4
	s.mu.Lock()
	defer s.mu.Unlock()
	const most = 10_000 // of a bench that has no end
	if len(secret) >= shortest && !slices.Contains(s.secrets, secret) {
		s.secrets = append(s.secrets[max(0, len(s.secrets)+1-most):], secret)
	}
}

// began counts the starts of a printer.
func (s *Session) began(printer string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts[printer]++
	return s.starts[printer]
}

// line is one of the trace.
type line struct {
	Printer string  `json:"printer"`
	Start   int     `json:"start"` // which of its processes
	To      *Event  `json:"to,omitempty"`
	From    *Answer `json:"from,omitempty"`
}

func (s *Session) record(l line) {
	if s.tell != nil {
		return
	}
	text, err := json.Marshal(l)
	if err != nil {
		text = []byte(`{}`) // an Event and an Answer can be marshalled
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trace.Write(append(text, '\n'))
}

// Identity is what a core says of itself.
type Identity struct {
	Name         string
	Capabilities []string
	Margins      *Margins // of a core that goes by the machine's clock; nil: it does not say
	Kinds
}

// InRealTime reports whether it goes by the machine's clock: it wants a bench whose World flows.
func (i Identity) InRealTime() bool { return i.Clock == clockReal }

// Lacking are the capabilities that it does not have.
func (i Identity) Lacking() []string {
	return slices.DeleteFunc(Capabilities(), func(c string) bool { return slices.Contains(i.Capabilities, c) })
}

// Probe starts a core on an empty memory, hears what it is, and ends it.
func Probe(command []string) (Identity, error) { return probe(command, patience) }

func probe(command []string, patience time.Duration) (Identity, error) {
	p, err := start(command, patience)
	if err != nil {
		return Identity{}, err
	}
	defer p.kill()
	empty := ""
	a, err := p.exchange(Event{
		Number: 1, Event: eventBoot, Contract: Version, Flash: &empty, FlashSize: flashSize,
		Random: strings.Repeat("00", randomOctets), SealingKey: strings.Repeat("00", sealingOctets),
		HostName: "mfp.example", UserAgent: "mfpsim", Owners: nothingSetUp(),
	})
	if err != nil {
		return Identity{}, err
	}
	if err := checkStates(a.State); err != nil {
		return Identity{}, err
	}
	if err := hasPrinter(a.State); err != nil {
		return Identity{}, err
	}
	return identityOf(a)
}

const (
	randomOctets  = 64
	sealingOctets = 32
)

// identityOf checks the answer to boot.
func identityOf(a Answer) (Identity, error) {
	if a.Contract != Version {
		if a.Contract == 0 {
			return Identity{}, fmt.Errorf("the answer to \"boot\" has no contract: add \"contract\":%d", Version)
		}
		return Identity{}, fmt.Errorf("the core speaks contract %d; this is contract %d", a.Contract, Version)
	}
	if strings.TrimSpace(a.Core) == "" || strings.ContainsFunc(a.Core, unicode.IsControl) {
		return Identity{}, fmt.Errorf(
			"the answer to \"boot\" has no name in one line: add \"core\":\"acme-mail 1.0\"; it has %q", a.Core,
		)
	}
	kinds, err := kindsOf(a)
	if err != nil {
		return Identity{}, err
	}
	for _, c := range a.Capabilities {
		if !slices.Contains(Capabilities(), c) {
			return Identity{}, fmt.Errorf(
				"the core says that it has %q; there are %s", c, strings.Join(Capabilities(), ", "),
			)
		}
	}
	if m := a.Margins; m != nil && (m.AccessTokenMS < 0 || m.RefreshTokenMS < 0) {
		return Identity{}, fmt.Errorf(
			"the core says the margins %d and %d ms; they are times before an end", m.AccessTokenMS, m.RefreshTokenMS,
		)
	}
	return Identity{Name: a.Core, Capabilities: a.Capabilities, Margins: a.Margins, Kinds: kinds}, nil
}

// Open starts a process of the core for a printer that is switched on.
func (s *Session) Open(_ context.Context, host sim.Host) (sim.Core, error) {
	image, err := host.Flash.Read()
	if err != nil {
		return nil, err
	}
	p, err := start(s.command, s.patience)
	if err != nil {
		s.fault(err)
		return nil, err
	}
	e := &engine{
		session: s, host: host, process: p, start: s.began(host.Printer), state: map[string]*State{},
		running: map[int]func(){}, asked: map[int]bool{}, next: 2, web: map[bool]transports{}, values: keyed{host.Flash},
		within: map[int]bool{}, stores: map[nvram.Owner]int{},
	}
	say := func(event Event) (Answer, error) { return e.exchange(context.Background(), nil, event) }
	if err := e.boot(image, say); err != nil {
		e.off()
		if !errors.Is(err, errOff) { // a fault, which is told already
			s.fault(err)
		}
		return nil, err
	}
	return e, nil
}

// boot begins a process, by a line that say carries.
func (e *engine) boot(image []byte, say func(Event) (Answer, error)) error {
	flash := base64.StdEncoding.EncodeToString(image)
	owners := e.owners()
	entries, isKeyed, blank := e.values.read()
	if isKeyed {
		flash = ""
	}
	a, err := say(Event{
		Event: eventBoot, Contract: Version, Flash: &flash, FlashSize: flashSize, Random: e.random(),
		SealingKey: hex.EncodeToString(e.host.SealingKey), HostName: e.host.HostName, UserAgent: e.host.UserAgent,
		Owners: owners, Entries: entries,
	})
	if err != nil {
		return err
	}
	for _, action := range a.Actions {
		if action.Do != doOutcome || len(a.Actions) > 1 {
			return fmt.Errorf("the answer to %q asks for %q; it can have an outcome only", eventBoot, action.Do)
		}
		o, err := e.outcome(action.Result)
		if err != nil {
			return err
		}
		if o != nil {
			return o
		}
	}
	identity, err := identityOf(a)
	if err != nil {
		return err
	}
	if err := e.session.same(identity); err != nil {
		return err
	}
	switch keeps := identity.Store == storeKV; {
	case identity.InRealTime() && e.session.limit == 0:
		return errors.New("the core says clock: real, and the time of this bench stands still")
	case keeps && !isKeyed && !blank:
		return errors.New("the core says store: kv, and its memory was written by a core with store: flash")
	case !keeps && isKeyed:
		return errors.New("the core says store: flash, and its memory was written by a core with store: kv")
	}
	e.identity = identity
	switch {
	case identity.Dial == kindOwn && identity.InRealTime() && e.relay == nil:
		e.relay = newRelay(e)
	case identity.Dial == kindOwn && e.relay == nil:
		if e.gate, err = openGate(e); err != nil {
			return err
		}
	}
	if a.Recovered != "" {
		e.recovered = errors.New("the core: " + a.Recovered)
	}
	return hasPrinter(a.State)
}

// hasPrinter wants the state that there is from the beginning.
func hasPrinter(state map[string]*State) error {
	if state[string(nvram.Printer)] == nil {
		return fmt.Errorf(
			"the answer to %q has no state of the owner %q: add \"state\":{\"printer\":{\"phase\":\"SignedOut\",…}}",
			eventBoot, nvram.Printer,
		)
	}
	return nil
}

// nothingSetUp are the owners of a printer that knows no email service.
func nothingSetUp() map[string]*Owner {
	owners := map[string]*Owner{}
	for name := range classes {
		owners[name] = &Owner{}
	}
	return owners
}

func (e *engine) random() string {
	drawn := make([]byte, randomOctets)
	_, _ = io.ReadFull(e.host.Random, drawn) // the bench's reader never fails
	return hex.EncodeToString(drawn)
}
