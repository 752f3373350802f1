// Package serve is the live bench of `mfpsim serve`: Web Config, the panel, Entra, SMTP and a control API, each on a
// loopback port of its own, on a World that follows the machine's clock.
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"mfpsim/fakesmtp"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// Ports are where to listen; 0 is any free port.
type Ports struct{ WebConfig, Panel, Entra, SMTP, MX, Control int }

// Config says what is to be served.
type Config struct {
	Folder   string // source folder of the scenarios; empty: those of this program
	Scenario string // played up to its handover; empty: a small organization whose printer is not set up yet
	Script   string // file with lines of the language, played up to their handover
	Prepared bool   // the organization has been made ready for mail: SMTP AUTH is on, security defaults are off
	// Start is the true time at which the bench begins; zero: the machine's now, or that of the scenario.
	Start time.Time
	// Passwords are chosen ones, see [lab.Config].
	Passwords map[string]string

	Evidence string // folder for the evidence at the end; empty: none
	Version  string // what the manifest of the evidence says of this program
	JSON     bool   // print one line of JSON instead of a table
	Seed     uint64
	AnySeed  bool   // nobody chose Seed: beyond loopback another one is drawn, since passwords come from it
	Model    string // of the printer; empty: the default one
	Language string
	Flash    string // folder in which the printers keep their memory, see lab.Config; empty: they do not
	CA       string // file for the authority's certificate; empty: a temporary one, removed at the end
	Host     string // address to listen on; empty: 127.0.0.1
	// Names are further host names and addresses that clients reach the bench under. URLs are given under the first.
	Names []string
	// Token is what the owner's pages ask for; empty: one is drawn beyond loopback, and on loopback none is asked for.
	Token string
	Ports Ports
	AsOf  time.Time // the day whose answers Entra ID gives; zero: the newest, see fakeentra.Config
	Keep  int       // entries of the journal, and mails; 0: as many as a bench that flows keeps by itself
	// Relatives are the other mail servers that are served too, see [Relatives]; nil: none.
	Relatives []string
	Limits    Limits // of the mail service
	Out       io.Writer
	Err       io.Writer // warnings; nil: none
	// Ready is told the addresses when the bench is ready, for tests.
	Ready func(Endpoints)
	// StrictDoors is fakeentra's: it refuses where nobody knows what Entra ID says.
	StrictDoors bool
	// Configure changes the bench before it is built, for tests.
	Configure func(*lab.Config)
	// Lab is told the bench before it is ready, and after each reset, for tests.
	Lab func(*lab.Lab)
	// Moved is told when somebody has moved the clock.
	Moved func()
	// HeldFor is how long a turn may be held, by the machine's clock, before the pages say so; 0: 10 s.
	HeldFor time.Duration

	// Further are doors that somebody else has opened.
	Further []Further
	// AskForNames says that who comes through further doors asks the bench for names.
	AskForNames bool
	Silent      bool // nothing is announced
	NoFile      bool // no file of the authority is written that nobody has named
	// Command is what the evidence says that the bench was made for, " -- curl …"; empty: it was served for itself.
	Command string

	script string // what the file says
}

// heldFor is longer than any party of a bench that works holds the turn.
const heldFor = 10 * time.Second

// ConfigError is a mistake in the configuration: nothing was served.
type ConfigError struct{ error }

func (e *ConfigError) Unwrap() error { return e.error }

func misuse(format string, values ...any) error { return &ConfigError{fmt.Errorf(format, values...)} }

// Account is a test account, with the password that a person types.
type Account struct {
	User     string   `json:"user" doc:"address"`
	Password string   `json:"password" doc:"what the person types"`
	Roles    []string `json:"roles" doc:"in the directory; without one nobody consents for an organization"`
	Mailbox  bool     `json:"mailbox" doc:"it has a mailbox, and can be sent from"`
	Personal bool     `json:"personal" doc:"a personal Microsoft account, of no organization"`
	MFA      bool     `json:"mfa,omitempty" doc:"every sign-in asks for a second factor"`
	Disabled bool     `json:"disabled,omitempty" doc:"the sign-in is blocked"`
}

// can says on a line what an account can do.
func (a Account) can() string {
	words := slices.Clone(a.Roles)
	switch {
	case a.Personal:
		words = append(words, "personal account")
	case len(words) == 0:
		words = append(words, "no role")
	}
	words = append(words, map[bool]string{true: "mailbox", false: "no mailbox"}[a.Mailbox])
	if a.MFA {
		words = append(words, "second factor")
	}
	if a.Disabled {
		words = append(words, "sign-in blocked")
	}
	return strings.Join(words, ", ")
}

// Endpoints is where the bench is reached and with what: the line of `serve --json`.
type Endpoints struct {
	Bench     string    `json:"bench"`     // the page to begin with
	WebConfig string    `json:"webConfig"` // base URL; empty if the printer has no web page on the bench
	Panel     string    `json:"panel"`     // base URL
	Entra     string    `json:"entra"`     // base URL
	Control   string    `json:"control"`   // base URL
	Graph     string    `json:"graph"`     // base URL of Entra's administration API, in Microsoft Graph's paths
	SMTP      string    `json:"smtp"`      // host:port
	MX        string    `json:"mx"`        // host:port of the MX door, for direct send and connectors
	CA        string    `json:"ca"`        // PEM file
	Tenant    string    `json:"tenant"`    // id of the organization
	ClientID  string    `json:"clientId"`  // of the printer maker's application
	Scope     string    `json:"scope"`
	Accounts  []Account `json:"accounts"`
	// Relatives are the other mail servers, by name.
	Relatives map[string]Relative `json:"relatives,omitempty"`
	// WebConfigPassword is the administrator password of the printer.
	WebConfigPassword string   `json:"webConfigPassword"`
	Names             []string `json:"names,omitempty" doc:"further names and addresses of the bench, as --name gave them"`
	Token             string   `json:"token,omitempty" doc:"what control API, Graph and the panel's page ask for, beyond loopback: Authorization: Bearer"`
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
	if err := c.readScript(); err != nil {
		return err
	}
	c.reach()
	s, err := openServer(c)
	if err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return errors.Join(err, s.close())
	}
	if ctx.Err() == nil {
		c.warn()
		if !c.Silent {
			if err := s.bench.announce(); err != nil {
				return errors.Join(err, s.close())
			}
		}
		if c.Lab != nil {
			c.Lab(s.bench.lab)
		}
		if c.Ready != nil {
			c.Ready(s.bench.endpoints)
		}
		<-ctx.Done()
	}
	return errors.Join(s.now().evidence(), s.close())
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
	if c.Scenario != "" || c.Folder != "" {
		all, err := scenarios.In(c.Folder)
		if err != nil {
			return misuse("%w", err)
		}
		if err := c.checkScenario(all); err != nil {
			return err
		}
	}
	if err := c.checkReach(); err != nil {
		return err
	}
	if err := c.checkStart(); err != nil {
		return err
	}
	if c.Scenario != "" && c.Flash != "" && sim.HoldsPrinters(c.Flash) {
		return misuse(
			"--flash: %s holds the memory of a printer already, and a scenario begins with a new one; name a new folder", c.Flash,
		)
	}
	if err := checkRelatives(c.Relatives); err != nil {
		return err
	}
	if c.CA != "" {
		for flag, folder := range map[string]string{"--evidence": c.Evidence, "--flash": c.Flash} {
			if folder != "" && report.Inside(folder, c.CA) {
				return misuse("--ca %s lies in the folder of %s, where nothing else belongs; name a file outside of %s", c.CA, flag, folder)
			}
		}
		if info, err := os.Stat(filepath.Dir(c.CA)); err != nil || !info.IsDir() {
			return misuse("cannot write the certificate authority to %s: no such folder", c.CA)
		}
		if info, err := os.Stat(c.CA); err == nil && info.IsDir() {
			return misuse("cannot write the certificate authority to %s: it is a folder", c.CA)
		}
	}
	if c.Evidence != "" {
		if c.Flash != "" && (report.Inside(c.Evidence, c.Flash) || report.Inside(c.Flash, c.Evidence)) {
			return misuse("--evidence %s and --flash %s: neither may lie in the other", c.Evidence, c.Flash)
		}
		if err := report.CheckFolder(c.Evidence, c.run()); err != nil {
			return misuse("%w", err)
		}
	}
	return nil
}

// checkStart looks at how the bench is to begin.
func (c Config) checkStart() error {
	var chosen []string
	for flag, given := range map[string]bool{
		"--scenario": c.Scenario != "", "--script": c.Script != "", "--ready": c.Prepared,
	} {
		if given {
			chosen = append(chosen, flag)
		}
	}
	if slices.Sort(chosen); len(chosen) > 1 {
		return misuse("%s: a bench begins in one way; name one of them", strings.Join(chosen, " and "))
	}
	if c.Scenario != "" && !c.Start.IsZero() {
		begins := vtime.DefaultStart.Format(time.DateOnly)
		return misuse("--start: a scenario has dates of its own and begins on %s", begins)
	}
	if !c.Start.IsZero() {
		if err := vtime.CheckDate(c.Start); err != nil {
			return misuse("--start: %w", err)
		}
	}
	for who, password := range c.Passwords {
		if err := lab.CheckPassword(password); err != nil {
			return misuse("--password %s: %w", who, err)
		}
	}
	return nil
}

// checkScenario refuses words that name none of the scenarios, or several.
func (c *Config) checkScenario(all []scenarios.Scenario) error {
	if c.Scenario == "" {
		return nil
	}
	picked, err := scenarios.Select(all, []string{c.Scenario})
	if err != nil {
		return misuse("%w", err)
	}
	if len(picked) != 1 {
		return misuse("%q fits %d scenarios; name one", c.Scenario, len(picked))
	}
	return nil
}

// readScript reads the file of the script and looks for mistakes in its lines.
func (c *Config) readScript() error {
	if c.Script == "" {
		return nil
	}
	text, err := readScript(c.Script)
	if err != nil {
		return misuse("--script: %s cannot be read: %w", c.Script, err)
	}
	if err := scenarios.CheckScript(filepath.Base(c.Script), string(text)); err != nil {
		return misuse("--script: %w", err)
	}
	c.script = string(text)
	return nil
}

// longestScript is how long the file of a script may be, in octets: no person writes more, and a device has no end.
const longestScript = 1 << 20

func readScript(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("it is a folder")
	}
	text, err := io.ReadAll(io.LimitReader(file, longestScript+1))
	switch {
	case err != nil:
		return nil, cause(err)
	case len(text) > longestScript:
		return nil, errors.New("it is longer than 1 MiB")
	case !utf8.Valid(text):
		return nil, errors.New("it is no text in UTF-8")
	}
	return text, nil
}

// cause takes the path out of a file system's error; the message names it already.
func cause(err error) error {
	var of *os.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
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
	_, _ = fmt.Fprintf(t, "Bench\t%s\tbegin here: open it in a browser\n", e.Bench)
	if e.WebConfig != "" {
		_, _ = fmt.Fprintf(t, "Web Config\t%s\tadministrator password %s\n", e.WebConfig, e.WebConfigPassword)
	}
	if e.Token != "" {
		_, _ = fmt.Fprintf(t, "Token\t%s\tfor Bench, Control API, Graph and Panel: %s?token=…\n", e.Token, e.Bench)
	}
	_, _ = fmt.Fprintf(t, "Panel\t%s\t\n", e.Panel)
	_, _ = fmt.Fprintf(t, "Entra\t%s/device\tsimulation of Microsoft's sign-in\n", e.Entra)
	_, _ = fmt.Fprintf(t, "SMTP\t%s\tsimulation of Exchange Online\n", e.SMTP)
	_, _ = fmt.Fprintf(t, "MX\t%s\tits door for direct send and connectors\n", e.MX)
	_, _ = fmt.Fprint(t, b.relativesTold())
	_, _ = fmt.Fprintf(t, "Control API\t%s\t\n", e.Control)
	_, _ = fmt.Fprintf(t, "Graph\t%s\tEntra's administration, paths of Microsoft Graph\n", e.Graph)
	_, _ = fmt.Fprintf(t, "CA\t%s\tto be trusted by clients of the bench only\n", e.CA)
	_, _ = fmt.Fprintf(t, "Tenant\t%s\tapplication %s\n", e.Tenant, e.ClientID)
	for _, a := range e.Accounts {
		_, _ = fmt.Fprintf(t, "Account\t%s\tpassword %s, %s\n", a.User, a.Password, a.can())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(b.config.Out, b.config.begins())
	_, err := fmt.Fprintln(b.config.Out, "Ctrl-C ends the bench.")
	return err
}

// begins says how the bench begins.
func (c Config) begins() string {
	switch {
	case c.Scenario != "":
		return c.Scenario + " has been played up to its handover: go on by hand."
	case c.Script != "":
		return filepath.Base(c.Script) + " has been played: go on by hand."
	case c.Prepared:
		return "SMTP AUTH is enabled and security defaults are off; the printer is not set up."
	}
	return "A new organization: SMTP AUTH is disabled, security defaults are on, users may not consent. " +
		"--ready begins with one that is prepared."
}

// run is what the manifest of the evidence says.
func (c Config) run() report.Run {
	return report.Run{Version: c.Version, Seed: c.Seed, Language: c.Language, Model: c.Model}
}
