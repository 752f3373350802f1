package serve

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnAccountIsMadeInBothCloudsOrNotAtAll(t *testing.T) {
	s := live(t, Config{})
	accounts := func() int {
		_, answer := s.ask(http.MethodGet, "/", "")
		return len(answer["bench"].(map[string]any)["accounts"].([]any))
	}
	before := accounts()
	for _, c := range []struct{ name, method, path, body, message string }{
		{"a blank in the address", "POST", "/user", `{"words":["a b@contoso.com"]}`, "no e-mail address"},
		{"a comma in the address", "POST", "/user", `{"words":["a,b@contoso.com"]}`, "exchange: "},
		{"the same without a mailbox", "POST", "/user", `{"words":["a,b@contoso.com","no-mailbox"]}`, "the name is an e-mail address"},
		{"two at signs", "POST", "/user", `{"words":["a@b@contoso.com"]}`, "b@contoso.com"},
		{"a name that is too long", "POST", "/user", `{"words":["` + strings.Repeat("a", 110) + `@contoso.com","no-mailbox"]}`, "more than 113 characters"},
		{"a role that is none", "POST", "/user", `{"words":["carol@contoso.com","role=Fireman"]}`, "Fireman"},
		{"a password that is too short", "POST", "/user", `{"words":"carol@contoso.com","password":"short"}`, "8 to 256 characters"},
		{
			"a domain of no organization", "POST", "/user", `{"words":"bob@contso.com"}`,
			"bob@contso.com is an address of the Internet: nothing was made. It takes mail without an account; the organizations of the bench have outlook.com, contoso.com",
		},
		{"the same with a mailbox", "POST", "/user", `{"words":"bob@contso.com mailbox"}`, "an address of the Internet: nothing was made"},
		{"the same with a role and a password", "POST", "/user", `{"words":"bob@contso.com mfa role='Global Administrator'","password":"Correct-Horse-9"}`, "an address of the Internet: nothing was made"},
		{"another address of a domain of none", "POST", "/user", `{"words":"carol@contoso.com primary=carol@contso.com"}`, "does not have the domain contso.com"},
		{"an account that is there", "POST", "/user", `{"words":"alice@contoso.com"}`, "exist"},
		{
			"a blank, through Graph", "POST", "/graph/v1.0/users",
			`{"accountEnabled":true,"displayName":"a","mailNickname":"a","userPrincipalName":"a b@contoso.com","passwordProfile":{"password":"Correct-Horse-9"}}`, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := s.ask(c.method, c.path, c.body)
			require.GreaterOrEqual(t, status, 400, answer)
			require.Less(t, status, 500, answer)
			if c.message != "" {
				require.Contains(t, answer["error"], c.message)
			}
			require.Equal(t, before, accounts())
		})
	}
	status, answer := s.ask(http.MethodPost, "/user", `{"words":"carol@contoso.com"}`)
	require.Equal(t, http.StatusOK, status, "what was refused left nothing behind: %v", answer)
	require.Equal(t, true, answer["mailbox"])
}

func TestAnOrganizationIsMadeInBothCloudsOrNotAtAll(t *testing.T) {
	s := live(t, Config{})
	for range 2 {
		status, answer := s.ask(http.MethodPost, "/tenant", `{"words":"contoso.com"}`)
		require.Equal(t, http.StatusUnprocessableEntity, status)
		require.Contains(t, answer["error"], "contoso.com")
	}
	status, answer := s.ask(http.MethodPost, "/tenant", `{"words":["two words.com"]}`)
	require.Equal(t, http.StatusUnprocessableEntity, status, answer)
	status, answer = s.ask(http.MethodPost, "/user", `{"words":"carol@contoso.com"}`)
	require.Equal(t, http.StatusOK, status, answer)
}
