// Package sim is the simulated printer: a panel, a Web Config and a printed status sheet around the mail core that
// a firmware would ship, on the bench's time and network.
//
// A [Printer] has a power switch. What is volatile (a sign-in that waits for OK, sessions, what was typed, jobs
// under way) is gone when it is switched off; settings, the stored sign-in, the job history and the panel's
// preferences are kept in flash memory. Its clock is its own and may be wrong. It knows no fake: it speaks to the
// clouds over the network only.
package sim

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mfpsim/core/host"
	"mfpsim/core/outcome"

	"mfpsim/chance"
	"mfpsim/choice"
	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/sim/contacts"
	"mfpsim/sim/jobs"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
	"mfpsim/sim/panel"
	"mfpsim/sim/scanner"
	"mfpsim/sim/settings"
	"mfpsim/sim/users"
	"mfpsim/sim/webconfig"
	"mfpsim/vtime"
)

// Config says what a printer is made of. World and Network are required; every other zero value is right.
type Config struct {
	Name    string // the bench's name of it, and its party on network and journal; default "printer"
	World   *vtime.World
	Network *faultnet.Network
	Clock   *vtime.Clock     // default: a clock of the World
	Dialer  host.Dialer      // default: the network's for Name
	Journal *journal.Journal // nil: nothing is recorded
	Seed    uint64           // decides all that is random, together with Name

	Models   *models.Set // the models that there are; default: those of the program
	Model    string      // name of one of them; default: their default one
	Firmware string      // version of a new printer; default: the model's newest
	Serial   string      // default: the model's for the printer called "printer", else one made from Name
	Flash    nvram.Flash // settings and sign-in; default: a memory of its own
	Records  nvram.Flash // job history and preferences; default: a memory of its own
	// SealingKey is the device's own key, 32 bytes, with which Flash is sealed; default: made from Seed and Name.
	SealingKey []byte
	// Folder keeps the memory beyond the program's end, in place of Flash, Records and SealingKey; nil: nothing
	// does.
	Folder  *Folder
	Address string // default "192.0.2.10"
	// Further is the IP address on the additional network, of models that have one; default "100.64.0.10".
	Further string
	// Roots are root certificates in place of those of the model's stores; nil: the model's.
	Roots func() *x509.CertPool
	// Hide is told secrets that an administrator sets, so that they show in no record; nil: nobody is.
	Hide     func(secrets ...string)
	Language string // of a new printer; default: "en", or the model's first where it has no English
	Locked   bool   // Lock Setting of a new printer (guide rule R25)
	// AdministratorPassword is the password; default: the serial number, as on a new printer without a PASSWORD
	// label.
	AdministratorPassword string
	// Open starts the printer's mail core at each power on; nil: the project's own.
	Open     Opener
	Timeouts core.Timeouts // of the core; zero fields mean its defaults
	// RefreshMargin is how long before its end an access token is no longer used; 0: the core's default.
	RefreshMargin time.Duration
	// KeepAlive is how long a connection to the identity provider is kept; empty: the core's default, for one
	// series of polls.
	KeepAlive oauth.KeepAlive
	// Link returns where Web Config's link to an address of the cloud service leads; nil: to the address itself.
	Link func(address string) string
	// OnPower is told when the printer goes on and off, so that its place on the network can follow.
	OnPower func(on bool)
	// OnAdditional is told whether the additional network is used, so that its place there can follow.
	OnAdditional func(on bool)
}

// Printer is one simulated printer. Its methods are safe for concurrent use; those that take a context work in the
// turn it carries.
type Printer struct {
	config   Config
	model    *models.Model
	serial   string
	mac      string
	hostName string
	password string
	random   *chance.Reader
	sealing  []byte
	power    *supply
	flash    chip // settings and sign-in, see [chip.in]
	records  chip // preferences and the job history
	panel    *panel.Panel
	web      *webconfig.Server
	zone     atomic.Pointer[time.Location]

	mu        sync.Mutex
	live      *powered          // nil: the power is off
	originals int               // pages in the document feeder
	paper     scanner.Originals // what is known of them
	sheets    []printedSheet    // the last ones, oldest first
	english   map[string]bool   // texts of which it was noted that a surface shows them in English

	restarting *int // not nil: the printer is on its way from power off to power on
}

// powered is what exists from power on to power off.
type powered struct {
	lockouts *lockouts // of panel and Web Config
	life     *life
	engine   Core
	mail     Mailer    // the printer's own
	fax      Mailer    // of the fax server, on models that have one
	since    time.Time // true time
	memory   *records
	history  *jobs.History
	contacts *contacts.Book
	users    *users.Book // nil: the model has no Print Admin Serverless
	firmware models.Firmware
	broken   error                         // what was wrong with the records
	trusted  atomic.Pointer[x509.CertPool] // what roots has found; nil: the settings have changed
	clock    timeServer

	queue    []job
	sending  bool
	canceled map[int]bool
	cancel   context.CancelFunc // of the job under way
	running  int                // its receipt number
	// sendingSize is how many bytes the job under way takes in memory.
	sendingSize int64
	messages    map[int]string // message ids of jobs that ended, for the panel
	parts       map[int][]int  // jobs that were begun together, by the first
	telling     bool           // notifications are being sent
	ofUser      map[int]string // user IDs by the receipt numbers of what they have begun
	stopTelling context.CancelFunc
}

// New makes a printer and switches it on.
func New(config Config) (*Printer, error) {
	if config.World == nil || config.Network == nil {
		return nil, errors.New("sim: a printer needs a World and a Network")
	}
	if config.Models == nil {
		known, err := models.Embedded()
		if err != nil {
			return nil, err
		}
		config.Models = known
	}
	model, err := config.Models.Get(config.Model)
	if err != nil {
		return nil, err
	}
	if _, err := model.Fitted(config.Firmware); err != nil {
		return nil, err
	}
	config.complete(model)
	if config.Folder != nil {
		config.Model = model.Name
		if err := config.Folder.equip(&config, config.SealingKey); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(model.Panel.Languages, config.Language) {
		return nil, &choice.Error{What: "language", Wanted: config.Language, Present: model.Panel.Languages}
	}
	p := &Printer{
		config: config, model: model, serial: config.Serial, password: config.AdministratorPassword,
		random: chance.New(config.Seed, config.Name+lifeOf(config.Flash)),
	}
	p.setZone(settings.Date{})
	p.mac = macOf(model, config.Name)
	p.hostName = model.Network.DeviceName + "-" + p.serial[max(0, len(p.serial)-6):]
	p.sealing = config.SealingKey
	p.power = &supply{
		random: chance.New(config.Seed, config.Name+" power supply"), lost: p.supplyFailed,
		note: func(text string) { p.note(journal.Entry{Kind: journal.KindNote, Text: journal.Plain(text)}) },
	}
	p.flash = chip{supply: p.power, flash: config.Flash, written: p.wroteMemory}
	p.records = chip{supply: p.power, flash: config.Records}
	if p.panel, err = panel.New(panelMachine{p}); err != nil {
		return nil, fmt.Errorf("the model %s: %w", model.Name, err)
	}
	if p.web, err = webconfig.New(webMachine{p}); err != nil {
		return nil, fmt.Errorf("the model %s: %w", model.Name, err)
	}
	if err := p.powerUp(context.Background()); err != nil {
		return nil, err
	}
	return p, nil
}

func (c *Config) complete(model *models.Model) {
	if c.Name == "" {
		c.Name = "printer"
	}
	if c.Open == nil {
		c.Open = openOwn
	}
	if c.Clock == nil {
		c.Clock = c.World.Clock(c.Name)
	}
	if c.Dialer == nil {
		c.Dialer = c.Network.Dialer(c.Name)
	}
	if c.SealingKey == nil {
		c.SealingKey = chance.New(c.Seed, c.Name+" sealing key").Bytes(sealingKeyLength)
	}
	if c.Flash == nil {
		c.Flash = nvram.NewMemory(nil)
	}
	if c.Records == nil {
		c.Records = nvram.NewMemory(nil)
	}
	if c.Address == "" {
		c.Address = "192.0.2.10"
	}
	if c.Further == "" {
		c.Further = "100.64.0.10"
	}
	if c.Language == "" {
		c.Language = locale.English
		if languages := model.Panel.Languages; !slices.Contains(languages, locale.English) {
			c.Language = languages[0]
		}
	}
	if c.Serial == "" {
		c.Serial = model.Serial
		if c.Name != "printer" {
			c.Serial = fmt.Sprintf("%s%06d", model.Serial[:min(4, len(model.Serial))], hash(c.Name)%1_000_000)
		}
	}
	if c.AdministratorPassword == "" {
		c.AdministratorPassword = model.Administrator.InitialPassword
	}
	if c.AdministratorPassword == "" {
		c.AdministratorPassword = c.Serial
	}
}

// lifeOf tells printers apart that start with the same seed on different memories: with the same randomness a
// second start would seal other secrets under the nonces of the first. "" for a new printer.
func lifeOf(flash nvram.Flash) string {
	image, err := flash.Read()
	if err != nil || len(image) == 0 {
		return "" // starting tells what is wrong
	}
	return fmt.Sprintf(" after %x", sha256.Sum256(image))
}

func hash(name string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return h.Sum32()
}

func macOf(model *models.Model, name string) string {
	if name == "printer" || len(model.MAC) < 8 {
		return model.MAC
	}
	h := hash(name)
	return fmt.Sprintf("%s%02X:%02X", model.MAC[:len(model.MAC)-5], byte(h>>8), byte(h))
}

// Name is the bench's name of the printer.
func (p *Printer) Name() string { return p.config.Name }

// Clock is the printer's own clock.
func (p *Printer) Clock() *vtime.Clock { return p.config.Clock }

// Address is its IP address on the standard network.
func (p *Printer) Address() string { return p.config.Address }

// Serial is its serial number.
func (p *Printer) Serial() string { return p.serial }

// AdministratorPassword is what the person who owns the printer knows.
func (p *Printer) AdministratorPassword() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.password
}

// Panel is the control panel.
func (p *Printer) Panel() *panel.Panel { return p.panel }

// WebConfig is the printer's web page, to be served over HTTPS under the printer's address.
func (p *Printer) WebConfig() http.Handler { return p.web }

// PoweredOn reports whether the printer is on.
func (p *Printer) PoweredOn() bool { return p.on() != nil }

// Mailer is the mail core for an owner of a sign-in, nil while the power is off. Persons reach it through panel
// and Web Config only.
func (p *Printer) Mailer(owner nvram.Owner) Mailer {
	if live := p.on(); live != nil {
		return live.engine.For(owner)
	}
	return nil
}

// on returns what lives while the power is on, nil otherwise.
func (p *Printer) on() *powered {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live == nil || p.live.life.over.Load() {
		return nil
	}
	return p.live
}

// Recovered tells what had to be repaired in memory at the last power on; nil if nothing.
func (p *Printer) Recovered() error {
	live := p.on()
	if live == nil {
		return nil
	}
	return errors.Join(live.broken, live.history.Broken(), live.contacts.Broken(), live.engine.Recovered())
}

// Power switches the printer on ("on") or off ("off"), or cuts its supply ("cut"), at once or in a write to its memory.
// Switching on what is on, or off what is off, does nothing. When the supply fails in a write that switching on makes,
// the printer is off again, and that is [device.ErrPoweredOff].
func (p *Printer) Power(ctx context.Context, act device.PowerAct) error {
	switch {
	case act.State == "on":
		p.stay()
		if p.PoweredOn() {
			return nil
		}
		p.powerDown() // what a failed supply has left
		return p.powerUp(ctx)
	case act.State == "off", act.State == "cut" && act.AtWrite == 0:
		p.stay()
		p.powerDown()
		return nil
	case act.State == "cut" && act.AtWrite > 0:
		p.power.arm(act)
		return nil
	}
	return &choice.Error{What: "power state", Wanted: act.State, Present: []string{"off", "on", "cut"}}
}

// Memory returns what the flash memory holds: settings and sign-ins, then preferences and the job history.
func (p *Printer) Memory() ([]byte, error) {
	settings, err := p.config.Flash.Read()
	if err != nil {
		return nil, err
	}
	records, err := p.config.Records.Read()
	return append(settings, records...), err
}

func (p *Printer) powerUp(ctx context.Context) error {
	now := &life{}
	fitted, err := p.model.Fitted(p.config.Firmware)
	if err != nil {
		return err
	}
	live := &powered{
		life: now, since: p.config.World.Now(), canceled: map[int]bool{}, messages: map[int]string{}, parts: map[int][]int{}, ofUser: map[int]string{},
	}
	fresh := preferences{Language: p.config.Language, Locked: p.config.Locked, Firmware: fitted.Version}
	live.memory, live.broken = openRecords(p.records.in(now), p.model.Name, fresh)
	if errors.Is(live.broken, errNewer) {
		return live.broken
	}
	if err := p.resume(live, fresh); err != nil && !now.over.Load() {
		return err
	}
	live.lockouts = openLockouts(p.model.Administrator, p.elapsed, live.memory)
	p.setZone(live.memory.settings().Date)
	untold := []letter{}
	live.history = jobs.Open(
		live.memory, p.model.Mail.JobHistoryLength, p.model.Outcome(string(outcome.Interrupted)).Code,
		func(entry jobs.Record) { untold = append(untold, p.faxInterrupted(live, entry)...) },
	)
	live.contacts = contacts.Open(contactsStore{live.memory}, p.model.Contacts)
	p.openUsers(live)
	if live.firmware, err = p.model.Fitted(live.memory.preferences().Firmware); err != nil {
		return err
	}
	live.engine, err = p.config.Open(ctx, Host{Printer: p.config.Name, Elapsed: func() time.Duration {
		return p.config.World.Now().Sub(live.since)
	}, RootsPEM: func() []byte {
		return p.rootsPEM(live)
	}, Addresses: p.config.Network.Addresses, Options: core.Options{
		Clock: localClock{p.config.Clock, p}, Dialer: lit{p, now, live.memory}, Random: p.random, Flash: p.flash.in(now), SealingKey: p.sealing,
		Roots:     func() *x509.CertPool { return p.roots(live) },
		Providers: func(owner nvram.Owner) []core.Provider { return p.providersOf(owner, live.memory.settings()) },
		Timeouts:  p.config.Timeouts, RefreshMargin: p.config.RefreshMargin,
		Barred: func(owner nvram.Owner, method mail.Method) bool {
			return owner != nvram.FaxServer && method == mail.MethodOAuth2 && p.mailOnAdditional(live.memory.settings())
		},
		HostName:  strings.ToLower(p.hostNameOf(live)) + "." + p.domainOf(live),
		UserAgent: p.model.Name + "/" + live.firmware.Version,
		Go: func(name string, f func(context.Context)) {
			p.config.World.Go(p.config.Name+": "+name, f)
		},
		WithCancel: p.config.World.WithCancel,
		KeepAlive:  p.config.KeepAlive,
		// net/http decides by the machine's clock whether it uses a connection again, which would show in the
		// evidence.
		Transport: p.transport,
	}})
	if now.over.Load() { // the supply has failed in a write that switching on makes
		if live.engine != nil {
			live.engine.Close()
		}
		return device.ErrPoweredOff
	}
	if err != nil {
		return fmt.Errorf("start the printer's mail core: %w", err)
	}
	live.mail, live.fax = live.engine.For(nvram.Printer), live.engine.For(nvram.FaxServer)
	p.forgetStrangers(ctx, live)
	if err := p.takeImport(ctx, live); err != nil && !now.over.Load() {
		live.engine.Close()
		return err
	}
	if now.over.Load() {
		live.engine.Close()
		return device.ErrPoweredOff
	}
	p.mu.Lock()
	p.live, p.restarting = live, nil
	p.mu.Unlock()
	p.knowPassword(live)
	p.keepTime(live)
	if p.Recovered() != nil {
		p.record(
			journal.Entry{
				Kind: journal.KindNote,
				Text: journal.Plain("something in the printer's memory was damaged and is lost"),
			},
		)
	}
	if p.config.OnPower != nil {
		p.config.OnPower(true)
	}
	p.attach(live)
	for _, l := range untold {
		p.told(live, l, jobs.Failed, p.model.Mail.JobMemoryCode, memoryFull, nil)
	}
	p.sendLetters(live)
	return nil
}

// idleLimit is how long the printer keeps a connection to the identity provider between two polls: ours, longer
// than any interval.
const idleLimit = 90 * time.Second

func (p *Printer) transport(
	dialTLS func(ctx context.Context, network, address string) (net.Conn, error), keep bool,
) oauth.Transport {
	config := faultnet.TransportConfig{DialTLS: dialTLS, Now: p.config.World.Now}
	if keep {
		config.IdleLimit = idleLimit
	}
	return faultnet.NewTransport(config)
}

// powerDown ends everything volatile at once.
func (p *Printer) powerDown() {
	p.mu.Lock()
	live := p.live
	p.mu.Unlock()
	p.end(live)
}

// end is power off for what lives; nothing if that has ended already.
func (p *Printer) end(live *powered) {
	p.mu.Lock()
	if live == nil || p.live != live {
		p.mu.Unlock()
		return
	}
	live.life.over.Store(true)
	p.live, live.queue = nil, nil
	cancels := []context.CancelFunc{live.cancel, live.stopTelling}
	p.mu.Unlock()
	live.engine.Close()
	live.clock.stop()
	for _, cancel := range cancels {
		if cancel != nil {
			cancel()
		}
	}
	p.panel.Reset()
	p.web.Reset()
	if p.config.OnPower != nil {
		p.config.OnPower(false)
	}
}

// supplyFailed is told by the memory in the middle of a write: the printer is dark at once, the rest follows as an
// event.
func (p *Printer) supplyFailed(ended *life) {
	p.mu.Lock()
	live := p.live
	p.mu.Unlock()
	if live == nil || live.life != ended { // it was being switched on
		return
	}
	p.config.World.Go(p.config.Name+": power failure", func(context.Context) { p.end(live) })
}

// Close switches the printer off for good.
func (p *Printer) Close() { p.powerDown() }

// SetFirmware fits another version of the firmware (guide rule R6); the printer restarts.
func (p *Printer) SetFirmware(ctx context.Context, version string) error {
	live := p.on()
	if live == nil {
		return device.ErrPoweredOff
	}
	fitted, err := p.model.Fitted(version)
	if err != nil {
		return err
	}
	if err := p.prefer(live, func(x *preferences) { x.Firmware = fitted.Version }); err != nil {
		return err
	}
	p.powerDown()
	return p.powerUp(ctx)
}

// SetLanguage changes the language of the panel, and of Web Config where it has it.
func (p *Printer) SetLanguage(language string) error {
	live := p.on()
	if live == nil {
		return device.ErrPoweredOff
	}
	if !slices.Contains(p.model.Panel.Languages, language) {
		return &choice.Error{What: "language", Wanted: language, Present: p.model.Panel.Languages}
	}
	return p.prefer(live, func(x *preferences) { x.Language = language })
}

// prefer stores other preferences. When the power fails meanwhile that is all that a person notices.
func (p *Printer) prefer(live *powered, f func(*preferences)) error {
	err := live.memory.change(f)
	if !p.PoweredOn() {
		return device.ErrPoweredOff
	}
	return err
}

// Texts are those of the panel's language.
func (p *Printer) Texts() *locale.Texts {
	if live := p.on(); live != nil {
		return p.model.Texts(live.memory.preferences().Language)
	}
	return p.model.Texts(p.config.Language)
}

// Contacts is the address book that panel and Web Config share; nil while the power is off.
func (p *Printer) Contacts() *contacts.Book {
	if live := p.on(); live != nil {
		return live.contacts
	}
	return nil
}

// Model is the model that the printer is. It must not be changed.
func (p *Printer) Model() *models.Model { return p.model }

// Jobs returns the job history, newest first, in the panel's language.
func (p *Printer) Jobs() []device.Job {
	live := p.on()
	if live == nil {
		return nil
	}
	return live.history.View(p.textsOn(surfaceJobs))
}

func (p *Printer) wroteMemory() {
	p.note(journal.Entry{Kind: journal.KindMemory, Text: journal.Plain("settings and sign-in are written to memory")})
}
