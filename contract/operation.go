package contract

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
)

// longestUp is how long a printer can be on.
const longestUp = 100 * 365 * 24 * time.Hour

// operation is something that the core does, from the line that begins it to its outcome.
type operation struct {
	e       *engine
	id      int
	event   string // that began it
	owner   nvram.Owner
	waits   bool // somebody waits for it, in a turn: it may use the network and sleep
	conns   map[int]*connection
	grant   grant
	written error // a send that failed since the last line
	made    int   // connections
	start   int   // of the process that it began in
}

// background reports whether the core itself has asked for the operation.
func (o *operation) background() bool { return o.id%2 == 1 }

// begin begins an operation of an owner and waits for its outcome.
func (e *engine) begin(ctx context.Context, owner nvram.Owner, event Event, waits bool) (Result, error) {
	switch {
	case owner == nvram.FaxServer && !e.has(CapabilityFaxServer):
		return Result{}, e.cannot(CapabilityFaxServer)
	case event.Event == eventOpenPage && !e.has(CapabilityAuthorizationCode):
		return Result{}, e.cannot(CapabilityAuthorizationCode)
	case event.Event == eventConnectionTest && !e.has(CapabilityConnectionTest):
		return Result{}, e.cannot(CapabilityConnectionTest)
	}
	if event.Event != eventSignOut {
		event.Owner = string(owner)
	}
	if event.Settings != nil {
		e.session.know(event.Settings.Password)
	}
	e.configure(ctx, true)
	e.mu.Lock()
	id := e.next
	e.next += 2
	e.mu.Unlock()
	result := e.operate(ctx, &operation{e: e, id: id, event: event.Event, owner: owner, waits: waits}, event)
	e.session.noteEnd(fmt.Sprintf("%s of %s", event.Event, owner), &result)
	return result, e.result(result)
}

// operate carries an operation out, line by line.
func (e *engine) operate(ctx context.Context, o *operation, event Event) Result {
	ctx, stop := e.host.WithCancel(ctx)
	e.mu.Lock()
	early, cancelled := e.running[o.id]
	e.running[o.id], o.start = stop, e.start
	e.mu.Unlock()
	if cancelled { // before it began
		early()
		stop()
	}
	o.conns = map[int]*connection{}
	defer func() {
		stop()
		o.closeAll()
		e.gate.end(o)
		e.relay.end(o)
		e.mu.Lock()
		if o.start == e.start {
			delete(e.running, o.id)
			if o.background() {
				e.asked[o.id] = false
			}
		}
		e.mu.Unlock()
	}()
	event.Operation, event.Random = o.id, e.random()
	for range maximumSteps {
		a, err := e.exchange(ctx, o, event)
		if err != nil {
			return interrupted()
		}
		next, result, err := o.carryOut(ctx, a.Actions)
		switch {
		case errors.Is(err, nvram.ErrPowerCut), errors.Is(err, errOff): // nobody is there who could be told
			e.off()
			return interrupted()
		case err != nil:
			e.session.fault(err)
			e.off()
			return interrupted()
		case result != nil && e.identity.Dial == kindOwn && context.Cause(ctx) != nil:
			// its sockets were reset, whatever it says
			return interrupted()
		case result != nil:
			return *result
		}
		event = next
		event.Operation = o.id
	}
	e.session.fault(
		fmt.Errorf("operation %d (%s) took more than %d steps and has no outcome", o.id, o.event, maximumSteps),
	)
	e.off()
	return interrupted()
}

func interrupted() Result {
	return Result{Kind: string(outcome.Interrupted), Side: string(outcome.Device)}
}

// carryOut does what the core wants: any number of actions that do not wait, then one that does, or the outcome. An
// error is a fault of the core, or that nobody is there any more.
func (o *operation) carryOut(ctx context.Context, actions []Action) (next Event, result *Result, err error) {
	if len(actions) == 0 || len(actions) > maximumActions {
		return Event{}, nil, fmt.Errorf(
			"the answer to operation %d (%s) asks for %d things; it can have 1 to %d",
			o.id, o.event, len(actions), maximumActions,
		)
	}
	for i, a := range actions {
		last := i == len(actions)-1
		waits, known := waiting[a.Do]
		switch {
		case !known:
			return Event{}, nil, fmt.Errorf("unknown action %q", a.Do)
		case last && !waits:
			return Event{}, nil, fmt.Errorf(
				"nothing that operation %d waits for, and no outcome: it ends with %q", o.id, a.Do,
			)
		case !last && waits:
			return Event{}, nil, fmt.Errorf("%q is not the last thing that operation %d asks for", a.Do, o.id)
		}
		if err := a.check(); err != nil {
			return Event{}, nil, err
		}
		if err := o.e.identity.forbids(a); err != nil {
			return Event{}, nil, err
		}
		if !last {
			if err := o.do(ctx, a); err != nil {
				return Event{}, nil, err
			}
		}
	}
	final := actions[len(actions)-1]
	if final.Do == doOutcome {
		if err := checkResult(final.Result); err != nil {
			return Event{}, nil, err
		}
		return Event{}, &final.Result, nil
	}
	next, err = o.wait(ctx, final)
	return next, nil, err
}

// check says what is no value of the contract in an action, whatever it is.
func (a Action) check() error {
	if a.TimeoutMS < 0 {
		return fmt.Errorf("%q with timeout_ms %d", a.Do, a.TimeoutMS)
	}
	if a.TLS != nil && a.TLS.MinVersion != "" {
		if _, known := versions[a.TLS.MinVersion]; !known {
			return fmt.Errorf("%q with the unknown min_version %q; there are: 1.0, 1.1, 1.2, 1.3", a.Do, a.TLS.MinVersion)
		}
	}
	return nil
}

// waiting says of each action whether the core waits for what comes of it.
var waiting = map[string]bool{
	doHTTP: true, doConnect: true, doStartTLS: true, doReceive: true, doStore: true, doWakeAt: true, doOutcome: true,
	doSend: false, doClose: false, doRest: false, doBackground: false, doCancel: false,
}

// do carries out an action that nobody waits for.
func (o *operation) do(ctx context.Context, a Action) error {
	switch a.Do {
	case doSend:
		return o.send(ctx, a)
	case doClose:
		c, err := o.connection(a)
		if err != nil {
			return err
		}
		o.drop(c)
	case doRest:
		o.e.rest()
	case doBackground:
		return o.begins(a.Operation)
	case doCancel:
		return o.e.cancel(a.Operation)
	}
	return nil
}

// begins starts an operation that the core has asked for.
func (o *operation) begins(id int) error {
	if id%2 == 0 || id < 0 { // 0: op is missing
		return fmt.Errorf("the operation %d, which the core asks for: its own have odd numbers", id)
	}
	e := o.e
	if !e.ask(id) {
		return fmt.Errorf("\"background\" of the operation %d, which has not ended", id)
	}
	e.host.Go("the core's operation", func(ctx context.Context) {
		e.operate(ctx, &operation{e: e, id: id, event: eventRun, owner: o.owner, waits: true}, Event{Event: eventRun})
	})
	return nil
}

// ask notes that the core wants an operation; false: it has it already.
func (e *engine) ask(id int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.asked[id] {
		return false
	}
	e.asked[id] = true
	return true
}

// cancel interrupts an operation. One that has not begun yet hears it at once when it does; one that has ended is left
// alone. The error names one that never was.
func (e *engine) cancel(id int) error {
	e.mu.Lock()
	stop := e.running[id]
	lives, known := e.asked[id]
	if id%2 == 0 {
		known = id > 0 && id < e.next
	}
	if stop == nil && lives {
		e.running[id] = func() {}
	}
	e.mu.Unlock()
	if !known {
		return fmt.Errorf("\"cancel\" of the operation %d, which there never was", id)
	}
	if stop != nil {
		stop()
	}
	return nil
}

// wait carries out an action and tells what came of it.
func (o *operation) wait(ctx context.Context, a Action) (Event, error) {
	if !o.waits && a.Do != doStore {
		return Event{}, fmt.Errorf("%q in the operation %d: %q can store something, and nothing else", a.Do, o.id, o.event)
	}
	switch a.Do {
	case doStore:
		if a.Key != "" {
			return o.keep(a)
		}
		return o.store(a)
	case doWakeAt:
		if a.UpMS < 0 || a.UpMS > longestUp.Milliseconds() {
			return Event{}, fmt.Errorf("\"wake_at\" at up_ms %d: it counts from power on, and a century is the most", a.UpMS)
		}
		d := time.Duration(a.UpMS)*time.Millisecond - o.e.host.Elapsed()
		if err := o.e.host.Clock.Sleep(ctx, d); err != nil {
			return Event{Event: eventFailed, Error: string(outcome.Interrupted)}, nil //nolint:nilerr // told
		}
		return Event{Event: eventWoke}, nil
	case doHTTP:
		return o.http(ctx, a)
	case doConnect:
		return o.connect(ctx, a)
	case doStartTLS:
		return o.startTLS(ctx, a)
	default:
		return o.receive(ctx, a)
	}
}

// store is one write to the memory.
func (o *operation) store(a Action) (Event, error) {
	data, err := base64.StdEncoding.DecodeString(a.Data)
	end := a.At + len(data)
	if a.Size != nil {
		end = *a.Size
	}
	switch {
	case err != nil:
		return Event{}, errors.New("the data of \"store\" is no base64")
	case a.At < 0 || a.At+len(data) > flashSize || end < a.At+len(data) || end > flashSize:
		return Event{}, fmt.Errorf("\"store\" of %d octets at %d: the memory has %d", len(data), a.At, flashSize)
	}
	o.judgeStore()
	before, err := o.e.host.Flash.Read()
	if err != nil {
		return Event{}, dark(err)
	}
	image := make([]byte, max(end, len(before)))
	if a.Size != nil {
		image = image[:end]
	}
	for i := copy(image, before); i < len(image); i++ {
		image[i] = 0xFF // as an erased one
	}
	copy(image[a.At:], data)
	if err := o.e.host.Flash.Write(image); err != nil {
		if errors.Is(err, nvram.ErrPowerCut) {
			return Event{}, err
		}
		return Event{Event: eventFailed, Error: string(outcome.StorageFailed)}, nil
	}
	o.stored()
	return Event{Event: eventStored}, nil
}

// keep is one write of a value to the memory of a core with store: kv.
func (o *operation) keep(a Action) (Event, error) {
	data, err := base64.StdEncoding.DecodeString(a.Data)
	switch {
	case err != nil:
		return Event{}, errors.New("the data of \"store\" is no base64")
	case len(a.Key) > longestKey || len(data) > largestValue:
		return Event{}, fmt.Errorf(
			"\"store\" of %d octets under a key of %d: there are at most %d and %d",
			len(data), len(a.Key), largestValue, longestKey,
		)
	}
	o.judgeStore()
	err = o.e.values.write(a.Key, data, a.Erase)
	if _, gone := o.e.host.Flash.Read(); gone != nil {
		return Event{}, dark(gone)
	}
	switch {
	case errors.Is(err, &nvram.Error{Fault: nvram.FaultRemains}):
		o.stored()
		return Event{Event: eventFailed, Error: string(outcome.NotErased)}, nil
	case err != nil:
		return Event{Event: eventFailed, Error: string(outcome.StorageFailed)}, nil //nolint:nilerr // told
	}
	o.stored()
	return Event{Event: eventStored}, nil
}

// dark is what a memory says that cannot be read: the power has gone.
func dark(err error) error {
	if errors.Is(err, nvram.ErrPowerCut) {
		return err
	}
	return errOff
}

// settings are those that the owner's mail is sent with.
func (o *operation) settings() mail.Settings {
	owner := o.owner
	if owner.IsUser() {
		owner = nvram.Printer
	}
	return settingsOf(o.e.of(owner).Settings)
}

// text puts octets into an event: as they are where they can be.
func text(b []byte) (plain *string, encoded string) {
	if utf8.Valid(b) {
		s := string(b)
		return &s, ""
	}
	return nil, base64.StdEncoding.EncodeToString(b)
}
