package lab

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/browser"
	"mfpsim/choice"
	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/sim"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
	"mfpsim/vtime"
)

// Names of the parties and networks of a bench.
const (
	PartyBrowser   = "browser"
	PartyTime      = "time"  // the office's time server
	PartyProxy     = "proxy" // the office's proxy server
	PartyMaker     = "maker" // of the printers, whose server has root certificates and firmware
	DefaultPrinter = "printer"
)

// accessTokenLifetime is the middle of what the real service draws from (60 to 90 minutes). On a bench it is the same
// for every seed, because another seed is to change ids and nothing else.
const accessTokenLifetime = 75 * time.Minute

// Config says what bench is wanted. The zero value is right for a test: a stepped World at [vtime.DefaultStart], one
// simulated printer of the default model, no latency, and clouds without organizations.
type Config struct {
	// World is the bench's time; nil: a stepped one (see RealTime), which the lab closes.
	World *vtime.World
	// Start is when a World of the lab's own starts; zero: vtime.DefaultStart.
	Start time.Time
	// RealTime makes a World of the lab's own a flowing one, which starts at the machine's now if Start is zero: for
	// devices that go by the machine's clock.
	RealTime bool
	// Seed decides every id, code, token and jitter, and nothing else.
	Seed uint64
	// Language of the printers: "en" if empty, or their model's first if it has no English.
	Language string
	// Latency and Jitter of every link, in bench time; none by default.
	Latency, Jitter time.Duration
	// Devices are how printers are made that are not simulated, by the bench's name of the printer, else by the model
	// that was asked for; "" is for all others. Nil: every printer is simulated.
	Devices map[string]mount.Constructor
	// ClientID is that of the application which devices that are not simulated sign in with; it is the maker's
	// application then. Empty: that of the model.
	ClientID string
	// Core starts the mail core of the simulated printers; nil: the project's own. It runs again at each power on.
	Core sim.Opener
	// Models are those that simulated printers can be; nil: those of the program.
	Models *models.Set
	// Model of printers that are put on the bench without one being named; empty: the default one of Models.
	Model string
	// Flash is a folder in which the simulated printers keep their memory, so that it outlives the bench: see
	// [sim.Folder]. It is made if it is missing. Everything else of a bench, the clouds and their accounts too, is
	// new at each start. Empty: the memory ends with the bench.
	Flash string
	// Passwords are chosen ones, in place of those that are drawn from the seed: of accounts by their address, of
	// printers' administrators by the printer's name. [CheckPassword] says what they can be.
	Passwords map[string]string
	// ShowTestAccounts shows the test accounts beside Microsoft's sign-in form, for people at `mfpsim serve`.
	ShowTestAccounts bool
	// Entra and SMTP change the configuration of the clouds before they start. Nil: as they are.
	Entra func(*fakeentra.Config)
	SMTP  func(*fakesmtp.Config)
	// Providers are the times of providers that are put on the bench without their own.
	Providers ProviderTimes
	// Link returns where Web Config's link to an address of the cloud service leads; nil: to the address itself.
	Link func(address string) string
	// Keep bounds the journal. The zero value keeps everything on a stepped World and [journal.DefaultKeep] on a
	// flowing one.
	Keep journal.Keep
	// Mails bounds the mails that the mail service keeps. The zero value keeps everything.
	Mails fakesmtp.Keep
	// Defect plants a bug of a printer's firmware, so that a scenario can be seen to fail. The zero value plants
	// none.
	Defect Defect
}

// Defect is a planted bug of a firmware. Each field is a hook over one part of the bench; nil leaves the part as it
// is.
type Defect struct {
	Name string
	// Printer changes how a simulated printer is built. It and Flash are of this process: they do not reach a device of
	// [Config.Devices], and a bench with one is refused.
	Printer func(*sim.Config)
	// Flash stands between the core of a simulated printer and its memory, if that ends with the bench.
	Flash func(nvram.Flash) nvram.Flash
	// Device stands between the scenario and the printer.
	Device func(device.Device) device.Device
	// Mail stands between the mail service and what the identity provider knows.
	Mail func(fakesmtp.Directory) fakesmtp.Directory
	// Lab is called when the bench stands.
	Lab func(*Lab)
}

// Lab is one bench. Its methods are safe for concurrent use; those that act on a printer need a turn in their
// context.
type Lab struct {
	World   *vtime.World
	Journal *journal.Journal
	Network *faultnet.Network
	Entra   *fakeentra.Server
	SMTP    *fakesmtp.Server

	config   Config
	model    *models.Model // that of simulated printers whose model is not named
	ownWorld bool
	smtpDone chan struct{}
	// exchangerDone ends with the MX door, which the mail service closes.
	exchangerDone chan struct{}
	// smtpListener is closed by the lab too: a bench may end before its mail server has begun to listen.
	smtpListener net.Listener
	transports   []*faultnet.Transport
	browser      *browser.Browser
	pages        *faultnet.SharedServer // the printers' web pages
	clear        *faultnet.SharedServer // the same over HTTP, which leads to HTTPS
	office       sync.WaitGroup         // connections of the office's servers
	listeners    []net.Listener         // of the office's servers
	mailServers  []mailServer           // of the office
	officeMail   officeMail
	folder       *sim.Folder // the printers' memory; nil: it ends with the bench

	mu        sync.Mutex
	printers  []*Printer
	providers []*Provider
	byName    map[string]*Printer
	secrets   []string // passwords that were once somebody's, and what printers keep secret
	unmet     []string // answers that were planted, and ended before anybody met them
	closed    bool

	proxyClosed   bool   // the proxy server asks who comes
	proxyPassword string // of [ProxyUser]
}

// New builds a bench and starts its servers. Close ends it.
func New(c Config) (*Lab, error) {
	model, err := c.complete()
	if err != nil {
		return nil, err
	}
	l := &Lab{World: c.World, config: c, model: model, byName: map[string]*Printer{}}
	if c.Flash != "" {
		if l.folder, err = sim.OpenFolder(c.Flash); err != nil {
			return nil, err
		}
	}
	switch {
	case l.World != nil:
	case c.RealTime:
		l.World, l.ownWorld = vtime.NewFlowing(c.Start), true
	default:
		l.World, l.ownWorld = vtime.NewStepped(c.Start), true
	}
	l.Journal = journal.For(l.World)
	if c.Keep != (journal.Keep{}) {
		l.Journal.Keep(c.Keep)
	}
	l.Network = faultnet.New(
		faultnet.Config{
			World: l.World, Journal: l.Journal, Seed: c.Seed, Latency: c.Latency, Jitter: c.Jitter, Dated: c.RealTime,
		},
	)
	l.World.OnPanic(func(e *vtime.PanicError) {
		l.Journal.Append(
			journal.Entry{Party: "bench", Kind: journal.KindNote, Text: journal.Plain(e.Party + " panicked")},
		)
	})
	l.Network.Join(PartyBrowser, NetworkOffice)
	if err := l.build(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Hold keeps the whole record and all mails until release is called, for who reads them from their beginning: a case
// that is played.
func (l *Lab) Hold() (release func()) {
	records, mails := l.Journal.Hold(), l.SMTP.HoldMails()
	return func() {
		records()
		mails()
	}
}

// complete fills in models and language, and returns the model of simulated printers whose model is not named. Model
// and language of a first printer that is not simulated are for the device to refuse.
func (c *Config) complete() (*models.Model, error) {
	if c.Models == nil {
		known, err := models.Embedded()
		if err != nil {
			return nil, err
		}
		c.Models = known
	}
	if c.constructor(DefaultPrinter, c.Model) != nil {
		if c.Language == "" {
			c.Language = locale.English
		}
		return c.Models.Get("")
	}
	model, err := c.Models.Get(c.Model)
	if err != nil {
		return nil, err
	}
	if standard, err := c.Models.Get(""); err == nil && standard == model {
		c.Model = ""
	}
	languages := model.Panel.Languages
	switch {
	case c.Language == "" && slices.Contains(languages, locale.English):
		c.Language = locale.English
	case c.Language == "":
		c.Language = languages[0]
	case !slices.Contains(languages, c.Language):
		return nil, &choice.Error{What: "language", Wanted: c.Language, Present: languages}
	}
	return model, nil
}

func (l *Lab) build() error {
	if err := l.startEntra(); err != nil {
		return err
	}
	if err := l.startSMTP(); err != nil {
		return err
	}
	l.browser = l.newBrowser(PartyBrowser)
	var err error
	// Certificates are dated by true time: a printer's own date may be wrong, and its web page must stay reachable.
	if l.pages, err = l.Network.ServeShared("printers", nil); err != nil {
		return errors.New("no port for the printers' web pages")
	}
	if l.clear, err = l.Network.ServeSharedInClear("printers"); err != nil {
		return errors.New("no port for the printers' web pages")
	}
	l.startMaker()
	if err := l.startOffice(); err != nil {
		return err
	}
	if err := l.startOfficeMail(); err != nil {
		return err
	}
	if _, err := l.AddPrinter(DefaultPrinter, ""); err != nil {
		return err
	}
	if l.config.Defect.Lab != nil {
		l.config.Defect.Lab(l)
	}
	return nil
}

func (l *Lab) startEntra() error {
	config := fakeentra.Config{
		World: l.World, Network: l.Network, Journal: l.Journal, Seed: l.config.Seed, Empty: true,
		ShowTestAccounts: l.config.ShowTestAccounts, Language: l.config.Language, AccessTokenLifetime: accessTokenLifetime,
	}
	if l.config.Entra != nil {
		l.config.Entra(&config)
	}
	entra, err := fakeentra.New(config)
	if err != nil {
		return fmt.Errorf("entra: %w", err)
	}
	l.Entra = entra
	entra.Watch(l.follow)
	for _, name := range l.config.Models.Names() {
		if err := l.registerApplication(name); err != nil {
			return err
		}
	}
	listener, err := l.Network.Listen(fakeentra.Party, fakeentra.Names()...)
	if err != nil {
		return errors.New("entra: no port to listen on")
	}
	return entra.Serve(listener)
}

// nativeRedirectURI is what Microsoft offers to programs without a server of their own (docs/reference/entra.md
// §8.3).
const nativeRedirectURI = "https://login.microsoftonline.com/common/oauth2/nativeclient"

// ToMyEmailApplication is the display name of the maker's application that users of a printer sign in to on its
// panel. The consent to the printer's own application does not cover it (ours: guide rule R31 has a consent of its
// own).
const ToMyEmailApplication = "Example MFP To My Email"

// registerApplication makes the maker's applications known to the identity provider, as their vendor did once for all
// tenants.
func (l *Lab) registerApplication(model string) error {
	m, err := l.config.Models.Get(model)
	if err != nil {
		return err
	}
	// of the bench's maker; another one has applications of his own
	name, users := fakeentra.ApplicationName, ToMyEmailApplication
	if m.Maker != l.model.Maker {
		name, users = m.Maker+" Email Sender", m.Maker+" To My Email"
	}
	var done []string
	register := func(id, name, redirect string) error {
		if slices.Contains(done, id) {
			return nil
		}
		done = append(done, id)
		_, err := l.Entra.AddApplication(
			fakeentra.Application{
				ID: id, Name: name, Publisher: "printers.example", Verified: true,
				RequestedScopes: strings.Fields(fakeentra.Scope), PublicRedirectURIs: []string{redirect},
			},
		)
		if err != nil && !errors.Is(err, fakeentra.ErrExists) {
			return fmt.Errorf("entra: %w", err)
		}
		return nil
	}
	for _, p := range m.Providers {
		if err := register(cmp.Or(l.config.ClientID, p.ClientID), name, nativeRedirectURI); err != nil {
			return err
		}
		if a := p.ToMyEmail; a != nil {
			if err := register(a.ClientID, users, a.RedirectURI); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *Lab) startSMTP() error {
	var directory fakesmtp.Directory = people{l}
	if l.config.Defect.Mail != nil {
		directory = l.config.Defect.Mail(directory)
	}
	config := fakesmtp.Config{
		World: l.World, Network: l.Network, Journal: l.Journal, Seed: l.config.Seed, Directory: directory,
		Keep: l.config.Mails,
	}
	if l.config.SMTP != nil {
		l.config.SMTP(&config)
	}
	smtp, err := fakesmtp.New(config)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	l.SMTP = smtp
	listener, err := l.Network.Listen(fakesmtp.Party, fakesmtp.Addresses()...)
	if err != nil {
		return errors.New("smtp: no port to listen on")
	}
	l.smtpDone, l.smtpListener = make(chan struct{}), listener
	faultnet.Expect(listener)
	go func() {
		defer close(l.smtpDone)
		// Serve ends without an error when the server is closed; a broken listener shows as a connection refused.
		_ = smtp.Serve(listener)
	}()
	exchanger, err := l.Network.Listen(fakesmtp.Party)
	if err != nil {
		return errors.New("smtp: no port to listen on")
	}
	smtp.OpenExchanger(exchanger)
	l.exchangerDone = make(chan struct{})
	go func() {
		defer close(l.exchangerDone)
		_ = smtp.ServeExchanger(exchanger)
	}()
	return nil
}

// Close ends the bench: printers, servers, and the World if it is the lab's own. It may be called twice.
func (l *Lab) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	printers, providers := l.printers, l.providers
	l.mu.Unlock()
	var failed error
	for _, p := range printers {
		failed = errors.Join(failed, p.close())
	}
	if l.pages != nil {
		failed = errors.Join(failed, l.pages.Close())
	}
	if l.clear != nil {
		failed = errors.Join(failed, l.clear.Close())
	}
	for _, t := range l.transports {
		t.CloseIdleConnections()
	}
	if l.ownWorld {
		l.World.Close()
	}
	if l.folder != nil {
		failed = errors.Join(failed, l.folder.Close())
	}
	if l.Entra != nil {
		failed = errors.Join(failed, l.Entra.Close())
	}
	if l.SMTP != nil {
		failed = errors.Join(failed, l.SMTP.Close())
	}
	for _, p := range providers {
		failed = errors.Join(failed, p.close())
	}
	if l.smtpDone != nil {
		_ = l.smtpListener.Close() // closed already, unless the server never got to it
		<-l.smtpDone
	}
	if l.exchangerDone != nil {
		<-l.exchangerDone
	}
	for _, server := range l.mailServers {
		failed = errors.Join(failed, server.Close())
		_ = server.listener.Close() // closed already, unless the server never got to it
	}
	for _, listener := range l.listeners {
		failed = errors.Join(failed, listener.Close())
	}
	l.office.Wait()
	return failed
}

// Seed returns the seed that the bench was built with.
func (l *Lab) Seed() uint64 { return l.config.Seed }

// Model returns the model of printers whose model is not named; empty for the default one.
func (l *Lab) Model() string { return l.config.Model }

// StandardModel returns the name of the default model of the simulated printers, which goldens are of.
func (l *Lab) StandardModel() string {
	standard, err := l.config.Models.Get("")
	if err != nil {
		return ""
	}
	return standard.Name
}

// Language returns the language that the printers started in.
func (l *Lab) Language() string { return l.config.Language }

// Browser is the window in which a person opens Microsoft's pages.
func (l *Lab) Browser() *browser.Browser { return l.browser }

// NewBrowser returns a further window, without cookies, at a computer on the printers' network.
func (l *Lab) NewBrowser() *browser.Browser { return l.newBrowser(PartyBrowser) }

func (l *Lab) newBrowser(party string) *browser.Browser {
	t := l.transport(party)
	return browser.New(browser.Config{
		Transport: t, Now: l.World.Now, Language: l.config.Language, WithTimeout: l.World.Clock(party).WithTimeout,
	})
}

// browserKeeps is how long a browser keeps a connection for the next page: Firefox's network.http.keep-alive.timeout.
const browserKeeps = 115 * time.Second

// transport reaches every name of the bench as a party, trusting the bench's authority.
func (l *Lab) transport(party string) *faultnet.Transport {
	dial := l.Network.Dialer(party).DialContext
	t := faultnet.NewTransport(faultnet.TransportConfig{
		Dial: dial, DialTLS: faultnet.TLSDialer(dial, l.Network.ClientTLS(l.World.Now)), Now: l.World.Now,
		IdleLimit: browserKeeps,
	})
	l.mu.Lock()
	l.transports = append(l.transports, t)
	l.mu.Unlock()
	return t
}

// Languages returns the languages of the panel of a model of the program, or of its default one for "". The error
// lists the models that there are.
func Languages(model string) ([]string, error) {
	m, err := models.Get(model)
	if err != nil {
		return nil, err
	}
	return slices.Clone(m.Panel.Languages), nil
}

// Firmwares returns the versions of the firmware of a model of the program, the oldest first; nil if it is none of
// them.
func Firmwares(model string) []string {
	m, err := models.Get(model)
	if err != nil {
		return nil
	}
	versions := make([]string, len(m.Firmwares))
	for i, f := range m.Firmwares {
		versions[i] = f.Version
	}
	slices.Sort(versions)
	return versions
}
