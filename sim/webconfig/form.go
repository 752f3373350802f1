package webconfig

import (
	"strconv"
	"strings"

	"mfpsim/core/secret"

	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/sim/models"
)

// form is Email Server > Basic as it is typed: text, not yet checked.
type form struct {
	Method, Service                  string
	Account                          string
	password                         string // never shown again
	Sender, Server, Port, Security   string
	Validation, POP3Server, POP3Port string
}

// The values of Certificate Validation in forms.
const (
	enable  = "Enable"
	disable = "Disable"
)

// problem is a field that cannot be stored, and why.
type problem struct {
	field  string         // English label of a field of Basic, id of one of another page; empty: none
	id     string         // message id
	values map[string]any // of the message's placeholders
}

func fromSettings(s mail.Settings) form {
	f := form{
		Method: string(s.Method), Service: string(s.Service), Account: s.Account, Sender: s.Sender, Server: s.Server,
		Port: number(s.Port), Security: string(s.Security), Validation: disable, POP3Server: s.POP3Server,
		POP3Port: number(s.POP3Port),
	}
	if s.ValidateCertificate {
		f.Validation = enable
	}
	return f
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// typed reads the form that was sent.
func (r *request) typed() form {
	value := r.r.PostFormValue
	return form{
		Method: value("method"), Service: value("service"), Account: value("account"), password: value("password"),
		Sender: strings.TrimSpace(value("sender")), Server: strings.TrimSpace(value("server")), Port: strings.TrimSpace(value("port")),
		Security: value("security"), Validation: value("validation"),
		POP3Server: strings.TrimSpace(value("pop3server")), POP3Port: strings.TrimSpace(value("pop3port")),
	}
}

// shown is the form as the page shows it: what is stored, in its place the method and service of a sign-in under way or
// waiting for OK, or what an earlier try to store it was refused for.
func (r *request) shown(status core.Status, d *draft) form {
	stored := r.engine.Settings()
	f := fromSettings(stored)
	switch {
	case d != nil && !d.signIn:
		f = d.form
	case !r.offers(models.MethodOAuth2):
		return f // as it is stored: a sign-in cannot be shown here
	case status.Phase == core.AwaitingUser || status.Phase == core.AwaitingOK:
		f.Method, f.Service = models.MethodOAuth2, string(status.Service)
	case d != nil:
		f.Method, f.Service = models.MethodOAuth2, d.form.Service
	}
	if f.Method != models.MethodOAuth2 {
		return f
	}
	wasOAuth2 := stored.Method == mail.MethodOAuth2
	switch {
	case d != nil && !d.signIn:
	case !wasOAuth2:
		r.fill(&f)
		f.Account, f.Sender = "", ""
	case r.of == faxMail && f.Service != string(stored.Service): // another provider's mail server
		r.fill(&f)
	}
	if !status.SignedIn() {
		f.Account = ""
		return f
	}
	f.Account = status.Account
	if f.Sender == "" || wasOAuth2 && f.Sender == stored.Account {
		f.Sender = status.Account
	}
	return f
}

// fill puts the server fields of the chosen service in (docs/reference/printer.md §1.6: preset).
func (r *request) fill(f *form) {
	if preset, ok := r.preset(f.Service); ok {
		f.Server, f.Port, f.Security = preset.Server, number(preset.Port), string(preset.Security)
	}
}

// preset are the settings that are filled in when a service is chosen; ok is false for one that cannot be.
func (r *request) preset(service string) (s mail.Settings, ok bool) {
	for _, p := range r.engine.Providers() {
		if string(p.Service) == service {
			return p.Preset(), true
		}
	}
	return mail.Settings{}, false
}

// services are the values of Email service.
func (r *request) services() []string {
	var services []string
	for _, p := range r.engine.Providers() {
		services = append(services, string(p.Service))
	}
	return services
}

// settings checks what only this page knows and makes the settings to be stored.
func (r *request) settings(f form, status core.Status) (mail.Settings, []problem) {
	var problems []problem
	add := func(field mail.Field, id string) { problems = append(problems, problem{field: string(field), id: id}) }
	stored := r.engine.Settings()
	if !r.offers(f.Method) {
		add(mail.FieldMethod, "invalid-choice")
	}
	oauth2 := f.Method == models.MethodOAuth2
	another := oauth2 && (stored.Method != mail.MethodOAuth2 || f.Service != string(stored.Service))
	if oauth2 {
		if _, ok := r.preset(f.Service); !ok {
			add(mail.FieldService, "invalid-choice")
		} else if status.SignedIn() && f.Service != string(status.Service) {
			add(mail.FieldService, "invalid-service")
		}
		// The server of the method or service before is not the chosen service's: its token would go there.
		if f.Server == "" || another && f.Server == stored.Server {
			r.fill(&f)
		}
	}
	if f.Validation != enable && f.Validation != disable {
		problems = append(problems, problem{field: "Certificate Validation", id: "invalid-choice"})
	}
	s := mail.Settings{
		Method: mail.Method(f.Method), Account: f.Account, Password: newSecret(f.password), Sender: f.Sender, Server: f.Server,
		Port: portNumber(f.Port, 0), Security: mail.Security(f.Security), ValidateCertificate: f.Validation == enable,
		POP3Server: f.POP3Server, POP3Port: portNumber(f.POP3Port, 0),
	}
	switch {
	case oauth2:
		// Under OAuth2 account and password are the sign-in's, not the form's.
		s.Service, s.Account, s.Password = mail.Service(f.Service), status.Account, secret.Secret{}
		// The account of before, by which the next sign-in knows whether the sender's address was typed.
		switch {
		case s.Account != "":
		case another && s.Sender == stored.Sender: // nobody has: it is that of the method or service before
			s.Account = s.Sender
		case stored.Method == mail.MethodOAuth2:
			s.Account = stored.Account
		}
		if s.Sender == "" {
			s.Sender = status.Account
		}
	case f.password == "" &&
		f.Account == stored.Account && f.Server == stored.Server && f.POP3Server == stored.POP3Server:
		// A password that is not typed again is kept, but never sent to another server than the one it was given for.
		s.Password = stored.Password
	}
	return s, problems
}

// portNumber reads a port; empty is the given one, anything that is no number is out of range.
func portNumber(typed string, empty int) int {
	if typed == "" {
		return empty
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n == 0 {
		return -1
	}
	return n
}

// problemIDs are the sentences for the core's problems.
var problemIDs = map[mail.Problem]string{
	mail.ProblemMissing: "invalid-required", mail.ProblemTooLong: "invalid-too-long", mail.ProblemCharacter: "invalid-characters",
	mail.ProblemRange: "invalid-number", mail.ProblemChoice: "invalid-choice",
}

func fromInvalid(invalid *mail.InvalidSettings, known []problem) []problem {
	problems := known
	for _, f := range invalid.Fields {
		id, ok := problemIDs[f.Problem]
		if !ok {
			id = "invalid-other"
		}
		told := false
		for _, p := range known {
			told = told || p.field == string(f.Field)
		}
		if !told {
			problems = append(problems, problem{field: string(f.Field), id: id})
		}
	}
	return problems
}
