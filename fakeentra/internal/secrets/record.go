package secrets

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"mfpsim/fakeentra/internal/forms"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// hiddenParameters are form fields and query parameters whose values are secret. A user code (otc) is not: it is shown
// to anybody.
var hiddenParameters = map[string]bool{
	"device_code": true, "code": true, "refresh_token": true, "passwd": true, "password": true, "client_secret": true,
	"client_assertion": true, "assertion": true, "code_verifier": true, "access_token": true, "id_token": true, "id_token_hint": true,
	"canary": true,
}

// hiddenMembers are members of JSON answers whose values are secret.
var hiddenMembers = []string{"access_token", "refresh_token", "id_token", "device_code"}

// hiddenHeaders are header fields whose values are secret.
var hiddenHeaders = map[string]bool{"Authorization": true, "Cookie": true}

// Cookies whose values are secret.
const (
	// SessionCookie holds the session of a visit; the name is one that the captures show (docs/reference/entra.md
	// §1.2).
	SessionCookie = "esctx"
	// AuthCookie holds the session of a browser that somebody has signed in with: the name is Microsoft's [D].
	AuthCookie = "ESTSAUTH"
)

// Record makes the journal's entry of one exchange, secrets hidden where they stand.
func Record(r *http.Request, body []byte, answer *faultnet.Response) *journal.Exchange {
	target := journal.Plain(r.URL.EscapedPath())
	if r.URL.RawQuery != "" {
		target = target.Add(journal.Plain("?"), hideForm(r.URL.RawQuery))
	}
	e := &journal.Exchange{
		Method: r.Method, Host: hosts.Of(r.Host), Target: target, RequestHeader: Header(r.Header), Status: answer.Status,
		ResponseHeader: Header(answer.Header), ResponseBody: hideAnswer(answer),
	}
	switch {
	case len(body) == 0:
	case forms.Is(r.Header.Get("Content-Type")):
		e.RequestBody = hideForm(string(body))
	default:
		e.RequestBody = journal.Hidden(string(body)) // nobody knows what is in it
	}
	return e
}

// hideForm hides the values of secret fields in form encoding; all else stays byte for byte.
func hideForm(text string) journal.Text {
	var t journal.Text
	for i, pair := range strings.Split(text, "&") {
		if i > 0 {
			t = t.Add(journal.Plain("&"))
		}
		name, value, found := strings.Cut(pair, "=")
		decoded, err := url.QueryUnescape(name)
		hidden := !found && len(name) > 64 || // a long word without a name may be anything
			err == nil && hiddenParameters[strings.ToLower(decoded)]
		switch {
		case !found && hidden:
			t = t.Add(journal.Hidden(name))
		case !found:
			t = t.Add(journal.Plain(name))
		case hidden:
			t = t.Add(journal.Plain(name+"="), journal.Hidden(value))
		default:
			t = t.Add(journal.Plain(name + "=" + value))
		}
	}
	return t
}

// Header makes the journal's fields of a header, secrets hidden.
func Header(h http.Header) []journal.Field {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	sort.Strings(names)
	var fields []journal.Field
	for _, name := range names {
		for _, value := range h[name] {
			text := journal.Plain(value)
			switch {
			case hiddenHeaders[http.CanonicalHeaderKey(name)]:
				text = journal.Hidden(value)
			case strings.EqualFold(name, "Set-Cookie") && (strings.HasPrefix(value, SessionCookie+"=") ||
				strings.HasPrefix(value, AuthCookie+"=")):
				cookie, rest, _ := strings.Cut(value, ";")
				kind, secret, _ := strings.Cut(cookie, "=")
				text = journal.Plain(kind+"=").Add(journal.Hidden(secret), journal.Plain(";"+rest))
			case strings.EqualFold(name, "Location"):
				if i := strings.IndexAny(value, "?#"); i >= 0 {
					text = journal.Plain(value[:i+1]).Add(hideForm(value[i+1:]))
				}
			}
			fields = append(fields, journal.Field{Name: name, Value: text})
		}
	}
	return fields
}

// hideAnswer hides tokens in a JSON answer, and the canary in a page. Values are found by their names, so that nothing
// has to be parsed that may be broken on purpose.
func hideAnswer(answer *faultnet.Response) journal.Text {
	body := answer.Body
	if answer.Header.Get("Content-Encoding") != "" {
		return journal.Hidden(string(body)) // tokens may be packed in it
	}
	var t journal.Text
	marks := hiddenMembers
	form := `"%s":"`
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		marks, form = []string{"canary", "code", "id_token", "access_token"}, `name="%s" value="`
	}
	for len(body) > 0 {
		start := -1
		for _, name := range marks {
			mark := []byte(fmt.Sprintf(form, name))
			if i := bytes.Index(body, mark); i >= 0 && (start < 0 || i+len(mark) < start) {
				start = i + len(mark)
			}
		}
		if start < 0 {
			break
		}
		end := bytes.IndexByte(body[start:], '"')
		if end < 0 {
			end = len(body) - start // cut short
		}
		t = t.Add(journal.Plain(string(body[:start])), journal.Hidden(string(body[start:start+end])))
		body = body[start+end:]
	}
	return t.Add(journal.Plain(string(body)))
}
