package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"mfpsim/browser"
	"mfpsim/chance"
	"mfpsim/choice"
	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/sim"
)

// passwordLetters make passwords that can be read off a screen.
const passwordLetters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"

// Printer is one printer on the bench: a simulated one, or what [Config.Devices] has in its place.
type Printer struct {
	Name    string // the bench's
	Model   string // as the device says
	Address string // on the printers' network
	Further string // on the additional network, if it has and uses one

	lab     *Lab
	made    device.Device
	device  device.Device // as scenarios use it: a planted defect may stand before the one that was made
	web     *mount.Web    // nil: it has no web page on the bench
	servers []*http.Server
}

// AddPrinter puts a further printer on the bench, switched on. An empty model is that of the bench. It takes a turn of
// its own: who has one calls [Lab.UsePrinter].
func (l *Lab) AddPrinter(name, model string) (p *Printer, err error) {
	failed := l.World.Do("bench: "+name, 0, func(ctx context.Context) { p, err = l.addPrinter(ctx, name, model) })
	if failed != nil {
		return nil, fmt.Errorf("start the printer %q: %w", name, failed)
	}
	return p, err
}

// others are the names of parties that are no printers.
var others = []string{
	PartyBrowser, PartyMail, PartyMaker, PartyPOP3, PartyProxy, PartyTime, fakeentra.Party, fakesmtp.Party,
}

// addPrinter works in the turn of ctx.
func (l *Lab) addPrinter(ctx context.Context, name, model string) (*Printer, error) {
	if name == "" || strings.ContainsAny(name, "# \t") || slices.Contains(others, name) {
		return nil, fmt.Errorf("%q is no name for a printer", name)
	}
	l.mu.Lock()
	taken, number := l.byName[name] != nil, len(l.printers)
	l.mu.Unlock()
	if taken {
		return nil, fmt.Errorf("there is a printer %q already", name)
	}
	address, err := addressOf(number)
	if err != nil {
		return nil, err
	}
	p := &Printer{Name: name, lab: l, Address: address, Further: further(number)}
	l.Network.Place(NetworkOffice, p.Address)
	l.Network.Place(NetworkAdditional, p.Further)
	l.Network.Join(name, NetworkOffice)
	if err := p.start(ctx, model); err != nil {
		return nil, errors.Join(err, p.close())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.printers = append(l.printers, p)
	l.byName[name] = p
	return p, nil
}

// start makes the device.
func (p *Printer) start(ctx context.Context, model string) (err error) {
	l := p.lab
	construct := l.config.constructor(p.Name, model)
	if construct == nil {
		construct = sim.Mounted(l.config.Models, l.simulated)
		if model == "" {
			model = l.model.Name
		}
	} else if d := l.config.Defect; d.Printer != nil || d.Flash != nil { // a case would pass as if nothing were planted
		return fmt.Errorf("the defect %q is of a simulated printer, and %q is another device: plant it there", d.Name, p.Name)
	}
	p.made, err = construct(ctx, mount.Point{
		Name: p.Name, Model: model, Language: l.config.Language, Address: p.Address, Further: p.Further, Seed: l.config.Seed,
		World: l.World, Network: l.Network, Journal: l.Journal,
		// Not the serial number, which a new printer's password is: that is printed on every status sheet.
		AdministratorPassword: cmp.Or(
			l.config.password(
				p.Name,
			),
			chance.New(l.config.Seed, p.Name+" administrator").Letters(passwordLetters, 12),
		),
		ServeWeb: p.serveWeb, Window: func() *browser.Browser { return l.newBrowser(PartyBrowser) },
		Link: l.config.Link, Power: p.power, Additional: p.additional, Hide: l.remember,
	})
	if err != nil {
		return err
	}
	description, err := p.made.Describe(ctx)
	if err != nil {
		return fmt.Errorf("the printer %q does not say what it is: %w", p.Name, err)
	}
	p.Model, p.Address, p.device = description.Model, cmp.Or(description.Address, p.Address), p.made
	if wrap := l.config.Defect.Device; wrap != nil {
		p.device = wrap(p.made)
	}
	return nil
}

// constructor returns how a device is made that is no simulated printer; nil if it is one.
func (c *Config) constructor(name, model string) mount.Constructor {
	for _, key := range []string{name, model, ""} {
		if construct := c.Devices[key]; construct != nil {
			return construct
		}
	}
	return nil
}

// simulated is what the bench changes in a simulated printer: where its memory is kept, and the planted defect.
func (l *Lab) simulated(c *sim.Config) {
	c.Folder, c.Open = l.folder, l.config.Core
	d := l.config.Defect
	if d.Flash != nil {
		c.Flash = d.Flash(nvram.NewMemory(nil))
	}
	if d.Printer != nil {
		d.Printer(c)
	}
}

// power lets the printer's place on the network follow its power switch.
func (p *Printer) power(on bool) {
	if on {
		p.lab.Network.Join(p.Name, NetworkOffice)
		return
	}
	p.lab.Network.Leave(p.Name, NetworkOffice)
	p.lab.Network.Leave(p.Name, NetworkAdditional)
	p.lab.Network.Sever(p.Name)
}

// serveWeb puts the printer's web page on the networks, under its addresses.
func (p *Printer) serveWeb(web mount.Web) error {
	p.web = &web
	p.lab.pages.Add(p.Name, p.page(), net.JoinHostPort(p.Address, "443"), net.JoinHostPort(p.Further, "443"))
	p.lab.clear.Add(p.Name, p.page(), net.JoinHostPort(p.Address, "80"), net.JoinHostPort(p.Further, "80"))
	return nil
}

// page is the printer's web page as a visitor of the bench.
func (p *Printer) page() http.Handler {
	return p.lab.Network.Handler(p.Name, p.web.Clock, p.web.Page, p.web.Record)
}

// WebPage is the printer's web page, for a door that somebody else opens; what comes through it counts as HTTPS only if
// its requests say so. A printer that has no web page on the bench is [device.ErrNotSupported].
func (p *Printer) WebPage() (http.Handler, error) {
	if p.web == nil {
		return nil, device.ErrNotSupported
	}
	return p.page(), nil
}

// ServeWeb shows the printer's web page at a further listener of the network, under further names, until the bench
// ends. A printer that has no web page on the bench is [device.ErrNotSupported].
func (p *Printer) ServeWeb(listener net.Listener, hosts ...string) error {
	if p.web == nil {
		return device.ErrNotSupported
	}
	network := p.lab.Network
	// The certificate is dated by true time: the printer's own date may be wrong, and its web page must stay reachable.
	clock := p.lab.World.Clock(p.Name + " web page")
	certificate := network.TLSConfig(p.Name, clock, append([]string{p.Address}, hosts...)...)
	server, err := network.ServeWebPage(listener, certificate, p.page())
	if err != nil {
		return fmt.Errorf("the printer's web page: %w", err)
	}
	p.servers = append(p.servers, server)
	return nil
}

// Device is the printer as scenarios use it.
func (p *Printer) Device() device.Device { return p.device }

func (p *Printer) close() error {
	var failed error
	if p.made != nil {
		failed = p.made.Close()
	}
	for _, server := range p.servers {
		failed = errors.Join(failed, server.Close())
	}
	return failed
}

// Printers returns the names of the printers, in the order in which they were added.
func (l *Lab) Printers() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := make([]string, len(l.printers))
	for i, p := range l.printers {
		names[i] = p.Name
	}
	return names
}

// Printer returns a printer by its name; the error lists those that there are.
func (l *Lab) Printer(name string) (*Printer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.byName[name]; p != nil {
		return p, nil
	}
	var present []string
	for _, p := range l.printers {
		present = append(present, p.Name)
	}
	return nil, &choice.Error{What: "printer", Wanted: name, Present: present}
}

// UsePrinter makes sure that there is a printer of a name, and of a model if one is given. It works in the turn of ctx.
func (l *Lab) UsePrinter(ctx context.Context, name, model string) error {
	l.mu.Lock()
	p := l.byName[name]
	l.mu.Unlock()
	if p == nil {
		_, err := l.addPrinter(ctx, name, model)
		return err
	}
	if model != "" && !strings.EqualFold(model, p.Model) {
		return fmt.Errorf("the printer %q is a %s already", name, p.Model)
	}
	return nil
}

// Device returns a printer as scenarios use it; an empty name is the first one.
func (l *Lab) Device(name string) (device.Device, error) {
	if name == "" {
		name = DefaultPrinter
	}
	p, err := l.Printer(name)
	if err != nil {
		return nil, err
	}
	return p.device, nil
}
