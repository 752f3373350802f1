// Package sentences tells the record of a bench in sentences, in the languages of the guide: "Entra refused to renew
// the sign-in: AADSTS700082, not used for 90 days". There is one table of them, by party and request; the bench's page
// and reports take them from here. It knows nothing but the journal.
package sentences

import (
	"bytes"
	_ "embed" // for the table
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"mfpsim/journal"
	"mfpsim/languages"
)

//go:embed table.yaml
var source []byte

// Tone says how something ended.
type Tone string

// Tones.
const (
	Plain   Tone = "plain"
	Good    Tone = "good"
	Refused Tone = "refused"
)

// Protocol is what was spoken.
type Protocol string

// Protocols. What is none of them has an empty one.
const (
	HTTP Protocol = "HTTP"
	SMTP Protocol = "SMTP"
)

// Line is something that happened, told. A conversation by SMTP is one line, with all its entries.
type Line struct {
	Number   int       `json:"number" doc:"of the first entry of the record"`
	Last     int       `json:"last" doc:"of the last entry that belongs to it"`
	Entries  []int     `json:"-"`
	Decided  int       `json:"-"` // number of the entry by which the text came true
	At       time.Time `json:"at" doc:"true time at which the text came true: of a refusal that of the reply; of what came several times the last"`
	Kind     string    `json:"kind" doc:"of the entry of the record: http, smtp, outcome, screen, memory, clock and so on"`
	Party    string    `json:"party" doc:"whose entry it is"`
	From     string    `json:"from" doc:"who spoke: printer, person, client, control, or the name of a device"`
	Protocol Protocol  `json:"protocol" doc:"HTTP, SMTP, or empty"`
	Text     string    `json:"text" doc:"the sentence"`
	Tone     Tone      `json:"tone" doc:"plain, good or refused"`
	Status   string    `json:"status" doc:"of HTTP, or the last reply's code of SMTP; empty: none"`
	Why      string    `json:"why,omitempty" doc:"of a refusal: what was said in full"`
	Answers  bool      `json:"-"` // the text says what the party answered, not what it was asked
	Because  string    `json:"-"` // of a refusal: why, in a few words; empty: the table has no reason
	Command  string    `json:"command,omitempty" doc:"of PowerShell: what was typed, where the text tells what it did"`
	Times    int       `json:"times" doc:"how often in a row, if more than once"`
	Waits    bool      `json:"waits,omitempty" doc:"the printer asked once more whether a sign-in is complete, and it is not"`
	Receipt  string    `json:"receipt,omitempty" doc:"of a job that ended"`
	Code     string    `json:"-"` // of a job that ended badly
}

// row is one of the table: a sentence, a reason, or how a network fails.
type row struct {
	Party   string          `yaml:"party"`
	Request string          `yaml:"request"`
	From    string          `yaml:"from"`
	Answers bool            `yaml:"answers"` // ok says what the party answered, not what it was asked
	OK      *languages.Text `yaml:"ok"`
	Refused *languages.Text `yaml:"refused"`

	Of             string           `yaml:"of"`
	Fault          string           `yaml:"fault"`
	languages.Text `yaml:",inline"` // of a reason
	pattern        *regexp.Regexp
	numbers, words []string // of a reason: AADSTS numbers; error words beside another number, * for any
}

type table struct{ sentences, reasons, faults []row }

// read gives the table. It is part of the program: one that cannot be read is a mistake in it, and panics.
var read = sync.OnceValue(func() table {
	var rows []row
	if err := yaml.NewDecoder(bytes.NewReader(source), yaml.Strict()).Decode(&rows); err != nil {
		panic(fmt.Sprintf("sentences: table.yaml: %v", err))
	}
	var t table
	for _, r := range rows {
		if r.Fault != "" {
			r.pattern = regexp.MustCompile("^" + r.Fault + "$")
			t.faults = append(t.faults, r)
			continue
		}
		if r.Of != "" {
			word, byWord := strings.CutPrefix(r.Of, "word ")
			switch {
			case byWord:
				r.words = strings.Fields(word)
			case digits.MatchString(r.Of):
				r.numbers = strings.Fields(r.Of)
			default:
				r.pattern = regexp.MustCompile("(?i)" + r.Of)
			}
			t.reasons = append(t.reasons, r)
			continue
		}
		r.pattern = regexp.MustCompile("^" + r.Request)
		t.sentences = append(t.sentences, r)
	}
	return t
})

var (
	digits = regexp.MustCompile(`^[0-9 ]+$`)
	aadsts = regexp.MustCompile(
		`AADSTS([0-9]+)|(?:Error Code|Κωδικός σφάλματος|गड़बड़ी कोड|त्रुटि कोड)\s*:?\s*(?:<[^>]*>\s*)*([0-9]{5,8})`,
	)
	member    = regexp.MustCompile(`"error"\s*:\s*"([^"]+)"`)
	says      = regexp.MustCompile(`"error_description"\s*:\s*"([^"\\]*)`)
	discovery = regexp.MustCompile(`openid-configuration|/discovery/`)

	// switched is how the record has a step of a script that switches a printer.
	switched = regexp.MustCompile(`^\S+\.txtar:[0-9]+ power (off|on|cut)\b`)

	title  = regexp.MustCompile(`<title>([^<]*)</title>`)
	action = regexp.MustCompile(`\baction=([a-z-]+)`)
)

// tell finds the row for a request of a party and fills it in.
func tell(party, request, language string, refused bool, values map[string]string) (text string, of row, ok bool) {
	for _, r := range read().sentences {
		if r.Party != party || !r.pattern.MatchString(request) {
			continue
		}
		said := r.OK
		if refused && r.Refused != nil || said == nil {
			said = r.Refused
		}
		var pairs []string
		for _, name := range []string{"why", "what", "sender", "to", "receipt", "code"} {
			pairs = append(pairs, "{"+name+"}", values[name])
		}
		return strings.NewReplacer(pairs...).Replace(said.In(language)), r, true
	}
	return "", row{}, false
}

// because is why Entra refused something, in a few words: by its number, else by the error word beside it.
func because(number, word, language string) string {
	for _, r := range read().reasons {
		if slices.Contains(r.numbers, number) {
			return r.In(language)
		}
	}
	for _, r := range read().reasons {
		if slices.Contains(r.words, word) || slices.Contains(r.words, "*") {
			return r.In(language)
		}
	}
	return ""
}

// Because is why Entra ID refused something, in a few words and in a language, by the number that its sign-in log has.
func Because(number, language string) string { return because(number, "", language) }

// Deadline says what happens at a moment that comes by itself, by its kind: user is whose it is, name that of an
// application or a policy. What has no row is told by its kind.
func Deadline(kind, user, name, language string) string {
	text, _, known := tell("deadline", kind, language, false, map[string]string{"sender": user, "what": name})
	if !known {
		return kind
	}
	return text
}

// reason is why a mail server refused something, in a few words: the first row whose pattern fits the reply; empty if
// none does.
func reason(reply, language string) string {
	for _, r := range read().reasons {
		if r.pattern != nil && r.pattern.MatchString(reply) {
			return r.In(language)
		}
	}
	return ""
}

// fault says what failed, by a text of the record, and which sentence has it: a network that failed, or an answer that
// was planted. A text without a row is told as it stands.
func fault(text, language string) (what, request string) {
	for _, planted := range []string{"answers otherwise: ", "answer "} {
		if rest, is := strings.CutPrefix(text, planted); is {
			return rest, "planted"
		}
	}
	for _, r := range read().faults {
		found := r.pattern.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		said := r.In(language)
		for i, part := range found[1:] {
			said = strings.ReplaceAll(said, fmt.Sprintf("{%d}", i+1), part)
		}
		return said, "fault"
	}
	return text, "fault"
}

// Tell tells entries of a record, oldest first. What is of no matter to people is left out.
func Tell(entries []journal.Entry, language string) []Line {
	var lines []Line
	open := map[string]*conversation{} // by connection
	var order []*conversation
	place := map[*conversation]int{}
	for _, e := range entries {
		if e.Kind == journal.KindSMTP {
			c := open[e.Party+" "+e.Connection]
			if c == nil {
				c = &conversation{party: e.Party}
				open[e.Party+" "+e.Connection] = c
				order = append(order, c)
				place[c] = len(lines)
				lines = append(lines, Line{})
			}
			c.hear(e)
			continue
		}
		line, told := one(e, language)
		if !told {
			continue
		}
		if n := len(
			lines,
		); n > 0 && lines[n-1].Text == line.Text && lines[n-1].Party == line.Party &&
			line.Protocol != "" {
			last := &lines[n-1]
			last.Last, last.At, last.Times = line.Last, line.At, max(last.Times, 1)+1
			last.Entries = append(last.Entries, e.Number)
			continue
		}
		lines = append(lines, line)
	}
	for _, c := range order {
		lines[place[c]] = c.line(language)
	}
	return lines
}

// one tells a single entry.
func one(e journal.Entry, language string) (Line, bool) {
	line := Line{
		Number:  e.Number,
		Last:    e.Number,
		Decided: e.Number,
		Entries: []int{e.Number},
		At:      e.At,
		Kind:    string(e.Kind),
		Party:   e.Party,
		From:    e.Party,
		Tone:    Plain,
	}
	var told bool
	set := func(party, request string, refused bool, values map[string]string) {
		var of row
		if line.Text, of, told = tell(party, request, language, refused, values); of.From != "" {
			line.From = of.From
		}
		line.Answers = of.Answers || line.Protocol != "" && refused
		if refused {
			line.Tone = Refused
		}
	}
	text := e.Text.String()
	switch e.Kind {
	case journal.KindHTTP:
		line.Protocol, line.Status = HTTP, fmt.Sprint(e.HTTP.Status)
		exchange(e, language, &line, set)
	case journal.KindOutcome:
		result := e.Detail["result"]
		if e.Detail["receipt"] == "" {
			return line, false
		}
		set(
			"device",
			"outcome "+result,
			result == "error",
			map[string]string{"receipt": e.Detail["receipt"], "code": e.Detail["code"]},
		)
		line.Receipt, line.Code = e.Detail["receipt"], e.Detail["code"]
		if result == "completed" {
			line.Tone = Good
		}
	case journal.KindMemory:
		set("device", "memory", false, nil)
	case journal.KindSheet:
		set("device", "sheet", false, nil)
	case journal.KindScreen:
		if e.Screen == nil {
			return line, false
		}
		if e.Screen.Message != nil && e.Screen.Message.Text != "" {
			set("device", "message", false, map[string]string{"what": e.Screen.Message.Text})
		} else {
			set(
				"device",
				"screen",
				false,
				map[string]string{"what": strings.Join(trail(e.Screen.Path, e.Screen.Title), " > ")},
			)
		}
	case journal.KindClock:
		set("bench", "clock", false, map[string]string{"what": passed(text, language)})
	case journal.KindFault:
		what, request := fault(text, language)
		set("bench", request, true, map[string]string{"what": what})
	case journal.KindNote:
		if found := switched.FindStringSubmatch(text); found != nil && e.Party == "scenario" {
			set("bench", "power "+found[1], false, nil)
			break
		}
		if e.Party != "control" {
			return line, false
		}
		set("bench", "note control", false, map[string]string{"what": text})
	default:
	}
	return line, told && line.Text != ""
}

// trail is the way to a screen with its title, which the path of many ends with.
func trail(path []string, title string) []string {
	if len(path) > 0 && path[len(path)-1] == title || title == "" {
		return path
	}
	return slices.Concat(path, []string{title})
}

// exchange tells one of HTTP.
func exchange(e journal.Entry, language string, line *Line, set func(string, string, bool, map[string]string)) {
	h := e.HTTP
	body := h.ResponseBody.String()
	request := h.Method + " " + h.Target.String() + " " + h.RequestBody.String()
	if e.Party != "entra" {
		if strings.Contains(h.Target.String(), "/state") || h.Status/100 == 3 && h.Method == "GET" {
			return // what a script asks, or a page that only leads to another
		}
		what := h.Target.String()
		if found := title.FindStringSubmatch(body); found != nil {
			what = html.UnescapeString(found[1])
		} else if found := action.FindStringSubmatch(h.RequestBody.String()); found != nil {
			what = found[1]
		}
		set("device", request, h.Status >= 400 || refusesLogIn(h), map[string]string{"what": what})
		return
	}
	if h.Status/100 == 3 ||
		h.Method == "GET" && h.Status < 400 && !journal.IsPage([]byte(body)) && !discovery.MatchString(request) {
		return // what only leads elsewhere, and what belongs to a page
	}
	if askedMore(h) { // of what was refused before: it is no further refusal
		set("entra", request, false, map[string]string{"why": whyOnPage(body, language)})
		line.Answers = true
		return
	}
	pending := false
	if found := member.FindStringSubmatch(body); found != nil {
		request += " " + found[1]
		pending = found[1] == "authorization_pending"
		line.Why = found[1]
	}
	number := ""
	if found := aadsts.FindStringSubmatch(body); found != nil {
		number = found[1] + found[2]
	}
	onPage := ""
	if h.Method == "POST" && journal.IsPage([]byte(body)) {
		onPage = saysOnPage(body)
	}
	refused := !pending && (h.Status >= 400 || h.Status == 0 || number != "" || onPage != "")
	var why string
	switch {
	case number != "":
		line.Because = because(number, line.Why, language)
		why = "AADSTS" + number + ", " + line.Because
		if found := says.FindStringSubmatch(body); found != nil {
			line.Why = found[1]
		}
	case onPage != "":
		why = onPage
	case line.Why != "":
		why = line.Why
	case h.Status == 0:
		why = "—"
	default:
		why = fmt.Sprint(h.Status)
	}
	if !refused {
		line.Why = ""
	}
	line.Waits = pending
	set("entra", request, refused, map[string]string{"why": why})
	if refused || pending {
		return
	}
	if strings.Contains(request, "/token") {
		line.Tone = Good
	}
}
