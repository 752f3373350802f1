package serve

import (
	"bytes"
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"mfpsim/guide"
	"mfpsim/lab"
)

// latinWords are the words in Latin letters that a page in another language may have outside of what is marked as data
// (translate="no") and of what stands in quotation marks, which is somebody else's text.
var latinWords = []struct{ of, pattern string }{
	{"names of products, and of Microsoft's own things that it does not translate", `Microsoft|Entra|Exchange|Online|Outlook|ID|Web|Config|Email|email|OAuth2|PowerShell|Graph|mfpsim`},
	{"names of protocols and of their parts", `SMTP|AUTH|OAuth|POP3|EHLO|FTPS|HTTPS?|URL|STARTTLS|TLS|DNS|LAN|IP|PIN`},
	{"Microsoft's names of roles", `[A-Z][a-z]+(?: [A-Z][a-z]+)* (?:Administrator|Reader)`},
	{"the guide's own button, its own word in Greek, and a page of ours that Hindi has in English", `OK|cloud|Connection Test`},
	{"numbers of Microsoft's and of the guide's rules, with the words of the law", `AADSTS\d+|R\d+|\((?:MUST|SHOULD)\)`},
	{"addresses, domains and hosts", `[\w.+-]+@[\w.-]+|[\w-]+(?:\.[\w-]+)*\.(?:com|example|org|net)`},
	{"ids of cases, of places in the page, and of models and versions", `[a-z]+/[a-z0-9-]+|#[a-z][a-z0-9-]*|[A-Z]+-\d+|\d+(?:\.\w+)+`},
	{"units of size", `[KM]B`},
	{"names of files", `\w+\.(?:pdf|eml|txt|har|txtar|jsonl|html)`},
	{"what stands for a secret, and what the script of the page fills in", `\[redacted\]|\{n\}`},
	{"an English term behind its translation, as Microsoft's own pages have it", `\((?:[A-Z][a-z]+)(?: [A-Z][a-z]+)*\)`},
}

var (
	latin  = regexp.MustCompile(`[A-Za-z][A-Za-z0-9'’-]*`)
	quoted = regexp.MustCompile(`«[^»]*»|“[^”]*”`)
)

// latinIn are the words in Latin letters of a page in another language that nothing allows, with the texts they are in.
func latinIn(t *testing.T, page []byte, language string) map[string]string {
	t.Helper()
	var allowed []*regexp.Regexp
	for _, w := range slices.Backward(latinWords) {
		allowed = append(allowed, regexp.MustCompile(`(^|[^A-Za-z])(?:`+w.pattern+`)($|[^A-Za-z])`))
	}
	// Labels for which an edition of the guide has the English word: its Web Config lacks the language.
	var labels []string
	for _, l := range guide.Labels() {
		if latin.MatchString(cmp.Or(l.In(language), l.English)) {
			labels = append(labels, cmp.Or(l.In(language), l.English))
		}
	}
	slices.SortFunc(labels, func(a, b string) int { return len(a) - len(b) }) // the longest is looked for first
	for _, l := range labels {
		allowed = slices.Insert(allowed, 0, regexp.MustCompile(`(^|[^A-Za-z])`+regexp.QuoteMeta(l)+`($|[^A-Za-z])`))
	}
	root, err := html.Parse(bytes.NewReader(page))
	require.NoError(t, err)
	found := map[string]string{}
	take := func(text string) {
		rest := quoted.ReplaceAllString(text, " ")
		for _, a := range allowed {
			for last := ""; last != rest; {
				last, rest = rest, a.ReplaceAllString(rest, "$1 $2")
			}
		}
		for _, word := range latin.FindAllString(rest, -1) {
			found[word] = text
		}
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			if n.Data == "script" || n.Data == "style" {
				return
			}
			for _, a := range n.Attr {
				switch a.Key {
				case "translate":
					if a.Val == "no" {
						return
					}
				case "aria-label", "placeholder", "title", "data-title", "data-says", "data-close":
					take(a.Val)
				}
			}
		}
		if n.Type == html.TextNode {
			take(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return found
}

func TestTheReportHasNoEnglishWordsInAnotherLanguage(t *testing.T) {
	for _, language := range []string{"hi", "el"} {
		for _, scenario := range []string{
			"trouble/sign-in-not-saved", "trouble/expired-by-disuse", "entra/compliant-device-demanded",
			"trouble/conditional-access-block", "trouble/smtp-auth-disabled", "",
		} {
			t.Run(language+" "+scenario, func(t *testing.T) {
				var bench *lab.Lab
				s := live(t, Config{
					Scenario: scenario, Prepared: scenario == "", Language: language, Lab: func(l *lab.Lab) { bench = l },
				})
				p := newPerson(s, bench)
				p.does([]string{"scan", "email", "bob@fabrikam.com"})
				p.does([]string{"clock", "+26h"})
				p.does([]string{"network", "smtp", "unreachable"})
				p.does([]string{"scan", "email", "bob@fabrikam.com"})
				p.does([]string{"clock", "+91m"})
				p.asks("/network/clear", map[string]any{})
				p.asks("/printer/panel/log-in", map[string]any{"password": "no-such"})
				p.asks("/entra/policy", map[string]any{
					"words": []string{"Only from here", "users=All", "exclude-locations=203.0.113.0/24", "grant=compliant,mfa"},
				})
				p.asks("/entra/mfa", map[string]any{"user": "admin@contoso.com", "on": true})
				p.asks("/entra/source", map[string]any{"words": "device address=198.51.100.7 country=FR"})
				p.asks("/clock/printer", map[string]any{"date": "2000-01-01"})
				p.does([]string{"sheet", "print"})
				p.does([]string{
					"exchange", "Set-CASMailbox", "-Identity", "admin@contoso.com", "-SmtpClientAuthenticationDisabled", "$true",
				})
				p.does([]string{"clock", "+1d"})
				p.does([]string{"scan", "email", "bob@fabrikam.com"})
				p.does([]string{"clock", "+1m"})
				p.does([]string{"power", "off"})
				p.asks("/evidence", map[string]any{"language": language})
				page := s.fetched("/evidence/page")
				for _, words := range []string{"octets of HTML", "octets more", " more, in wire.har"} {
					require.NotContains(t, string(page), words, "the page's own words among the wire")
				}
				found := latinIn(t, page, language)
				for _, word := range slices.Sorted(maps.Keys(found)) {
					t.Errorf("%s: %s", word, found[word])
				}
			})
		}
	}
}

// Every sign-in that a person tried stands in the report's log with its account, its outcome, and why, in the language
// of the page; a log in which nobody signed in says so.
func TestTheReportsSignInLogHasWhatThePersonTried(t *testing.T) {
	rows := regexp.MustCompile(`(?s)<section class="blk" id="log".*?</section>`)
	for language, says := range map[string][]string{
		"en": {"Nobody signed in.", "wrong password", "Success", "device code"},
		"hi": {"किसी ने साइन इन नहीं किया।", "ग़लत पासवर्ड", "सफल", "डिवाइस कोड"},
		"el": {"Δεν συνδέθηκε κανείς.", "λάθος κωδικός πρόσβασης", "Επιτυχία", "κωδικός συσκευής"},
	} {
		t.Run(language, func(t *testing.T) {
			var bench *lab.Lab
			s := live(t, Config{Seed: 5, Lab: func(l *lab.Lab) { bench = l }})
			p := newPerson(s, bench)
			p.asks("/evidence", map[string]any{"language": language})
			require.Contains(t, rows.FindString(string(s.fetched("/evidence/page"))), says[0])
			p.does([]string{"webconfig", "log-in"})
			p.asksForACode()
			p.asks("/clock/advance", map[string]any{"duration": "20s"})
			p.does([]string{"webconfig", "copy", "code"})
			require.NoError(t, p.window.Open(t.Context(), p.atTheDoor(p.address)))
			for _, step := range [][]string{
				{"enter", "code"},
				{"click", "Next"},
				{"enter", "account", "admin@contoso.com"},
				{"click", "Next"},
				{"enter", "password", "wrong"},
				{"click", "Sign In"},
				{"enter", "password"},
				{"click", "Sign In"},
				{"click", "Continue"},
				{"click", "Accept"},
			} {
				p.browses(t.Context(), step[0], step[1:])
			}
			p.asks("/clock/advance", map[string]any{"duration": "20s"})
			p.asks("/evidence", map[string]any{"language": language})
			log := rows.FindString(string(s.fetched("/evidence/page")))
			for _, words := range append(says[1:], "admin@contoso.com", "50126") {
				require.Contains(t, log, words)
			}
		})
	}
}

// Times of a report read from the top down in each of its parts, the story before the handover too: what went on for a
// while stands where it began. A printer that asks again and again whether somebody has signed in has one row.
func TestTheReportReadsInTheOrderOfTime(t *testing.T) {
	row := regexp.MustCompile(`(?s)<section class="ph[^>]*id="([^"]+)"|<details class="ev.*?<time datetime="([^"]+)">(.*?)</summary>`)
	for _, scenario := range []string{
		"trouble/sign-in-not-saved", "trouble/conditional-access-block", "setup/role-account-then-scanner-account",
		"trouble/code-not-entered", "entra/mfa-demanded-later",
	} {
		t.Run(scenario, func(t *testing.T) {
			var bench *lab.Lab
			s := live(t, Config{Scenario: scenario, Lab: func(l *lab.Lab) { bench = l }})
			p := newPerson(s, bench)
			p.does([]string{"scan", "email", "bob@fabrikam.com"})
			p.does([]string{"clock", "+1m"})
			p.asks("/evidence", map[string]any{"language": "en"})
			section, last, polls := "", "", map[string]int{}
			for _, found := range row.FindAllStringSubmatch(string(s.fetched("/evidence/page")), -1) {
				if found[1] != "" {
					section, last = found[1], ""
					continue
				}
				require.GreaterOrEqual(t, found[2], last, "%s: %s", section, found[3])
				last = found[2]
				if strings.Contains(found[3], "whether the sign-in is complete: not yet.") {
					polls[section]++
				}
			}
			for section, n := range polls {
				require.Equal(t, 1, n, section)
			}
		})
	}
}
