package lab

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"mfpsim/chance"
	"mfpsim/choice"
	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/sim"
	"mfpsim/sim/locale"
	"mfpsim/sim/webconfig"
)

// firstAddress is the IP address of the first printer; the next ones follow it (RFC 5737, TEST-NET-1).
const firstAddress = 10

// passwordLetters make passwords that can be read off a screen.
const passwordLetters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"

// Printer is one simulated printer on the bench, with its web page on the network.
type Printer struct {
	*sim.Printer
	Model string

	name     string
	lab      *Lab
	device   device.Device
	listener net.Listener
	server   *http.Server
}

// AddPrinter puts a further printer on the bench, switched on. An empty model is that of the bench.
func (l *Lab) AddPrinter(name, model string) (*Printer, error) {
	if name == "" || strings.ContainsAny(name, "# \t") || name == PartyBrowser || name == "entra" || name == "smtp" {
		return nil, fmt.Errorf("%q is no name for a printer", name)
	}
	if model == "" {
		model = l.model.Name
	}
	l.mu.Lock()
	for _, p := range l.printers {
		if p.name == name {
			l.mu.Unlock()
			return nil, fmt.Errorf("there is a printer %q already", name)
		}
	}
	address := fmt.Sprintf("192.0.2.%d", firstAddress+len(l.printers))
	l.mu.Unlock()

	l.Network.Join(name, NetworkOffice)
	p := &Printer{Model: model, name: name, lab: l}
	defect := l.config.Defect
	config := sim.Config{
		Name: name, World: l.World, Network: l.Network, Clock: l.World.Clock(name), Journal: l.Journal,
		Seed: l.config.Seed, Models: l.config.Models, Model: model,
		// Not the serial number, which a new printer's password is: that is printed on every status sheet.
		AdministratorPassword: chance.New(l.config.Seed, name+" administrator").Letters(passwordLetters, 12),
		Address:               address, Language: l.config.Language, Link: l.config.Link,
		OnPower: func(on bool) {
			if on {
				l.Network.Join(name, NetworkOffice)
				return
			}
			l.Network.Leave(name, NetworkOffice)
		},
	}
	if defect.Flash != nil {
		config.Flash = defect.Flash(nvram.NewMemory(nil))
	}
	if defect.Printer != nil {
		defect.Printer(&config)
	}
	made, err := sim.New(config)
	if err != nil {
		return nil, err
	}
	p.Printer = made
	if err := p.serve(address); err != nil {
		made.Close()
		return nil, err
	}
	p.device = made.Device(&webConfig{printer: p})
	if defect.Device != nil {
		p.device = defect.Device(p.device)
	}
	l.mu.Lock()
	l.printers = append(l.printers, p)
	l.mu.Unlock()
	return p, nil
}

// serve puts the printer's web page on the network: HTTPS under its address, and under a loopback port for people.
func (p *Printer) serve(address string) error {
	listener, err := p.lab.Network.Listen(p.name, net.JoinHostPort(address, "443"))
	if err != nil {
		return errors.New("no port for the printer's web page")
	}
	handler := p.lab.Network.Handler(p.name, p.Clock(), p.WebConfig(), webconfig.Record)
	p.listener = listener
	// The certificate is dated by true time: the printer's own date may be wrong, and its web page must stay reachable.
	p.server, err = p.lab.Network.ServeHTTP(listener, p.lab.Network.TLSConfig(p.name, p.lab.World.Clock(p.name+" web page"), address), handler)
	if err != nil {
		return fmt.Errorf("the printer's web page: %w", err)
	}
	return nil
}

// URL is where people on this machine reach the printer's web page: a loopback address with a port.
func (p *Printer) URL() string { return "https://" + p.listener.Addr().String() }

// Device is the printer as scenarios use it.
func (p *Printer) Device() device.Device { return p.device }

func (p *Printer) close() error {
	if p.server == nil {
		return nil
	}
	p.Close()
	return p.server.Close()
}

// secrets are the printer's own: its administrator password and the key of its memory, in the forms in which a leak would show.
func (p *Printer) secrets() []string {
	key := chance.New(p.lab.config.Seed, p.name+" sealing key").Bytes(32)
	return []string{
		p.AdministratorPassword(), string(key), hex.EncodeToString(key), base64.StdEncoding.EncodeToString(key),
	}
}

// Printers returns the names of the printers, in the order in which they were added.
func (l *Lab) Printers() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := make([]string, len(l.printers))
	for i, p := range l.printers {
		names[i] = p.name
	}
	return names
}

// Printer returns a printer by its name; the error lists those that there are.
func (l *Lab) Printer(name string) (*Printer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var present []string
	for _, p := range l.printers {
		if p.name == name {
			return p, nil
		}
		present = append(present, p.name)
	}
	return nil, &choice.Error{What: "printer", Wanted: name, Present: present}
}

// UsePrinter makes sure that there is a printer of a name, and of a model if one is given.
func (l *Lab) UsePrinter(name, model string) error {
	p, err := l.Printer(name)
	if err != nil {
		_, err = l.AddPrinter(name, model)
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

// PrinterTime is what a printer's own clock shows; true time if there is no such printer.
func (l *Lab) PrinterTime(name string) time.Time {
	if p, err := l.Printer(name); err == nil {
		return p.Clock().Now()
	}
	return l.World.Now()
}

// Message returns a message of the printers in a language, by the name that scenarios write after @.
func (l *Lab) Message(language, name string) (string, bool) {
	return l.model.Texts(language).Message(name)
}

// Messages lists the names that [Lab.Message] knows.
func (l *Lab) Messages() []string {
	names := l.model.Texts(locale.English).Messages()
	for i := range names {
		names[i] = "@" + names[i]
	}
	return names
}

// Translate returns the words of a language for the guide's English words; words that no table has stay as they are.
func (l *Lab) Translate(language, english string) string {
	found, ok := l.model.Texts(language).Translate(english)
	if !ok || language == locale.English && choice.Normalize(found) == choice.Normalize(english) {
		return english
	}
	return found
}
