package sim_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/sim"
)

const networkStatus = "Settings > General Settings > Network Settings > Network Status > "

func TestThePanelsScreensAreAsInTheGuide(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.scan("bob@fabrikam.com")
	var all strings.Builder
	for _, path := range []string{
		networkStatus + "Wired LAN/Wi-Fi Status", networkStatus + "Wi-Fi Direct Status", networkStatus + "Email Server Status",
		networkStatus + "Print Status Sheet", "Settings > General Settings > Network Settings > Advanced > Email Server > Server Settings",
		"Scan > Email", "Copy", "Job/Status > Job Status", "Job/Status > Job Status > 1", "Settings > General Settings > Basic Settings > Language",
		"Settings > General Settings > System Administration > Security Settings > Admin Settings > Lock Setting",
	} {
		all.WriteString(b.press(path).String() + "\n")
	}
	b.golden("screens.txt", all.String())
	for _, language := range []string{"el", "hi"} {
		b.do("language", func(ctx context.Context) error { return b.device.SetLanguage(ctx, language) })
		b.golden(
			"screens."+language+".txt",
			b.press(networkStatus+"Email Server Status").String()+"\n"+b.press("Job/Status > Job Status").String(),
		)
	}
}

func TestTheServerIsNotSetOnANewPrinter(t *testing.T) {
	b := newBench(t)
	started, _ := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"The email server is not set."}, started.Lines)
	jobs, err := b.device.Jobs(context.Background())
	require.NoError(t, err)
	require.Empty(t, jobs)
	require.Equal(t, "Scan > Email", b.press("OK").Path)
}

func TestAnExpiredSignInIsSaidAtTheAttemptAndThenTheSignInIsGoneEverywhere(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.advance(91 * 24 * time.Hour)
	b.answer(func(map[string]string) (int, string) { return 400, refusal("invalid_grant", 700082) })
	require.Contains(
		t, b.press(networkStatus+"Email Server Status").String(), "Signed in", "nobody knows before the first attempt",
	)
	started, ended := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"Sending..."}, started.Lines)
	require.Equal(t, []string{"The connection to the cloud service or email service has expired. The administrator must perform the sign-in operation again."}, ended.Lines)
	require.Equal(t, "361", b.newest().Code)
	require.NotContains(t, b.press(networkStatus+"Email Server Status").String(), "Signed in")
	require.NotContains(t, b.sheet(), "Current Status")
	b.logIn(b.browser)
	b.open(b.browser, basic)
	require.NotContains(t, b.browser.Text(), "Current Status")
	require.Contains(t, b.browser.Text(), "[Sign In]")
	require.Contains(t, b.browser.Text(), "The authentication has expired.")
	require.Contains(t, b.browser.Text(), "Email service : Microsoft Exchange Online")
}

// What the panel says of a lost sign-in goes with its cause, once OK has stored another one. What is about something
// else waits for whoever reads it.
func TestAMessageAboutALostSignInGoesWhenASignInIsStored(t *testing.T) {
	const expired = "The connection to the cloud service or email service has expired. The administrator must perform the sign-in operation again."
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.advance(91 * 24 * time.Hour)
	b.answer(func(map[string]string) (int, string) { return 400, refusal("invalid_grant", 700082) })
	_, ended := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{expired}, ended.Lines)
	b.logIn(b.browser)
	b.signIn(b.browser, false)
	require.Equal(t, []string{expired}, b.screen().Lines, "it is not stored yet")
	b.click(b.browser, "OK")
	require.NotContains(t, b.screen().String(), expired)
	require.Equal(t, "361", b.newest().Code, "the job history keeps it")

	b.auth = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
	_, ended = b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"An authentication error has occurred."}, ended.Lines)
	b.open(b.browser, basic)
	b.click(b.browser, "OK")
	require.Equal(t, ended.Lines, b.screen().Lines)
}

func TestCodesOfTheJobHistory(t *testing.T) {
	tests := []struct {
		name, code, message string
		act                 func(b *bench)
	}{
		{"password changed", "370", "You need to sign in to the cloud service again. Please contact your administrator.", func(b *bench) {
			b.advance(2 * time.Hour)
			b.answer(func(map[string]string) (int, string) { return 400, refusal("invalid_grant", 50133) })
		}},
		{"cloud not reachable", "313", "A communication error has occurred.", func(b *bench) {
			b.advance(2 * time.Hour)
			b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.Unreachable})
		}},
		{"name of the mail server does not resolve", "311", "A DNS error has occurred.", func(b *bench) {
			b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.NoName})
		}},
		{"mail server refuses the authentication", "312", "An authentication error has occurred.", func(b *bench) {
			b.auth = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
		}},
		{"the mail server's certificate", "313", "A communication error has occurred.", func(b *bench) {
			b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Untrusted})
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.logIn(b.browser)
			b.signIn(b.browser, true)
			test.act(b)
			_, ended := b.scan("bob@fabrikam.com")
			require.Equal(t, []string{test.message}, ended.Lines)
			job := b.newest()
			require.Equal(t, test.code, job.Code)
			require.Equal(t, "Error", job.Result)
			require.NotEmpty(t, job.Status)
			require.NotEmpty(t, job.Solution)
			require.Contains(t, b.press("Job/Status > Job Status > 1").String(), "Error code : "+test.code)
			lost := test.code == "370"
			require.Equal(
				t, !lost, strings.Contains(b.press(networkStatus+"Email Server Status").String(), "Signed in"),
			)
			b.mu.Lock()
			defer b.mu.Unlock()
			require.Empty(t, b.mails)
		})
	}
}

func TestABookIsTooLargeAndAFewPagesAreNot(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	for pages, code := range map[int]string{400: "314", 4: ""} {
		b.do("scan", func(ctx context.Context) error {
			_, err := b.device.Scan(
				ctx,
				device.ScanRequest{
					To: []string{"bob@fabrikam.com"}, Pages: pages, Subject: "Holiday photos", File: "photos",
				},
			)
			return err
		})
		b.settle()
		require.Equal(t, code, b.newest().Code)
	}
	require.Len(t, b.mails, 1)
	require.Contains(t, b.mails[0], "Subject: Holiday photos")
	require.Contains(t, b.mails[0], "photos.pdf")
}

func TestCopiesSendNothingAndDoNotTouchTheSignIn(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	asked := len(b.forms)
	b.do("copy", func(ctx context.Context) error {
		_, err := b.device.Scan(ctx, device.ScanRequest{Function: device.FunctionCopy, Pages: 3})
		return err
	})
	b.settle()
	require.Equal(t, "Copy", b.newest().Type)
	require.Len(t, b.forms, asked)
	require.Empty(t, b.mails)
	b.do("fax", func(ctx context.Context) error {
		_, err := b.device.Scan(ctx, device.ScanRequest{Function: device.FunctionFax, To: []string{"0123"}})
		require.ErrorIs(t, err, device.ErrNotSupported)
		return nil
	})
}

func TestCancelEndsAJobThatWaitsForASilentServer(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Silent})
	_, waiting := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"Sending..."}, waiting.Lines)
	b.press("Cancel")
	b.settle()
	require.Equal(t, []string{"The job was canceled."}, b.screen().Lines)
	require.Equal(t, "Canceled", b.newest().Result)
	require.Empty(t, b.newest().Code)
}

func TestAJobThatThePowerFailureInterruptsHasCode001(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Silent})
	b.scan("bob@fabrikam.com")
	b.power("cut")
	_, err := b.device.Panel().Press(context.Background(), "Scan")
	require.ErrorIs(t, err, device.ErrPoweredOff)
	b.settle()
	for _, e := range b.journal.Entries() {
		require.NotEqual(t, journal.KindOutcome, e.Kind, "a printer without power records nothing")
	}
	b.network.Clear("")
	b.power("on")
	require.Equal(t, "001", b.newest().Code)
	_, ended := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"The email was sent."}, ended.Lines)
}

func TestASupplyThatFailsInTheMiddleOfOKLosesTheSignInAndNothingElse(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, false)
	b.do("cut", func(ctx context.Context) error {
		return b.device.Power(ctx, device.PowerAct{State: "cut", AtWrite: 1})
	})
	b.do("OK", func(ctx context.Context) error {
		require.Error(t, b.browser.Click(ctx, "OK"), "the page does not come any more")
		return nil
	})
	require.False(t, b.printer.PoweredOn())
	b.power("on")
	method := b.printer.Facts().Email.Method
	require.Contains(t, []string{"Off", "OAuth2"}, method, "the old state or the new one, never a mixture")
	require.Equal(t, method == "OAuth2", b.printer.Facts().Email.SignedIn)
	require.NoError(t, b.printer.Recovered())
}

func TestAFileIsNeverTornByAFailingSupply(t *testing.T) {
	b := newBench(t, func(c *sim.Config) { c.Flash = nvram.NewFile(t.TempDir() + "/flash") })
	b.logIn(b.browser)
	b.signIn(b.browser, false)
	b.do("cut", func(ctx context.Context) error {
		return b.device.Power(ctx, device.PowerAct{State: "cut", AtWrite: 1})
	})
	b.do("OK", func(ctx context.Context) error {
		require.Error(t, b.browser.Click(ctx, "OK"))
		return nil
	})
	b.power("on")
	require.Equal(t, "Off", b.printer.Facts().Email.Method)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	require.True(t, b.printer.Facts().Email.SignedIn)
}

func TestThePadlockKeepsTheSettingsForTheAdministrator(t *testing.T) {
	b := newBench(t)
	b.press("Settings > General Settings > System Administration > Security Settings > Admin Settings > Lock Setting")
	b.press("On")
	require.True(t, b.screen().Padlock)
	_, err := b.device.Panel().Press(context.Background(), "Off")
	require.ErrorIs(t, err, device.ErrLocked)

	// Everybody can still scan; the settings are behind the padlock.
	b.press("Scan > Email")
	require.Equal(t, []string{"This item is locked. Log in as administrator."}, b.press("Settings").Lines)
	_, err = b.device.Panel().Press(context.Background(), networkStatus+"Email Server Status")
	require.ErrorIs(t, err, device.ErrLocked)
	require.Equal(t, "Settings", b.screen().Path)

	logIn := func(password string) (screen device.Screen) {
		b.do("log in", func(ctx context.Context) (err error) {
			screen, err = b.device.Panel().LogIn(ctx, "", password)
			return err
		})
		return screen
	}
	require.Equal(t, []string{"Incorrect user name or password"}, logIn("wrong").Lines)
	require.False(t, logIn("").Padlock)
	require.Contains(t, b.press(networkStatus+"Email Server Status").String(), "Authentication Method : Off")

	// Without a key the administrator is logged out after a while; power off does not open the lock.
	b.advance(3 * time.Minute)
	_, err = b.device.Panel().Press(context.Background(), networkStatus+"Email Server Status")
	require.ErrorIs(t, err, device.ErrLocked)
	b.power("off")
	b.power("on")
	require.True(t, b.screen().Padlock)
	logIn("")
	b.press("Settings > General Settings > System Administration > Security Settings > Admin Settings > Lock Setting > Off")
	b.press("Log out")
	require.False(t, b.screen().Padlock)
}

func (b *bench) sheet() string {
	b.t.Helper()
	b.do("sheet", func(ctx context.Context) error { _, err := b.device.PrintSheet(ctx); return err })
	sheets, err := b.device.Sheets(context.Background())
	require.NoError(b.t, err)
	return sheets[0].Text
}

func TestEachPrintingIsAPaperOfItsOwnAndTheLastTenAreKept(t *testing.T) {
	b := newBench(t)
	first := b.sheet()
	b.advance(time.Hour)
	require.NotEqual(t, first, b.sheet(), "the date")
	sheets, err := b.device.Sheets(context.Background())
	require.NoError(t, err)
	require.Equal(t, []int{2, 1}, []int{sheets[0].Number, sheets[1].Number})
	require.Equal(t, first, sheets[1].Text)
	require.Equal(t, time.Hour, sheets[0].Printed.Sub(sheets[1].Printed).Round(time.Minute))
	require.Contains(t, sheets[0].Page, "<h1>Network Status Sheet</h1>")
	for range 12 {
		b.sheet()
	}
	sheets, err = b.device.Sheets(context.Background())
	require.NoError(t, err)
	require.Len(t, sheets, 10)
	require.Equal(t, 14, sheets[0].Number)
}

func TestTheSheetIsPrintedAfterItsMessage(t *testing.T) {
	b := newBench(t)
	sheets, err := b.device.Sheets(context.Background())
	require.NoError(t, err)
	require.Empty(t, sheets)
	require.Equal(
		t, []string{"The network status sheet will be printed. Load A4 paper, then start printing."},
		b.press(networkStatus+"Print Status Sheet").Lines,
	)
	b.golden("sheet.txt", b.sheet())
	var printed []journal.Entry
	for _, e := range b.journal.Entries() {
		if e.Kind == journal.KindSheet {
			printed = append(printed, e)
		}
	}
	require.Len(t, printed, 1)
}

func TestAnUnknownKeyOrFieldIsToldWithThoseThatAreThere(t *testing.T) {
	b := newBench(t)
	_, err := b.device.Panel().Press(context.Background(), "Fax")
	var label *choice.Error
	require.True(t, errors.As(err, &label))
	require.Equal(t, []string{"Copy", "Scan", "Settings", "Job/Status"}, label.Present)
	_, err = b.device.Panel().Enter(context.Background(), "To", "bob@fabrikam.com")
	require.EqualError(t, err, `no field "To" here, and none at all`)
	b.press("Scan > Email")
	for _, bad := range []string{
		"", "bob", "bob@", "@x", "a@b@c", "bob@fab rikam.com", "βob@x.gr", strings.Repeat("a", 300) + "@x.com",
	} {
		_, err = b.device.Panel().Enter(context.Background(), "To", bad)
		require.Error(t, err, bad)
	}
	require.Equal(t, []string{"Enter a recipient."}, b.press("Start").Lines)
	require.Error(t, b.device.Power(context.Background(), device.PowerAct{State: "half"}))
}

func TestAPrinterKeepsItsMemoryInItsFlash(t *testing.T) {
	mail, records := nvram.NewMemory(nil), nvram.NewMemory(nil)
	keep := func(c *sim.Config) { c.Flash, c.Records = mail, records }
	b := newBench(t, keep)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.scan("bob@fabrikam.com")
	b.printer.Close()
	again := newBench(t, keep)
	require.True(t, again.printer.Facts().Email.SignedIn)
	require.Equal(t, "Completed", again.newest().Result)
	for _, image := range [][]byte{mail.Image(), records.Image()} {
		require.NotContains(t, string(image), "secret-")
	}
}

func TestNothingSecretIsInTheRecord(t *testing.T) {
	b := newBench(t, func(c *sim.Config) { c.AdministratorPassword = "the-admin-password" })
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.scan("bob@fabrikam.com")
	b.sheet()
	exchanges := 0
	for _, e := range b.journal.Entries() {
		text := e.Text.String()
		if e.HTTP != nil {
			exchanges++
			text += e.HTTP.Target.String() + e.HTTP.RequestBody.String() + e.HTTP.ResponseBody.String()
			for _, f := range append(e.HTTP.RequestHeader, e.HTTP.ResponseHeader...) {
				text += f.Name + f.Value.String()
			}
			require.NotRegexp(t, `[0-9a-f]{32}`, text, "cookies and anti-forgery tokens are hidden")
		}
		require.NotContains(t, text, "the-admin-password")
		require.NotContains(t, text, "secret-")
	}
	require.Greater(t, exchanges, 10)
}
