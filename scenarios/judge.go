package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/laws"
	"mfpsim/report"
)

// Judge holds what has happened on a bench against the laws, which are kept whatever a scenario is about. What has
// fallen out of a bounded journal is not judged.
func Judge(l *lab.Lab) ([]laws.Breach, error) {
	record, err := recordOf(l, l.Journal.Entries())
	if err != nil {
		return nil, err
	}
	return laws.Judge(record), nil
}

// recordOf is what laws judge.
func recordOf(l *lab.Lab, entries []journal.Entry) (laws.Record, error) {
	record := laws.Record{Entries: entries, MailServers: map[string]string{}}
	for _, p := range l.Providers() {
		record.MailServers["login."+p.Domain] = "smtp." + p.Domain
	}
	for _, name := range l.Printers() {
		device, err := judged(l, name)
		if err != nil {
			return record, err
		}
		record.Devices = append(record.Devices, device)
	}
	for mailbox, m := range l.Messages() {
		record.Mails = append(record.Mails, laws.Mail{Mailbox: mailbox, Header: m.DeliveredHeader()})
	}
	return record, nil
}

// judged collects what a device shows.
func judged(l *lab.Lab, name string) (laws.Device, error) {
	judged := laws.Device{Name: name}
	d, err := l.Device(name)
	if err != nil {
		return judged, err
	}
	var description device.Description
	var jobs []device.Job
	var words device.Words
	err = inTurn(l, func(ctx context.Context) error {
		var err error
		if description, err = d.Describe(ctx); err != nil {
			return err
		}
		if words, err = d.Words(ctx, description.Language); err != nil {
			return err
		}
		jobs, err = d.Jobs(ctx)
		if errors.Is(err, device.ErrPoweredOff) || errors.Is(err, device.ErrNotSupported) {
			err = nil // what cannot be seen is not judged
		}
		return err
	})
	if err != nil {
		return judged, err
	}
	if description.Model == l.StandardModel() {
		judged.ClientID, judged.Scopes = l.Application()
		judged.UserClientID = l.UserApplication()
	}
	for _, j := range jobs {
		row := laws.Job{Receipt: j.Receipt, Code: j.Code, Status: j.Status, Solution: j.Solution}
		if status, err := messageOf(words, description.Language, "code."+j.Code+".status"); err == nil && j.Code != "" {
			solution, _ := messageOf(words, description.Language, "code."+j.Code+".solution") // a code may have none
			row.Wanted = &laws.Sentences{Status: status, Solution: solution}
		}
		judged.Jobs = append(judged.Jobs, row)
	}
	return judged, nil
}

// inTurn does something in a turn of its own.
func inTurn(l *lab.Lab, f func(ctx context.Context) error) error {
	var inner error
	if err := l.World.Do("scenario", 0, func(ctx context.Context) { inner = f(ctx) }); err != nil {
		return stuck(err)
	}
	return inner
}

// tokenLife is longer than an access token is good for on a bench.
const tokenLife = 2 * time.Hour

// tempt lets each printer send twice more, when a scenario is over: first a stranger sits in the place of the mail
// server, then in that of the identity provider too. It returns what a printer told him. One that cannot send now is
// not tempted.
func (p *play) tempt() ([]laws.Breach, error) {
	if p.witness() != nil {
		return nil, nil // a person's time is for the script
	}
	from := p.lab.Journal.Len()
	mail, cloud := []string{"smtp"}, []string{"entra"}
	for _, provider := range p.lab.Providers() {
		mail, cloud = append(mail, "smtp."+provider.Domain), append(cloud, "login."+provider.Domain)
	}
	for _, party := range slices.Concat(mail, cloud) {
		p.lab.Network.Clear(party)
	}
	for _, parties := range [][]string{mail, cloud} {
		for _, party := range parties {
			p.lab.Network.Arm(faultnet.Fault{To: party, Kind: faultnet.Untrusted})
		}
		for _, name := range p.lab.Printers() {
			if err := p.send(name); err != nil {
				return nil, err
			}
		}
		if p.real != nil {
			continue // what a device does when its token has ended is not waited for
		}
		if _, err := p.lab.World.Advance(tokenLife); err != nil {
			return nil, stuck(err)
		}
	}
	record, err := recordOf(p.lab, p.lab.Journal.Entries())
	if err != nil {
		return nil, err
	}
	broken := laws.JudgeStranger(record, from)
	for i := range record.Devices {
		seen := &record.Devices[i]
		if seen.Before, seen.After, err = p.switchedOff(seen.Name); err != nil {
			return nil, err
		}
	}
	return append(broken, laws.JudgePowerOff(record)...), nil
}

// switchedOff looks at a printer, switches it off and on, and looks again. One that is off, has a job under way, or
// whose memory has refused something, is left alone.
func (p *play) switchedOff(printer string) (before, after []string, err error) {
	d, err := p.lab.Device(printer)
	if err != nil {
		return nil, nil, err
	}
	err = p.do(func(ctx context.Context) error {
		about, err := d.Describe(ctx)
		if err != nil || !about.Has(device.CapabilityPower) {
			return err
		}
		if about.Has(device.CapabilityMemoryFault) {
			if state, err := d.MemoryState(ctx); err != nil || state.Refused > 0 || len(state.Unmet) > 0 {
				return err
			}
		}
		first, err := stored(ctx, d)
		if err != nil || first == nil || len(first.lines()) == 0 {
			return err
		}
		if err = d.Power(ctx, device.PowerAct{State: "off"}); err == nil {
			err = d.Power(ctx, device.PowerAct{State: "on"})
		}
		if err != nil {
			return err
		}
		then, err := stored(ctx, d)
		if err != nil || then == nil {
			return err
		}
		if p.real != nil && then.sheet == nil {
			// Nobody waits until who stands at the panel is logged out: power off does it, and closes the padlock.
			first.sheet = nil
		}
		before, after = first.lines(), then.lines()
		return nil
	})
	return before, after, err
}

// kept is what a printer shows of what it has stored, a line each.
type kept struct{ jobs, sheet, users []string }

func (k kept) lines() []string { return slices.Concat(k.jobs, k.sheet, k.users) }

// stored looks at job history, status sheet (nil: it may be behind the padlock) and users. Nil: the printer is off, or
// a job is under way.
func stored(ctx context.Context, d device.Device) (*kept, error) {
	k := &kept{}
	jobs, err := d.Jobs(ctx)
	switch {
	case errors.Is(err, device.ErrPoweredOff):
		return nil, nil
	case err != nil && !errors.Is(err, device.ErrNotSupported):
		return nil, err
	}
	for _, j := range jobs {
		if j.State == device.JobRunning {
			return nil, nil
		}
		k.jobs = append(k.jobs, fmt.Sprintf("job %d: %s to %s: %s %s", j.Receipt, j.Type, j.To, j.Result, j.Code))
	}
	if _, err := d.PrintSheet(ctx); err == nil {
		sheets, err := d.Sheets(ctx)
		if err != nil {
			return nil, err
		}
		if len(sheets) > 0 {
			text := strings.Split(strings.TrimSpace(sheets[0].Text), "\n")
			k.sheet = text[:len(text)-1] // the last line says when it was printed
		}
	}
	if users, err := d.Users(ctx); err == nil {
		for _, u := range users.Users {
			k.users = append(k.users, fmt.Sprintf(
				"user %s: %s, number %s, %s, signed in: %t", u.ID, u.Name, u.Number, u.Email, u.SignedIn,
			))
		}
	}
	return k, nil
}

// send scans to e-mail, and faxes where there is a fax provider, if the printer can.
func (p *play) send(printer string) error {
	d, err := p.lab.Device(printer)
	if err != nil {
		return err
	}
	requests := []device.ScanRequest{{Function: device.FunctionEmail, To: []string{"nobody@fabrikam.com"}}}
	if len(p.lab.Providers()) > 0 {
		requests = append(requests, device.ScanRequest{Function: device.FunctionFax, To: []string{"000"}})
	}
	for _, request := range requests {
		if err := p.do(func(ctx context.Context) error {
			if _, err := d.Scan(ctx, request); err != nil {
				p.note(journal.KindNote, "%s cannot send now: %v", printer, err)
			}
			return nil
		}); err != nil {
			return err
		}
		if err := p.settle(); err != nil {
			return err
		}
	}
	return nil
}

// troubled fails a scenario whose device is lost, or has acted without a turn.
func (p *play) troubled(r *Result, o Options) {
	trouble := p.lab.Trouble()
	if trouble == nil || r.Verdict == report.Skipped {
		return
	}
	if r.Passed {
		r.Failure = tell(p.scenario, 0, "its lines hold, and its device does not keep to the rules", p.fail(trouble), o)
	} else if !strings.Contains(r.Failure, trouble.Error()) {
		r.Failure = strings.TrimRight(r.Failure, "\n") + "\n  " + trouble.Error() + "\n"
	}
	r.Passed = false
	if r.Verdict != report.Errored {
		r.Verdict = report.Failed
	}
}

// brokenLaw stands for the line that fails where a law is broken.
const brokenLaw = "its lines hold, and a law does not"

// convict fails a scenario whose record breaks laws.
func (p *play) convict(r *Result, broken []laws.Breach, o Options) {
	if len(broken) == 0 {
		return
	}
	lines := make([]string, len(broken))
	for i, b := range broken {
		lines[i] = b.String()
	}
	r.Verdict, r.Passed, r.Broken = report.Failed, false, broken
	f := p.fail(errors.New(strings.Join(lines, "\n")))
	f.law, r.Step = true, brokenLaw
	r.Failure = tell(p.scenario, 0, brokenLaw, f, o)
}
