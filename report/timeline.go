package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/journal"
	"mfpsim/sentences"
)

// timeline is the record as people look at it.
type timeline struct {
	story    Story
	sections []*section
	shots    *album
	pages    map[string]shot // by what came as the page
	most     int             // octets of wire for one event

	paragraphs []paragraph
	lines      map[int]sentences.Line  // by the entry that decided them
	decides    map[int]int             // by the number of an entry before it, that entry
	pending    map[int][]journal.Entry // by that entry, those before it
	belongs    map[int]*event          // by the number of the entry
	now        map[string]shot         // what each surface shows
	here       *section
	last       *event // the newest
	step       *event // the newest that a person did
	polls      *event // a printer asks again and again whether a sign-in is complete; nil: it has an answer
	hand       byHand
	count      int
}

// handSection is the section of what was done by hand, by its word.
const handSection = "by-hand"

// paragraph is a # sentence of a script with its lines.
type paragraph struct {
	says     string
	from, to int // numbers of its lines
	steps    []string
}

// stepNote is how a step of a script is recorded: file, line, text.
var stepNote = regexp.MustCompile(`^\S+\.txtar:(\d+) (.*)$`)

// newTimeline reads a record. most bounds what is shown of the wire for each event, in octets.
func newTimeline(entries []journal.Entry, s Story, most int) (*timeline, error) {
	t := &timeline{
		story: s, shots: newAlbum(s.Styles, entries), most: most, lines: map[int]sentences.Line{},
		decides: map[int]int{}, pending: map[int][]journal.Entry{}, belongs: map[int]*event{}, now: map[string]shot{}, pages: map[string]shot{},
		paragraphs: paragraphsOf(s.Script), hand: newByHand(s.Acts, entries),
	}
	for _, l := range sentences.Tell(entries, s.Language) {
		t.lines[l.Decided] = l
		for _, number := range l.Entries {
			if number < l.Decided {
				t.decides[number] = l.Decided
			}
		}
	}
	for _, e := range entries {
		if err := t.take(e); err != nil {
			return nil, err
		}
	}
	t.unplayed()
	t.finish()
	t.newDays()
	return t, nil
}

// newDays marks the rows that came on another day than what stands above them.
func (t *timeline) newDays() {
	for _, s := range t.sections {
		day := s.Day.UTC().Format(time.DateOnly)
		for _, e := range s.Events {
			if now := e.At.UTC().Format(time.DateOnly); now != day {
				e.NewDay, day = true, now
			}
		}
	}
}

// paragraphsOf are the # sentences of a script, below its header.
func paragraphsOf(script string) []paragraph {
	var found []paragraph
	header, open := true, false
	for i, text := range strings.Split(script, "\n") {
		text = strings.TrimRight(text, "\r")
		comment, is := strings.CutPrefix(text, "#")
		switch {
		case header:
			header = strings.TrimSpace(text) != ""
		case strings.HasPrefix(text, "-- ") && strings.HasSuffix(text, " --"):
			return found
		case is && open:
			p := &found[len(found)-1]
			p.says += " " + strings.TrimSpace(comment)
		case is:
			found, open = append(found, paragraph{says: strings.TrimSpace(comment), from: i + 1}), true
		case strings.TrimSpace(text) == "":
			open = false
		default:
			if open = false; len(found) == 0 {
				found = append(found, paragraph{from: i + 1})
			}
			p := &found[len(found)-1]
			p.to, p.steps = i+1, append(p.steps, text)
		}
	}
	return found
}

// take puts an entry of the record where it belongs.
func (t *timeline) take(e journal.Entry) error {
	byHand := t.story.Taken >= 0 && e.Number > t.story.Taken
	if e.Party == "scenario" && e.Kind == journal.KindNote {
		if !byHand { // what is done for the person is told as his act
			t.act(e)
		}
		return nil
	}
	if t.here == nil || byHand && t.here.Word != handSection {
		word := "beginning"
		if byHand {
			word, t.step = handSection, nil
		}
		t.begin(&section{Word: word, Day: e.At, Played: true})
	}
	t.actsByHand(e)
	if decided, waits := t.decides[e.Number]; waits {
		t.pending[decided] = append(t.pending[decided], e)
		return nil
	}
	line, told := t.lines[e.Number]
	switch {
	case t.hand.covers(e, line):
		t.attach(e, t.hand.act)
		if e.Kind == journal.KindScreen {
			return t.screen(e)
		}
		told = false
	case e.Kind == journal.KindScreen:
		if told && byHand && e.Screen != nil && t.now["panel"].Text != framed(e.Text.String()) {
			t.screenByHand(e, line)
		}
		return t.screen(e)
	case e.Kind == journal.KindClock && t.step != nil && t.step.From == clock:
		t.attach(e, t.step)
		return nil
	case t.belongs[e.Number] != nil:
		t.attach(e, t.belongs[e.Number])
	case told && t.step != nil && line.Tone != sentences.Refused && ofPerson(e):
		t.attach(e, t.step) // the page that a step opened
	case told && line.Waits && t.polls != nil: // whatever came between
		t.polls.Times = max(t.polls.Times, 1) + max(line.Times, 1)
		t.attach(e, t.polls)
		for _, number := range line.Entries {
			t.belongs[number] = t.polls
		}
		return nil
	case told && e.Kind == journal.KindMemory && t.last != nil && t.last.Text == line.Text:
		t.last.Times = max(t.last.Times, 1) + 1
		t.attach(e, t.last)
	case told:
		// It stands where it was decided, so that times read from the top down and what it led to follows. What came
		// several times stands where it began.
		row := t.add(&event{At: e.At, Connected: e.Connection}, e)
		row.told(line)
		switch {
		case line.Waits:
			t.polls = row
		case line.Party == "entra" && line.From == "printer":
			t.polls = nil
		}
	case ofPerson(e) && t.step != nil:
		t.attach(e, t.step)
	}
	if told {
		for _, number := range line.Entries {
			t.belongs[number] = t.last
		}
	}
	return t.page(e)
}

// ofPerson reports whether an entry is what a person's browser asked.
func ofPerson(e journal.Entry) bool {
	return e.Kind == journal.KindHTTP && strings.HasPrefix(e.Connection, "browser")
}

// act begins the row of a step, or of a part of one.
func (t *timeline) act(e journal.Entry) {
	text := e.Text.String()
	if found := stepNote.FindStringSubmatch(text); found != nil {
		number, _ := strconv.Atoi(found[1]) // digits
		t.paragraph(number, e)
		if found[2] == "handover" { // nobody does anything
			return
		}
		step := t.story.Steps[number]
		says := step.Says
		if says == "" {
			says = found[2]
		}
		to := laneOfPlace(step.Place)
		t.step = t.add(&event{
			At: e.At, Text: says, Raw: found[2], Command: step.Command, Line: number, To: to, step: true,
		}, e)
		switch {
		case t.step.To == clock:
			t.step.From = clock
		case step.Looks:
			t.step.looks = true
			t.step.turn()
		}
		return
	}
	if t.here == nil || t.step == nil {
		return
	}
	text = strings.TrimSpace(text)
	step := t.story.Parts[text]
	if step.Whole { // its parts are told
		t.attach(e, t.step)
		return
	}
	says := step.Says
	if says == "" {
		says = text
	}
	t.step = t.add(&event{At: e.At, Text: says, Raw: text, To: laneOfPlace(step.Place), step: true, Sub: true}, e)
	if step.Looks {
		t.step.looks = true
		t.step.turn()
	}
}

// paragraph goes to the section of a line.
func (t *timeline) paragraph(number int, e journal.Entry) {
	at := -1
	for i, p := range t.paragraphs {
		if p.from <= number {
			at = i
		}
	}
	id := fmt.Sprintf("s%d", at+1)
	if t.here != nil && t.here.ID == id {
		return
	}
	for _, s := range t.sections {
		if s.ID == id { // a line that is played twice
			t.here = s
			return
		}
	}
	s := &section{ID: id, Day: e.At, Played: true}
	if at >= 0 {
		s.Says, s.In = t.note(t.paragraphs[at].says)
	}
	if s.Says == "" && t.story.Taken >= 0 {
		s.Word = "story-before"
	}
	t.begin(s)
}

// note is a # sentence in the language of the page, or in English, and which of them it is.
func (t *timeline) note(says string) (text, in string) {
	if translated := t.story.Notes[says]; translated != "" {
		return translated, spoken(t.story.Language).language
	}
	return says, "en"
}

func (t *timeline) begin(s *section) {
	t.polls = nil
	if s.ID == "" {
		s.ID = s.Word
	}
	t.here = s
	t.sections = append(t.sections, s)
}

func (t *timeline) add(e *event, of journal.Entry) *event {
	t.count++
	e.ID = rowID(t.count)
	t.last = e
	t.put(e)
	for _, before := range t.pending[of.Number] {
		t.attach(before, e)
	}
	t.attach(of, e)
	return e
}

// put adds a row to the section: in front of a look that waited for it, which was seen after it.
func (t *timeline) put(e *event) {
	rows := t.here.Events
	if n := len(rows); n > 0 && rows[n-1] == t.step && t.step.looks && !e.step {
		rows[n-1], t.step.At = e, e.At
		e = t.step
	}
	t.here.Events = append(rows, e)
}

func rowID(n int) string { return fmt.Sprintf("e%d", n) }

func (t *timeline) attach(e journal.Entry, to *event) { to.entries = append(to.entries, e) }

// screen takes in what a surface shows.
func (t *timeline) screen(e journal.Entry) error {
	surface := "web"
	switch {
	case e.Screen != nil || strings.HasPrefix(e.Text.String(), "| "):
		surface = "panel"
	case e.Party == "browser":
		surface = "browser"
	}
	text := e.Text.String()
	if surface != "panel" { // the page itself came by HTTP; this is what is typed into it
		seen, had := t.now[surface]
		if !had || seen.Told { // a device whose exchanges the record does not show
			seen.Screen, seen.Told = t.shots.text("page", text), true
		}
		seen.Text = text
		t.show(surface, seen)
		return nil
	}
	number, err := t.shots.panel(e)
	if err != nil {
		return err
	}
	t.show(surface, shot{Screen: number, Text: framed(text)})
	if e.Screen != nil && e.Screen.Message != nil && t.last != nil {
		if said := e.Screen.Message.Text; !strings.Contains(t.last.Text, said) {
			t.last.Shows = said
		}
	}
	return nil
}

// framed takes the frame of a panel's text away.
func framed(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "| ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// page takes in a page that a person's browser shows.
func (t *timeline) page(e journal.Entry) error {
	if e.Kind != journal.KindHTTP || e.HTTP == nil || !isShown(e.HTTP) || strings.HasPrefix(e.Connection, "printer") {
		return nil
	}
	surface := "web"
	if to, _ := laneOf(e.Party); to == entra {
		surface = "browser"
	}
	body := e.HTTP.ResponseBody.String()
	seen, known := t.pages[body]
	if !known {
		seen = shot{Screen: t.shots.page(body), Text: textOf(body)}
		t.pages[body] = seen
	}
	t.show(surface, seen)
	return nil
}

// show puts a screen behind what happened last.
func (t *timeline) show(surface string, s shot) {
	s.Surface = surface
	before, had := t.now[surface]
	if had && before.Screen == s.Screen && before.Text == s.Text {
		return
	}
	t.now[surface] = s
	if t.last == nil {
		return
	}
	of := t.last
	if t.step != nil && surface != "panel" {
		of = t.step
	}
	same := func(x shot) bool { return x.Surface == surface }
	if had && !slices.ContainsFunc(of.Before, same) && !slices.ContainsFunc(of.After, same) {
		of.Before = append(of.Before, before)
	}
	if i := slices.IndexFunc(of.After, same); i >= 0 {
		of.After[i] = s
		return
	}
	of.After = append(of.After, s)
}

// unplayed adds the sections that the scenario did not come to, so that nothing of them passes for played.
func (t *timeline) unplayed() {
	if t.story.Failed == 0 && t.story.Case.Verdict != Skipped {
		return
	}
	for i, p := range t.paragraphs {
		id := fmt.Sprintf("s%d", i+1)
		there := func(s *section) bool { return s.ID == id }
		if len(p.steps) == 0 || slices.ContainsFunc(t.sections, there) {
			continue
		}
		s := &section{ID: id, Steps: p.steps}
		s.Says, s.In = t.note(p.says)
		t.sections = append(t.sections, s)
	}
}

// finish gives each event its wire, and refusals what the panel then showed.
func (t *timeline) finish() {
	var all []*event
	for _, s := range t.sections {
		all = append(all, s.Events...)
		if len(s.Events) > 0 {
			s.Day = s.Events[0].At
		}
		for _, e := range s.Events {
			if e.step && e.Line > 0 && e.Line == t.story.Failed {
				e.Failed, s.Failed = true, true
			}
		}
	}
	for i, e := range all {
		e.Wire = t.wire(e)
		e.number = t.numberOf(e)
		for k := range e.After {
			e.After[k].New = newLines(e, e.After[k])
		}
		if !e.Refused || len(e.After) > 0 {
			continue
		}
		for _, next := range all[i+1:] {
			if next.step || len(next.After) > 0 {
				if !next.step {
					e.Before, e.After = next.Before, next.After
				}
				break
			}
		}
	}
	for i, e := range all { // a job that ended by a refusal shows nothing that the refusal does not
		if e.code == "" {
			continue
		}
		if e.Cause = causeIn(all[:i]); e.Cause != nil && slices.EqualFunc(e.After, e.Cause.After, sameShot) {
			e.Before, e.After = nil, nil
		}
	}
}

// newLines are the lines of a screen that the one before it did not have, if there are few.
func newLines(e *event, s shot) []string {
	i := slices.IndexFunc(e.Before, func(b shot) bool { return b.Surface == s.Surface })
	if i < 0 || s.Surface == "panel" {
		return nil
	}
	had := strings.Split(e.Before[i].Text, "\n")
	var found []string
	for _, l := range strings.Split(s.Text, "\n") {
		if l != "" && !slices.Contains(had, l) {
			found = append(found, l)
		}
	}
	if few := 6; len(found) > few {
		return nil
	}
	return found
}

// wire is what went over the wire for an event, as a transcript; a page is shown beside it.
func (t *timeline) wire(e *event) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, entry := range e.entries {
		if entry.Kind == journal.KindHTTP && entry.HTTP != nil {
			entry.HTTP = t.bare(entry.HTTP)
		}
		said := Conversation([]journal.Entry{entry}, entry.Party, nil)
		if entry.Kind == journal.KindSMTP {
			head, rest, _ := strings.Cut(said, "\n")
			if seen[entry.Connection] && strings.HasPrefix(head, "-- ") {
				said = rest
			}
			seen[entry.Connection] = true
		}
		b.WriteString(said)
	}
	text := plainReply(strings.TrimRight(b.String(), "\n"))
	if len(text) > t.most {
		cut := strings.ToValidUTF8(text[:t.most], "")
		text = cut + "\n… " + t.says("octets-more", len(text)-len(cut)) + ": entra.txt, smtp.txt, journal.jsonl"
	}
	return text
}

// numbers are what a server of Microsoft's puts into a reply for its own people: groups such as 0.35250:1F009983,
// hundreds of them. diagnostics are what else stands around them, where it is long.
var (
	numbers     = regexp.MustCompile(`(?:[0-9]+\.[0-9]+:[0-9A-Za-z.]+,?\s*){2,}`)
	diagnostics = regexp.MustCompile(`(\[BeginDiagnosticData\][^\[]{80})[^\[]+(\[EndDiagnosticData\])`)
)

// plainReply is a text without the numbers of diagnostics, in which what it says would drown; the transcripts have all.
func plainReply(text string) string {
	return diagnostics.ReplaceAllString(numbers.ReplaceAllString(text, "… "), "$1… $2")
}

// ownNumbers are the groups of numbers of a reply, and how many they are.
func ownNumbers(reply string) (groups string, n int) {
	groups = strings.TrimSpace(strings.Join(numbers.FindAllString(reply, -1), " "))
	return groups, strings.Count(groups, ":")
}

// telling are the fields of an answer's header that say something about it.
var telling = []string{"content-type", "location", "retry-after", "www-authenticate", "x-ms-request-id"}

// bare is an exchange without what says nothing about it: a page is shown beside it, and wire.har has all of it.
func (t *timeline) bare(x *journal.Exchange) *journal.Exchange {
	less := *x
	if isShown(x) {
		less.ResponseBody = journal.Plain("(" + t.says("octets-html", len(x.ResponseBody.String())) + ")")
	}
	less.ResponseHeader = nil
	for _, f := range x.ResponseHeader {
		if slices.Contains(telling, strings.ToLower(f.Name)) {
			less.ResponseHeader = append(less.ResponseHeader, f)
		}
	}
	if n := len(x.ResponseHeader) - len(less.ResponseHeader); n > 0 {
		more := journal.Field{Name: "…", Value: journal.Plain(t.says("fields-more", n))}
		less.ResponseHeader = append(less.ResponseHeader, more)
	}
	return &less
}

// says is a word of the page with a number in it.
func (t *timeline) says(id string, n int) string {
	text, err := spoken(t.story.Language).T(id, "n", n)
	if err != nil { // words.json is part of the program
		panic(err)
	}
	return text
}

// isShown reports whether a browser shows the answer as a page.
func isShown(x *journal.Exchange) bool {
	return x.Status < 600 && x.Status/100 != 3 && journal.IsPage([]byte(x.ResponseBody.String()))
}
