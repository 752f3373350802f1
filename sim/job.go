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
	"mfpsim/sim/models"
	"mfpsim/sim/panel"
	"mfpsim/sim/scanner"
)

// job is a scan to e-mail, or a fax, that waits to be sent.
type job struct {
	receipt int
	message mail.Message
	pages   int
	user    string // ID of him whose own sign-in sends it; empty: the printer's does
	fax     bool
}

// startScan begins a scan to e-mail. If the printer refuses at once it returns the message for the panel; if that has a
// code, the attempt is in the job history all the same (guide rules R39, R43).
func (p *Printer) startScan(
	_ context.Context, request device.ScanRequest, settings map[string]string,
) (receipt int, refusal string) {
	live := p.on()
	if live == nil {
		return 0, "email-server-not-set"
	}
	mailer, user := p.sender(live, request)
	entry := jobs.Record{
		Time: p.now(), Type: typeOf(request), To: strings.Join(request.To, ", "), Result: jobs.Running,
		From: request.User, Pages: max(1, request.Pages),
	}
	return p.begin(live, entry, starter{user, request.UserID}, mailer.Ready(), func() ([]job, error) {
		return p.messages(request, settings)
	})
}

// starter is who begins a job: the user whose own sign-in sends it, if one does, and the user who is logged in.
type starter struct{ signIn, loggedIn string }

// begin begins the mails of a scan, or says why it does not: what is not ready, or no room in the memory.
func (p *Printer) begin(
	live *powered, entry jobs.Record, by starter, unready *outcome.Outcome, scan func() ([]job, error),
) (receipt int, refusal string) {
	if unready != nil {
		row := p.outcomeOf(entry.Type == typeFax, unready)
		if row.Code != "" {
			entry.Result, entry.Code = jobs.Failed, row.Code
			entry.Receipt = live.history.Add(entry)
			p.recordOutcome(entry, string(unready.Kind))
			p.faxEnded(live, entry)
		}
		return entry.Receipt, job{user: by.signIn}.panelID(row)
	}
	mails, err := scan()
	if err != nil || !p.holds(live, mails) {
		row := models.Outcome{Code: p.model.Mail.JobMemoryCode}
		entry.Result, entry.Code, entry.Ended = jobs.Failed, row.Code, entry.Time
		entry.Receipt = live.history.Add(entry)
		p.recordOutcome(entry, memoryFull)
		p.faxEnded(live, entry)
		return entry.Receipt, row.StatusID()
	}
	var receipts []int
	for i := range mails { // each mail is a job: it has a result of its own
		entry.Pages, entry.File = mails[i].pages, filesOf(mails[i].message)
		mails[i].receipt, mails[i].user = live.history.Add(entry), by.signIn
		receipts = append(receipts, mails[i].receipt)
	}
	p.mu.Lock()
	if by.loggedIn != "" {
		for _, receipt := range receipts {
			live.ofUser[receipt] = by.loggedIn
		}
	}
	p.originals, p.paper = 0, scanner.Originals{}
	if len(receipts) > 1 {
		live.parts[receipts[0]] = receipts
	}
	live.queue = append(live.queue, mails...)
	start := !live.sending
	live.sending = true
	p.mu.Unlock()
	if start {
		p.config.World.Go(p.config.Name+": "+activityOf(entry.Type), func(ctx context.Context) { p.send(ctx, live) })
	}
	return receipts[0], ""
}

// typeOf is the type of a job in the history, a label's name.
func typeOf(request device.ScanRequest) string {
	if request.Function == device.FunctionToMyEmail {
		return toMyEmail
	}
	return "email"
}

// memoryFull is how the record calls it that there is no room for a job.
const memoryFull = "MemoryFull"

// size is how many bytes a job takes in memory.
func (j job) size() (bytes int64) {
	for _, a := range j.message.Attachments {
		bytes += int64(len(a.Data))
	}
	return bytes
}

// holds reports whether the memory of jobs has room for more of them.
func (p *Printer) holds(live *powered, more []job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	bytes := live.sendingSize
	for _, j := range slices.Concat(live.queue, more) {
		bytes += j.size()
	}
	return p.model.Mail.JobMemory == 0 || bytes <= p.model.Mail.JobMemory
}

// messages makes the mails of a scan: one, unless what is too large is to be divided.
func (p *Printer) messages(request device.ScanRequest, settings map[string]string) ([]job, error) {
	subject, file := request.Subject, request.File
	if subject == "" {
		subject = p.model.Mail.Subject
	}
	if file == "" {
		file = p.defaultFile()
	}
	scan := p.scanSettings(settings)
	scan.Name = file
	return p.scanned(request.Pages, scan, mail.Message{
		To: request.To, Subject: subject, Text: p.model.Mail.Text + "\r\n",
		Program: p.model.Name, AttachmentLimit: scan.Maximum,
	})
}

// scanned scans what lies in the feeder, and makes mails of it like the given one.
func (p *Printer) scanned(pages int, scan scanner.Settings, like mail.Message) ([]job, error) {
	p.mu.Lock()
	paper := p.paper
	p.mu.Unlock()
	paper.Pages = max(1, pages)
	parts, err := scanner.Scan(paper, scan)
	if err != nil {
		return nil, err
	}
	var mails []job
	for n, files := range parts {
		message := like
		message.To = slices.Clone(like.To)
		if len(parts) > 1 {
			message.Subject = fmt.Sprintf("%s (%d/%d)", like.Subject, n+1, len(parts))
		}
		pages := 0
		for _, f := range files {
			pages += f.Pages
			message.Attachments = append(
				message.Attachments, mail.Attachment{Name: f.Name, ContentType: f.ContentType, Data: f.Data},
			)
		}
		mails = append(mails, job{message: message, pages: pages})
	}
	return mails, nil
}

// standardDPI is the resolution of a model that has no such setting.
const standardDPI = 200

// scanSettings reads the values of Scan Settings.
func (p *Printer) scanSettings(settings map[string]string) scanner.Settings {
	scan := scanner.Settings{
		JPEG: settings[models.SettingFormat] == "jpeg", Single: settings[models.SettingFormat] == "pdf-single-page",
		DPI: standardDPI, Color: settings[models.SettingColor] != "gray", Maximum: p.model.Mail.AttachmentLimit,
		Split: settings[models.SettingSplit] == "on", Time: p.now(), Program: p.model.Name,
	}
	if dpi, err := strconv.Atoi(settings[models.SettingResolution]); err == nil {
		scan.DPI = dpi
	}
	if megabytes, err := strconv.ParseInt(settings[models.SettingMaximum], 10, 32); err == nil {
		scan.Maximum = megabytes << 20
	}
	return scan
}

// filesOf are the names of a mail's files.
func filesOf(m mail.Message) string {
	var names []string
	for _, a := range m.Attachments {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
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
		live.running, live.cancel, live.sendingSize = next.receipt, cancel, next.size()
		canceled := live.canceled[next.receipt]
		p.mu.Unlock()
		var receipt mail.Receipt
		err := error(&outcome.Outcome{Kind: outcome.Interrupted, Side: outcome.Device})
		if !canceled {
			receipt, err = p.sendAs(jobContext, live, next)
		}
		cancel()
		p.finish(live, next, receipt, err)
	}
}

// finish records how a job ended. When the power has gone meanwhile nothing can be recorded; the next power on does it.
func (p *Printer) finish(live *powered, ended job, sent mail.Receipt, err error) {
	receipt := ended.receipt
	p.mu.Lock()
	live.running, live.cancel, live.sendingSize = 0, nil, 0
	canceled := live.canceled[receipt]
	gone := p.live != live || live.life.over.Load()
	p.mu.Unlock()
	if gone {
		return
	}
	result, code, kind, message := jobs.Completed, "", "", "sent"
	if ended.fax {
		message = "fax-sent"
	}
	refused := sent.Refused
	if len(refused) > 0 {
		result, message = jobs.Partly, "sent-in-part"
	}
	if err != nil {
		failure := &outcome.Outcome{Kind: outcome.ConnectionLost}
		errors.As(err, &failure)
		row := p.outcomeOf(ended.fax, failure)
		result, code, kind, message, refused = jobs.Failed, row.Code, row.Kind, ended.panelID(row), failure.Refused
	}
	if canceled && kind == string(outcome.Interrupted) { // a mail that was handed over before is not called back
		result, code, kind, message = jobs.Canceled, "", "", "send-canceled"
	}
	live.history.End(receipt, p.now(), result, code, named(refused)...)
	p.mu.Lock()
	live.messages[receipt] = message
	p.mu.Unlock()
	if entry, ok := live.history.Get(receipt); ok {
		p.recordOutcome(entry, kind)
		p.faxEnded(live, entry)
	}
	p.panel.JobEnded(p.firstOf(live, receipt))
}

// firstOf is the first of the jobs that were begun together with one.
func (p *Printer) firstOf(live *powered, receipt int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for first, parts := range live.parts {
		if slices.Contains(parts, receipt) {
			return first
		}
	}
	return receipt
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
func (p *Printer) jobState(receipt int) panel.Ended {
	live := p.on()
	if live == nil {
		return panel.Ended{}
	}
	var ended panel.Ended
	for _, part := range live.partsOf(p, receipt) {
		entry, ok := live.history.Get(part)
		if !ok {
			return panel.Ended{}
		}
		if entry.Result == jobs.Running {
			return panel.Ended{Running: true}
		}
		p.mu.Lock()
		if ended.Message == "" || ended.Message == "sent" { // of several mails the one that has failed is told
			ended.Message, ended.Receipt = live.messages[part], part
		}
		p.mu.Unlock()
	}
	return ended
}

// partsOf are the jobs that one press of Start has begun, by the first of them.
func (l *powered) partsOf(p *Printer, first int) []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if parts := l.parts[first]; parts != nil {
		return parts
	}
	return []int{first}
}

// cancelJob ends a job, whether it waits or is being sent.
func (p *Printer) cancelJob(_ context.Context, receipt int) {
	live := p.on()
	if live == nil {
		return
	}
	parts := live.partsOf(p, receipt)
	p.mu.Lock()
	var cancel context.CancelFunc
	for _, part := range parts {
		live.canceled[part] = true
		if live.running == part {
			cancel = live.cancel
		}
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
	pages := p.originals
	p.originals, p.paper = 0, scanner.Originals{}
	p.mu.Unlock()
	now := p.now()
	entry := jobs.Record{Time: now, Type: "copy", Result: jobs.Completed, Pages: pages, Ended: now}
	entry.Receipt = live.history.Add(entry)
	p.recordOutcome(entry, "")
}
