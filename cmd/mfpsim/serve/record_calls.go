package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/scenarios"
	"mfpsim/screen"
)

// asked is a request of the bench's owner, read for a recording.
type asked struct {
	b      *bench
	json   map[string]any
	form   url.Values
	before *screen.Screen // of the panel, before it was carried out; nil: it was dark
	after  *screen.Screen // likewise, after it
	failed bool
	at     time.Time // when it was asked, true time
}

// text is a member of the request, whatever its kind.
func (a asked) text(name string) string {
	if a.form != nil {
		return a.form.Get(name)
	}
	switch v := a.json[name].(type) {
	case string:
		return v
	case float64:
		return fmt.Sprint(v)
	case bool:
		return map[bool]string{true: "on", false: "off"}[v]
	}
	return ""
}

// list is a member that is one text or several.
func (a asked) list(name string) []string {
	if one, is := a.json[name].(string); is {
		return wordsOf(one)
	}
	var all []string
	many, _ := a.json[name].([]any)
	for _, v := range many {
		if s, is := v.(string); is {
			all = append(all, s)
		}
	}
	return all
}

// wordsOf are the words of a line of the language; of one that is none, nothing.
func wordsOf(line string) []string {
	var w wording
	quoted, err := json.Marshal(line)
	if err != nil || w.UnmarshalJSON(quoted) != nil {
		return nil
	}
	return w
}

// told says requests in the words of the language: what it was, by plane and path. A request that is not here has no
// words, and the recording says so. A request without lines is no act.
var told = map[string]func(a asked) [][]string{
	"control /clock/advance":      func(a asked) [][]string { return one("clock", a.length("duration")) },
	"control /clock/printer":      asked.printerClock,
	"control /entra/set":          func(a asked) [][]string { return one("entra", "set", a.text("setting"), a.text("value")) },
	"control /entra/strict-doors": func(a asked) [][]string { return one("entra", "strict-doors", a.text("on")) },
	"control /exchange/cmdlet": func(a asked) [][]string {
		return one(append([]string{"exchange", a.text("name")}, a.list("arguments")...)...)
	},
	"control /network/place":         func(a asked) [][]string { return one(append([]string{"network"}, a.list("words")...)...) },
	"control /network/fault":         func(a asked) [][]string { return one(append([]string{"network"}, a.list("words")...)...) },
	"control /network/clear":         asked.cleared,
	"control /printer/panel/press":   func(a asked) [][]string { return one("panel", "press", a.label(a.text("path"))) },
	"control /printer/glass":         func(a asked) [][]string { return a.touched("key") },
	"control /printer/panel/enter":   asked.entered,
	"control /printer/panel/log-in":  asked.loggedIn,
	"control /printer/users/log-in":  asked.userLoggedIn,
	"control /printer/panel/log-out": func(asked) [][]string { return one("panel", "log-out") },
	"control /printer/panel/home":    func(asked) [][]string { return one("panel", "home") },
	"control /printer/scan":          asked.scanned,
	"control /printer/originals":     asked.originals,
	"control /printer/sheet":         func(asked) [][]string { return one("sheet", "print") },
	"control /printer/power":         asked.power,
	"control /printer/firmware":      func(a asked) [][]string { return one("printer", "set", "firmware", a.text("version")) },
	"control /printer/language":      func(a asked) [][]string { return one("lang", a.text("language")) },
	"control /case/do":               func(asked) [][]string { return nil }, // the case writes down what it did
	"panel /press":                   func(a asked) [][]string { return a.touched("key") },
	"panel /enter":                   asked.entered,
	"panel /log-in":                  asked.loggedIn,
	"panel /log-out":                 func(asked) [][]string { return one("panel", "log-out") },
	"panel /home":                    func(asked) [][]string { return one("panel", "home") },
	"panel /originals":               func(asked) [][]string { return one("scan", "originals", "pages=1") },
	"panel /power":                   func(a asked) [][]string { return one("power", a.text("state")) },
	"panel /advance":                 func(a asked) [][]string { return one("clock", a.length("duration")) },
	"panel /break":                   func(asked) [][]string { return nil },
}

func init() {
	for _, verb := range []string{"revoke", "disable", "delete", "password"} {
		told["control /entra/"+verb] = func(a asked) [][]string { return one("entra", verb, a.text("user")) }
	}
	told["control /entra/withdraw-consent"] = func(asked) [][]string { return one("entra", "withdraw-consent") }
	for path, words := range map[string][]string{
		"/tenant": {"tenant"}, "/user": {"user"}, "/entra/policy": {"entra", "policy"}, "/entra/as-of": {"entra", "as-of"},
		"/entra/source": {"entra", "source"}, "/entra/answer": {"entra", "answer"}, "/exchange/answer": {"exchange", "answer"},
		"/printer/event": {"printer", "event"}, "/printer/memory": {"memory"}, "/exchange/restrict": {"exchange", "restrict"},
		"/exchange/licence": {"exchange", "licence"}, "/exchange/quota": {"exchange", "quota"}, "/exchange/verdict": {"exchange", "verdict"},
		"/exchange/external-limit": {"exchange", "external-limit"}, "/exchange/front-end": {"exchange", "front-end"},
	} {
		told["control "+path] = func(a asked) [][]string {
			return one(append(slices.Clone(words), a.list("words")...)...)
		}
	}
}

func one(words ...string) [][]string { return [][]string{words} }

// length is a length of time as the language writes it: +91d.
func (a asked) length(name string) string {
	d, err := parseDuration(a.text(name))
	if to, none := time.Parse(time.RFC3339Nano, a.text("to")); none == nil {
		d, err = to.Sub(a.at).Round(time.Second), nil
	}
	if err != nil {
		return ""
	}
	days := d / (24 * time.Hour)
	rest := (d % (24 * time.Hour)).Truncate(time.Second)
	text := "+"
	if days > 0 {
		text += fmt.Sprintf("%dd", days)
	}
	if rest > 0 || days == 0 {
		text += rest.String()
	}
	return text
}

func (a asked) printerClock() (lines [][]string) {
	if d := a.text("timeDifference"); d != "" {
		lines = append(lines, []string{"clock", "printer", "time-difference=" + d})
	}
	if d := a.text("date"); d != "" {
		lines = append(lines, []string{"clock", "printer", d})
	}
	if d := a.text("drift"); d != "" {
		lines = append(lines, []string{"clock", "printer", "drift=" + d})
	}
	return lines
}

func (a asked) cleared() (lines [][]string) {
	parties := []string{a.text("to")}
	if parties[0] == "" {
		parties = []string{"entra", "smtp"}
	}
	for _, party := range parties {
		lines = append(lines, []string{"network", party, "ok"})
	}
	return lines
}

// masked reports whether the panel asked for something secret.
func (a asked) masked() bool {
	return a.before != nil && a.before.Field != nil && a.before.Field.Masked
}

// typed says of a key of the panel's keyboard what it has typed: a letter, or, by the key that takes them over, the
// line that types all of them. A keyboard of another model, or in another language, has its letters elsewhere, so a
// recording has the line. It is empty for any other key.
func (a asked) typed(key string) string {
	if a.before == nil || a.before.Kind != screen.Keyboard || a.before.Field == nil || a.masked() {
		return ""
	}
	at := slices.IndexFunc(a.before.Keys, func(k screen.Key) bool { return k.Label == key })
	field, value := a.label(a.before.Field.Label), a.before.Field.Value
	switch {
	case at < 0: // the letters are none of the screen's keys
		return scenarios.TypedLetter
	case a.before.Keys[at].Role != screen.Main || value == "" || slices.Contains(a.b.lab.Secrets(), value):
		return ""
	case a.after != nil && a.after.Kind == screen.Page && strings.Contains(value, "@"):
		field = "account" // of a page of Microsoft's, whatever its language calls it
	}
	return scenarios.Line("panel", "enter", field, value)
}

// touched is a key of the panel. The letters of a secret are not told.
func (a asked) touched(name string) [][]string {
	key := a.text(name)
	if user := a.loggingIn(key); user != "" {
		return one(a.howItEnded("panel", "log-in", user)...)
	}
	if !a.masked() {
		return one("panel", "press", a.label(key))
	}
	for _, k := range a.before.Keys {
		switch {
		case k.Label != key:
		case k.Role == screen.Back || k.Role == screen.GoHome || k.Role == screen.Cancel:
			return one("panel", "press", a.label(key))
		case k.Role != screen.Main || atGate(a.after): // only typed so far
		case a.after != nil && a.after.Kind == screen.Page:
			return one("panel", "enter", "password")
		default:
			return one(a.howItEnded("panel", "log-in")...)
		}
	}
	return nil
}

func (a asked) entered() [][]string {
	field, value := a.text("field"), a.text("value")
	if a.masked() || slices.Contains(a.b.lab.Secrets(), value) {
		return one("panel", "enter", "password")
	}
	return one("panel", "enter", a.label(field), value)
}

func (a asked) loggedIn() [][]string {
	words := []string{"panel", "log-in"}
	if user := a.text("user"); user != "" {
		words = append(words, user)
	}
	return one(a.howItEnded(words...)...)
}

// howItEnded says of a log-in on the panel that it was refused, where it was.
func (a asked) howItEnded(words ...string) []string {
	if a.failed || a.after != nil && a.after.Message != nil && a.after.Message.Tone == screen.Warn {
		words = append(words, "wrong")
	}
	return words
}

// atGate reports whether a screen asks who wants to use the printer, which has an ID and a password.
func atGate(shown *screen.Screen) bool {
	return shown != nil && shown.Kind == screen.Form &&
		slices.ContainsFunc(shown.Rows, func(row screen.ListRow) bool { return row.Masked })
}

// loggingIn is the ID of the user who logs in with a key of the panel; empty: nobody does.
func (a asked) loggingIn(key string) string {
	if !atGate(a.before) {
		return ""
	}
	for _, k := range a.before.Keys {
		if k.Role == screen.Main && k.Label == key {
			return a.before.Rows[0].Value
		}
	}
	return ""
}

// userLoggedIn is a user who logs in by ID and password, or by number.
func (a asked) userLoggedIn() [][]string {
	if number := a.text("number"); number != "" {
		return one("panel", "log-in", "number="+number)
	}
	return one(a.howItEnded("panel", "log-in", a.text("user"))...)
}

func (a asked) scanned() [][]string {
	words := []string{"scan", "email"}
	switch device.Function(a.text("function")) {
	case device.FunctionFax:
		words[1] = "fax"
	case device.FunctionToMyEmail:
		words[1] = "to-my-email"
	case device.FunctionCopy:
		words[1] = "copy"
	}
	words = append(words, a.list("to")...)
	for _, name := range []string{"subject", "file", "pages", "size"} {
		if value := a.text(name); value != "" && value != "0" {
			words = append(words, name+"="+value)
		}
	}
	return [][]string{append(words, a.list("words")...)}
}

func (a asked) originals() [][]string {
	words := []string{"scan", "originals", "pages=" + a.text("pages")}
	if size := a.text("size"); size != "" {
		words = append(words, "size="+size)
	}
	return [][]string{words}
}

func (a asked) power() [][]string {
	words := []string{"power", a.text("state")}
	if at := a.text("atWrite"); at != "" {
		words = append(words, "at=write:"+at)
	}
	if at := a.text("atByte"); at != "" {
		words = append(words, "byte="+at)
	}
	return [][]string{words}
}

// label gives the guide's English words for what a key of the panel says, or for a path of them.
func (a asked) label(path string) string {
	parts := strings.Split(path, " > ")
	in, err := a.b.device.Words(context.Background(), a.b.panelLanguage())
	if err != nil {
		return path
	}
	for i, part := range parts {
		if in.Labels[choice.Normalize(part)] != "" {
			continue // it is English already
		}
		for said, shown := range in.Labels {
			if choice.Normalize(shown) == choice.Normalize(part) {
				parts[i] = said
			}
		}
	}
	return strings.Join(parts, " > ")
}

func (b *bench) panelLanguage() string {
	d, err := b.device.Describe(context.Background())
	if err != nil {
		return b.config.Language
	}
	return d.Language
}

// status is an answer that is looked at for whether the request was carried out.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) { s.code = code; s.ResponseWriter.WriteHeader(code) }

// Unwrap gives the answer itself to [http.ResponseController].
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// recordCall carries a request out and records what was done, in the words of the language.
func (b *bench) recordCall(
	plane string, r *http.Request, body []byte, w http.ResponseWriter, serve func(w http.ResponseWriter),
) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	looks := r.Method == http.MethodGet || r.Method == http.MethodHead
	if looks || strings.HasPrefix(path, "/record") || slices.Contains(quiet, path) || b.lab == nil {
		serve(w)
		return
	}
	a := asked{b: b, at: b.world.Now()}
	if shown, on := b.screen(); on {
		a.before = shown.Data
	}
	answer := &status{w, http.StatusOK}
	since := b.lab.Journal.Len()
	serve(answer)
	a.failed = answer.code >= http.StatusBadRequest
	if shown, on := b.screen(); on {
		a.after = shown.Data
	}
	tell, known := told[plane+" "+path]
	switch {
	case a.failed && !strings.HasSuffix(path, "/log-in"):
		return
	case plane == inPanel:
		a.form, _ = url.ParseQuery(string(body)) // what was carried out could be read
	case json.Unmarshal(body, &a.json) != nil:
		a.json = map[string]any{}
	}
	if !known || path == "/entra/policy" && a.json["policy"] != nil {
		b.noteOf(scenarios.DetailUnsaid, r.Method+" "+path, since)
		return
	}
	typed := ""
	if name, presses := pressing[plane+" "+path]; presses {
		typed = a.typed(a.text(name))
	}
	for _, words := range tell(a) {
		b.noteOf(scenarios.DetailLine, scenarios.Line(words...), since, scenarios.DetailTyped, typed)
	}
}

// pressing are the requests that press a key of the panel, and their members that name it.
var pressing = map[string]string{
	"control /printer/panel/press": "path", "control /printer/glass": "key", "panel /press": "key",
}

// noteOf records an act for recordings, where people read what the detail says.
// further are names and values that the detail has besides, where the value is not empty.
func (b *bench) noteOf(detail, text string, since int, further ...string) {
	details := map[string]string{detail: text, scenarios.DetailSince: strconv.Itoa(since)}
	for i := 0; i+1 < len(further); i += 2 {
		if further[i+1] != "" {
			details[further[i]] = further[i+1]
		}
	}
	b.lab.Journal.Append(journal.Entry{
		Party: "recorder", Kind: journal.KindNote, Text: journal.Plain(text), Detail: details,
	})
}
