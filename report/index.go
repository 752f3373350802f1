package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Index is a run: what its page tells.
type Index struct {
	Run    Run
	Cases  []Case
	Rules  []Rule
	Replay string
	// Titles are those of cases in the language of the run, by their ids; a case without one has its own, in English.
	Titles map[string]string
}

// Rule is a rule of the guide.
type Rule struct {
	ID, Sentence string
	Document     bool   // a page or text carries it: Where
	Where        string // likewise
	Open         bool   // no scenario shows it yet
}

// runPage is the page of a run.
type runPage struct {
	frame
	Run               Run
	Verdict           string
	Tone, Sign        string
	Replay, Total     string
	Counts            []counted
	Rows              []runRow
	Rules             []ruleRow
	Shown, Behaviours int
}

type counted struct {
	Word string
	N    int
}

type runRow struct {
	ID, Title, Page, Reason, Time string
	TitleLanguage                 string
	Word, Tone, Sign              string
	Proves                        []string
}

type ruleRow struct {
	Rule
	State, Tone string
	By          []string
}

// worstFirst is the order in which verdicts are listed.
var worstFirst = []Verdict{Failed, Errored, Undecided, Warned, Expected, Passed, Skipped, ""}

// Files are the page of the run and its verdicts as JUnit XML, for [Folder.WriteBeside]. Times are those of the bench,
// so that the same seed gives the same bytes: the times of the machine are 0.
func (x Index) Files() (map[string][]byte, error) {
	cases := slices.Clone(x.Cases)
	for i := range cases {
		cases[i].Page, cases[i].Machine = cases[i].ID+"/"+PageName, 0
	}
	var junit bytes.Buffer
	if err := WriteJUnit(&junit, cases); err != nil {
		return nil, err
	}
	page, err := x.page(cases)
	return map[string][]byte{PageName: page, "junit.xml": junit.Bytes()}, err
}

func (x Index) page(cases []Case) ([]byte, error) {
	p := &runPage{Run: x.Run, Replay: x.Replay}
	p.frame = newFrame(x.Run.Language, "", x.Run.Version, nil)
	slices.SortStableFunc(cases, func(a, b Case) int {
		return slices.Index(worstFirst, a.Verdict) - slices.Index(worstFirst, b.Verdict)
	})
	count := map[Verdict]int{}
	var total time.Duration
	shown, broken := map[string][]string{}, map[string][]string{}
	worst := Passed
	for i, c := range cases {
		if i == 0 && c.Verdict != Skipped {
			worst = c.Verdict
		}
		count[c.Verdict]++
		total += c.Virtual
		word, tone, sign := look(c.Verdict)
		row := runRow{
			ID: c.ID, Title: c.Title, TitleLanguage: "en", Page: c.Page, Time: p.Length(c.Virtual), Word: word, Tone: tone, Sign: sign, Proves: c.Proves,
		}
		if title := x.Titles[c.ID]; title != "" {
			row.Title, row.TitleLanguage = title, p.language
		}
		if c.Verdict != Passed {
			first, _, _ := strings.Cut(c.Reason, "\n")
			row.Reason = first
		}
		p.Rows = append(p.Rows, row)
		of := shown
		switch {
		case c.Verdict == Skipped:
			continue
		case c.Verdict != Passed && c.Verdict != Warned:
			of = broken
		}
		for _, rule := range c.Proves {
			of[rule] = append(of[rule], c.ID)
		}
	}
	for _, v := range worstFirst {
		if count[v] > 0 {
			word, _, _ := look(v)
			p.Counts = append(p.Counts, counted{word, count[v]})
		}
	}
	for _, rule := range x.Rules {
		row := ruleRow{Rule: rule, By: slices.Sorted(slices.Values(slices.Concat(broken[rule.ID], shown[rule.ID])))}
		switch {
		case rule.Document:
			row.State = "state-document"
		case len(broken[rule.ID]) > 0:
			row.State, row.Tone = "state-broken", "bad"
		case len(shown[rule.ID]) > 0:
			row.State, row.Tone = "state-shown", "good"
			p.Shown++
		case rule.Open:
			row.State = "state-open"
		default:
			row.State = "state-not-played"
		}
		if !rule.Document {
			p.Behaviours++
		}
		p.Rules = append(p.Rules, row)
	}
	p.Verdict, p.Tone, p.Sign = look(worst)
	p.Total = p.Length(total)
	if word, err := p.T(p.Verdict); err == nil {
		p.Title = fmt.Sprintf("%s: mfpsim run, %d", word, len(cases))
	}
	var b bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&b, "run", p); err != nil {
		return nil, fmt.Errorf("the page of the run: %w", err)
	}
	if b.Len() > largest {
		return nil, fmt.Errorf("the page of the run would be larger than %d octets: play fewer scenarios at once", largest)
	}
	return b.Bytes(), nil
}
