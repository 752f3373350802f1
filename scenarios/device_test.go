package scenarios_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// oldScanner is a second device: a scanner of the years before OAuth, with a panel of one line and a password that
// somebody has typed into it. It has no web page, no job history and no status sheet.
type oldScanner struct {
	device.Unsupported
	device.UnsupportedPanel
	at       mount.Point
	password func(account string) (string, error)
	line     string // on the panel
	lies     bool   // it says that it has a web page
	closed   int
}

func (s *oldScanner) mount(_ context.Context, at mount.Point) (device.Device, error) {
	s.at, s.line = at, "Ready"
	return s, nil
}

func (s *oldScanner) Describe(context.Context) (device.Description, error) {
	d := device.Description{
		Name: s.at.Name, Model: "Scanner 1", Address: s.at.Address, Language: "en", Languages: []string{"en"},
		Capabilities: []device.Capability{device.CapabilityPanel, device.CapabilityScan},
	}
	if s.lies {
		d.Capabilities = append(d.Capabilities, device.CapabilityWebConfig)
	}
	return d, nil
}

func (s *oldScanner) Words(context.Context, string) (device.Words, error) {
	return device.Words{Language: "en"}, nil
}

func (s *oldScanner) Close() error {
	s.closed++
	return nil
}

func (s *oldScanner) Panel() device.Panel { return s }

func (s *oldScanner) Screen(context.Context) (device.Screen, error) {
	return device.Screen{Path: "Scanner", Lines: []string{s.line}, Keys: []string{"Start"}}, nil
}

func (s *oldScanner) Scan(ctx context.Context, request device.ScanRequest) (device.Screen, error) {
	s.line = "Sent"
	if err := s.send(ctx, "scanner@contoso.com", request.To); err != nil {
		var refused *textproto.Error
		if !errors.As(err, &refused) {
			return device.Screen{}, err
		}
		s.line = fmt.Sprintf("Refused: %d", refused.Code)
	}
	return s.Screen(ctx)
}

func (s *oldScanner) send(ctx context.Context, from string, to []string) error {
	const server = "smtp.office365.com"
	conn, err := s.at.Network.Dialer(s.at.Name).DialContext(ctx, "tcp", server+":587")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // after QUIT it is closed already
	client, err := smtp.NewClient(conn, server)
	if err != nil {
		return err
	}
	secure := s.at.Network.ClientTLS(s.at.World.Now)
	secure.ServerName = server
	if err := client.StartTLS(secure); err != nil {
		return err
	}
	password, err := s.password(from)
	if err != nil {
		return err
	}
	if err := client.Auth(login{from, password}); err != nil {
		return err
	}
	if err := client.Mail(from); err != nil {
		return err
	}
	for _, recipient := range to {
		if err := client.Rcpt(recipient); err != nil {
			return err
		}
	}
	body, err := client.Data()
	if err != nil {
		return err
	}
	header := fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: Scan\r\n\r\n", from, strings.Join(to, ">, <"))
	if _, err := io.WriteString(body, header+"A page.\r\n"); err != nil {
		return err
	}
	if err := body.Close(); err != nil {
		return err
	}
	return client.Quit()
}

// login is AUTH LOGIN, which net/smtp lacks.
type login struct{ user, password string }

func (l login) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

func (l login) Next(question []byte, more bool) ([]byte, error) {
	switch {
	case !more:
		return nil, nil
	case strings.HasPrefix(strings.ToLower(string(question)), "user"):
		return []byte(l.user), nil
	}
	return []byte(l.password), nil
}

// withScanner puts the scanner on the bench in place of the simulated printer.
func withScanner(made *[]*oldScanner, lies bool) func(*lab.Config) {
	return func(c *lab.Config) {
		s := &oldScanner{lies: lies}
		if made != nil {
			*made = append(*made, s)
		}
		c.Devices = map[string]mount.Constructor{"": s.mount}
		c.Defect.Lab = func(l *lab.Lab) { s.password = l.Password }
	}
}

const scannersStory = header + `# The organization still takes passwords.
tenant contoso.com smtp-auth=enabled security-defaults=off basic-auth=enabled
user scanner@contoso.com mailbox
printer
panel shows Ready
scan email bob@fabrikam.com
panel shows Sent
mailbox bob@fabrikam.com shows from=scanner@contoso.com
wire shows smtp 'AUTH LOGIN'
[needs:web-config] webconfig log-in
[!needs:job-history] panel shows Sent

# The administrator switches SMTP AUTH off.
exchange Set-TransportConfig -SmtpClientAuthenticationDisabled $true
scan email bob@fabrikam.com
panel shows 'Refused: 535'
! panel shows Sent
mailbox bob@fabrikam.com count 1
`

func TestAScenarioOfItsOwnIsPlayedOnADeviceThatIsNoSimulatedPrinter(t *testing.T) {
	var made []*oldScanner
	results, err := scenarios.Run(t.Context(), scenarios.Options{
		Folder: folder(t, scannersStory), Seed: 7, Repeat: 2, Configure: withScanner(&made, false),
		Inspect: func(_ scenarios.Result, l *lab.Lab) {
			require.Equal(t, []string{lab.DefaultPrinter}, l.Printers())
			d, err := l.Device("")
			require.NoError(t, err)
			require.Same(t, made[len(made)-1], d, "there is no simulated printer")
		},
	})
	require.NoError(t, err)
	require.True(t, results[0].Passed, results[0].Failure)
	require.Len(t, made, 2)
	for _, s := range made {
		require.Equal(t, 1, s.closed)
	}
}

func TestWhatADeviceCannotDoIsSkippedWithTheReason(t *testing.T) {
	results, err := scenarios.Run(t.Context(), scenarios.Options{Seed: 7, Configure: withScanner(nil, false)})
	require.NoError(t, err)
	require.NotEmpty(t, results)
	for _, r := range results {
		require.Equal(t, report.Skipped, r.Verdict, "%s: %s", r.Scenario.ID, r.Failure)
		require.Regexp(t, "^needs .*web-config.*, which this device does not have$", r.Failure, r.Scenario.ID)
	}
}

func TestWhatALineNeedsIsKnownFromItsWords(t *testing.T) {
	for script, want := range map[string]string{
		"tenant contoso.com\nuser a@contoso.com": "",
		"panel home":                             "needs nothing",
		"scan email a@b.example":                 "needs nothing",
		"scan copy":                              "needs copy",
		"webconfig log-in":                       "needs web-config",
		"printer sign-in a@contoso.com":          "needs web-config",
		"printer set firmware 2":                 "needs firmware",
		"jobs screen":                            "needs job-history",
		"sheet print\nclock +91d":                "needs clock, status-sheet",
		"clock to 2027-01-01":                    "needs clock",
		"clock printer 2000-01-01":               "needs date",
		"power off":                              "needs power",
		"power cut":                              "needs power",
		"memory has no secrets":                  "needs memory",
		"power cut at=write:2":                   "needs power, power-cut",
		"power cut at=write:2 byte=1":            "needs power, power-cut",
		"memory refuses writes":                  "needs memory-fault",
		"lang el\npower off":                     "needs power, the language el",
		"[needs:power] power off":                "needs nothing",
	} {
		t.Run(script, func(t *testing.T) {
			results, err := scenarios.Run(t.Context(), scenarios.Options{
				Folder: folder(t, header+script+"\ncmp stdout seen.txt\n-- seen.txt --\n"), Configure: withScanner(nil, false),
			})
			require.NoError(t, err)
			if !strings.HasPrefix(want, "needs ") || want == "needs nothing" {
				require.NotEqual(t, report.Skipped, results[0].Verdict, results[0].Failure)
				return
			}
			require.Equal(t, report.Skipped, results[0].Verdict)
			require.Equal(t, want+", which this device does not have", results[0].Failure)
		})
	}
}

// headless is a device with a switch and without a panel.
type headless struct {
	device.Unsupported
	device.UnsupportedPanel
	on bool
}

func (h *headless) Describe(context.Context) (device.Description, error) {
	return device.Description{
		Name: "printer", Model: "Box 1", Language: "en", Languages: []string{"en"}, Capabilities: []device.Capability{device.CapabilityPower},
	}, nil
}

func (h *headless) Words(context.Context, string) (device.Words, error) {
	return device.Words{Language: "en"}, nil
}
func (h *headless) Panel() device.Panel { return h }
func (h *headless) Close() error        { return nil }

func (h *headless) Power(_ context.Context, act device.PowerAct) error {
	h.on = act.State == "on"
	return nil
}

func TestADeviceWithoutAPanelIsSwitchedOffAndOn(t *testing.T) {
	box := &headless{}
	results, err := scenarios.Run(t.Context(), scenarios.Options{
		Folder: folder(t, header+"power off\npower on\nmailbox bob@fabrikam.com is empty\n"), Configure: func(c *lab.Config) {
			made := func(context.Context, mount.Point) (device.Device, error) { return box, nil }
			c.Devices = map[string]mount.Constructor{"": made}
		},
	})
	require.NoError(t, err)
	require.True(t, results[0].Passed, results[0].Failure)
	require.True(t, box.on)
}

func TestADeviceThatLiesAboutWhatItCanDoFails(t *testing.T) {
	results, err := scenarios.Run(t.Context(), scenarios.Options{
		Folder: folder(t, header+"webconfig log-in\npanel shows Scan\n"), Configure: withScanner(nil, true),
	})
	require.NoError(t, err)
	require.Equal(t, report.Failed, results[0].Verdict)
	require.Contains(t, results[0].Failure, "chapter/name.txtar:7: webconfig log-in\n  this device cannot do that\n")
}
