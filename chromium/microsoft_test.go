package chromium

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

func TestEveryPageOfMicrosoftsCanBeReadByEverybody(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--script", "testdata/people.txt")
			m := &microsoft{inspector: newInspector(t, language), bench: b}
			m.asks()
			m.signsIn()
			m.meetsAPolicy()
			m.looksAround()
		})
	}
}

// microsoft is a person on Microsoft's pages who looks at each.
type microsoft struct {
	*inspector
	bench *bench
}

// entra is a client that trusts the bench, as the bench trusts nobody's store.
var entra = &http.Client{Transport: &http.Transport{
	TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the bench's authority is its own
}}

// code asks for a device code as the printer does, and returns the user code.
func (m *microsoft) code() string {
	m.t.Helper()
	answer, err := entra.PostForm(m.bench.Entra+"/common/oauth2/v2.0/devicecode", url.Values{
		"client_id": {m.bench.ClientID}, "scope": {m.bench.Scope},
	})
	require.NoError(m.t, err)
	defer answer.Body.Close()
	var said struct {
		UserCode string `json:"user_code"`
	}
	require.NoError(m.t, json.NewDecoder(answer.Body).Decode(&said))
	require.NotEmpty(m.t, said.UserCode)
	return said.UserCode
}

// fills types into the field of a page and goes on.
func (m *microsoft) fills(page, text string) {
	m.t.Helper()
	if text != "" {
		m.types(`main[data-page="`+page+`"] .field input`, text)
	}
	m.clicks(`main[data-page="` + page + `"] button.primary`)
}

// reaches waits for a page and looks at it.
func (m *microsoft) reaches(page string) {
	m.t.Helper()
	m.sees(`main[data-page="` + page + `"]`)
	m.inspects("Microsoft's page " + page)
}

// errs is told of a mistake on a page.
func (m *microsoft) errs(page, text string) {
	m.t.Helper()
	m.fills(page, text)
	m.sees(`main[data-page="` + page + `"] .error`)
	m.inspects("a mistake on the page " + page)
}

// begins opens the page of the code and signs in up to the password.
func (m *microsoft) begins(user string) {
	m.t.Helper()
	m.opens(m.bench.Entra + "/device")
	m.fills("code", m.code())
	m.fills("account", user)
	m.fills("password", m.bench.password(user))
}

// signsIn goes through the pages with each mistake that one can make.
func (m *microsoft) signsIn() {
	m.t.Helper()
	m.bench.post("/entra/mfa", map[string]any{"user": administrator, "on": true})
	m.opens(m.bench.Entra + "/device")
	m.reaches("code")
	m.errs("code", "WRONGCODE")
	m.fills("code", m.code())
	m.reaches("account")
	m.errs("account", "nobody@contoso.com")
	m.fills("account", administrator)
	m.reaches("password")
	m.errs("password", "wrong")
	m.fills("password", m.bench.password(administrator))
	m.reaches("mfa")
	m.clicks(`main[data-page="mfa"] button.primary`)
	m.reaches("confirm")
	m.clicks(`main[data-page="confirm"] button.primary`)
	m.reaches("permissions")
	m.clicks(`main[data-page="permissions"] .box label`)
	m.clicks(`main[data-page="permissions"] button.primary`)
	m.reaches("done")
}

// leaves signs out, so that the next one is asked who it is.
func (m *microsoft) leaves() {
	m.t.Helper()
	m.opens(m.bench.Entra + "/common/oauth2/v2.0/logout")
	m.sees(`main[data-page="signed-out"]`)
}

// asks is a user who may not consent, and who then cancels.
func (m *microsoft) asks() {
	m.t.Helper()
	m.begins("alice@contoso.com")
	m.clicks(`main[data-page="confirm"] button.primary`)
	m.reaches("approval")
	m.leaves()
	m.inspects("signed out")
	m.begins("alice@contoso.com")
	m.clicks(`main[data-page="confirm"] button:not(.primary)`)
	m.reaches("declined")
	m.leaves()
}

// meetsAPolicy is a user whom Conditional Access blocks.
func (m *microsoft) meetsAPolicy() {
	m.t.Helper()
	m.leaves()
	m.bench.post("/entra/policy", map[string]any{
		"words": "'Block device code flow' state=on users=All flow=deviceCodeFlow grant=block",
	})
	m.begins("bob@contoso.com")
	m.reaches("blocked")
}

// looksAround opens what no sign-in of a printer leads to.
func (m *microsoft) looksAround() {
	m.t.Helper()
	m.opens(m.bench.Entra + "/no/such/page")
	m.reaches("unknown")
	m.opens(m.bench.Entra + "/error")
	m.reaches("lookup")
	m.opens(m.bench.Entra + "/error?code=53003")
	m.inspects("what a number means")
	m.opens(m.bench.Entra + "/common/oauth2/v2.0/authorize?client_id=nobody")
	m.reaches("error")
}
