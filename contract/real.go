package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"mfpsim/core/outcome"
	"mfpsim/vtime"
)

// grace is how long, on the bench's clock, a core that sleeps may take for an answer once its operation is
// cancelled: less than a step of a scenario waits for what it is to see.
var grace = 10 * time.Second

// longestAnswer is how long a core may sleep on a bench that has no end.
const longestAnswer = 15 * time.Minute

// lateError says that a core slept for longer than the bench waits: nobody knows what it would have done.
type lateError struct {
	event string
	after time.Duration
}

func (e *lateError) Error() string {
	return fmt.Sprintf(
		"no answer to %q within %s of the bench's clock, in which the core slept: not decided; --patience waits longer",
		e.event, e.after,
	)
}

// errStartedAgain: the core slept through a cancel, and another process has taken its place.
var errStartedAgain = errors.New("contract: the core was started again")

// Flows says that the bench's time flows with the machine's: a core with clock: real fits on no other. It is ended when
// it sleeps for longer than limit in one answer, and its case is not decided; 0: a quarter of an hour.
func (s *Session) Flows(limit time.Duration) {
	if limit <= 0 {
		limit = longestAnswer
	}
	s.limit = limit
}

// Undecided are sentences about a core that slept for longer than the bench waits.
func (s *Session) Undecided() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.undecided)
}

func (s *Session) late(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.undecided = append(s.undecided, err.Error())
	s.say(err.Error())
}

// sleeps reports whether the core lets time pass itself, in its answers.
func (e *engine) sleeps() bool { return e.identity.Clock == clockReal }

// oneAtATime reports whether time passes on the bench while the core is at work: then operations queue for it.
func (e *engine) oneAtATime() bool { return e.gate != nil || e.sleeps() }

// knows reports whether the core has been told what is around it now.
func (e *engine) knows(network bool) bool {
	e.mu.Lock()
	told := e.told
	e.mu.Unlock()
	if !reflect.DeepEqual(told.owners, e.owners()) {
		return false
	}
	if !network || e.identity.TLS != kindOwn {
		return true
	}
	unknown := func(address string) bool { return told.resolve[address] == "" }
	return told.roots == string(e.host.RootsPEM()) &&
		(e.relay == nil || !slices.ContainsFunc(e.host.Addresses(), unknown))
}

// speakInRealTime is a line to a core that may sleep before it answers, and its answer. The turn is with the clock
// meanwhile, so that the printer around it and everybody else go on. A cancel of the operation is told at once, by a
// line that is not answered; who sleeps on for too long then is started again.
func (e *engine) speakInRealTime(ctx context.Context, o *operation, event Event) (a Answer, err error) {
	p, sent := e.process, make(chan struct{})
	stop, calm := p.watchAsleep(e.session.limit), func() {}
	heard := event.Event == eventFailed && event.Error == string(outcome.Interrupted) // of the cancel, by this line
	told := false
	interrupt := func() {
		if told || o == nil || context.Cause(ctx) == nil {
			return
		}
		told = true
		e.relay.reset(o)
		calm = vtime.Alarm(grace, func() { p.giveUp(&p.sleptOn) })
		if !heard {
			e.interrupt(p, o, event, sent)
		}
	}
	interrupt()
	work := func() { a, err = p.exchangeAsleep(event, sent) }
	if e.relay != nil {
		work = func() { a, err = e.relay.exchange(o, p, event, sent) }
	}
	_ = vtime.TurnFrom(ctx).Beside(
		"the core answers", o == nil || o.background(),
		work, interrupt,
		func(ended error) {
			if errors.Is(ended, vtime.ErrClosed) {
				e.off()
			}
		},
	) // who has no turn any more finds out when he waits next
	stop()
	calm()
	switch {
	case err == nil:
		return a, nil
	case p.sleptOn.Load():
		return Answer{}, errStartedAgain
	case p.sleptLong.Load():
		return Answer{}, &lateError{event.Event, e.session.limit}
	}
	return Answer{}, err
}

// interrupt tells a core of a cancel while it has a line of the operation. Whoever reads it after its answer has come
// hears it in what the operation waits for next.
func (e *engine) interrupt(p *process, o *operation, event Event, sent chan struct{}) {
	now := e.host.Clock.Now()
	told := Event{
		Number: event.Number, Operation: o.id, Event: eventInterrupt, NowMS: now.UnixMilli(),
		UpMS: e.host.Elapsed().Milliseconds(),
	}
	_, told.OffsetS = now.Zone()
	shown := told
	shown.Number = e.lines
	e.session.record(line{Printer: e.host.Printer, Start: e.start, To: &shown})
	go func() {
		<-sent
		_, _ = p.send(told) // one that has ended hears nothing
	}()
}

// startAgain puts another process in the place of one that slept through a cancel, with what the core has stored. All
// that it was at is interrupted. The core's line is the caller's.
func (e *engine) startAgain(ctx context.Context) {
	e.mu.Lock()
	numbers, running, web := slices.Sorted(maps.Keys(e.running)), e.running, e.web
	e.running, e.asked, e.state, e.web = map[int]func(){}, map[int]bool{}, map[string]*State{}, map[bool]transports{}
	e.told, e.start = surroundings{}, e.session.began(e.host.Printer)
	e.mu.Unlock()
	for _, n := range numbers {
		running[n]()
	}
	closeWeb(web)
	e.process.kill()
	e.relay.reset(nil)
	image, err := e.host.Flash.Read()
	if err != nil { // the power has gone
		e.off()
		return
	}
	p, err := start(e.session.command, e.session.patience)
	if err == nil {
		e.mu.Lock()
		e.process = p
		e.mu.Unlock()
		if e.dead.Load() { // meanwhile
			p.kill()
			return
		}
		e.number, e.lines, e.within = 0, 0, map[int]bool{}
		err = e.boot(image, func(event Event) (Answer, error) { return e.exchangeNow(ctx, nil, event) })
	}
	if err != nil {
		if !errors.Is(err, errOff) {
			e.session.fault(err)
		}
		e.off()
	}
}
