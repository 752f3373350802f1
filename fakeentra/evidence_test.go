package fakeentra_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// story plays a sign-in with mistakes, refreshes and a refusal, and returns every answer and the sign-in log.
func story(t *testing.T, seed uint64) (bodies []string, c *client) {
	t.Helper()
	c = newClient(t, fakeentra.Config{Start: start, Seed: seed, AccessTokenLifetime: time.Hour})
	keep := func(a answer) answer {
		a.header.Del("Set-Cookie")
		header, err := json.Marshal(a.header)
		require.NoError(t, err)
		bodies = append(bodies, string(header), a.body)
		return a
	}
	keep(c.do(http.MethodGet, authority+"/organizations/v2.0/.well-known/openid-configuration", "", ""))
	keep(c.do(http.MethodGet, authority+"/common/discovery/v2.0/keys", "", ""))
	code := keep(c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}}))
	keep(c.poll(code.text("device_code")))
	p := c.person().open(
		"https://login.microsoft.com/device",
	).press(
		"Next", "otc", code.text("user_code"),
	).press(
		"Next", "loginfmt", "admin@contoso.com",
	)
	p.press("Sign In", "passwd", "wrong")
	p.press(
		"Sign In", "passwd", p.password("admin@contoso.com"),
	).press(
		"Continue",
	).press(
		"Accept", "adminConsent", "true",
	)
	a := keep(c.poll(code.text("device_code")))
	c.advance(50 * time.Minute)
	a = keep(c.refresh(a.text("refresh_token")))
	require.NoError(t, c.entra.Revoke("admin@contoso.com"))
	keep(c.refresh(a.text("refresh_token")))
	bodies = append(bodies, c.entra.SignIns().Table(), journalText(c.entra))
	return bodies, c
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	one, _ := story(t, 1)
	again, _ := story(t, 1)
	require.Equal(t, one, again)
	other, _ := story(t, 2)
	require.Len(t, other, len(one))
	for i := range one {
		require.Len(t, other[i], len(one[i]), "another seed changes ids and nothing else:\n%s\n%s", one[i], other[i])
	}
	require.NotEqual(t, one, other)
}

var update = flag.Bool("update", false, "write the golden file anew")

// TestTheStoryIsTheSameOnEveryMachine compares with what another machine wrote: texts as they are, tokens by their
// hash.
func TestTheStoryIsTheSameOnEveryMachine(t *testing.T) {
	bodies, c := story(t, 1)
	golden := journalText(c.entra) + c.entra.SignIns().Table()
	for _, body := range bodies {
		golden += fmt.Sprintf("%x\n", sha256.Sum256([]byte(body)))
	}
	const file = "testdata/story.golden"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(golden), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), golden)
}

// leaks lists the secrets that a text holds, plain or in one of the forms in which secrets travel.
func leaks(text string, secrets []string) []string {
	var found []string
	for _, secret := range secrets {
		quoted, _ := json.Marshal(secret)
		for _, form := range []string{
			secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)), strings.Trim(string(quoted), `"`),
		} {
			if strings.Contains(text, form) {
				found = append(found, form)
			}
		}
	}
	return found
}

func TestNoSecretIsInTheJournalOrOnAPage(t *testing.T) {
	_, c := story(t, 3)
	p := c.person()
	user, _ := c.ask()
	p.typePassword(user, "alice@contoso.com")
	c.do(
		http.MethodPost, authority+"/common"+token, "application/json",
		`{"refresh_token":"`+c.signIn("admin@contoso.com").text("refresh_token")+`"}`,
	)
	secrets := c.entra.Secrets()
	require.Greater(t, len(secrets), 9)
	text := journalText(c.entra) + c.entra.SignIns().Table()
	admin, _ := c.entra.User("admin@contoso.com")
	marshalled, err := json.Marshal(admin)
	require.NoError(t, err)
	page, err := p.page.Html()
	require.NoError(t, err)
	require.Empty(t, leaks(text+string(marshalled)+page, secrets))
	require.Contains(t, text, "passwd=[redacted]")
	require.Contains(t, text, `"access_token":"[redacted]"`)
	require.Contains(t, text, "otc=", "a user code is no secret")
	require.NotEmpty(t, leaks(text+"&x="+url.QueryEscape(secrets[len(secrets)-1]), secrets), "a planted leak is seen")
}

func TestObjectsHaveGraphsShapes(t *testing.T) {
	c := stepped(t)
	policy, err := change(c.entra, "Block device code flow", "flow=Device code flow", "users=All",
		"exclude=alice@contoso.com", "from=2026-05-01", "state=report-only")
	require.NoError(t, err)
	text, err := json.Marshal(policy)
	require.NoError(t, err)
	require.JSONEq(
		t,
		`{"id":"`+policy.ID+`","displayName":"Block device code flow","createdDateTime":"2026-03-02T09:00:00Z",
		"state":"enabledForReportingButNotEnforced",
		"conditions":{"userRiskLevels":[],"signInRiskLevels":[],"clientAppTypes":["all"],
		"platforms":null,"locations":null,
		"users":{"includeUsers":["All"],"excludeUsers":["alice@contoso.com"],"includeGroups":[],
		"excludeGroups":[],"includeRoles":[],"excludeRoles":[]},
		"applications":{"includeApplications":["All"],"excludeApplications":[]},
		"authenticationFlows":{"transferMethods":"deviceCodeFlow"}},
		"grantControls":{"operator":"OR","builtInControls":["block"]},"sessionControls":null,
		"mfpsim":{"from":"2026-05-01T00:00:00Z"}}`,
		string(text),
	)
	c.signIn("admin@contoso.com")
	for _, thing := range []any{
		c.entra.Tenants(), c.entra.Users(), c.entra.Consents("contoso.com"), c.entra.SignIns(), c.entra.Audit(),
	} {
		text, err := json.Marshal(thing)
		require.NoError(t, err)
		require.Greater(t, len(text), 50)
	}
}
