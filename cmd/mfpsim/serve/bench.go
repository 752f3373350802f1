package serve

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mfpsim/cmd/mfpsim/serve/mailpit"
	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/faultnet"
	"mfpsim/lab"
	"mfpsim/scenarios"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// bench is a lab with its doors to the outside, from its start to the next reset.
type bench struct {
	server    *server
	number    int64 // of those that the server has built
	config    Config
	world     *vtime.World
	lab       *lab.Lab
	printer   *lab.Printer
	device    device.Device // of the printer
	endpoints Endpoints
	mails     *mailpit.Box            // as their owner looks at them
	planes    map[string]http.Handler // of its owner
	calls     calls
	viewers   viewers
	watchers  viewers // of the bench's page
	memory    []byte  // of the printer, as it was at the beginning
	since     int     // entries of the record before somebody could go on by hand
	saved     saved   // what was saved last
	recording recording
	taken     *scenarios.Case // that a person has taken over; nil: none
	ticked    atomic.Int64    // how often its check list was looked at
	closed    chan struct{}
	ahead     atomic.Int64 // nanoseconds that passed in a moment, and not by the machine's clock

	servers   []*http.Server
	relatives []mailServer
	serving   sync.WaitGroup // of the relatives
	smtp      net.Listener
	smtpDone  chan struct{}
	further   []net.Listener // at doors that somebody else has opened
	mx        net.Listener
	mxDone    chan struct{}
}

// graphPath is where Entra's administration API is mounted beside the control API.
const graphPath = "/graph"

// build makes a bench, lets it begin as it is wanted and brings it to a point. What was made is returned with an error
// too, to be closed.
func (s *server) build(ctx context.Context, to point) (*bench, error) {
	s.built++
	b := &bench{server: s, number: s.built, config: s.config, closed: make(chan struct{})}
	b.endpoints = Endpoints{
		Bench:     "http://" + s.host(controlPort) + pagePath,
		WebConfig: "https://" + s.host(webConfigPort), Panel: "http://" + s.host(panelPort),
		Entra: "https://" + s.host(entraPort), Control: "http://" + s.host(controlPort),
		Graph: "http://" + s.host(controlPort) + graphPath + "/v1.0", SMTP: s.host(smtpPort), MX: s.host(mxPort),
		Names: s.config.Names, Token: s.config.Token,
	}
	b.planes = map[string]http.Handler{
		inControl: routes.Server[*bench]{
			Groups: table(), On: func() *bench { return b }, Failed: failed,
		}.Handler(),
		inPanel: b.panel(),
	}
	b.world = flowing(b.config, to.at-to.moved)
	if err := b.furnish(ctx); err != nil || ctx.Err() != nil {
		return b, err
	}
	for _, c := range to.calls {
		if err := c.again(b); err != nil {
			return b, err
		}
	}
	if left := to.at - b.world.Elapsed(); left > 0 {
		if _, err := b.world.Advance(left); err != nil {
			return b, err
		}
	}
	b.ahead.Store(int64(b.world.Elapsed() - (to.at - to.moved)))
	b.since = b.lab.Journal.Len()
	b.world.Flow()
	if err := b.describe(); err != nil {
		return b, err
	}
	b.watchCase()
	return b, nil
}

// flowing returns a World that stands still until the bench is as it is wanted. Who gives no start means the machine's
// now, for clients that look at their own clock: it is now when so much time has passed by the machine's clock.
func flowing(c Config, passed time.Duration) *vtime.World {
	start := c.Start
	if start.IsZero() && c.Scenario != "" {
		start = vtime.DefaultStart // the dates in a scenario are after this one
	}
	world := vtime.NewFlowing(start)
	if start.IsZero() && passed > 0 {
		now := world.Start()
		world.Close()
		world = vtime.NewFlowing(now.Add(-passed))
	}
	world.Pause()
	return world
}

// moved is how much of the time since the start is no time of the machine's.
func (b *bench) moved() time.Duration { return time.Duration(b.ahead.Load()) }

// furnish builds the lab and lets it begin as it is wanted.
func (b *bench) furnish(ctx context.Context) error {
	config := lab.Config{
		World: b.world, Seed: b.config.Seed, Model: b.config.Model, Language: b.config.Language,
		// Entra's pages ask for no token, so beyond loopback they do not show who has an account.
		ShowTestAccounts: b.config.Token == "", Link: b.link, Flash: b.config.Flash, Passwords: b.config.Passwords,
	}
	config.Keep, config.Mails = b.config.keep()
	config.SMTP = b.config.Limits.set
	config.Entra = func(c *fakeentra.Config) { c.StrictDoors, c.AsOf = b.config.StrictDoors, b.config.AsOf }
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
	made.Journal.Observe(b.viewers.observe)
	made.Journal.Observe(b.watchers.tell)
	if err := made.Network.SetAliases(b.config.Names...); err != nil {
		return misuse("--name: %w", err)
	}
	b.mails = mailpit.New(made.SMTP)
	b.planes[inGraph] = http.StripPrefix(graphPath, made.Entra.Graph())
	if b.printer, err = made.Printer(lab.DefaultPrinter); err != nil {
		return err
	}
	b.device = b.printer.Device()
	b.memory = scenarios.MemoryOf(made, lab.DefaultPrinter)
	switch {
	case b.config.Scenario != "":
		return b.play(ctx, func() error { return b.begin(ctx) })
	case b.config.Script != "":
		return b.play(ctx, func() error {
			return scenarios.PlayScript(ctx, b.lab, filepath.Base(b.config.Script), b.config.script)
		})
	}
	return b.people()
}

// begin plays the scenario up to its handover. The printer of the bench is then the one that it is about.
func (b *bench) begin(ctx context.Context) error {
	taken, err := b.begun(ctx)
	if err != nil {
		return err
	}
	b.taken = taken
	if b.printer, err = b.lab.Printer(taken.Printer()); err == nil {
		b.device = b.printer.Device()
		b.memory = scenarios.MemoryOf(b.lab, taken.Printer()) // what a person changes is told from here on
	}
	return err
}

// play plays what the bench begins with; Ctrl-C while it does ends the bench.
func (b *bench) play(ctx context.Context, f func() error) error {
	var failed error
	done := make(chan struct{})
	go func() {
		defer close(done)
		failed = f()
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

// people makes an organization whose printer has not been set up, and a personal account. It is a new organization, as
// chapter 3 of the guide finds it: SMTP AUTH is disabled (guide rule R2), security defaults are on (R9), and users may
// not consent, so that the first sign-in takes an administrator (R18). Prepared, it has been made ready for mail.
func (b *bench) people() error {
	organization := lab.Tenant{Name: "contoso.com", UserConsent: "none"}
	if b.config.Prepared {
		organization = lab.Tenant{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off}
	}
	for _, t := range []lab.Tenant{organization, {Name: "outlook.com", Personal: true}} {
		if _, err := b.lab.AddTenant(t); err != nil {
			return err
		}
	}
	for _, u := range []lab.User{
		{Address: "admin@contoso.com", Roles: []string{"Cloud Application Administrator"}},
		{Address: "scanner@contoso.com"},
		{Address: "alice@contoso.com"},
		{Address: "consent@contoso.com", Roles: []string{"Cloud Application Administrator"}, Mailbox: lab.Off},
		{Address: "bob@outlook.com"},
	} {
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
	for _, p := range b.lab.Providers() {
		if pages, err := url.Parse(p.Authorization.URL()); err == nil && "https://"+u.Host == p.Authorization.Issuer() {
			base = pages
		}
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
	if err := b.checkPasswords(); err != nil {
		return err
	}
	e.CA = b.config.CA
	if e.CA == "" && b.config.NoFile {
		return nil
	}
	if e.CA == "" {
		var err error
		if e.CA, err = b.server.authorityFile(); err != nil {
			return err
		}
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

// checkPasswords refuses passwords that were chosen for nobody.
func (b *bench) checkPasswords() error {
	known := b.lab.Printers()
	for _, a := range b.endpoints.Accounts {
		known = append(known, a.User)
	}
	for who := range b.config.Passwords {
		found := false
		for _, name := range known {
			found = found || strings.EqualFold(name, who)
		}
		if !found {
			return misuse("--password: there is no %s; there are %s", who, strings.Join(known, ", "))
		}
	}
	return nil
}

// accounts are the test accounts as they are now.
func (b *bench) accounts() []Account {
	accounts := []Account{}
	for _, u := range b.lab.Entra.Users() {
		accounts = append(accounts, Account{
			User: u.Principal, Password: u.Password.Reveal(), Roles: append([]string{}, u.Roles...),
			Mailbox: b.lab.SMTP.HasMailbox(u.Principal), Personal: u.Personal, MFA: u.MFA,
			Disabled: u.State == fakeentra.Disabled,
		})
	}
	return accounts
}

// adopt takes the door of a party into the network. Who comes through it has a bound.
func (b *bench) adopt(party, flag string) net.Listener {
	adopted := b.lab.Network.Adopt(party, b.server.doors[flag].listener())
	faultnet.Bound(adopted, clientsAt(len(b.server.doors)))
	return adopted
}

// serve lets clients in.
func (b *bench) serve() error {
	network := b.lab.Network
	web := b.adopt(b.printer.Name, webConfigPort)
	switch err := b.printer.ServeWeb(web, b.config.Host); {
	case errors.Is(err, device.ErrNotSupported):
		b.endpoints.WebConfig = ""
		if err := errors.Join(web.Close(), b.server.doors[webConfigPort].tcp.Close()); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	entra, err := network.ServeHTTP(
		b.adopt(fakeentra.Party, entraPort), b.lab.Entra.TLSConfig(b.config.Host), b.lab.Entra,
	)
	if err != nil {
		return err
	}
	b.servers = append(b.servers, entra)
	b.smtp = b.adopt(fakesmtp.Party, smtpPort)
	faultnet.Expect(b.smtp)
	b.smtpDone = make(chan struct{})
	go func() {
		defer close(b.smtpDone)
		_ = b.lab.SMTP.Serve(b.smtp) // ends when the bench is closed
	}()
	b.mx, b.mxDone = b.adopt(fakesmtp.Party, mxPort), make(chan struct{})
	faultnet.Expect(b.mx)
	go func() {
		defer close(b.mxDone)
		_ = b.lab.SMTP.ServeExchanger(b.mx)
	}()
	if err := b.serveFurther(); err != nil {
		return err
	}
	if err := b.servePanes(); err != nil {
		return err
	}
	return b.serveRelatives()
}

// close ends everything that was opened, but for the ports.
func (b *bench) close() error {
	var failed error
	close(b.closed)
	if b.world != nil {
		b.world.Close() // sleepers wake, so that handlers end
	}
	for _, s := range b.servers {
		failed = errors.Join(failed, s.Close())
	}
	for _, s := range b.relatives {
		failed = errors.Join(failed, s.Close())
	}
	if b.lab != nil {
		failed = errors.Join(failed, b.lab.Close())
	}
	for _, listener := range b.further {
		_ = listener.Close() // the lab has closed it already
	}
	b.serving.Wait()
	if b.smtp != nil {
		_ = b.smtp.Close() // the lab has closed it already
		<-b.smtpDone
	}
	if b.mx != nil {
		_ = b.mx.Close()
		<-b.mxDone
	}
	return failed
}

// begun plays the scenario up to its handover.
func (b *bench) begun(ctx context.Context) (*scenarios.Case, error) {
	all, err := scenarios.In(b.config.Folder)
	if err != nil {
		return nil, err
	}
	return scenarios.BeginOf(ctx, b.lab, all, b.config.Scenario)
}
