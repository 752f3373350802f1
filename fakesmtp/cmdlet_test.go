package fakesmtp

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/vtime"
)

func TestCmdlets(t *testing.T) {
	run := func(s *Server, line string) (string, error) {
		words := strings.Fields(line)
		return s.Cmdlet(words[0], words[1:])
	}
	t.Run("the tenant's switch", func(t *testing.T) {
		s := prompt(t, Config{})
		out, err := run(s, "Get-TransportConfig")
		require.NoError(t, err)
		require.Equal(t, "SmtpClientAuthenticationDisabled : False\nAllowLegacyTLSClients            : False\n", out)
		out, err = run(s, "set-transportconfig -smtpclientauthenticationdisabled $TRUE")
		require.NoError(t, err)
		require.Empty(t, out, "as in PowerShell")
		out, err = run(s, "Get-TransportConfig")
		require.NoError(t, err)
		require.Contains(t, out, "SmtpClientAuthenticationDisabled : True\n")
		require.Equal(t, tenantDisabled+tail, loosely(greeted(t, s).say("AUTH XOAUTH2 {blob}")))
	})
	t.Run("the mailbox's switch has three values", func(t *testing.T) {
		s := prompt(t, Config{})
		for value, shown := range map[string]string{"$true": " True", "$false": " False", "$null": ""} {
			_, err := run(s, "Set-CASMailbox -Identity ALICE@contoso.com -SmtpClientAuthenticationDisabled:"+value)
			require.NoError(t, err)
			out, err := run(s, "Get-CASMailbox alice@contoso.com")
			require.NoError(t, err)
			require.Equal(t, "PrimarySmtpAddress               : alice@contoso.com\nSmtpClientAuthenticationDisabled :"+shown+"\n", out)
		}
	})
	t.Run("a change takes its time, and a later one overtakes it", func(t *testing.T) {
		world := vtime.NewStepped(time.Time{})
		defer world.Close()
		s := prompt(t, Config{World: world})
		_, err := run(s, "Set-TransportConfig -SmtpClientAuthenticationDisabled $true propagation=15m")
		require.NoError(t, err)
		out, err := run(s, "Get-TransportConfig")
		require.NoError(t, err)
		require.Contains(t, out, "True", "what was set is shown at once")
		require.Equal(t, accepted, greeted(t, s).say("AUTH XOAUTH2 {blob}"), "what holds is the old value")
		_, err = world.Advance(15*time.Minute - time.Second)
		require.NoError(t, err)
		require.Equal(t, accepted, greeted(t, s).say("AUTH XOAUTH2 {blob}"))
		_, err = world.Advance(time.Second)
		require.NoError(t, err)
		require.Equal(t, tenantDisabled+tail, loosely(greeted(t, s).say("AUTH XOAUTH2 {blob}")))
		_, err = run(s, "Set-TransportConfig -SmtpClientAuthenticationDisabled $false propagation=1h")
		require.NoError(t, err)
		_, err = run(s, "Set-TransportConfig -SmtpClientAuthenticationDisabled $true")
		require.NoError(t, err)
		_, err = world.Advance(2 * time.Hour)
		require.NoError(t, err)
		require.Equal(t, tenantDisabled+tail, loosely(greeted(t, s).say("AUTH XOAUTH2 {blob}")))
	})
	t.Run("an authentication policy blocks basic authentication", func(t *testing.T) {
		s := prompt(t, Config{})
		_, err := s.Cmdlet("New-AuthenticationPolicy", []string{"-Name", "Block Basic"})
		require.NoError(t, err)
		_, err = s.Cmdlet("Set-OrganizationConfig", []string{"-DefaultAuthenticationPolicy", "block basic"})
		require.NoError(t, err)
		c := greeted(t, s)
		c.say("AUTH LOGIN {user}")
		require.Equal(t, basicDisabled+tail, loosely(c.say("{password}")))
		require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob}"))
		_, err = s.Cmdlet("Set-AuthenticationPolicy", []string{"Block Basic", "-AllowBasicAuthSmtp:$true"})
		require.NoError(t, err)
		c = greeted(t, s)
		c.say("AUTH LOGIN {user}")
		require.Equal(t, accepted, c.say("{password}"))
	})
	t.Run("every cmdlet that only looks prints something", func(t *testing.T) {
		s := workplace(t)
		authenticated(t, s).post(DefaultMailbox, scan, "bob@fabrikam.com")
		for _, name := range []string{
			"Get-TransportConfig", "Get-CASMailbox", "Get-Mailbox", "Get-OrganizationConfig", "Get-MessageTrace",
		} {
			out, err := s.Cmdlet(name, []string{"-Organization", "contoso.com"})
			require.NoError(t, err)
			require.Regexp(t, `^\w+ +: ?.*\n`, out)
		}
	})
}

func TestWrongCmdletsAreToldWhatThereIs(t *testing.T) {
	one, several := prompt(t, Config{}), workplace(t)
	for name, wrong := range map[string]struct {
		server *Server
		words  []string
		says   string
	}{
		"an unknown cmdlet": {one, []string{"Set-Transport"}, "exchange Set-Transport: no such cmdlet; there are: Get-TransportConfig, Set-TransportConfig,"}, "an unknown parameter": {one, []string{"Set-TransportConfig", "-SmtpAuth", "$true"}, "no parameter -SmtpAuth; there are: -AllowLegacyTLSClients, -SmtpClientAuthenticationDisabled"}, "an unknown value": {one, []string{"Set-TransportConfig", "-SmtpClientAuthenticationDisabled", "off"}, `cannot be "off"; there are: $true, $false`}, "$null for the tenant": {one, []string{"Set-TransportConfig", "-SmtpClientAuthenticationDisabled", "$null"}, `cannot be "$null"; there are: $true, $false`}, "a value that a shell has eaten": {one, []string{"Set-TransportConfig", "-SmtpClientAuthenticationDisabled", ""}, "empty value; write $true, $false or $null as they stand"}, "a value that is missing": {one, []string{"Set-TransportConfig", "-SmtpClientAuthenticationDisabled"}, "has no value"}, "no parameter at all": {one, []string{"Set-TransportConfig"}, "parameter -SmtpClientAuthenticationDisabled or -AllowLegacyTLSClients is missing"}, "a parameter twice": {one, []string{"Set-CASMailbox", "alice@contoso.com", "-SmtpClientAuthenticationDisabled:$true", "-SmtpClientAuthenticationDisabled:$true"}, "given twice"}, "no identity": {one, []string{"Set-CASMailbox", "-SmtpClientAuthenticationDisabled", "$true"}, "-Identity is missing"}, "an unknown mailbox": {one, []string{"Set-CASMailbox", "bob@contoso.com", "-SmtpClientAuthenticationDisabled", "$true"}, `couldn't find the mailbox "bob@contoso.com"; there are: alice@contoso.com`}, "a word too many": {one, []string{"Set-CASMailbox", "alice@contoso.com", "bob@contoso.com"}, `"bob@contoso.com" is not expected here`},
		"no duration": {one, []string{"Set-TransportConfig", "propagation=soon"}, "is no duration"}, "an unknown right": {one, []string{"Add-RecipientPermission", "alice@contoso.com", "-Trustee", "a@b.c", "-AccessRights", "FullAccess"}, "there are: SendAs"}, "an unknown policy": {one, []string{"Set-User", "alice@contoso.com", "-AuthenticationPolicy", "x"}, "couldn't find the authentication policy"},
		"several organizations": {several, []string{"Get-TransportConfig"}, "say which with -Organization; there are: contoso.com, outlook.com, elsewhere.com"}, "an unknown organization": {several, []string{"Get-TransportConfig", "-Organization", "x"}, `no organization "x"`}, "no size": {one, []string{"Set-Mailbox", "alice@contoso.com", "-MaxSendSize", "much"}, `cannot be "much"`},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := wrong.server.Cmdlet(wrong.words[0], wrong.words[1:])
			require.ErrorContains(t, err, wrong.says)
			require.Empty(t, out)
			var typed *CmdletError
			require.ErrorAs(t, err, &typed)
		})
	}
}
