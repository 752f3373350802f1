package scenarios

import (
	"context"
	"errors"

	"mfpsim/device"
	"mfpsim/phrase"
)

// borne is what a verb prints when the power of the printer has failed in it, as it was told to.
const borne = "the power of the printer has failed\n"

func (p *play) verbPower(_ bool, args []string) (string, error) {
	power, err := phrase.PowerAct(args)
	if err != nil {
		return "", errors.Join(err, usage("power"))
	}
	d, err := p.device()
	if err != nil {
		return "", err
	}
	if p.real != nil {
		if err := p.pass(hand); err != nil { // what was begun before is under way
			return "", err
		}
	}
	if err := p.act(act, func(ctx context.Context) error { return d.Power(ctx, power) }); err != nil {
		if power.State == "on" && errors.Is(err, device.ErrPoweredOff) && p.armed[p.printer] {
			return borne, nil // it has failed in a write that switching on makes
		}
		return "", err
	}
	switch {
	case power.AtWrite > 0:
		p.armed[p.printer] = true
		return "", nil
	case power.State != "on":
		return "", nil
	}
	var s device.Screen
	err = p.do(func(ctx context.Context) (err error) { s, err = d.Panel().Screen(ctx); return err })
	switch {
	case errors.Is(err, device.ErrNotSupported): // it has no panel that would light up
		return "", p.wake(d)
	case err != nil:
		return "", err
	}
	return s.String(), p.wake(d)
}

// wake takes up the language that the panel has after power on: the power may have failed while another was stored.
func (p *play) wake(d device.Device) error {
	return p.do(func(ctx context.Context) error {
		description, err := d.Describe(ctx)
		if err == nil && description.Language != "" {
			p.language = description.Language
		}
		return err
	})
}

// bearing does an act of a person in which the power of the printer may fail, as a power cut has told it to: then the
// person sees a printer that is dark, which is no error of the act. Any other error stays one.
func (p *play) bearing(ctx context.Context, f func(ctx context.Context) error) error {
	if !p.armed[p.printer] || p.isOff(ctx) {
		return f(ctx)
	}
	err := f(ctx)
	if err != nil && p.isOff(ctx) {
		return nil
	}
	return err
}

// isOff reports whether the printer's panel is dark.
func (p *play) isOff(ctx context.Context) bool {
	d, err := p.device()
	if err != nil {
		return false
	}
	_, err = d.Panel().Screen(ctx)
	return errors.Is(err, device.ErrPoweredOff)
}
