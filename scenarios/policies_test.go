package scenarios_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// withPolicy is a scenario that sets a policy from a file of its own.
func withPolicy(t *testing.T, text string) scenarios.Scenario {
	t.Helper()
	const script = `# id: entra/policy
# title: A policy from the portal
# guide: Cannot Sign in or Users Cannot Sign in
# proves: R43
# level: MUST

tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
entra policy 'From the portal' export.json
scan email bob@fabrikam.com
mailbox bob@fabrikam.com is empty
-- export.json --
`
	all, err := scenarios.Load(fstest.MapFS{"entra/policy.txtar": {Data: []byte(script + text)}})
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}

// TestAnExportedPolicyIsTakenByTheVerbAndByTheControlAPI says each export in a scenario and over HTTP: both make the
// same of it.
func TestAnExportedPolicyIsTakenByTheVerbAndByTheControlAPI(t *testing.T) {
	files, err := filepath.Glob("../fakeentra/testdata/policies/*.json")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 6)
	ask := control(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var kept []byte
			result, err := scenarios.RunScenario(context.Background(), withPolicy(t, string(text)), scenarios.Options{
				Inspect: func(_ scenarios.Result, l *lab.Lab) {
					policies := l.Entra.Policies("contoso.com")
					require.Len(t, policies, 1)
					kept, err = json.Marshal(policies[0])
					require.NoError(t, err)
				},
			})
			require.NoError(t, err)
			require.Equal(t, report.Passed, result.Verdict, result.Failure)
			var said map[string]any
			require.NoError(t, json.Unmarshal(kept, &said))

			body, err := json.Marshal(map[string]any{
				"words": "'From the portal'", "policy": json.RawMessage(text), "tenant": "contoso.com",
			})
			require.NoError(t, err)
			status, answer := ask(http.MethodPost, "/entra/policy", string(body))
			require.Equal(t, http.StatusOK, status, answer)
			for _, own := range []string{"id", "createdDateTime", "modifiedDateTime"} { // of another bench
				delete(said, own)
				delete(answer, own)
			}
			require.Equal(t, said, answer)
		})
	}
	status, answer := ask(http.MethodPost, "/entra/policy", `{"words":"X state=on","policy":{}}`)
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, answer["error"], "either exported or said in words")
	status, answer = ask(http.MethodPost, "/entra/policy", `{"words":"X","policy":{"displayname":"y"}}`)
	require.Equal(t, http.StatusUnprocessableEntity, status, answer)
	require.Contains(t, answer["error"], "Unknown property 'displayname'")
}

// TestAScenarioWithAnUnknownPolicyProvesNothing: what is seen says nothing of a real organization.
func TestAScenarioWithAnUnknownPolicyProvesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		file     string
		change   [2]string
		proofs   []string // by the file alone
		warnings int
		says     string
	}{
		"a device filter":                    {"device-filter", [2]string{}, nil, 1, "conditions.devices"},
		"a device filter of a policy off":    {"device-filter", [2]string{`"enabled"`, `"disabled"`}, []string{"R43"}, 0, ""},
		"a device filter that only reports":  {"device-filter", [2]string{`"enabled"`, `"enabledForReportingButNotEnforced"`}, nil, 1, "conditions.devices"},
		"a location of another organization": {"locations-of-another-tenant", [2]string{}, []string{"R43"}, 1, "excludeLocations 1a2b3c4d"},
		"a demand that is not simulated":     {"approved-application", [2]string{}, []string{"R43"}, 0, ""},
		"session controls":                   {"session-controls", [2]string{}, []string{"R43"}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("../fakeentra/testdata/policies", test.file+".json"))
			require.NoError(t, err)
			s := withPolicy(t, strings.Replace(string(text), `"state": `+test.change[0], `"state": `+test.change[1], 1))
			require.Equal(t, test.proofs, s.Proofs())
			result, err := scenarios.RunScenario(context.Background(), s, scenarios.Options{})
			require.NoError(t, err)
			require.Equal(t, report.Passed, result.Verdict, result.Failure)
			require.Len(t, result.Warnings, test.warnings)
			if test.warnings == 0 {
				require.Equal(t, test.proofs, result.Case().Proves)
				return
			}
			require.Empty(t, result.Case().Proves)
			require.Contains(t, result.Warnings[0], `the policy "From the portal" is unknown`)
			require.Contains(t, result.Warnings[0], test.says)
		})
	}
}
