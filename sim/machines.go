package sim

import (
	"context"
	"errors"
	"slices"
	"time"

	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/sim/locale"
	"mfpsim/sim/panel"
	"mfpsim/sim/sheet"
	"mfpsim/sim/users"
	"mfpsim/sim/webconfig"
	"mfpsim/sim/window"
)

// panelMachine is the printer as its panel needs it.
type panelMachine struct{ *Printer }

func (m panelMachine) On() bool { return m.PoweredOn() }

func (m panelMachine) Texts() *locale.Texts { return m.textsOn(surfacePanel) }

func (m panelMachine) Now() time.Time { return m.now() }

func (m panelMachine) Originals() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.originals
}

func (m panelMachine) DefaultSubject() string { return m.model.Mail.Subject }
func (m panelMachine) DefaultFile() string    { return m.model.Mail.FilePrefix + "…" }

func (m panelMachine) StartScan(
	ctx context.Context, request device.ScanRequest, settings map[string]string,
) (int, string) {
	return m.startScan(ctx, request, settings)
}

func (m panelMachine) StartFax(_ context.Context, number, user string) (int, string) {
	return m.startFax(number, user)
}
func (m panelMachine) StartCopy(context.Context)                  { m.startCopy() }
func (m panelMachine) JobState(receipt int) panel.Ended           { return m.jobState(receipt) }
func (m panelMachine) CancelJob(ctx context.Context, receipt int) { m.cancelJob(ctx, receipt) }

func (m panelMachine) PrintSheet(context.Context) {
	now := m.Facts()
	printed := sheet.New(now, m.textsOn(surfaceSheet))
	m.keepSheet(printed, now.Now)
	m.record(journal.Entry{Kind: journal.KindSheet, Text: journal.Plain(printed.String())})
}

func (m panelMachine) LogIn(user, password string) (refusal string) {
	return m.logIn(doorPanel, user, password)
}

func (m panelMachine) LogInUser(id, password string) (users.User, string) {
	return m.logInUser("wrong-user-or-password", func(b *users.Book) (users.User, bool) {
		return b.Authenticate(id, password)
	})
}

func (m panelMachine) LogInNumber(number string) (users.User, string) {
	return m.logInUser("wrong-id-number", func(b *users.Book) (users.User, bool) { return b.ByNumber(number) })
}

func (m panelMachine) User(id string) (users.User, bool) {
	if book := m.Users(); book != nil {
		return book.Get(id)
	}
	return users.User{}, false
}

func (m panelMachine) NeededSignIn(user string) panel.SignIn { return m.neededSignIn(user) }

func (m panelMachine) OpenSignIn(user string, whose panel.SignIn, changed func()) (*window.Window, string) {
	return m.openSignIn(user, whose, changed)
}

func (m panelMachine) CloseSignIn(user string, whose panel.SignIn) { m.closeSignIn(user, whose) }

func (m panelMachine) Locked() bool {
	live := m.on()
	return live != nil && live.memory.preferences().Locked
}

func (m panelMachine) SetLocked(on bool) error {
	live := m.on()
	if live == nil {
		return device.ErrPoweredOff
	}
	return m.prefer(live, func(x *preferences) { x.Locked = on })
}

func (m panelMachine) Elapsed() time.Duration     { return m.elapsed() }
func (m panelMachine) SessionTime() time.Duration { return m.model.Administrator.PanelSessionTime }

func (m panelMachine) Record(screen device.Screen) {
	m.record(journal.Entry{Kind: journal.KindScreen, Text: journal.Plain(screen.String()), Screen: screen.Data})
}

// webMachine is the printer as its Web Config needs it.
type webMachine struct{ *Printer }

// Texts are English where Web Config lacks the panel's language (docs/reference/printer.md §1.7.1).
func (m webMachine) Texts() *locale.Texts {
	if slices.Contains(m.model.WebConfig.Languages, m.Printer.Texts().Language()) {
		return m.textsOn(surfaceWebConfig)
	}
	return m.model.Texts(locale.English)
}

func (m webMachine) PanelLanguage() string { return m.Printer.Texts().Language() }

func (m webMachine) Jobs() []device.Job {
	if live := m.on(); live != nil {
		return live.history.View(m.Texts())
	}
	return nil
}

func (m webMachine) Engine() webconfig.Engine {
	if live := m.on(); live != nil {
		return live.mail
	}
	return nil
}

func (m webMachine) FaxEngine() webconfig.Engine {
	if live := m.on(); live != nil && m.model.FaxServer != nil {
		return live.fax
	}
	return nil
}

func (m webMachine) LogIn(user, password string) (refusal string) {
	return m.logIn(doorWebConfig, user, password)
}
func (m webMachine) Elapsed() time.Duration  { return m.elapsed() }
func (m webMachine) Token(digits int) string { return m.random.Hex(digits) }

func (m webMachine) Wait(ctx context.Context, d time.Duration) error {
	return m.config.Clock.Sleep(ctx, d)
}

func (m webMachine) Link(address string) string {
	if m.config.Link == nil {
		return address
	}
	return m.config.Link(address)
}

// Import is [Printer.Import] with the sentence for why it fails.
func (m webMachine) Import(file []byte) (refusal string) {
	switch err := m.Printer.Import(file); {
	case err == nil:
		return ""
	case errors.Is(err, ErrNoValues):
		return "invalid-import"
	case errors.Is(err, ErrOtherModel):
		return "invalid-import-model"
	default:
		return "setting-not-stored"
	}
}

// logIn takes any user name: the printer has one administrator, and the name tells sessions apart. It returns the
// message id of a refusal.
func (p *Printer) logIn(door, user, password string) (refusal string) {
	live := p.on()
	if live == nil {
		return "wrong-password" // nobody sees it: the power is off
	}
	return live.lockouts.logIn(door, user, p.isPassword(live, password))
}

// elapsed is a timer that runs since power on, whatever the date is set to.
func (p *Printer) elapsed() time.Duration {
	live := p.on()
	if live == nil {
		return 0
	}
	return p.config.World.Now().Sub(live.since)
}
