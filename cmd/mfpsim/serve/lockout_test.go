package serve

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWebConfigTakesItsLogInFormFromItsOwnPagesOnly(t *testing.T) {
	s := live(t, Config{})
	form := url.Values{"user": {""}, "password": {s.WebConfigPassword}}.Encode()
	own := s.WebConfig
	for _, c := range []struct {
		name    string
		headers []string
		taken   bool
	}{
		{"its own page", []string{"Origin", own}, true},
		{"its own page, as browsers tell today", []string{"Origin", own, "Sec-Fetch-Site", "same-origin"}, true},
		{"a program, which has no origin", nil, true},
		{"another site", []string{"Origin", "https://elsewhere.example"}, false},
		{"another site, as browsers tell today", []string{"Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site"}, false},
		{"another port of this machine", []string{"Origin", s.Panel}, false},
		{"a page that hides where it comes from", []string{"Origin", "null"}, false},
		{"a page beside it, without an origin", []string{"Sec-Fetch-Site", "same-site"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := append([]string{"Content-Type", "application/x-www-form-urlencoded"}, c.headers...)
			response, _ := s.with(http.MethodPost, own+"/login", form, headers...)
			if !c.taken {
				require.Equal(t, http.StatusForbidden, response.StatusCode)
				require.Empty(t, response.Cookies())
				return
			}
			require.Equal(t, http.StatusSeeOther, response.StatusCode)
			require.NotContains(t, response.Header.Get("Location"), "because")
			require.Len(t, response.Cookies(), 1)
		})
	}
	response, _ := s.with(http.MethodGet, own+"/login", "")
	policy := response.Header.Get("Referrer-Policy")
	require.Equal(t, "same-origin", policy, "a browser tells its own pages' origin then")
}

func TestTwoHundredPasswordsAtOneDoorLockThatDoorAlone(t *testing.T) {
	const panel, web = "the panel", "Web Config"
	try := map[string]func(s *served, password string) (text string){
		panel: func(s *served, password string) string {
			_, answer := s.ask(http.MethodPost, "/printer/panel/log-in", `{"password":"`+password+`"}`)
			lines := ""
			for _, line := range answer["lines"].([]any) {
				lines += line.(string) + "\n"
			}
			return lines
		},
		web: func(s *served, password string) string {
			status, text := s.form(s.WebConfig+"/login", url.Values{"user": {""}, "password": {password}})
			require.Equal(s.t, http.StatusSeeOther, status)
			response, err := s.client.PostForm(s.WebConfig+"/login", url.Values{"user": {""}, "password": {password}})
			require.NoError(s.t, err)
			require.NoError(s.t, response.Body.Close())
			if strings.Contains(response.Header.Get("Location"), "because=later") {
				return "Try again later."
			}
			return text
		},
	}
	for attacked, other := range map[string]string{panel: web, web: panel} {
		t.Run(attacked, func(t *testing.T) {
			s := live(t, Config{})
			for range 200 {
				try[attacked](s, "not-the-password")
			}
			require.Contains(t, try[attacked](s, s.WebConfigPassword), "Try again later.")
			require.NotContains(t, try[other](s, s.WebConfigPassword), "Try again later.")
			for _, state := range []string{"off", "on"} {
				status, answer := s.ask(http.MethodPost, "/printer/power", `{"state":"`+state+`"}`)
				require.Equal(t, http.StatusOK, status, answer)
			}
			require.Contains(t, try[attacked](s, s.WebConfigPassword), "Try again later.", "power off is no way round")
			status, answer := s.ask(http.MethodPost, "/clock/advance", `{"duration":"5m"}`)
			require.Equal(t, http.StatusOK, status, answer)
			require.NotContains(t, try[attacked](s, s.WebConfigPassword), "Try again later.")
		})
	}
}
