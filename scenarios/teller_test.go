package scenarios_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/guide"
	"mfpsim/lab"
	"mfpsim/scenarios"
	"mfpsim/vtime"
)

// TestEveryCommandOfExchangeIsToldAsASentence asks the fake which commands there are: one that is added needs its
// sentence.
func TestEveryCommandOfExchangeIsToldAsASentence(t *testing.T) {
	world := vtime.NewFlowing(vtime.DefaultStart)
	defer world.Close()
	l := lab.RunT(t, lab.Config{World: world, Seed: 7})
	c, err := scenarios.Begin(t.Context(), l, "trouble/smtp-auth-disabled")
	require.NoError(t, err)
	_, err = l.SMTP.Cmdlet("Get-Nothing", nil)
	require.Error(t, err)
	commands := regexp.MustCompile(`[A-Z][a-z]+-[A-Z]\w+`).FindAllString(err.Error(), -1)
	require.Greater(t, len(commands), 30, err.Error())
	lines := []string{
		"Set-CASMailbox a@contoso.com -SmtpClientAuthenticationDisabled $false",
		"Set-CASMailbox -Identity a@contoso.com -SmtpClientAuthenticationDisabled $null",
		"Set-TransportConfig -SmtpClientAuthenticationDisabled $true",
		"restrict a@contoso.com 5.1.8", "restrict a@contoso.com none", "licence a@contoso.com off", "licence a@contoso.com on",
		"quota a@contoso.com 50MB", "quota a@contoso.com none", "verdict a@contoso.com none", "external-limit contoso.com 100",
		"front-end hello=strict",
	}
	for _, command := range commands[1:] {
		if command != "Set-CASMailbox" {
			lines = append(lines, command+" -Identity a@contoso.com")
		}
	}
	for _, line := range lines {
		step := scenarios.CaseStep{Text: "exchange " + line, Words: strings.Fields("exchange " + line)}
		for _, language := range guide.Languages() {
			said := c.Did(step, language)
			require.NotContains(t, said, "PowerShell", "%s in %s: it is told as it was typed", line, language)
			require.NotRegexp(t, `\{[a-z]+\}| [.।]$`, said, line)
			require.NotEmpty(t, c.Told(step, language))
		}
	}
	did := func(line, language string) string {
		return c.Did(scenarios.CaseStep{Text: line, Words: strings.Fields(line)}, language)
	}
	require.Equal(t,
		"Κέντρο διαχείρισης Microsoft 365: για το SMTP AUTH, το γραμματοκιβώτιο a@contoso.com ακολουθεί πλέον τον οργανισμό.",
		did("exchange Set-CASMailbox -Identity a@contoso.com -SmtpClientAuthenticationDisabled $null", "el"))
	require.Equal(t, "Exchange Online: the restriction on a@contoso.com as a sender was lifted.",
		did("exchange restrict a@contoso.com none", "en"))
}
