package panel

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// Panel is one control panel. Its methods are the acts of a person; they are safe for concurrent use.
type Panel struct {
	machine Machine
	known   map[string]screen // by id
	root    *item

	mu      sync.Mutex
	open    []*item           // from the home screen to the one that is shown
	to      []string          // recipients typed on Scan > Email
	typed   map[string]string // other fields, by message id
	job     int               // receipt number that the screen waits for; 0: none
	message string            // id of the message over the screen; empty: none
	detail  int               // receipt number whose details are shown; 0: none
	user    string            // who is logged in
	admin   bool
	acted   time.Duration // the machine's timer at the last key
}

// act is one act of a person: its context carries the turn.
type act struct{ ctx context.Context }

// New returns the panel of a printer that was just switched on. A screen of the model's menu that is not known is an
// error.
func New(machine Machine) (*Panel, error) {
	p := &Panel{machine: machine, known: screens, root: home(machine.Model().Panel.Menu)}
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
	p.open = []*item{p.root}
	p.to, p.typed, p.job, p.message, p.detail = nil, map[string]string{}, 0, "", 0
}

// Screen returns what is on the panel now.
func (p *Panel) Screen(context.Context) (device.Screen, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen(), nil
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
		labels := strings.Split(path, ">")
		if len(labels) > 1 || !p.shows(label(labels[0])) && p.atHome(label(labels[0])) {
			p.home()
		}
		for _, words := range labels {
			if err := p.press(label(words), &act{ctx}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Enter types into a field of the screen. Each value typed into To is one recipient more.
func (p *Panel) Enter(_ context.Context, field, value string) (device.Screen, error) {
	return p.do(func() error {
		texts := p.machine.Texts()
		var present []string
		if !p.covered() {
			for _, id := range p.shown().fields {
				present = append(present, texts.Text(id))
				if texts.Is(field, id) {
					return p.enter(id, value)
				}
			}
		}
		return &choice.Error{What: "field", Wanted: field, Present: present}
	})
}

func (p *Panel) enter(id, value string) error {
	most := p.machine.Model().Panel.FieldMaximum
	if len([]rune(value)) > most || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Errorf("%s takes up to %d characters and no control characters", p.machine.Texts().Text(id), most)
	}
	if id != fieldTo {
		p.typed[id] = value
		return nil
	}
	if !address(value) {
		return fmt.Errorf("%s: %q is not an email address", p.machine.Texts().Text(id), value)
	}
	if !slices.Contains(p.to, value) {
		p.to = append(p.to, value)
	}
	return nil
}

// addressExtra are the characters besides letters and digits that an address of the address book may have
// (docs/reference/printer.md §3.1).
const addressExtra = "!#$%&'*+-./=?^_{|}~@"

// address reports whether the panel takes a value as an e-mail address.
func address(value string) bool {
	local, domain, found := strings.Cut(value, "@")
	if !found || local == "" || domain == "" || strings.Contains(domain, "@") {
		return false
	}
	return !strings.ContainsFunc(value, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune(addressExtra, r)
	})
}

// LogIn selects the padlock and logs in as administrator. A wrong password, and that there
// were too many, is said on the screen.
func (p *Panel) LogIn(_ context.Context, user, password string) (device.Screen, error) {
	return p.do(func() error {
		if refusal := p.machine.LogIn(user, password); refusal != "" {
			p.message = refusal
			return nil
		}
		p.user, p.admin = user, true
		if slices.Contains([]string{"wrong-password", "try-again-later", "locked"}, p.message) {
			p.message = ""
		}
		return nil
	})
}

// LogOut logs out and goes to the home screen.
func (p *Panel) LogOut(context.Context) (device.Screen, error) {
	return p.do(func() error { p.logOut(); return nil })
}

func (p *Panel) logOut() {
	p.user, p.admin = "", false
	p.home()
}

// JobEnded tells the panel that a job has ended, so that the screen that waits for it is recorded as it is now.
func (p *Panel) JobEnded(receipt int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.job == receipt {
		p.machine.Record(p.screen())
	}
}

// Reset is what power off does to the panel.
func (p *Panel) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.user, p.admin, p.acted = "", false, 0
	p.home()
}

// do carries out an act and records the screen that it leads to.
func (p *Panel) do(f func() error) (device.Screen, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	p.acted = p.machine.Elapsed()
	err := f()
	screen := p.screen()
	p.machine.Record(screen)
	return screen, err
}

// settle does what time has done since the last key: the administrator is logged out, a finished job's message is
// there.
func (p *Panel) settle() {
	if p.admin && p.machine.Elapsed()-p.acted >= p.machine.SessionTime() {
		p.user, p.admin = "", false
	}
	if p.job != 0 {
		if running, message := p.machine.JobState(p.job); !running {
			p.job, p.message = 0, message
		}
	}
}

func (p *Panel) top() *item { return p.open[len(p.open)-1] }

// shown is the screen that is open, without anything for a list of keys.
func (p *Panel) shown() screen { return p.known[p.top().Screen] }

// covered reports whether a message or a job lies over the screen.
func (p *Panel) covered() bool { return p.message != "" || p.job != 0 || p.detail != 0 }

// keys are what can be pressed now, in the order of the screen.
func (p *Panel) keys() []key {
	texts := p.machine.Texts()
	var keys []key
	switch {
	case p.job != 0:
		keys = append(
			keys,
			key{
				label: "label.cancel",
				press: func(p *Panel, a *act) error { p.machine.CancelJob(a.ctx, p.job); return nil },
			},
		)
	case p.message != "":
		keys = append(keys, key{label: "label.ok", press: func(p *Panel, _ *act) error { p.message = ""; return nil }})
	case p.detail == 0:
		for n := range p.top().Items {
			child := p.top().child(n)
			keys = append(
				keys, key{label: child.id(), press: func(p *Panel, _ *act) error { return p.enterItem(child) }},
			)
		}
		if own := p.shown().keys; own != nil {
			keys = append(keys, own(p, texts)...)
		}
	}
	if p.admin {
		keys = append(keys, key{label: "label.log-out", press: func(p *Panel, _ *act) error { p.logOut(); return nil }})
	}
	if len(p.open) > 1 && p.job == 0 && p.message == "" {
		keys = append(keys, key{label: "label.back", press: func(p *Panel, _ *act) error { p.back(); return nil }})
	}
	if len(p.open) > 1 || p.covered() {
		keys = append(keys, key{label: "label.home", press: func(p *Panel, _ *act) error { p.home(); return nil }})
	}
	return keys
}

// label is one step of a path.
func label(words string) string { return strings.TrimSpace(words) }

// find returns the key that words name: the one on which they stand, else the one whose English words they are. The
// first match counts: a Greek label can name two keys, and own keys come before those of the frame.
func (p *Panel) find(words string) (found key, ok bool) {
	texts, wanted := p.machine.Texts(), choice.Normalize(words)
	keys := p.keys()
	for i, shown := range p.labels(keys) {
		if choice.Normalize(shown) == wanted {
			return keys[i], true
		}
	}
	for _, k := range keys {
		if k.label != "" && texts.Is(words, k.label) {
			return k, true
		}
	}
	return key{}, false
}

func (p *Panel) shows(words string) bool {
	_, ok := p.find(words)
	return ok
}

func (p *Panel) atHome(words string) bool {
	return slices.ContainsFunc(p.root.Items, func(i models.MenuItem) bool {
		return p.machine.Texts().Is(words, locale.LabelID(i.Label))
	})
}

func (p *Panel) press(words string, a *act) error {
	p.settle()
	k, ok := p.find(words)
	if !ok {
		return &choice.Error{What: "key", Wanted: words, Present: p.labels(p.keys())}
	}
	return k.press(p, a)
}

func (p *Panel) labels(keys []key) []string {
	var words []string
	for _, k := range keys {
		if k.label == "" {
			words = append(words, k.words)
		} else {
			words = append(words, p.machine.Texts().Text(k.label))
		}
	}
	return words
}

// enterItem opens a screen, if the person may (guide rule R25).
func (p *Panel) enterItem(to *item) error {
	if p.closed(to) {
		return device.ErrLocked
	}
	p.open = append(p.open, to)
	return nil
}

func (p *Panel) closed(to *item) bool {
	return to.Locked && !p.admin && p.machine.Locked()
}

func (p *Panel) back() {
	if p.detail != 0 {
		p.detail = 0
		return
	}
	if p.shown().fields != nil {
		p.to, p.typed = nil, map[string]string{}
	}
	p.open = p.open[:len(p.open)-1]
}

func (p *Panel) startScan(a *act) error {
	switch {
	case len(p.to) == 0:
		p.message = "no-recipient"
	case p.machine.Originals() < 1:
		p.message = "no-originals"
	default:
		request := device.ScanRequest{
			Function: device.FunctionEmail, To: slices.Clone(p.to), Subject: p.typed[fieldSubject], File: p.typed[fieldFile],
			Pages: p.machine.Originals(),
		}
		p.job, p.message = p.machine.StartScan(a.ctx, request)
	}
	return nil
}

func (p *Panel) startCopy(a *act) error {
	if p.machine.Originals() < 1 {
		p.message = "no-originals"
		return nil
	}
	p.machine.StartCopy(a.ctx)
	p.message = "copying-done"
	return nil
}

func (p *Panel) printSheet(a *act) error {
	p.machine.PrintSheet(a.ctx)
	p.message = "printing-sheet"
	return nil
}

// screen draws what is shown now.
func (p *Panel) screen() device.Screen {
	p.settle()
	texts := p.machine.Texts()
	var path []string
	for _, i := range p.open[1:] {
		path = append(path, texts.Text(i.id()))
	}
	if len(path) == 0 {
		path = []string{texts.Text(p.root.id())}
	}
	s := device.Screen{Path: strings.Join(path, " > "), Padlock: p.padlock()}
	switch {
	case p.job != 0:
		s.Lines = []string{texts.Text("sending")}
	case p.message != "":
		s.Lines = []string{texts.Text(p.message)}
	case p.detail != 0:
		s.Lines = p.detailLines(texts)
	default:
		if lines := p.shown().lines; lines != nil {
			s.Lines = lines(p, texts)
		}
		if slices.ContainsFunc(p.top().Items, func(i models.MenuItem) bool { return p.closed((*item)(&i)) }) {
			s.Lines = append(s.Lines, texts.Text("locked"))
		}
		for _, id := range p.shown().fields {
			s.Fields = append(s.Fields, texts.Text(id))
		}
	}
	s.Keys = p.labels(p.keys())
	return s
}

// padlock reports whether the icon is shown: Lock Setting is on and nobody is logged in.
func (p *Panel) padlock() bool { return !p.admin && p.machine.Locked() }
