package lab_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/device/webdriver"
	"mfpsim/fakeentra"
	"mfpsim/lab"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// box is a device that has a web page and nothing else.
type box struct {
	device.Unsupported
	at     mount.Point
	model  string
	web    device.WebConfig
	silent bool // it does not say what it is
	closed int
	turns  []*vtime.Turn // in which it was made
}

func (b *box) mount(ctx context.Context, at mount.Point) (device.Device, error) {
	b.at, b.turns = at, append(b.turns, vtime.TurnFrom(ctx))
	at.Hide("geheim-" + at.Name)
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, "<h1>%s</h1><a href=/>Refresh</a>", at.Name)
	})
	if err := at.ServeWeb(mount.Web{Page: page}); err != nil {
		return nil, err
	}
	b.web = webdriver.New(webdriver.Config{Address: at.Address, Window: at.Window})
	return b, nil
}

func (b *box) Describe(context.Context) (device.Description, error) {
	if b.silent {
		return device.Description{}, device.ErrNotSupported
	}
	return device.Description{Name: b.at.Name, Model: b.model, Address: b.at.Address}, nil
}

func (b *box) WebConfig() device.WebConfig { return b.web }

func (b *box) Close() error {
	b.closed++
	return nil
}

func TestADeviceIsMadeByItsNameElseByItsModelElseByTheRule(t *testing.T) {
	byName, byModel, byRule := &box{model: "A"}, &box{model: "B"}, &box{model: "C"}
	bench := lab.RunT(
		t, lab.Config{Devices: map[string]mount.Constructor{"desk": byName.mount, "Box 2": byModel.mount}},
	)
	for _, c := range []struct{ name, model, want string }{
		{"desk", "Box 2", "A"}, {"hall", "Box 2", "B"}, {"attic", "", bench.StandardModel()},
	} {
		made, err := bench.AddPrinter(c.name, c.model)
		require.NoError(t, err)
		require.Equal(t, c.want, made.Model)
	}
	first, err := bench.Printer(lab.DefaultPrinter)
	require.NoError(t, err)
	require.Equal(t, bench.StandardModel(), first.Model, "what nobody names is a simulated printer")

	other := lab.RunT(
		t, lab.Config{Model: "Box 3", Language: "tlh", Devices: map[string]mount.Constructor{"": byRule.mount}},
	)
	first, err = other.Printer(lab.DefaultPrinter)
	require.NoError(t, err)
	require.Same(t, byRule, first.Device())
	require.Equal(t, "tlh", byRule.at.Language, "which languages there are is for the device to say")
}

func TestADeviceGetsWhatItNeedsOfTheBench(t *testing.T) {
	b := &box{model: "Box"}
	bench := lab.RunT(t, lab.Config{Seed: 7, Devices: map[string]mount.Constructor{"": b.mount}})
	require.NotContains(t, b.turns, (*vtime.Turn)(nil), "it is made in a turn")
	require.Equal(t, "printer", b.at.Name)
	require.Equal(t, "192.0.2.10", b.at.Address)
	require.Equal(t, "en", b.at.Language)
	require.Equal(t, uint64(7), b.at.Seed)
	require.Len(t, b.at.AdministratorPassword, 12)
	require.Same(t, bench.World, b.at.World)
	require.Same(t, bench.Network, b.at.Network)
	require.Same(t, bench.Journal, b.at.Journal)
	require.Contains(t, bench.Secrets(), "geheim-printer")

	require.NoError(t, bench.World.Do("test", 0, func(ctx context.Context) {
		page, err := b.web.Go(ctx, "192.0.2.10")
		require.NoError(t, err)
		require.Equal(t, "printer", page.Path)
		b.at.Power(false)
		_, err = b.web.Go(ctx, "192.0.2.10")
		require.Error(t, err, "a device that is off has left the network")
		b.at.Power(true)
		_, err = b.web.Page(ctx)
		require.NoError(t, err)
	}))
	require.NoError(t, bench.World.Do("test", 0, func(ctx context.Context) {
		require.NoError(t, bench.UsePrinter(ctx, "second", ""))
		require.Same(t, vtime.TurnFrom(ctx), b.turns[1], "a verb lends its own turn")
	}))
	require.NoError(t, bench.Close())
	require.Equal(t, 2, b.closed)
}

func TestAWebPageIsShownAtAFurtherListener(t *testing.T) {
	b := &box{model: "Box"}
	bench := lab.RunT(t, lab.Config{Devices: map[string]mount.Constructor{"": b.mount}})
	first, err := bench.Printer(lab.DefaultPrinter)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, first.ServeWeb(bench.Network.Adopt(first.Name, listener), "127.0.0.1"))
	require.NoError(t, bench.World.Do("test", 0, func(ctx context.Context) {
		page, err := b.web.Go(ctx, listener.Addr().String())
		require.NoError(t, err)
		require.Equal(t, "printer", page.Path)
	}))

	plain := func(context.Context, mount.Point) (device.Device, error) { return &wordless{}, nil }
	bench = lab.RunT(t, lab.Config{Devices: map[string]mount.Constructor{"": plain}})
	first, err = bench.Printer(lab.DefaultPrinter)
	require.NoError(t, err)
	require.ErrorIs(t, first.ServeWeb(listener), device.ErrNotSupported)
}

// wordless is a device of which one knows only that it is there.
type wordless struct{ device.Unsupported }

func (*wordless) Describe(context.Context) (device.Description, error) {
	return device.Description{Name: lab.DefaultPrinter}, nil
}

func TestADefectOfASimulatedPrinterIsNotTakenForOneOfAnotherDevice(t *testing.T) {
	for _, defect := range []lab.Defect{
		{Name: "worn", Printer: func(*sim.Config) {}},
		{Name: "worn", Flash: func(f nvram.Flash) nvram.Flash { return f }},
	} {
		b := &box{model: "Box"}
		_, err := lab.New(lab.Config{Devices: map[string]mount.Constructor{"": b.mount}, Defect: defect})
		require.EqualError(t, err, `the defect "worn" is of a simulated printer, and "printer" is another device: plant it there`)
	}
	b := &box{model: "Box"} // one that stands between the scenario and any device
	lab.RunT(t, lab.Config{
		Devices: map[string]mount.Constructor{"": b.mount}, Defect: lab.Defect{Device: func(d device.Device) device.Device { return d }},
	})
}

func TestADeviceThatCannotBeMadeEndsTheBenchBeforeItBegins(t *testing.T) {
	silent := &box{silent: true}
	_, err := lab.New(lab.Config{Devices: map[string]mount.Constructor{"": silent.mount}})
	require.EqualError(t, err, `the printer "printer" does not say what it is: this device cannot do that`)
	require.Equal(t, 1, silent.closed)

	broken := errors.New("no answer at http://127.0.0.1:1")
	never := func(context.Context, mount.Point) (device.Device, error) { return nil, broken }
	_, err = lab.New(lab.Config{Devices: map[string]mount.Constructor{"": never}})
	require.ErrorIs(t, err, broken)
}

func TestAPlantedDefectStandsBeforeAnyDevice(t *testing.T) {
	b := &box{model: "Box"}
	config := lab.Config{Devices: map[string]mount.Constructor{"": b.mount}}
	config.Defect.Device = func(device.Device) device.Device { return &wordless{} }
	bench := lab.RunT(t, config)
	d, err := bench.Device("")
	require.NoError(t, err)
	require.IsType(t, &wordless{}, d)
	require.NoError(t, bench.Close())
	require.Equal(t, 1, b.closed, "what ends with the bench is the device")
}

func TestADeviceWithAnApplicationOfItsOwnIsTheMakers(t *testing.T) {
	const own = "0a9d5c1e-77b3-4f0a-9f6b-3d2c41e8a5b0"
	bench := lab.RunT(t, lab.Config{ClientID: own})
	id, _ := bench.Application()
	require.Equal(t, own, id)
	maker, err := bench.Entra.Application(fakeentra.ApplicationName)
	require.NoError(t, err)
	require.Equal(t, own, maker.ID, "scenarios name the maker's application by its name")

	require.NoError(t, lab.CheckClientID(""))
	require.NoError(t, lab.CheckClientID(own))
	require.EqualError(t, lab.CheckClientID("printer"),
		`"printer" is no client identifier of Entra ID, which is a GUID: 6f1d2c3b-41a0-4e55-9c1e-0f4100a7b2d9`)
}
