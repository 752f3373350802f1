package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"mfpsim/explain"
)

// explainCommand is `mfpsim explain`.
type explainCommand struct {
	Words []string `arg:"" optional:"" help:"What somebody reads or says: a code of the job history (360), AADSTS53003, '535 5.7.139', a label, a message or a part of it, a chapter's title, in any language of the guide; or what goes wrong, in words of your own. '-' reads it from standard input."`
	Lang  string   `                   help:"Language of the answer: en, hi, el. Default: that of the question."                                                                                                                                                                                         placeholder:"LANG" enum:",en,hi,el" default:""`
	Doors bool     `                   help:"Print who is let in where at Entra: which number is said at which endpoint or grant, tenant, account and application. With words: the rows that have them all."`
}

// mostAsked is how much of standard input is read, in octets.
const mostAsked = 1 << 16

// asked is standard input, which tests replace.
var asked io.Reader = os.Stdin

// Run prints all that is known.
func (c *explainCommand) Run(s *streams) error {
	if c.Doors {
		return printDoors(s, c.Words)
	}
	words := strings.TrimSpace(strings.Join(c.Words, " "))
	if words == "-" {
		text, err := io.ReadAll(io.LimitReader(asked, mostAsked))
		if err != nil {
			return fmt.Errorf("standard input cannot be read: %w", cause(err))
		}
		words = strings.TrimSpace(string(text))
	}
	if words == "" {
		return usage(
			"explain what? name a code (360), an AADSTS number, a reply, or a message; or say what goes wrong",
		)
	}
	answer, err := explain.Explain(words, c.Lang)
	if err != nil {
		return err
	}
	if !answer.Known() {
		hint := "name a code of the job history (360), an AADSTS number, an SMTP reply, a message, or say what goes wrong in more words"
		if len(answer.Near) > 0 {
			hint = strings.ToLower(
				answer.Headings["near"][:1],
			) + answer.Headings["near"][1:] + ": " + strings.Join(
				answer.Near,
				" | ",
			)
		}
		return fmt.Errorf("nothing is known of %q; %s", words, hint)
	}
	_, _ = io.WriteString(s.out, told(answer))
	return nil
}

// told writes an answer for people: what was recognized, what may be the matter, then what stands there in passing.
func told(a explain.Answer) string {
	var b strings.Builder
	line := func(format string, values ...any) { fmt.Fprintf(&b, format+"\n", values...) }
	items := func(passing bool) {
		for _, item := range a.Items {
			if item.Passing != passing {
				continue
			}
			if b.Len() > 0 {
				line("")
			}
			line("%s: %s", item.What, item.Title)
			for _, fact := range item.Facts {
				line("  %s: %s", fact.Heading, fact.Text)
			}
			line("  %s", shownBy(a, item.Shown))
		}
	}
	items(false)
	if len(a.Near) > 0 {
		line("%s: %s\n", a.Headings["near"], strings.Join(a.Near, " | "))
	}
	if len(a.Causes) == 0 {
		items(true)
		return b.String()
	}
	if b.Len() > 0 {
		line("")
	}
	line("%s:", a.Headings["causes"])
	for i, c := range a.Causes {
		line("\n%d. %s (%s)", i+1, c.Says, c.Common)
		if c.Note != "" {
			line("   %s", c.Note)
		}
		line("   %s: %s", a.Headings["ask"], c.Ask)
		line("   %s: %s", a.Headings["tell"], c.Tell)
		line("   %s: %s", a.Headings["remedy"], c.Do)
		line("   %s: %s, %s %d", a.Headings["guide"], c.Chapter, a.Headings["page"], c.Page)
		line("   %s: mfpsim serve --scenario %s", a.Headings["see"], c.Scenario)
	}
	items(true)
	return b.String()
}

// fewShown is how many scenarios are named; a common code has dozens.
const fewShown = 8

func shownBy(a explain.Answer, ids []string) string {
	if len(ids) == 0 {
		return a.Headings["none-shows"]
	}
	text := a.Headings["shown-by"] + ": " + strings.Join(ids[:min(len(ids), fewShown)], ", ")
	if more := len(ids) - fewShown; more > 0 {
		text += "; " + strings.ReplaceAll(a.Headings["others"], "{n}", fmt.Sprint(more))
	}
	return text
}
