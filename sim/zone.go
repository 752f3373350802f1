package sim

import (
	"time"

	"mfpsim/device"
	"mfpsim/sim/settings"
	"mfpsim/vtime"
)

// SetTimeDifference sets how far the printer's time is ahead of UTC, in quarters of an hour, without daylight
// saving. It is kept over power off.
func (p *Printer) SetTimeDifference(ahead time.Duration) error {
	if err := device.CheckTimeDifference(ahead); err != nil {
		return err
	}
	return p.Change(func(s *settings.Settings) { s.Date.Difference, s.Date.Saving = int(ahead/time.Minute), false })
}

// setZone makes the printer's time that of its settings.
func (p *Printer) setZone(date settings.Date) { p.zone.Store(date.Location()) }

// now is the printer's time with its own time difference.
func (p *Printer) now() time.Time { return p.config.Clock.Now().In(p.zone.Load()) }

// localClock is the printer's clock as the core reads it.
type localClock struct {
	*vtime.Clock
	printer *Printer
}

// Now has the printer's own time difference.
func (c localClock) Now() time.Time { return c.printer.now() }
