package scenarios

import (
	"slices"
	"strconv"
	"strings"

	"mfpsim/choice"
	"mfpsim/fakeentra"
	"mfpsim/journal"
	"mfpsim/screen"
)

// touched reports whether the record has a screen of the panel with the key or the field of a line of a part, and
// another screen after it: somebody touched it. Where the record says what was touched, it is that. Of a path only the
// last key counts, on the screen of the one before. The second line with the same key takes two such pairs.
func (p *play) touched(of *part, i int) bool {
	words := of.Steps[i].Words
	path := strings.Split(words[2], " > ")
	label := path[len(path)-1]
	path, err := p.panelWords(path)
	if err != nil {
		return false
	}
	keys := p.namesOf(label, path[len(path)-1])
	wanted := 0
	for k, step := range of.Steps[:i+1] {
		if !of.wasEarly(k) && slices.Equal(step.Words, words) {
			wanted++
		}
	}
	inOrder := len(path) > 1 || of.acted(i, "")
	byKeyboard := of.typesBefore(i)
	found := 0
	before := journal.Entry{}.Screen
	whole := Line(words...)
	told := p.toldOnPanel()
	for _, e := range p.lab.Journal.Since(0) {
		if len(path) > 1 && e.Number > of.from && e.Detail[DetailLine] == whole { // all keys in one request
			found++
		}
		if e.Screen == nil || e.Party != p.printer {
			continue
		}
		shown := before
		before = e.Screen
		switch said, known := told[e.Number]; {
		case shown == nil || e.Number <= of.from:
		case words[1] == "press" && known && !slices.ContainsFunc(said, func(s string) bool { return slices.Contains(keys, s) }):
		case words[1] == "press" && shown.Kind == screen.Keyboard && !byKeyboard: // its keys belong to what is typed
		case !inOrder && (words[1] != "press" || !isItem(shown, keys)):
		case !slices.ContainsFunc(slices.Concat(shown.Labels(), shown.Typed()), func(label string) bool {
			return slices.Contains(keys, choice.Normalize(label))
		}):
		case len(path) > 1 && !slices.ContainsFunc(
			append(slices.Clone(shown.Path), shown.Title),
			func(label string) bool { return plain(label) == plain(path[len(path)-2]) },
		):
		default:
			found++
		}
	}
	return found >= wanted
}

// namesOf are what a key may be called on the glass and in the record, made comparable: in English, in the printer's
// words, and in those of a page of the email service.
func (p *play) namesOf(english, onPanel string) []string {
	names := []string{choice.Normalize(english), choice.Normalize(onPanel)}
	if words, ok := fakeentra.Words(p.language, english); ok {
		names = append(names, choice.Normalize(words))
	}
	return names
}

// toldOnPanel are the keys that were touched, or the paths of them, by the numbers of the entries that came of it, as far
// as the record says them. What was not a key is told as none.
func (p *play) toldOnPanel() map[int][]string {
	told := map[int][]string{}
	for _, e := range p.lab.Journal.Since(0) {
		line := e.Detail[DetailLine]
		since, err := strconv.Atoi(e.Detail[DetailSince])
		if err != nil || !strings.HasPrefix(line, "panel ") {
			continue
		}
		var keys []string
		if words := wordsOfLine(line); len(words) == 3 && (words[1] == "press" || words[1] == "tick") {
			for _, key := range strings.Split(words[2], " > ") {
				keys = append(keys, choice.Normalize(key))
			}
		}
		for number := since + 1; number < e.Number; number++ {
			told[number] = keys
		}
	}
	return told
}

// isItem reports whether a screen has one of the names as a tile or a row. The keys at its edge, such as OK, and fields
// stand on many screens: touched out of order they tell nothing.
func isItem(shown *screen.Screen, names []string) bool {
	is := func(label string) bool { return slices.Contains(names, choice.Normalize(label)) }
	return slices.ContainsFunc(shown.Rows, func(r screen.ListRow) bool {
		return r.Key != "" && (slices.Contains([]screen.Role{"", screen.Item}, r.Role)) && is(r.Key)
	}) ||
		slices.ContainsFunc(shown.Keys, func(k screen.Key) bool { return k.Role == screen.Item && is(k.Label) })
}

// typesBefore reports whether the act before a line is a single key of the panel: who types key by key confirms it so.
func (p *part) typesBefore(i int) bool {
	for k := i - 1; k >= 0; k-- {
		if l := p.lines[k]; !p.Steps[k].Looks {
			return l.words[0] == "panel" && l.words[1] == "press" && !strings.Contains(l.words[2], " > ")
		}
	}
	return false
}
