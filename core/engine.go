package core

import (
	"context"

	"mfpsim/core/mail"
)

// Engine is the mail core of one device, from power on to power off. The bodies follow in the next commits; the signatures stand.
type Engine struct{ o Options }

// Open reads non-volatile memory.
func Open(ctx context.Context, o Options) (*Engine, error) { return &Engine{o: o}, ctx.Err() }

// Recovered is what Open had to repair; nil if nothing.
func (e *Engine) Recovered() error { return nil }

// Settings returns the stored settings.
func (e *Engine) Settings() mail.Settings { return mail.FactorySettings() }

// Providers returns the email services that the device knows.
func (e *Engine) Providers() []Provider { return e.o.Providers }

// Status returns one snapshot of all that surfaces show.
func (e *Engine) Status() Status { return Status{Phase: SignedOut} }

// BeginSignIn asks for a code in the caller's activity and polls in the background.
func (e *Engine) BeginSignIn(context.Context, Service) (Status, error) { return e.Status(), nil }

// CancelSignIn ends polling.
func (e *Engine) CancelSignIn(context.Context) {}

// SignOut drops the waiting sign-in and the stored one.
func (e *Engine) SignOut(context.Context) error { return nil }

// Save is OK: *mail.InvalidSettings or *Outcome.
func (e *Engine) Save(_ context.Context, s mail.Settings) error { return s.Validate() }

// Ready is nil if the device may try to send, else why it refuses at Start.
func (e *Engine) Ready() *Outcome { return nil }

// Send sends a message; the error is always an *Outcome.
func (e *Engine) Send(context.Context, mail.Message) (mail.Receipt, error) { return mail.Receipt{}, nil }

// Close is power off.
func (e *Engine) Close() {}
