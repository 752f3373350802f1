package remote_test

import (
	"crypto/x509"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/nvram"
	"mfpsim/device/mount"
	"mfpsim/device/remote"
	"mfpsim/scenarios"
	"mfpsim/sim"
)

func devices(client *remote.Client) map[string]mount.Constructor {
	return map[string]mount.Constructor{"": client.Mount()}
}

// same plays scenarios in process and on a device in another one, and compares verdicts and evidence.
func same(t *testing.T, client *remote.Client, o scenarios.Options) {
	t.Helper()
	o.KeepFiles = true
	near, err := scenarios.Run(t.Context(), o)
	require.NoError(t, err)
	require.NotEmpty(t, near)
	o.Configure = on(client)
	far, err := scenarios.Run(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, far, len(near))
	for i := range near {
		id := near[i].Scenario.ID
		require.Equal(t, near[i].Verdict, far[i].Verdict, "%s: %s", id, far[i].Failure)
		require.Equal(t, near[i].Failure, far[i].Failure, id)
		require.Len(t, far[i].Files, len(near[i].Files), id)
		for name, text := range near[i].Files {
			require.Equal(t, string(text), string(far[i].Files[name]), "%s: %s", id, name)
		}
	}
}

// Those in which other things happen than in most: days that pass, time-outs, silences, resets, connections that are
// kept, servers that speak first, power cuts in a write, users, faxes, the panel's browser.
var chosen = []string{
	"setup/exchange-online", "trouble/expired-by-disuse", "exchange/silent", "exchange/slow",
	"exchange/connection-lost", "exchange/tls-to-a-plain-port", "entra/silent-at-refresh", "entra/first-address-dead",
	"entra/line-never-comes-back", "entra/hostile-answers", "status/connection-test-of-a-sign-in",
	"users/to-my-email-two-at-once", "users/to-my-email-power-fails-in-the-middle", "users/automatic-log-off",
	"fax/slow-down", "fax/power-off-while-faxing", "trouble/power-fails-while-storing",
}

func TestADeviceInAnotherProcessGivesTheVerdictsAndBytesOfTheOneInThisProcess(t *testing.T) {
	address, _ := process(t)
	client := dial(t, remote.Config{URL: address})
	t.Run("chosen scenarios", func(t *testing.T) {
		same(t, client, scenarios.Options{Seed: 7, Patterns: chosen})
	})
	t.Run("with latency", func(t *testing.T) {
		same(t, client, scenarios.Options{
			Seed: 7, Latency: latency, Jitter: latency,
			Patterns: []string{"setup/exchange-online", "exchange/connection-lost", "fax/slow-down"},
		})
	})
	for _, language := range []string{"el", "hi"} {
		t.Run("in "+language, func(t *testing.T) {
			same(t, client, scenarios.Options{
				Seed: 7, Language: language, Patterns: []string{"setup/exchange-online", "users/to-my-email-revoked"},
			})
		})
	}
	if os.Getenv("MFPSIM_WHOLE_SUITE") == "" { // make device
		return
	}
	for _, language := range []string{"en", "el", "hi"} {
		t.Run("the whole suite in "+language, func(t *testing.T) {
			same(t, client, scenarios.Options{Seed: 7, Language: language})
		})
	}
	t.Run("the whole suite with latency", func(t *testing.T) {
		same(t, client, scenarios.Options{Seed: 7, Latency: latency, Jitter: latency})
	})
}

// latency of links at which answers take time, so that turns go forth and back.
const latency = 20 * time.Millisecond

func TestSilenceIsTheSameEachTime(t *testing.T) {
	times := 20
	if os.Getenv("MFPSIM_WHOLE_SUITE") != "" {
		times = 300
	}
	address, _ := process(t)
	results, err := scenarios.Run(t.Context(), scenarios.Options{
		Seed: 7, Latency: latency, Jitter: latency, Patterns: []string{"exchange/silent"}, Repeat: times,
		Configure: on(dial(t, remote.Config{URL: address})),
	})
	require.NoError(t, err)
	require.True(t, results[0].Passed, results[0].Failure)
}

const header = `# id: chapter/name
# title: A title
# guide: Cannot Send Email
# proves: R39
# level: MUST

`

// folder writes one scenario into a source folder of its own.
func folder(t *testing.T, script string) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "chapter"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(root, "chapter", "name.txtar"), []byte(header+script), 0o600))
	return root
}

const twoPrinters = `tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
user second@contoso.com mailbox
printer sign-in admin@contoso.com
printer use desk
printer sign-in second@contoso.com
scan email bob@fabrikam.com subject=desk
printer use printer
scan email bob@fabrikam.com subject=first
mailbox bob@fabrikam.com count 2
clock +91d
printer use desk
scan email bob@fabrikam.com
jobs shows Email 361
printer use printer
scan email bob@fabrikam.com
jobs shows Email 361
`

func TestTwoDevicesOfAnotherProcessStandOnOneBench(t *testing.T) {
	address, _ := process(t)
	same(t, dial(t, remote.Config{URL: address}), scenarios.Options{Seed: 7, Folder: folder(t, twoPrinters)})
}

// playOn plays one script on a device.
func playOn(t *testing.T, client *remote.Client, script string) scenarios.Result {
	t.Helper()
	results, err := scenarios.Run(t.Context(), scenarios.Options{
		Seed: 7, Folder: folder(t, script), Configure: on(client),
	})
	require.NoError(t, err)
	require.Len(t, results, 1)
	return results[0]
}

const signInAndScan = `tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
printer sign-in admin@contoso.com
scan email bob@fabrikam.com
jobs shows Email Completed
mailbox bob@fabrikam.com count 1
`

func TestADefectOfADeviceInAnotherProcessTurnsACaseRed(t *testing.T) {
	for name, change := range map[string]func(*sim.Config){
		"none":               nil,
		"it trusts nobody":   func(c *sim.Config) { c.Roots = x509.NewCertPool },
		"its memory is worn": func(c *sim.Config) { c.Flash = worn{nvram.NewMemory(nil)} },
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(remote.NewHandler(remote.HandlerConfig{Mount: sim.Mounted(nil, change)}))
			defer server.Close()
			result := playOn(t, dial(t, remote.Config{URL: server.URL}), signInAndScan)
			require.Equal(t, change == nil, result.Passed, result.Failure)
		})
	}
}

// worn is a memory that takes no writes.
type worn struct{ nvram.Flash }

func (worn) Write([]byte) error { return errors.New("worn") }
