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

// touched is the number of the entry that shows that somebody did at the panel what a line of a part says; 0: nobody
// did. It comes after what shows the acts before it.
func (p *play) touched(of *part, i int) int {
	words := of.Steps[i].Words
	shows := p.showsTouch(of, i)
	if words[1] == "enter" && onPage(words[1], words[2:]) {
		shows = p.showsFilled(of, i)
	}
	byOwnKey := p.ownKey(of, i)
	from, last, wanted := of.from, 0, 0
	for k, step := range of.Steps[:i+1] {
		switch {
		case of.wasEarly(k):
		case of.shownBy[k] > 0:
			last = max(last, of.shownBy[k])
		case slices.Equal(step.Words, words):
			wanted++
		}
	}
	for _, e := range p.lab.Journal.Since(0) {
		// The form below the panel does in one act what several keys do, and so do the bench's own keys.
		own, does := byOwnKey(e), shows(e)
		if !own && !does || e.Number <= from || e.Number < last || e.Number == last && !own && !isScan(e) {
			continue
		}
		if wanted--; wanted <= 0 {
			of.shownBy[i] = e.Number
			return e.Number
		}
	}
	return 0
}

// showsTouch tells of the entries of the record, one after the other, which of them shows that a key or a field was
// touched: a screen that comes after one that has it. Where the record says what was touched, it is that, and a
// screen that comes by itself tells nothing. Of a path only the last key counts, on the screen of the one before.
func (p *play) showsTouch(of *part, i int) func(journal.Entry) bool {
	words := of.Steps[i].Words
	path := strings.Split(words[2], " > ")
	label := path[len(path)-1]
	path, err := p.panelWords(path)
	if err != nil {
		return func(journal.Entry) bool { return false }
	}
	keys := p.namesOf(label, path[len(path)-1])
	isOne := func(label string) bool { return slices.Contains(keys, choice.Normalize(label)) }
	inOrder := len(path) > 1 || of.acted(i, "")
	byKeyboard := of.typesBefore(i)
	whole := Line(words...)
	told, recorded := p.toldOnPanel()
	var before *screen.Screen
	return func(e journal.Entry) bool {
		if len(path) > 1 && e.Detail[DetailLine] == whole { // all keys in one request
			return true
		}
		if isScan(e) && of.acted(i, "") && scans(wordsOfLine(e.Detail[DetailLine]), words) {
			return true
		}
		if e.Screen == nil || e.Party != p.printer {
			return false
		}
		shown := before
		before = e.Screen
		switch said, known := told[e.Number]; {
		case shown == nil:
		case words[1] == "press" && recorded && !(known && slices.ContainsFunc(said, isOne)):
		case words[1] == "press" && shown.Kind == screen.Keyboard && !byKeyboard: // its keys belong to what is typed
		case !inOrder && (words[1] != "press" || !isItem(shown, isOne)):
		case len(path) > 1 && !slices.ContainsFunc(
			append(slices.Clone(shown.Path), shown.Title),
			func(label string) bool { return plain(label) == plain(path[len(path)-2]) },
		):
		default:
			return slices.ContainsFunc(slices.Concat(shown.Labels(), shown.Typed()), isOne)
		}
		return false
	}
}

// isScan reports whether an entry is the form below the panel: it opens Scan > Email, types whom to send to, and
// starts.
func isScan(e journal.Entry) bool { return strings.HasPrefix(e.Detail[DetailLine], "scan email ") }

// scans reports whether a line of the panel says a part of what the form below it does.
func scans(form, words []string) bool {
	switch words[1] {
	case "press":
		return words[2] == "Scan > Email" || words[2] == "Start"
	case "enter":
		return len(words) > 3 && words[2] == "To" && slices.Contains(form, words[3])
	}
	return false
}

// fillsPassword is the bench's own key on Microsoft's page on the panel that types a test account's password and goes
// on.
const fillsPassword = "Type this test account's password and sign in for me"

// ownKey tells of the entries of the record, one after the other, which of them shows that one of the bench's own keys
// on Microsoft's page was touched that does what a line says, as long as it is its turn: the row of a test account
// enters it and goes on, and so does what types a password.
func (p *play) ownKey(of *part, i int) func(journal.Entry) bool {
	words := of.Steps[i].Words
	if words[1] == "press" { // what confirms it
		for k := i - 1; k >= 0 && words[1] == "press"; k-- {
			if !of.Steps[k].Looks {
				words = of.Steps[k].Words
				break
			}
		}
		confirms := map[string]string{"account": "Next", "password": "Sign In"}
		if len(words) < 3 || words[0] != "panel" || confirms[words[2]] != of.Steps[i].Words[2] {
			return func(journal.Entry) bool { return false }
		}
	}
	if words[1] != "enter" || !onPage(words[1], words[2:]) || words[len(words)-1] == "wrong" || !of.acted(i, "") {
		return func(journal.Entry) bool { return false }
	}
	keys := []string{choice.Normalize(words[len(words)-1])}
	if words[2] == "password" {
		keys = p.namesOf(fillsPassword, fillsPassword)
	}
	told, _ := p.toldOnPanel()
	onPage := false
	return func(e journal.Entry) bool {
		if e.Screen == nil || e.Party != p.printer {
			return false
		}
		was := onPage
		onPage = e.Screen.Kind == screen.Page
		return was && slices.ContainsFunc(told[e.Number], func(said string) bool { return slices.Contains(keys, said) })
	}
}

// showsFilled tells of the entries of the record, one after the other, which of them shows a page of the email service
// that newly has, in a field, what a line types: an account, or a password, which is not told. Fields stand on many
// screens: out of order they tell nothing.
func (p *play) showsFilled(of *part, i int) func(journal.Entry) bool {
	words := of.Steps[i].Words
	inOrder, before := of.acted(i, ""), false
	return func(e journal.Entry) bool {
		if e.Screen == nil || e.Party != p.printer {
			return false
		}
		was := before
		before = e.Screen.Kind == screen.Page && slices.ContainsFunc(e.Screen.Rows, func(r screen.ListRow) bool {
			return r.Key != "" && (words[2] == "password" && r.Masked && r.Value != "-" ||
				words[2] == "account" && !r.Masked && plain(r.Value) == plain(words[3]))
		})
		return inOrder && before && !was
	}
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

// toldOnPanel are the keys that were touched, or the paths of them, by the numbers of the entries that came of it, as
// far as the record says them; recorded: it does. What was not a key is told as none.
func (p *play) toldOnPanel() (told map[int][]string, recorded bool) {
	told = map[int][]string{}
	for _, e := range p.lab.Journal.Since(0) {
		line := e.Detail[DetailLine]
		recorded = recorded || line != ""
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
	return told, recorded
}

// isItem reports whether a screen has a key, by what it is called, as a tile or a row. The keys at its edge, such as
// OK, and fields stand on many screens: touched out of order they tell nothing.
func isItem(shown *screen.Screen, is func(label string) bool) bool {
	return slices.ContainsFunc(shown.Rows, func(r screen.ListRow) bool {
		return r.Key != "" && slices.Contains([]screen.Role{"", screen.Item}, r.Role) && is(r.Key)
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

// withoutOwnKeys says of a line what a person types, where somebody has touched one of the bench's own keys on
// Microsoft's page on the panel: a scenario that is played has no such keys.
func (w *writer) withoutOwnKeys(line string, e journal.Entry) []string {
	words := wordsOfLine(line)
	since, err := strconv.Atoi(e.Detail[DetailSince])
	if err != nil || len(words) != 3 || words[0] != "panel" || words[1] != "press" || !w.pageUntil(since) {
		return []string{line}
	}
	p := w.r.play
	if slices.Contains(p.namesOf(fillsPassword, fillsPassword), choice.Normalize(words[2])) {
		return []string{Line("panel", "enter", "password"), Line("panel", "press", "Sign In")}
	}
	if _, known := p.lab.Entra.User(words[2]); known {
		return []string{Line("panel", "enter", "account", words[2]), Line("panel", "press", "Next")}
	}
	return []string{line}
}

// pageUntil reports whether the panel showed a page of the email service when the record had so many entries.
func (w *writer) pageUntil(number int) bool {
	for _, e := range slices.Backward(w.r.play.lab.Journal.Since(0)) {
		if e.Number <= number && e.Screen != nil && e.Party == w.r.play.printer {
			return e.Screen.Kind == screen.Page
		}
	}
	return false
}
