package scenarios

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"mfpsim/fakeentra"
	"mfpsim/guide"
	"mfpsim/phrase"
	"mfpsim/screen"
)

// A line of a check list that says what a page shows is about one page. Another page may have the same words: as its
// title, in its menu, on a button.

// looking is how a line of a check list is looked at.
type looking struct {
	isLabel bool // it names a button or a field, and not a part of a text
}

// isLabel reports whether a word of a line is a label of the guide.
func isLabel(word string) bool {
	return slices.ContainsFunc(guide.Labels(), func(l guide.Label) bool { return l.English == word })
}

// glanced is the page in a window as shows searches it: all of it for somebody who marks a text, and for a line of a
// check list what the page is about. Its heading counts as a whole only.
func (p *play) glanced(name string, in window) surface {
	look := p.looking
	if look == nil || in.bare == nil {
		page := in.page()
		if name == "browser" {
			page = p.microsoftPage(page)
		}
		return pageSurface(name, page)
	}
	page := in.bare.Page()
	if name == "browser" {
		page = p.microsoftPage(page)
	}
	s := pageSurface(name, page)
	heading := plain(in.shown.heading)
	s.fits = func(line string, words []string) bool {
		at := plain(line)
		switch wanted := plain(strings.Join(words, " ")); {
		case name == "page" && at == heading:
			return at == wanted
		case look.isLabel:
			return at == wanted || strings.HasPrefix(at, wanted+" :")
		}
		return onLine(line, words)
	}
	return s
}

// pathLogIn is where Web Config asks who somebody is.
const pathLogIn = "/login"

// isLookedAt reports whether the page that a person was shown last is the one that a line is about.
func (p *play) isLookedAt(l line) bool {
	if l.words[0] == "panel" && l.words[1] == "shows" && !l.not && len(l.words) == 3 && p.isOfMicrosoft(l.words[2]) {
		shown := p.panelNow()
		return shown != nil && shown.Kind == screen.Page
	}
	if l.words[0] != "webconfig" || !slices.Contains(l.words, "shows") || l.words[1] == "download" {
		return true
	}
	in := p.pages.webConfig()
	if in.browser == nil {
		return false
	}
	at := p.lookedAt(l)
	if in.target == pathLogIn {
		return at.logIn || !l.not && p.says(in, l)
	}
	return at.anywhere(p, in)
}

// isOfMicrosoft reports whether words are of Microsoft's pages alone: the printer has the like of "Sign in" on keys of
// its own, in some languages in the same words.
func (p *play) isOfMicrosoft(words string) bool {
	if _, known := fakeentra.Words(english, words); !known || isLabel(words) {
		return false
	}
	labels, err := p.labelsOf(english)
	return err == nil && !slices.Contains(slices.Collect(maps.Values(labels)), words)
}

// says reports whether a page says what a line wants in its messages: the log-in page tells there how somebody came to
// it.
func (p *play) says(in window, l line) bool {
	words, err := p.webWords(l.words[2:])
	return err == nil && slices.ContainsFunc(
		append(slices.Clone(in.shown.alerts), in.shown.notes...),
		func(text string) bool { return onLine(text, words) },
	)
}

// whereabouts are the pages of Web Config that a line can be about.
type whereabouts struct {
	path    string   // the page that was opened; empty: any
	clicked []string // labels that were clicked there: links lead to pages of that name
	logIn   bool     // the page where somebody logs in
}

// lookedAt finds what a line is about in the lines before it.
func (p *play) lookedAt(l line) (at whereabouts) {
	for _, before := range p.linesOf() {
		if before.number >= l.number {
			return at
		}
		switch words := before.words; {
		case Line(words[:min(2, len(words))]...) == "printer sign-in":
			at = whereabouts{path: signInPath}
		case words[0] == "printer":
			at = whereabouts{}
		case words[0] != "webconfig":
		case words[1] == "open":
			at = whereabouts{path: words[2]}
		case words[1] == "click", words[1] == "double-click":
			at.clicked = append(at.clicked, words[2])
		case words[1] == "log-in":
			at = whereabouts{logIn: before.act() == logInWrong}
		case slices.Contains([]string{"go", "log-out", "forge", "unreachable"}, words[1]):
			at = whereabouts{logIn: words[1] == "log-out" || words[1] == "forge"}
		}
	}
	return at
}

// signInPath is the page of the guide's steps 3 to 12.
const signInPath = "Network > Email Server > Basic"

// anywhere reports whether a window shows one of the pages.
func (at whereabouts) anywhere(p *play, in window) bool {
	shown := in.shown
	return at.path == "" || len(shown.menu) == 0 || p.isPage(at.path, shown) || p.isBelow(at.path, in) ||
		slices.ContainsFunc(at.clicked, func(label string) bool {
			words, err := p.webWords([]string{label})
			return err == nil && len(shown.path) > 0 && plain(shown.path[len(shown.path)-1]) == plain(words[0])
		})
}

// isFresh reports whether the page that a line of a part looks at was shown after what is done elsewhere before it,
// such as time that passes: a page stays as it is until somebody loads it anew.
func (p *play) isFresh(of *part, i int) bool {
	var in window
	switch surface := of.lines[i].words[0]; {
	case !slices.Contains(of.lines[i].words, "shows"):
		return true
	case surface == "webconfig":
		in = p.pages.webConfig()
	case surface == "browser":
		in = p.pages.microsoft()
	default:
		return true
	}
	for k, before := range of.lines[:i] {
		switch said := before.act(); {
		case of.Steps[k].Looks || !of.Steps[k].Done || of.wasEarly(k):
		case before.words[0] == "clock" && strings.HasPrefix(said, "+"):
			if d, err := phrase.Duration(said[1:]); err == nil && in.at.Before(of.since.Add(d)) {
				return false
			}
		case before.changesBench() || before.words[0] == "power":
			for _, e := range p.lab.Journal.Since(of.from) {
				if p.isAct(e, before.words[0], said) {
					if in.number < e.Number {
						return false
					}
					break
				}
			}
		}
	}
	return true
}

// isBelow reports whether a page is reached from the one of a path of the menu alone: no menu leads to it, and its
// address goes on from there, or lies beside it.
func (p *play) isBelow(of string, in window) bool {
	labels, err := p.webWords(strings.Split(of, " > "))
	if err != nil || len(labels) < 2 {
		return false
	}
	if _, inMenu := in.shown.menu[in.target]; inMenu {
		return false
	}
	for address, menu := range in.shown.menu {
		if samePlain(menu, labels[1:]) &&
			(strings.HasPrefix(in.target, address+"/") || path.Dir(in.target) == path.Dir(address)) {
			return true
		}
	}
	return false
}

// endPages are the pages of Microsoft's on which a sign-in has come to its end: nothing more can be typed there.
var endPages = []string{"blocked", "error", "declined", "done", "approval", "approval-requested"}

// isAtItsEnd reports whether a line looks at the page of Microsoft's on which a sign-in has ended since a part was
// begun. Who has got there needed nothing else on the way.
func (p *play) isAtItsEnd(of *part, l line) bool {
	in := p.pages.microsoft()
	return !l.not && l.words[0] == "browser" && in.number > of.from && slices.Contains(endPages, in.shown.name)
}

// comes reports whether a line wants to see a button of Web Config that comes by a choice on its page.
func (l line) comes() bool {
	return !l.not && Line(l.words...) == "webconfig shows 'Sign In'"
}

// hasCome ticks the buttons that have come after all, in a part for which nothing has waited.
func (p *part) hasCome(on *play) {
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Comes && !s.over() && (on.clicked(p, i) || on.holds(p.lines[i]) && on.isFresh(p, i)) {
			s.Done, s.At = true, on.lab.World.Now()
		}
	}
}

// clicked reports whether somebody has clicked, since a part was begun, the very button that a line of it wants to see:
// a page may show it after a choice that is sent to nobody.
func (p *play) clicked(of *part, i int) bool { return p.clickOf(of, i) > 0 }

// clickOf is the number of the entry that shows the first such click; 0: there is none.
func (p *play) clickOf(of *part, i int) int {
	l := of.lines[i]
	onPage := l.words[0] == "webconfig" || l.words[0] == "browser"
	if !onPage || l.not || len(l.words) != 3 || l.words[1] != "shows" || !isLabel(l.words[2]) {
		return 0
	}
	p.readDeeds()
	at, click := p.lookedAt(l), []string{l.words[0], "click", l.words[2]}
	first := slices.IndexFunc(p.deeds.done, func(d deed) bool {
		return d.number > of.from && p.stands(l, d.number) && p.isSame(d.words, click) &&
			(l.words[0] != "webconfig" || at.path == "" || p.isPage(at.path, d.on))
	})
	if first < 0 {
		return 0
	}
	return p.deeds.done[first].number
}

// speaks follows the language of the panel: a person may choose another one.
func (p *play) speaks() {
	d, err := p.device()
	if err != nil {
		return
	}
	about, err := d.Describe(context.Background()) // a look, which needs no turn
	if err == nil && about.Language != "" {
		p.language = about.Language
	}
}
