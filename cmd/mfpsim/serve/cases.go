package serve

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/explain"
	"mfpsim/guide"
	"mfpsim/lab"
	"mfpsim/scenarios"
)

// chapterOfCases is a chapter of the guide with the scenarios that a person can take over.
type chapterOfCases struct {
	Number string    `json:"number" doc:"of the chapter, ours: 8b is the second part of chapter 8"`
	Title  string    `json:"title"  doc:"in the language that was asked for"`
	Cases  []caseRow `json:"cases"`
}

type caseRow struct {
	ID       string   `json:"id"`
	Title    string   `json:"title" doc:"in the language that was asked for, where the case has one in it"`
	Language string   `json:"language" doc:"that of the title"`
	By       []string `json:"by"    doc:"what was recognized in the text, where one was asked about"`
}

func rowOf(s scenarios.Scenario, language string, by []string) caseRow {
	title, in := s.TitleIn(language)
	return caseRow{ID: s.ID, Title: title, Language: in, By: by}
}

// troubleFirst are the guide's chapters in the order in which somebody with a ticket needs them.
var troubleFirst = []string{"8a", "8b", "8c", "8d", "3", "4", "5", "5a", "5b", "6", "7", "2"}

// cases are the scenarios with a handover, by chapter.
func (c *Config) cases(language string) ([]chapterOfCases, error) {
	all, err := scenarios.In(c.Folder)
	if err != nil {
		return nil, err
	}
	chapters := make([]chapterOfCases, 0, len(troubleFirst))
	for _, number := range troubleFirst {
		chapter := chapterOfCases{Number: number}
		for _, s := range all {
			of, title := s.Chapter(language)
			if of != number || s.HandoverLine() == 0 {
				continue
			}
			chapter.Title = title
			chapter.Cases = append(chapter.Cases, rowOf(s, language, []string{}))
		}
		// What the guide's chapter is about comes before what else can happen there.
		slices.SortStableFunc(chapter.Cases, func(a, b caseRow) int { return rank(a.ID) - rank(b.ID) })
		if len(chapter.Cases) > 0 {
			chapters = append(chapters, chapter)
		}
	}
	return chapters, nil
}

// rank is small for the cases that support desks meet most, in the order of their chapters.
func rank(id string) int {
	if at := slices.Index(scenarios.Common(), id); at >= 0 {
		return at - 1000
	}
	folder, _, _ := strings.Cut(id, "/")
	return slices.Index([]string{"trouble", "setup", "status", "entra", "exchange", "models", "users", "fax"}, folder)
}

// nextCase is the one that follows in the list; after the last the first.
func (c *Config) nextCase(id string) (string, error) {
	chapters, err := c.cases("en")
	if err != nil {
		return "", err
	}
	var ids []string
	for _, chapter := range chapters {
		for _, row := range chapter.Cases {
			ids = append(ids, row.ID)
		}
	}
	if len(ids) == 0 {
		return "", fmt.Errorf("no scenario of %s has a handover, where a person takes over", c.Folder)
	}
	return ids[(slices.Index(ids, id)+1)%len(ids)], nil
}

// explain answers what somebody reads or was told. The words of the printer are those of its own languages.
func (b *bench) explain(in explainRequest) (explainAnswer, error) {
	var words []device.Words
	if err := b.act("control: words", func(ctx context.Context) error {
		for _, language := range guide.Languages() {
			if in, err := b.device.Words(ctx, language); err == nil { // a model may lack a language
				words = append(words, in)
			}
		}
		return nil
	}); err != nil {
		return explainAnswer{}, err
	}
	if in.Language != "" && !contains(guide.Languages(), in.Language) {
		return explainAnswer{}, &choice.Error{What: "language", Wanted: in.Language, Present: guide.Languages()}
	}
	all, err := scenarios.In(b.config.Folder)
	if err != nil {
		return explainAnswer{}, err
	}
	answer, err := explain.Explain(in.Text, in.Language, words...)
	if err != nil {
		return explainAnswer{}, err
	}
	answer.Near = list(answer.Near)
	rows := []caseRow{}
	for _, found := range scenarios.Reading(all, in.Text, words, mostFound) {
		ofCause := func(c explain.Cause) bool { return c.Scenario == found.Scenario.ID }
		if !slices.ContainsFunc(answer.Causes, ofCause) {
			rows = append(rows, rowOf(found.Scenario, answer.Language, list(found.By)))
		}
	}
	return explainAnswer{answer, rows}, nil
}

// mostFound is how many cases a search gives.
const mostFound = 12

// load puts a bench with a case in the place of the one that stands; without an id the bench begins as the command
// line wanted it. A language is that of the panel; without one it stays.
func (s *server) load(ctx context.Context, id, language string) error {
	c := s.config
	if id == "" {
		c = s.first
	} else {
		all, err := scenarios.In(c.Folder)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(s scenarios.Scenario) bool { return s.ID == id })
		if at < 0 {
			return &choice.Error{What: "case", Wanted: id, Present: ids(all)}
		}
		c.Scenario, c.Script, c.script, c.Prepared = id, "", "", false
		c.Start = time.Time{} // a scenario has dates of its own
		c.Passwords = onlyPrinters(c.Passwords)
	}
	c.Language = or(language, s.config.Language)
	known, err := lab.Languages(c.Model)
	if err != nil {
		return err
	}
	if !contains(known, c.Language) {
		return &choice.Error{What: "language", Wanted: c.Language, Present: known}
	}
	return s.replaceBy(ctx, c)
}

func ids(all []scenarios.Scenario) []string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.ID
	}
	return names
}

// onlyPrinters leaves the chosen password of the printer: a case has accounts of its own.
func onlyPrinters(passwords map[string]string) map[string]string {
	kept := map[string]string{}
	if chosen, is := passwords[lab.DefaultPrinter]; is {
		kept[lab.DefaultPrinter] = chosen
	}
	return kept
}

// replaceBy puts a bench of another configuration in the place of the one that stands. If it cannot be built, the one
// that stood is built anew.
func (s *server) replaceBy(ctx context.Context, c Config) error {
	if s.config.Flash != "" {
		return errFlash
	}
	s.resetting.Lock()
	defer s.resetting.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.config
	s.config = c
	err := s.rebuild(ctx, point{})
	if err == nil {
		s.points = nil // they are of another bench
		return nil
	}
	s.config = was
	if again := s.rebuild(ctx, point{}); again != nil {
		return again
	}
	return fmt.Errorf("the case cannot be loaded: %w", err)
}
