package remote_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/oauth"
	"mfpsim/device/remote"
	"mfpsim/fakeentra"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
	"mfpsim/sim"
)

// inRealTime plays one script on a device that goes by the machine's clock. A code is asked after each second, and
// lives that are cut short are of seconds.
func inRealTime(
	t *testing.T, client *remote.Client, script string, inspect func(scenarios.Result, *lab.Lab),
) scenarios.Result {
	t.Helper()
	margin, none := time.Millisecond, time.Duration(0)
	results, err := scenarios.Run(t.Context(), scenarios.Options{
		Seed: 7, Folder: folder(t, script), Patience: -1, Inspect: inspect,
		Configure: func(c *lab.Config) {
			c.Devices = devices(client)
			c.Entra = func(e *fakeentra.Config) { e.Interval = time.Second }
		},
		RealTime: &scenarios.RealTime{
			Longest: 5 * time.Second, AccessTokenMargin: &margin, RefreshTokenMargin: &none,
			TokenSlack: 500 * time.Millisecond, SignInLife: 2 * time.Second, Reading: 10 * time.Millisecond,
		},
	})
	require.NoError(t, err)
	require.Len(t, results, 1)
	return results[0]
}

// realPrinters serves simulated printers that go by the machine's clock.
func realPrinters(t *testing.T) *remote.Client {
	t.Helper()
	handler := remote.NewHandler(remote.HandlerConfig{
		Hello: remote.Hello{Clock: remote.ClockReal},
		Mount: sim.Mounted(nil, func(c *sim.Config) {
			c.RefreshMargin, c.KeepAlive = time.Millisecond, oauth.KeepAliveNever
		}),
	})
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		handler.Close()
		server.Close()
	})
	return dial(t, remote.Config{URL: server.URL})
}

func TestADeviceOnTheMachinesClock(t *testing.T) {
	t.Run("signs in, polls by itself and sends", func(t *testing.T) {
		t.Parallel()
		result := inRealTime(t, realPrinters(t), signInAndScan, nil)
		require.True(t, result.Passed, result.Failure)
	})
	t.Run("loses a sign-in of 90 days, which live two seconds", func(t *testing.T) {
		t.Parallel()
		result := inRealTime(t, realPrinters(t), signInAndScan+`clock +91d
scan email bob@fabrikam.com
jobs shows Email 361
`, nil)
		require.True(t, result.Passed, result.Failure)
		require.Less(t, result.VirtualTime, time.Minute)
	})
	t.Run("takes a new access token when the old one has ended", func(t *testing.T) {
		t.Parallel()
		result := inRealTime(t, realPrinters(t), signInAndScan+`clock +2h
scan email bob@fabrikam.com
mailbox bob@fabrikam.com count 2
wire shows entra grant_type=refresh_token
`, nil)
		require.True(t, result.Passed, result.Failure)
	})
	t.Run("leaves somebody logged in at the panel, behind whom the padlock closes", func(t *testing.T) {
		t.Parallel()
		result := inRealTime(t, realPrinters(t), signInAndScan+`printer license
printer user-authentication on sender=user
printer user alice email=alice@contoso.com
panel log-in alice
panel shows 'To My Email'
`, nil)
		require.True(t, result.Passed, result.Failure)
	})
	t.Run("fails a case in which it does what it should not", func(t *testing.T) {
		t.Parallel()
		result := inRealTime(t, realPrinters(t), signInAndScan+"! jobs shows Email Completed\n", nil)
		require.Equal(t, report.Failed, result.Verdict)
	})
}

// realHello is what a crooked device on the machine's clock says of itself.
const realHello = `{"protocol":"mfpsim-device/1","clock":"real","maker":"Crooked","model":"Crooked 1"}`

func TestADeviceOnTheMachinesClockThatGoesWrongGetsAClearVerdict(t *testing.T) {
	for _, test := range []struct {
		name     string
		press    fault
		patience time.Duration
		verdict  report.Verdict
		says     string
	}{
		{
			name: "it hangs", patience: 100 * time.Millisecond,
			press: func(_ *crooked, _ http.ResponseWriter, r *http.Request, _ string, _ time.Time) bool {
				<-r.Context().Done()
				return true
			},
			verdict: report.Failed, says: `was lost: it did not answer "act panel.press" within 100ms`,
		},
		{
			name: "it dies in the middle of an act",
			press: func(*crooked, http.ResponseWriter, *http.Request, string, time.Time) bool {
				panic(http.ErrAbortHandler)
			},
			verdict: report.Failed, says: "its program may have ended",
		},
		{
			name: "it says that the act is pending", press: write(`{"sequence":9,"pending":true}`),
			verdict: report.Failed, says: "on the machine's clock an act is answered when it has ended",
		},
		{
			name: "it tries again without delay", patience: time.Second,
			press: func(c *crooked, _ http.ResponseWriter, r *http.Request, _ string, _ time.Time) bool {
				for name := 0; r.Context().Err() == nil; name++ {
					c.greeting(name)
				}
				return true
			},
			verdict: report.Failed, says: "it tries again without delay",
		},
		{
			name: "it says that it is broken", press: write(`{"error":{"kind":"broken","text":"watchdog"}}`),
			verdict: report.Failed, says: `was lost: "act panel.press": watchdog`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(&crooked{hello: realHello, press: test.press})
			defer server.Close()
			client := dial(t, remote.Config{URL: server.URL, Patience: test.patience})
			result := inRealTime(t, client, "panel press Copy\npanel shows Ready\n", nil)
			require.Equal(t, test.verdict, result.Verdict, result.Failure)
			require.Contains(t, result.Failure, test.says)
		})
	}
}

func TestADeviceOnTheMachinesClockMayCallTheCloudsAfterItsActAndNotAfterItsEnd(t *testing.T) {
	called := make(chan struct{})
	device := &crooked{hello: realHello}
	device.press = func(c *crooked, _ http.ResponseWriter, _ *http.Request, _ string, _ time.Time) bool {
		go func() { c.greeting(1); close(called) }() // a job that goes on
		return false
	}
	server := httptest.NewServer(device)
	defer server.Close()
	client := dial(t, remote.Config{URL: server.URL})
	var record string
	result := inRealTime(t, client, "panel press Copy\npanel shows Ready\n", func(_ scenarios.Result, l *lab.Lab) {
		<-called
		first := func(connection string) bool { return connection == "printer#1" }
		record = report.Conversation(l.Journal.Entries(), "smtp", first)
	})
	require.True(t, result.Passed, result.Failure)
	require.Equal(t, int64(1), device.greeted.Load(), "it works by itself")
	require.Contains(t, record, "220 ", "and it is in the record")
	device.greeting(2)
	require.Equal(t, int64(1), device.greeted.Load(), "its bench has ended, and nobody answers")
}

func TestADeviceOnTheMachinesClockDoesNotFitOnABenchWhoseTimeStands(t *testing.T) {
	server := httptest.NewServer(&crooked{hello: realHello})
	defer server.Close()
	_, err := lab.New(lab.Config{Devices: devices(dial(t, remote.Config{URL: server.URL}))})
	require.ErrorContains(t, err, "goes by the machine's clock, and the time of this bench stands still")
}
