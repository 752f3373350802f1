package scenarios_test

import (
	"context"
	"crypto/x509"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core"
	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/lab"
	"mfpsim/scenarios"
	"mfpsim/sim"
)

// plantedDefect is one fault of one line, and the scenarios that must see it.
type plantedDefect struct {
	name   string
	caught []string
	plant  func(*lab.Config)
}

// planted are the defects of docs/defects.md that can be planted from outside: in the printer's configuration and
// memory, in what the device does or shows, and in the clouds.
var planted = []plantedDefect{
	{
		"OK sends nothing to the printer",
		[]string{"setup/exchange-online", "trouble/expired-by-disuse"},
		web(func(w *brokenWeb) { w.ignored = []string{"OK"} }),
	},
	{
		"leaving the page stores the waiting sign-in",
		[]string{"trouble/sign-in-not-saved"},
		web(func(w *brokenWeb) { w.leaveStores = true }),
	},
	{
		"Cancel leaves the polling running",
		[]string{"trouble/cancel-in-web-config"},
		web(func(w *brokenWeb) { w.ignored = []string{"Cancel"} }),
	},
	{
		"Sign Out does nothing",
		[]string{"trouble/sign-out"},
		web(func(w *brokenWeb) { w.ignored = []string{"Sign Out"} }),
	},
	{
		"the end of a Web Config session drops the waiting sign-in",
		[]string{"status/session-time-out"},
		web(func(w *brokenWeb) { w.newSessionDrops = true }),
	},
	{
		"the stored sign-in is lost at power off",
		[]string{"status/signed-in", "trouble/ninety-one-days-switched-off"},
		func(c *lab.Config) { c.Defect.Flash = func(f nvram.Flash) nvram.Flash { return &forgetful{Flash: f} } },
	},
	{
		"the waiting sign-in survives power off",
		[]string{"trouble/sign-in-lost-by-power-off"},
		broken(func(d *brokenDevice) { d.alwaysOn = true }),
	},
	{
		"Certificate Validation is not looked at",
		[]string{"exchange/untrusted-certificate"},
		func(c *lab.Config) {
			c.Defect.Printer = func(p *sim.Config) {
				network := p.Network
				p.Roots = func() *x509.CertPool {
					pool := network.Authority().Pool()
					pool.AppendCertsFromPEM(network.Stranger().PEM())
					return pool
				}
			}
		},
	},
	{
		"setting the date does nothing: certificates are checked against true time",
		[]string{"exchange/printer-in-the-year-2000"},
		broken(func(d *brokenDevice) { d.ignoresDate = true }),
	},
	{
		"no time-out while waiting for the mail server",
		[]string{"exchange/silent"},
		func(c *lab.Config) {
			c.Defect.Printer = func(p *sim.Config) {
				p.Timeouts = core.Timeouts{MailConnect: 100 * time.Hour, MailCommand: 100 * time.Hour}
			}
		},
	},
	{
		"361 and 370 are swapped",
		[]string{"trouble/expired-by-disuse", "entra/password-changed"},
		broken(func(d *brokenDevice) { d.codes = map[string]string{"361": "370", "370": "361"} }),
	},
	{
		"a refusal of the mail server is taken for the end of the sign-in",
		[]string{"trouble/smtp-auth-disabled", "trouble/password-method-refused"},
		broken(func(d *brokenDevice) { d.codes = map[string]string{"312": "370"} }),
	},
	{
		"every remedy is the status sentence",
		[]string{"trouble/codes-in-each-language", "trouble/expired-by-disuse", "trouble/smtp-auth-disabled"},
		broken(func(d *brokenDevice) { d.remedyIsStatus = true }),
	},
	{
		"311 and 313 are swapped",
		[]string{"exchange/unreachable"},
		broken(func(d *brokenDevice) { d.codes = map[string]string{"311": "313", "313": "311"} }),
	},
	{
		"Email Server Status says Signed in whenever it is asked",
		[]string{"status/not-signed-in", "trouble/sign-in-not-saved"},
		broken(func(d *brokenDevice) { d.boasts = true }),
	},
	{
		"the lock setting does not lock",
		[]string{"status/padlock"},
		broken(func(d *brokenDevice) { d.ignoredKeys = []string{"On"} }),
	},
	{
		"tokens pass the security defaults",
		[]string{"exchange/security-defaults-left-on"},
		func(c *lab.Config) { c.SMTP = func(s *fakesmtp.Config) { s.TokensPassSecurityDefaults = true } },
	},
	{
		"a sign-in never expires",
		[]string{"trouble/expired-by-disuse", "trouble/copies-but-no-mail"},
		func(c *lab.Config) {
			c.Entra = func(e *fakeentra.Config) { e.RefreshTokenLifetime = 1000 * 24 * time.Hour }
		},
	},
	{
		"the code lives for an hour",
		[]string{"trouble/code-not-entered"},
		func(c *lab.Config) { c.Entra = func(e *fakeentra.Config) { e.CodeLifetime = time.Hour } },
	},
}

// TestPlantedDefectsAreCaught plants each defect and wants each of its scenarios to fail, in the shape that failures
// have.
func TestPlantedDefectsAreCaught(t *testing.T) {
	for _, d := range planted {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			for _, id := range d.caught {
				results, err := scenarios.Run(
					t.Context(), scenarios.Options{Seed: 7, Patterns: []string{id}, Configure: d.plant},
				)
				require.NoError(t, err)
				require.Len(t, results, 1)
				require.False(t, results[0].Passed, "%s does not see it", id)
				require.NotZero(t, results[0].Line)
				require.Regexp(t, "^(FAIL|NOT DECIDED) "+regexp.QuoteMeta(id)+`\.txtar:`, results[0].Failure)
				require.NotContains(t, results[0].Failure, "the bench got stuck")
			}
		})
	}
}

// TestEveryScenarioHasItsDefect holds docs/defects.md and the scenarios together.
func TestEveryScenarioHasItsDefect(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "defects.md"))
	require.NoError(t, err)
	all, err := scenarios.All()
	require.NoError(t, err)
	known := map[string]bool{}
	for _, s := range all {
		known[s.ID] = true
		require.Contains(t, string(text), "| `"+s.ID+"` |", "docs/defects.md names no defect for it")
	}
	caught := map[string]bool{}
	for _, d := range planted {
		for _, id := range d.caught {
			require.True(t, known[id], id)
			caught[id] = true
		}
	}
	for _, row := range strings.Split(string(text), "\n") {
		if parts := strings.Split(row, "`"); len(parts) > 2 && known[parts[1]] && strings.HasSuffix(row, " * |") {
			require.True(t, caught[parts[1]], "docs/defects.md says that a test plants the defect of %s", parts[1])
		}
	}
	require.GreaterOrEqual(t, len(planted), 10)
}

// forgetful is a memory that loses what was written when it is read again.
type forgetful struct{ nvram.Flash }

func (*forgetful) Read() ([]byte, error) { return nil, nil }

func broken(how func(*brokenDevice)) func(*lab.Config) {
	return func(c *lab.Config) {
		c.Defect.Device = func(d device.Device) device.Device {
			b := &brokenDevice{Device: d}
			how(b)
			return b
		}
	}
}

func web(how func(*brokenWeb)) func(*lab.Config) {
	return broken(func(d *brokenDevice) {
		d.web = &brokenWeb{WebConfig: d.Device.WebConfig()}
		how(d.web)
	})
}

// brokenDevice is a printer with a fault in what it does or shows.
type brokenDevice struct {
	device.Device
	web         *brokenWeb
	codes       map[string]string // job codes that are shown as others
	ignoredKeys []string
	ignoresDate bool
	alwaysOn    bool
	boasts      bool
	// remedyIsStatus: whoever filled the column put the status in twice.
	remedyIsStatus bool
}

func (d *brokenDevice) WebConfig() device.WebConfig {
	if d.web != nil {
		return d.web
	}
	return d.Device.WebConfig()
}

func (d *brokenDevice) Panel() device.Panel { return &brokenPanel{Panel: d.Device.Panel(), device: d} }

func (d *brokenDevice) Jobs(ctx context.Context) ([]device.Job, error) {
	list, err := d.Device.Jobs(ctx)
	for i := range list {
		if other, swapped := d.codes[list[i].Code]; swapped {
			list[i].Code = other
		}
		if d.remedyIsStatus {
			list[i].Solution = list[i].Status
		}
	}
	return list, err
}

func (d *brokenDevice) SetDate(ctx context.Context, date time.Time) error {
	if d.ignoresDate {
		return nil
	}
	return d.Device.SetDate(ctx, date)
}

func (d *brokenDevice) Power(ctx context.Context, act device.PowerAct) error {
	if d.alwaysOn {
		return nil
	}
	return d.Device.Power(ctx, act)
}

type brokenPanel struct {
	device.Panel
	device *brokenDevice
}

func (p *brokenPanel) show(s device.Screen, err error) (device.Screen, error) {
	if p.device.boasts && strings.HasSuffix(s.Path, "Email Server Status") {
		s.Lines = append(s.Lines, "Current Status : Signed in")
	}
	return s, err
}

func (p *brokenPanel) Screen(ctx context.Context) (device.Screen, error) {
	return p.show(p.Panel.Screen(ctx))
}

func (p *brokenPanel) Press(ctx context.Context, path string) (device.Screen, error) {
	if slices.Contains(p.device.ignoredKeys, path) {
		return p.Screen(ctx)
	}
	return p.show(p.Panel.Press(ctx, path))
}

// brokenWeb is a Web Config with a fault.
type brokenWeb struct {
	device.WebConfig
	ignored         []string // buttons that do nothing
	leaveStores     bool
	newSessionDrops bool
	opened          bool
}

func (w *brokenWeb) Click(ctx context.Context, label string) (device.Page, error) {
	if slices.Contains(w.ignored, label) {
		return w.WebConfig.Page(ctx)
	}
	return w.WebConfig.Click(ctx, label)
}

func (w *brokenWeb) Leave(ctx context.Context) (device.Page, error) {
	if w.leaveStores {
		if page, err := w.WebConfig.Click(ctx, "OK"); err != nil {
			return page, err
		}
	}
	return w.WebConfig.Leave(ctx)
}

func (w *brokenWeb) LogIn(ctx context.Context, who string, wrong bool) (device.Page, error) {
	page, err := w.WebConfig.LogIn(ctx, who, wrong)
	if err != nil || !w.newSessionDrops {
		return page, err
	}
	if !w.opened {
		w.opened = true
		return page, nil
	}
	if _, err := w.WebConfig.Open(ctx, "Network > Email Server > Basic"); err != nil {
		return page, err
	}
	return w.WebConfig.Click(ctx, "Sign Out")
}
