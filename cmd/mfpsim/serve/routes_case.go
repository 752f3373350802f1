package serve

import (
	"context"
	"errors"
	"strings"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/explain"
	"mfpsim/lab"
	"mfpsim/scenarios"
	"mfpsim/vtime"
)

type casesRequest struct {
	Language string `json:"-" query:"language" doc:"of the titles: en, hi or el; without it en"`
}

type explainRequest struct {
	Text     string `json:"-" query:"text" doc:"what somebody reads or was told: a code, a label, a message in any language, an AADSTS number, a reply, a whole ticket, words of their own"`
	Language string `json:"-" query:"language" doc:"of the answer: en, hi or el; without it that of the text"`
}

type explainAnswer struct {
	Answer explain.Answer `json:"answer"`
	Cases  []caseRow      `json:"cases" doc:"other cases that show it, the best first"`
}

type caseRequest struct {
	ID       string `json:"id,omitempty" doc:"of a scenario with a handover; without it the bench begins as the command line asked for"`
	Language string `json:"language,omitempty" doc:"of the panel; without it that of now"`
}

type skipRequest struct {
	Line int `json:"line" doc:"of the scenario; what stands before it in its part is skipped too"`
}

type doRequest struct {
	Line int `json:"line" doc:"of the scenario: an act of what is left of the case"`
}

type caseAnswer struct {
	ID            string     `json:"id" doc:"of the scenario; empty: no case is loaded"`
	Title         string     `json:"title" doc:"in the language that was asked for, where the case has one in it"`
	TitleLanguage string     `json:"titleLanguage" doc:"that of the title"`
	Question      string     `json:"question" doc:"what the user reads, and asks"`
	Account       string     `json:"account" doc:"that stands for the customer's: the first with which the printer signs in to send email, else the first of the case; empty: the case has none, or is about the fax server alone"`
	FaxAccount    string     `json:"faxAccount" doc:"the same for the fax server's own sign-in; empty: the case has none"`
	Chapter       string     `json:"chapter" doc:"title of the guide's chapter"`
	Number        string     `json:"number" doc:"of the chapter, ours"`
	Proves        []string   `json:"proves" doc:"rules of the guide"`
	Code          string     `json:"code" doc:"of the job history, that the case shows first; empty: it shows none"`
	Solution      string     `json:"solution" doc:"what the guide's table of codes says to do about it; empty: it says nothing"`
	Own           string     `json:"own" doc:"what helps in this very case, as explain says it; empty: no cause of the table leads to it"`
	OwnAt         []placeRow `json:"ownAt" doc:"where the bench's page has what this asks for"`
	Remedy        string     `json:"remedy" doc:"what the guide's chapter says to do, in our words"`
	Parts         []partRow  `json:"parts" doc:"the story, what the user sees, what to try"`
	Mends         bool       `json:"mends" doc:"there is a symptom that goes away"`
	Solved        *time.Time `json:"solved,omitempty" doc:"true time at which the remedy had first worked: the proof of the case came true, or a job went well after one had failed"`
	From          int        `json:"from" doc:"number of the last entry of the record before the person took over"`
	InHand        int        `json:"inHand" doc:"the part that is being played; the number of parts if all is done"`
	Printer       string     `json:"printer" doc:"the bench's name for the printer that the case is about"`
	Language      string     `json:"language" doc:"of the panel"`
	Languages     []string   `json:"languages" doc:"that the panel of this model has"`
}

type partRow struct {
	Kind  scenarios.PartKind `json:"kind" doc:"story: it was played; symptom: what the user sees; remedy: what to try, up to the first proof that it works; other: another remedy, which the first one makes needless; further: what the scenario does besides, for which nothing waits"`
	Says  string             `json:"says" doc:"the sentence of the scenario; empty: it has none"`
	In    string             `json:"saysLanguage" doc:"that of the sentence: the one that was asked for, or English where it has no other"`
	Steps []stepRow          `json:"steps"`
}

type stepRow struct {
	Line     int        `json:"line" doc:"of the scenario"`
	Says     string     `json:"says" doc:"the step in a sentence"`
	Text     string     `json:"text" doc:"as the scenario has it"`
	Looks    bool       `json:"looks" doc:"it says what is to be seen; else it is something to do"`
	Place    string     `json:"place" doc:"where it is done or seen: panel, web-config, browser, microsoft, mail, wire, clock, faults"`
	Aim      aimRow     `json:"aim" doc:"where somebody has to go on a page to do it or to see it"`
	Done     bool       `json:"done" doc:"it has come true"`
	Skipped  bool       `json:"skipped"`
	Needless bool       `json:"needless" doc:"nobody did it, and what follows has come true without it"`
	Unseen   bool       `json:"unseen" doc:"it leaves no trace, as a page that is closed: it is never ticked, and nothing waits for it"`
	Comes    bool       `json:"comes" doc:"a button that comes by a choice on its page, which is sent to nobody: it is ticked when it is clicked at the latest, and nothing waits for it"`
	Besides  bool       `json:"besides" doc:"only the bench can know it, or it is about what does not come: nothing waits for it"`
	Why      string     `json:"why" doc:"why it is not needed, or can come true no more: overtaken, solved, mails, more, unseen; empty: it still can"`
	At       *time.Time `json:"at,omitempty" doc:"true time at which it came true"`
	Until    *time.Time `json:"until,omitempty" doc:"of what only the bench can know: true time until which it held; without it it still does"`
}

type aimRow struct {
	Path    string       `json:"path" doc:"of the page of Web Config, in the labels of its menu; empty: none"`
	Control string       `json:"control" doc:"what is clicked or set on that page, or the button that is to be seen there, in its labels; empty: nothing"`
	Value   string       `json:"value" doc:"what is typed or chosen there, in the words of the page; empty: nothing"`
	Sees    [][]string   `json:"sees" doc:"words that are to be seen on the page, each in every language that it may have"`
	First   []settingRow `json:"first" doc:"what makes the control appear"`
	Asks    string       `json:"asks" doc:"what the form of Microsoft's page asks for that it belongs to: code, account, password; empty: any page"`
	Labels  []string     `json:"labels" doc:"what is clicked on Microsoft's page, in every language that it may have"`
	Keys    []string     `json:"keys" doc:"what is touched on the panel, in its language: keys one after the other, or the field that is typed into; the last one that the screen has is next, but for a box that is ticked"`
	Begin   string       `json:"begin" doc:"path of the address at which what leads to Microsoft's page begins; empty: none"`
}

// placeRow is a place of the bench's page.
type placeRow struct {
	Place   string `json:"place" doc:"panel, web-config, browser, microsoft, mail, jobs, clock, faults"`
	Path    string `json:"path" doc:"of a page of Web Config, in the labels of its menu; empty: none"`
	Control string `json:"control" doc:"id or data-key of a control; empty: none in particular"`
}

// placesOf are where what helps in a case is done.
func placesOf(c *scenarios.Case) []placeRow {
	rows := []placeRow{}
	for _, at := range explain.PlacesOf(c.Scenario.ID) {
		place, rest, _ := strings.Cut(at, " ")
		if place == "webconfig" {
			rows = append(rows, placeRow{Place: "web-config", Path: c.Page(rest)})
			continue
		}
		rows = append(rows, placeRow{Place: place, Control: rest})
	}
	return rows
}

type settingRow struct {
	Label string `json:"label"`
	Value string `json:"value" doc:"empty: it is clicked"`
	Says  string `json:"says" doc:"in a sentence, where the page that a person was shown last lacks the control; else empty"`
}

func caseRoutes() group {
	return group{
		Title: "Cases",
		About: "A case is a scenario that was played up to its handover. What follows the handover is a check list, which ticks itself as its lines come true on the bench: the language's own verbs look. " +
			"Loading one builds the bench anew behind the same addresses, as a reset does; saved points are lost.",
		Routes: []route{
			{
				Request: "GET /cases", At: "/cases?language=el", About: "Lists the cases by the guide's chapters.",
				Act: tells(func(b *bench, in casesRequest) ([]chapterOfCases, error) { return b.config.cases(in.Language) }),
			},
			{
				Request: "GET /explain", At: "/explain?text=code+370",
				About: "Explains what somebody reads or was told, as `mfpsim explain` does: what it is, the causes by how common they are, how each is told from the others, the guide's remedy, and the case to load.",
				Act:   tells((*bench).explain),
			},
			{
				Request: "GET /case", At: "/case?language=el", About: "Tells of the case that is loaded, with its check list.",
				Act: tells(func(b *bench, in casesRequest) (caseAnswer, error) {
					if b.taken != nil {
						b.taken.Look()
					}
					return b.caseNow(in.Language), nil
				}),
			},
			{
				Request: "POST /case", Example: `{"id":"trouble/expired-by-disuse","language":"en"}`, About: "Loads a case.",
				Act: routes.Tells(func(ctx context.Context, b *bench, in caseRequest) (caseAnswer, error) {
					return b.server.loaded(ctx, in.ID, in.Language)
				}),
			},
			{
				Request: "POST /case/next", About: "Loads the case that follows in the list.",
				Act: routes.Tells(func(ctx context.Context, b *bench, _ routes.None) (caseAnswer, error) {
					id, err := b.config.nextCase(b.config.Scenario)
					if err != nil {
						return caseAnswer{}, err
					}
					return b.server.loaded(ctx, id, "")
				}),
			},
			{
				Request: "POST /case/skip", Example: `{"line":22}`, About: "Passes over a step of what is left of the case, and over those before it.",
				Act: does(func(b *bench, in skipRequest) error {
					if b.taken == nil {
						return errNoCase
					}
					if err := b.taken.Skip(in.Line); err != nil {
						return routes.Refused(err)
					}
					b.taken.Look()
					return nil
				}),
			},
			{
				Request: "POST /case/other", About: "Takes the other remedy of the case in place of the first, whose steps are passed over.",
				Act: does(func(b *bench, _ routes.None) error {
					if b.taken == nil {
						return errNoCase
					}
					if err := b.taken.TakeOther(); err != nil {
						return routes.Refused(err)
					}
					b.taken.Look()
					return nil
				}),
			},
			{
				Request: "POST /case/do", Example: `{"line":22}`,
				About: "Does what an act of what is left of the case says, with the scenario's own verb and browsers, as if the person had done it: the list ticks by what the record shows. " +
					"Then as much time passes as what the case wants to see next takes. Refuses what is to be seen, what is done, and an act before which others come, which it names.",
				Act: routes.Tells(doLine),
			},
		},
	}
}

// doLine does a line of the case for the person.
func doLine(ctx context.Context, b *bench, in doRequest) (routes.Done, error) {
	if b.taken == nil {
		return routes.Done{}, errNoCase
	}
	if err := b.taken.Do(ctx, in.Line); err != nil {
		if errors.Is(err, vtime.ErrClosed) {
			return routes.Done{}, err
		}
		return routes.Done{}, routes.Refused(err)
	}
	if b.config.Moved != nil {
		b.config.Moved()
	}
	return routes.Done{OK: true}, nil
}

var errNoCase = routes.Refuse("no case is loaded; POST /case loads one")

// loaded loads a case and tells of it.
func (s *server) loaded(ctx context.Context, id, language string) (caseAnswer, error) {
	if err := s.load(ctx, id, language); err != nil {
		return caseAnswer{}, err
	}
	return s.now().caseNow(language), nil
}

// watchCase ticks the check list after each thing that happens.
func (b *bench) watchCase() {
	if b.taken == nil {
		return
	}
	told, leave := b.watchers.enter()
	b.serving.Go(func() {
		defer leave()
		for {
			b.taken.Look()
			b.ticked.Add(1)
			select {
			case <-told:
			case <-b.closed:
				return
			}
		}
	})
}

func (b *bench) caseNow(language string) caseAnswer {
	answer := caseAnswer{
		Proves: []string{}, Parts: []partRow{}, OwnAt: []placeRow{}, Language: b.config.Language, Printer: b.printer.Name, Languages: []string{},
	}
	if known, err := lab.Languages(b.config.Model); err == nil {
		answer.Languages = known
	}
	c := b.taken
	if c == nil {
		return answer
	}
	answer.ID, answer.Question = c.Scenario.ID, c.Question(language)
	answer.Account, answer.FaxAccount = c.Accounts()
	answer.Title, answer.TitleLanguage = c.Scenario.TitleIn(language)
	answer.Proves = list(c.Scenario.Proofs())
	answer.Number, answer.Chapter = c.Scenario.Chapter(language)
	answer.From = c.From()
	answer.Code = c.Code()
	answer.Solution, answer.Remedy = c.Remedy(language)
	answer.Own, answer.OwnAt = explain.RemedyOf(c.Scenario.ID, language), placesOf(c)
	course := c.Course()
	answer.Mends = course.Mends
	if !course.Solved.IsZero() {
		answer.Solved = &course.Solved
	}
	parts, inHand := c.Parts()
	answer.InHand = inHand
	for _, p := range parts {
		row := partRow{Kind: p.Kind, Steps: []stepRow{}}
		row.Says, row.In = p.SaysIn(language)
		says := c.Told
		if p.Kind == scenarios.PartStory {
			says = c.Did
		}
		for _, s := range p.Steps {
			step := stepRow{
				Line: s.Line, Says: says(s, language), Text: s.Text, Looks: s.Looks, Place: s.Place(), Done: s.Done,
				Skipped: s.Passed, Needless: s.Needless, Unseen: s.Unseen, Comes: s.Comes, Besides: s.Besides, Why: whyOf(s),
			}
			step.Aim = aimOf(c, s, language)
			if !s.At.IsZero() {
				step.At = &s.At
			}
			if !s.Until.IsZero() {
				step.Until = &s.Until
			}
			row.Steps = append(row.Steps, step)
		}
		answer.Parts = append(answer.Parts, row)
	}
	return answer
}

// aimOf is what a step is about on a page.
func aimOf(c *scenarios.Case, s scenarios.CaseStep, language string) aimRow {
	aim := c.Aim(s)
	row := aimRow{
		Path: aim.Path, Control: aim.Control, Value: aim.Value, Sees: list(aim.Sees), First: []settingRow{}, Asks: aim.Asks,
		Labels: list(aim.Labels), Begin: aim.Begin, Keys: list(aim.Keys),
	}
	for _, f := range aim.First {
		first := settingRow{Label: f.Label, Value: f.Value}
		if aim.Missing {
			first.Says = c.Told(f.Step, language)
		}
		row.First = append(row.First, first)
	}
	return row
}

// whyOf says why a step is not needed, or can come true no more.
func whyOf(s scenarios.CaseStep) string {
	switch {
	case s.Done || s.Passed:
		return ""
	case s.Unseen:
		return "unseen"
	case s.Needless && s.Why == "":
		return string(scenarios.WhyOvertaken)
	}
	return string(s.Why)
}
