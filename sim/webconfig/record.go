package webconfig

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"mfpsim/faultnet"
	"mfpsim/journal"
)

// isSecret names the form fields whose values no record may show: all passwords, and the anti-forgery token.
func isSecret(field string) bool {
	return field == "token" || strings.Contains(field, "password") && !strings.HasPrefix(field, eventField)
}

// recordedHeaders are the header fields that evidence has use for; hidden tells which values are secret.
var (
	recordedRequest  = []string{"Content-Type", "Cookie"}
	recordedResponse = []string{"Content-Type", "Location", "Set-Cookie"}
	hiddenHeaders    = map[string]bool{"Cookie": true, "Set-Cookie": true}
)

// tokenInPage finds the anti-forgery token in a page of ours.
var tokenInPage = regexp.MustCompile(`name="token" value="([0-9a-f]+)"`)

// Record turns an exchange with Web Config into a journal entry: passwords, cookies and anti-forgery tokens are hidden.
// It is a [faultnet.Record]. The style sheet is not recorded.
func Record(r *http.Request, body []byte, response *faultnet.Response) *journal.Exchange {
	return &journal.Exchange{
		Method: r.Method, Host: hostName(r.Host), Target: journal.Plain(r.URL.RequestURI()),
		RequestHeader: fields(r.Header, recordedRequest), RequestBody: formText(string(body)),
		Status: response.Status, ResponseHeader: fields(response.Header, recordedResponse), ResponseBody: pageText(string(response.Body)),
	}
}

func hostName(hostPort string) string {
	u := url.URL{Host: hostPort}
	return u.Hostname()
}

func fields(header http.Header, names []string) []journal.Field {
	var list []journal.Field
	for _, name := range names {
		for _, value := range header.Values(name) {
			text := journal.Plain(value)
			if hiddenHeaders[name] {
				text = journal.Hidden(value)
			}
			list = append(list, journal.Field{Name: name, Value: text})
		}
	}
	return list
}

// formText keeps a form's bytes in their order and hides the values of secret fields. What is no form is hidden as a
// whole.
func formText(body string) journal.Text {
	if body == "" {
		return nil
	}
	if _, err := url.ParseQuery(body); err != nil {
		return journal.Hidden(body)
	}
	return journal.HideForm(body, isSecret)
}

func pageText(body string) journal.Text {
	var text journal.Text
	at := 0
	for _, found := range tokenInPage.FindAllStringSubmatchIndex(body, -1) {
		text = text.Add(journal.Plain(body[at:found[2]]), journal.Hidden(body[found[2]:found[3]]))
		at = found[3]
	}
	if at < len(body) {
		text = text.Add(journal.Plain(body[at:]))
	}
	return text
}
