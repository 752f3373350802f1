package sentences

import (
	"html"
	"net/url"
	"regexp"
	"strings"

	"mfpsim/journal"
)

// Refuses reports whether an entry of the record is an answer that refused what was asked.
func Refuses(e journal.Entry) bool {
	line, _ := one(e, languageOfNone)
	return line.Tone == Refused
}

// languageOfNone is for who does not read the sentence.
const languageOfNone = "en"

// askedMore reports whether somebody asked a page of Microsoft's, by More details, for what is behind its refusal.
func askedMore(h *journal.Exchange) bool {
	return h.Method == "POST" && h.Status < 400 && strings.Contains(h.RequestBody.String(), "action=details")
}

// whyOnPage is the number that a page of Microsoft's gives for its refusal, with a few words.
func whyOnPage(body, language string) string {
	found := aadsts.FindStringSubmatch(body)
	if found == nil {
		return saysOnPage(body)
	}
	number := found[1] + found[2]
	return "AADSTS" + number + ", " + because(number, "", language)
}

// refusesLogIn reports whether a printer's answer to a log-in leads back to the log-in page, or nowhere.
func refusesLogIn(h *journal.Exchange) bool {
	target, _, _ := strings.Cut(h.Target.String(), "?")
	if h.Method != "POST" || target != pathLogIn {
		return false
	}
	for _, f := range h.ResponseHeader {
		if u, err := url.Parse(f.Value.String()); f.Name == "Location" && err == nil {
			return h.Status/100 != 3 || u.Path == pathLogIn
		}
	}
	return true
}

const pathLogIn = "/login"

var (
	refusingPage = regexp.MustCompile(`data-page="(?:blocked|error)"`)
	problem      = regexp.MustCompile(`<p class="error" role="alert"[^>]*>([^<]*)</p>`)
	heading      = regexp.MustCompile(`<h1>([^<]*)</h1>`)
)

// saysOnPage is what a page of Microsoft's says that it refuses with, without a full stop; empty: it refuses nothing.
func saysOnPage(page string) string {
	found := problem.FindStringSubmatch(page)
	if found == nil && refusingPage.MatchString(page) {
		found = heading.FindStringSubmatch(page)
	}
	if found == nil {
		return ""
	}
	return strings.TrimRight(html.UnescapeString(found[1]), ".।")
}
