package fakesmtp

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/retirement"
	"mfpsim/fakesmtp/internal/session"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/journal"
	"mfpsim/vtime"
)

func TestBasicAuthenticationEndsByTheCalendar(t *testing.T) {
	const removed = "550 5.7.30 Basic authentication is not supported for Client Submission."
	const reenabled = "re-enabled"
	work := Organization{Domains: []string{"example.com"}, SMTPAuth: true, BasicAuth: true}
	for name, at := range map[string]struct {
		date         string
		organization Organization
		policy       string
		config       Config
		reply        string
	}{
		"an organization in November 2026":                        {date: "2026-11-23", organization: work, reply: accepted},
		"the same at the end of December":                         {date: "2026-12-31", organization: work, reply: basicDisabled},
		"the same, where the administrator has switched it on":    {date: "2026-12-31", organization: work, policy: reenabled, reply: accepted},
		"a new organization, which cannot":                        {date: "2027-03-01", organization: Organization{Domains: work.Domains, SMTPAuth: true, BasicAuth: true, Created: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)}, policy: reenabled, reply: basicDisabled},
		"removed in the end":                                      {date: "2028-01-01", organization: work, policy: reenabled, reply: removed},
		"removed when Microsoft says so":                          {date: "2027-07-01", organization: work, policy: reenabled, config: Config{BasicAuthEnd: time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)}, reply: removed},
		"a personal account before September 2024":                {date: "2024-09-15", organization: Organization{Domains: work.Domains, Personal: true}, reply: accepted},
		"a personal account since then":                           {date: "2024-09-16", organization: Organization{Domains: work.Domains, Personal: true}, reply: basicDisabled},
		"not in September 2025, as many pages still have it":      {date: "2025-10-01", organization: work, reply: accepted},
		"not in April 2026, as the announcement before it had it": {date: "2026-05-01", organization: work, reply: accepted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			date, err := time.Parse(time.DateOnly, at.date)
			require.NoError(t, err)
			at.config.Start = date
			s := prompt(t, at.config)
			require.NoError(t, s.AddOrganization(at.organization))
			require.NoError(
				t, s.AddMailbox(Mailbox{Address: "user@example.com", Password: journal.NewSecret("Secret-1")}),
			)
			if at.policy != "" {
				_, err := s.Cmdlet(
					"New-AuthenticationPolicy",
					[]string{at.policy, "-AllowBasicAuthSmtp", "$true", "-Organization", "example.com"},
				)
				require.NoError(t, err)
				_, err = s.Cmdlet("Set-User", []string{"user@example.com", "-AuthenticationPolicy", at.policy})
				require.NoError(t, err)
			}
			c := greeted(t, s)
			c.say("AUTH LOGIN " + encode("user@example.com"))
			reply := at.reply
			if reply != accepted {
				reply += tail
			}
			require.Equal(t, reply, loosely(c.say(encode("Secret-1"))))
			require.Equal(
				t, accepted, greeted(t, s).say("AUTH XOAUTH2 {blob of user@example.com}"), "tokens are not concerned",
			)
		})
	}
}

func TestTheTimetableGoesOnByTheWorldsClock(t *testing.T) {
	world := vtime.NewStepped(time.Date(2026, 12, 30, 12, 0, 0, 0, time.UTC))
	defer world.Close()
	s := prompt(t, Config{World: world})
	login := func() string {
		c := greeted(t, s)
		c.say("AUTH LOGIN {user}")
		return loosely(c.say("{password}"))
	}
	require.Equal(t, accepted, login())
	_, err := world.Advance(12 * time.Hour)
	require.NoError(t, err)
	require.Equal(t, basicDisabled+tail, login())
	for i, step := range retirement.Timetable() {
		require.NotEmpty(t, step.Source)
		require.True(t, i == 0 || step.From.After(retirement.Timetable()[i-1].From))
	}
}

const legacyRefused = "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls."

// oldTLS brings a talker as far as EHLO over a version of TLS.
func oldTLS(t *testing.T, s *Server, host string, version uint16) *talker {
	t.Helper()
	c := dial(t, s)
	c.reply()
	c.say("EHLO printer")
	c.say("STARTTLS")
	secure := tls.Client(c.conn, &tls.Config{
		RootCAs: s.Network().Authority().Pool(), ServerName: host, MinVersion: version, MaxVersion: version, Time: s.shell.Clock.Now,
	})
	require.NoError(t, secure.Handshake(), "the handshake succeeds")
	c.conn, c.reader = secure, newReader(secure)
	c.say("EHLO printer")
	return c
}

func TestLegacyTLSIsRefusedAtAUTH(t *testing.T) {
	for name, old := range map[string]struct {
		host    string
		version uint16
		opted   bool
		reply   string
	}{
		"TLS 1.0": {"smtp.office365.com", tls.VersionTLS10, false, legacyRefused},
		"TLS 1.1": {"smtp.office365.com", tls.VersionTLS11, false, legacyRefused}, "TLS 1.1, opted in, at the wrong endpoint": {"smtp.office365.com", tls.VersionTLS11, true, legacyRefused}, "TLS 1.1 at the legacy endpoint without opting in": {session.LegacyHost, tls.VersionTLS11, false, legacyRefused},
		"TLS 1.1 at the legacy endpoint, opted in": {session.LegacyHost, tls.VersionTLS11, true, accepted},
		"TLS 1.0 at the legacy endpoint, opted in": {session.LegacyHost, tls.VersionTLS10, true, accepted},
		"TLS 1.2":                        {"smtp.office365.com", tls.VersionTLS12, false, accepted},
		"TLS 1.3 at the legacy endpoint": {session.LegacyHost, tls.VersionTLS13, false, accepted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			if old.opted {
				_, err := s.Cmdlet("Set-TransportConfig", []string{"-AllowLegacyTLSClients", "$true"})
				require.NoError(t, err)
			}
			c := oldTLS(t, s, old.host, old.version)
			c.say("AUTH XOAUTH2")
			reply := loosely(c.say("{blob}"))
			if old.reply == accepted {
				require.Equal(t, accepted, reply)
				require.Equal(t, tls.VersionName(old.version), s.Sessions()[0].TLS)
				return
			}
			require.Equal(t, old.reply+tail, reply, "after the credentials, not in the handshake")
			c.play("CLOSED")
			require.Equal(t, refusal.LegacyTLS, s.Refusals()[0].Reason)
		})
	}
}

func TestEverySwitchTakesItsTime(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := prompt(t, Config{World: world, Propagation: 30 * time.Minute, IdleTimeout: -1, SessionTimeout: -1})
	require.NoError(t, s.AddMailbox(Mailbox{Address: "carol@contoso.com"}))
	c := authenticated(t, s)
	run := func(name string, words ...string) {
		_, err := s.Cmdlet(name, words)
		require.NoError(t, err)
	}
	advance := func(d time.Duration) {
		_, err := world.Advance(d)
		require.NoError(t, err)
	}
	for name, change := range map[string]struct {
		set    []string
		before string
		after  string
		try    func() string
	}{
		"Set-Mailbox": {
			[]string{"Set-Mailbox", DefaultMailbox, "-MaxSendSize", "1KB"},
			"^250 ", "^554 5.2.3 ",
			func() string { return c.post(DefaultMailbox, string(make([]byte, 2000))+"\r\n", "bob@fabrikam.com") },
		},
		"Set-TransportConfig": {
			[]string{"Set-TransportConfig", "-AllowLegacyTLSClients", "$true"},
			"^421 ", "^235 ",
			func() string { return oldTLS(t, s, session.LegacyHost, tls.VersionTLS11).say("AUTH XOAUTH2 {blob}") },
		},
		"Add-RecipientPermission": {
			[]string{"Add-RecipientPermission", "carol@contoso.com", "-Trustee", DefaultMailbox, "-AccessRights", "SendAs"},
			"^554 5.2.252 ", "^250 ",
			func() string {
				return c.post(DefaultMailbox, "From: carol@contoso.com\r\n\r\n", "bob@fabrikam.com")
			},
		},
		"Set-OrganizationConfig": {
			[]string{"Set-OrganizationConfig", "-SendFromAliasEnabled", "$true"},
			"False|True", "True",
			func() string { out, _ := s.Cmdlet("Get-OrganizationConfig", nil); return out },
		},
		"Set-CASMailbox": {
			[]string{"Set-CASMailbox", "carol@contoso.com", "-SmtpClientAuthenticationDisabled", "$true"},
			"^235 ", "for the Mailbox",
			func() string { return greeted(t, s).say("AUTH XOAUTH2 {blob of carol@contoso.com}") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			run(change.set[0], change.set[1:]...)
			advance(29 * time.Minute)
			require.Regexp(t, change.before, change.try())
			advance(time.Minute)
			require.Regexp(t, change.after, change.try())
		})
	}
	run("Set-CASMailbox", "carol@contoso.com", "-SmtpClientAuthenticationDisabled", "$false", "propagation=1m")
	advance(time.Minute)
	require.Equal(t, accepted, greeted(t, s).say("AUTH XOAUTH2 {blob of carol@contoso.com}"), "propagation= overrides")
}

func TestPersonalAccountsHaveNoAdministrator(t *testing.T) {
	s := prompt(t, Config{})
	off := false
	require.NoError(t, s.AddOrganization(Organization{Domains: []string{"outlook.com"}, Personal: true}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "pat@outlook.com", SMTPAuth: &off}))
	require.Equal(t, mailboxDisabled+tail, loosely(greeted(t, s).say("AUTH XOAUTH2 {blob of pat@outlook.com}")))
	_, err := s.Cmdlet("Set-CASMailbox", []string{"pat@outlook.com", "-SmtpClientAuthenticationDisabled", "$false"})
	require.ErrorContains(t, err, "personal accounts have no administrator")
}
