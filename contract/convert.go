package contract

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

// serviceOf says a provider with all its addresses.
func serviceOf(p core.Provider) Service {
	urls := oauth.Endpoint{Authority: p.Authority, Tenant: p.Tenant, Addresses: p.Addresses}.URLs()
	s := Service{
		Name: string(p.Service), DeviceAuthorization: urls.DeviceAuthURL, Token: urls.TokenURL, Issuer: p.Issuer,
		ClientID: p.ClientID, Scopes: p.Scopes, RedirectURI: p.RedirectURI, Server: p.SMTPAddress, Port: p.SMTPPort,
		Security: string(p.SecureConnection),
	}
	if p.RedirectURI != "" {
		s.Authorization = urls.AuthURL
	}
	if s.Issuer == "" && p.Authority != "" {
		s.Issuer = strings.TrimRight(p.Authority, "/") + "/{tenantid}/v2.0"
	}
	return s
}

func lineOf(s mail.Settings) *SettingsLine {
	l := &SettingsLine{
		Method: string(s.Method), Service: string(s.Service), Account: s.Account, Sender: s.Sender, Server: s.Server,
		Port: s.Port, Security: string(s.Security), Validate: s.ValidateCertificate, POP3Server: s.POP3Server,
		POP3Port: s.POP3Port,
	}
	if s.Password == secret.Kept() {
		l.KeepPassword = true
	} else {
		l.Password = s.Password.Reveal()
	}
	return l
}

// settingsOf are the settings that a core shows.
func settingsOf(l *SettingsLine) mail.Settings {
	if l == nil {
		return mail.FactorySettings()
	}
	s := mail.Settings{
		Method: mail.Method(l.Method), Service: mail.Service(l.Service), Account: l.Account, Sender: l.Sender,
		Server: l.Server, Port: l.Port, Security: mail.Security(l.Security), ValidateCertificate: l.Validate,
		POP3Server: l.POP3Server, POP3Port: l.POP3Port,
	}
	if l.PasswordSet {
		s.Password = secret.Kept()
	}
	return s
}

func messageOf(m mail.Message) *Message {
	l := &Message{
		From: m.From, To: m.To, Subject: m.Subject, Text: m.Text, Program: m.Program, AttachmentLimit: m.AttachmentLimit,
	}
	for _, a := range m.Attachments {
		l.Attachments = append(l.Attachments, Attachment{
			Name: a.Name, Type: a.ContentType, Data: base64.StdEncoding.EncodeToString(a.Data),
		})
	}
	return l
}

func refusals(list []Refusal) []outcome.Refusal {
	var refused []outcome.Refusal
	for _, r := range list {
		refused = append(refused, outcome.Refusal(r))
	}
	return refused
}

// check says what is no outcome of the contract.
func (r Result) check() error {
	if r.OK {
		if r.Kind != "" {
			return fmt.Errorf("an outcome that is ok and of kind %q", r.Kind)
		}
		return nil
	}
	switch {
	case !slices.Contains(outcome.Kinds(), outcome.Kind(r.Kind)):
		return fmt.Errorf("an outcome of unknown kind %q", r.Kind)
	case r.Side != "" && !slices.Contains(outcome.Sides(), outcome.Side(r.Side)):
		return fmt.Errorf("an outcome on the unknown side %q", r.Side)
	case !slices.Contains(outcome.Stages(), outcome.Stage(r.Stage)):
		return fmt.Errorf("an outcome of the unknown stage %q; there are: %s", r.Stage, words(outcome.Stages()))
	case r.Advice != "" && !slices.Contains(outcome.Advices(), outcome.Advice(r.Advice)):
		return fmt.Errorf("an outcome with the unknown advice %q", r.Advice)
	}
	return nil
}

// words are the words that there are, in one line.
func words[T ~string](of []T) string {
	var named []string
	for _, word := range of {
		if word != "" {
			named = append(named, string(word))
		}
	}
	return strings.Join(named, ", ")
}

// outcome reads how an operation has ended; nil: well. The error says what is no outcome of the contract.
func (e *engine) outcome(r Result) (*outcome.Outcome, error) {
	if err := r.check(); err != nil || r.OK {
		return nil, err
	}
	kind, side := outcome.Kind(r.Kind), cmp.Or(outcome.Side(r.Side), outcome.Device)
	o := outcome.New(kind, side, outcome.Stage(r.Stage), e.host.Clock.Now())
	o.Service, o.AADSTS, o.Suberror, o.HTTPStatus = r.OfService, r.AADSTS, r.Suberror, r.HTTPStatus
	o.TraceID, o.CorrelationID, o.SMTPCode, o.Enhanced = r.TraceID, r.CorrelationID, r.SMTPCode, r.Enhanced
	o.Refused, o.RetryAfter = refusals(r.Refused), time.Duration(r.RetryAfterMS)*time.Millisecond
	o.Advice = outcome.Advice(r.Advice)
	return o, nil
}

// shown is an outcome of a state, which was checked when it came; nil: none.
func (e *engine) shown(r *Result) *outcome.Outcome {
	if r == nil {
		return nil
	}
	o, err := e.outcome(*r)
	if err != nil {
		return nil //nolint:nilerr // it was checked when it came
	}
	return o
}

// ended is how an operation has ended, for who has asked for it.
func (e *engine) result(r Result) error {
	if len(r.Fields) > 0 {
		invalid := &mail.InvalidSettings{}
		for _, f := range r.Fields {
			invalid.Fields = append(
				invalid.Fields, mail.FieldError{Field: mail.Field(f.Field), Problem: mail.Problem(f.Problem)},
			)
		}
		return invalid
	}
	if o := e.shown(&r); o != nil {
		return o
	}
	return nil
}

// fieldNames and problems are those of the settings.
var (
	fieldNames = []mail.Field{
		mail.FieldMethod, mail.FieldService, mail.FieldAccount, mail.FieldPassword, mail.FieldSender, mail.FieldServer,
		mail.FieldPort, mail.FieldSecurity, mail.FieldPOP3Server, mail.FieldPOP3Port,
	}
	problems = []mail.Problem{
		mail.ProblemMissing, mail.ProblemTooLong, mail.ProblemCharacter, mail.ProblemRange, mail.ProblemChoice,
	}
	phases = []core.Phase{core.SignedOut, core.AwaitingUser, core.AwaitingOK, core.Stored}
)

// checkResult says what is wrong with the outcome of an operation.
func checkResult(r Result) error {
	for _, f := range r.Fields {
		if !slices.Contains(fieldNames, mail.Field(f.Field)) || !slices.Contains(problems, mail.Problem(f.Problem)) {
			return fmt.Errorf("an outcome with the unknown field %q or problem %q", f.Field, f.Problem)
		}
	}
	if len(r.Fields) > 0 {
		return nil
	}
	return r.check()
}

// checkStates says what is wrong with the states of an answer.
func checkStates(states map[string]*State) error {
	for _, owner := range slices.Sorted(maps.Keys(states)) {
		if err := checkState(owner, states[owner]); err != nil {
			return err
		}
	}
	return nil
}

// checkState says what is wrong with a state.
func checkState(owner string, s *State) error {
	if s == nil || !slices.Contains(phases, core.Phase(s.Phase)) {
		return fmt.Errorf("the state of %q has no phase of the contract; there are: %s", owner, words(phases))
	}
	if _, known := classes[owner]; !known && (!nvram.Owner(owner).IsUser() || nvram.Owner(owner) == nvram.User("")) {
		return fmt.Errorf(
			"the state of an unknown owner %q; there are: printer, fax-server, administrator, users, user:ID", owner,
		)
	}
	for _, r := range []*Result{s.Ended, s.Lost, s.Ready} {
		if r == nil {
			continue
		}
		if err := r.check(); err != nil {
			return fmt.Errorf("the state of %q has %w", owner, err)
		}
		if r.OK {
			return fmt.Errorf("the state of %q has an outcome that is ok", owner)
		}
	}
	for _, address := range []string{s.VerificationURI, s.SignInPage} {
		if u, err := url.Parse(address); err != nil || address != "" && u.Scheme != "https" {
			return fmt.Errorf("the state of %q has an address that is not https", owner)
		}
	}
	return checkSettings(owner, s.Settings)
}

// checkSettings says what is wrong with the settings of a state.
func checkSettings(owner string, s *SettingsLine) error {
	switch {
	case s == nil:
		return nil
	case s.Password != "":
		return fmt.Errorf("the state of %q says a password; a core never says one: say \"password_set\":true", owner)
	case s.KeepPassword:
		return fmt.Errorf("the state of %q has keep_password, which only the printer says", owner)
	case nvram.Owner(owner).HasSettings() && !slices.Contains(mail.Methods(), mail.Method(s.Method)):
		return fmt.Errorf(
			"the state of %q has the unknown method %q; there are: %s", owner, s.Method, words(mail.Methods()),
		)
	case s.Security != "" && !slices.Contains(mail.Securities(), mail.Security(s.Security)):
		return fmt.Errorf(
			"the state of %q has the unknown security %q; there are: %s", owner, s.Security, words(mail.Securities()),
		)
	}
	return nil
}
