package sim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/sim/settings"
)

// settings are what an administrator has set beside the email server.
func (r *records) settings() settings.Settings {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.image.Settings
}

// set stores other settings, in one write. What cannot be stored is not taken.
func (r *records) set(f func(*settings.Settings)) error {
	return r.alter(func(next *recordsImage) { f(&next.Settings) })
}

// alter stores other records, in one write.
func (r *records) alter(f func(*recordsImage)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := r.image
	next.Settings.Authorities = slices.Clone(next.Settings.Authorities)
	f(&next)
	return r.write(next)
}

// Settings are what an administrator has set in Web Config beside the email server.
func (p *Printer) Settings() settings.Settings {
	if live := p.on(); live != nil {
		return live.memory.settings()
	}
	return settings.Settings{}
}

// Change stores other settings, in one write: after an error those of before are still there.
func (p *Printer) Change(f func(*settings.Settings)) error {
	live := p.on()
	if live == nil {
		return device.ErrPoweredOff
	}
	if err := live.memory.set(f); err != nil {
		return err
	}
	if !p.PoweredOn() {
		return device.ErrPoweredOff
	}
	live.trusted.Store(nil)
	p.setZone(live.memory.settings().Date)
	p.attach(live)
	return nil
}

// verifier tells a password from others. The printer's own key is in it, which is not in the memory: who reads the
// memory out cannot try passwords by it.
func (p *Printer) verifier(password string) string {
	mac := hmac.New(sha256.New, p.sealing)
	mac.Write([]byte("administrator password\x00" + password))
	return hex.EncodeToString(mac.Sum(nil))
}

// isPassword reports whether it is the administrator's password.
func (p *Printer) isPassword(live *powered, password string) bool {
	if kept := live.memory.settings().Verifier; kept != "" {
		return subtle.ConstantTimeCompare([]byte(p.verifier(password)), []byte(kept)) == 1
	}
	return subtle.ConstantTimeCompare([]byte(password), []byte(p.config.AdministratorPassword)) == 1
}

// IsPassword reports whether it is the administrator's password.
func (p *Printer) IsPassword(password string) bool {
	live := p.on()
	return live != nil && p.isPassword(live, password)
}

// SetPassword stores another administrator password. Its rules are checked by [settings.Password].
func (p *Printer) SetPassword(password string) error {
	if p.config.Hide != nil {
		p.config.Hide(password)
	}
	if err := p.Change(func(s *settings.Settings) { s.Verifier = p.verifier(password) }); err != nil {
		return err
	}
	p.mu.Lock()
	p.password = password
	p.mu.Unlock()
	if n := p.model.EmailNotification; n != nil && n.Has(causePassword) {
		return p.Happens(causePassword)
	}
	return nil
}

// knowPassword is what the owner of the printer knows when it is switched on: the initial password, or the one that was
// set in this process; none that was set in another one.
func (p *Printer) knowPassword(live *powered) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, known := range []string{p.password, p.config.AdministratorPassword, ""} {
		if p.password = known; known == "" || p.isPassword(live, known) {
			return
		}
	}
}

// SetDate sets the printer's own date, as an administrator does; true time goes on.
func (p *Printer) SetDate(date time.Time) error {
	if err := p.config.Clock.Set(date); err != nil {
		return err
	}
	p.record(journal.Entry{
		Kind: journal.KindClock, Text: journal.Plain("the printer's date is set to " + date.UTC().Format(time.DateTime)),
	})
	return nil
}

// Busy reports whether a job is under way: then Web Config cannot be operated (docs/reference/printer.md §2.0).
func (p *Printer) Busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.live != nil && (p.live.running != 0 || len(p.live.queue) > 0)
}

// farewell is how long a printer that is to restart goes on answering: the page that says so must arrive.
const farewell = 10 * time.Second

// Restart switches the printer off and on again: at once for a person, who finds it away for the model's restart time.
func (p *Printer) Restart() {
	live := p.on()
	if live == nil {
		return
	}
	mark := new(int)
	p.mu.Lock()
	p.restarting = mark
	p.mu.Unlock()
	p.config.World.Go(p.config.Name+": restart", func(ctx context.Context) {
		if p.config.Clock.Sleep(ctx, farewell) != nil {
			return
		}
		p.end(live)
		if p.config.Clock.Sleep(ctx, p.model.Settings.RestartTime) != nil {
			return
		}
		p.mu.Lock()
		wanted := p.restarting == mark
		p.mu.Unlock()
		if !wanted || p.PoweredOn() {
			return
		}
		p.powerDown()
		if err := p.powerUp(ctx); err != nil && !errors.Is(err, device.ErrPoweredOff) {
			p.note(
				journal.Entry{
					Kind: journal.KindNote,
					Text: journal.Plain("the printer does not start: " + err.Error()),
				},
			)
		}
	})
}

// Restore brings the printer back to the state of a new one and restarts it: the settings of the network only, or all
// settings with passwords, sign-ins, contacts and job history. What is wanted is stored first, so that power off in the
// middle ends in a whole restoration.
func (p *Printer) Restore(all bool) error {
	live := p.on()
	if live == nil {
		return device.ErrPoweredOff
	}
	err := live.memory.alter(func(next *recordsImage) {
		next.Restore = all
		next.Settings.Network, next.Settings.Proxy = settings.Network{}, settings.Proxy{}
		next.Settings.Additional, next.Settings.EmailOnAdditional = settings.Additional{}, false
	})
	if err != nil {
		return err
	}
	live.trusted.Store(nil)
	p.Restart()
	return nil
}

// resume ends what power off has interrupted, before the engine reads its memory.
func (p *Printer) resume(live *powered, fresh preferences) error {
	if !live.memory.image.Restore {
		return nil
	}
	fitted := live.memory.preferences().Firmware
	flash := p.flash.in(live.life)
	image, err := flash.Read()
	if err == nil && len(image) > 0 {
		err = flash.Write(bytes.Repeat([]byte{'\n'}, len(image)))
	}
	if err != nil {
		return fmt.Errorf("restore the default settings: %w", err)
	}
	// The records twice, so that nothing of those before is left behind.
	for range 2 {
		if err := live.memory.alter(func(next *recordsImage) {
			*next = recordsImage{Model: p.model.Name, Preferences: fresh}
			next.Preferences.Firmware = fitted // the firmware stays
		}); err != nil {
			return fmt.Errorf("restore the default settings: %w", err)
		}
	}
	return nil
}

// stay keeps a printer that is on its way from power off to power on from switching itself on: somebody has used the
// power switch.
func (p *Printer) stay() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.restarting = nil
}
