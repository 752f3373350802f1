package serve

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/lab"
)

// written makes a file of a test.
func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func TestABenchBeginsWithANewOrganizationAsTheGuideFindsIt(t *testing.T) {
	for _, test := range []struct {
		name     string
		config   Config
		smtpAuth string
		defaults bool
		consent  string
		says     string
	}{
		{"a new organization", Config{}, "SmtpClientAuthenticationDisabled : True", true, "none", "A new organization: SMTP AUTH is disabled, security defaults are on, users may not consent."},
		{"one that is prepared", Config{Prepared: true}, "SmtpClientAuthenticationDisabled : False", false, "all", "SMTP AUTH is enabled and security defaults are off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var bench *lab.Lab
			test.config.Lab = func(l *lab.Lab) { bench = l }
			s := live(t, test.config)
			status, answer := s.ask(http.MethodPost, "/exchange/cmdlet", `{"name":"Get-TransportConfig"}`)
			require.Equal(t, http.StatusOK, status, answer)
			require.Contains(t, answer["output"], test.smtpAuth)
			organization, found := bench.Entra.Tenant("contoso.com")
			require.True(t, found)
			require.Equal(t, test.defaults, organization.SecurityDefaults)
			require.Equal(t, test.consent, organization.UserConsent)
			require.Contains(t, s.out.String(), test.says)
		})
	}
}

func TestAUserWithoutARoleMayNotConsentOnANewBench(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{Lab: func(l *lab.Lab) { bench = l }})
	status, text := s.form(
		s.Entra+"/organizations/oauth2/v2.0/devicecode", url.Values{"client_id": {s.ClientID}, "scope": {s.Scope}},
	)
	require.Equal(t, http.StatusOK, status, text)
	status, answer := s.ask(http.MethodPost, "/entra/approve", `{"user":"scanner@contoso.com"}`)
	require.Equal(t, http.StatusUnprocessableEntity, status, answer)
	code, _ := bench.Entra.PendingCode()
	require.Contains(t, []int{90094, 65001, 90095}, fakeentra.AADSTS(bench.Entra.Approve(code, "scanner@contoso.com")))
	status, answer = s.ask(http.MethodPost, "/entra/approve", `{"user":"admin@contoso.com"}`)
	require.Equal(t, http.StatusOK, status, answer)
}

func TestTheLineOfAnAccountSaysWhatItCanDo(t *testing.T) {
	s := live(t, Config{Script: written(t, "people.txt", "tenant contoso.com\n"+
		"user admin@contoso.com role='Global Administrator' mfa\nuser scanner@contoso.com\nuser role@contoso.com no-mailbox disabled\n"+
		"tenant outlook.com personal\nuser bob@outlook.com\n")})
	for user, can := range map[string]string{
		"admin@contoso.com": ", Global Administrator, mailbox, second factor\n", "scanner@contoso.com": ", no role, mailbox\n",
		"role@contoso.com": ", no role, no mailbox, sign-in blocked\n", "bob@outlook.com": ", personal account, mailbox\n",
	} {
		require.Regexp(t, `(?m)^Account +`+user+` +password \S+`+can, s.out.String())
	}
	bob := s.Accounts[3]
	require.Equal(t, Account{
		User: "bob@outlook.com", Password: bob.Password, Roles: []string{}, Mailbox: true, Personal: true,
	}, bob)
}

func TestAScriptIsPlayedBeforeTheBenchIsLive(t *testing.T) {
	script := written(t, "signed-in.txt", `# The printer has been set up.
tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
printer sign-in admin@contoso.com
clock +1d
`)
	evidence := t.TempDir()
	start := time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC)
	s := live(t, Config{Script: script, Seed: 3, Start: start, Evidence: evidence})
	require.Contains(t, s.out.String(), "signed-in.txt has been played: go on by hand.")
	_, clock := s.ask(http.MethodGet, "/clock", "")
	require.Equal(t, "2027-05-01T08:00:00Z", clock["start"])
	require.Contains(t, clock["now"], "2027-05-02T08:0")
	status, answer := s.ask(http.MethodPost, "/printer/scan", `{"to":["bob@fabrikam.com"]}`)
	require.Equal(t, http.StatusOK, status, answer)
	_, answer = s.ask(http.MethodGet, "/mailbox/bob@fabrikam.com?wait=1m", "")
	require.EqualValues(t, 1, answer["count"])
	require.NoError(t, s.stop())
	replay, err := os.ReadFile(filepath.Join(evidence, "serve", "replay.txt"))
	require.NoError(t, err)
	require.Equal(t, "mfpsim run --folder . recorded/by-hand --seed 3\n", string(replay))
}

func TestPasswordsCanBeChosen(t *testing.T) {
	chosen := map[string]string{"Admin@contoso.com": "Chosen-Admin-1", "printer": "Chosen-Printer-1"}
	s := live(t, Config{Passwords: chosen})
	require.Equal(t, "Chosen-Admin-1", s.Accounts[0].Password)
	require.Equal(t, "Chosen-Printer-1", s.WebConfigPassword)
	status, answer := s.ask(http.MethodPost, "/printer/panel/log-in", `{"password":"Chosen-Printer-1"}`)
	require.Equal(t, http.StatusOK, status, answer)
	status, answer = s.ask(http.MethodPost, "/user", `{"words":"carol@contoso.com","password":"Chosen-Carol-1"}`)
	require.Equal(t, http.StatusOK, status, answer)
	require.Equal(t, "Chosen-Carol-1", answer["password"])
	status, answer = s.ask(
		http.MethodPost, "/entra/password", `{"user":"carol@contoso.com","password":"Chosen-Carol-2"}`,
	)
	require.Equal(t, http.StatusOK, status, answer)
	require.Equal(t, "Chosen-Carol-2", answer["password"])
	for body, message := range map[string]string{
		`{"user":"carol@contoso.com","password":"short"}`:     "a password has 8 to 256 characters",
		`{"user":"nobody@contoso.com","password":"Chosen-1"}`: "nobody@contoso.com",
	} {
		status, answer = s.ask(http.MethodPost, "/entra/password", body)
		require.Equal(t, http.StatusUnprocessableEntity, status)
		require.Contains(t, answer["error"], message)
	}
	_, journal := s.get(s.Control + "/journal")
	require.NotContains(t, journal, "Chosen-")
}

func TestABeginningThatCannotBeIsSaidAtOnce(t *testing.T) {
	for _, test := range []struct {
		name    string
		config  Config
		message string
	}{
		{"two beginnings", Config{Scenario: "trouble/sign-in-not-saved", Prepared: true}, "--ready and --scenario: a bench begins in one way"},
		{"a scenario with another start", Config{Scenario: "trouble/sign-in-not-saved", Start: time.Unix(1, 0)}, "a scenario has dates of its own and begins on 2026-03-02"},
		{"a start after the last date of a clock", Config{Start: time.Date(9990, 1, 1, 0, 0, 0, 0, time.UTC)}, "--start: a clock cannot be set to the year 9990"},
		{"a start before the first date of a clock", Config{Start: time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC)}, "--start: a clock cannot be set to the year 1700"},
		{"a script that is not there", Config{Script: "none.txt"}, "none.txt cannot be read"},
		{"a script with a mistake", Config{Script: written(t, "wrong.txt", "\ntenent contoso.com\n")}, `wrong.txt:2: unknown verb "tenent"`},
		{"a password for nobody", Config{Passwords: map[string]string{"nobody@contoso.com": "Chosen-1"}}, "there is no nobody@contoso.com; there are printer, admin@contoso.com"},
		{"a password that is too short", Config{Passwords: map[string]string{"printer": "short"}}, "--password printer: a password has 8 to 256 characters"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Run(t.Context(), test.config)
			var misuse *ConfigError
			require.ErrorAs(t, err, &misuse)
			require.ErrorContains(t, err, test.message)
		})
	}
	err := Run(t.Context(), Config{Script: written(t, "fails.txt", "tenant contoso.com\npanel shows 'Purple'\n")})
	require.ErrorContains(t, err, "FAIL fails.txt:2: panel shows 'Purple'")
	require.NotContains(t, err.Error(), "again:")
}
