package serve

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// registered reads GET /printer/users.
func (s *served) registered(t *testing.T) usersAnswer {
	t.Helper()
	status, text := s.get(s.Control + "/printer/users")
	require.Equal(t, http.StatusOK, status, text)
	var answer usersAnswer
	require.NoError(t, json.Unmarshal([]byte(text), &answer))
	return answer
}

// wants makes a request and wants a status and words in the answer.
func (s *served) wants(t *testing.T, status int, path, body string, words ...string) {
	t.Helper()
	got, read := s.ask(http.MethodPost, path, body)
	text, err := json.Marshal(read)
	require.NoError(t, err)
	answer := string(text)
	require.Equal(t, status, got, answer)
	for _, w := range words {
		require.Contains(t, answer, w)
	}
}

func TestUsersOfThePrinterOverTheControlAPI(t *testing.T) {
	for _, language := range []string{"en", "hi", "el"} {
		t.Run(language, func(t *testing.T) {
			s := live(t, Config{Prepared: true, Language: language})
			require.Equal(t, "off", s.registered(t).State)
			s.wants(t, 422, "/printer/user-authentication", `{"words":"on"}`, "has not taken it: ")
			s.wants(t, 400, "/printer/license", `{"words":"of=printer"}`, "of=")
			s.wants(t, 200, "/printer/license", `{"words":"until=2178-12-31"}`)
			s.wants(t, 200, "/printer/user-authentication", `{"words":"on sender=user"}`)
			s.wants(t, 200, "/printer/users",
				`{"words":"alice email=alice@contoso.com name='Alice Smith' number=47110000 administrator"}`)
			s.wants(t, 422, "/printer/users", `{"words":"ALICE email=alice@contoso.com"}`, "has not taken it: ")
			s.wants(t, 400, "/printer/users", `{"words":"alice"}`, "email=ADDRESS")
			s.wants(t, 422, "/printer/users/import", `{"file":"User ID,Email Address\nx,nowhere\n"}`,
				"has not taken it: ", "2")
			s.wants(t, 422, "/printer/users/import", `{"file":"User ID\n"}`, "has not taken it: ")
			s.wants(t, 200, "/printer/users/import",
				`{"file":"User ID,User Name,ID Number,Email Address\nbob,Bob,47120000,bob@contoso.com\n"}`, `"told"`, "1")
			s.wants(t, 200, "/printer/users/import",
				`{"file":"User ID,User Name,ID Number,Email Address\nbob,Bob,47120000,bob@contoso.com\n"}`, `"told"`)
			answer := s.registered(t)
			require.Equal(t, "on", answer.State)
			require.Equal(t, "user", answer.Sender)
			require.Equal(t, "2178-12-31", answer.LicenseEnds)
			require.Len(t, answer.Users, 2)
			require.Equal(t, "Alice Smith", answer.Users[0].Name)
			require.True(t, answer.Users[0].Administrator)
			require.NotEmpty(t, answer.Users[0].Password)

			// Wrong at the panel, then right; a number, too.
			s.wants(t, 400, "/printer/users/log-in", `{"user":"alice","number":"1"}`, "with")
			s.wants(t, 200, "/printer/users/log-in", `{"user":"alice","password":"wrong"}`)
			s.wants(t, 200, "/printer/panel/press", `{"path":"OK"}`)
			s.wants(t, 200, "/printer/users/log-in", `{"number":"47120000"}`, "Bob")
			s.wants(t, 422, "/printer/users/log-in", `{"user":"alice"}`, "does not ask for a user")
			s.wants(t, 200, "/printer/panel/log-out", ``)
			s.wants(t, 200, "/printer/users/log-in", `{"user":"alice"}`, "Alice Smith")
			s.wants(t, 200, "/printer/panel/log-out", ``)
			s.wants(t, 200, "/printer/users/delete", `{"user":"BOB"}`)
			s.wants(t, 404, "/printer/users/delete", `{"user":"bob"}`, "alice")
			require.Len(t, s.registered(t).Users, 1)
		})
	}
}

// The whole way of To My Email over HTTP: the printer is signed in, a user signs in on the panel at her first scan, and
// the mail is from herself.
func TestToMyEmailOverTheControlAPI(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script.txt")
	require.NoError(t, os.WriteFile(script, []byte(strings.Join([]string{
		"tenant contoso.com smtp-auth=enabled security-defaults=off",
		"user admin@contoso.com role='Cloud Application Administrator' mailbox", "user alice@contoso.com mailbox",
		"printer sign-in admin@contoso.com",
	}, "\n")), 0o600))
	s := live(t, Config{Script: script})
	s.wants(t, 200, "/printer/license", `{"words":""}`)
	s.wants(t, 200, "/printer/user-authentication", `{"words":"on sender=user"}`)
	s.wants(t, 200, "/printer/users", `{"words":"alice email=alice@contoso.com"}`)
	s.wants(t, 200, "/printer/users/log-in", `{"user":"alice"}`)
	scan := `{"function":"To My Email","pages":2}`
	s.wants(t, 200, "/printer/scan", scan, `"kind":"page"`)
	loaded := func() { s.wants(t, 200, "/clock/advance", `{"duration":"1s"}`) }
	types := func(value string) {
		loaded()
		var page panelScreen
		_, text := s.get(s.Control + "/printer/panel")
		require.NoError(t, json.Unmarshal([]byte(text), &page))
		require.Len(t, page.Fields, 1, text)
		body, err := json.Marshal(enterRequest{Field: page.Fields[0], Value: value})
		require.NoError(t, err)
		s.wants(t, 200, "/printer/panel/enter", string(body))
	}
	var bench overviewAnswer
	_, text := s.get(s.Control + "/")
	require.NoError(t, json.Unmarshal([]byte(text), &bench))
	at := slices.IndexFunc(bench.Bench.Accounts, func(a Account) bool { return a.User == "alice@contoso.com" })
	types("alice@contoso.com")
	s.wants(t, 200, "/printer/panel/press", `{"path":"Next"}`)
	types(bench.Bench.Accounts[at].Password)
	s.wants(t, 200, "/printer/panel/press", `{"path":"Sign In"}`)
	loaded()
	s.wants(t, 200, "/printer/panel/press", `{"path":"Accept"}`)
	loaded()
	require.True(t, s.registered(t).Users[0].SignedIn)
	require.Equal(t, "alice@contoso.com", s.registered(t).Users[0].Account)
	s.wants(t, 200, "/printer/panel/press", `{"path":"Start"}`)
	s.wants(t, 200, "/printer/scan", scan)
	loaded()
	var found struct {
		Messages []struct{ From struct{ Address string } } `json:"messages"`
	}
	status, text := s.get(s.Control + "/api/v1/search?query=to:alice@contoso.com")
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, json.Unmarshal([]byte(text), &found), text)
	require.Len(t, found.Messages, 2)
	require.Equal(t, "alice@contoso.com", found.Messages[0].From.Address)
}
