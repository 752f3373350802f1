//go:build interop

package interop_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
	"mfpsim/scenarios"
)

const (
	realCase = `# id: real/%s
# title: A core that goes by the machine's clock
# guide: Setting Up OAuth2.0 Authentication for the Email Server
# proves: R17 R22
# level: MUST

tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
`
	asksForACode = `webconfig log-in
webconfig open 'Network > Email Server > Basic'
webconfig set 'Authentication Method' OAuth2
webconfig set 'Email service' 'Microsoft Exchange Online'
webconfig click 'Sign In'
webconfig click 'Sign in with Microsoft'
webconfig copy code
webconfig follow url
`
	signsIn = `browser sign-in admin@contoso.com consent=organization
webconfig shows 'Current Status' 'Signed in'
webconfig click OK
`
	sends = `scan email bob@fabrikam.com
jobs shows bob@fabrikam.com Completed
`
)

// inRealTime plays scripts at once on the worked core in Python, which sleeps itself. Its results come by name.
func inRealTime(t *testing.T, flags []string, scripts map[string]string) map[string]scenarios.Result {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "real"), 0o700))
	for name, script := range scripts {
		text := []byte(fmt.Sprintf(realCase, name) + script)
		require.NoError(t, os.WriteFile(filepath.Join(folder, "real", name+".txtar"), text, 0o600))
	}
	margin, none := 2*time.Second, time.Duration(0)
	results, err := scenarios.Run(context.Background(), scenarios.Options{
		Folder: folder, Seed: 7, Core: append(append(python(t), "--clock=real", "--margin=2"), flags...),
		RealTime: &scenarios.RealTime{
			Longest: 40 * time.Second, AccessTokenMargin: &margin, RefreshTokenMargin: &none,
			TokenSlack: 4 * time.Second, SignInLife: 10 * time.Second,
		},
	})
	require.NoError(t, err)
	require.Len(t, results, len(scripts))
	byName := map[string]scenarios.Result{}
	for _, r := range results {
		byName[filepath.Base(r.Scenario.ID)] = r
	}
	return byName
}

func TestTheWorkedCoreInPythonSleepsItself(t *testing.T) {
	if testing.Short() {
		t.Skip("takes most of a minute, of the machine's time; the tests of contract play a core that sleeps in CI")
	}
	results := inRealTime(t, nil, map[string]string{
		"a-code-and-a-mail": asksForACode + signsIn + sends + "mailbox bob@fabrikam.com count 1\n",
		"slow-down": asksForACode + "entra answer slow-down times=1\nclock +8s\n" +
			"wire count entra '/oauth2/v2.0/token' 2\nclock +3s\nwire count entra '/oauth2/v2.0/token' 2\n" + signsIn + sends,
		"a-refresh": "printer sign-in admin@contoso.com\n" + sends + "clock +2h\n" + sends +
			"wire shows entra grant_type=refresh_token\nmailbox bob@fabrikam.com count 2\n",
		"a-sign-in-is-lost": "printer sign-in admin@contoso.com\n" + sends + "clock +91d\nscan email bob@fabrikam.com\njobs shows Email 361\n",
		"a-sign-in-is-cancelled": asksForACode + "webconfig click Cancel\nwebconfig shows @sign-in-cancelled\nclock +12s\n" +
			"wire count entra '/oauth2/v2.0/token' 2\n",
		"power-goes-while-it-waits": asksForACode + "power off\npower on\nwebconfig log-in\n" +
			"webconfig open 'Network > Email Server > Basic'\n! webconfig shows 'Signed in'\n",
	})
	for name, r := range results {
		require.Equal(t, report.Passed, r.Verdict, "%s: %s", name, r.Failure)
	}
}

func TestACoreInPythonThatSleepsTooShortIsNamed(t *testing.T) {
	scripts := map[string]string{"hurries": asksForACode + signsIn + sends}
	r := inRealTime(t, []string{"--plant=polls-too-fast"}, scripts)["hurries"]
	require.Equal(t, report.Failed, r.Verdict)
	require.Contains(t, r.Failure, "asked-poll: the core polls after 2")
	require.Contains(t, r.Failure, "RFC 8628 section 3.5")
}
