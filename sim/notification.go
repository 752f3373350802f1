package sim

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/core/mail"
	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/sim/facts"
	"mfpsim/sim/jobs"
	"mfpsim/sim/locale"
	"mfpsim/sim/settings"
)

// letter is a notification that waits to be sent. It lies in the printer's memory until its row stands in the job
// history: power off loses none.
type letter struct {
	Number int       `json:"number"`
	Cause  string    `json:"cause"` // what has happened; "test": the administrator wants to see a mail
	Time   time.Time `json:"time"`  // by the printer's clock
	To     []string  `json:"to"`
	Tries  int       `json:"tries,omitempty"`
	// Begun: it is being handed over. A printer that finds it so when it is switched on cannot know whether the mail
	// was sent: it does not send it again, and says so (ours; RFC 5321 section 4.2.5).
	Begun bool `json:"begun,omitempty"`
}

// Causes that no model lists: what the printer does by itself.
const (
	causeTest     = "test"
	causePassword = "password-changed"
)

// notificationType is the type of such jobs in the history, a label's name.
const notificationType = "email-notification"

// Happens is something that happens to the printer, by the names of the model. It is told of by mail if the
// administrator wants it.
func (p *Printer) Happens(cause string) error {
	live, n := p.on(), p.model.EmailNotification
	switch {
	case live == nil:
		return device.ErrPoweredOff
	case n == nil:
		return device.ErrNotSupported
	}
	event, found := n.EventOf(cause)
	if !found {
		return &choice.Error{What: "event", Wanted: cause, Present: n.Causes()}
	}
	p.tell(live, cause, live.memory.settings().Notification.To(event))
	if !p.PoweredOn() {
		return device.ErrPoweredOff
	}
	return nil
}

// SendTestMail sends a mail to all destinations.
func (p *Printer) SendTestMail() error {
	live := p.on()
	if live == nil {
		return device.ErrPoweredOff
	}
	p.tell(live, causeTest, live.memory.settings().Notification.Addresses())
	return nil
}

// tell lays a mail into the memory and begins to send what lies there. What the memory does not take, or has no room
// for, is in the job history.
func (p *Printer) tell(live *powered, cause string, to []string) {
	if len(to) == 0 {
		return
	}
	fresh := letter{Cause: cause, Time: p.now(), To: to}
	kind, row := outcome.Kind(""), ""
	if len(live.memory.letters()) >= p.model.EmailNotification.Waiting {
		kind, row = memoryFull, p.model.Mail.JobMemoryCode
	} else if err := live.memory.alter(func(next *recordsImage) {
		next.LastLetter++
		fresh.Number = next.LastLetter
		next.Letters = append(slices.Clone(next.Letters), fresh)
	}); err != nil {
		kind, row = outcome.StorageFailed, p.model.Outcome(string(outcome.StorageFailed)).Code
	}
	if kind != "" {
		if p.PoweredOn() {
			p.told(live, fresh, jobs.Failed, row, kind, nil)
		}
		return
	}
	p.sendLetters(live)
}

// sendLetters begins to send what waits, unless that is being done.
func (p *Printer) sendLetters(live *powered) {
	p.mu.Lock()
	start := !live.telling && p.live == live && len(live.memory.letters()) > 0
	live.telling = live.telling || start
	p.mu.Unlock()
	if !start {
		return
	}
	p.config.World.Go(p.config.Name+": email notification", func(ctx context.Context) {
		ctx, cancel := p.config.World.WithCancel(ctx)
		defer cancel()
		p.mu.Lock()
		live.stopTelling = cancel
		p.mu.Unlock()
		for p.sendLetter(ctx, live) {
		}
	})
}

// sendLetter sends the mail that has waited longest; more says that there is another, or that it is to be tried again.
func (p *Printer) sendLetter(ctx context.Context, live *powered) (more bool) {
	waiting := live.memory.letters()
	p.mu.Lock()
	live.telling = p.live == live && len(waiting) > 0
	more = live.telling
	p.mu.Unlock()
	if !more {
		return false
	}
	next := waiting[0]
	if next.Begun { // found so when the printer was switched on
		row := p.model.Outcome(string(outcome.DeliveryUnknown))
		p.told(live, next, jobs.Failed, row.Code, outcome.DeliveryUnknown, nil)
		return true
	}
	again := func() bool { return p.config.Clock.Sleep(ctx, p.model.EmailNotification.RetryTime) == nil }
	next.Begun = true
	if live.memory.setLetter(next) != nil { // without it power off could send the mail twice
		return again()
	}
	sent, err := live.mail.Send(ctx, p.letterMail(live, next))
	if p.on() != live { // the next power on tells of it
		return false
	}
	var failed *outcome.Outcome
	switch {
	case err == nil && len(sent.Refused) == 0:
		p.told(live, next, jobs.Completed, "", "", nil)
		return true
	case err == nil:
		p.told(live, next, jobs.Partly, "", "", named(sent.Refused))
		return true
	case !errors.As(err, &failed):
		failed = &outcome.Outcome{Kind: outcome.ConnectionLost}
	}
	if next.Tries < p.model.EmailNotification.Retries && failed.Retry && failed.Kind != outcome.DeliveryUnknown {
		next.Begun, next.Tries = false, next.Tries+1
		_ = live.memory.setLetter(next) // what is not taken is tried again, or told of after power off
		return again()
	}
	code := p.model.OutcomeOf(failed).Code
	if code == "" { // nothing is set up: the code whose remedy is to look at the settings of the email server
		code = p.model.Outcome(string(outcome.Unreachable)).Code
	}
	p.told(live, next, jobs.Failed, code, failed.Kind, named(failed.Refused))
	return true
}

// told puts the end of a mail into the job history and takes the mail out of the memory, in one write.
func (p *Printer) told(
	live *powered, l letter, result jobs.Result, code string, kind outcome.Kind, refused []string,
) {
	entry := jobs.Record{
		Time: l.Time, Type: notificationType, To: strings.Join(l.To, ", "), Result: result, Code: code,
		Refused: refused, Ended: p.now(),
	}
	if l.Number > 0 {
		live.memory.withNext(func(next *recordsImage) {
			next.Letters = slices.DeleteFunc(
				slices.Clone(next.Letters), func(x letter) bool { return x.Number == l.Number },
			)
		})
	}
	entry.Receipt = live.history.Add(entry)
	p.recordOutcome(entry, string(kind))
}

// letterMail is the mail of a letter, in the language that is set.
func (p *Printer) letterMail(live *powered, l letter) mail.Message {
	set, known := live.memory.settings().Notification, p.Facts()
	texts := p.model.Texts(set.Language)
	if set.Language == "" {
		texts = p.Texts()
	}
	happened := texts.Text(locale.EventID(l.Cause))
	rows := append(
		[]facts.Row{{Label: texts.Label("date-and-time"), Value: texts.Clock(l.Time)}},
		known.Rows(texts, []string{"model", "serial-number", "device-name", "ip-address", "mac-address"})...,
	)
	if set.Location != "" {
		rows = append(rows, facts.Row{Label: texts.Label("location"), Value: set.Location})
	}
	var text strings.Builder
	text.WriteString(happened + "\r\n\r\n")
	for _, r := range rows {
		text.WriteString(r.String() + "\r\n")
	}
	return mail.Message{
		To: l.To, Text: text.String(), Program: p.model.Name,
		Subject: p.subject(known, texts, set) + ": " + happened,
	}
}

// subject are the two parts of a subject. A part that has no value is left out.
func (p *Printer) subject(known facts.Facts, texts *locale.Texts, set settings.Notification) string {
	n := p.model.EmailNotification
	left, right := set.Left, set.Right
	if left == "" {
		left, right = n.Subjects[0], n.Subjects[1]
	}
	var parts []string
	for _, name := range []string{left, right} {
		value := settings.Cut(set.Location, n.LocationBytes)
		if name != "location" {
			value = known.Rows(texts, []string{name})[0].Value
		}
		if value != "" {
			parts = append(parts, value)
		}
	}
	return strings.Join(parts, " ")
}

// letters are the mails that wait, oldest first.
func (r *records) letters() []letter {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.image.Letters
}

// setLetter stores a mail that waits anew.
func (r *records) setLetter(l letter) error {
	return r.alter(func(next *recordsImage) {
		next.Letters = slices.Clone(next.Letters)
		for i := range next.Letters {
			if next.Letters[i].Number == l.Number {
				next.Letters[i] = l
			}
		}
	})
}

// withNext makes a change part of the next write of the job history.
func (r *records) withNext(f func(*recordsImage)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.image)
}
