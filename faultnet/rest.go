package faultnet

import (
	"errors"

	"mfpsim/vtime"
)

// waits reports whether the dialling side waits for the server: it reads, and has taken all that was written to it. A
// pool reads before its client has written anything. Under l.mu.
func (l *link) waits() bool {
	return l.reading && l.got == l.wrote && !l.writing && (l.sent > 0 || !l.pooled)
}

// stuffed reports whether the dialling side writes more than the sockets take, which is as good as waiting. Under l.mu.
func (l *link) stuffed() bool { return l.writing && l.sent-l.consumed > roomy }

// jammed reports whether both sides write more than the sockets take, and neither reads. Under l.mu.
func (l *link) jammed() bool {
	return l.stuffed() && !l.reading && l.answering && l.wrote-l.got > roomy
}

// actsForHTTP reports whether the HTTP server has read a request that it owes an answer, or the dialling side is an
// HTTP client's pool, which reads on while nobody waits. In a handshake neither is so. Under l.mu.
func (l *link) actsForHTTP() bool {
	return (l.active || l.idle) && (l.pooled || l.ahead)
}

// deadEnd reports whether neither side will do anything of its own: the dialling side waits, and the server waits for
// more or is not heard. Nothing but an event of the World changes that. Under l.mu.
func (l *link) deadEnd() bool {
	switch {
	case l.turn == nil || l.client == nil || l.stalled || l.delaying || l.spent || l.led ||
		l.clientGone || l.expired || l.fired || l.begun > 0:
		return false
	case l.silent:
		return l.reading && (l.swallowed || l.fresh && !l.pooled)
	case l.muted:
		atRest := l.serverGone || l.asking && l.consumed == l.sent
		return l.waits() && atRest && (!l.web || l.voided || !l.actsForHTTP())
	case l.jammed():
		return true
	case !l.waits() || l.listener == nil || l.serverGone || !l.asking || l.consumed != l.sent:
		return false
	default:
		return !l.web || !l.actsForHTTP()
	}
}

// settle lends the dialling side's turn to the clock if the connection is at a dead end. The caller holds the lock,
// which is given up for a moment.
func (l *link) settle() {
	switch {
	case !l.deadEnd():
	case l.door != nil:
		l.inquire()
	default:
		l.stall()
	}
}

// stall lends the turn. Under l.mu, which is given up for a moment.
func (l *link) stall() {
	l.stalled = true
	turn := l.turn
	l.mu.Unlock()
	err := turn.Stall(func(ended error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.unstall(ended)
	})
	l.mu.Lock()
	if err != nil {
		l.unstall(err)
	}
}

// unstall notes that the turn is back. A wait that nothing would ever end, because nobody moves the World, ends as a
// time-out. Under l.mu.
func (l *link) unstall(err error) {
	l.stalled, l.spent = false, true
	if errors.Is(err, vtime.ErrNobodyAdvances) || errors.Is(err, vtime.ErrClosed) {
		l.expire()
	}
	l.changed.Broadcast()
}

// expire ends what the dialling side waits for, as a time-out; waited reports whether it waited at all. Under l.mu.
func (l *link) expire() (waited bool) {
	l.expired = true
	_ = l.client.SetReadDeadline(past)
	if l.writing {
		_ = l.client.SetWriteDeadline(past)
	}
	l.changed.Broadcast()
	return l.reading || l.writing || l.delaying
}

// setReading notes that the dialling side begins or ends to wait for more. Under l.mu.
func (l *link) setReading(reading bool) {
	l.reading = reading
	l.changed.Broadcast()
	if reading {
		l.settle()
	}
}

// listen waits in silence until the connection is closed or the read deadline has passed. Under l.mu.
func (l *link) listen() {
	l.setReading(true)
	for l.silent && !l.clientGone && !l.expired {
		l.changed.Wait()
	}
	l.setReading(false)
}

// awaitTurn gets the turn back if the server spoke by itself while it was with the clock. Under l.mu.
func (l *link) awaitTurn() {
	if !l.stalled || l.expired || l.clientGone {
		return
	}
	turn := l.turn
	l.mu.Unlock()
	turn.Resume("answer on " + l.name)
	l.mu.Lock()
	for l.stalled && !l.clientGone {
		l.changed.Wait()
	}
	l.answer(nil)
}

// ask notes that the serving side waits for more. Under l.mu.
func (l *link) ask() {
	l.asking = true
	l.changed.Broadcast()
	l.settle()
}

// beginRequest and endRequest are the HTTP server's own words on whether it owes an answer.
func (l *link) beginRequest() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active, l.idle = true, false
}

func (l *link) endRequest() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active, l.idle, l.voided = false, true, l.voided || l.muted && l.active
	l.muted, l.muting = l.muted || l.muting, false
	l.settle()
}

// readAhead notes whether the HTTP server reads while it answers: net/http does so by one octet at a time, and all else
// by more.
func (l *link) readAhead(ahead bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead = ahead
}
