package scenarios

import (
	"slices"
	"strings"

	"mfpsim/guide"
)

// Shown is what a case is recognized by: the first thing that the user reads, in the words of the printer's language.
// What he reads once it is mended is none.
func (c *Case) Shown() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.parts {
		if p.Kind != PartSymptom {
			break
		}
		for i, l := range p.lines {
			words := p.Steps[i].Words
			if p.Steps[i].Looks && !l.not && len(words) > 2 && words[1] == "shows" &&
				slices.Contains([]string{"panel", "webconfig", "jobs", "browser"}, words[0]) {
				if shown := c.codeShown(words); shown != "" {
					return shown
				}
				return strings.Join(c.inWords(words), " ")
			}
		}
	}
	return ""
}

// codeShown is what the panel says of a job that failed: its code, under the label that it has there, and its sentence;
// empty: the words are about no code.
func (c *Case) codeShown(words []string) string {
	if words[0] != "jobs" {
		return ""
	}
	at := slices.IndexFunc(words, failing.MatchString)
	if at < 0 || words[at] == "Error" {
		return ""
	}
	shown := []string{c.label("panel", "Error code") + " " + words[at]}
	shown = append(shown, c.inWords(slices.Concat(words[:2], words[at+1:]))...)
	return strings.Join(shown, ". ")
}

// Code is the code of the job history that the case shows first; empty: none.
func (c *Case) Code() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.parts {
		for _, s := range p.Steps {
			if len(s.Words) > 3 && s.Words[0] == "jobs" {
				for _, word := range s.Words[2:] {
					if _, known := guide.Codes(english)[word]; known {
						return word
					}
				}
			}
		}
	}
	return ""
}
