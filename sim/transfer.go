package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"mfpsim/choice"
	"mfpsim/core/mail"
	"mfpsim/core/secret"
	"mfpsim/device"
	"mfpsim/sim/contacts"
	"mfpsim/sim/settings"
)

// Values are the settings of a printer as Export Setting Value writes them: all but what is secret. Passwords and the
// sign-in are not among them.
type Values struct {
	Format      string           `json:"format"`
	Model       string           `json:"model"`
	Language    string           `json:"language"`
	Locked      bool             `json:"locked"`
	EmailServer EmailServer      `json:"emailServer"`
	Network     settings.Network `json:"network"`
	// Additional and EmailOnAdditional are of models with an additional network.
	Additional        settings.Additional `json:"additionalNetwork,omitzero"`
	EmailOnAdditional bool                `json:"emailOnAdditional,omitempty"`
	Proxy             settings.Proxy      `json:"proxy"` // without its password
	Date              settings.Date       `json:"date"`
	// Notification is of models that have Email Notification.
	Notification settings.Notification `json:"emailNotification,omitzero"`
	// Authentication is of models with Print Admin Serverless. The license key is for one printer, and users have a
	// file of their own: neither is among the values.
	Authentication Authentication `json:"userAuthentication,omitzero"`
	// FaxServer and FaxEmailServer are of models that send faxes.
	FaxServer      settings.FaxServer `json:"faxServer,omitzero"`
	FaxEmailServer EmailServer        `json:"faxEmailServer,omitzero"`
	Authorities    [][]byte           `json:"caCertificates,omitempty"`
	Contacts       []contacts.Entry   `json:"contacts,omitempty"`
}

// Authentication are the Authentication Settings.
type Authentication struct {
	Use       bool `json:"use"`
	UserSends bool `json:"userSends"`
}

// EmailServer are the settings of the email server without its password.
type EmailServer struct {
	Method     mail.Method   `json:"authenticationMethod"`
	Service    mail.Service  `json:"emailService,omitempty"`
	Account    string        `json:"authenticatedAccount,omitempty"`
	Sender     string        `json:"sender,omitempty"`
	Server     string        `json:"smtpServer,omitempty"`
	Port       int           `json:"smtpPort"`
	Security   mail.Security `json:"secureConnection"`
	Validate   bool          `json:"certificateValidation"`
	POP3Server string        `json:"pop3Server,omitempty"`
	POP3Port   int           `json:"pop3Port"`
}

// valuesFormat names what is exported, and its version.
const valuesFormat = "setting value 1"

// Errors of Import.
var (
	// ErrNoValues: the file is none that Export has written.
	ErrNoValues = errors.New("the file holds no setting values")
	// ErrOtherModel: the settings are those of another model.
	ErrOtherModel = errors.New("the setting values are those of another model")
)

// Export returns the printer's settings without secrets, as JSON.
func (p *Printer) Export() ([]byte, error) {
	live := p.on()
	if live == nil {
		return nil, device.ErrPoweredOff
	}
	set, m, preferred := live.memory.settings(), live.mail.Settings(), live.memory.preferences()
	set.Proxy.Password = ""
	var fax EmailServer
	if p.model.FaxServer != nil {
		fax = emailServerOf(live.fax.Settings())
	}
	text, err := json.MarshalIndent(Values{
		Format: valuesFormat, Model: p.model.Name, Language: preferred.Language, Locked: preferred.Locked,
		EmailServer: emailServerOf(m), FaxServer: set.FaxServer, FaxEmailServer: fax,
		Network: set.Network, Additional: set.Additional, EmailOnAdditional: set.EmailOnAdditional,
		Proxy: set.Proxy, Date: set.Date, Notification: set.Notification,
		Authentication: Authentication{set.PrintAdmin.On, set.PrintAdmin.UserSends}, Authorities: set.Authorities,
		Contacts: live.contacts.List(),
	}, "", "  ")
	return append(text, '\n'), err
}

// Import checks setting values, stores them as a whole and restarts the printer, which takes them when it is switched
// on: power off in the middle ends in the settings of before or in the new ones. The error is [ErrNoValues],
// [ErrOtherModel] or that of the memory: after each nothing has changed.
func (p *Printer) Import(data []byte) error {
	live := p.on()
	if live == nil {
		return device.ErrPoweredOff
	}
	// Windows' Notepad may put a byte order mark before what is looked at and saved.
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	decoder.DisallowUnknownFields()
	var v Values
	if err := decoder.Decode(&v); err != nil || v.Format != valuesFormat {
		return ErrNoValues
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return ErrNoValues
	}
	if v.Model != p.model.Name {
		return ErrOtherModel
	}
	if err := p.checkValues(live, v); err != nil {
		return fmt.Errorf("%w: %w", ErrNoValues, err)
	}
	v.Proxy.Password = ""
	if err := live.memory.alter(func(next *recordsImage) { next.Import = &v }); err != nil {
		return err
	}
	if !p.PoweredOn() {
		return device.ErrPoweredOff
	}
	p.Restart()
	return nil
}

// checkValues holds values to the rules that Web Config holds what is typed to.
func (p *Printer) checkValues(live *powered, v Values) error {
	limits := p.model.Settings
	bad := append(v.Network.Check(limits.Network), v.Proxy.Check(limits.Network)...)
	bad = append(append(bad, v.Date.Check(limits.Date)...), v.Additional.Check()...)
	if n := p.model.EmailNotification; n != nil {
		bad = append(bad, v.Notification.Check(n, p.model.Panel.Languages)...)
	} else if len(v.Notification.Destinations) > 0 {
		return errors.New("emailNotification")
	}
	if p.model.PrintAdmin == nil && v.Authentication != (Authentication{}) {
		return errors.New("userAuthentication")
	}
	set := settings.Settings{Authorities: v.Authorities}
	languages := p.model.Panel.Languages
	switch {
	case len(bad) > 0:
		return errors.New(bad[0].Field)
	case len(set.Certificates()) != len(v.Authorities) || len(v.Authorities) > limits.AuthorityMaximum:
		return errors.New("caCertificates")
	case v.EmailOnAdditional && !v.Additional.Use, v.Additional.Use && p.model.AdditionalNetwork == nil:
		return errors.New("additionalNetwork")
	case !slices.Contains(languages, v.Language):
		return &choice.Error{What: "language", Wanted: v.Language, Present: languages}
	case v.EmailServer.Method == mail.MethodOAuth2 && !live.firmware.Supports(string(mail.MethodOAuth2)):
		return errors.New("authenticationMethod")
	}
	if _, known := p.model.Provider(string(v.EmailServer.Service)); !known &&
		v.EmailServer.Method == mail.MethodOAuth2 {
		return errors.New("emailService")
	}
	if err := checkFields(live.mail, v.EmailServer); err != nil {
		return err
	}
	if err := p.checkFaxValues(live, v); err != nil {
		return err
	}
	trial := contacts.Open(noStore{}, p.model.Contacts)
	return trial.Replace(v.Contacts)
}

func emailServerOf(m mail.Settings) EmailServer {
	return EmailServer{
		Method: m.Method, Service: m.Service, Account: m.Account, Sender: m.Sender, Server: m.Server, Port: m.Port,
		Security: m.Security, Validate: m.ValidateCertificate, POP3Server: m.POP3Server, POP3Port: m.POP3Port,
	}
}

func (e EmailServer) settings(password secret.Secret) mail.Settings {
	s := mail.Settings{
		Method: e.Method, Service: e.Service, Account: e.Account, Sender: e.Sender, Server: e.Server, Port: e.Port,
		Security: e.Security, ValidateCertificate: e.Validate, POP3Server: e.POP3Server, POP3Port: e.POP3Port,
	}
	if s.Method == mail.MethodSMTPAuth || s.Method == mail.MethodPOPBeforeSMTP {
		s.Password = password
	}
	return s
}

// checkFields asks the core for what is wrong with the fields of an email server. That the service can be had is
// checked before: the providers may come with the same values.
func checkFields(m Mailer, e EmailServer) error {
	var wrong *mail.InvalidSettings
	err := m.Check(context.Background(), e.settings(secret.New("x")))
	if errors.As(err, &wrong) {
		ofService := func(f mail.FieldError) bool {
			return f == mail.FieldError{Field: mail.FieldService, Problem: mail.ProblemChoice}
		}
		if slices.ContainsFunc(wrong.Fields, func(f mail.FieldError) bool { return !ofService(f) }) {
			return err
		}
		return nil
	}
	return err
}

// noStore keeps nothing.
type noStore struct{}

func (noStore) Load() ([]byte, error) { return nil, nil }
func (noStore) Save([]byte) error     { return nil }

// takeEmailServer stores imported settings of an email server. A password is never sent to another server than the one
// that it was typed for.
func takeEmailServer(ctx context.Context, m Mailer, e EmailServer) error {
	stored := m.Settings()
	password := secret.Secret{}
	if e.Account == stored.Account && e.Server == stored.Server && e.POP3Server == stored.POP3Server {
		password = stored.Password
	}
	return m.Save(ctx, e.settings(password))
}

// takeImport takes the settings that were imported before the printer was switched on. The email server's come first,
// the rest with the note that they are taken: power off in between begins anew.
func (p *Printer) takeImport(ctx context.Context, live *powered) error {
	v := live.memory.image.Import
	if v == nil {
		return nil
	}
	if err := takeEmailServer(ctx, live.mail, v.EmailServer); err != nil {
		return fmt.Errorf("import the settings of the email server: %w", err)
	}
	if err := p.takeFaxServer(ctx, live, *v); err != nil {
		return fmt.Errorf("import the settings of the fax server: %w", err)
	}
	book, err := json.Marshal(contacts.File(v.Contacts))
	if err != nil {
		return fmt.Errorf("import the contacts: %w", err)
	}
	if err := live.memory.alter(func(next *recordsImage) {
		next.Import = nil
		next.Preferences.Language, next.Preferences.Locked = v.Language, v.Locked
		proxy := next.Settings.Proxy.Password
		if v.Proxy.Server != next.Settings.Proxy.Server || v.Proxy.User != next.Settings.Proxy.User {
			proxy = ""
		}
		next.Settings.Network, next.Settings.Proxy, next.Settings.Date = v.Network, v.Proxy, v.Date
		next.Settings.Additional, next.Settings.EmailOnAdditional = v.Additional, v.EmailOnAdditional
		next.Settings.Notification, next.Settings.FaxServer = v.Notification, v.FaxServer
		next.Settings.PrintAdmin.UserSends = v.Authentication.UserSends
		// Without a license nobody could log in, so nobody is asked to.
		next.Settings.PrintAdmin.On = v.Authentication.Use && p.licensed(next.Settings.PrintAdmin.License)
		next.Settings.Proxy.Password, next.Settings.Authorities = proxy, v.Authorities
		next.Contacts = book
	}); err != nil {
		return fmt.Errorf("import the settings: %w", err)
	}
	live.contacts = contacts.Open(contactsStore{live.memory}, p.model.Contacts)
	live.trusted.Store(nil)
	p.setZone(v.Date)
	return nil
}
