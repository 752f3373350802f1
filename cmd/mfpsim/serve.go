package main

import (
	"errors"
	"time"

	"mfpsim/cmd/mfpsim/serve"
	"mfpsim/phrase"
)

// serveCommand is `mfpsim serve`.
type serveCommand struct {
	Ready    bool   `help:"Begin with an organization that is prepared: SMTP AUTH enabled, security defaults off. Without it, --scenario and --script the organization is new, as chapter 3 of the guide finds it."`
	Scenario string `placeholder:"ID" help:"Play a scenario up to its handover and stay there."`
	Folder   string `placeholder:"DIR" help:"Take the scenarios from this source folder, not those built into the program."`
	Script   string `placeholder:"FILE" help:"Play lines in the language of the scenarios, without a header, up to a handover or to their end, and stay there."`
	Start    string `placeholder:"DATE" help:"True time at which the bench begins: 2026-03-02, '2026-03-02 09:14' (UTC), or with a zone as in RFC 3339. Default: the machine's now."`

	Password map[string]string `placeholder:"WHO=TEXT" mapsep:"none" help:"Choose the password of an account, by its address, or of the printer's administrator, by the name printer. May be given more than once. Others can read a command line: choose no real password."`

	Core     string  `placeholder:"COMMAND" help:"Put a mail core of your own into the printer: a program that speaks the core contract (docs/adapters.md). What it does wrong is told on standard error."`
	Evidence string  `placeholder:"DIR" help:"Write the record into this folder when Ctrl-C ends the program."`
	JSON     bool    `name:"json" help:"Print the addresses as one line of JSON when ready, and nothing else."`
	Seed     *uint64 `help:"Seed of every id, password, code and token. Default: 0; beyond loopback one is drawn."`
	AsOf     string  `placeholder:"DATE" help:"Answers of Entra ID as on this day, for example 2023-08-17. Default: the newest that are known."`
	Model    string  `placeholder:"NAME" help:"Model of the printer: ${models}. Default: ${default_model}."`
	Lang     string  `placeholder:"LANG" default:"en" help:"Language of panel and Web Config: ${languages}."`
	Flash    string  `placeholder:"DIR" help:"Keep the printers' memory in this folder, so that settings and sign-ins survive a restart. A missing folder is made with mode 0700. Each printer's key lies beside its memory (NAME.key, 0600); it is a simulator's key and protects nothing. Entra and the mail service start empty each time and do not know a sign-in that was kept."`
	CA       string  `name:"ca" placeholder:"FILE" help:"File to write the certificate authority to (PEM). Default: a temporary file."`

	StrictDoors bool `help:"Entra refuses, with a sentence, where nobody knows what Microsoft's says (docs/doors.md, 'mfpsim explain --doors')."`

	Keep int `placeholder:"N" default:"${keep}" help:"How many journal entries and how many mails to keep, at most 64 MiB and 256 MiB of them."`

	Relatives []string `placeholder:"NAME,…" help:"Other mail servers to serve beside Exchange Online, each on a port of its own: ${relatives}. Default: none."`

	Tarpit            time.Duration `placeholder:"TIME" default:"5s" help:"How late Exchange Online gives a refusal; 0s: at once."`
	MessagesPerMinute int           `placeholder:"N" default:"30" help:"Messages of a mailbox in a minute, above which they are delayed; 0: any number."`
	Concurrent        int           `name:"concurrent-submissions" placeholder:"N" default:"3" help:"Submissions of a mailbox at once; 0: any number."`
	RecipientsPerDay  int           `placeholder:"N" default:"10000" help:"Recipients of a mailbox in a day; 0: any number."`
	IdleTimeout       time.Duration `placeholder:"TIME" default:"5m" help:"Silence after which Exchange Online ends a connection; 0s: never."`
	SessionTimeout    time.Duration `placeholder:"TIME" default:"20m" help:"Age at which Exchange Online ends a connection; 0s: never."`

	LAN    string   `name:"lan" placeholder:"ADDRESS" help:"Serve the devices of a network, at this address of the machine, under Microsoft's names and ports (443, 587, 25) and with a name server (53) that leads them there: docs/devices.md. Needs the right to ports below 1024."`
	LANDNS string   `name:"lan-dns" placeholder:"HOST:PORT" help:"With --lan: the name server that other names are passed on to. Without it they are refused."`
	Listen string   `placeholder:"HOST" default:"127.0.0.1" help:"Address to listen on. Beyond loopback, for example 0.0.0.0 in a container, control API, Graph and the panel's page take a token, which is printed."`
	Name   []string `placeholder:"HOST" sep:"none" help:"Host name or address that clients reach the bench under, such as the name of its container: it is taken in requests, certificates hold for it, and the printed URLs have it. May be given more than once; the URLs have the first."`
	Token  string   `env:"MFPSIM_TOKEN" placeholder:"TEXT" help:"Choose the token, which is asked for on loopback too then. Others can read a command line; better name it in the environment."`

	WebConfigPort int `placeholder:"PORT" default:"0" env:"MFPSIM_WEB_CONFIG_PORT" help:"Port of Web Config; 0: any."`
	PanelPort     int `placeholder:"PORT" default:"0" env:"MFPSIM_PANEL_PORT" help:"Port of the panel; 0: any."`
	EntraPort     int `placeholder:"PORT" default:"0" env:"MFPSIM_ENTRA_PORT" help:"Port of Entra; 0: any."`
	SMTPPort      int `name:"smtp-port" placeholder:"PORT" default:"0" env:"MFPSIM_SMTP_PORT" help:"Port of SMTP; 0: any."`
	MXPort        int `name:"mx-port" placeholder:"PORT" default:"0" env:"MFPSIM_MX_PORT" help:"Port of the MX door; 0: any."`
	ControlPort   int `placeholder:"PORT" default:"0" env:"MFPSIM_CONTROL_PORT" help:"Port of the control API; 0: any."`
}

// Run serves until Ctrl-C.
func (c *serveCommand) Run(s *streams) error {
	if c.Keep < 1 {
		return usage("--keep %d: one entry and one mail are kept at least", c.Keep)
	}
	start, err := startOf(c.Start)
	if err != nil {
		return err
	}
	asOf, err := asOf(c.AsOf)
	if err != nil {
		return err
	}
	var seed uint64
	if c.Seed != nil {
		seed = *c.Seed
	}
	limits, err := c.limits()
	if err != nil {
		return err
	}
	configure, err := onCore(c.Core, s)
	if err != nil {
		return err
	}
	config := serve.Config{
		Configure: configure,
		Prepared:  c.Ready, Script: c.Script, Start: start, Passwords: c.Password,
		Folder: c.Folder, Scenario: c.Scenario, Evidence: c.Evidence, Version: buildVersion(), JSON: c.JSON, Seed: seed, AnySeed: c.Seed == nil, Model: c.Model, Language: c.Lang,
		Flash: c.Flash, CA: c.CA, Host: c.Listen, Names: c.Name, Token: c.Token, Keep: c.Keep,
		Ports: serve.Ports{
			WebConfig: c.WebConfigPort, Panel: c.PanelPort, Entra: c.EntraPort, SMTP: c.SMTPPort,
			MX: c.MXPort, Control: c.ControlPort,
		},
		Relatives: c.Relatives, Limits: limits,
		Out: strict{s.out}, Err: s.err, StrictDoors: c.StrictDoors, AsOf: asOf,
	}
	network, err := c.network(s, &config)
	if err != nil {
		return err
	}
	err = errors.Join(serve.Run(s.ctx, config), network.Close())
	if s.out.failed != nil {
		return nil //nolint:nilerr // that the words could not be written is told at the end
	}
	var misuse *serve.ConfigError
	if errors.As(err, &misuse) {
		return usageError{err}
	}
	return err
}

// startOf reads a date of the command line; empty is the zero time.
func startOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := phrase.Date(text)
	if err != nil {
		return at, usage("--start: %w", err)
	}
	return at, nil
}

// limits are those of the mail service, in which zero is Exchange Online's own and negative is none.
func (c *serveCommand) limits() (serve.Limits, error) {
	limits := serve.Limits{
		Tarpit: c.Tarpit, IdleTimeout: c.IdleTimeout, SessionTimeout: c.SessionTimeout,
		MessagesPerMinute: c.MessagesPerMinute, MaxConcurrent: c.Concurrent, RecipientsPerDay: c.RecipientsPerDay,
	}
	for flag, d := range map[string]*time.Duration{
		"tarpit": &limits.Tarpit, "idle-timeout": &limits.IdleTimeout, "session-timeout": &limits.SessionTimeout,
	} {
		if *d < 0 {
			return limits, usage("--%s %s: time does not go back", flag, *d)
		}
		if *d == 0 {
			*d = -1
		}
	}
	for flag, n := range map[string]*int{
		"messages-per-minute": &limits.MessagesPerMinute, "concurrent-submissions": &limits.MaxConcurrent,
		"recipients-per-day": &limits.RecipientsPerDay,
	} {
		if *n < 0 {
			return limits, usage("--%s %d: a number begins at 0, which is any number", flag, *n)
		}
		if *n == 0 {
			*n = -1
		}
	}
	return limits, nil
}
