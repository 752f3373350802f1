package window

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"mfpsim/browser"
)

// What a panel shows of a page (ours): more than any sign-in page has, less than would fill a printer's memory.
const (
	MaximumParts = 80
	MaximumText  = 400       // characters of one text
	MaximumPage  = 512 << 10 // bytes
)

// Page is a page as the panel shows it.
type Page struct {
	Host  string // where it comes from
	Title string
	Parts []browser.Element // without the title; texts are one line each
	Cut   bool              // there was more
}

// pageOf reads the page that is open.
func pageOf(b *browser.Browser) *Page {
	p := &Page{}
	if u, err := url.Parse(b.URL()); err == nil {
		p.Host = u.Hostname()
	}
	for _, e := range b.Elements(MaximumParts + 2) { // the title, and one that shows that there is more
		if len(p.Parts) == MaximumParts {
			p.Cut = true
			break
		}
		var long, longValue bool
		e.Text, long = shown(e.Text)
		e.Value, longValue = shown(e.Value)
		p.Cut = p.Cut || long || longValue
		switch {
		case e.Text == "" && e.Kind != browser.Field && e.Kind != browser.Password:
		case e.Kind == browser.Heading && p.Title == "":
			p.Title = e.Text
		default:
			p.Parts = append(p.Parts, e)
		}
	}
	if p.Title == "" {
		p.Title, _ = shown(b.Page().Title)
	}
	return p
}

// shown is a text as it is shown: without signs that would not show or would move others, and not longer than a panel
// takes; cut says that it was.
func shown(text string) (s string, cut bool) {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, text))
	if len(runes) > MaximumText {
		return string(runes[:MaximumText]) + "…", true
	}
	return strings.TrimSpace(string(runes)), false
}

// Part returns the first part of a kind with a label.
func (p *Page) Part(label string, kinds ...browser.ElementKind) (browser.Element, bool) {
	for _, e := range p.Parts {
		if e.Text == label && slices.Contains(kinds, e.Kind) {
			return e, true
		}
	}
	return browser.Element{}, false
}
