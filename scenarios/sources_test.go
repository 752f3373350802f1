package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/scenarios"
)

func TestAHeaderNamesThePublicThreadThatTheScenarioReproduces(t *testing.T) {
	parse := func(source string) (scenarios.Scenario, error) {
		return scenarios.Parse("chapter/name.txtar", "# id: chapter/name\n# title: A title\n# guide: Introduction\n"+
			"# proves: R1\n# level: MUST\n"+source+"\npanel shows x\n")
	}
	s, err := parse("# source: github.com/nextcloud/mail/pull/13668\n")
	require.NoError(t, err)
	require.Equal(t, "github.com/nextcloud/mail/pull/13668", s.Source)
	s, err = parse("")
	require.NoError(t, err, "it may be missing")
	require.Empty(t, s.Source)
	for _, wrong := range []string{
		"a colleague", "https://github.com/nextcloud/mail", "github.com", "github.com/", "mail/pull/1",
	} {
		_, err := parse("# source: " + wrong + "\n")
		require.ErrorContains(t, err, `chapter/name.txtar:6: source "`+wrong+`" is no address; write host and path`)
	}
}

func TestSentItemsAreNoInbox(t *testing.T) {
	const sent = "tenant contoso.com smtp-auth=enabled security-defaults=off\n" +
		"user admin@contoso.com role='Cloud Application Administrator'\nprinter sign-in admin@contoso.com\n" +
		"scan email bob@fabrikam.com\nmailbox bob@fabrikam.com count 1\n"
	for line, want := range map[string]string{
		"mailbox admin@contoso.com sent count 1":                     "",
		"mailbox admin@contoso.com sent shows to=bob@fabrikam.com":   "",
		"! mailbox admin@contoso.com sent shows to=eve@fabrikam.com": "",
		"mailbox admin@contoso.com is empty":                         "",
		"mailbox bob@fabrikam.com sent is empty":                     "",
		"mailbox admin@contoso.com sent is empty":                    "1 mails, not 0",
		"mailbox admin@contoso.com count 1":                          "0 mails, not 1",
		"mailbox bob@fabrikam.com sent count 1":                      "0 mails, not 1",
		"mailbox admin@contoso.com sent shows to=eve@fabrikam.com":   "admin@contoso.com, Sent Items",
		"mailbox admin@contoso.com sent":                             "not understood",
	} {
		t.Run(line, func(t *testing.T) {
			result := playText(t, sent+line+"\n")
			require.Equal(t, want == "", result.Passed, result.Failure)
			require.Contains(t, result.Failure, want)
		})
	}
}
