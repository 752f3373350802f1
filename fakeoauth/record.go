package fakeoauth

import (
	"net/http"
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
		target = target.Add(journal.Plain("?"), journal.HideForm(r.URL.RawQuery, isSecret))
	}
	host, _, _ := strings.Cut(r.Host, ":")
	shown := journal.HideMembers(answer.Body, hidden)
	switch {
	case answer.Header.Get("Location") != "":
		shown = journal.Hidden(string(answer.Body)) // net/http's link to the same address
	case journal.IsPage(answer.Body):
		shown = journal.HideInputs(answer.Body, hidden)
	}
	return &journal.Exchange{
		Method: r.Method, Host: host, Target: target, RequestHeader: header(r.Header), RequestBody: journal.HideForm(string(body), isSecret),
		Status: answer.Status, ResponseHeader: header(answer.Header), ResponseBody: shown,
	}
}

func isSecret(parameter string) bool { return slices.Contains(hidden, strings.ToLower(parameter)) }

func header(h http.Header) []journal.Field {
	return journal.HideHeader(h, func(name, value string) journal.Text {
		if name == "Location" {
			return journal.HideLocation(value, isSecret)
		}
		return journal.Plain(value)
	})
}
