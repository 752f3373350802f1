package scenarios

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/guide"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/screen"
	"mfpsim/sentences"
)

// DetailLine is the detail of an entry of the record that is an act in the words of the language: what somebody did
// through the control API or on the panel of a live bench. DetailUnsaid is that of one that the language has no words
// for.
const (
	DetailLine   = "line"
	DetailUnsaid = "unsaid"
	// DetailTyped is that of a key of the panel's keyboard: [TypedLetter], or the line that types what its letters have
	// typed, of the key that takes it over.
	DetailTyped = "typed"
)

// Line writes words as a line of the language.
func Line(words ...string) string {
	for i, w := range words {
		if w == "" || strings.HasPrefix(w, "$") && !slices.Contains([]string{"$true", "$false", "$null"}, w) {
			words[i] = "" // nothing that the language could say
		}
	}
	return quoted(slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" }))
}

// Recorder makes a scenario of what people do on a live bench. It reads the record, so that it does not matter in which
// window they do it, and keeps what they said that is to be seen. Safe for use by one goroutine at a time.
type Recorder struct {
	lab     *lab.Lab
	taken   *Case // nil: the bench is free
	before  []string
	play    *play
	from    int // number of the entry after which it began
	expects []expectation
	says    string // stands where a person is to say what the lines do
}

// expectation is an assertion that somebody made, at its place in the record.
type expectation struct {
	after int
	line  string
}

// Recorded is a recording as it is now.
type Recorded struct {
	Lines   []string // in the words of the language
	Expects int      // how many of them are assertions
	Unsaid  []string // what was done and the language has no words for
}

// Record begins a recording. With a case, what it has played so far is the beginning of the scenario, and what was done
// since its handover is part of it; without one before are the lines that make the bench.
func Record(l *lab.Lab, taken *Case, printer string, before []string) (*Recorder, error) {
	r := &Recorder{lab: l, taken: taken, before: before, from: l.Journal.Len(), says: Sentence}
	s := Scenario{Name: "recorded", File: "recorded/recorded.txtar"}
	if taken != nil {
		s, r.from = taken.Scenario, taken.From()
	}
	p, err := newPlay(Scenario{Name: s.Name, File: s.File}, l, l.Language())
	if err != nil {
		return nil, err
	}
	p.printer, p.glance = printer, true
	p.pages = &seenPages{lab: l, printer: printer, from: r.from}
	if taken != nil {
		p.set, p.files, p.tenant = taken.play.set, taken.play.files, taken.play.tenant
	}
	r.play = p
	return r, nil
}

// Surfaces are what an expectation by its text alone can be about.
var Surfaces = []string{"panel", "webconfig", "browser", "jobs", "sheet"}

// ExpectText says that a text is to be seen on a surface.
func (r *Recorder) ExpectText(surface, text string, not bool) error {
	if !slices.Contains(Surfaces, surface) {
		return &choice.Error{What: "surface", Wanted: surface, Present: Surfaces}
	}
	line := Line(surface, "shows", strings.TrimSpace(text))
	if not {
		line = "! " + line
	}
	return r.Expect(line)
}

// Expect adds an assertion. It must hold now.
func (r *Recorder) Expect(text string) error {
	if strings.ContainsAny(text, "\r\n") {
		return errors.New("an expectation is one line")
	}
	lines, err := Scenario{Name: "expect", File: "recorded/expect.txtar", Text: "\n" + text + "\n"}.lines()
	var placed *LineError
	switch {
	case errors.As(err, &placed):
		return errors.New(placed.Message)
	case err != nil:
		return err
	case len(lines) != 1 || !lines[0].looks():
		return errors.New("not an expectation: write what is to be seen, as in jobs shows Email 361")
	}
	l := lines[0]
	in := insertion{lookup: r.play.lookup}
	expanded, err := phrase.Expand(l.text, in.value)
	if err != nil {
		return err
	}
	if l.not {
		expanded = expanded[1:]
	}
	if _, err := verbs[expanded[0]].play(r.play, l.not, expanded[1:]); err != nil {
		return fmt.Errorf("it does not hold now: %w", err)
	}
	r.expects = append(r.expects, expectation{r.lab.Journal.Len(), l.text})
	return nil
}

// Now is what was recorded so far.
func (r *Recorder) Now() Recorded {
	w := &writer{r: r, from: r.from, plays: true}
	expects := r.expects
	for _, e := range r.lab.Journal.Since(r.from) {
		for len(expects) > 0 && expects[0].after < e.Number {
			w.expect(expects[0].line)
			expects = expects[1:]
		}
		w.take(e)
	}
	for _, x := range expects {
		w.expect(x.line)
	}
	w.untyped()
	return Recorded{Lines: w.lines, Expects: len(r.expects), Unsaid: w.unsaid}
}

// errNothingExpected keeps a recording from being saved that would prove nothing.
var errNothingExpected = errors.New("nothing is expected: say what is to be seen (Expect this), then save")

// Sentence stands in a recording where a person is to say what the lines below it do.
const Sentence = "# (In a sentence: what is done here, and what is to be seen.)"

// Save writes the recording as a scenario. name is the last part of its ID, title its sentence; an empty one is to be
// filled in. The folder is "recorded".
func (r *Recorder) Save(name, title string) (string, error) {
	now := r.Now()
	if now.Expects == 0 {
		return "", errNothingExpected
	}
	chapter, proves, level := guide.Titles()[0], []string{"R3"}, LevelMust
	if r.taken != nil {
		chapter, proves, level = r.taken.Scenario.Guide, r.taken.Scenario.Proves, r.taken.Scenario.Level
	}
	if title = strings.Join(strings.Fields(title), " "); title == "" {
		title = "(In a sentence: what this scenario shows)"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# id: recorded/%s\n# title: %s\n# guide: %s\n# proves: %s\n# level: %s\n", name, title, chapter,
		strings.Join(proves, " "), level)
	if r.taken != nil && len(r.taken.Scenario.Needs) > 0 {
		fmt.Fprintf(&b, "# needs: %s\n", strings.ReplaceAll(join(r.taken.Scenario.Needs), ",", ""))
	}
	b.WriteString("\n")
	b.WriteString(r.story())
	b.WriteString("handover\n")
	looked, begun := false, false // an act after a look begins a paragraph
	for _, l := range now.Lines {
		looks := isLook(l)
		if begun && looked && !looks {
			b.WriteString("\n")
		}
		if !begun || looked && !looks {
			b.WriteString(r.says + "\n")
		}
		looked, begun = looks, true
		b.WriteString(l + "\n")
	}
	for _, act := range now.Unsaid {
		b.WriteString("# (Not in the language, and not played: " + act + ")\n")
	}
	text := b.String()
	if r.taken != nil {
		for _, f := range r.taken.Scenario.archive().Files {
			text += "-- " + f.Name + " --\n" + string(f.Data)
		}
	}
	rules, err := Rules()
	if err != nil {
		return "", err
	}
	known := map[string]bool{}
	for _, rule := range rules {
		known[rule.ID] = true
	}
	s, err := Parse("recorded/"+name+".txtar", text)
	if err == nil {
		err = s.check(known)
	}
	return text, err
}

// story is how the bench came to be as it was when somebody took over.
func (r *Recorder) story() string {
	if r.taken == nil {
		return "# The bench as it was at the beginning.\n" + strings.Join(r.before, "\n") + "\n"
	}
	lines := strings.Split(string(r.taken.Scenario.archive().Comment), "\n")
	from, to := r.taken.headerEnd(), r.taken.Scenario.HandoverLine()
	if to == 0 {
		to = len(lines)
	}
	return strings.TrimRight(strings.Join(lines[from:max(from, to-1)], "\n"), "\n") + "\n"
}

// isLook reports whether a line of a recording is an assertion.
func isLook(text string) bool {
	lines, err := Scenario{File: "recorded/line.txtar", Text: "\n" + text + "\n"}.lines()
	return err == nil && len(lines) == 1 && lines[0].looks()
}

// writer writes lines, entry by entry of the record.
type writer struct {
	r      *Recorder
	from   int
	lines  []string
	keys   []string // of the panel's keyboard, that no line says yet
	unsaid []string
	plays  bool // the lines are to be played; else they tell what was done

	web, online shownPage
	wanted      []string   // path of Web Config's menu that somebody has gone and that no line says yet
	arrived     string     // heading of a page that came by itself, for which a person has waited
	redirect    string     // where the last answer of Web Config led, if it was one to a look
	sent        url.Values // of the form whose answer comes next

	// refusals are what was said to forms and log-ins that were refused, by the number of their entries; unanswered is
	// the form of Web Config whose page has not come yet.
	refusals   map[int]string
	unanswered *unanswered
	panel      *screen.Screen // that was shown last
	picked     string         // the account of those that a browser remembers that the last form has picked
}

func (w *writer) add(words ...string) {
	w.lines = append(w.lines, Line(words...))
}

// TypedLetter says of a key that it changed what stands in the field, and nothing else; see [DetailTyped].
const TypedLetter = "letter"

// untyped writes keys of the panel's keyboard as they were pressed: something came before the key that takes them over.
func (w *writer) untyped() {
	w.lines = append(w.lines, w.keys...)
	w.keys = nil
}

// take reads an entry.
func (w *writer) take(e journal.Entry) {
	line, typed := e.Detail[DetailLine], e.Detail[DetailTyped]
	switch {
	case typed == TypedLetter:
		w.keys = append(w.keys, line)
	case typed != "":
		w.keys = nil
		w.lines = append(w.lines, typed)
	case line != "":
		w.untyped()
		w.lines = append(w.lines, line)
		if w.plays {
			w.lines = append(w.lines[:len(w.lines)-1], w.withoutOwnKeys(line, e)...)
		}
	}
	if act := e.Detail[DetailUnsaid]; act != "" {
		w.unsaid = append(w.unsaid, act)
	}
	w.heard(e)
	w.stranger(e)
	if e.Kind != journal.KindHTTP || e.HTTP == nil || fromDevice(e.Connection) {
		return
	}
	switch e.Party {
	case w.r.play.printer:
		w.webConfig(e)
	case "entra":
		w.microsoft(e)
	}
}

// Clients that a recording sees at the doors, and cannot play.
const (
	mailClient  = "a mail client of somebody's own spoke to a mail server of the bench"
	tokenClient = "a client of somebody's own asked Entra ID for a code or for tokens"
)

// stranger says of a client that is neither a printer nor a person's browser that it is not recorded.
func (w *writer) stranger(e journal.Entry) {
	who := ""
	switch {
	case !strings.HasPrefix(e.Connection, "outside#"):
	case e.Kind == journal.KindSMTP:
		who = mailClient
	case e.Party == "entra" && e.HTTP != nil && tokenDoor.MatchString(e.HTTP.Target.String()):
		who = tokenClient
	}
	if who != "" && !slices.Contains(w.unsaid, who) {
		w.unsaid = append(w.unsaid, who)
	}
}

var tokenDoor = regexp.MustCompile(`/(token|devicecode)(\?|$)`)

// webConfig reads what a person's browser asked of the printer.
func (w *writer) webConfig(e journal.Entry) {
	x := e.HTTP
	target, _, _ := strings.Cut(x.Target.String(), "?")
	if x.Method == "POST" {
		w.sendWebConfig(e, target)
		if isPageShown(e) {
			w.answered(readShown(x.ResponseBody.String()), x.Status)
		}
		w.redirect = ""
		return
	}
	if x.Status/100 == 3 {
		w.redirect = location(x)
		return
	}
	if !isPageShown(e) {
		return
	}
	page := readShown(x.ResponseBody.String())
	w.answered(page, x.Status)
	byItself := w.redirect != "" && strings.HasPrefix(x.Target.String(), w.redirect)
	w.redirect = ""
	switch {
	case byItself && w.web.heading != page.heading && len(w.wanted) == 0 && w.web.hasCode:
		w.arrived = page.heading
	case page.heading == w.web.heading && slices.Equal(page.path, w.web.path): // looked at once more
	case w.sent != nil: // the answer to a form
	case len(page.path) > 1 && target != "/login":
		w.wanted, w.arrived = page.path, ""
	}
	w.sent = nil
	page.hasCode = strings.HasSuffix(target, "/code")
	w.web = page
}

func location(x *journal.Exchange) string {
	for _, f := range x.ResponseHeader {
		if f.Name == "Location" {
			return f.Value.String()
		}
	}
	return ""
}

// goThere writes how the page came that somebody acts on or looks at.
func (w *writer) goThere() {
	if len(w.wanted) > 0 {
		path := make([]string, len(w.wanted))
		for i, label := range w.wanted {
			path[i] = w.english(label)
		}
		w.add("webconfig", "open", strings.Join(path, " > "))
		w.wanted = nil
	}
	if w.arrived != "" {
		w.add("webconfig", "shows", w.arrived)
		w.arrived = ""
	}
}

// expect writes an assertion, with the way to what it looks at.
func (w *writer) expect(line string) {
	w.untyped()
	if strings.HasPrefix(strings.TrimPrefix(line, "! "), "webconfig ") {
		w.goThere()
	}
	w.lines = append(w.lines, line)
}

// sendWebConfig writes what somebody typed into a form of Web Config, and the button.
func (w *writer) sendWebConfig(e journal.Entry, target string) {
	x := e.HTTP
	sent, err := url.ParseQuery(x.RequestBody.String())
	if err != nil {
		return
	}
	w.sent = sent
	switch target {
	case "/login":
		words := []string{"webconfig", "log-in"}
		if user := sent.Get("user"); user != "" {
			words = append(words, user)
		}
		if sentences.Refuses(e) {
			words = append(words, "wrong")
		}
		w.wanted = nil
		w.add(words...)
		return
	case "/logout":
		w.add("webconfig", "log-out")
		return
	}
	form, known := w.web.form(target)
	if !known {
		w.unsaid = append(w.unsaid, "a form of Web Config that stood on no page: "+target)
		return
	}
	w.goThere()
	for _, f := range form.fields {
		w.field(f, sent)
	}
	w.add("webconfig", "click", w.english(form.pressed(sent)))
	w.unanswered = &unanswered{number: e.Number, fields: len(form.fields) > 0, before: w.web.alerts}
}

// field writes what somebody typed into a field, if it was something.
func (w *writer) field(f shownField, sent url.Values) {
	value, label := sent.Get(f.name), w.english(f.label)
	switch f.kind {
	case "checkbox":
		if now := sent.Has(f.name); now != f.checked {
			w.add("webconfig", "set", label, map[bool]string{true: "On", false: "Off"}[now])
		}
	case "radio":
		if !f.checked && value == f.value {
			w.add("webconfig", "set", w.english(f.group), label)
		}
	case "password":
		if value == journal.Redacted {
			w.add("webconfig", "enter", "password", sent.Get("account"))
		}
	case "select":
		if value != f.value && sent.Has(f.name) {
			w.add("webconfig", "set", label, w.english(f.options[value]))
		}
	case "file":
		w.unsaid = append(w.unsaid, "a file that was uploaded")
	default:
		if value != f.value && sent.Has(f.name) {
			w.add("webconfig", "set", label, value)
		}
	}
}

// english gives the guide's words for a label of the printer's, as the printer shows them in English. Where two labels
// have the same words, as Log in and Sign In in Greek but for their first letter, it is the one that is written so.
func (w *writer) english(label string) string {
	p := w.r.play
	if p.language == english || label == "" {
		return label
	}
	in, err := p.labelsOf(p.language)
	if err != nil {
		return label
	}
	inEnglish, err := p.labelsOf(english)
	if err != nil {
		return label
	}
	found := ""
	for _, said := range slices.Sorted(maps.Keys(in)) {
		switch shown := in[said]; {
		case shown == label:
			return cmp.Or(inEnglish[said], said)
		case found == "" && choice.Normalize(shown) == choice.Normalize(label):
			found = cmp.Or(inEnglish[said], said)
		}
	}
	return cmp.Or(found, label)
}

// labelsOf are the labels of the printer in a language, by the guide's English ones.
func (p *play) labelsOf(language string) (map[string]string, error) {
	d, err := p.device()
	if err != nil {
		return nil, err
	}
	var said device.Words
	err = p.do(func(ctx context.Context) (err error) { said, err = d.Words(ctx, language); return err })
	return said.Labels, err
}

// microsoft reads what a person's browser asked of Microsoft.
func (w *writer) microsoft(e journal.Entry) {
	x := e.HTTP
	if x.Method == "POST" {
		w.sendMicrosoft(x)
	}
	if isPageShown(e) {
		w.online = readShown(x.ResponseBody.String())
	}
}

// sendMicrosoft writes what somebody typed into Microsoft's page, and the button. The bench's own buttons on it type
// for somebody: they are written as what they do.
func (w *writer) sendMicrosoft(x *journal.Exchange) {
	sent, err := url.ParseQuery(x.RequestBody.String())
	if err != nil {
		return
	}
	form, known := w.online.form(x.Target.String())
	if !known {
		return
	}
	again := func(name string) bool { // the page asks for the same once more: it was wrong
		for _, f := range readShown(x.ResponseBody.String()).forms {
			if slices.ContainsFunc(f.fields, func(f shownField) bool { return f.name == name }) {
				return true
			}
		}
		return false
	}
	if account := sent.Get(testAccount); account != "" {
		w.add("browser", "enter", "account", account)
	}
	if sent.Has(testPassword) {
		w.add("browser", "enter", "password")
	}
	byBench := sent.Has(testAccount) || sent.Has(testPassword)
	for _, f := range form.fields {
		switch {
		case byBench:
		case f.name == "otc":
			// The code of the story is the right one, though it may have died meanwhile.
			known := w.r.play.code != "" && strings.EqualFold(sent.Get("otc"), w.r.play.code)
			if !known {
				w.goThere()
				w.add("webconfig", "copy", "code")
			}
			w.add("webconfig", "follow", "url")
			words := []string{"browser", "enter", "code"}
			if again("otc") && !known {
				words = append(words, "wrong")
			}
			w.add(words...)
		case f.kind == "password" && sent.Get(f.name) == journal.Redacted:
			words := []string{"browser", "enter", "password"}
			if again(f.name) {
				words = append(words, "wrong")
			}
			w.add(words...)
		case f.kind == "checkbox" && sent.Has(f.name) && !f.checked:
			w.add("browser", "tick", w.englishOnline(f.label))
		case f.name == "loginfmt" && sent.Get(f.name) != "":
			w.add("browser", "enter", "account", sent.Get(f.name))
		}
	}
	if byBench { // it sends the form as its own button does
		sent.Del(testPassword)
	}
	w.add("browser", "click", w.englishOnline(form.pressed(sent)))
	w.picked = ""
	if name := sent.Get(pick); name != "" {
		w.picked = name
	}
}

// What the bench's own buttons on Microsoft's pages, and the accounts that a browser remembers, are sent as.
const (
	testAccount  = "testAccount"
	testPassword = "testPassword"
	pick         = "pick"
)

// englishOnline are the English words of a label of Microsoft's pages, which are in the language of the browser.
func (w *writer) englishOnline(label string) string { return w.r.play.englishOnline(label) }
