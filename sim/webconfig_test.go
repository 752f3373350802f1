package sim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/chance"
	"mfpsim/core/nvram"
	"mfpsim/core/secret"
	"mfpsim/faultnet"
	"mfpsim/sim"
)

func TestTheGuidesTwelveStepsFromAnEmptyPrinterToADeliveredMail(t *testing.T) {
	b := newBench(t)
	b.open(b.browser, "/")
	require.Contains(t, b.browser.Text(), "Product Status")
	b.click(b.browser, "Log in")
	b.set(b.browser, "Administrator password", b.printer.AdministratorPassword())
	b.click(b.browser, "OK", "Network", "Email Server", "Basic")
	require.NotContains(t, b.browser.Text(), "Current Status")
	b.set(b.browser, "Authentication Method", "OAuth2")
	b.set(b.browser, "Email service", "Microsoft Exchange Online")
	require.Contains(t, b.browser.Text(), "[Sign In]")
	b.click(b.browser, "Sign In", "Sign in with Microsoft")
	b.golden("code.txt", b.browser.Text())
	link, err := b.browser.Link("https://login.microsoft.com/device")
	require.NoError(t, err)
	require.Equal(t, "https://login.microsoft.com/device", link)
	b.answer(b.approved)
	b.advance(10 * time.Second)
	b.refresh(b.browser)
	b.golden("basic-waiting.txt", b.browser.Text())
	b.click(b.browser, "OK")
	require.Contains(t, b.browser.Text(), "Setup complete")
	_, ended := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"The email was sent."}, ended.Lines)
	require.Len(t, b.mails, 1)
	require.Contains(t, b.mails[0], "From: <admin@contoso.com>")
	require.Contains(t, b.mails[0], "application/pdf")
	require.Equal(t, "Completed", b.newest().Result)
}

func TestASignInThatWaitsIsSeenByEveryAdministratorAndStoredByOKOfAny(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, false)

	// The panel does not know of it, and says M1 (R39) with 360 in the history.
	started, _ := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"To use this function, you need to sign in to your email service. Please contact your administrator."}, started.Lines)
	require.Equal(t, "360", b.newest().Code)
	require.Equal(t, "Not connected to the cloud service or email service.", b.newest().Status)
	require.NotContains(t, b.press("Settings > General Settings > Network Settings > Network Status > Email Server Status").String(), "Signed in")

	// A session time-out later, another administrator in another browser.
	b.advance(25 * time.Minute)
	b.refresh(b.browser)
	require.Contains(t, b.browser.Text(), "The session has ended.")
	other := b.newBrowser()
	b.logIn(other)
	b.open(other, basic)
	require.Contains(t, other.Text(), "Current Status : Signed in")
	require.Contains(t, other.Text(), "Authenticated Account : admin@contoso.com")
	require.Contains(t, other.Text(), "Email service : Microsoft Exchange Online")
	b.click(other, "OK")
	_, ended := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"The email was sent."}, ended.Lines)
}

func TestPowerOffLosesAWaitingSignInAndKeepsAStoredOne(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, false)
	b.power("off")
	b.power("on")
	b.open(b.browser, basic)
	require.Contains(t, b.browser.Text(), "The session has ended.")
	b.logIn(b.browser)
	b.open(b.browser, basic)
	require.NotContains(t, b.browser.Text(), "Current Status")
	b.signIn(b.browser, true)
	b.power("off")
	b.power("on")
	b.logIn(b.browser)
	b.open(b.browser, basic)
	require.Contains(t, b.browser.Text(), "Current Status : Signed in")
}

func TestEveryEndOfASignInIsSaidOnBasicInOneSentence(t *testing.T) {
	refuse := func(word string, code int) func(map[string]string) (int, string) {
		return func(map[string]string) (int, string) { return 400, refusal(word, code) }
	}
	tests := []struct {
		name string
		act  func(b *bench)
		want string
	}{
		{"the code is not entered in time", func(b *bench) { b.advance(16 * time.Minute) }, "The authentication was not completed in time. If the page of the email service refused it, the administrator finds the reason in the sign-in logs of Entra ID."},
		{"Cancel", func(b *bench) { b.click(b.browser, "Cancel") }, "The authentication was canceled."},
		{"declined by the person", func(b *bench) { b.answer(refuse("authorization_declined", 0)) }, "The authentication was declined on the page of the email service."},
		{"blocked by a policy", func(b *bench) { b.answer(refuse("invalid_grant", 53003)) }, "The authentication was blocked by a policy of the organization: check the conditional access policies in Entra ID."},
		{"an answer that is no answer", func(b *bench) {
			b.answer(func(map[string]string) (int, string) { return 200, "<html>Hello</html>" })
		}, "The cloud service answered with something that is not an answer of a cloud service."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.logIn(b.browser)
			b.begin(b.browser, "Microsoft Exchange Online")
			test.act(b)
			b.advance(3 * time.Minute)
			b.refresh(b.browser)
			require.Contains(t, b.browser.Text(), test.want)
			require.NotContains(t, b.browser.Text(), "Current Status")
			require.Contains(
				t, b.browser.Text(), "[Sign In]", "the method and service that were chosen are still there",
			)
			require.Contains(t, b.browser.Text(), "Email service : Microsoft Exchange Online")
		})
	}
}

func TestACloudThatCannotBeReachedIsSaidOnBasic(t *testing.T) {
	for kind, want := range map[faultnet.FaultKind]string{
		faultnet.Unreachable: "The cloud service cannot be reached: check the network settings.",
		faultnet.NoName:      "The name of the cloud service cannot be resolved: check the DNS server.",
		faultnet.Untrusted:   "The connection to the cloud service is untrusted: update the root certificate.",
	} {
		t.Run(string(kind), func(t *testing.T) {
			b := newBench(t)
			b.logIn(b.browser)
			b.network.Arm(faultnet.Fault{To: "entra", From: "printer", Kind: kind})
			b.begin(b.browser, "Outlook.com")
			require.Contains(t, b.browser.Text(), want)
			require.Contains(t, b.browser.Text(), "[Sign In]")
		})
	}
}

func TestSignOutDropsTheSignInAndKeepsTheSettings(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.open(b.browser, basic)
	b.click(b.browser, "Sign Out")
	require.NotContains(t, b.browser.Text(), "Current Status")
	require.Contains(t, b.browser.Text(), "[Sign In]")
	require.Contains(t, b.browser.Text(), "SMTP Server Address : smtp-mail.outlook.com")
	_, ended := b.scan("bob@fabrikam.com")
	require.Contains(t, ended.String(), "To use this function, you need to sign in")
	require.Equal(t, "360", b.newest().Code)
}

func TestASecondSignInReplacesTheSendersAddressOfTheFirst(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.open(b.browser, basic)
	b.click(b.browser, "Sign Out", "OK")
	require.Contains(t, b.browser.Text(), "Setup complete")
	b.account = "scanner@contoso.com"
	b.signIn(b.browser, true)
	require.Contains(t, b.browser.Text(), "Sender's Email Address : scanner@contoso.com")
	require.Contains(t, b.browser.Text(), "Authenticated Account : scanner@contoso.com")
}

func TestTheWrongPasswordLocksOutForAWhile(t *testing.T) {
	b := newBench(t)
	for range 5 {
		b.open(b.browser, "/login")
		b.set(b.browser, "Administrator password", "wrong")
		b.click(b.browser, "OK")
		require.Contains(t, b.browser.Text(), "Incorrect user name or password")
	}
	b.set(b.browser, "Administrator password", b.printer.AdministratorPassword())
	b.click(b.browser, "OK")
	require.Contains(t, b.browser.Text(), "Try again later.")
	b.advance(5 * time.Minute)
	b.logIn(b.browser)
	b.click(b.browser, "Log out")
	require.Contains(t, b.browser.Text(), "You have logged out.")
	b.open(b.browser, basic)
	require.Contains(t, b.browser.Text(), "Log in as administrator to open this page.")
}

func TestSettingTheDateEndsNoSession(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.do("date", func(ctx context.Context) error {
		return b.device.SetDate(ctx, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	})
	b.open(b.browser, basic)
	require.Contains(t, b.browser.Text(), "Authentication Method : Off")
	b.open(b.browser, "/status/product")
	require.Contains(t, b.browser.Text(), "Date and Time : 01-01-2000 AM 12:00 UTC+00:00")
}

func TestWhatIsTypedWrongIsNamedAndNothingIsStored(t *testing.T) {
	tests := []struct{ name, field, value, want string }{
		{"port that is no number", "SMTP Server Port Number", "submission", "SMTP Server Port Number: Enter a number between 1 and 65535."},
		{"port out of range", "SMTP Server Port Number", "65536", "SMTP Server Port Number: Enter a number between 1 and 65535."},
		{"server with a blank", "SMTP Server Address", "mail server", "SMTP Server Address: Characters that cannot be used are included."},
		{"no server", "SMTP Server Address", "", "SMTP Server Address: Enter a value."},
		{"sender in brackets", "Sender's Email Address", "<a@b.example>", "Sender's Email Address: Characters that cannot be used are included."},
		{"sender in Greek", "Sender's Email Address", "γ@b.example", "Sender's Email Address: Characters that cannot be used are included."},
		{"password of 21 characters", "Authenticated Password", "123456789012345678901", "Authenticated Password: Too many characters."},
		{"no account", "Authenticated Account", "", "Authenticated Account: Enter a value."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.logIn(b.browser)
			b.open(b.browser, basic)
			b.set(b.browser, "Authentication Method", "SMTP AUTH")
			b.set(b.browser, "Authenticated Account", "printer")
			b.set(b.browser, "Sender's Email Address", "printer@office.example")
			b.set(b.browser, "SMTP Server Address", "mail.office.example")
			b.set(b.browser, test.field, test.value)
			b.click(b.browser, "OK")
			require.Contains(t, b.browser.Text(), test.want)
			require.Contains(t, b.browser.Text(), "Authentication Method : SMTP AUTH", "what was typed is still there")
			require.Equal(t, "Off", b.printer.Facts().Email.Method)
			b.open(b.browser, basic)
			require.Contains(t, b.browser.Text(), "Authentication Method : Off", "leaving the page discards it")
		})
	}
}

func TestAStoredPasswordWorksOnAndIsNeverSentToAnotherServer(t *testing.T) {
	memory, key := nvram.NewMemory(nil), []byte("0123456789abcdef0123456789abcdef")
	stored := func() secret.Secret {
		_, record, err := nvram.Open(nvram.NewMemory(memory.Image()), key, chance.New(1, "reader"))
		require.NoError(t, err)
		return record.Settings[nvram.Printer].Password
	}
	b := newBench(t, func(c *sim.Config) { c.Flash, c.SealingKey = memory, key })
	b.logIn(b.browser)
	b.open(b.browser, basic)
	for _, f := range [][2]string{
		{"Authentication Method", "SMTP AUTH"},
		{"Authenticated Account", "printer"},
		{"Authenticated Password", "pass word"},
		{"Sender's Email Address", "printer@office.example"},
		{"SMTP Server Address", "mail.office.example"},
		{"SMTP Server Port Number", "587"},
		{"Secure Connection", "STARTTLS"},
	} {
		b.set(b.browser, f[0], f[1])
	}
	b.click(b.browser, "OK")
	require.Contains(t, b.browser.Text(), "Setup complete")
	require.Equal(t, "pass word", stored().Reveal())
	require.Equal(t, secret.Kept(), b.printer.Mailer(nvram.Printer).Settings().Password, "nobody reads it back")

	b.signIn(b.browser, false) // waits for OK, and disturbs nothing
	require.Equal(t, "SMTP AUTH", b.printer.Facts().Email.Method)
	require.Nil(t, b.printer.Mailer(nvram.Printer).Ready())

	b.printer.Mailer(nvram.Printer).CancelSignIn(context.Background())
	for _, server := range []string{"mail.office.example", "evil.example"} {
		b.open(b.browser, basic)
		b.set(b.browser, "Authentication Method", "SMTP AUTH")
		b.set(b.browser, "Authenticated Account", "printer")
		b.set(b.browser, "Sender's Email Address", "printer@office.example")
		b.set(b.browser, "SMTP Server Address", server)
		b.click(b.browser, "OK")
		require.Equal(t, server, b.printer.Facts().Email.Server)
		if server == "mail.office.example" {
			require.Equal(t, "pass word", stored().Reveal(), "it is kept where none is typed")
		}
	}
	require.True(t, stored().Empty())
	require.True(t, b.printer.Mailer(nvram.Printer).Settings().Password.Empty())
}

func TestAnOldFirmwareDoesNotOfferOAuth2(t *testing.T) {
	b := newBench(t, func(c *sim.Config) { c.Firmware = "1.04.GN22" })
	b.logIn(b.browser)
	b.open(b.browser, basic)
	require.NotContains(t, b.browser.Text(), "OAuth2")
	require.Error(t, b.browser.Set("Authentication Method", "OAuth2"))
	b.do("update", func(ctx context.Context) error { return b.printer.SetFirmware(ctx, "2.10.GN26") })
	b.logIn(b.browser)
	b.open(b.browser, basic)
	b.set(b.browser, "Authentication Method", "OAuth2")
}

func TestWebConfigIsGreekWithTheGreekPanelAndEnglishWithTheHindiOne(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.do("language", func(ctx context.Context) error { return b.device.SetLanguage(ctx, "el") })
	b.open(b.browser, basic)
	require.Contains(t, b.browser.Text(), "Διακομιστής Email > Βασικό")
	b.golden("basic-off.el.txt", b.browser.Text())
	b.do("language", func(ctx context.Context) error { return b.device.SetLanguage(ctx, "hi") })
	b.open(b.browser, basic)
	b.golden("basic-off.txt", b.browser.Text())
	require.Error(t, b.printer.SetLanguage("fr"))
}

func (b *bench) power(state string) {
	b.t.Helper()
	b.do("power "+state, func(ctx context.Context) error { return b.device.Power(ctx, powerAct(state)) })
}

func TestTheConnectionTestSaysWhatIsWrongAndSendsNothing(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	test := func() string {
		b.open(b.browser, "/network/email-server/connection-test")
		require.NotContains(t, b.browser.Text(), "successful", "a page that is opened anew shows no old result")
		b.click(b.browser, "Start")
		b.refresh(b.browser)
		return b.browser.Text()
	}
	require.Contains(t, test(), "SMTP server communication error.")
	b.signIn(b.browser, true)
	require.Contains(t, test(), "Connection test was successful.")
	b.auth = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
	require.Contains(t, test(), "The mail server refused the authentication with the email service.")
	b.auth = ""
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Untrusted})
	require.Contains(t, test(), "The connection is untrusted. Check the following. - CA Certificate")
	b.network.Clear("smtp")
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.NoName})
	require.Contains(t, test(), "An error occurred while connecting to SMTP server.")
	b.network.Clear("smtp")
	b.advance(2 * time.Hour)
	b.logIn(b.browser)
	b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.NoName})
	require.Contains(t, test(), "The name of the cloud service cannot be resolved: check the DNS server.")
	require.Empty(t, b.mails)
	jobs, err := b.device.Jobs(context.Background())
	require.NoError(t, err)
	require.Empty(t, jobs)
}
