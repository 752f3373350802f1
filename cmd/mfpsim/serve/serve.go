// Package serve is the live bench of `mfpsim serve`: Web Config, the panel, Entra, SMTP and a control API, each on a
// loopback port of its own, on a World that follows the machine's clock.
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// Ports are where to listen; 0 is any free port.
type Ports struct{ WebConfig, Panel, Entra, SMTP, Control int }

// Config says what is to be served.
type Config struct {
	Scenario string // played up to its handover; empty: a small organization whose printer is not set up yet
	Evidence string // folder for the evidence at the end; empty: none
	Version  string // what the manifest of the evidence says of this program
	JSON     bool   // print one line of JSON instead of a table
	Seed     uint64
	Model    string // of the printer; empty: the default one
	Language string
	Flash    string // folder in which the printers keep their memory, see lab.Config; empty: they do not
	CA       string // file for the authority's certificate; empty: a temporary one, removed at the end
	Host     string // address to listen on; empty: 127.0.0.1
	Ports    Ports
	Keep     int // entries of the journal, and mails; 0: as many as a bench that flows keeps by itself
	Out      io.Writer
	// Ready is told the addresses when the bench is ready, for tests.
	Ready func(Endpoints)
	// Configure changes the bench before it is built, for tests.
	Configure func(*lab.Config)
	// Lab is told the bench before it is ready, for tests.
	Lab func(*lab.Lab)
	// HeldFor is how long a turn may be held, by the machine's clock, before the pages say so; 0: 10 s.
	HeldFor time.Duration
}

// heldFor is longer than any party of a bench that works holds the turn.
const heldFor = 10 * time.Second

// ConfigError is a mistake in the configuration: nothing was served.
type ConfigError struct{ error }

func (e *ConfigError) Unwrap() error { return e.error }

func misuse(format string, values ...any) error { return &ConfigError{fmt.Errorf(format, values...)} }

// Account is a test account, with the password that a person types.
type Account struct {
	User     string   `json:"user"`
	Password string   `json:"password"`
	Roles    []string `json:"roles"`
	Mailbox  bool     `json:"mailbox"`
}

// Endpoints is where the bench is reached and with what: the line of `serve --json`.
type Endpoints struct {
	WebConfig string    `json:"webConfig"` // base URL; empty if the printer has no web page on the bench
	Panel     string    `json:"panel"`     // base URL
	Entra     string    `json:"entra"`     // base URL
	Control   string    `json:"control"`   // base URL
	Graph     string    `json:"graph"`     // base URL of Entra's administration API, in Microsoft Graph's paths
	SMTP      string    `json:"smtp"`      // host:port
	CA        string    `json:"ca"`        // PEM file
	Tenant    string    `json:"tenant"`    // id of the organization
	ClientID  string    `json:"clientId"`  // of the printer maker's application
	Scope     string    `json:"scope"`
	Accounts  []Account `json:"accounts"`
	// WebConfigPassword is the administrator password of the printer.
	WebConfigPassword string `json:"webConfigPassword"`
}

// Run serves until ctx ends. A [*ConfigError] says that it could not begin.
func Run(ctx context.Context, c Config) error {
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if c.Language == "" {
		c.Language = "en"
	}
	if err := c.check(); err != nil {
		return err
	}
	b := &bench{config: c}
	if err := b.open(); err != nil {
		return errors.Join(err, b.close())
	}
	if err := b.start(ctx); err != nil {
		return errors.Join(err, b.close())
	}
	if ctx.Err() == nil {
		if err := b.announce(); err != nil {
			return errors.Join(err, b.close())
		}
		if c.Lab != nil {
			c.Lab(b.lab)
		}
		if c.Ready != nil {
			c.Ready(b.endpoints)
		}
		<-ctx.Done()
	}
	return errors.Join(b.evidence(), b.close())
}

// check looks at all that can be wrong before anything is opened.
func (c Config) check() error {
	known, err := lab.Languages(c.Model)
	if err != nil {
		return misuse("%w", err)
	}
	if !contains(known, c.Language) {
		return misuse("unknown language %q; there are %s", c.Language, strings.Join(known, ", "))
	}
	if c.Scenario != "" {
		all, err := scenarios.All()
		if err != nil {
			return err
		}
		picked, err := scenarios.Select(all, []string{c.Scenario})
		if err != nil {
			return misuse("%w", err)
		}
		if len(picked) != 1 {
			return misuse("%q fits %d scenarios; name one", c.Scenario, len(picked))
		}
	}
	if c.Scenario != "" && c.Flash != "" && sim.HoldsPrinters(c.Flash) {
		return misuse("--flash: %s holds the memory of a printer already, and a scenario begins with a new one; name a new folder", c.Flash)
	}
	if c.Evidence != "" {
		if err := report.CheckFolder(c.Evidence, c.run()); err != nil {
			return misuse("%w", err)
		}
	}
	if c.CA != "" {
		if info, err := os.Stat(filepath.Dir(c.CA)); err != nil || !info.IsDir() {
			return misuse("cannot write the certificate authority to %s: no such folder", c.CA)
		}
	}
	return nil
}

// keep bounds the journal and the mails by count and, as the defaults do, by size.
func (c Config) keep() (journal.Keep, fakesmtp.Keep) {
	entries, mails := journal.DefaultKeep, fakesmtp.DefaultKeep
	if c.Keep > 0 {
		entries.Entries, mails.Messages = c.Keep, c.Keep
	}
	return entries, mails
}

func contains(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}

// bench is a lab with its doors to the outside.
type bench struct {
	config    Config
	world     *vtime.World
	lab       *lab.Lab
	printer   *lab.Printer
	device    device.Device // of the printer
	endpoints Endpoints

	listeners map[string]net.Listener // by flag, as long as nobody serves them
	servers   []*http.Server
	smtp      net.Listener
	smtpDone  chan struct{}
	temporary string // folder of the authority's file
}

// doors are the listeners, by the flag that chooses their port.
var doors = []struct {
	flag string
	port func(Ports) int
}{
	{"web-config-port", func(p Ports) int { return p.WebConfig }},
	{"panel-port", func(p Ports) int { return p.Panel }},
	{"entra-port", func(p Ports) int { return p.Entra }},
	{"smtp-port", func(p Ports) int { return p.SMTP }},
	{"control-port", func(p Ports) int { return p.Control }},
}

// open opens all ports, so that one that is in use is told before anything is built.
func (b *bench) open() error {
	b.listeners = map[string]net.Listener{}
	for _, door := range doors {
		port := door.port(b.config.Ports)
		if port < 0 || port > 65535 {
			return misuse("--%s %d: a port is a number from 0 to 65535", door.flag, port)
		}
		l, err := net.Listen("tcp", net.JoinHostPort(b.config.Host, strconv.Itoa(port)))
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			return misuse("--%s: port %d is in use on %s; choose another one, or 0 for any", door.flag, port, b.config.Host)
		case errors.Is(err, syscall.EACCES):
			return misuse("--%s: port %d is not allowed to this user; choose one above 1023", door.flag, port)
		case err != nil:
			return misuse("cannot listen on %s: it is no address of this machine", b.config.Host)
		}
		b.listeners[door.flag] = l
	}
	return nil
}

// host is the address that a listener is reached under from this machine, with its port.
func (b *bench) host(flag string) string {
	_, port, _ := net.SplitHostPort(b.listeners[flag].Addr().String())
	host := b.config.Host
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// start builds the lab, plays the scenario and serves the ports.
func (b *bench) start(ctx context.Context) error {
	b.endpoints = Endpoints{
		WebConfig: "https://" + b.host("web-config-port"), Panel: "http://" + b.host("panel-port"), Entra: "https://" + b.host("entra-port"),
		Control: "http://" + b.host("control-port"), Graph: "http://" + b.host("control-port") + graphPath + "/v1.0", SMTP: b.host("smtp-port"),
	}
	var start time.Time // the machine's now, for clients that look at their own clock
	if b.config.Scenario != "" {
		start = vtime.DefaultStart // the dates in a scenario are after this one
	}
	b.world = vtime.NewFlowing(start)
	config := lab.Config{
		World: b.world, Seed: b.config.Seed, Model: b.config.Model, Language: b.config.Language, ShowTestAccounts: true,
		Link: b.link, Flash: b.config.Flash,
	}
	config.Keep, config.Mails = b.config.keep()
	if b.config.Configure != nil {
		b.config.Configure(&config)
	}
	made, err := lab.New(config)
	var refused *sim.FolderError
	switch {
	case errors.As(err, &refused):
		return misuse("--flash: %w", err)
	case err != nil:
		return err
	}
	b.lab = made
	if b.printer, err = made.Printer(lab.DefaultPrinter); err != nil {
		return err
	}
	b.device = b.printer.Device()
	if b.config.Scenario != "" {
		err = b.play(ctx)
	} else {
		err = b.furnish()
	}
	if err != nil || ctx.Err() != nil {
		return err
	}
	if err := b.describe(); err != nil {
		return err
	}
	return b.serve()
}

// play plays the scenario; Ctrl-C while it does ends the bench.
func (b *bench) play(ctx context.Context) error {
	var failed error
	done := make(chan struct{})
	go func() {
		defer close(done)
		failed = scenarios.Play(ctx, b.lab, b.config.Scenario)
	}()
	select {
	case <-done:
		if ctx.Err() == nil {
			return failed
		}
	case <-ctx.Done():
		b.world.Close() // the scenario is broken off
		<-done
	}
	return nil
}

// furnish makes an organization with SMTP AUTH enabled, whose printer has not been set up, and a personal account.
func (b *bench) furnish() error {
	tenants := []lab.Tenant{
		{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off},
		{Name: "outlook.com", Personal: true},
	}
	users := []lab.User{
		{Address: "admin@contoso.com", Roles: []string{"Cloud Application Administrator"}},
		{Address: "scanner@contoso.com"},
		{Address: "alice@contoso.com"},
		{Address: "consent@contoso.com", Roles: []string{"Cloud Application Administrator"}, Mailbox: lab.Off},
		{Address: "bob@outlook.com"},
	}
	for _, t := range tenants {
		if _, err := b.lab.AddTenant(t); err != nil {
			return err
		}
	}
	for _, u := range users {
		if err := b.lab.AddUser(u); err != nil {
			return err
		}
	}
	return nil
}

// link leads an address of Microsoft's to the bench: no page links to the real one.
func (b *bench) link(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return b.endpoints.Entra
	}
	base, err := url.Parse(b.endpoints.Entra)
	if err != nil {
		return b.endpoints.Entra
	}
	u.Scheme, u.Host = base.Scheme, base.Host
	return u.String()
}

// describe fills in the rest of the endpoints and writes the authority's certificate.
func (b *bench) describe() error {
	e := &b.endpoints
	if domain, err := b.lab.OnlyTenant(); err == nil {
		tenant, _ := b.lab.Entra.Tenant(domain)
		e.Tenant = tenant.ID
	}
	clientID, scopes := b.lab.Application()
	e.ClientID, e.Scope = clientID, strings.Join(scopes, " ")
	e.Accounts = b.accounts()
	if err := b.act("the administrator's password", func(ctx context.Context) (err error) {
		e.WebConfigPassword, err = b.device.AdministratorPassword(ctx)
		return err
	}); err != nil && !errors.Is(err, device.ErrNotSupported) {
		return err
	}
	e.CA = b.config.CA
	if e.CA == "" {
		var err error
		if b.temporary, err = os.MkdirTemp("", "mfpsim-"); err != nil {
			return errors.New("no temporary folder for the certificate authority; name a file with --ca")
		}
		e.CA = filepath.Join(b.temporary, "ca.pem")
	}
	if err := os.WriteFile(
		e.CA,
		b.lab.Network.Authority().PEM(),
		0o644,
	); err != nil { //nolint:gosec // a certificate is public
		return misuse("cannot write the certificate authority to %s", e.CA)
	}
	return nil
}

// accounts are the test accounts as they are now.
func (b *bench) accounts() []Account {
	accounts := []Account{}
	for _, u := range b.lab.Entra.Users() {
		_, err := b.lab.SMTP.Cmdlet("Get-CASMailbox", []string{u.Principal})
		accounts = append(
			accounts,
			Account{
				User: u.Principal, Password: u.Password.Reveal(), Roles: append([]string{}, u.Roles...),
				Mailbox: err == nil,
			},
		)
	}
	return accounts
}

// serve answers on all ports.
func (b *bench) serve() error {
	network := b.lab.Network
	take := func(flag string) net.Listener {
		l := b.listeners[flag]
		delete(b.listeners, flag)
		return l
	}
	web := network.Adopt(b.printer.Name, take("web-config-port"))
	switch err := b.printer.ServeWeb(web, b.config.Host); {
	case errors.Is(err, device.ErrNotSupported):
		b.endpoints.WebConfig = ""
		if err := web.Close(); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	hosts := []string{b.config.Host}
	for _, address := range fakeentra.Names() {
		host, _, _ := net.SplitHostPort(address)
		hosts = append(hosts, host)
	}
	entra, err := network.ServeHTTP(network.Adopt(fakeentra.Party, take("entra-port")),
		network.TLSConfig(fakeentra.Party, b.world.Clock(fakeentra.Party), hosts...), b.lab.Entra)
	if err != nil {
		return err
	}
	// The control plane and the panel's page act through World.Do, in turns of their own.
	control, err := network.ServeHTTP(take("control-port"), nil, b.guard(b.withGraph(b.control())))
	if err != nil {
		return err
	}
	panel, err := network.ServeHTTP(take("panel-port"), nil, b.guard(b.panel()))
	if err != nil {
		return err
	}
	b.servers = []*http.Server{entra, control, panel}
	b.smtp = network.Adopt(fakesmtp.Party, take("smtp-port"))
	faultnet.Expect(b.smtp)
	b.smtpDone = make(chan struct{})
	go func() {
		defer close(b.smtpDone)
		_ = b.lab.SMTP.Serve(b.smtp) // ends when the bench is closed
	}()
	return nil
}

// graphPath is where Entra's administration API is mounted beside the control API.
const graphPath = "/graph"

// withGraph adds the administration API to the control plane: it is for whoever owns the bench, never for what is
// tested.
func (b *bench) withGraph(control http.Handler) http.Handler {
	graph := http.StripPrefix(graphPath, b.lab.Entra.Graph())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, graphPath+"/") {
			graph.ServeHTTP(w, r)
			return
		}
		control.ServeHTTP(w, r)
	})
}

// announce prints where the bench is.
func (b *bench) announce() error {
	e := b.endpoints
	if b.config.JSON {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(b.config.Out, "%s\n", line)
		return err
	}
	t := tabwriter.NewWriter(b.config.Out, 0, 0, 2, ' ', 0)
	if e.WebConfig != "" {
		_, _ = fmt.Fprintf(t, "Web Config\t%s\tadministrator password %s\n", e.WebConfig, e.WebConfigPassword)
	}
	_, _ = fmt.Fprintf(t, "Panel\t%s\t\n", e.Panel)
	_, _ = fmt.Fprintf(t, "Entra\t%s/device\tsimulation of Microsoft's sign-in\n", e.Entra)
	_, _ = fmt.Fprintf(t, "SMTP\t%s\tsimulation of Exchange Online\n", e.SMTP)
	_, _ = fmt.Fprintf(t, "Control API\t%s\t\n", e.Control)
	_, _ = fmt.Fprintf(t, "Graph\t%s\tEntra's administration, paths of Microsoft Graph\n", e.Graph)
	_, _ = fmt.Fprintf(t, "CA\t%s\tto be trusted by clients of the bench only\n", e.CA)
	_, _ = fmt.Fprintf(t, "Tenant\t%s\tapplication %s\n", e.Tenant, e.ClientID)
	for _, a := range e.Accounts {
		mailbox := "no mailbox"
		if a.Mailbox {
			mailbox = "mailbox"
		}
		_, _ = fmt.Fprintf(
			t, "Account\t%s\tpassword %s, %s\n", a.User, a.Password,
			strings.Join(append(append([]string{}, a.Roles...), mailbox), ", "),
		)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if b.config.Scenario != "" {
		_, _ = fmt.Fprintf(b.config.Out, "%s has been played up to its handover: go on by hand.\n", b.config.Scenario)
	}
	_, err := fmt.Fprintln(b.config.Out, "Ctrl-C ends the bench.")
	return err
}

// run is what the manifest of the evidence says.
func (c Config) run() report.Run {
	return report.Run{Version: c.Version, Seed: c.Seed, Language: c.Language, Model: c.Model}
}

// evidence writes what the bench leaves behind.
func (b *bench) evidence() error {
	if b.config.Evidence == "" || b.lab == nil {
		return nil
	}
	id, replay := "serve", "mfpsim serve"
	if b.config.Scenario != "" {
		id, replay = b.config.Scenario, replay+" --scenario "+b.config.Scenario
	}
	if b.config.Model != "" {
		replay += " --model " + b.config.Model
	}
	e := report.Evidence{ID: id, Journal: b.lab.Journal, Replay: fmt.Sprintf("%s --seed %d", replay, b.config.Seed)}
	e.MailsDropped = b.lab.SMTP.DroppedMails()
	for _, m := range b.lab.Mails() {
		e.Mails = append(e.Mails, report.Mail{Mailbox: m.Mailbox, Number: m.Number, Raw: m.Raw})
	}
	return report.WriteEvidence(b.config.Evidence, b.config.run(), e)
}

// close ends everything that was opened.
func (b *bench) close() error {
	var failed error
	for _, l := range b.listeners {
		failed = errors.Join(failed, l.Close())
	}
	if b.world != nil {
		b.world.Close() // sleepers wake, so that handlers end
	}
	for _, s := range b.servers {
		failed = errors.Join(failed, s.Close())
	}
	if b.lab != nil {
		failed = errors.Join(failed, b.lab.Close())
	}
	if b.smtp != nil {
		_ = b.smtp.Close() // the lab has closed it already
		<-b.smtpDone
	}
	if b.temporary != "" {
		failed = errors.Join(failed, os.RemoveAll(b.temporary))
	}
	return failed
}
