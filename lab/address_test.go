package lab

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/browser"
)

func TestEveryPrinterHasAnAddressOfItsOwn(t *testing.T) {
	for printer, want := range map[int]string{
		0: "192.0.2.10", 1: "192.0.2.11", 239: "192.0.2.249", 240: "198.18.0.1", 240 + 254: "198.18.0.255", 240 + 255: "198.18.1.0",
		240 + 65535: "198.19.0.0", 240 + 131069: "198.19.255.254",
	} {
		got, err := addressOf(printer)
		require.NoError(t, err)
		require.Equal(t, want, got, printer)
	}
	_, err := addressOf(240 + 131070)
	require.ErrorIs(t, err, ErrNoAddress)
	require.EqualError(t, err, "a bench has 131310 printers at most: the printers' network has no address left")
	seen := map[string]bool{}
	for printer := range 240 + 131070 {
		address, err := addressOf(printer)
		require.NoError(t, err)
		if seen[address] {
			require.Failf(t, "taken twice", "%s by printer %d", address, printer)
		}
		seen[address] = true
		at := netip.MustParseAddr(address)
		require.True(t, testNet.Contains(at) || benchmark.Contains(at), address)
	}
}

// TestNoPrinterIsReachedFromElsewhere holds guide rule R13 for printers of both ranges, all served by one listener.
func TestNoPrinterIsReachedFromElsewhere(t *testing.T) {
	l := RunT(t, Config{Seed: 7})
	for i := range 245 {
		_, err := l.AddPrinter(fmt.Sprintf("printer-%d", i), "")
		require.NoError(t, err)
	}
	for name, address := range map[string]string{
		"printer": "192.0.2.10", "printer-238": "192.0.2.249", "printer-239": "198.18.0.1", "printer-244": "198.18.0.6",
	} {
		p, err := l.Printer(name)
		require.NoError(t, err)
		require.Equal(t, address, p.Address)
		text := ""
		open := func(window *browser.Browser) (err error) {
			require.NoError(t, l.World.Do("person", 0, func(ctx context.Context) {
				if err = window.Open(ctx, "https://"+address+"/"); err == nil {
					text = window.Text()
				}
			}))
			return err
		}
		require.NoError(t, open(l.newBrowser(PartyBrowser)), name)
		require.Contains(t, text, strings.ToUpper(serialOf(t, l, name)), "the page is the printer's own")
		require.EqualError(
			t, open(l.newBrowser("elsewhere")), "cannot open "+address+": the server refused the connection",
		)
	}
}

// serialOf is the printer's serial number, as it says.
func serialOf(t *testing.T, l *Lab, name string) (serial string) {
	t.Helper()
	d, err := l.Device(name)
	require.NoError(t, err)
	require.NoError(t, l.World.Do("look", 0, func(ctx context.Context) {
		description, describeErr := d.Describe(ctx)
		err, serial = describeErr, description.Serial
	}))
	require.NoError(t, err)
	return serial
}
