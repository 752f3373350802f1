package main

import (
	"fmt"

	"mfpsim/device/mount"
	"mfpsim/device/remote"
	"mfpsim/lab"
)

// foreign is the device that `run --device` plays on; nil: the simulated printer.
type foreign struct{ client *remote.Client }

// foreign finds the device.
func (c *runCommand) foreign(s *streams) (*foreign, error) {
	if c.Device == "" {
		return nil, nil
	}
	if c.AnswersIn <= 0 || c.AnswersIn > remote.MaximumPatience {
		return nil, fmt.Errorf("--answer-within %s: from 1ms to %s", c.AnswersIn, remote.MaximumPatience)
	}
	client, err := remote.Dial(s.ctx, remote.Config{URL: c.Device, Token: c.DeviceToken, Patience: c.AnswersIn})
	if err != nil {
		return nil, err
	}
	return &foreign{client}, nil
}

// mount puts it on benches.
func (f *foreign) mount(c *lab.Config) {
	if f != nil {
		c.Devices = map[string]mount.Constructor{"": f.client.Mount()}
	}
}

func (f *foreign) close() {
	if f != nil {
		f.client.Close()
	}
}
