package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// errOff: the printer is dark, or the process was ended for a fault that is told already.
var errOff = errors.New("contract: the core has ended")

// told is a fault that the session knows already.
type told struct{ error }

// Is says that the core has ended.
func (told) Is(target error) bool { return target == errOff }

// engine is one process of a core, from power on to power off.
type engine struct {
	session   *Session
	host      sim.Host
	identity  Identity
	recovered error
	start     int

	// talking is held for a line and its answer. Operations are never at it at once, because who acts on a bench has
	// the turn; pages that only look may be. A core that connects itself has it while it uses the network, and time
	// passes on the bench meanwhile, as for one that sleeps itself: operations queue for it.
	talking   sync.Mutex
	queue     queue
	process   *process
	number    int
	lines     int          // of the trace
	within    map[int]bool // of the trace: operations whose ciphertext goes on
	dead      atomic.Bool
	gate      *gate  // of a core that connects itself; nil: the bench does
	relay     *relay // of one that sleeps itself too
	rootsFile string
	values    keyed // the memory of a core with store: kv

	mu        sync.Mutex
	told      surroundings // what the core was told last
	state     map[string]*State
	running   map[int]func() // what ends an operation
	asked     map[int]bool   // operations that the core has asked for; false: they have ended
	next      int            // number of the next operation of ours: even; those of the core are odd
	web       map[bool]transports
	intervals map[string]time.Duration // of device codes
	stores    map[nvram.Owner]int      // how often something of an owner was stored
}

// transports carry requests of HTTP: over connections that are kept, and over one for each.
type transports struct {
	kept, once interface {
		http.RoundTripper
		CloseIdleConnections()
	}
}

// exchange sends a line and takes the answer. A core that breaks the contract is ended, and the fault is kept. o is
// whose line it is; nil: of none.
func (e *engine) exchange(ctx context.Context, o *operation, event Event) (Answer, error) {
	if e.oneAtATime() {
		if err := e.queue.enter(ctx); err != nil {
			return Answer{}, errOff
		}
		defer e.queue.leave()
	}
	e.talking.Lock()
	defer e.talking.Unlock()
	if o != nil && o.start != e.start { // of a process before this one
		return Answer{}, errOff
	}
	a, err := e.exchangeNow(ctx, o, event)
	if errors.Is(err, errStartedAgain) {
		e.startAgain(ctx)
	}
	return a, err
}

func (e *engine) exchangeNow(ctx context.Context, o *operation, event Event) (Answer, error) {
	if e.dead.Load() {
		return Answer{}, errOff
	}
	e.number++
	now := e.host.Clock.Now()
	event.Number, event.NowMS, event.UpMS = e.number, now.UnixMilli(), e.host.Elapsed().Milliseconds()
	_, event.OffsetS = now.Zone()
	if event.Event == eventBoot {
		e.mu.Lock()
		e.told.owners = event.Owners
		e.mu.Unlock()
	}
	to := e.redactEvent(event)
	if !e.within[event.Operation] {
		e.lines++
		to.Number = e.lines
		e.session.record(line{Printer: e.host.Printer, Start: e.start, To: to})
	}
	a, err := e.speak(ctx, o, event)
	if err == nil {
		err = e.take(a)
	}
	var late *lateError
	switch {
	case err != nil && e.dead.Load(): // switched off meanwhile
		return Answer{}, errOff
	case errors.Is(err, errStartedAgain):
		return Answer{}, err
	case errors.As(err, &late):
		e.session.late(err)
		e.off()
		return Answer{}, told{err}
	case err != nil:
		e.session.fault(err)
		e.off()
		return Answer{}, told{err}
	}
	from := e.redactAnswer(a)
	if goesOn(*to, *from) {
		e.within[event.Operation] = true
		return a, nil
	}
	delete(e.within, event.Operation)
	from.Number = e.lines
	e.session.record(line{Printer: e.host.Printer, Start: e.start, From: from})
	return a, nil
}

// speak is one line and its answer, with what the core does on its own sockets between them.
func (e *engine) speak(ctx context.Context, o *operation, event Event) (Answer, error) {
	defer vtime.Excuse(ctx)()
	switch {
	case e.sleeps():
		return e.speakInRealTime(ctx, o, event)
	case e.gate == nil:
		return e.process.exchange(event)
	}
	return e.gate.exchange(ctx, o, event)
}

// take keeps the states that an answer has.
func (e *engine) take(a Answer) error {
	if err := checkStates(a.State); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, owner := range slices.Sorted(maps.Keys(a.State)) {
		before, now := e.state[owner], a.State[owner]
		if before == nil {
			before = &State{}
		}
		if now.Ended != nil && !reflect.DeepEqual(before.Ended, now.Ended) {
			e.session.noteEnd("ended in the state of "+owner, now.Ended)
		}
		if now.Lost != nil && !reflect.DeepEqual(before.Lost, now.Lost) {
			e.session.noteEnd("lost in the state of "+owner, now.Lost)
		}
	}
	maps.Copy(e.state, a.State)
	return nil
}

// off ends the process: power off, or a fault. It waits for nobody who talks with it.
func (e *engine) off() {
	if !e.dead.Swap(true) {
		e.mu.Lock()
		p := e.process
		e.mu.Unlock()
		p.kill()
		e.gate.close()
		e.relay.close()
		if e.rootsFile != "" {
			_ = os.Remove(e.rootsFile)
		}
	}
}

// classes are the owners that are configured.
var classes = map[string]nvram.Owner{
	string(nvram.Printer): nvram.Printer, string(nvram.FaxServer): nvram.FaxServer,
	string(nvram.Administrator): nvram.Administrator, stateOfUsers: nvram.User("0"),
}

// owners is what the printer has set up for each class of owners.
func (e *engine) owners() map[string]*Owner {
	all := map[string]*Owner{}
	for name, owner := range classes {
		o := &Owner{}
		if e.host.Providers != nil {
			for _, p := range e.host.Providers(owner) {
				o.Services = append(o.Services, serviceOf(p))
			}
		}
		for _, method := range mail.Methods() {
			if e.host.Barred != nil && e.host.Barred(owner, method) {
				o.Barred = append(o.Barred, string(method))
			}
		}
		all[name] = o
	}
	return all
}

// surroundings are what a core is told of what is around it.
type surroundings struct {
	owners  map[string]*Owner
	roots   string
	resolve map[string]string
}

// surroundings are as they are now; but for the network, of which nothing is looked at before something is begun.
func (e *engine) surroundings(network bool) (now surroundings, err error) {
	now = e.told
	now.owners = e.owners()
	if !network || e.identity.TLS != kindOwn {
		return now, nil
	}
	now.roots = string(e.host.RootsPEM())
	if now.roots != e.told.roots {
		if err := e.writeRoots(now.roots); err != nil {
			return now, err
		}
	}
	switch {
	case e.gate != nil:
		now.resolve, err = e.gate.open(e.host.Addresses())
	case e.relay != nil:
		now.resolve, err = e.relay.resolve(e.host.Addresses())
	}
	return now, err
}

// writeRoots puts the certificates that the printer trusts into a file, for libraries that want one. It goes when the
// core ends.
func (e *engine) writeRoots(roots string) error {
	if e.rootsFile == "" {
		file, err := os.CreateTemp("", "mfpsim-roots-*.pem")
		if err != nil {
			return fmt.Errorf("no file for the certificates that the core trusts: %w", err)
		}
		e.rootsFile = file.Name()
		if err := file.Close(); err != nil {
			return err
		}
	}
	return os.WriteFile(e.rootsFile, []byte(roots), 0o600)
}

// configure tells the core what the printer has set up, if that has changed. Who has no turn and finds the core at work
// leaves it to the next one.
func (e *engine) configure(ctx context.Context, network bool) {
	if e.sleeps() && e.knows(network) {
		return // and who does not queue for that waits for one sleep, not for two
	}
	if e.oneAtATime() {
		if vtime.TurnFrom(ctx) == nil {
			if !e.queue.tryEnter() {
				return
			}
		} else if err := e.queue.enter(ctx); err != nil {
			return
		}
		defer e.queue.leave()
	}
	e.talking.Lock()
	defer e.talking.Unlock()
	now, err := e.surroundings(network)
	switch {
	case e.dead.Load() || err == nil && reflect.DeepEqual(now, e.told):
		return
	case err != nil:
		e.session.fault(err)
		e.off()
		return
	}
	event := Event{
		Event: eventConfigure, Owners: now.owners, RootsPEM: now.roots, RootsFile: e.rootsFile, Resolve: now.resolve,
	}
	if e.gate != nil {
		event.SilenceMS = silence.Milliseconds()
	}
	a, err := e.exchangeNow(ctx, nil, event)
	if err != nil {
		return
	}
	e.mu.Lock()
	e.told = now
	e.mu.Unlock()
	if len(a.Actions) > 0 {
		e.session.fault(errors.New("the answer to \"configure\" asks for something; it can have a state only"))
		e.off()
	}
}

// of is the state of an owner.
func (e *engine) of(owner nvram.Owner) State {
	e.configure(context.Background(), false)
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.state[string(owner)]; s != nil {
		return *s
	}
	if s := e.state[stateOfUsers]; s != nil && owner.IsUser() {
		return *s
	}
	return State{
		Phase: string(core.SignedOut),
		Ready: &Result{Kind: string(outcome.NotConfigured), Side: string(outcome.Device)},
	}
}

// For is the part of an owner.
func (e *engine) For(owner nvram.Owner) sim.Mailer { return &mailer{e, owner} }

// SignedIn lists the owners whose sign-in is stored.
func (e *engine) SignedIn() []nvram.Owner {
	e.mu.Lock()
	defer e.mu.Unlock()
	var owners []nvram.Owner
	for _, owner := range slices.Sorted(maps.Keys(e.state)) {
		if e.state[owner].Stored && owner != stateOfUsers {
			owners = append(owners, nvram.Owner(owner))
		}
	}
	return owners
}

// Forget signs owners out in one write.
func (e *engine) Forget(ctx context.Context, owners ...nvram.Owner) error {
	var names []string
	for _, owner := range owners {
		names = append(names, string(owner))
	}
	if len(names) == 0 {
		return nil
	}
	_, err := e.begin(ctx, nvram.Owner(names[0]), Event{Event: eventSignOut, SignedBy: names}, false)
	return err
}

// Recovered is what the core had to do without when it read its memory.
func (e *engine) Recovered() error { return e.recovered }

// Close is power off.
func (e *engine) Close() {
	e.off()
	e.mu.Lock()
	numbers := slices.Sorted(maps.Keys(e.running))
	var stops []func()
	for _, n := range numbers {
		if n%2 == 1 { // what somebody waits for ends with him
			stops = append(stops, e.running[n])
		}
	}
	web := e.web
	e.web = map[bool]transports{}
	e.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
	closeWeb(web)
}

func closeWeb(web map[bool]transports) {
	for _, verified := range []bool{true, false} {
		if t, there := web[verified]; there {
			t.kept.CloseIdleConnections()
			t.once.CloseIdleConnections()
		}
	}
}

// mailer is the mail of one owner.
type mailer struct {
	e     *engine
	owner nvram.Owner
}

// Settings are what the core says is stored.
func (m *mailer) Settings() mail.Settings { return settingsOf(m.e.of(m.owner).Settings) }

// Providers are what the printer has set up.
func (m *mailer) Providers() []core.Provider {
	if m.e.host.Providers == nil {
		return nil
	}
	return m.e.host.Providers(m.owner)
}

// Status is what the core shows.
func (m *mailer) Status() core.Status {
	s := m.e.of(m.owner)
	status := core.Status{
		Phase: core.Phase(s.Phase), Service: mail.Service(s.Service), Account: s.Account, UserCode: s.UserCode,
		VerificationURI: s.VerificationURI, SignInPage: s.SignInPage, Stored: s.Stored, StoredAccount: s.StoredAccount,
		Ended: m.e.shown(s.Ended), Lost: m.e.shown(s.Lost),
	}
	if s.CodeExpiresMS != 0 {
		status.CodeExpires = time.UnixMilli(s.CodeExpiresMS).In(m.e.host.Clock.Now().Location())
	}
	return status
}

// Ready is why nothing can be sent.
func (m *mailer) Ready() *outcome.Outcome { return m.e.shown(m.e.of(m.owner).Ready) }

// BeginSignIn asks for a code.
func (m *mailer) BeginSignIn(ctx context.Context, service mail.Service) (core.Status, error) {
	_, err := m.e.begin(ctx, m.owner, Event{Event: eventBeginSignIn, Service: string(service)}, true)
	return m.Status(), err
}

// OpenSignInPage asks for the address of the service's page.
func (m *mailer) OpenSignInPage(ctx context.Context, service mail.Service) (core.Status, error) {
	_, err := m.e.begin(ctx, m.owner, Event{Event: eventOpenPage, Service: string(service)}, false)
	return m.Status(), err
}

// LeadsBack compares an address with the redirect URI of the page that is open.
func (m *mailer) LeadsBack(address string) bool {
	s := m.e.of(m.owner)
	if s.SignInPage == "" {
		return false
	}
	for _, p := range m.Providers() {
		end := strings.IndexAny(address, "?#")
		if string(p.Service) == s.Service && p.RedirectURI != "" &&
			(address == p.RedirectURI || end >= 0 && address[:end] == p.RedirectURI) {
			return true
		}
	}
	return false
}

// CompleteSignIn hands over where the page has led to.
func (m *mailer) CompleteSignIn(ctx context.Context, address string) (core.Status, error) {
	_, err := m.e.begin(ctx, m.owner, Event{Event: eventCompletePage, Address: address}, true)
	return m.Status(), err
}

// CancelSignIn ends the sign-in that is being made.
func (m *mailer) CancelSignIn(ctx context.Context) {
	_, _ = m.e.begin(ctx, m.owner, Event{Event: eventCancelSignIn}, false) // a state says what came of it
}

// Discard ends it, and drops one that waits.
func (m *mailer) Discard(ctx context.Context) {
	_, _ = m.e.begin(ctx, m.owner, Event{Event: eventDiscard}, false) // likewise
}

// SignOut drops all that there is.
func (m *mailer) SignOut(ctx context.Context) error { return m.e.Forget(ctx, m.owner) }

// Check asks what cannot be stored.
func (m *mailer) Check(ctx context.Context, s mail.Settings) error {
	_, err := m.e.begin(ctx, m.owner, Event{Event: eventCheck, Settings: lineOf(s)}, false)
	return err
}

// Save is OK.
func (m *mailer) Save(ctx context.Context, s mail.Settings) error {
	for method, capability := range map[mail.Method]string{
		mail.MethodSMTPAuth: CapabilitySMTPAuth, mail.MethodPOPBeforeSMTP: CapabilityPOPBeforeSMTP,
	} {
		if s.Method == method && !m.e.has(capability) {
			return m.e.cannot(capability)
		}
	}
	_, err := m.e.begin(ctx, m.owner, Event{Event: eventSave, Settings: lineOf(s)}, false)
	return err
}

// ConnectionTest does all but send.
func (m *mailer) ConnectionTest(ctx context.Context) error {
	_, err := m.e.begin(ctx, m.owner, Event{Event: eventConnectionTest}, true)
	return err
}

// Send sends a message.
func (m *mailer) Send(ctx context.Context, message mail.Message) (mail.Receipt, error) {
	result, err := m.e.begin(ctx, m.owner, Event{Event: eventSend, Message: messageOf(message)}, true)
	if err != nil {
		return mail.Receipt{}, err
	}
	receipt := mail.Receipt{
		MessageID: result.MessageID, At: m.e.host.Clock.Now(), Response: result.Response,
		Refused: refusals(result.Refused),
	}
	if result.Size != nil {
		receipt.Size = *result.Size
	}
	return receipt, nil
}

func (e *engine) has(capability string) bool {
	return slices.Contains(e.identity.Capabilities, capability)
}

// cannot notes that the core was asked for what it says that it lacks.
func (e *engine) cannot(capability string) error {
	e.session.lack(capability)
	return outcome.New(outcome.NotConfigured, outcome.Device, outcome.StageNone, e.host.Clock.Now())
}
