// Package webconfig is the web page of the simulated printer: real HTML for a browser, without script.
//
// Status pages are for everybody. Network > Email Server > Basic and the other settings are for administrators (guide
// rule R15), several of whom can be logged in at once, each in a session of its own. What is typed on a page is sent by
// its buttons only and stored by OK only (R23); a page that is opened anew shows what the printer has. A sign-in that
// waits for OK belongs to the printer, not to a session: every administrator sees it (R40). A form that is sent twice,
// as by a double click, is acted on once and answered alike.
//
// How the pages are written, for programs that read them: a field is a label with its control, or a fieldset whose
// legend is the label of its radio buttons; a value that cannot be changed is a dt with its dd; the path is the h1
// ("Email Server > Basic"); each item of the menu is a link. Groups that only one method uses are always in the page
// and carry data-method; the style sheet shows those of the method that is chosen.
package webconfig

import (
	"context"
	"time"

	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/device"
	"mfpsim/sim/contacts"
	"mfpsim/sim/facts"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
	"mfpsim/sim/settings"
	"mfpsim/sim/users"
)

// Engine is the mail core as the pages need it; *core.Mailer is one.
type Engine interface {
	Settings() mail.Settings
	// Providers are the services that can be signed in to, in the order of Email service.
	Providers() []core.Provider
	Status() core.Status
	BeginSignIn(ctx context.Context, service mail.Service) (core.Status, error)
	CancelSignIn(ctx context.Context)
	SignOut(ctx context.Context) error
	// Check says what Save would refuse of the fields, and stores nothing.
	Check(ctx context.Context, settings mail.Settings) error
	Save(ctx context.Context, settings mail.Settings) error
	ConnectionTest(ctx context.Context) error
}

// Machine is the printer as its pages need it. All methods are safe for concurrent use.
type Machine interface {
	Model() *models.Model
	Texts() *locale.Texts // in the language of Web Config
	Facts() facts.Facts
	Jobs() []device.Job
	Engine() Engine    // the printer's own; nil while the power is off
	FaxEngine() Engine // the fax server's; nil too on a model that has none
	// LogIn asks whether user and password are the administrator's; the message id says why they are refused, if they
	// are.
	LogIn(user, password string) (refusal string)
	// Elapsed is a running timer since power on, which setting the date does not move: sessions count by it.
	Elapsed() time.Duration
	// Wait lets so much time pass, in the turn of the request whose context it is.
	Wait(ctx context.Context, d time.Duration) error
	// Token returns so many random hexadecimal digits.
	Token(digits int) string
	// Link returns where a link to an address of the cloud service leads; the page shows the address itself.
	Link(address string) string

	// Settings are what was set beside the email server; Change stores others in one write.
	Settings() settings.Settings
	Change(func(*settings.Settings)) error
	// SetFaxServer stores other settings of the fax server (guide rule R28), and signs it out of a provider that was
	// another one.
	SetFaxServer(ctx context.Context, next settings.FaxServer) error
	SealProxyPassword(password string) (sealed string, err error)
	// SetPassword stores another administrator password.
	SetPassword(password string) error
	Contacts() *contacts.Book // nil while the power is off

	// Users is the register of users; nil while the power is off and on a model without Print Admin Serverless.
	Users() *users.Book
	UserColumns() users.Columns
	// RemoveUsers takes users out of it with their sign-ins.
	RemoveUsers(ctx context.Context, ids ...string) error
	// License returns the license key that was entered and what it says; an empty key: none was.
	License() (key string, license users.License)

	SetDate(date time.Time) error
	// KeepTime goes by the time server that is set; TimeServer says how it answered last.
	KeepTime()
	TimeServer() (asked time.Time, failed bool)

	// Of the maker's server; an [*outcome.Outcome] says why it gives nothing.
	RootsVersion() string
	UpdateRoots(ctx context.Context) (updated bool, err error)
	OfferedFirmware(ctx context.Context) (version string, newer bool, err error)
	UpdateFirmware(ctx context.Context) (updated bool, err error)

	// PanelLanguage is that of the panel, which Web Config need not have.
	PanelLanguage() string
	// SendTestMail sends a mail to all destinations of Email Notification.
	SendTestMail() error

	// Busy reports whether a job is under way.
	Busy() bool
	Export() ([]byte, error)
	// Import takes the settings of a file and restarts the printer, or returns the message id of why not.
	Import(file []byte) (refusal string)
	// Restore brings the printer back to its first state and restarts it.
	Restore(all bool) error
}
