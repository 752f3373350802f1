package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mfpsim/core/outcome"

	"mfpsim/core/mail"
	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/sim/jobs"
)

// job is a scan to e-mail that waits to be sent.
type job struct {
	receipt int
	message mail.Message
}

// startScan begins a scan to e-mail. If the printer refuses at once it returns the message for the panel; if that has a
// code, the attempt is in the job history all the same (guide rules R39, R43).
func (p *Printer) startScan(_ context.Context, request device.ScanRequest) (receipt int, refusal string) {
	live := p.on()
	if live == nil {
		return 0, "email-server-not-set"
	}
	entry := jobs.Record{
		Time: p.now(), Type: "email", To: strings.Join(request.To, ", "), Result: jobs.Running,
	}
	if outcome := live.mail.Ready(); outcome != nil {
		row := p.model.Outcome(string(outcome.Kind))
		if row.Code != "" {
			entry.Result, entry.Code = jobs.Failed, row.Code
			entry.Receipt = live.history.Add(entry)
			p.recordOutcome(entry, string(outcome.Kind))
		}
		return 0, row.PanelID()
	}
	message := p.message(request)
	if !p.fits(live, message) {
		row := p.model.Outcome(string(outcome.MemoryFull))
		entry.Result, entry.Code = jobs.Failed, row.Code
		entry.Receipt = live.history.Add(entry)
		p.recordOutcome(entry, row.Kind)
		return 0, row.PanelID()
	}
	entry.Receipt = live.history.Add(entry)
	p.mu.Lock()
	p.originals = 0
	live.queue = append(live.queue, job{receipt: entry.Receipt, message: message})
	start := !live.sending
	live.sending = true
	p.mu.Unlock()
	if start {
		p.config.World.Go(p.config.Name+": scan to email", func(ctx context.Context) { p.send(ctx, live) })
	}
	return entry.Receipt, ""
}

// fits reports whether there is room for one scan more beside those that are sent and wait to be.
func (p *Printer) fits(live *powered, message mail.Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := size(message) + live.sendingSize
	for _, waiting := range live.queue {
		held += size(waiting.message)
	}
	return p.model.Mail.JobMemory == 0 || held <= p.model.Mail.JobMemory
}

// size is how many bytes a scan takes in memory.
func size(m mail.Message) (n int64) {
	for _, a := range m.Attachments {
		n += int64(len(a.Data))
	}
	return n
}

// message makes the mail of a scan.
func (p *Printer) message(request device.ScanRequest) mail.Message {
	subject, file := request.Subject, request.File
	if subject == "" {
		subject = p.model.Mail.Subject
	}
	if file == "" {
		file = p.defaultFile()
	}
	return mail.Message{
		To: slices.Clone(request.To), Subject: subject, Text: p.model.Mail.Text + "\r\n",
		Program:         p.model.Name,
		AttachmentLimit: p.model.Mail.AttachmentLimit, Attachments: []mail.Attachment{{Name: file + ".pdf", ContentType: "application/pdf", Data: scanPDF(max(1, request.Pages))}},
	}
}

// defaultFile is the file name where none is typed: prefix, date and time by the printer's clock.
func (p *Printer) defaultFile() string {
	return p.model.Mail.FilePrefix + p.now().Format("20060102_150405")
}

// send is the activity that sends what waits, one job after the other, until nothing does or the power goes.
func (p *Printer) send(ctx context.Context, live *powered) {
	for {
		p.mu.Lock()
		if p.live != live || len(live.queue) == 0 {
			live.sending = false
			p.mu.Unlock()
			return
		}
		next := live.queue[0]
		live.queue = live.queue[1:]
		jobContext, cancel := p.config.World.WithCancel(ctx)
		live.running, live.cancel, live.sendingSize = next.receipt, cancel, size(next.message)
		canceled := live.canceled[next.receipt]
		p.mu.Unlock()
		var receipt mail.Receipt
		err := error(&outcome.Outcome{Kind: outcome.Interrupted, Side: outcome.Device})
		if !canceled {
			receipt, err = live.mail.Send(jobContext, next.message)
		}
		cancel()
		p.finish(live, next.receipt, receipt, err)
	}
}

// finish records how a job ended. When the power has gone meanwhile nothing can be recorded; the next power on does it.
func (p *Printer) finish(live *powered, receipt int, sent mail.Receipt, err error) {
	p.mu.Lock()
	live.running, live.cancel, live.sendingSize = 0, nil, 0
	canceled := live.canceled[receipt]
	gone := p.live != live || live.life.over.Load()
	p.mu.Unlock()
	if gone {
		return
	}
	result, code, kind, message := jobs.Completed, "", "", "sent"
	refused := sent.Refused
	if len(refused) > 0 {
		result, message = jobs.Partly, "sent-in-part"
	}
	if err != nil {
		failure := &outcome.Outcome{Kind: outcome.ConnectionLost}
		errors.As(err, &failure)
		row := p.model.OutcomeOf(failure)
		result, code, kind, message, refused = jobs.Failed, row.Code, row.Kind, row.PanelID(), failure.Refused
	}
	if canceled && kind == string(outcome.Interrupted) { // a mail that was handed over before is not called back
		result, code, kind, message = jobs.Canceled, "", "", "send-canceled"
	}
	live.history.End(receipt, result, code, named(refused)...)
	p.mu.Lock()
	live.messages[receipt] = message
	p.mu.Unlock()
	if entry, ok := live.history.Get(receipt); ok {
		p.recordOutcome(entry, kind)
	}
	p.panel.JobEnded(receipt)
}

// named are refused recipients in words.
func named(refused []outcome.Refusal) []string {
	var names []string
	for _, r := range refused {
		names = append(names, r.String())
	}
	return names
}

// recordOutcome puts the end of a job into the record of the bench.
func (p *Printer) recordOutcome(entry jobs.Record, kind string) {
	text := fmt.Sprintf("job %d: %s to %s: %s", entry.Receipt, entry.Type, entry.To, entry.Result)
	detail := map[string]string{"receipt": strconv.Itoa(entry.Receipt), "result": string(entry.Result)}
	if entry.Code != "" {
		text += " " + entry.Code
		detail["code"], detail["kind"] = entry.Code, kind
		detail["source"] = p.model.Outcome(kind).Source
	}
	if len(entry.Refused) > 0 {
		text += ", not accepted: " + strings.Join(entry.Refused, ", ")
	}
	p.record(journal.Entry{Kind: journal.KindOutcome, Text: journal.Plain(text), Detail: detail})
}

// jobState tells the panel how a job is.
func (p *Printer) jobState(receipt int) (running bool, message string) {
	live := p.on()
	if live == nil {
		return false, ""
	}
	entry, ok := live.history.Get(receipt)
	if !ok {
		return false, ""
	}
	if entry.Result == jobs.Running {
		return true, ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return false, live.messages[receipt]
}

// cancelJob ends a job, whether it waits or is being sent.
func (p *Printer) cancelJob(_ context.Context, receipt int) {
	live := p.on()
	if live == nil {
		return
	}
	p.mu.Lock()
	live.canceled[receipt] = true
	var cancel context.CancelFunc
	if live.running == receipt {
		cancel = live.cancel
	}
	p.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// startCopy copies: it sends nothing and leaves the sign-in alone (guide rule R42).
func (p *Printer) startCopy() {
	live := p.on()
	if live == nil {
		return
	}
	p.mu.Lock()
	p.originals = 0
	p.mu.Unlock()
	entry := jobs.Record{Time: p.now(), Type: "copy", Result: jobs.Completed}
	entry.Receipt = live.history.Add(entry)
	p.recordOutcome(entry, "")
}
