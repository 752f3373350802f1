package panel

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/sim/users"
)

// Panel is one control panel. Its methods are the acts of a person; they are safe for concurrent use.
type Panel struct {
	machine Machine
	known   map[string]view // by id
	root    *item

	mu      sync.Mutex
	open    []*item  // from the home screen to the one that is shown
	above   []page   // what was opened from that screen and is no item of the menu
	form    scanForm // of Scan > Email
	tab     int      // of the screen that is shown
	job     int      // receipt number that the screen waits for; 0: none
	message notice   // over the screen
	wanted  *item    // what was refused to somebody who was not logged in
	user    string   // who is logged in
	admin   bool
	who     *users.User   // who uses the printer (guide rule R37); nil: nobody has logged in
	gated   bool          // the screen before the home screen was shown last
	gate    gateForm      // what is typed on it
	signing *signInPage   // the page of the email service that is open; nil: none
	acted   time.Duration // the machine's timer at the last key
	dark    bool          // while a key is pressed: it is what wakes the glass
	lit     time.Duration // the same, or when something was shown that nobody had pressed a key for
}

// notice is a message over the screen, by its id; the zero value is none.
type notice struct {
	id      string
	receipt int  // of the job that it is about; 0: of none
	asks    bool // for a sign-in that was not stored when it came up
}

// act is one act of a person: its context carries the turn.
type act struct{ ctx context.Context }

// New returns the panel of a printer that was just switched on. A screen of the model's menu that is not known is an
// error.
func New(machine Machine) (*Panel, error) {
	p := &Panel{machine: machine, known: views, root: home(machine.Model().Panel.Menu)}
	if err := p.root.check(p.known); err != nil {
		return nil, err
	}
	p.home()
	return p, nil
}

// Path returns the keys that lead from the home screen to the one of an id, as they are written on the panel now; ok is
// false on a model that has it not.
func (p *Panel) Path(id string) (path string, ok bool) {
	texts := p.machine.Texts()
	var labels []string
	for _, i := range p.root.find(id) {
		labels = append(labels, texts.Text(i.id()))
	}
	return strings.Join(labels, " > "), len(labels) > 0
}

// home goes to the home screen and forgets what was typed.
func (p *Panel) home() {
	p.open, p.above, p.gate = []*item{p.root}, nil, gateForm{}
	p.form, p.tab, p.job, p.message, p.wanted = scanForm{}, 0, 0, notice{}, nil
}

// Screen returns what is on the panel now.
func (p *Panel) Screen(context.Context) (device.Screen, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return device.ScreenOf(p.show()), nil
}

// Home goes to the home screen. A job that is under way goes on.
func (p *Panel) Home(context.Context) (device.Screen, error) {
	return p.do(func() error { p.home(); return nil })
}

// Press presses a key by its label; a path "A > B > C" is pressed from the home screen, and so is a single label that
// is a key of the home screen and not of the one that is shown. An unknown key is a [*choice.Error], an item that is
// kept for administrators [device.ErrLocked]; the screen then stays as it was before that key.
func (p *Panel) Press(ctx context.Context, path string) (device.Screen, error) {
	return p.do(func() error {
		a := &act{ctx}
		if k := p.keyboard(); k != nil && p.message.id == "" &&
			(utf8.RuneCountInString(path) == 1 || k.types(path)) {
			return k.sign(p, path) // also a blank, and a sign that parts a path
		}
		labels := strings.Split(path, ">")
		if p.shows(label(path)) {
			labels = []string{path}
		}
		if len(labels) > 1 || !p.shows(label(labels[0])) && p.atHome(label(labels[0])) {
			p.home()
		}
		for _, words := range labels {
			if err := p.press(label(words), a); err != nil {
				return err
			}
		}
		return nil
	})
}

// Enter types into a field of the screen, in place of what stands there, and confirms it. Each value typed into To is
// one recipient more.
func (p *Panel) Enter(_ context.Context, field, value string) (device.Screen, error) {
	return p.do(func() error {
		texts := p.machine.Texts()
		if k := p.keyboard(); k != nil && p.message.id == "" && k.isOf(texts, field) {
			k.value = value
			return k.done(p)
		}
		if page, open := p.sub().(*signInPage); open && p.message.id == "" {
			if known, err := page.enter(field, value); known {
				return err
			}
		}
		var present []string
		if !p.covered() {
			for _, id := range p.shown().fields {
				present = append(present, texts.Text(id))
				if texts.Is(field, id) && p.closedToAll() {
					return p.enterGate(id, value)
				}
				if texts.Is(field, id) {
					return p.enter(id, value)
				}
			}
		}
		return &choice.Error{What: "field", Wanted: field, Present: present}
	})
}

// LogIn selects the padlock and logs in as administrator; where the panel asks for the password already, it is typed
// there. A wrong password, and that there were too many, is said on the screen.
func (p *Panel) LogIn(_ context.Context, user, password string) (device.Screen, error) {
	return p.do(func() error {
		if k := p.keyboard(); k != nil && k.field == fieldPassword && p.message.id == "" {
			k.value = password
			return k.done(p)
		}
		p.logIn(user, password)
		return nil
	})
}

// logIn reports whether the password was right.
func (p *Panel) logIn(user, password string) bool {
	if refusal := p.machine.LogIn(user, password); refusal != "" {
		p.message = notice{id: refusal}
		return false
	}
	if p.who == nil {
		p.user = user
	}
	p.admin, p.gated = true, false
	if slices.Contains([]string{"wrong-password", "try-again-later", "locked"}, p.message.id) {
		p.message = notice{}
	}
	if k := p.keyboard(); k != nil && k.field == fieldPassword {
		p.above = p.above[:len(p.above)-1]
	}
	return true
}

// LogOut logs out and goes to the home screen.
func (p *Panel) LogOut(context.Context) (device.Screen, error) {
	return p.do(func() error { p.logOut(); return nil })
}

func (p *Panel) logOut() {
	p.user, p.admin, p.who = "", false, nil
	p.home()
}

// JobEnded tells the panel that a job has ended, so that the screen that waits for it is recorded as it is now.
func (p *Panel) JobEnded(receipt int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.job == receipt {
		p.lit = p.machine.Elapsed()
		p.machine.Record(device.ScreenOf(p.show()))
	}
}

// Reset is what power off does to the panel.
func (p *Panel) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.user, p.admin, p.who, p.acted, p.lit = "", false, nil, 0, 0
	p.home()
	p.settleSignIn()
}

// do carries out an act and records the screen that it leads to.
func (p *Panel) do(f func() error) (device.Screen, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	p.dark = p.asleep()
	p.acted = p.machine.Elapsed()
	p.lit = p.acted
	err := f()
	p.dark = false
	shown := device.ScreenOf(p.show())
	p.machine.Record(shown)
	return shown, err
}

// settle does what time has done since the last key: the administrator is logged out, a finished job's message is
// there.
func (p *Panel) settle() {
	p.settleUser()
	p.settleSignIn()
	if p.admin && p.who == nil && p.machine.Elapsed()-p.acted >= p.machine.SessionTime() {
		p.user, p.admin = "", false
		if p.job == 0 && slices.ContainsFunc(p.open, p.closed) {
			p.home() // what is kept for administrators does not stay open for the next person
		}
	}
	if p.job != 0 {
		if ended := p.machine.JobState(p.job); !ended.Running {
			p.message = p.ofJob(ended.Message, ended.Receipt)
			p.job = 0
		}
	}
	if p.message.asks && p.signedIn(p.message.receipt) {
		p.message = notice{} // nobody has to confirm what is so no more
	}
}

// ofJob is a message about a job that has ended, or was not begun.
func (p *Panel) ofJob(id string, receipt int) notice {
	return notice{id, receipt, p.machine.Model().AsksSignIn(id) && !p.signedIn(receipt)}
}

// signedIn reports whether the sign-in is stored with which a job is sent: that of the fax server, or of email.
func (p *Panel) signedIn(receipt int) bool {
	known := p.machine.Facts()
	if job, ok := p.jobOf(receipt); ok && job.Type == p.machine.Texts().Label("fax") {
		return known.Fax.SignedIn
	}
	return known.Email.SignedIn
}

// asleep reports whether the glass has gone dark: nobody has touched it for a while.
func (p *Panel) asleep() bool {
	after := p.machine.Model().Panel.SleepTime
	return after > 0 && p.job == 0 && p.machine.Elapsed()-p.lit >= after
}

func (p *Panel) top() *item {
	if p.closedToAll() {
		return gate
	}
	return p.open[len(p.open)-1]
}

// shown is the screen of the menu that is open, without anything for a list of keys.
func (p *Panel) shown() view {
	if p.closedToAll() {
		return gateView
	}
	return p.known[p.top().Screen]
}

// sub is what was opened last from the screen of the menu; nil: nothing.
func (p *Panel) sub() page {
	if len(p.above) == 0 {
		return nil
	}
	return p.above[len(p.above)-1]
}

// keyboard is the keyboard that is shown; nil: none.
func (p *Panel) keyboard() *keyboard {
	k, _ := p.sub().(*keyboard)
	return k
}

// covered reports whether something lies over the screen of the menu.
func (p *Panel) covered() bool { return p.message.id != "" || p.job != 0 || len(p.above) > 0 }

// enterItem opens a screen, if the person may (guide rule R25).
func (p *Panel) enterItem(to *item) error {
	if p.closed(to) {
		p.wanted = to
		return device.ErrLocked
	}
	p.open, p.tab, p.wanted = append(p.open, to), 0, nil
	if to.Screen == ScreenToMyEmail {
		p.openToMyEmail()
	}
	return nil
}

func (p *Panel) closed(to *item) bool {
	return to.Locked && !p.admin && p.machine.Locked()
}

func (p *Panel) back() {
	if len(p.above) > 0 {
		p.above = p.above[:len(p.above)-1]
		return
	}
	if p.shown().fields != nil {
		p.form = scanForm{}
	}
	p.open, p.tab, p.wanted = p.open[:len(p.open)-1], 0, nil
}

// stop ends the job that the screen waits for; without one it goes to the home screen.
func (p *Panel) stop(a *act) {
	if p.job != 0 {
		p.machine.CancelJob(a.ctx, p.job)
		return
	}
	p.home()
}

// stored says on the panel that the memory has not taken a setting; it stays as it was.
func (p *Panel) stored(err error) error {
	if err != nil && !errors.Is(err, device.ErrPoweredOff) {
		p.message = notice{id: "setting-not-stored"}
		return nil
	}
	return err
}

func (p *Panel) startCopy(a *act) error {
	if p.machine.Originals() < 1 {
		p.message = notice{id: "no-originals"}
		return nil
	}
	p.machine.StartCopy(a.ctx)
	p.message = notice{id: "copying-done"}
	return nil
}

func (p *Panel) printSheet(a *act) error {
	p.machine.PrintSheet(a.ctx)
	p.message = notice{id: "printing-sheet"}
	return nil
}
