package panel

import (
	"context"
	"strings"
	"unicode/utf8"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/screen"
	"mfpsim/sim/locale"
	"mfpsim/sim/users"
)

// The fields of the screen where users log in.
const (
	fieldUserID       = "label.user-id"
	fieldUserPassword = "label.user-password"
	fieldNumber       = "label.id-number"
)

// gate is the screen in place of all others while users must log in and nobody has.
var gate = &item{Label: "user-log-in"}

var gateView = view{
	kind: screen.Form, fill: fillGate, keys: gateKeys, fields: []string{fieldUserID, fieldUserPassword, fieldNumber},
}

// gateForm is what is typed there.
type gateForm struct{ id, password string }

// User is who has logged in; nil: nobody.
func (p *Panel) User() *users.User {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	if p.who == nil {
		return nil
	}
	u := *p.who
	return &u
}

// LogInUser logs a user in with ID and password. A wrong one, and that there were too many, is said on the screen.
// Where nobody logs in, or somebody is logged in, it is a [*choice.Error].
func (p *Panel) LogInUser(_ context.Context, id, password string) (device.Screen, error) {
	return p.do(func() error {
		if !p.closedToAll() {
			return p.noGate(fieldUserID)
		}
		p.logInUser(id, password)
		return nil
	})
}

// LogInNumber is LogInUser by the ID number.
func (p *Panel) LogInNumber(_ context.Context, number string) (device.Screen, error) {
	return p.do(func() error {
		if !p.closedToAll() {
			return p.noGate(fieldNumber)
		}
		p.logInNumber(number)
		return nil
	})
}

// LogOff presses Log Off; a [*choice.Error] if no user has logged in.
func (p *Panel) LogOff(ctx context.Context) (device.Screen, error) {
	return p.do(func() error { return p.press(p.machine.Texts().Label("log-off"), &act{ctx}) })
}

func (p *Panel) noGate(field string) error {
	return &choice.Error{What: "field", Wanted: p.machine.Texts().Text(field), Present: p.show().Typed()}
}

// closedToAll reports whether users must log in and nobody has: not even an administrator.
func (p *Panel) closedToAll() bool {
	return p.who == nil && !p.admin && p.machine.UserState() != users.StateOff
}

// way are the items from the home screen to the one that is shown.
func (p *Panel) way() []*item {
	if p.closedToAll() {
		return []*item{gate}
	}
	return p.open[1:]
}

// settleUser does what time and Web Config have done since the last key: a user is logged off when nobody has touched
// the panel for a while, when he is taken out of the register, when the license ends and when log-in is turned off.
func (p *Panel) settleUser() {
	if p.who != nil {
		u, there := p.machine.User(p.who.ID)
		idle := p.job == 0 && p.machine.Elapsed()-p.lit >= p.machine.Model().PrintAdmin.LogOffTime
		if !there || idle || p.machine.UserState() != users.StateOn {
			p.logOut()
		} else {
			p.admin = u.Administrator || p.admin && !p.who.Administrator
			p.who = &u
		}
	}
	if p.closedToAll() && p.typedAtGate() && p.machine.Elapsed()-p.acted >= p.machine.Model().PrintAdmin.LogOffTime {
		p.home() // who has typed a password and gone away leaves it to nobody
	}
	if closed := p.closedToAll(); closed != p.gated {
		p.gated = closed
		p.home()
	}
}

// typedAtGate reports whether somebody has begun to log in.
func (p *Panel) typedAtGate() bool { return p.gate != (gateForm{}) || len(p.above) > 0 }

// entered logs a user in, unless he was refused.
func (p *Panel) entered(u users.User, refusal string) {
	if refusal != "" {
		p.message = notice{id: refusal}
		return
	}
	p.who, p.user, p.admin, p.gated = &u, u.ID, u.Administrator, false
	p.home()
}

func (p *Panel) logInUser(id, password string) { p.entered(p.machine.LogInUser(id, password)) }
func (p *Panel) logInNumber(number string)     { p.entered(p.machine.LogInNumber(number)) }

// enterGate takes what was typed into a field of the screen.
func (p *Panel) enterGate(id, value string) error {
	switch id {
	case fieldUserID:
		p.gate.id = strings.TrimSpace(value)
	case fieldUserPassword:
		p.gate.password = value
	case fieldNumber:
		p.logInNumber(value)
	}
	return nil
}

func fillGate(p *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Hint = texts.Text("user-log-in-explain")
	for _, row := range []struct{ id, value string }{
		{fieldUserID, p.gate.id},
		{fieldUserPassword, strings.Repeat("•", utf8.RuneCountInString(p.gate.password))},
	} {
		shown := fact(texts, row.id, row.value)
		shown.Key, shown.Masked = shown.Label, row.id == fieldUserPassword
		s.Rows = append(s.Rows, shown)
	}
	number := texts.Text(fieldNumber)
	s.Rows = append(s.Rows, screen.ListRow{Label: number, Icon: "kbd", Key: number})
}

func gateKeys(*Panel, *locale.Texts) []key {
	field := func(id string) key {
		return labeled(id, screen.Item, "", func(p *Panel, _ *act) error { p.typeAtGate(id); return nil })
	}
	return []key{
		field(fieldUserID), field(fieldUserPassword), field(fieldNumber),
		labeled("label.ok", screen.Main, "", func(p *Panel, _ *act) error {
			typed := p.gate
			p.gate.password = ""
			p.logInUser(typed.id, typed.password)
			return nil
		}),
	}
}

// typeAtGate opens the keyboard for a field of the screen.
func (p *Panel) typeAtGate(id string) {
	k := p.keyboardFor(id)
	k.masked = id != fieldUserID
	if id == fieldUserID {
		k.value = p.gate.id
	}
	k.confirm = func(p *Panel, value string) {
		p.above = p.above[:len(p.above)-1]
		_ = p.enterGate(id, value) // it takes everything
	}
	p.above = append(p.above, k)
}
