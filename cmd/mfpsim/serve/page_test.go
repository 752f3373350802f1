package serve

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/explain"
	"mfpsim/lab"
	"mfpsim/scenarios"
)

func TestTheBenchIsPrintedFirst(t *testing.T) {
	s := live(t, Config{})
	first, _, _ := strings.Cut(s.out.String(), "\n")
	require.Contains(t, first, s.Bench)
	require.Contains(t, first, "begin here")
	status, page := s.get(s.Bench)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "/bench/main.js")
}

// Each text of the page is there in each language, and each that a module asks for is there.
func TestThePageHasItsWordsInEachLanguage(t *testing.T) {
	text, err := pageFiles.ReadFile("page/texts.json")
	require.NoError(t, err)
	var table map[string]map[string]string
	require.NoError(t, json.Unmarshal(text, &table))
	names := regexp.MustCompile(`\{[a-z]+\}`)
	for id, row := range table {
		require.Len(t, row, 3, id)
		for _, language := range []string{"en", "hi", "el"} {
			require.NotEmpty(t, row[language], "%s in %s", id, language)
			require.ElementsMatch(t, names.FindAllString(row["en"], -1), names.FindAllString(row[language], -1), id)
		}
	}
	var all strings.Builder
	require.NoError(t, fs.WalkDir(pageFiles, "page", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".js") && !strings.HasSuffix(path, ".html") {
			return err
		}
		source, err := pageFiles.ReadFile(path)
		all.Write(source)
		return err
	}))
	asked := regexp.MustCompile(`[^a-z]t\("([a-z0-9-]+[a-z0-9])"|data-t(?:-[a-z]+)?="([a-z0-9-]+)"`)
	for _, found := range asked.FindAllStringSubmatch(all.String(), -1) {
		require.Contains(t, table, found[1]+found[2])
	}
	for id := range table {
		prefix, _, _ := strings.Cut(id, "-")
		said := strings.Contains(all.String(), `"`+id+`"`) || strings.Contains(all.String(), `"`+prefix+`-"`)
		require.True(t, said, "nobody says %s", id)
	}
}

func TestACaseIsLoadedWithoutRestartingAndTicksItself(t *testing.T) {
	s := live(t, Config{Seed: 7})
	var loaded caseAnswer
	s.object("/case", &loaded)
	require.Empty(t, loaded.ID)
	status, answer := s.ask(http.MethodPost, "/case", `{"id":"trouble/expired-by-disuse","language":"el"}`)
	require.Equal(t, http.StatusOK, status, answer)
	s.object("/case?language=el", &loaded)
	require.Equal(t, "trouble/expired-by-disuse", loaded.ID)
	require.Equal(t, "Εμφανίζεται ένα μήνυμα λήξης", loaded.Chapter)
	require.Contains(t, loaded.Question, "έχει λήξει")
	inHand := loaded.InHand
	require.Equal(t, scenarios.PartSymptom, loaded.Parts[inHand].Kind)
	status, answer = s.ask(http.MethodPost, "/printer/scan", `{"to":["bob@fabrikam.com"]}`)
	require.Equal(t, http.StatusOK, status, answer)
	var now nowAnswer
	for range 100 { // each wait ends with the next thing that happens
		s.object(fmt.Sprintf("/bench/now?after=%d&wait=5s", now.Last), &now)
		if now.Case.InHand > inHand {
			break
		}
	}
	require.Equal(t, inHand+1, now.Case.InHand)
	status, answer = s.ask(http.MethodPost, "/case/next", ``)
	require.Equal(t, http.StatusOK, status, answer)
	require.NotEqual(t, "trouble/expired-by-disuse", answer["id"])
	status, answer = s.ask(http.MethodPost, "/case", `{}`)
	require.Equal(t, http.StatusOK, status, answer)
	require.Empty(t, answer["id"], "the bench is as the command line wanted it")
	status, answer = s.ask(http.MethodPost, "/case", `{"id":"trouble/no-such-case"}`)
	require.Equal(t, http.StatusNotFound, status, answer)
	status, _ = s.ask(http.MethodPost, "/case/skip", `{"line":1}`)
	require.Equal(t, http.StatusBadRequest, status, "no case is loaded")
}

func TestAFrameHasADoorOfItsOwnForTheBenchsPageAlone(t *testing.T) {
	s := live(t, Config{Prepared: true, Passwords: map[string]string{"printer": "the-admin-password"}})
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	var now nowAnswer
	s.object("/bench/now", &now)
	bench := strings.TrimSuffix(s.Control, "/")
	for _, at := range []string{
		now.Panes.WebConfig + "/status/product", now.Panes.Browser + "/common/oauth2/deviceauth",
	} {
		response, text := s.with(http.MethodGet, at, "")
		require.Equal(t, http.StatusOK, response.StatusCode, at)
		policy := response.Header.Get("Content-Security-Policy")
		require.True(t, strings.HasSuffix(policy, "; frame-ancestors "+bench), policy)
		require.NotContains(t, policy, "'unsafe-inline'")
		require.NotContains(
			t,
			text,
			"https://127.0.0.1",
			"a link would lead to a door that the browser does not trust",
		)
	}
	response, _ := s.with(http.MethodPost, now.Panes.WebConfig+"/login", url.Values{
		"password": {"the-admin-password"},
	}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	cookie := response.Cookies()[0]
	require.True(t, strings.HasPrefix(cookie.Name, "mfpsim-web-config-pane-"), cookie.Name)
	require.False(t, cookie.Secure)
	require.True(t, cookie.HttpOnly)
	_, text := s.with(http.MethodGet, now.Panes.WebConfig+"/network", "", "Cookie", cookie.Name+"="+cookie.Value)
	require.Contains(t, text, "Network")
	response, _ = s.with(http.MethodGet, now.Panes.WebConfig+"/network", "", "Cookie",
		strings.TrimPrefix(cookie.Name, "mfpsim-web-config-pane-")+"="+cookie.Value)
	require.Equal(t, http.StatusSeeOther, response.StatusCode, "the real door's cookie is none of the frame's")
	for name, value := range map[string]string{"Origin": "http://evil.example", "Host": "evil.example"} {
		response, _ := s.with(http.MethodPost, now.Panes.WebConfig+"/login", "", name, value)
		require.Equal(t, http.StatusForbidden, response.StatusCode, name)
	}
	response, _ = s.with(http.MethodGet, s.WebConfig+"/status/product", "")
	policy := response.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "frame-ancestors 'none'", "the real door stays as it is")
}

func TestBeyondLoopbackThePageTakesTheTokenAndHasNoFrames(t *testing.T) {
	s := container(t, Config{})
	response, _ := s.with(http.MethodGet, s.Bench, "")
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	response, _ = s.with(http.MethodGet, s.Bench+"main.js", "")
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	response, _ = s.with(http.MethodGet, s.Bench, "", "Authorization", "Bearer "+s.Token)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NotRegexp(t, `frame-src[^;]*http:`, response.Header.Get("Content-Security-Policy"))
	_, text := s.with(http.MethodGet, s.Control+"/bench/now", "", "Authorization", "Bearer "+s.Token)
	var now nowAnswer
	require.NoError(t, json.Unmarshal([]byte(text), &now))
	require.Empty(t, now.Panes)
}

func TestTheHTMLOfAMailHasNoRights(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{Prepared: true, Lab: func(l *lab.Lab) { bench = l }})
	mail := "To: alice@contoso.com\r\nSubject: <b>\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>Hello"
	require.NoError(t, bench.SMTP.Deliver("alice@contoso.com", []byte(mail)))
	response, text := s.with(http.MethodGet, s.Control+"/view/latest", "")
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Contains(t, text, "Hello")
	policy := response.Header.Get("Content-Security-Policy")
	require.True(t, strings.HasPrefix(policy, "sandbox; default-src 'none'"), policy)
	require.NotContains(t, policy, "script-src")
}

func TestTheBenchExplainsAsTheCommandLineDoes(t *testing.T) {
	s := live(t, Config{})
	var got struct {
		Answer explain.Answer `json:"answer"`
		Cases  []struct {
			ID string `json:"id"`
		} `json:"cases"`
	}
	s.object("/explain?language=el&text=360", &got)
	want, err := explain.Explain("360", "el")
	require.NoError(t, err)
	require.Equal(t, want, got.Answer)
	require.Equal(t, "not-saved", got.Answer.Causes[0].ID)
	require.NotEmpty(t, got.Cases)
	for _, c := range got.Cases {
		require.NotEqual(t, got.Answer.Causes[0].Scenario, c.ID, "a case stands once")
	}
	status, answer := s.ask(http.MethodGet, "/explain?language=xx&text=360", "")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, answer["error"], `no language "xx" here`)
}

func TestTheBenchHasTheCasesOfASourceFolder(t *testing.T) {
	root := t.TempDir()
	_, err := scenarios.Skeleton(root, "own/story", "")
	require.NoError(t, err)
	s := live(t, Config{Folder: root, Scenario: "own/story"})
	var got caseAnswer
	s.object("/case", &got)
	require.Equal(t, "own/story", got.ID)
	var chapters []chapterOfCases
	s.object("/cases", &chapters)
	require.Len(t, chapters, 1)
	require.Equal(t, "own/story", chapters[0].Cases[0].ID)
}
