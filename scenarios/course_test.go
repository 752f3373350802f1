package scenarios_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/guide"
	"mfpsim/scenarios"
)

// texts are the steps of a kind of part, as the scenario has them, but for what only the bench checks.
func texts(c *scenarios.Case, kind scenarios.PartKind) (all []string) {
	parts, _ := c.Parts()
	for _, p := range parts {
		for _, s := range p.Steps {
			if p.Kind == kind && !s.Besides {
				all = append(all, s.Text)
			}
		}
	}
	return all
}

// step is the last step of a case that the scenario writes so.
func step(t *testing.T, c *scenarios.Case, text string) scenarios.CaseStep {
	t.Helper()
	parts, _ := c.Parts()
	for _, p := range slices.Backward(parts) {
		for _, s := range slices.Backward(p.Steps) {
			if s.Text == text && p.Kind != scenarios.PartStory {
				return s
			}
		}
	}
	require.Fail(t, "no step", text)
	return scenarios.CaseStep{}
}

func TestACaseEndsAtTheFirstProofThatItsRemedyWorks(t *testing.T) {
	c, _ := begun(t, "trouble/smtp-auth-disabled")
	way := slices.Concat(texts(c, scenarios.PartSymptom), texts(c, scenarios.PartRemedy))
	require.Equal(t, "mailbox bob@fabrikam.com shows from=admin@contoso.com", way[len(way)-1])
	require.NotContains(t, way, "exchange Set-CASMailbox admin@contoso.com -SmtpClientAuthenticationDisabled $true")
	further := texts(c, scenarios.PartFurther)
	require.Contains(t, further, "exchange Set-CASMailbox admin@contoso.com -SmtpClientAuthenticationDisabled $true")
	for _, count := range []string{
		"wire count smtp 'C: QUIT' 5", "wire count smtp 'C: *' 0", "mailbox bob@fabrikam.com count 1",
	} {
		require.True(t, step(t, c, count).Besides, count)
	}
}

// A fault that the scenario sets up between the symptom and the remedy is not on the way.
func TestASecondFaultIsNotOnTheWay(t *testing.T) {
	c, _ := begun(t, "exchange/black-hole")
	way := slices.Concat(texts(c, scenarios.PartSymptom), texts(c, scenarios.PartRemedy))
	require.Equal(t, []string{
		"scan email bob@fabrikam.com", "jobs shows Email 313 'A communication error has occurred.' within=2m",
		"network smtp ok", "scan email bob@fabrikam.com", "mailbox bob@fabrikam.com count 1",
	}, way)
	require.Contains(t, texts(c, scenarios.PartFurther), "network smtp half-silent at=write:4 times=1")
}

func TestMoreScansThanTheScenarioMakesDoNotStandInTheWay(t *testing.T) {
	c, l := begun(t, "trouble/smtp-auth-disabled")
	c.Look()
	scans(t, l)
	c.Look()
	scans(t, l)
	c.Look()
	require.True(t, c.Course().Mends)
	require.Zero(t, c.Course().Solved)
	require.NoError(t, l.World.Do("by hand", 0, func(context.Context) {
		_, err := l.SMTP.Cmdlet("Set-TransportConfig", []string{"-SmtpClientAuthenticationDisabled", "$false"})
		require.NoError(t, err)
	}))
	c.Look()
	scans(t, l)
	c.Look()
	require.NotZero(t, c.Course().Solved)
	parts, at := c.Parts()
	require.Equal(t, scenarios.PartFurther, parts[at].Kind, "nothing of the way is left")
	scans(t, l)
	scans(t, l)
	c.Look()
	require.Equal(t, scenarios.WhyMails, step(t, c, "mailbox bob@fabrikam.com count 1").Why)
}

// No case that support desks meet has on its way a job that has to fail because of what the way itself has changed.
func TestNoWaySetsUpAFault(t *testing.T) {
	bench := []string{"entra ", "exchange ", "network ", "provider "}
	for _, id := range scenarios.Common() {
		c, _ := begun(t, id)
		require.True(t, c.Course().Mends, id)
		changed := ""
		for _, text := range texts(c, scenarios.PartRemedy) {
			begins := func(verb string) bool { return strings.HasPrefix(text, verb) }
			switch {
			case slices.ContainsFunc(bench, begins) && !strings.HasPrefix(text, "entra log"):
				changed = text
			case strings.HasPrefix(text, "scan"):
			case strings.HasPrefix(text, "jobs shows") && !strings.Contains(text, "Completed"):
				require.Empty(t, changed, "%s: %s", id, text)
			default:
				changed = ""
			}
		}
	}
}

func TestATitleLeadsToItsOwnCase(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	for _, s := range all {
		if !slices.Contains(scenarios.Common(), s.ID) {
			continue
		}
		for _, language := range guide.Languages() {
			title, _ := s.TitleIn(language)
			found := scenarios.Reading(all, title, nil, 3)
			own := func(f scenarios.Found) bool { return f.Scenario.ID == s.ID }
			require.True(t, slices.ContainsFunc(found, own), "%s: %s", s.ID, title)
		}
	}
}

func TestASecondRemedyIsOfferedAsOne(t *testing.T) {
	for id, act := range map[string]string{
		"exchange/sender-is-not-the-account":        "exchange Add-RecipientPermission reception@contoso.com -Trustee admin@contoso.com -AccessRights SendAs",
		"exchange/larger-than-the-mailbox-may-send": "exchange Set-Mailbox admin@contoso.com -MaxSendSize 35MB",
		"exchange/untrusted-certificate":            "network smtp ok",
		"trouble/divided-into-emails":               "scan email bob@fabrikam.com pages=3 size=A4 dpi=300 color max=5MB format=single-pdf split subject=Report",
	} {
		t.Run(id, func(t *testing.T) {
			c, _ := begun(t, id)
			require.Contains(t, texts(c, scenarios.PartOther), act)
			require.NotContains(t, texts(c, scenarios.PartFurther), act)
			require.NotContains(t, texts(c, scenarios.PartRemedy), act)
		})
	}
}
