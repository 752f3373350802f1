package secrets

import (
	"net/http"
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

// What is secret in answers, by name: members of JSON, and inputs of pages.
var (
	hiddenMembers = []string{"access_token", "refresh_token", "id_token", "device_code"}
	hiddenInputs  = []string{"canary", "code", "id_token", "access_token"}
)

func isSecret(parameter string) bool { return hiddenParameters[strings.ToLower(parameter)] }

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
		target = target.Add(journal.Plain("?"), journal.HideForm(r.URL.RawQuery, isSecret))
	}
	e := &journal.Exchange{
		Method: r.Method, Host: hosts.Of(r.Host), Target: target, RequestHeader: Header(r.Header), Status: answer.Status,
		ResponseHeader: Header(answer.Header), ResponseBody: hideAnswer(answer),
	}
	switch {
	case len(body) == 0:
	case forms.Is(r.Header.Get("Content-Type")):
		e.RequestBody = journal.HideForm(string(body), isSecret)
	default:
		e.RequestBody = journal.Hidden(string(body)) // nobody knows what is in it
	}
	return e
}

// Header makes the journal's fields of a header, secrets hidden.
func Header(h http.Header) []journal.Field {
	return journal.HideHeader(h, func(name, value string) journal.Text {
		switch {
		case name == "Set-Cookie" &&
			(strings.HasPrefix(value, SessionCookie+"=") || strings.HasPrefix(value, AuthCookie+"=")):
			cookie, rest, _ := strings.Cut(value, ";")
			kind, secret, _ := strings.Cut(cookie, "=")
			return journal.Plain(kind+"=").Add(journal.Hidden(secret), journal.Plain(";"+rest))
		case name == "Location":
			return journal.HideLocation(value, isSecret)
		}
		return journal.Plain(value)
	})
}

// hideAnswer hides tokens in a JSON answer, and the canary in a page.
func hideAnswer(answer *faultnet.Response) journal.Text {
	switch body := answer.Body; {
	case answer.Header.Get("Content-Encoding") != "":
		return journal.Hidden(string(body)) // tokens may be packed in it
	case journal.IsPage(body):
		return journal.HideInputs(body, hiddenInputs)
	default:
		return journal.HideMembers(body, hiddenMembers)
	}
}
