package sim

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/device/webdriver"
	"mfpsim/journal"
	"mfpsim/screen"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
	"mfpsim/sim/panel"
	"mfpsim/sim/webconfig"
)

// Mounted returns how simulated printers get onto a bench. known are the models that there are; nil: those of the
// program. change alters what a printer is made of before it is: a planted defect; nil: nothing does.
func Mounted(known *models.Set, change func(*Config)) mount.Constructor {
	return func(_ context.Context, at mount.Point) (device.Device, error) {
		config := Config{
			Name: at.Name, World: at.World, Network: at.Network, Journal: at.Journal, Seed: at.Seed,
			Models: known, Model: at.Model, Language: at.Language, Address: at.Address,
			AdministratorPassword: at.AdministratorPassword, Link: at.Link, OnPower: at.Power,
			Hide: at.Hide, Further: at.Further, OnAdditional: at.Additional,
		}
		if change != nil {
			change(&config)
		}
		p, err := New(config)
		if err != nil {
			return nil, err
		}
		at.Hide(p.secrets()...)
		if err := at.ServeWeb(mount.Web{Page: p.WebConfig(), Clock: p.Clock(), Record: webconfig.Record}); err != nil {
			p.Close()
			return nil, err
		}
		return p.Device(webdriver.New(webdriver.Config{
			Address: p.Address(), PasswordNow: p.AdministratorPassword, Window: at.Window,
			// Where Web Config lacks the panel's language it is in the model's English (docs/reference/printer.md
			// §1.7.1).
			Words: func(context.Context) ([]device.Words, error) {
				return []device.Words{p.Texts().Words(), p.model.Texts(locale.English).Words()}, nil
			},
			Seen: func(page device.Page) {
				p.record(journal.Entry{
					Kind: journal.KindScreen, Text: journal.Plain(page.String()), Detail: map[string]string{"surface": "Web Config"},
				})
			},
		})), nil
	}
}

// secrets are the printer's own: its administrator's password and the key of its memory, in the forms in which a
// leak would show.
func (p *Printer) secrets() []string {
	key := p.sealing
	return []string{p.password, string(key), hex.EncodeToString(key), base64.StdEncoding.EncodeToString(key)}
}

// Device returns the printer as scenarios use it. Its Web Config is driven by whoever made webConfig:
// [webdriver.Driver], over HTTPS to [Printer.WebConfig].
func (p *Printer) Device(webConfig device.WebConfig) device.Device {
	return &simulated{printer: p, web: webConfig}
}

// simulated is the Device of a simulated printer.
type simulated struct {
	printer *Printer
	web     device.WebConfig
}

func (d *simulated) Describe(context.Context) (device.Description, error) {
	f := d.printer.Facts()
	description := device.Description{
		Name: d.printer.Name(), Model: f.Model.Name, Serial: f.Serial, Firmware: f.Firmware.Version, Address: f.Address,
		Language: d.printer.Texts().Language(), Languages: f.Model.Panel.Languages, Capabilities: d.capabilities(),
	}
	return description, nil
}

// capabilities are what every simulated printer can do, what the model's panel leads to, and what the model says
// of itself.
func (d *simulated) capabilities() []device.Capability {
	list := []device.Capability{
		device.CapabilityPowerCut, device.CapabilityMemory, device.CapabilityMemoryFault, device.CapabilityDate, device.CapabilityFirmware, device.CapabilityPanel,
		device.CapabilityWebConfig, device.CapabilityJobHistory,
	}
	for _, o := range []struct {
		screen     string
		capability device.Capability
	}{
		{panel.ScreenScanToEmail, device.CapabilityScan},
		{panel.ScreenCopy, device.CapabilityCopy},
		{panel.ScreenPrintStatusSheet, device.CapabilityStatusSheet},
	} {
		if _, leads := d.printer.panel.Path(o.screen); leads {
			list = append(list, o.capability)
		}
	}
	if d.printer.model.EmailNotification != nil {
		list = append(list, device.CapabilityEvent)
	}
	if d.printer.model.FaxServer != nil {
		list = append(list, device.CapabilityFaxServer)
	}
	if d.printer.model.AdditionalNetwork != nil {
		list = append(list, device.CapabilityAdditionalNetwork)
	}
	if d.printer.model.PrintAdmin != nil {
		list = append(list, device.CapabilityPrintAdminServerless)
	}
	return append(list, d.printer.model.Capabilities...)
}

func (d *simulated) Now(context.Context) (time.Time, error) { return d.printer.now(), nil }

// Words has English in any model: it is what the other languages fall back to.
func (d *simulated) Words(_ context.Context, language string) (device.Words, error) {
	languages := d.printer.model.Panel.Languages
	if language != locale.English && !slices.Contains(languages, language) {
		return device.Words{}, &choice.Error{What: "language", Wanted: language, Present: languages}
	}
	return d.printer.model.Texts(language).Words(), nil
}

func (d *simulated) AdministratorPassword(context.Context) (string, error) {
	return d.printer.AdministratorPassword(), nil
}

func (d *simulated) LicenseKey(_ context.Context, last time.Time) (string, error) {
	if d.printer.model.PrintAdmin == nil {
		return "", device.ErrNotSupported
	}
	return d.printer.NewLicenseKey(last), nil
}

func (d *simulated) Users(context.Context) (device.Users, error) { return d.printer.registered() }

func (d *simulated) Close() error {
	d.printer.Close()
	return nil
}

func (d *simulated) LoadOriginals(_ context.Context, pages int) error {
	d.printer.LoadOriginals(pages)
	return nil
}

func (d *simulated) LayOriginals(_ context.Context, originals device.Originals) error {
	return d.printer.LayOriginals(originals)
}

func (d *simulated) WebConfig() device.WebConfig { return d.web }
func (d *simulated) Panel() device.Panel         { return &powerPanel{d.printer} }

// Scan lays the originals in and walks the panel as a person does.
func (d *simulated) Scan(ctx context.Context, request device.ScanRequest) (device.Screen, error) {
	p := d.Panel()
	pages, shows := max(1, request.Pages), panel.ScreenScanToEmail
	switch request.Function {
	case device.FunctionEmail, "":
	case device.FunctionCopy:
		path, ok := d.printer.panel.Path(panel.ScreenCopy)
		if !ok {
			return device.Screen{}, device.ErrNotSupported
		}
		d.printer.LoadOriginals(pages)
		return p.Press(ctx, path+start)
	case device.FunctionToMyEmail:
		shows = panel.ScreenToMyEmail
	case device.FunctionFax:
		return d.fax(ctx, request)
	default:
		return device.Screen{}, device.ErrNotSupported
	}
	path, ok := d.printer.panel.Path(shows)
	if !ok {
		return device.Screen{}, device.ErrNotSupported
	}
	originals := device.Originals{Pages: pages, Size: request.Size, Picture: request.Picture}
	if err := d.printer.LayOriginals(originals); err != nil {
		return device.Screen{}, err
	}
	if shown, err := p.Press(ctx, path); err != nil || shown.Data.Kind == screen.Page { // she has to sign in first
		return shown, err
	}
	for _, to := range request.To {
		if screen, err := p.Enter(ctx, "To", to); err != nil {
			return screen, err
		}
	}
	if request.Subject != "" {
		if screen, err := p.Enter(ctx, "Subject", request.Subject); err != nil {
			return screen, err
		}
	}
	if request.File != "" {
		if screen, err := p.Enter(ctx, "File Name", request.File); err != nil {
			return screen, err
		}
	}
	for _, setting := range request.Settings {
		keys := []string{"Scan Settings", setting.Name, setting.Value}
		if request.Function == device.FunctionToMyEmail { // they stand on its first screen
			keys = keys[1:]
		}
		for _, key := range keys {
			if screen, err := p.Press(ctx, key); err != nil {
				return screen, err
			}
		}
	}
	return p.Press(ctx, "Start")
}

// fax lays the originals in and walks Fax on the panel.
func (d *simulated) fax(ctx context.Context, request device.ScanRequest) (device.Screen, error) {
	p := d.Panel()
	path, ok := d.printer.panel.Path(panel.ScreenFax)
	if !ok || len(request.To) != 1 {
		return device.Screen{}, device.ErrNotSupported
	}
	originals := device.Originals{Pages: max(1, request.Pages), Size: request.Size, Picture: request.Picture}
	if err := d.printer.LayOriginals(originals); err != nil {
		return device.Screen{}, err
	}
	if screen, err := p.Press(ctx, path); err != nil {
		return screen, err
	}
	if screen, err := p.Enter(ctx, "Fax Number", request.To[0]); err != nil {
		return screen, err
	}
	return p.Press(ctx, "Start")
}

// start ends a path with the key Start, by its standard name, which every model knows.
const start = " > Start"

func (d *simulated) Jobs(context.Context) ([]device.Job, error) {
	if !d.printer.PoweredOn() {
		return nil, device.ErrPoweredOff
	}
	return d.printer.Jobs(), nil
}

func (d *simulated) PrintSheet(ctx context.Context) (device.Screen, error) {
	path, ok := d.printer.panel.Path(panel.ScreenPrintStatusSheet)
	if !ok {
		return device.Screen{}, device.ErrNotSupported
	}
	return d.Panel().Press(ctx, path+start)
}

func (d *simulated) Sheets(context.Context) ([]device.Sheet, error) { return d.printer.Sheets(), nil }

func (d *simulated) Memory(context.Context) ([]byte, error) { return d.printer.Memory() }

func (d *simulated) SetMemoryFault(_ context.Context, fault *device.MemoryFault) error {
	d.printer.power.setFaults(fault)
	return nil
}

func (d *simulated) MemoryState(context.Context) (device.MemoryState, error) {
	return d.printer.power.state(), nil
}

func (d *simulated) Power(ctx context.Context, act device.PowerAct) error {
	return d.printer.Power(ctx, act)
}

func (d *simulated) SetDate(_ context.Context, date time.Time) error {
	return d.printer.SetDate(date)
}

func (d *simulated) SetTimeDifference(_ context.Context, ahead time.Duration) error {
	if err := d.printer.SetTimeDifference(ahead); err != nil {
		return err
	}
	d.printer.record(
		journal.Entry{
			Kind: journal.KindClock,
			Text: journal.Plain("the printer's time difference is set to UTC" + d.printer.now().Format("-07:00")),
		},
	)
	return nil
}

func (d *simulated) Drift(_ context.Context, perDay time.Duration) error {
	if err := d.printer.config.Clock.Drift(perDay); err != nil {
		return err
	}
	d.printer.record(
		journal.Entry{
			Kind: journal.KindClock, Text: journal.Plain("the printer's clock drifts by " + perDay.String() + " a day"),
		},
	)
	return nil
}

func (d *simulated) Event(_ context.Context, name string) error { return d.printer.Happens(name) }

func (d *simulated) SetFirmware(ctx context.Context, version string) error {
	return d.printer.SetFirmware(ctx, version)
}

func (d *simulated) SetLanguage(_ context.Context, language string) error {
	return d.printer.SetLanguage(language)
}

// powerPanel is the panel behind the power switch; for it an empty password is the right one.
type powerPanel struct{ printer *Printer }

func (p *powerPanel) act(f func() (device.Screen, error)) (device.Screen, error) {
	if !p.printer.PoweredOn() {
		return device.Screen{}, device.ErrPoweredOff
	}
	screen, err := f()
	if !p.printer.PoweredOn() { // the power has failed meanwhile
		return device.Screen{}, device.ErrPoweredOff
	}
	return screen, err
}

func (p *powerPanel) Screen(ctx context.Context) (device.Screen, error) {
	return p.act(func() (device.Screen, error) { return p.printer.panel.Screen(ctx) })
}

func (p *powerPanel) Press(ctx context.Context, path string) (device.Screen, error) {
	return p.act(func() (device.Screen, error) { return p.printer.panel.Press(ctx, path) })
}

func (p *powerPanel) Enter(ctx context.Context, field, value string) (device.Screen, error) {
	return p.act(func() (device.Screen, error) { return p.printer.panel.Enter(ctx, field, value) })
}

func (p *powerPanel) LogIn(ctx context.Context, user, password string) (device.Screen, error) {
	if password == "" {
		password = p.printer.AdministratorPassword()
	}
	return p.act(func() (device.Screen, error) { return p.printer.panel.LogIn(ctx, user, password) })
}

func (p *powerPanel) LogOut(ctx context.Context) (device.Screen, error) {
	return p.act(func() (device.Screen, error) { return p.printer.panel.LogOut(ctx) })
}

func (p *powerPanel) Home(ctx context.Context) (device.Screen, error) {
	return p.act(func() (device.Screen, error) { return p.printer.panel.Home(ctx) })
}

// Of returns the simulated printer that a device is; nil for another device.
func Of(d device.Device) *Printer {
	if s, ok := d.(*simulated); ok {
		return s.printer
	}
	return nil
}
