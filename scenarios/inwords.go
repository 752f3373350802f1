package scenarios

import (
	"slices"
	"strings"
)

// inWords are the words that a look wants to see, behind shows, as the surface has them: labels and messages in the
// printer's language.
func (c *Case) inWords(words []string) []string {
	at := slices.Index(words, "shows")
	if at < 0 {
		return nil
	}
	wanted := slices.DeleteFunc(
		slices.Clone(words[at+1:]),
		func(w string) bool { return strings.HasPrefix(w, "within=") },
	)
	lexicon := map[string]lexicon{
		"panel":     c.play.panelWords,
		"sheet":     c.play.panelWords,
		"jobs":      c.play.panelWords,
		"webconfig": c.play.webWords,
	}
	if said := lexicon[words[0]]; said != nil {
		if in, err := said(wanted); err == nil {
			return in
		}
	}
	return wanted
}

// abbreviated are labels that the guide cuts short for want of room on the panel, in full.
var abbreviated = map[string]string{"Ρυθμίς": "Ρυθμίσεις"}

// label is a label or a path of the printer's in its language.
func (c *Case) label(surface, path string) string {
	parts := strings.Split(path, " > ")
	said := c.play.panelWords
	if surface == "webconfig" {
		said = c.play.webWords
	}
	in, err := said(parts)
	if err != nil {
		return path
	}
	for i, part := range in {
		if whole, is := abbreviated[part]; is {
			in[i] = whole
		}
	}
	return strings.Join(in, " > ")
}
