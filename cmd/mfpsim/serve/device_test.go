package serve

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/lab"
)

// smallPrinter has a panel of one key, and nothing else.
type smallPrinter struct {
	device.Unsupported
	device.UnsupportedPanel
	pressed string
	pages   int
}

func (p *smallPrinter) Describe(context.Context) (device.Description, error) {
	return device.Description{
		Name: lab.DefaultPrinter, Model: "Small 1", Language: "en", Capabilities: []device.Capability{device.CapabilityPanel},
	}, nil
}

func (p *smallPrinter) Panel() device.Panel { return p }

func (p *smallPrinter) Screen(context.Context) (device.Screen, error) {
	return device.Screen{Path: "Small", Lines: []string{"pressed: " + p.pressed}, Keys: []string{"Copy"}}, nil
}

func (p *smallPrinter) Press(ctx context.Context, path string) (device.Screen, error) {
	p.pressed = path
	return p.Screen(ctx)
}

func (p *smallPrinter) LoadOriginals(_ context.Context, pages int) error {
	p.pages = pages
	return nil
}

func TestAPrinterThatIsNotSimulatedIsServedAsFarAsItGoes(t *testing.T) {
	printer := &smallPrinter{}
	small := func(context.Context, mount.Point) (device.Device, error) { return printer, nil }
	s := live(t, Config{Configure: func(c *lab.Config) { c.Devices = map[string]mount.Constructor{"": small} }})
	require.Empty(t, s.WebConfig)
	require.Empty(t, s.WebConfigPassword)
	require.NotContains(t, s.out.String(), "Web Config")

	status, answer := s.ask("POST", "/printer/panel/press", `{"path":"Copy"}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []any{"pressed: Copy"}, answer["lines"])
	status, answer = s.ask("GET", "/printer", "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "Small 1", answer["model"])
	require.Equal(t, true, answer["on"])
	status, answer = s.ask("GET", "/clock", "")
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, answer, "printer")
	status, answer = s.ask("GET", "/printer/sheet", "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, false, answer["printed"])
	status, _ = s.ask("POST", "/printer/originals", `{"pages":3}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 3, printer.pages)
	for _, path := range []string{"/printer/power", "/printer/language", "/printer/scan"} {
		status, answer = s.ask("POST", path, "")
		require.Equal(t, http.StatusUnprocessableEntity, status, path)
		require.Equal(t, "this device cannot do that", answer["error"], path)
	}

	status, page := s.get(s.Panel + "/")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "pressed: Copy")
	s.form(s.Panel+"/press", url.Values{"key": {"Scan"}})
	require.Equal(t, "Scan", printer.pressed)
}
