package sim

import (
	"time"

	"mfpsim/device"
	"mfpsim/vtime"
)

// SetTimeDifference sets how far the printer's time is ahead of UTC, in quarters of an hour. It is kept over power off.
func (p *Printer) SetTimeDifference(ahead time.Duration) error {
	live := p.on()
	if live == nil {
		return device.ErrPoweredOff
	}
	if err := device.CheckTimeDifference(ahead); err != nil {
		return err
	}
	if err := p.prefer(live, func(x *preferences) { x.Ahead = int(ahead / time.Minute) }); err != nil {
		return err
	}
	p.setZone(ahead)
	return nil
}

func (p *Printer) setZone(ahead time.Duration) {
	zone := time.UTC
	if ahead != 0 {
		zone = time.FixedZone("", int(ahead/time.Second))
	}
	p.zone.Store(zone)
}

// now is the printer's time with its own time difference.
func (p *Printer) now() time.Time { return p.config.Clock.Now().In(p.zone.Load()) }

// localClock is the printer's clock as the core reads it.
type localClock struct {
	*vtime.Clock
	printer *Printer
}

// Now has the printer's own time difference.
func (c localClock) Now() time.Time { return c.printer.now() }
