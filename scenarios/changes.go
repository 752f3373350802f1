package scenarios

import (
	"slices"
	"strings"
)

// What somebody changes on a live bench is recorded in the words of the language, and a line is done by the very change
// that it names: another one at the same place is another act.

// isChange reports whether a line changes something of which a live bench records the words.
func (l line) isChange() bool {
	return slices.Contains([]string{"entra", "exchange", "network", "power", "memory"}, l.words[0]) && len(l.words) > 1
}

// changed is how often the record says, after an entry, that somebody changed what a line names; known is false where
// the record has no words for what was done, as on a bench that nobody serves.
func (p *play) changed(l line, words []string, from int) (times int, known bool) {
	p.readDeeds()
	for _, e := range p.lab.Journal.Since(p.pages.from) {
		known = known || e.Detail[DetailLine] != ""
	}
	wanted := p.meant(words)
	for _, d := range p.deeds.done {
		if d.number > from && sameChange(d.words, wanted) && p.stands(l, d.number) {
			times++
		}
	}
	return times, known
}

// sameChange reports whether an act is the change that words name: it has their settings, and may have more.
func sameChange(did, words []string) bool {
	split := func(words []string) (bare []string, settings map[string][]string) {
		settings = map[string][]string{}
		for _, w := range words {
			if name, value, is := strings.Cut(w, "="); is {
				settings[plain(name)] = strings.Split(switched(plain(value)), ",")
			} else {
				bare = append(bare, switched(plain(w)))
			}
		}
		return bare, settings
	}
	bareDid, settingsDid := split(did)
	bare, settings := split(words)
	if !slices.Equal(bareDid, bare) {
		return false
	}
	for name, values := range settings {
		for _, value := range values {
			if !slices.Contains(settingsDid[name], value) {
				return false
			}
		}
	}
	return true
}

// switched is how the language says that something is on or off, whatever a switch says.
func switched(word string) string {
	switch word {
	case "enabled", "true", "$true":
		return "on"
	case "disabled", "false", "$false":
		return "off"
	}
	return word
}
