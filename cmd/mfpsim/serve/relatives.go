package serve

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/fax"
	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/legacy"
	"mfpsim/fakesmtp/pop3"
	"mfpsim/faultnet"
)

// Limits are the delays and limits of the mail service, as fakesmtp.Config has them: zero is Exchange Online's own,
// negative is none.
type Limits struct {
	Tarpit            time.Duration // before a refusal; without one, POP3 is not late either
	IdleTimeout       time.Duration
	SessionTimeout    time.Duration
	MessagesPerMinute int
	MaxConcurrent     int
	RecipientsPerDay  int
}

// set puts them into the configuration of the mail service.
func (l Limits) set(c *fakesmtp.Config) {
	c.Tarpit, c.IdleTimeout, c.SessionTimeout = l.Tarpit, l.IdleTimeout, l.SessionTimeout
	c.MessagesPerMinute, c.MaxConcurrent, c.RecipientsPerDay = l.MessagesPerMinute, l.MaxConcurrent, l.RecipientsPerDay
}

// Relative is another mail server of the bench, as clients reach it.
type Relative struct {
	Address  string `json:"address"`            // host:port on this machine
	Host     string `json:"host"`               // host:port as the bench's own parties, and its certificate, call it
	User     string `json:"user,omitempty"`     // of the account that may log on; empty: those of the bench
	Password string `json:"password,omitempty"` // of that account
}

// mailServer is what the relatives have in common.
type mailServer interface {
	Serve(net.Listener) error
	Close() error
	Address() string
}

// relative is how one is made.
type relative struct {
	name, party string
	user        string // with a password of its own; empty: the accounts are the bench's
	password    string
	open        func(b *bench, at fakesmtp.Bench) (mailServer, error)
}

var relatives = []relative{
	{
		"generic", generic.Party, generic.DefaultAccount, generic.DefaultPassword,
		func(b *bench, at fakesmtp.Bench) (mailServer, error) {
			return generic.New(generic.Config{Bench: at, Accounts: []generic.Account{
				{Address: generic.DefaultAccount, Password: b.relativesPassword("generic", generic.DefaultPassword)},
			}})
		},
	},
	{
		"legacy", legacy.Party, legacy.DefaultAccount, legacy.DefaultPassword,
		func(b *bench, at fakesmtp.Bench) (mailServer, error) {
			return legacy.New(legacy.Config{Bench: at, Accounts: []legacy.Account{
				{Name: legacy.DefaultAccount, Password: b.relativesPassword("legacy", legacy.DefaultPassword)},
			}})
		},
	},
	{
		"fax", fax.Party, fax.DefaultAccount, generic.DefaultPassword,
		func(b *bench, at fakesmtp.Bench) (mailServer, error) {
			return fax.New(fax.Config{Bench: at, Accounts: []generic.Account{
				{Address: fax.DefaultAccount, Password: b.relativesPassword("fax", generic.DefaultPassword)},
			}})
		},
	},
	{
		"pop3", pop3.Party, "", "",
		func(b *bench, at fakesmtp.Bench) (mailServer, error) {
			return pop3.New(pop3.Config{Bench: at, Maildrops: b.lab.SMTP, Late: min(b.config.Limits.Tarpit, 0)})
		},
	},
}

// Relatives are the names of the mail servers that can stand beside Exchange Online.
func Relatives() []string {
	names := make([]string, len(relatives))
	for i, r := range relatives {
		names[i] = r.name
	}
	return names
}

// relativeDoor names the door of a relative among those of a server; its port is any.
func relativeDoor(name string) string { return "relative " + name }

// checkRelatives looks whether there are such servers.
func checkRelatives(names []string) error {
	for i, name := range names {
		if !slices.Contains(Relatives(), name) {
			return misuse("--relatives: %w", &choice.Error{What: "mail server", Wanted: name, Present: Relatives()})
		}
		if slices.Contains(names[:i], name) {
			return misuse("--relatives: %s stands twice", name)
		}
	}
	return nil
}

// serveRelatives starts those that the configuration names: for parties of the bench under their names, and for others
// on a port of this machine.
func (b *bench) serveRelatives() error {
	for _, r := range relatives {
		if !slices.Contains(b.config.Relatives, r.name) {
			continue
		}
		at := b.lab.SMTP.Bench()
		at.Party = r.party
		_, at.Keep = b.config.keep()
		made, err := r.open(b, at)
		if err != nil {
			return fmt.Errorf("the mail server %s: %w", r.name, err)
		}
		b.relatives = append(b.relatives, made)
		inside, err := b.lab.Network.Listen(r.party, made.Address())
		if err != nil {
			return fmt.Errorf("the mail server %s: no port to listen on", r.name)
		}
		for _, listener := range []net.Listener{inside, b.adopt(r.party, relativeDoor(r.name))} {
			faultnet.Expect(listener)
			b.serving.Go(func() { _ = made.Serve(listener) }) // ends when the server is closed
		}
		if b.endpoints.Relatives == nil {
			b.endpoints.Relatives = map[string]Relative{}
		}
		b.endpoints.Relatives[r.name] = Relative{
			Address: b.server.host(relativeDoor(r.name)), Host: made.Address(), User: r.user,
			Password: b.relativesPassword(r.name, r.password).Reveal(),
		}
	}
	return nil
}

// relativesTold are lines that say where they are.
func (b *bench) relativesTold() string {
	var told strings.Builder
	for _, r := range relatives {
		at, served := b.endpoints.Relatives[r.name]
		if !served {
			continue
		}
		account := "the accounts below"
		if at.User != "" {
			account = at.User + ", password " + at.Password
		}
		fmt.Fprintf(&told, "Relative %s\t%s\t%s; %s\n", r.name, at.Address, at.Host, account)
	}
	return told.String()
}
