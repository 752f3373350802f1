package faultnet

import (
	"slices"

	"mfpsim/vtime"
)

// Visit is a server at work on one complete request of a peer.
type Visit struct {
	*vtime.Visit
	link  *link
	ended bool // guarded by link.mu
}

// Visit opens a visit under the dialler's turn, after the link's latency; for a client from outside under a turn of its
// own. It is called when the request has been read in full, and begins when the dialler waits for its answer. A dialler
// that has closed the connection instead leaves the server an orphan, whose turn is the next event of this instant and
// stays with it until it waits for more.
func (p *Peer) Visit(name string) *Visit {
	l := p.link
	v := &Visit{link: l}
	request := vtime.Request{
		Name: l.to + " for " + l.name + ": " + name,
		Queued: func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.begun++
			l.changed.Broadcast()
		},
		Before: func() {
			if v.Visit != nil && !v.Orphan() {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.awaitDialler()
				l.slow(v.Turn())
			}
		},
		After: func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.answer(v.Turn())
		},
	}
	l.mu.Lock()
	l.wanted++
	l.changed.Broadcast()
	l.awaitDialler()
	l.awaitParty()
	l.wanted--
	turn := l.turn
	if l.door != nil && l.untimely && !l.clientGone {
		turn = nil
		l.late()
	}
	request.Caller, request.Gone = turn, l.clientGone
	if l.retained != nil {
		request.Caller, request.Gone = l.retained.Turn(), false
	}
	l.mu.Unlock()
	v.Visit = p.network.world.Visit(request)
	if l.door != nil {
		l.door.visited()
	}
	l.mu.Lock()
	l.visits = append(l.visits, v)
	l.mu.Unlock()
	if delay := p.network.delay(l); turn != nil && delay > 0 {
		_ = p.network.clock.Sleep(v.Context(background()), delay) // fails only when the World has ended
	}
	return v
}

// awaitDialler waits until the dialling side waits for the server, or has gone. Under l.mu.
func (l *link) awaitDialler() {
	for l.client != nil && l.listener != nil && l.turn != nil && !l.clientGone && !l.serverGone &&
		!l.fired && !l.silent && !l.waits() && !l.stuffed() {
		l.changed.Wait()
	}
}

// End ends the visit; the reply is written afterwards. A second call does nothing.
func (v *Visit) End() {
	orphan := v.Orphan()
	l := v.link
	l.mu.Lock()
	if v.ended {
		l.mu.Unlock()
		return
	}
	v.ended = true
	l.begun--
	l.visits = slices.DeleteFunc(l.visits, func(open *Visit) bool { return open == v })
	if orphan && l.listener != nil && !l.serverGone && l.retained == nil {
		l.retained = v.Visit
		l.mu.Unlock()
		return
	}
	var stalled *vtime.Turn
	if l.stalled {
		stalled = l.turn
	}
	l.mu.Unlock()
	v.EndFor(stalled)
}

// release gives up the turn of an orphan, when the server waits for more or has closed. Under l.mu, which is given up
// for a moment.
func (l *link) release() {
	retained := l.retained
	if retained == nil {
		return
	}
	l.retained = nil
	l.mu.Unlock()
	retained.End()
	l.mu.Lock()
}
