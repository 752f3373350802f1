package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"time"

	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/device/remote"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/sim"
	"mfpsim/sim/models"
	"mfpsim/vtime"
)

// deviceCommand is `mfpsim device`.
type deviceCommand struct {
	Listen string `placeholder:"HOST:PORT" default:"127.0.0.1:0" help:"Address of the control port; port 0: any. Beyond loopback a token is needed."`
	Token  string `env:"MFPSIM_DEVICE_TOKEN" placeholder:"TEXT" help:"Token that a bench must send. Others can read a command line; better name it in the environment."`
	Model  string `placeholder:"NAME" help:"Model of printers for which a bench asks for none: ${models}. Default: ${default_model}."`
	Clock  string `enum:"bench,real" default:"bench" help:"Whose time the printers go by: bench (it is told them, and days pass in a moment) or real (the machine's: they do their own waiting)."`

	RefreshMargin time.Duration `placeholder:"TIME" default:"${refresh_margin}" help:"How long before its end an access token is no longer used. A bench is told; with --clock real it cuts lives short to no less than that."`
}

// Run serves until Ctrl-C.
func (c *deviceCommand) Run(s *streams) error {
	known, err := models.Embedded()
	if err != nil {
		return usageError{err}
	}
	model, err := known.Get(c.Model)
	if err != nil {
		return usageError{err}
	}
	if err := c.check(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return usage("--listen %s: %w", c.Listen, err)
	}
	hello, err := helloOf(known, model)
	if err != nil {
		return errors.Join(usageError{err}, listener.Close())
	}
	hello.Clock = c.Clock
	if c.Clock == remote.ClockReal {
		hello.Margins = &remote.Margins{AccessTokenSeconds: int(math.Ceil(c.RefreshMargin.Seconds()))}
	}
	handler := remote.NewHandler(remote.HandlerConfig{
		Mount: mountOf(known, c.Model, c.RefreshMargin), Token: c.Token, Hello: hello,
	})
	server := &http.Server{Handler: handler}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	_, _ = fmt.Fprintf(s.out, "http://%s\n", listener.Addr())
	if err := s.out.flush(); err != nil {
		_ = server.Close()
		return err
	}
	select {
	case <-s.ctx.Done():
	case err := <-served:
		return err
	}
	handler.Close()
	return server.Close()
}

// check refuses an open port without a token.
func (c *deviceCommand) check() error {
	if c.RefreshMargin <= 0 {
		return usage("--refresh-margin %s: an access token is used up before it ends", c.RefreshMargin)
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return usage("--listen %s: write HOST:PORT", c.Listen)
	}
	address, err := netip.ParseAddr(host)
	if host == "localhost" || err == nil && address.IsLoopback() || c.Token != "" {
		return nil
	}
	return usage("--listen %s is beyond loopback: whoever reaches it could use the device; set MFPSIM_DEVICE_TOKEN", c.Listen)
}

// mountOf makes simulated printers of the model that is asked for, else of the given one.
func mountOf(known *models.Set, model string, margin time.Duration) mount.Constructor {
	construct := sim.Mounted(known, func(c *sim.Config) { c.RefreshMargin = margin })
	return func(ctx context.Context, at mount.Point) (device.Device, error) {
		if at.Model == "" {
			at.Model = model
		}
		return construct(ctx, at)
	}
}

// helloOf is what a simulated printer of a model says of itself.
func helloOf(known *models.Set, model *models.Model) (remote.Hello, error) {
	world := vtime.NewStepped(vtime.DefaultStart)
	defer world.Close()
	network := faultnet.New(faultnet.Config{World: world})
	var said device.Description
	var failed error
	err := world.Do("hello", 0, func(ctx context.Context) {
		d, err := sim.Mounted(known, nil)(ctx, mount.Point{
			Name: "printer", Model: model.Name, World: world, Network: network, Journal: journal.For(world),
			ServeWeb: func(mount.Web) error { return nil }, Power: func(bool) {}, Additional: func(bool) {},
			Hide: func(...string) {},
		})
		if err != nil {
			failed = err
			return
		}
		said, failed = d.Describe(ctx)
		failed = errors.Join(failed, d.Close())
	})
	return remote.Hello{
		Maker: model.Maker, Model: said.Model, Serial: said.Serial, Firmware: said.Firmware, Languages: said.Languages,
		Capabilities: said.Capabilities,
	}, errors.Join(err, failed)
}
