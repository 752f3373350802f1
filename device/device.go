// Package device declares what the scenarios need from a printer, simulated or real.
//
// Every verb of the scenarios' language reaches a printer through [Device] and nothing else, so that the same scenario
// runs against the simulated printer, against another build of it, or against hardware behind an adapter. The package
// has the interface and its data types only. All data are plain and have a form in JSON. Errors differ by
// their type: [Error], and [*choice.Error] for something that is not there.
//
// How a device gets onto a bench is in package mount; package webdriver drives any device's web page.
package device

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/screen"
)

// Capability is something that a scenario may need of a device and that not every device has.
type Capability string

// Capabilities that scenario headers name after "needs:", and that verbs need by themselves.
const (
	// CapabilityClock: the device's time follows the bench's, so that days pass in a moment.
	CapabilityClock Capability = "clock"
	// CapabilityPower: the device can be switched off and on by the harness.
	CapabilityPower Capability = "power"
	// CapabilityPowerCut: its supply can be made to fail at a write to its memory.
	CapabilityPowerCut Capability = "power-cut"
	// CapabilityMemory: what its non-volatile memory holds can be read out.
	CapabilityMemory Capability = "memory"
	// CapabilityMemoryFault: its memory can be made to refuse writes, and says how many there were.
	CapabilityMemoryFault Capability = "memory-fault"
	// CapabilityDate: the harness can set the device's date and let its clock drift.
	CapabilityDate Capability = "date"
	// CapabilityFirmware: another version of the firmware can be fitted.
	CapabilityFirmware Capability = "firmware"
	// CapabilityPanel: it has a control panel that can be read and pressed.
	CapabilityPanel Capability = "panel"
	// CapabilityWebConfig: it has a web page for its administrator.
	CapabilityWebConfig Capability = "web-config"
	// CapabilityScan: it scans to e-mail.
	CapabilityScan Capability = "scan"
	// CapabilityCopy: it copies.
	CapabilityCopy Capability = "copy"
	// CapabilityJobHistory: it keeps a job history (guide rule R43).
	CapabilityJobHistory Capability = "job-history"
	// CapabilityStatusSheet: it prints a network status sheet (guide rule R27).
	CapabilityStatusSheet Capability = "status-sheet"
	// CapabilityEvent: something can be made to happen to it, such as that its paper runs out.
	CapabilityEvent Capability = "event"
	// CapabilityPrintAdminServerless: the device authenticates users and offers To My Email (guide, chapter 7).
	CapabilityPrintAdminServerless Capability = "print-admin-serverless"
	// CapabilityFaxServer: the device sends faxes by e-mail through a server (guide, chapter 6).
	CapabilityFaxServer Capability = "fax-server"
	// CapabilityAdditionalNetwork: the device has a second network interface (guide rule R12).
	CapabilityAdditionalNetwork Capability = "additional-network"
)

// Capabilities returns all that there are, in the order of the documentation.
func Capabilities() []Capability {
	return []Capability{
		CapabilityClock, CapabilityPower, CapabilityPowerCut, CapabilityMemory, CapabilityMemoryFault,
		CapabilityDate, CapabilityFirmware,
		CapabilityPanel, CapabilityWebConfig, CapabilityScan, CapabilityCopy, CapabilityJobHistory,
		CapabilityStatusSheet, CapabilityEvent, CapabilityPrintAdminServerless, CapabilityFaxServer, CapabilityAdditionalNetwork,
	}
}

// Description is what a device says of itself.
type Description struct {
	Name         string       `json:"name"`  // the bench's name of the device, for example "printer"
	Model        string       `json:"model"` // the maker's model name
	Serial       string       `json:"serial"`
	Firmware     string       `json:"firmware"`
	Address      string       `json:"address"`   // IP address of the standard network, as the panel shows it
	Language     string       `json:"language"`  // of the panel now
	Languages    []string     `json:"languages"` // that the panel can have
	Capabilities []Capability `json:"capabilities"`
}

// Has reports whether the device has a capability.
func (d Description) Has(wanted Capability) bool { return slices.Contains(d.Capabilities, wanted) }

// Sheet is one printed network status sheet.
type Sheet struct {
	Number  int       `json:"number" doc:"of the printing, from 1"`
	Printed time.Time `json:"printed" doc:"by the device's own clock"`
	Text    string    `json:"text" doc:"what stands on it, line by line"`
	Page    string    `json:"page" doc:"the sheet as a page of HTML, in the form of the paper; empty if the device has none"`
}

// Device is one printer. Each method is an act of a person or a look at something that a person can see. What the
// device cannot do is a capability that [Description] leaves out, and [ErrNotSupported].
//
// A method that acts works in the turn that its context carries, and returns when the person could go on. A look
// (Describe, Now, Words, Jobs, Sheets, Memory, the panel's Screen) acts on nothing. It needs no turn, so that a bench
// that is held can still be looked at; a device in another process takes a turn for it if the context carries none.
type Device interface {
	Describe(ctx context.Context) (Description, error)
	// Now returns what the device's own clock shows.
	Now(ctx context.Context) (time.Time, error)
	// Words returns the device's texts in a language; a [*choice.Error] lists those that there are.
	Words(ctx context.Context, language string) (Words, error)
	// AdministratorPassword returns what the owner of the device types to log in. It is a secret: for her, and for no
	// record.
	AdministratorPassword(ctx context.Context) (string, error)
	// LicenseKey returns the license key of Print Admin Serverless that the owner of the device has bought: good up to
	// and with a day, or without end for the zero time. It needs [CapabilityPrintAdminServerless].
	LicenseKey(ctx context.Context, last time.Time) (string, error)
	// Users returns who is registered on the device, and whether they log in. It is a look, and needs
	// [CapabilityPrintAdminServerless].
	Users(ctx context.Context) (Users, error)
	Panel() Panel
	WebConfig() WebConfig
	// LoadOriginals lays pages into the document feeder, and takes out what lay there.
	LoadOriginals(ctx context.Context, pages int) error
	// LayOriginals is LoadOriginals for paper of a size, or for a picture on the glass.
	LayOriginals(ctx context.Context, originals Originals) error
	// Scan lays the originals in, walks Scan > Email (or To My Email, or Fax) on the panel, presses Start and returns
	// the screen that the person then sees. It does not fail because sending fails: that is for the job history and the
	// panel to say.
	Scan(ctx context.Context, request ScanRequest) (Screen, error)
	// Jobs returns the job history, newest first (guide rule R43).
	Jobs(ctx context.Context) ([]Job, error)
	// PrintSheet walks Settings > … > Print Status Sheet and confirms its message (guide rule R27).
	PrintSheet(ctx context.Context) (Screen, error)
	// Sheets returns the network status sheets that were printed, the newest first, as far back as the device keeps
	// them; none is no error.
	Sheets(ctx context.Context) ([]Sheet, error)
	// Power switches the device off or on, or cuts its supply. It needs [CapabilityPower].
	Power(ctx context.Context, act PowerAct) error
	// Memory returns what the device's non-volatile memory holds, as somebody reads it out who has taken the chip. It
	// is a look, and needs [CapabilityMemory].
	Memory(ctx context.Context) ([]byte, error)
	// SetMemoryFault makes the memory refuse writes; nil: it takes them again. It needs [CapabilityMemoryFault], and so
	// does MemoryState.
	SetMemoryFault(ctx context.Context, fault *MemoryFault) error
	// MemoryState says what became of the writes to the memory. It is a look.
	MemoryState(ctx context.Context) (MemoryState, error)
	// SetDate sets the device's own date, as an administrator does or an empty battery; true time goes on.
	SetDate(ctx context.Context, date time.Time) error
	// Drift makes the device's clock gain (or, negative, lose) so much a day.
	Drift(ctx context.Context, perDay time.Duration) error
	// SetTimeDifference sets how far the device's time on its screens and in its mails is ahead of UTC (Time
	// Difference, with daylight saving). The moment that its clock shows stays the same.
	SetTimeDifference(ctx context.Context, ahead time.Duration) error
	// Event makes something happen to the device: "paper-out", "ink-low", "cover-open". A [*choice.Error] lists what
	// can. It needs [CapabilityEvent].
	Event(ctx context.Context, name string) error
	// SetFirmware fits another version of the firmware (guide rule R6); the device restarts.
	SetFirmware(ctx context.Context, version string) error
	// SetLanguage changes the language of the panel and of Web Config ("en", "hi", "el").
	SetLanguage(ctx context.Context, language string) error
	// Close ends the device with its bench: nothing of it acts any more when it returns.
	Close() error
}

// Panel is the control panel: one screen, keys that are on it, and a padlock.
type Panel interface {
	// Screen returns what is on the panel now.
	Screen(ctx context.Context) (Screen, error)
	// Press presses a key by its label (the words of the panel's language, or the guide's English words). A path "A > B
	// > C" is pressed from the home screen. An unknown key is a [*choice.Error] that lists the keys that are there.
	Press(ctx context.Context, path string) (Screen, error)
	// Enter types into a field of the screen.
	Enter(ctx context.Context, field, value string) (Screen, error)
	// LogIn selects the padlock and signs in as administrator with a password (guide rule R25). An empty password is
	// the right one.
	LogIn(ctx context.Context, user, password string) (Screen, error)
	LogOut(ctx context.Context) (Screen, error)
	Home(ctx context.Context) (Screen, error)
}

// WebConfig is the device's web page, seen through the browser of a computer on the device's network (guide rule R13).
// Labels are the guide's English words or those of the page's language, compared without regard to case.
type WebConfig interface {
	// Go enters an address (an IP address or a URL) into the browser.
	Go(ctx context.Context, address string) (Page, error)
	// LogIn goes to the device, logs in as administrator in a session of its own, named by who (empty: the only
	// administrator). wrong types a wrong password.
	LogIn(ctx context.Context, who string, wrong bool) (Page, error)
	// LogOut clicks Log out.
	LogOut(ctx context.Context) (Page, error)
	// Open walks a path of the menu, for example "Network > Email Server > Basic".
	Open(ctx context.Context, path string) (Page, error)
	// Click clicks a button or a link of the page; an unknown one is a [*choice.Error].
	Click(ctx context.Context, label string) (Page, error)
	// DoubleClick clicks a button twice, so that its form is sent twice: the page is the answer to the second.
	DoubleClick(ctx context.Context, button string) (Page, error)
	// Forge sends the form of a button as the page of somebody else would, without what is hidden in the device's own
	// page: in the administrator's browser, so that her session goes along, or, with stranger, in one where nobody is
	// logged in.
	Forge(ctx context.Context, button string, stranger bool) (Page, error)
	// Set types into a field or chooses a value; the page is not sent.
	Set(ctx context.Context, field, value string) (Page, error)
	// Choices returns the values that a field offers, in their order.
	Choices(ctx context.Context, field string) ([]string, error)
	// EnterPassword types the administrator's password into the page's password field, or, where field is given, value
	// into it.
	EnterPassword(ctx context.Context, wrong bool) (Page, error)
	// Leave closes the page without OK; what was typed is gone.
	Leave(ctx context.Context) (Page, error)
	// Page returns what the page shows now, as a person would see it after Refresh. It acts on nothing.
	Page(ctx context.Context) (Page, error)
	// UserCode returns the code and the URL that the sign-in page shows (guide rule R17).
	UserCode(ctx context.Context) (code, url string, err error)
}

// Screen is what a panel shows: a title, lines, and the keys that can be pressed. It is plain data, already in the
// panel's language.
type Screen struct {
	Path    string   `json:"path"`    // where the screen is, in words: "Scan > Email"
	Padlock bool     `json:"padlock"` // the padlock icon is shown: somebody can log in
	Lines   []string `json:"lines"`   // one line each; a label and its value are parted by " : "
	Keys    []string `json:"keys"`    // what can be pressed
	Fields  []string `json:"fields"`  // what can be typed into
	// Data is the whole screen, from which the rest is derived; nil for a device that gives its text only. It is shared
	// and must not be changed.
	Data *screen.Screen `json:"data,omitempty"`
}

// ScreenOf derives from a screen what scenarios read of it.
func ScreenOf(s *screen.Screen) Screen {
	return Screen{
		Path: s.Heading(), Padlock: s.Locked, Lines: s.Lines(), Keys: s.Labels(), Fields: s.Typed(), Data: s,
	}
}

// String draws the screen in a frame of ASCII, the form in which scenarios and evidence keep it.
func (s Screen) String() string {
	head := s.Path
	if s.Padlock {
		head += "   [padlock]"
	}
	lines := append([]string{head}, s.Lines...)
	for _, field := range s.Fields {
		lines = append(lines, "["+field+": ]")
	}
	if len(s.Keys) > 0 {
		lines = append(lines, "<"+strings.Join(s.Keys, "> <")+">")
	}
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&b, "| %s\n", line)
	}
	return b.String()
}

// Page is a Web Config page as a person reads it.
type Page struct {
	Title   string   `json:"title"`
	Path    string   `json:"path"`    // "Network > Email Server > Basic"
	Lines   []string `json:"lines"`   // text in reading order; a field is "Label : value"
	Fields  []string `json:"fields"`  // labels of fields that can be set
	Buttons []string `json:"buttons"` // labels of buttons and links that can be clicked
}

// String gives the page as text, one line each, buttons in square brackets.
func (p Page) String() string {
	var b strings.Builder
	if p.Title != "" {
		b.WriteString(p.Title + "\n")
	}
	if p.Path != "" {
		b.WriteString(p.Path + "\n")
	}
	for _, line := range p.Lines {
		b.WriteString(line + "\n")
	}
	for _, button := range p.Buttons {
		b.WriteString("[" + button + "]\n")
	}
	return b.String()
}

// Function is what a scan is for.
type Function string

// The functions that send by e-mail.
const (
	FunctionEmail     Function = "Email"
	FunctionToMyEmail Function = "To My Email"
	FunctionFax       Function = "Fax"
	FunctionCopy      Function = "Copy" // sends nothing: printing and copying do not keep a sign-in alive (R42)
)

// ScanRequest is one scan as a person sets it up on the panel.
type ScanRequest struct {
	Function Function `json:"function"`
	To       []string `json:"to"`      // e-mail addresses, or a fax number
	Subject  string   `json:"subject"` // empty: the device's default
	File     string   `json:"file"`    // attachment's name without ending; empty: the device's default
	Pages    int      `json:"pages"`   // 0 means 1
	Size     string   `json:"size,omitempty"`
	Picture  []byte   `json:"picture,omitempty"`
	User     string   `json:"-"` // who is logged in; the device knows it itself
	UserID   string   `json:"-"` // the same, if it is a user of Print Admin Serverless
	// Settings are chosen under Scan Settings, in their order; what is not named stays as it is.
	Settings []Setting `json:"settings,omitempty"`
}

// Setting is a label of the panel and the value that is chosen for it, in the guide's English words: "Resolution" and
// "300 dpi".
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Originals are what is laid into the feeder or put on the glass.
type Originals struct {
	Pages int `json:"pages"`
	// Size is that of the paper: "A4". Pages of a size are scanned in true size; empty: small pages, for those to whom
	// it is all the same.
	Size    string `json:"size,omitempty"`
	Picture []byte `json:"picture,omitempty"` // PNG or JPEG, as the one page
}

// JobState is how far a job is, whatever the panel calls it.
type JobState string

// The states of a job.
const (
	JobRunning   JobState = "running"
	JobCompleted JobState = "completed"
	JobPartly    JobState = "partly" // some recipients were refused
	JobFailed    JobState = "failed"
	JobCanceled  JobState = "canceled"
)

// Job is one row of Job/Status > Job Status (guide rules R43, R44).
type Job struct {
	Receipt  int       `json:"receipt"` // receipt number, from 1
	Time     time.Time `json:"time"`    // by the device's own clock
	Type     string    `json:"type"`    // "Email"
	To       string    `json:"to"`
	Result   string    `json:"result"` // "Completed", "Sent in Part", "Canceled", "Error", "Sending"
	State    JobState  `json:"state,omitempty"`
	From     string    `json:"from,omitempty"`  // who was logged in at the panel
	Pages    int       `json:"pages,omitempty"` // that were scanned
	Sent     int       `json:"sent,omitempty"`  // pages that went out
	Ended    time.Time `json:"ended,omitzero"`  // by the device's own clock
	File     string    `json:"file,omitempty"`  // its names, parted by commas
	Code     string    `json:"code"`            // three digits, empty without error
	Status   string    `json:"status"`          // the sentence that belongs to the code
	Solution string    `json:"solution"`        // what the guide says to do
	// Refused are the recipients that the mail server did not accept: "bob@example.com (550 5.1.1)".
	Refused []string `json:"refused,omitempty"`
}

// Users are the people whom a device with Print Admin Serverless knows (guide, chapter 7).
type Users struct {
	State  string `json:"state"  doc:"off: nobody logs in; on: who uses the printer logs in; ended: on, but the license has ended"`
	Sender string `json:"sender" doc:"whose address sends To My Email: printer or user"`
	// LicenseEnds is the last day of the license that was entered; zero: none was, or it has no end.
	LicenseEnds time.Time `json:"licenseEnds,omitzero" doc:"last day of the license that was entered, if it has one"`
	Licensed    bool      `json:"licensed" doc:"a license was entered that has not ended"`
	Users       []User    `json:"users" doc:"by their IDs"`
}

// User is a person who is registered on a device. The ID names him; SignedIn and Account are of his own sign-in to the
// email service (guide rules R36, R37).
type User struct {
	ID            string `json:"id"`
	Name          string `json:"name" doc:"as the panel shows it"`
	Number        string `json:"number,omitempty" doc:"ID number, by which he logs in without a password"`
	Email         string `json:"email" doc:"where To My Email sends"`
	Department    string `json:"department,omitempty"`
	Administrator bool   `json:"administrator,omitempty" doc:"may do on the panel what an administrator may"`
	SignedIn      bool   `json:"signedIn" doc:"has signed in to the email service with this address"`
	Account       string `json:"account,omitempty" doc:"the account with which he has"`
}

// PowerAct is what happens to the device's supply.
type PowerAct struct {
	State string `json:"state"` // "off", "on", "cut"
	// AtWrite, with "cut", is the write to the device's memory (1 is the next) during which the supply fails; 0 is now.
	// It needs [CapabilityPowerCut].
	AtWrite int `json:"atWrite"`
	// AtByte, with AtWrite, is how many bytes of what changes in that write still arrive, 0 or more; nil: the device
	// draws it, a part of them. With as many as the write changes, or more, the write is whole.
	AtByte *int `json:"atByte,omitempty"`
}

// String gives the act in the words of the scenarios.
func (a PowerAct) String() string {
	text := a.State
	if a.AtWrite > 0 {
		text += fmt.Sprintf(" at=write:%d", a.AtWrite)
	}
	if a.AtByte != nil {
		text += fmt.Sprintf(" byte=%d", *a.AtByte)
	}
	return text
}

// MemoryFault makes a device's memory refuse writes: it is worn, or locked. What it holds stays.
type MemoryFault struct {
	After int `json:"after"` // so many writes are carried out first
	Times int `json:"times"` // so many are refused then; 0: all from then on
}

// String gives the fault in the words of the scenarios.
func (f MemoryFault) String() string {
	text := "refuses writes"
	if f.After > 0 {
		text += fmt.Sprintf(" after=%d", f.After)
	}
	if f.Times > 0 {
		text += fmt.Sprintf(" times=%d", f.Times)
	}
	return text
}

// MemoryState is what became of the writes to a device's memory since it is on the bench.
type MemoryState struct {
	Writes  int `json:"writes"`  // that were carried out, in whole or in part
	Refused int `json:"refused"` // that a [MemoryFault] refused
	// Unmet are a power cut and a fault that were asked for and that no write has met, or not as often as they say; in
	// the words of the scenarios.
	Unmet []string `json:"unmet"`
}

// Error is a constant error of this package.
type Error string

func (e Error) Error() string { return string(e) }

const (
	// ErrNothingPrinted: no network status sheet was printed yet.
	ErrNothingPrinted Error = "no status sheet was printed yet"
	// ErrLocked: the panel is locked; an administrator must log in (guide rule R25).
	ErrLocked Error = "the panel is locked: log in as administrator"
	// ErrNotLoggedIn: the page is for administrators (guide rule R15).
	ErrNotLoggedIn Error = "not logged in to Web Config as administrator"
	// ErrNoPage: no page of Web Config is open.
	ErrNoPage Error = "no page of Web Config is open"
	// ErrPoweredOff: the device is off.
	ErrPoweredOff Error = "the device is switched off"
	// ErrNotSupported: the device cannot do this.
	ErrNotSupported Error = "this device cannot do that"
	// ErrAbsent: a person says that the device does not have what a step is about. Its case is skipped.
	ErrAbsent Error = "this device does not have that"
	// ErrOtherModel: a device in another process is not of the model that a step asks for. Its case is skipped.
	ErrOtherModel Error = "this device is of another model"
	// ErrLost: a device in another process answers no more, or not as agreed. Errors that wrap it say why, in one
	// sentence.
	ErrLost Error = "the device is lost"
)
