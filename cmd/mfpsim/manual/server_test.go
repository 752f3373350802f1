package manual_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	page "mfpsim/cmd/mfpsim/manual"
	"mfpsim/device/manual"
)

// ask sends a request and returns the status.
func ask(h http.Handler, method, target, body string, header ...string) (status int, text string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:7040"
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestThePageIsForItsPersonAlone(t *testing.T) {
	open := page.New(page.Config{Desk: manual.NewDesk(), Language: "en"})
	closed := page.New(page.Config{Desk: manual.NewDesk(), Language: "en", Token: "geheim"})
	for _, test := range []struct {
		name   string
		h      http.Handler
		method string
		target string
		header []string
		status int
	}{
		{"on this machine nobody is asked", open, "GET", "/v1/run", nil, http.StatusOK},
		{"by a name that somebody else could lead here", open, "GET", "/v1/run", []string{"Host", "printer.example"}, http.StatusMisdirectedRequest},
		{"an answer from a page of another site", open, "POST", "/answer", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"without the token", closed, "GET", "/v1/run", nil, http.StatusUnauthorized},
		{"with another token", closed, "GET", "/v1/run", []string{"Authorization", "Bearer falsch"}, http.StatusUnauthorized},
		{"with the token", closed, "GET", "/v1/run", []string{"Authorization", "Bearer geheim"}, http.StatusOK},
		{"with the token in the address, which is taken out of it", closed, "GET", "/?token=geheim", nil, http.StatusSeeOther},
		{"with the cookie", closed, "GET", "/v1/run", []string{"Cookie", "mfpsim-manual-token=geheim"}, http.StatusOK},
		{"an answer with the token in the address", closed, "POST", "/answer?token=geheim", nil, http.StatusUnauthorized},
		{"the certificate before the first case", open, "GET", "/authority.der", nil, http.StatusNotFound},
		{"an instruction before there is one", open, "GET", "/v1/instruction", nil, http.StatusNoContent},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, text := ask(test.h, test.method, test.target, "", test.header...)
			require.Equal(t, test.status, status, text)
		})
	}
}

func TestAfterTheRunNothingIsAsked(t *testing.T) {
	desk := manual.NewDesk()
	desk.End(manual.Case{ID: "setup/exchange-online", Verdict: "passed"})
	desk.Close()
	h := page.New(page.Config{Desk: desk, Language: "en"})
	status, _ := ask(h, "GET", "/v1/instruction?after=0", "")
	require.Equal(t, http.StatusGone, status)
	_, text := ask(h, "GET", "/", "")
	require.Contains(t, text, "The run has ended.")
	_, text = ask(h, "GET", "/?lang=hi", "")
	require.Contains(t, text, "<b>उत्तीर्ण</b>")
}

func TestEachInstructionHasASentenceInEachLanguage(t *testing.T) {
	for method, args := range map[string]string{
		"begin": `{"printer":"desk","language":"el"}`, "panel.press": `{"path":"Scan"}`, "panel.enter": `{"field":"To","value":"a"}`,
		"panel.logIn": `{"wrong":true}`, "panel.logOut": `{}`, "panel.home": `{}`, "loadOriginals": `{"pages":2}`,
		"layOriginals": `{"pages":2,"size":"A4"}`, "scan": `{"function":"Email","to":["a@b.c"],"settings":[{"name":"Resolution","value":"300 dpi"}]}`,
		"printSheet": `{}`, "power": `{"state":"cut"}`, "setLanguage": `{"language":"hi"}`, "webConfig.go": `{"address":"192.0.2.10"}`,
		"webConfig.logIn": `{}`, "webConfig.logOut": `{}`, "webConfig.open": `{"path":"Network"}`, "webConfig.click": `{"label":"OK"}`,
		"webConfig.set": `{"field":"Subject","value":"a"}`, "webConfig.enterPassword": `{"wrong":true}`, "webConfig.leave": `{}`,
		"webConfig.userCode": `{}`, "jobs.count": `{}`, "look": `{"surface":"job history","words":["Email"],"number":2}`,
	} {
		for _, language := range page.Languages() {
			text := page.Sentence(language, manual.Instruction{Method: method, Args: []byte(args)})
			require.NotEmpty(t, text, "%s in %s", method, language)
			require.NotContains(t, text, "{", "%s in %s: an argument is missing", method, language)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{`{"answer":"done"}`, `{"answer":7}`, `[]`, ``, `{"values":{"code":null}}`} {
		f.Add(seed, "id=1&answer=done&value.code=A")
	}
	f.Fuzz(func(t *testing.T, body, form string) {
		desk := manual.NewDesk()
		desk.Close()
		h := page.New(page.Config{Desk: desk, Language: "en"})
		status, _ := ask(h, "POST", "/v1/instructions/1/answer", body)
		require.Contains(t, []int{http.StatusBadRequest, http.StatusConflict}, status)
		status, _ = ask(h, "POST", "/answer", form, "Content-Type", "application/x-www-form-urlencoded")
		require.Contains(t, []int{http.StatusBadRequest, http.StatusSeeOther}, status)
	})
}
