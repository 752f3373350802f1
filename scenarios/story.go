package scenarios

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/report"
)

// index writes the page of a run beside its manifest.
func (o Options) index(folder *report.Folder, results []Result) error {
	x, err := IndexOf(o.run(), results)
	if err != nil {
		return err
	}
	x.Replay = replayOf(results, o)
	files, err := x.Files()
	if err != nil {
		return err
	}
	return folder.WriteBeside(files)
}

// IndexOf is what the page of a run tells: its verdicts, and the rules of the guide.
func IndexOf(run report.Run, results []Result) (report.Index, error) {
	x := report.Index{Run: run, Cases: Cases(results), Titles: map[string]string{}}
	played := make([]Scenario, len(results))
	for i, r := range results {
		played[i] = r.Scenario
		if title, in := r.Scenario.TitleIn(run.Language); in == run.Language {
			x.Titles[r.Scenario.ID] = title
		}
	}
	rules, err := RulesWithProof(played)
	if err != nil {
		return x, err
	}
	for _, r := range rules {
		x.Rules = append(x.Rules, report.Rule{
			ID: r.ID, Sentence: r.Sentence, Document: r.Kind == RuleDocument, Where: r.Where, Open: r.Open != "",
		})
	}
	return x, nil
}

// replayOf is the command that plays the run again.
func replayOf(results []Result, o Options) string {
	if len(results) == 1 {
		return replay(results[0].Scenario, o)
	}
	if len(o.Patterns) == 0 {
		return replay(Scenario{}, o)
	}
	return replay(Scenario{ID: quoted(o.Patterns)}, o)
}

// StoryOf is what the bench itself tells for the page of a case: its clouds, and the device that is called printer.
func StoryOf(l *lab.Lab, printer, language string) report.Story {
	s := report.Story{
		Language: language, Styles: l.Styles(), Start: l.World.Start(), End: l.World.Now(), Taken: -1,
	}
	for _, row := range l.Entra.SignIns() {
		how := row.Protocol
		if !row.Interactive {
			how = "refresh token"
		}
		s.SignIns = append(s.SignIns, report.SignIn{
			At: row.Time, User: row.User, Application: row.Application, How: how, AADSTS: row.AADSTS, Reason: row.Reason,
			Policies: policiesOf(row),
		})
	}
	for _, row := range l.SMTP.Trace() {
		s.Trace = append(s.Trace, report.Trace{
			At: row.At, Sender: row.Sender, Recipient: row.Recipient, Subject: row.Subject, Status: string(row.Status), Detail: row.Detail,
		})
	}
	var words device.Words
	if d, err := l.Device(printer); err == nil {
		if in, err := d.Words(context.Background(), language); err == nil { // a model may lack a language
			words = in
		}
		if of, err := d.Describe(context.Background()); err == nil { // a look, which needs no turn
			s.Device = of.Model
			if of.Firmware != "" {
				s.Device += ", " + of.Firmware
			}
		}
		s.After = MemoryOf(l, printer)
	}
	s.Labels = labelsIn(language, words)
	return s
}

// policiesOf are the policies of Conditional Access that had something to say of a sign-in.
func policiesOf(row fakeentra.SignIn) (told []report.Policy) {
	silent := []string{"notApplied", "notEnabled", "reportOnlyNotApplied"}
	for _, p := range row.Policies {
		if slices.Contains(silent, p.Result) {
			continue
		}
		what := append(strings.Split(p.Grant, ","), p.Sessions...)
		if len(p.Unknown) > 0 {
			what = p.Unknown
		}
		what = slices.DeleteFunc(what, func(w string) bool { return w == "" || w == "none" })
		told = append(told, report.Policy{Name: p.Name, Result: p.Result, What: strings.Join(what, ", ")})
	}
	return told
}

// MemoryOf is what a printer's memory holds; nil if it cannot be read out. It is a look, which needs no turn.
func MemoryOf(l *lab.Lab, printer string) []byte {
	d, err := l.Device(printer)
	if err != nil {
		return nil
	}
	image, err := d.Memory(context.Background())
	if err != nil {
		return nil // the page says that nothing was read
	}
	return image
}

func (p *play) memoryNow() []byte { return MemoryOf(p.lab, p.printer) }

// story is what the page of a case tells besides its record.
func (p *play) story(r Result, o Options) *report.Story {
	s := StoryOf(p.lab, p.printer, o.run().Language)
	s.Case, s.Version, s.Before = r.Case(), o.Version, p.before
	s.Title, s.TitleLanguage = r.Scenario.TitleIn(s.Language)
	_, s.Chapter = r.Scenario.Chapter(s.Language)
	s.Script, s.Notes = r.Scenario.Text, r.Scenario.notesIn(s.Language)
	s.Steps, s.Parts = p.toldSteps(s.Language)
	s.Failed, s.Wanted, s.Shown = r.Line, r.Wanted, r.Shown
	if r.Scenario.folder == "" && r.Scenario.HandoverLine() > 0 {
		s.ByHand = fmt.Sprintf("mfpsim serve --scenario %s%s", r.Scenario.ID, o.model())
	}
	if r.Line > 0 && o.Likely != nil {
		s.Likely = o.Likely(r.Scenario.ID, r.Step)
	}
	return &s
}

// toldSteps are the lines of the scenario, told, and what the record says that they were made of.
func (p *play) toldSteps(language string) (steps map[int]report.Step, parts map[string]report.Step) {
	steps, parts = map[int]report.Step{}, map[string]report.Step{}
	c := &Case{Scenario: p.scenario, play: p}
	for _, l := range p.linesOf() {
		step := CaseStep{Line: l.number, Text: l.text, Words: c.words(l)}
		if l.words[0] == "handover" || len(step.Words) == 0 {
			continue
		}
		told := c.played(step, language)
		told.Looks = l.looks()
		steps[l.number] = told
	}
	for _, e := range p.lab.Journal.Entries() {
		text, part := strings.CutPrefix(e.Text.String(), "  ")
		if e.Party != "scenario" || !part || parts[text].Says != "" {
			continue
		}
		words, err := phrase.Expand(text, func(string) string { return "" })
		if err != nil || len(words) == 0 {
			continue // it is shown as it stands
		}
		told := c.played(CaseStep{Text: text, Words: words}, language)
		told.Looks = line{words: words}.looks()
		told.Whole = len(words) > 1 && words[0] == "browser" && words[1] == "sign-in" // its own parts follow
		parts[text] = told
	}
	return steps, parts
}

// played is a step as the page of a case tells it.
func (c *Case) played(s CaseStep, language string) report.Step {
	told := report.Step{Says: c.Did(s, language), Place: s.Place()}
	switch s.Words[0] {
	case "clock":
		if length, passes := strings.CutPrefix(s.Words[1], "+"); passes {
			told.Passes, _ = phrase.Duration(length) // what is none was refused
		}
	case "power", "memory":
		told.Place = report.PlacePrinter
	case "exchange":
		told.Place = report.PlaceExchange
		if isCmdlet(s.Words[1]) {
			told.Command = strings.TrimPrefix(s.Text, "exchange ")
		}
	}
	return told
}

// Evidence fills in what the page of the case tells of the scenario: its script and its steps in a language.
func (c *Case) Evidence(s *report.Story) {
	s.Script, s.Notes = c.Scenario.Text, c.Scenario.notesIn(s.Language)
	c.mu.Lock() // the play is also looked at from elsewhere
	s.Steps, s.Parts = c.play.toldSteps(s.Language)
	c.mu.Unlock()
	_, s.Chapter = c.Scenario.Chapter(s.Language)
	s.Case = report.Case{
		ID: c.Scenario.ID, Title: c.Scenario.Title, Level: c.Scenario.Level, Proves: c.Scenario.Proofs(),
	}
	s.Title, s.TitleLanguage = c.Scenario.TitleIn(s.Language)
	s.Taken, s.Hand = c.From(), c.hand(s.Language)
}
