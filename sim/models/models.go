// Package models holds the simulated printers as data: what a model is called, what its firmware can do, which cloud services it
// knows, and the one table that says what the user sees of each outcome. Models are YAML files, embedded and read strictly.
package models

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"mfpsim/device"
	"mfpsim/sim/locale"
)

//go:embed data/*.yaml
var files embed.FS

// Default is the name of the model that a printer is if nobody says otherwise.
const Default = "MFP-4100"

// The values of Authentication Method, as Web Config's list shows them.
const (
	MethodOff           = "Off"
	MethodSMTPAuth      = "SMTP AUTH"
	MethodPOPBeforeSMTP = "POP before SMTP"
	MethodOAuth2        = "OAuth2"
)

// Model is one model of printer.
type Model struct {
	Name               string              `yaml:"name"`
	Maker              string              `yaml:"maker"`
	Serial             string              `yaml:"serial"` // also the initial administrator password
	MAC                string              `yaml:"mac"`
	Firmware           string              `yaml:"firmware"` // the version that is fitted when it is new
	Firmwares          []Firmware          `yaml:"firmwares"`
	Languages          []string            `yaml:"languages"` // of the panel
	WebConfigLanguages []string            `yaml:"webConfigLanguages"`
	Capabilities       []device.Capability `yaml:"capabilities"`
	Network            Network             `yaml:"network"`
	Administrator      Administrator       `yaml:"administrator"`
	LockedItems        []string            `yaml:"lockedItems"` // label ids that Lock Setting keeps for administrators (R25)
	Mail               Mail                `yaml:"mail"`
	Providers          []Provider          `yaml:"providers"`
	Outcomes           []Outcome           `yaml:"outcomes"`
}

// Firmware is a version of the printer's program and what it can do.
type Firmware struct {
	Version                string   `yaml:"version"`
	Released               string   `yaml:"released"` // date, for people
	AuthenticationMethods  []string `yaml:"authenticationMethods"`
	RootCertificateVersion string   `yaml:"rootCertificateVersion"`
}

// Supports reports whether the firmware offers an authentication method (guide rule R6).
func (f Firmware) Supports(method string) bool {
	return slices.Contains(f.AuthenticationMethods, method)
}

// Network is what is fixed of the standard network's connection; the address is the printer's own.
type Network struct {
	DeviceName       string `yaml:"deviceName"`
	ConnectionStatus string `yaml:"connectionStatus"`
	ObtainAddress    string `yaml:"obtainAddress"`
	SubnetMask       string `yaml:"subnetMask"`
	DefaultGateway   string `yaml:"defaultGateway"`
	PrimaryDNS       string `yaml:"primaryDNS"`
	SecondaryDNS     string `yaml:"secondaryDNS"`
	Domain           string `yaml:"domain"`
}

// Administrator is how the printer keeps strangers out. The times are elapsed times: setting the date does not move them.
type Administrator struct {
	UserMaximum      int           `yaml:"userMaximum"`     // characters of a user name; any name will do
	LockoutAttempts  int           `yaml:"lockoutAttempts"` // wrong passwords in a row until Web Config says "Try again later."
	LockoutTime      time.Duration `yaml:"lockoutTime"`
	WebSessionTime   time.Duration `yaml:"webSessionTime"`   // without a request
	PanelSessionTime time.Duration `yaml:"panelSessionTime"` // without a key
	PasswordMinimum  int           `yaml:"passwordMinimum"`  // characters
	PasswordMaximum  int           `yaml:"passwordMaximum"`
}

// Mail is what the printer fills into a scan by itself.
type Mail struct {
	AttachmentLimit  int64  `yaml:"attachmentLimit"` // bytes
	Subject          string `yaml:"subject"`
	FilePrefix       string `yaml:"filePrefix"`
	JobHistoryLength int    `yaml:"jobHistoryLength"` // jobs kept
}

// Provider is a cloud service that the printer can sign in to.
type Provider struct {
	Service          string   `yaml:"service"`
	Authority        string   `yaml:"authority"`
	Tenant           string   `yaml:"tenant"`
	ClientID         string   `yaml:"clientID"`
	Scopes           []string `yaml:"scopes"`
	SMTPAddress      string   `yaml:"smtpAddress"`
	SMTPPort         int      `yaml:"smtpPort"`
	SecureConnection string   `yaml:"secureConnection"` // "None", "SSL/TLS", "STARTTLS"
}

// Outcome is what the user sees of one kind of outcome of the core.
type Outcome struct {
	Kind   string `yaml:"kind"`
	Code   string `yaml:"code"`   // three digits in the job history; empty: no row there
	Panel  string `yaml:"panel"`  // message id on the panel; empty: the code's status
	SignIn string `yaml:"signIn"` // message id on Email Server > Basic, when a sign-in ended so
	Test   string `yaml:"test"`   // message id of the connection test
	Cloud  string `yaml:"cloud"`  // message id of the connection test when the cloud service's side failed; empty: Test
	Source string `yaml:"source"` // where the row is from
}

// StatusID is the message id of the code's status sentence, empty without a code.
func (o Outcome) StatusID() string { return codeID(o.Code, "status") }

// SolutionID is the message id of the code's remedy.
func (o Outcome) SolutionID() string { return codeID(o.Code, "solution") }

// PanelID is the message id that the panel shows.
func (o Outcome) PanelID() string {
	if o.Panel != "" {
		return o.Panel
	}
	return o.StatusID()
}

func codeID(code, what string) string {
	if code == "" {
		return ""
	}
	return "code." + code + "." + what
}

// Fitted returns a version of the firmware; the one of a new printer for "".
func (m *Model) Fitted(version string) (Firmware, error) {
	if version == "" {
		version = m.Firmware
	}
	var present []string
	for _, f := range m.Firmwares {
		if f.Version == version {
			return f, nil
		}
		present = append(present, f.Version)
	}
	return Firmware{}, &device.LabelError{What: "firmware", Wanted: version, Present: present}
}

// Outcome returns the row of a kind. Every kind of the core has one; for any other it returns the row of a communication error.
func (m *Model) Outcome(kind string) Outcome {
	for _, row := range m.Outcomes {
		if row.Kind == kind {
			return row
		}
	}
	return Outcome{Kind: kind, Code: "313", SignIn: "cloud-error", Test: "test-communication", Source: "[I] no row of its own"}
}

// Services are the values of Email service, in the order of the list.
func (m *Model) Services() []string {
	var services []string
	for _, p := range m.Providers {
		services = append(services, p.Service)
	}
	return services
}

// Provider returns a cloud service by its name.
func (m *Model) Provider(service string) (Provider, bool) {
	for _, p := range m.Providers {
		if p.Service == service {
			return p, true
		}
	}
	return Provider{}, false
}

var all = sync.OnceValue(func() map[string]*Model {
	found := map[string]*Model{}
	names, err := files.ReadDir("data")
	if err != nil {
		panic("models: " + err.Error()) // ours, found by any test
	}
	for _, entry := range names {
		data, err := files.ReadFile("data/" + entry.Name())
		if err != nil {
			panic("models: " + err.Error())
		}
		model, err := Parse(data)
		if err != nil {
			panic("models: the embedded model " + entry.Name() + " is wrong: " + err.Error())
		}
		found[model.Name] = model
	}
	return found
})

// Names returns the names of the models that there are, sorted.
func Names() []string {
	var names []string
	for name := range all() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Get returns a model by its name (Default for ""), without regard to case. The model is shared and must not be changed.
func Get(name string) (*Model, error) {
	if name == "" {
		name = Default
	}
	for _, present := range Names() {
		if strings.EqualFold(present, name) {
			return all()[present], nil
		}
	}
	return nil, &device.LabelError{What: "model", Wanted: name, Present: Names()}
}

// Copy returns a model of the caller's own, which may be changed.
func Copy(name string) (*Model, error) {
	m, err := Get(name)
	if err != nil {
		return nil, err
	}
	data, err := yaml.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("copy the model: %w", err)
	}
	return Parse(data)
}

// Parse reads a model from YAML and checks it. A key that a model does not have is an error.
func Parse(data []byte) (*Model, error) {
	var m Model
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&m); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the model: %w", err)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return &m, nil
}

func (m *Model) check() error {
	for what, value := range map[string]string{"name": m.Name, "serial": m.Serial, "mac": m.MAC, "firmware": m.Firmware} {
		if value == "" {
			return fmt.Errorf("a model needs %s", what)
		}
	}
	if _, err := m.Fitted(""); err != nil {
		return err
	}
	for _, f := range m.Firmwares {
		for _, method := range f.AuthenticationMethods {
			if !slices.Contains([]string{MethodOff, MethodSMTPAuth, MethodPOPBeforeSMTP, MethodOAuth2}, method) {
				return fmt.Errorf("firmware %s: unknown authentication method %q", f.Version, method)
			}
		}
	}
	for _, l := range append(slices.Clone(m.Languages), m.WebConfigLanguages...) {
		if !locale.Known(l) {
			return fmt.Errorf("no texts in language %q", l)
		}
	}
	if len(m.Languages) == 0 || len(m.WebConfigLanguages) == 0 || len(m.Providers) == 0 {
		return errors.New("a model needs languages and providers")
	}
	if m.Administrator.LockoutAttempts < 1 || m.Administrator.WebSessionTime <= 0 || m.Administrator.PanelSessionTime <= 0 || m.Mail.JobHistoryLength < 1 {
		return errors.New("a model needs lockoutAttempts, webSessionTime, panelSessionTime and jobHistoryLength")
	}
	for _, id := range m.LockedItems {
		if !locale.Has(id) {
			return fmt.Errorf("lockedItems: no label %q", id)
		}
	}
	seen := map[string]bool{}
	for _, row := range m.Outcomes {
		if row.Kind == "" || seen[row.Kind] || row.Source == "" {
			return fmt.Errorf("outcomes: the row %q needs a kind of its own and a source", row.Kind)
		}
		seen[row.Kind] = true
		for _, id := range []string{row.StatusID(), row.SolutionID(), row.Panel, row.SignIn, row.Test, row.Cloud} {
			if id != "" && !locale.Has(id) {
				return fmt.Errorf("outcomes: %s: no message %q", row.Kind, id)
			}
		}
	}
	return nil
}
