package mfpsim_test

import (
	"context"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/lab"
)

const benchUser = "admin@contoso.com"

// benchLab is a bench with one organization whose administrator's account may send.
func benchLab(b *testing.B) *lab.Lab {
	b.Helper()
	l, err := lab.New(lab.Config{Seed: 1})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, l.Close()) })
	_, err = l.AddTenant(lab.Tenant{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off})
	require.NoError(b, err)
	require.NoError(b, l.AddUser(lab.User{Address: benchUser, Roles: []string{"Cloud Application Administrator"}}))
	return l
}

// signIn walks the guide's steps 6 to 12 through Web Config, and lets the person approve on Microsoft's side.
func signIn(ctx context.Context, l *lab.Lab, d device.Device) error {
	w := d.WebConfig()
	steps := []func() (device.Page, error){
		func() (device.Page, error) { return w.LogIn(ctx, "", false) },
		func() (device.Page, error) { return w.Open(ctx, "Network > Email Server > Basic") },
		func() (device.Page, error) { return w.Set(ctx, "Authentication Method", "OAuth2") },
		func() (device.Page, error) { return w.Set(ctx, "Email service", "Microsoft Exchange Online") },
		func() (device.Page, error) { return w.Click(ctx, "Sign In") },
		func() (device.Page, error) { return w.Click(ctx, "Sign in with Microsoft") },
	}
	for _, step := range steps {
		if _, err := step(); err != nil {
			return err
		}
	}
	code, _, err := w.UserCode(ctx)
	if err != nil {
		return err
	}
	return l.Entra.Approve(code, benchUser)
}

// BenchmarkSignInAndSend is the guide's procedure and one scan: a new bench, the sign-in through real pages, OK, one
// mail.
func BenchmarkSignInAndSend(b *testing.B) {
	for b.Loop() {
		l := benchLab(b)
		d, err := l.Device("")
		require.NoError(b, err)
		require.NoError(b, l.World.Do("sign in", 0, func(ctx context.Context) { err = signIn(ctx, l, d) }))
		require.NoError(b, err)
		_, err = l.World.Advance(10 * time.Second)
		require.NoError(b, err)
		require.NoError(b, l.World.Do("OK and scan", 0, func(ctx context.Context) {
			if _, err = d.WebConfig().Page(ctx); err == nil {
				_, err = d.WebConfig().Click(ctx, "OK")
			}
			if err == nil {
				_, err = d.Scan(
					ctx, device.ScanRequest{Function: device.FunctionEmail, To: []string{"bob@fabrikam.com"}},
				)
			}
		}))
		require.NoError(b, err)
		_, err = l.World.Advance(10 * time.Second)
		require.NoError(b, err)
		require.Len(b, l.SMTP.Mailbox("bob@fabrikam.com"), 1)
		require.NoError(b, l.Close())
	}
}

// BenchmarkLab is how long a bench takes to stand: both clouds, one printer, its web page.
func BenchmarkLab(b *testing.B) {
	for b.Loop() {
		l, err := lab.New(lab.Config{Seed: 1})
		require.NoError(b, err)
		require.NoError(b, l.Close())
	}
}

// BenchmarkIdlePrinter is the memory that one more idle printer costs.
func BenchmarkIdlePrinter(b *testing.B) {
	const printers = 50
	var grown uint64
	for b.Loop() {
		l := benchLab(b)
		before := heap()
		for i := range printers {
			_, err := l.AddPrinter("printer-"+string(rune('a'+i/26))+string(rune('a'+i%26)), "")
			require.NoError(b, err)
		}
		if after := heap(); after > before {
			grown += after - before
		}
		require.NoError(b, l.Close())
	}
	b.ReportMetric(float64(grown)/float64(b.N*printers), "B/printer")
}

// BenchmarkAddPrinter is one more printer on a bench that has so many: it must not cost more on a large one.
func BenchmarkAddPrinter(b *testing.B) {
	for _, printers := range []int{10, 100, 1_000, 10_000} {
		b.Run(strconv.Itoa(printers), func(b *testing.B) {
			l := benchLab(b)
			added := 0
			add := func() {
				_, err := l.AddPrinter("printer-"+strconv.Itoa(added), "")
				require.NoError(b, err)
				if added++; added%1_000 == 0 { // an instant of the World has 10,000 events at most
					_, err := l.World.Advance(time.Second)
					require.NoError(b, err)
				}
			}
			for added < printers-1 {
				add()
			}
			for b.Loop() {
				add()
			}
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
