// Package models holds the simulated printers as data: what a model is called, what its firmware can do, which cloud
// services it knows, and the one table that says what the user sees of each outcome. A model is one YAML file and
// nothing else. Every mistake in it is an error with file and line.
package models

import (
	"slices"
	"time"

	"mfpsim/choice"
	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/sim/locale"
)

// The values of Authentication Method, as Web Config's list shows them.
const (
	MethodOff           = "Off"
	MethodSMTPAuth      = "SMTP AUTH"
	MethodPOPBeforeSMTP = "POP before SMTP"
	MethodOAuth2        = "OAuth2"
)

// Model is one model of printer.
type Model struct {
	Name         string              `yaml:"name"`
	Default      bool                `yaml:"default"` // a printer is this model if nobody says otherwise
	Maker        string              `yaml:"maker"`
	Serial       string              `yaml:"serial"` // also the initial administrator password
	MAC          string              `yaml:"mac"`
	Firmware     string              `yaml:"firmware"` // the version that is fitted when it is new
	Firmwares    []Firmware          `yaml:"firmwares"`
	Capabilities []device.Capability `yaml:"capabilities"`
	Network      Network             `yaml:"network"`
	// AdditionalNetwork is the second one (guide rule R12); nil: the model has one network.
	AdditionalNetwork *AdditionalNetwork `yaml:"additionalNetwork"`
	Administrator     Administrator      `yaml:"administrator"`
	Panel             Panel              `yaml:"panel"`
	WebConfig         WebConfig          `yaml:"webConfig"`
	Sheet             Sheet              `yaml:"sheet"`
	// Words are the model's own in place of the standard ones, by language and message id (guide rules R32, R35).
	Words map[string]map[string]string `yaml:"words"`
	Mail  Mail                         `yaml:"mail"`
	// EmailNotification is what the printer sends mails of by itself; nil: of nothing.
	EmailNotification *EmailNotification `yaml:"emailNotification"`
	// PrintAdmin is that users log in on the panel; nil: the model has no such thing.
	PrintAdmin *PrintAdmin `yaml:"printAdmin"`
	// FaxServer is how the printer sends faxes by email (guide rule R28); nil: it sends none.
	FaxServer *FaxServer `yaml:"faxServer"`
	Contacts  Contacts   `yaml:"contacts"`
	Settings  Settings   `yaml:"settings"`
	// RootStores are the maker's collections of root certificates, oldest first; the last is what the maker offers.
	RootStores     []RootStore    `yaml:"rootStores"`
	UpdateHost     string         `yaml:"updateHost"` // of the maker, for root certificates and firmware
	ConnectionTest ConnectionTest `yaml:"connectionTest"`
	Providers      []Provider     `yaml:"providers"`
	Outcomes       []Outcome      `yaml:"outcomes"`

	tables *locale.Tables
}

// Texts are the model's texts in a language; in English for a language that there are none for.
func (m *Model) Texts(language string) *locale.Texts { return m.tables.In(language) }

// Tables are the model's texts in all languages.
func (m *Model) Tables() *locale.Tables { return m.tables }

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

// AdditionalNetwork is what is fixed of the additional network's connection; the address is the printer's own.
type AdditionalNetwork struct {
	ConnectionStatus string `yaml:"connectionStatus"`
	ObtainAddress    string `yaml:"obtainAddress"`
	SubnetMask       string `yaml:"subnetMask"`
	DefaultGateway   string `yaml:"defaultGateway"`
	PrimaryDNS       string `yaml:"primaryDNS"`
	SecondaryDNS     string `yaml:"secondaryDNS"`
}

// Administrator is how the printer keeps strangers out. The times are elapsed times: setting the date does not move
// them.
type Administrator struct {
	UserMaximum int `yaml:"userMaximum"` // characters of a user name; any name will do
	// wrong passwords in a row until Web Config says "Try again later."
	LockoutAttempts  int           `yaml:"lockoutAttempts"`
	LockoutTime      time.Duration `yaml:"lockoutTime"`
	WebSessionTime   time.Duration `yaml:"webSessionTime"`   // without a request
	PanelSessionTime time.Duration `yaml:"panelSessionTime"` // without a key
	PasswordMinimum  int           `yaml:"passwordMinimum"`  // characters
	PasswordMaximum  int           `yaml:"passwordMaximum"`
	// InitialPassword is that of a new printer; empty: its serial number.
	InitialPassword string `yaml:"initialPassword"`
}

// Panel is the control panel.
type Panel struct {
	Languages    []string      `yaml:"languages"`
	FieldMaximum int           `yaml:"fieldMaximum"` // characters that a field takes
	Fields       []Field       `yaml:"fields"`       // those that take something of their own
	JobsListed   int           `yaml:"jobsListed"`   // newest jobs on Job Status
	SleepTime    time.Duration `yaml:"sleepTime"`    // without a key until the glass goes dark; 0: it stays lit
	Menu         []MenuItem    `yaml:"menu"`         // the keys of the home screen, in their order
}

// MenuItem is a key of the panel and what it leads to: a screen that package panel knows by its id, or a list of
// further keys.
type MenuItem struct {
	Label  string     `yaml:"label"` // a label's name
	Icon   string     `yaml:"icon"`  // one of [screen.Icons]; empty: none
	Screen string     `yaml:"screen"`
	Items  []MenuItem `yaml:"items"`
	Locked bool       `yaml:"locked"` // Lock Setting keeps it for administrators (guide rule R25)
	Users  bool       `yaml:"users"`  // it is there for a user who has logged in only (guide rule R37)
}

// WebConfig is the printer's web page.
type WebConfig struct {
	Languages []string  `yaml:"languages"`
	Tabs      []WebItem `yaml:"tabs"`
	// NetworkStatus are the rows of the page of that name, by the names of their labels; none: those that can change.
	NetworkStatus []string `yaml:"networkStatus"`
}

// WebItem is a link of Web Config's menu, and the page that it leads to, which package webconfig knows by its id.
type WebItem struct {
	Label     string    `yaml:"label"` // a label's name
	Page      string    `yaml:"page"`
	Items     []WebItem `yaml:"items"`
	Everybody bool      `yaml:"everybody"` // the page needs no log-in (guide rule R15)
}

// ShownToAll reports whether a page of the menu needs no log-in.
func (w WebConfig) ShownToAll(page string) bool { return shownToAll(w.Tabs, page) }

func shownToAll(items []WebItem, page string) bool {
	return slices.ContainsFunc(items, func(i WebItem) bool {
		return i.Page == page && i.Everybody || shownToAll(i.Items, page)
	})
}

// Sheet is the network status sheet, as the model prints it.
type Sheet struct {
	Sections []SheetSection `yaml:"sections"`
	// States are what stays as it is on this model, here and on Web Config's Network Status, by the names of the label
	// and of the value's label: "bonjour: use".
	States map[string]string `yaml:"states"`
}

// SheetSection is a part of the sheet: its title and its rows, by the names of labels.
type SheetSection struct {
	Title string   `yaml:"title"`
	Rows  []string `yaml:"rows"`
}

// Mail is what the printer fills into a scan by itself.
type Mail struct {
	AttachmentLimit int64  `yaml:"attachmentLimit"` // bytes
	Text            string `yaml:"text"`            // what the mail says beside its attachment
	Subject         string `yaml:"subject"`
	FilePrefix      string `yaml:"filePrefix"`
	// Settings are what Scan Settings offers, in its order.
	Settings         []Setting `yaml:"settings"`
	JobHistoryLength int       `yaml:"jobHistoryLength"` // jobs kept
	JobMemory        int64     `yaml:"jobMemory"`        // bytes of the jobs that wait and are sent; 0: no limit
	JobMemoryCode    string    `yaml:"jobMemoryCode"`    // of a job for which there is no room
}

// Contacts is what the address book takes.
type Contacts struct {
	Maximum        int `yaml:"maximum"`        // entries, and the highest number
	NameMaximum    int `yaml:"nameMaximum"`    // characters of a name and of an index word
	AddressMaximum int `yaml:"addressMaximum"` // characters
	GroupMaximum   int `yaml:"groupMaximum"`   // contacts of a group
}

// Settings are limits of what Web Config takes.
type Settings struct {
	Network NetworkLimits `yaml:"network"`
	Date    DateLimits    `yaml:"date"`
	// AuthorityMaximum is how many CA certificates are kept.
	AuthorityMaximum int           `yaml:"authorityMaximum"`
	RestartTime      time.Duration `yaml:"restartTime"` // how long the printer is away when it restarts
}

// NetworkLimits are those of the network and of the proxy.
type NetworkLimits struct {
	NameMaximum   int `yaml:"nameMaximum"`   // characters of the device name
	DomainMaximum int `yaml:"domainMaximum"` // characters of the domain
	ProxyMaximum  int `yaml:"proxyMaximum"`  // characters of address, user name and password
}

// DateLimits are those of date and time.
type DateLimits struct {
	ServerMaximum   int      `yaml:"serverMaximum"`   // characters of the time server's address
	IntervalMinimum int      `yaml:"intervalMinimum"` // minutes
	IntervalMaximum int      `yaml:"intervalMaximum"`
	Interval        int      `yaml:"interval"`    // of a new printer
	Differences     []string `yaml:"differences"` // from UTC, "+05:30", in the order of the list
}

// RootStore is a version of the maker's root certificates.
type RootStore struct {
	Version string   `yaml:"version"`
	Roots   []string `yaml:"roots"` // names of authorities
}

// ConnectionTest is what the connection test says beyond the rows of the outcomes.
type ConnectionTest struct {
	Busy string `yaml:"busy"` // message id: the printer is busy
	// Advice are message ids by the value that the printer found that the server wants: "SSL/TLS", "None",
	// "STARTTLS", "SMTP AUTH", "POP before SMTP".
	Advice map[string]string `yaml:"advice"`
}

// RootStore returns a version of the root certificates.
func (m *Model) RootStore(version string) (RootStore, bool) {
	for _, s := range m.RootStores {
		if s.Version == version {
			return s, true
		}
	}
	return RootStore{}, false
}

// NewestRoots is the version of the root certificates that the maker offers.
func (m *Model) NewestRoots() RootStore { return m.RootStores[len(m.RootStores)-1] }

// The settings of a scan that the program knows.
const (
	SettingFormat     = "file-format"
	SettingResolution = "resolution"
	SettingColor      = "color-mode"
	SettingMaximum    = "attached-file-max-size"
	SettingSplit      = "split"
)

// Setting is a row of Scan Settings. Its values are labels' names, or numbers: of dots per inch, or of MB.
type Setting struct {
	Name    string   `yaml:"name"`
	Values  []string `yaml:"values"`
	Default string   `yaml:"default"`
}

// Unit is what stands behind a number.
func (s Setting) Unit() string {
	switch s.Name {
	case SettingResolution:
		return "dpi"
	case SettingMaximum:
		return "MB"
	}
	return ""
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
	// ToMyEmail is the application that users sign in to on the panel (guide rules R31 to R37); nil: they cannot.
	ToMyEmail *UserApplication `yaml:"toMyEmail"`
}

// UserApplication is the maker's application for To My Email. It is another one than the printer's own, and so it has a
// consent of its own.
type UserApplication struct {
	ClientID    string `yaml:"clientID"`
	RedirectURI string `yaml:"redirectURI"` // where its sign-in page leads back to; nothing is loaded from there
}

// Outcome is what the user sees of one kind of outcome of the core.
type Outcome struct {
	Kind   string `yaml:"kind"`
	Code   string `yaml:"code"`   // in the job history; empty: no row there
	Panel  string `yaml:"panel"`  // message id on the panel; empty: the code's status
	User   string `yaml:"user"`   // the same, to a user whose own sign-in it was; empty: that of Panel
	SignIn string `yaml:"signIn"` // message id on Email Server > Basic, when a sign-in ended so
	Test   string `yaml:"test"`   // message id of the connection test
	// CloudCode is in place of Code when the cloud service's side failed; empty: Code.
	CloudCode string `yaml:"cloudCode"`
	// Cloud is in place of Test when the cloud service's side failed; empty: Test.
	Cloud string `yaml:"cloud"`
	// OAuth2 is the message id of the connection test with a sign-in that the mail server refuses; empty: Test.
	OAuth2 string `yaml:"oauth2"`
	POP3   string `yaml:"pop3"`   // message id of the connection test when it failed at the POP3 server; empty: Test
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

// OutcomeOf returns the row of an outcome, with the code of the side that failed. nil is that of a lost connection.
func (m *Model) OutcomeOf(o *outcome.Outcome) Outcome {
	if o == nil {
		return m.Outcome(string(outcome.ConnectionLost))
	}
	row := m.Outcome(string(o.Kind))
	if o.Side == outcome.Cloud && row.CloudCode != "" {
		row.Code = row.CloudCode
	}
	return row
}

// AsksSignIn reports whether a message on the panel says that the printer's own sign-in is needed, or was lost.
func (m *Model) AsksSignIn(message string) bool {
	return slices.ContainsFunc(m.Outcomes, func(row Outcome) bool {
		kind := outcome.Kind(row.Kind)
		asks := kind == outcome.NoSignIn || kind == outcome.SignInWaiting || kind.EndsSignIn()
		return asks && row.PanelID() == message
	})
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
	return Firmware{}, &choice.Error{What: "firmware", Wanted: version, Present: present}
}

// Outcome returns the row of a kind. Every kind of the core has one; for any other it returns that of a lost
// connection.
func (m *Model) Outcome(kind string) Outcome {
	for _, row := range m.Outcomes {
		if row.Kind == kind {
			return row
		}
	}
	row := m.Outcome(string(outcome.ConnectionLost))
	row.Kind = kind
	return row
}

// Services are the values of Email service, in the order of the list.
func (m *Model) Services() []string {
	var services []string
	for _, p := range m.Providers {
		services = append(services, p.Service)
	}
	return services
}

// UserProvider returns the cloud service that users sign in to on the panel; ok is false if they cannot.
func (m *Model) UserProvider() (provider Provider, ok bool) {
	for _, p := range m.Providers {
		if p.ToMyEmail != nil {
			return p, true
		}
	}
	return Provider{}, false
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
