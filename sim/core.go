package sim

import (
	"context"
	"time"

	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/sim/webconfig"
)

// Core is the mail core of a printer from power on to power off. [core.Engine] does the same and says what each method
// means; the printer asks its core for nothing else.
type Core interface {
	// For is the part of an owner of a sign-in.
	For(owner nvram.Owner) Mailer
	// SignedIn lists the owners whose sign-in is stored, sorted.
	SignedIn() []nvram.Owner
	Forget(ctx context.Context, owners ...nvram.Owner) error
	Recovered() error
	Close()
}

// Mailer is the mail of one owner; [core.Mailer] is one, and says what each method means.
type Mailer interface {
	webconfig.Engine
	Ready() *outcome.Outcome
	Send(ctx context.Context, message mail.Message) (mail.Receipt, error)

	// The sign-in on a page that the printer shows itself.
	OpenSignInPage(ctx context.Context, service mail.Service) (core.Status, error)
	LeadsBack(address string) bool
	CompleteSignIn(ctx context.Context, address string) (core.Status, error)
	Discard(ctx context.Context)
}

// Host is what a printer gives to its core at power on.
type Host struct {
	core.Options
	Printer string               // its name on the bench
	Elapsed func() time.Duration // since power on, whatever the date is set to
	// RootsPEM is what [core.Options].Roots has, as a file has it.
	RootsPEM func() []byte
	// Addresses are those of the network that it can try to connect to ("smtp.office365.com:587"), sorted.
	Addresses func() []string
}

// Opener starts the core of a printer at power on. An error is one of the printer: it does not start.
type Opener func(ctx context.Context, host Host) (Core, error)

// openOwn starts the project's own core.
func openOwn(ctx context.Context, host Host) (Core, error) {
	engine, err := core.Open(ctx, host.Options)
	if err != nil {
		return nil, err
	}
	return own{engine}, nil
}

// own is the project's own core.
type own struct{ *core.Engine }

// For is the part of an owner.
func (e own) For(owner nvram.Owner) Mailer { return e.Engine.For(owner) }
