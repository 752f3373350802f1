package fakeentra_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// failingT is a test that fails, watched by another.
type failingT struct {
	failed   bool
	log      []string
	cleanups []func()
}

func (f *failingT) Helper()          {}
func (f *failingT) Failed() bool     { return f.failed }
func (f *failingT) Cleanup(g func()) { f.cleanups = append(f.cleanups, g) }
func (f *failingT) Fatalf(format string, args ...any) {
	f.failed = true
	f.Logf(format, args...)
}

func (f *failingT) Logf(format string, args ...any) {
	f.log = append(f.log, fmt.Sprintf(format, args...))
}

func (f *failingT) end() string {
	for i := len(f.cleanups) - 1; i >= 0; i-- {
		f.cleanups[i]()
	}
	return strings.Join(f.log, "\n")
}

func TestAFailedTestTellsTheLastExchangesWithoutSecrets(t *testing.T) {
	watched := &failingT{}
	entra := fakeentra.RunT(watched, fakeentra.Config{Start: start})
	c := &client{t: t, entra: entra, http: entra.Client(), tenant: "organizations", id: fakeentra.ClientID}
	c.signIn("admin@contoso.com")
	watched.failed = true
	told := watched.end()
	require.Contains(t, told, "POST login.microsoftonline.com/organizations/oauth2/v2.0/token -> 200")
	require.Contains(t, told, "device_code=[redacted]")
	require.Empty(t, leaks(told, entra.Secrets()))
}

func TestAPlantedAnswerThatWasNotMetFailsTheTestByName(t *testing.T) {
	watched := &failingT{}
	entra := fakeentra.RunT(watched, fakeentra.Config{Start: start})
	require.NoError(t, entra.Arm(fakeentra.Answer{Kind: "html", Endpoint: "token", Times: 2}))
	require.Contains(t, watched.end(), "an answer was armed and not met: [html endpoint=token times=2]")
	require.True(t, watched.failed)
}

func TestABadConfigIsRefused(t *testing.T) {
	for name, c := range map[string]fakeentra.Config{
		"a page is missing": {Pages: []string{"account", "password"}}, "a page comes twice": {Pages: []string{"account", "password", "policy", "mfa", "confirm", "permissions", "account"}}, "an unknown page": {Pages: []string{"account", "password", "policy", "mfa", "confirm", "permissions", "quiz"}}, "the password comes first": {Pages: []string{"password", "account", "policy", "mfa", "confirm", "permissions"}},
		"a domain is none":            {Tenants: []fakeentra.Tenant{{Domains: []string{"-"}}}},
		"a tenant has no domain":      {Tenants: []fakeentra.Tenant{{Name: "x"}}},
		"a tenant's id is none":       {Tenants: []fakeentra.Tenant{{Domains: []string{"x.example"}, ID: "7"}}},
		"a user has no domain":        {Users: []fakeentra.User{{Principal: "x"}}},
		"an application has no name":  {Applications: []fakeentra.Application{{ID: fakeentra.ClientID}}},
		"an application's id is none": {Applications: []fakeentra.Application{{ID: "x", Name: "x"}}}, "an unknown audience": {Applications: []fakeentra.Application{{ID: fakeentra.ClientID, Name: "x", Audience: "everyone"}}}, "a home that is not there": {Applications: []fakeentra.Application{{ID: fakeentra.ClientID, Name: "x", Audience: "AzureADMyOrg"}}},
	} {
		_, err := fakeentra.New(c)
		require.Error(t, err, name)
	}
}

func TestTheOrderOfPagesIsData(t *testing.T) {
	c := newClient(
		t,
		fakeentra.Config{
			Start: start, Pages: []string{"confirm", "account", "password", "policy", "permissions", "mfa"},
		},
	)
	user, _ := c.ask()
	p := c.person().open("https://login.microsoft.com/device").press("Next", "otc", user)
	require.Equal(t, "Are you trying to sign in to Example MFP Email Sender?", p.heading())
	require.Equal(t, "Sign in", p.press("Continue").heading())
	p.press("Next", "loginfmt", "admin@contoso.com").press("Sign In", "passwd", p.password("admin@contoso.com"))
	require.Equal(t, "Permissions requested", p.heading())
	require.Contains(t, p.press("Accept").text(), "You have signed in to the")
}

func TestApproveIsRefusedAsThePagesWouldRefuse(t *testing.T) {
	for name, test := range map[string]struct {
		principal string
		before    func(*fakeentra.Server) error
		code      int
	}{
		"disabled":         {"alice@contoso.com", func(s *fakeentra.Server) error { return s.Disable("alice@contoso.com") }, 50057},
		"personal account": {"bob@outlook.com", nil, 500200},
		"blocked": {"alice@contoso.com", func(s *fakeentra.Server) error {
			return second(s.SetPolicy("contoso.com", fakeentra.Policy{Name: "Block"}))
		}, 53003},
		"needs approval": {"alice@contoso.com", func(s *fakeentra.Server) error {
			return second(s.Set("contoso.com", "User consent", "none"))
		}, 90094},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			if test.before != nil {
				require.NoError(t, test.before(c.entra))
			}
			user, device := c.ask()
			pending, ok := c.entra.PendingCode()
			require.True(t, ok)
			require.Equal(t, user, pending)
			var refusal *fakeentra.Refusal
			require.ErrorAs(t, c.entra.Approve(user, test.principal), &refusal)
			require.Equal(t, test.code, refusal.AADSTS)
			requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
		})
	}
	c := stepped(t)
	require.NoError(
		t,
		c.entra.GrantConsent(
			"contoso.com", fakeentra.ClientID, "https://outlook.office.com/SMTP.Send", "openid", "profile",
			"offline_access",
		),
	)
	require.NoError(t, second(c.entra.Set("contoso.com", "User consent", "none")))
	require.Equal(t, http.StatusOK, c.signIn("alice@contoso.com").status)
}

func TestManyInstancesEachWithItsOwnTime(t *testing.T) {
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			at := start.AddDate(i, 0, 0)
			c := newClient(t, fakeentra.Config{Start: at, Seed: uint64(i)})
			c.signIn("admin@contoso.com")
			c.advance(time.Duration(i) * time.Hour)
			_, device := c.ask()
			require.Equal(
				t, at.Add(time.Duration(i)*time.Hour).Format("2006-01-02 15:04:05Z"), c.poll(device).text("timestamp"),
			)
		})
	}
}

func TestTheCatalogueIsComplete(t *testing.T) {
	rows := fakeentra.Catalogue()
	require.GreaterOrEqual(t, len(rows), 110)
	seen := map[string]bool{}
	for _, row := range rows {
		key := fmt.Sprint(row.Code, row.Variant)
		require.False(t, seen[key], key)
		seen[key] = true
		require.Contains(t, []string{"C", "D", "R", "I"}, row.Tag, key)
		require.NotEmpty(t, row.Text, key)
		require.NotEmpty(t, row.Source, key)
		require.NotEmpty(t, row.Where, key)
		require.Equal(t, row.Word != "", row.Status != 0, key)
		require.Equal(t, row.Word != "", row.WordTag != "", key)
	}
}
