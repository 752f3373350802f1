package scenarios

import (
	"slices"
	"strings"

	"mfpsim/fakeentra"
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
			return c.onPage(words[0], wanted, in)
		}
	}
	return c.onPage(words[0], wanted, wanted)
}

// onPage puts words of Microsoft's pages, which stand in a browser or on the panel, into the language of the case:
// those that are not the printer's own.
func (c *Case) onPage(surface string, written, printers []string) []string {
	if surface != "panel" && surface != "browser" {
		return printers
	}
	words := slices.Clone(printers)
	for i, word := range words {
		if in, known := fakeentra.Words(c.play.language, word); known && (surface == "browser" || word == written[i]) {
			words[i] = in
		}
	}
	return words
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
	in = c.onPage(surface, parts, in)
	for i, part := range in {
		if whole, is := abbreviated[part]; is {
			in[i] = whole
		}
	}
	return strings.Join(in, " > ")
}
