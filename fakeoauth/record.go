package fakeoauth

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mfpsim/faultnet"
	"mfpsim/journal"
)

// hidden are parameters and members whose values are secret. A user code is not: a device shows it to anybody.
var hidden = []string{
	"device_code", "code", "code_verifier", "refresh_token", "access_token", "id_token", "token", "client_secret",
	"client_assertion", "password", "visit",
}

// record makes the journal's entry of one exchange, secrets hidden where they stand.
func record(r *http.Request, body []byte, answer *faultnet.Response) *journal.Exchange {
	target := journal.Plain(r.URL.EscapedPath())
	if r.URL.RawQuery != "" {
		target = target.Add(journal.Plain("?"), hideForm(r.URL.RawQuery))
	}
	host, _, _ := strings.Cut(r.Host, ":")
	shown := hideAnswer(answer.Body)
	if answer.Header.Get("Location") != "" {
		shown = journal.Hidden(string(answer.Body)) // net/http's link to the same address
	}
	return &journal.Exchange{
		Method: r.Method, Host: host, Target: target, RequestHeader: hideHeader(r.Header), RequestBody: hideForm(string(body)),
		Status: answer.Status, ResponseHeader: hideHeader(answer.Header), ResponseBody: shown,
	}
}

// hideForm hides the values of secret fields in form encoding. What has no name may be anything, and is hidden.
func hideForm(text string) journal.Text {
	var t journal.Text
	for i, pair := range strings.Split(text, "&") {
		if i > 0 {
			t = t.Add(journal.Plain("&"))
		}
		name, value, found := strings.Cut(pair, "=")
		decoded, err := url.QueryUnescape(name)
		switch {
		case !found || err != nil:
			t = t.Add(journal.Hidden(pair))
		case slices.Contains(hidden, strings.ToLower(decoded)):
			t = t.Add(journal.Plain(name+"="), journal.Hidden(value))
		default:
			t = t.Add(journal.Plain(pair))
		}
	}
	return t
}

func hideHeader(header http.Header) []journal.Field {
	names := make([]string, 0, len(header))
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	var fields []journal.Field
	for _, name := range names {
		for _, value := range header[name] {
			text := journal.Plain(value)
			switch name {
			case "Authorization", "Cookie":
				text = journal.Hidden(value)
			case "Location":
				if before, query, found := strings.Cut(value, "?"); found {
					text = journal.Plain(before + "?").Add(hideForm(query))
				}
			}
			fields = append(fields, journal.Field{Name: name, Value: text})
		}
	}
	return fields
}

// hideAnswer hides secrets in a JSON answer and in a page. Values are found by their names, so that nothing has to be
// parsed.
func hideAnswer(body []byte) journal.Text {
	form := [2]string{`"`, `":"`}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		form = [2]string{`name="`, `" value="`}
	}
	var t journal.Text
	for len(body) > 0 {
		start := -1
		for _, name := range hidden {
			mark := []byte(form[0] + name + form[1])
			if i := bytes.Index(body, mark); i >= 0 && (start < 0 || i+len(mark) < start) {
				start = i + len(mark)
			}
		}
		if start < 0 {
			break
		}
		end := bytes.IndexByte(body[start:], '"')
		if end < 0 {
			end = len(body) - start
		}
		t = t.Add(journal.Plain(string(body[:start])), journal.Hidden(string(body[start:start+end])))
		body = body[start+end:]
	}
	return t.Add(journal.Plain(string(body)))
}
