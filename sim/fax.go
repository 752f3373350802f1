package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/sim/jobs"
	"mfpsim/sim/models"
	"mfpsim/sim/scanner"
	"mfpsim/sim/settings"
)

// typeFax is the type of faxes in the job history, a label's name.
const typeFax = "fax"

// startFax begins a fax to a number: a mail to the number at the provider's domain, by the fax server's own email
// server and sign-in (guide rules R28, R29). What it returns is as of [Printer.startScan].
func (p *Printer) startFax(number, user string) (receipt int, refusal string) {
	live, model := p.on(), p.model.FaxServer
	if live == nil || model == nil {
		return 0, "fax-server-not-set"
	}
	set := live.memory.settings().FaxServer
	p.mu.Lock()
	pages := max(1, p.originals)
	p.mu.Unlock()
	entry := jobs.Record{Time: p.now(), Type: typeFax, To: number, Result: jobs.Running, From: user, Pages: pages}
	unready := live.fax.Ready()
	if !set.Use || set.Domain == "" {
		unready = outcome.New(outcome.NotConfigured, outcome.Device, outcome.StageNone, p.now())
	}
	return p.begin(live, entry, starter{}, unready, func() ([]job, error) {
		faxes, err := p.scanned(pages, scanner.Settings{
			Single: set.FormatOf(model) == "pdf-single-page", DPI: model.Resolution, Maximum: model.AttachmentLimit,
			Time: p.now(), Program: p.model.Name, Name: model.FilePrefix + p.now().Format("20060102_150405"),
		}, mail.Message{
			To: []string{number + "@" + set.Domain}, Subject: model.Subject, Text: model.Text + "\r\n",
			Program: p.model.Name, AttachmentLimit: model.AttachmentLimit,
		})
		for i := range faxes {
			faxes[i].fax = true
		}
		return faxes, err
	})
}

// activityOf is what the bench calls the activity that sends jobs of a type.
func activityOf(kind string) string {
	if kind == typeFax {
		return "fax"
	}
	return "scan to email"
}

// faxMail marks a context in which a fax is sent.
type faxMail struct{}

func isFax(ctx context.Context) bool { return ctx.Value(faxMail{}) != nil }

// outcomeOf is the row of an outcome of an email, or of a fax.
func (p *Printer) outcomeOf(fax bool, o *outcome.Outcome) models.Outcome {
	if fax {
		return p.model.FaxOutcome(o)
	}
	return p.model.OutcomeOf(o)
}

// faxEnded tells of a fax that has failed by mail, if the administrator wants it (docs/reference/printer.md §2.4).
func (p *Printer) faxEnded(live *powered, entry jobs.Record) {
	if to := p.toldOfFax(live, entry); len(to) > 0 {
		p.tell(live, models.FaxError, to)
	}
}

// faxInterrupted does the same for a fax that power off has interrupted: the mail is laid into the memory in the write
// that ends the job. It returns the mail for which there is no room.
func (p *Printer) faxInterrupted(live *powered, entry jobs.Record) (untold []letter) {
	to := p.toldOfFax(live, entry)
	if len(to) == 0 {
		return nil
	}
	fresh := letter{Cause: models.FaxError, Time: p.now(), To: to}
	live.memory.withNext(func(next *recordsImage) {
		if len(next.Letters) >= p.model.EmailNotification.Waiting {
			untold = []letter{fresh}
			return
		}
		next.LastLetter++
		fresh.Number = next.LastLetter
		next.Letters = append(slices.Clone(next.Letters), fresh)
	})
	return untold
}

// toldOfFax are the addresses that are told of the end of a job: of a fax that has failed.
func (p *Printer) toldOfFax(live *powered, entry jobs.Record) []string {
	n := p.model.EmailNotification
	if entry.Type != typeFax || entry.Result != jobs.Failed || n == nil || !n.Has(models.FaxError) {
		return nil
	}
	return live.memory.settings().Notification.To(models.FaxError)
}

// providers are the email services of a model.
func providers(model *models.Model) []core.Provider {
	var list []core.Provider
	for _, m := range model.Providers {
		list = append(list, core.Provider{
			Service: mail.Service(m.Service), Authority: m.Authority, Tenant: m.Tenant, ClientID: m.ClientID, Scopes: m.Scopes,
			SMTPAddress: m.SMTPAddress, SMTPPort: m.SMTPPort, SecureConnection: mail.Security(m.SecureConnection),
		})
	}
	return list
}

// providersOf are the email services that an owner can sign in to: those of the model and, for the fax server, its
// provider's own; for users, that of To My Email.
func (p *Printer) providersOf(owner nvram.Owner, s settings.Settings) []core.Provider {
	if owner.IsUser() || owner == nvram.Administrator {
		return userProviders(p.model)
	}
	list := providers(p.model)
	own := s.FaxServer.Provider
	if owner != nvram.FaxServer || own == (settings.FaxProvider{}) {
		return list
	}
	return append(list, core.Provider{
		Service:   models.OtherService,
		Addresses: oauth2.Endpoint{DeviceAuthURL: own.DeviceAuthorization, TokenURL: own.Token},
		ClientID:  own.ClientID, Scopes: strings.Fields(own.Scopes),
		SMTPPort: submissionPort, SecureConnection: mail.SecuritySTARTTLS,
	})
}

// submissionPort is that of mail servers for who has an account (RFC 6409 section 3.1).
const submissionPort = 587

// SetFaxServer stores other settings of the fax server. Who was signed in at a provider that is now another one is
// signed out first: what it has given is never told to anybody else.
func (p *Printer) SetFaxServer(ctx context.Context, next settings.FaxServer) error {
	live := p.on()
	switch {
	case live == nil:
		return device.ErrPoweredOff
	case p.model.FaxServer == nil:
		return device.ErrNotSupported
	}
	if bad := next.Check(p.model.FaxServer); len(bad) > 0 {
		return fmt.Errorf("%s: %s", bad[0].Field, bad[0].Why)
	}
	if err := p.leaveProvider(ctx, live, next); err != nil {
		return err
	}
	return p.Change(func(s *settings.Settings) { s.FaxServer = next })
}

// leaveProvider signs the fax server out if it was signed in at a provider that is to be another one.
func (p *Printer) leaveProvider(ctx context.Context, live *powered, next settings.FaxServer) error {
	before := live.memory.settings().FaxServer.Provider
	left := before.DeviceAuthorization != next.Provider.DeviceAuthorization || before.Token != next.Provider.Token ||
		before.ClientID != next.Provider.ClientID
	status := live.fax.Status()
	services := p.model.Services()
	ofModel := slices.Contains(services, string(status.Service)) && (!status.Stored || status.Phase == core.Stored)
	if !left || status.Phase == core.SignedOut || ofModel {
		return nil
	}
	return live.fax.SignOut(ctx)
}

// checkFaxValues holds imported values of the fax server to the rules of its pages.
func (p *Printer) checkFaxValues(live *powered, v Values) error {
	model, e := p.model.FaxServer, v.FaxEmailServer
	if model == nil {
		if v.FaxServer != (settings.FaxServer{}) || e != (EmailServer{}) {
			return errors.New("faxServer")
		}
		return nil
	}
	if bad := v.FaxServer.Check(model); len(bad) > 0 {
		return errors.New(bad[0].Field)
	}
	if e == (EmailServer{}) { // of an export by a firmware that had none
		return nil
	}
	if e.Method == mail.MethodOAuth2 {
		if !live.firmware.Supports(string(mail.MethodOAuth2)) {
			return errors.New("authenticationMethod")
		}
		known := func(of core.Provider) bool { return of.Service == e.Service }
		if !slices.ContainsFunc(p.providersOf(nvram.FaxServer, settings.Settings{FaxServer: v.FaxServer}), known) {
			return errors.New("emailService")
		}
	}
	return checkFields(live.fax, e)
}

// takeFaxServer takes imported values: first those of the fax server, because the services that its email server can
// have follow from them.
func (p *Printer) takeFaxServer(ctx context.Context, live *powered, v Values) error {
	if p.model.FaxServer == nil {
		return nil
	}
	if err := p.leaveProvider(ctx, live, v.FaxServer); err != nil {
		return err
	}
	if err := live.memory.set(func(s *settings.Settings) { s.FaxServer = v.FaxServer }); err != nil {
		return err
	}
	if v.FaxEmailServer == (EmailServer{}) {
		return nil
	}
	return takeEmailServer(ctx, live.fax, v.FaxEmailServer)
}
