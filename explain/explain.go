// Package explain answers whoever asks what something means that a printer, Microsoft or the guide has shown: a code,
// a number, a reply, a label, a message, a chapter, a sentence of the guide, or words of somebody's own. It says what
// it is, the causes by how common they are, how each is told from the others, the guide's remedy, and the scenario to
// see it in.
//
// What it knows of causes is data (causes.yaml), with whose word it is. All else is read from where it is kept: the
// models, the guide, the tables of both clouds, the rules, the scenarios.
package explain

import (
	"slices"
	"strings"

	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/guide"
	"mfpsim/scenarios"
)

// Answer is what is known of a question. It has no item and no cause where nothing is.
type Answer struct {
	Language string            `json:"language" doc:"of the answer: en, hi or el"`
	Headings map[string]string `json:"headings" doc:"words that stand before the parts of an answer, in its language"`
	Items    []Item            `json:"items"    doc:"what was recognized, the best first"`
	Causes   []Cause           `json:"causes"   doc:"what may be the matter, the likeliest first"`
	Near     []string          `json:"near"     doc:"what is spelled like something that was not recognized"`
}

// Known reports whether there is an answer.
func (a Answer) Known() bool { return len(a.Items)+len(a.Causes) > 0 }

// Item is something that was recognized.
type Item struct {
	Kind   string   `json:"kind"   doc:"code, entra, reply, report, message, label, chapter, sentence or rule"`
	Name   string   `json:"name"   doc:"360, AADSTS53003, 535, M1; of a label its English words"`
	What   string   `json:"what"   doc:"the kind in words, with the name where people use it"`
	Title  string   `json:"title"  doc:"what it says, in the language of the answer; in its own words on the wire"`
	Facts  []Fact   `json:"facts"`
	Causes []string `json:"causes" doc:"ids among the answer's causes"`
	Shown  []string `json:"shown"  doc:"scenarios that look for it"`
	// Passing is set for a label, a title or a message of no cause within a longer text: it is told after the causes.
	Passing bool `json:"passing" doc:"stands in passing in a longer text: told after the causes"`
}

// Fact is something that is known of an item.
type Fact struct {
	ID      string `json:"id"      doc:"of the heading"`
	Heading string `json:"heading"`
	Text    string `json:"text"`
}

func (i *Item) fact(language, id, text string) {
	if text == "" || slices.ContainsFunc(i.Facts, func(f Fact) bool { return f.ID == id && f.Text == text }) {
		return
	}
	i.Facts = append(i.Facts, Fact{id, heading(language, id), text})
}

// question is one that is being answered.
type question struct {
	text           string
	language       string
	pieces         []string
	known          *vocabulary
	scenarios      []scenarios.Scenario
	rules          []scenarios.Rule
	answer         Answer
	taken          []string // plain words that were recognized
	unknownNumbers []string
}

// mostItems is how much of a text is told of. Whoever pastes a page is told of its first things.
const mostItems = 40

// mostCauses is how many causes are told where words of somebody's own have led to them.
const mostCauses = 5

// mostMistyped is how many words a label or a number has that was mistyped; more are a sentence of somebody's own,
// which has causes.
const mostMistyped = 4

// Explain answers a question. An empty language is that of the question's script, else English. words are what a
// device says that is none of the models here.
func Explain(text, language string, words ...device.Words) (Answer, error) {
	if language == "" {
		language = languageOf(text)
	}
	if !slices.Contains(guide.Languages(), language) {
		language = english
	}
	v, err := known()
	if err != nil {
		return Answer{}, err
	}
	all, err := scenarios.All()
	if err != nil {
		return Answer{}, err
	}
	rules, err := scenarios.Rules()
	if err != nil {
		return Answer{}, err
	}
	q := &question{
		text: text, language: language, pieces: pieces(text), known: v.with(words), scenarios: all, rules: rules,
		answer: Answer{
			Language: language,
			Headings: map[string]string{},
			Items:    []Item{},
			Causes:   []Cause{},
			Near:     []string{},
		},
	}
	for id := range headingRows() {
		q.answer.Headings[id] = heading(language, id)
	}
	if len(q.pieces) == 0 {
		return q.answer, nil
	}
	q.codes()
	q.texts()
	q.entra()
	q.reply()
	q.ofGuide()
	if err := q.sentences(); err != nil {
		return Answer{}, err
	}
	q.answer.Items = q.answer.Items[:min(len(q.answer.Items), mostItems)]
	q.rank()
	if few := len(strings.Fields(q.pieces[0])) <= mostMistyped; len(q.answer.Items) == 0 &&
		(few || !q.answer.Known()) {
		q.answer.Near = q.near()
	}
	return q.answer, nil
}

// item is a new item of the answer, or the one that is there.
func (q *question) item(kind, name, title string) *Item {
	for i := range q.answer.Items {
		if it := &q.answer.Items[i]; it.Kind == kind && it.Name == name && it.Title == title {
			return it
		}
	}
	what := heading(q.language, kind)
	if !slices.Contains([]string{"label", "message", "sentence"}, kind) { // those have ids of our own files
		what = name + " (" + what + ")"
	}
	q.answer.Items = append(
		q.answer.Items,
		Item{Kind: kind, Name: name, What: what, Title: title, Facts: []Fact{}, Causes: []string{}, Shown: []string{}},
	)
	return &q.answer.Items[len(q.answer.Items)-1]
}

// used takes words out of what is searched for.
func (q *question) used(words string) { q.taken = append(q.taken, plain(words)) }

// namesOfCodes are the words beside a code that say what it is, the longer first: beside it they do not speak of the
// code that is typed at Microsoft's page.
var namesOfCodes = []string{
	"error code", "error", "code",
	"गड़बड़ी कोड", "एरर कोड", "त्रुटि कोड", "गड़बड़ी", "एरर", "त्रुटि", "कोड",
	"κωδικός σφάλματος", "κωδικό σφάλματος", "σφάλμα με κωδικό", "κωδικός", "κωδικό", "σφάλμα",
}

// codes finds codes of the job history of any model.
func (q *question) codes() {
	enhanced := enhancedForm.ReplaceAllString(q.text, " ") // 430 4.2.0 is a reply
	for _, written := range codeForm.FindAllString(enhanced, -1) {
		if code := strings.ToUpper(written); len(q.known.usedBy[code]) > 0 {
			q.code(code)
			for _, name := range namesOfCodes {
				q.used(name + " " + written)
				q.used(written + " " + name)
			}
			q.used(written)
		}
	}
}

func (q *question) code(code string) {
	status, solution := "code."+code+".status", "code."+code+".solution"
	item := q.item("code", code, or(q.known.of(status, q.language), q.known.of(status, english)))
	item.Causes = causesOf(func(r causeRow) bool {
		return slices.Contains(r.Codes, code) || r.endsIn(q.known.kinds[code])
	})
	placed := q.remedies(item, code, or(q.known.of(solution, q.language), q.known.of(solution, english)))
	if _, ofGuide := guide.Codes(english)[code]; ofGuide && !placed {
		item.fact(q.language, "guide", chapterTold(q.language, codesChapter))
	} else if !ofGuide {
		item.fact(q.language, "certainty", sure(q.language, q.known.sourceOf(status)))
	}
	if users := q.known.usedBy[code]; !slices.Contains(users, q.known.standard.Name) {
		item.fact(q.language, "models", strings.Join(users, ", "))
	}
	item.Shown = shownCode(q.scenarios, code)
}

// remedies says what to do about a code. The guide has two words about one of its own: the chapter of the trouble says
// what to look at and do first, the solution of its table says the rest; each is told with its place. placed is false
// where there is one word alone.
func (q *question) remedies(item *Item, code, solution string) (placed bool) {
	_, ofGuide := guide.Codes(english)[code]
	first := ""
	if ofGuide && len(item.Causes) > 0 {
		first = chapterOf(item.Causes[0])
	}
	says := scenarios.ChapterSays(q.language, first)
	if first == "" || first == codesChapter || says == "" {
		item.fact(q.language, "what-to-do", solution)
		return false
	}
	item.fact(q.language, "do-first", says+" ("+chapterTold(q.language, first)+")")
	item.fact(q.language, "solution", solution+" ("+chapterTold(q.language, codesChapter)+")")
	return true
}

// codesChapter is the guide's chapter with the table of codes.
const codesChapter = "8d"

// texts finds labels, messages and chapters.
func (q *question) texts() {
	for _, s := range q.known.read(q.pieces) {
		q.used(s.text)
		switch {
		case strings.HasSuffix(s.id, ".solution") && (len(q.answer.Items) > 0 || enhancedForm.MatchString(q.text)):
			// Several codes have one solution: beside a code or its status it says nothing more. Replies end with its
			// words too.
		case s.code() != "":
			q.code(s.code())
		case strings.HasPrefix(s.id, "chapter."):
			q.chapter(strings.TrimPrefix(s.id, "chapter."))
		case s.isLabel():
			q.label(s)
		default:
			q.message(s)
		}
	}
}

func (q *question) message(s said) {
	inEnglish := q.known.of(s.id, english)
	item := q.item("message", s.id, or(q.known.of(s.id, q.language), inEnglish))
	if s.language != q.language {
		item.fact(q.language, "read-as", strings.ReplaceAll(s.text, filled, "…"))
	}
	if q.language != english {
		item.fact(q.language, "in-english", inEnglish)
	}
	item.fact(q.language, "certainty", sure(q.language, s.source))
	if s.models != nil && !slices.Contains(s.models, q.known.standard.Name) {
		item.fact(q.language, "models", strings.Join(s.models, ", "))
	}
	kinds := q.known.kindsOf(s.id)
	for _, row := range q.known.standard.Outcomes {
		if slices.Contains(kinds, outcome.Kind(row.Kind)) && row.Code != "" {
			item.fact(q.language, "on-printer", row.Code+" "+q.known.of(row.StatusID(), q.language))
		}
	}
	item.Causes = causesOf(func(r causeRow) bool { return r.endsIn(kinds) || slices.Contains(r.Messages, s.id) })
	item.Shown = shown(q.scenarios, "@"+s.id, inEnglish)
}

func (q *question) label(s said) {
	inEnglish := q.known.of(s.id, english)
	item := q.item("label", inEnglish, or(q.known.of(s.id, q.language), inEnglish))
	for _, language := range guide.Languages() {
		if text := q.known.of(s.id, language); text != "" && text != item.Title {
			item.fact(q.language, "in-languages", language+": "+text)
		}
	}
	ofGuide := false
	for _, l := range guide.Labels() {
		if plain(l.English) == plain(inEnglish) {
			ofGuide = true
			item.fact(q.language, "at", heading(q.language, string(l.At)))
			item.fact(q.language, "note", l.Note)
		}
	}
	source := s.source
	if ofGuide {
		source = "guide"
	} else {
		item.fact(q.language, "at", heading(q.language, "device"))
	}
	item.fact(q.language, "certainty", sure(q.language, source))
	for _, r := range q.rules {
		if within(plain(r.Sentence), plain(inEnglish)) && letters(inEnglish) > 3 {
			item.fact(q.language, "rules", r.ID+": "+q.ruleSays(r))
		}
	}
	item.Causes = causesOf(func(r causeRow) bool {
		return letters(inEnglish) > 3 && within(plain(r.Tell.English+" "+r.Do.English), plain(inEnglish))
	})
	item.Shown = shown(q.scenarios, "'"+inEnglish+"'")
}

func (q *question) chapter(number string) {
	title := chapterTold(q.language, number)
	if title == "" {
		return
	}
	item := q.item("chapter", number, title)
	item.fact(q.language, "chapter-says", scenarios.ChapterSays(q.language, number))
	inEnglish := ""
	for _, c := range guide.Chapters() {
		if c.Number == number {
			inEnglish = c.English
		}
	}
	if q.language != english {
		item.fact(q.language, "in-english", inEnglish)
	}
	for _, r := range q.rules {
		if r.Source == inEnglish {
			item.fact(q.language, "rules", r.ID+": "+q.ruleSays(r))
		}
	}
	item.Causes = causesOf(func(r causeRow) bool { return r.Chapter == number })
	for _, s := range q.scenarios {
		if s.Guide == inEnglish {
			item.Shown = append(item.Shown, s.ID)
		}
	}
}

// chapterTold is the title of a chapter, with its page.
func chapterTold(language, number string) string {
	for _, c := range guide.Chapters() {
		if c.Number == number {
			return c.In(language) + ", " + heading(language, "page") + " " + pageOf(c)
		}
	}
	return ""
}

// ofGuide finds rules and chapters by their numbers.
func (q *question) ofGuide() {
	for _, id := range ruleForm.FindAllString(q.text, -1) {
		q.rule("rule", id)
	}
	for _, m := range chapterForm.FindAllStringSubmatch(q.text, -1) {
		q.chapter(strings.ToLower(m[1]))
		q.used(m[0])
	}
}

func (q *question) rule(kind, id string) {
	for _, r := range q.rules {
		if r.ID != id {
			continue
		}
		item := q.item(kind, r.ID, q.ruleSays(r))
		q.used(r.ID)
		item.Causes = causesOf(func(row causeRow) bool { return slices.Contains(row.Rules, id) })
		for _, c := range guide.Chapters() {
			if c.English == r.Source {
				item.fact(q.language, "guide", chapterTold(q.language, c.Number))
			}
		}
		for _, s := range q.scenarios {
			if slices.Contains(s.Proves, id) {
				item.Shown = append(item.Shown, s.ID)
			}
		}
	}
}

// ruleSays is what a rule says, in our words and the language of the answer.
func (q *question) ruleSays(r scenarios.Rule) string {
	return or(ruleRows()[r.ID].In(q.language), r.Sentence)
}

// sentences finds sentences of the guide by their fingerprints.
func (q *question) sentences() error {
	found, err := fromGuide(q.text)
	for _, f := range found {
		if f.Rule == "-" {
			q.chapter(f.Chapter)
		} else {
			for _, id := range strings.Fields(f.Rule) {
				q.rule("sentence", id)
			}
		}
	}
	if len(found) > 0 {
		q.used(q.text)
	}
	return err
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
