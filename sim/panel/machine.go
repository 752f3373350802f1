// Package panel is the control panel of the simulated printer: screens in the order of the model's menu, keys that are
// named by their labels, a padlock.
//
// The panel shows what its [Machine] tells it and makes the machine act; it keeps nothing but the screen that is open,
// what was typed on it and who is logged in. The email server's OAuth2 sign-in is not here: that is Web Config's (guide
// rule R11).
package panel

import (
	"context"
	"time"

	"mfpsim/device"
	"mfpsim/sim/contacts"
	"mfpsim/sim/facts"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
	"mfpsim/sim/users"
)

// Ended is how what one press of Start has begun ended.
type Ended struct {
	Running bool   // it has not
	Message string // message id that the panel shows
	Receipt int    // number of the job that the message is about
}

// Machine is the printer as its panel needs it.
type Machine interface {
	Texts() *locale.Texts
	Facts() facts.Facts
	Jobs() []device.Job
	Model() *models.Model
	SetLanguage(language string) error
	// Now is the time by the printer's own clock.
	Now() time.Time
	// Originals is how many pages lie in the document feeder.
	Originals() int
	// DefaultSubject and DefaultFile are used where nothing is typed; date and time of Start follow the file's
	// beginning.
	DefaultSubject() string
	DefaultFile() string

	// Contacts is the address book.
	Contacts() *contacts.Book

	// StartScan begins a scan to e-mail with values of the model's settings, by name. If the printer refuses at once it
	// returns the message id; the receipt number is 0 if that is no job.
	StartScan(ctx context.Context, request device.ScanRequest, settings map[string]string) (receipt int, refusal string)
	// StartFax begins a fax to a number, for who is logged in. What it returns is as of StartScan.
	StartFax(ctx context.Context, number, user string) (receipt int, refusal string)
	// StartCopy copies what lies in the document feeder.
	StartCopy(ctx context.Context)
	// JobState tells how what one press of Start has begun is; receipt is the number of its first job.
	JobState(receipt int) Ended
	CancelJob(ctx context.Context, receipt int)
	PrintSheet(ctx context.Context)

	// LogIn asks whether user and password are the administrator's; the message id says why they are refused, if they
	// are.
	LogIn(user, password string) (refusal string)
	// UserState says whether users log in here.
	UserState() users.State
	// LogInUser and LogInNumber ask for a user; the message id says why he is refused, if he is.
	LogInUser(id, password string) (u users.User, refusal string)
	LogInNumber(number string) (u users.User, refusal string)
	// User returns a user as the register has him now.
	User(id string) (u users.User, found bool)
	// Locked is Lock Setting (guide rule R25).
	Locked() bool
	SetLocked(on bool) error
	// Elapsed is a running timer since power on, which setting the date does not move.
	Elapsed() time.Duration
	// SessionTime is after how long without a key an administrator is logged out.
	SessionTime() time.Duration
	SignInMachine
	// Record puts a screen into the record of the bench.
	Record(screen device.Screen)
}
