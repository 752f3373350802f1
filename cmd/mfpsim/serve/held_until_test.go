package serve

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// That no mail has come is said with the moment until which it held, once one has.
func TestWhatHeldUntilAMailCameSaysSo(t *testing.T) {
	scan := []string{"scan", "email", "bob@fabrikam.com"}
	grant := strings.Fields(
		"exchange Add-RecipientPermission reception@contoso.com -Trustee admin@contoso.com -AccessRights SendAs",
	)
	empty := func(now caseAnswer) stepRow {
		for _, p := range now.Parts {
			for _, step := range p.Steps {
				if step.Text == "mailbox bob@fabrikam.com is empty" {
					return step
				}
			}
		}
		require.Fail(t, "the case has no such line")
		return stepRow{}
	}
	_, now := played(t, "exchange/sender-is-not-the-account", scan)
	step := empty(now)
	require.True(t, step.Done)
	require.Nil(t, step.Until, "it still holds")
	_, now = played(t, "exchange/sender-is-not-the-account", scan, grant, scan)
	step = empty(now)
	require.True(t, step.Done)
	require.NotNil(t, step.Until)
	require.True(t, step.Until.After(*step.At), "%v until %v", step.At, step.Until)
}

// The account of a case stands for the customer's: it is that of the scenario, and nobody has to write it down.
func TestACaseNamesTheAccountThatStandsForTheCustomers(t *testing.T) {
	for id, accounts := range map[string][2]string{
		"exchange/sender-is-not-the-account": {"admin@contoso.com"},
		"exchange/direct-send":               {"admin@contoso.com"},
		"users/log-in":                       {},
		"fax/a-call-that-fails":              {"", "office@fax.example.com"},
		"fax/permission-of-graph":            {"", "fax@contoso.com"},
		"fax/two-sign-ins":                   {"admin@contoso.com", "office@fax.example.com"},
	} {
		s := live(t, Config{Scenario: id})
		var now caseAnswer
		s.object("/case", &now)
		require.Equal(t, accounts, [2]string{now.Account, now.FaxAccount}, id)
	}
}
