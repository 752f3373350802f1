package browser

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// ElementKind says what a part of a page is.
type ElementKind string

// The kinds of elements.
const (
	Heading   ElementKind = "heading"   // the first of a page is what it is called
	Paragraph ElementKind = "paragraph" // a line that is read
	Alert     ElementKind = "alert"     // a line that says what is wrong
	Field     ElementKind = "field"     // is typed into
	Password  ElementKind = "password"  // is typed into, and shows nobody what
	Choice    ElementKind = "choice"    // a list, or radio buttons
	Box       ElementKind = "box"       // is ticked
	Button    ElementKind = "button"
	Link      ElementKind = "link" // also the summary of a folded part
)

// Element is a part of a page. Password's value is as many bullets as characters were typed.
type Element struct {
	Kind    ElementKind
	Text    string // of a field, button or link its label
	Value   string // what is typed or chosen
	On      bool   // of a box: it is ticked
	Main    bool   // of a button: the one that the Enter key presses
	Options []string
}

// Elements gives the open page in the order in which a person meets its parts, the first most of them; nil if none is
// open. What cannot be changed is a paragraph.
func (b *Browser) Elements(most int) []Element {
	if b.page == nil {
		return nil
	}
	var list []Element
	r := &reader{page: b.page, seen: map[string]bool{}}
	r.told = func(e Element) {
		if list = append(list, e); len(list) >= most {
			r.full = true
		}
	}
	r.walk(b.page.root)
	r.flush()
	return list[:min(most, len(list))]
}

// tells reports whether an element is told apart, and tells it.
func (r *reader) tells(n *html.Node) bool {
	switch n.Data {
	case "button", "a", "summary", "input":
	default:
		return false
	}
	if n.Data == "a" && !has(n, "href") {
		return false
	}
	for _, t := range r.page.targets() {
		if t.node == n {
			r.flush()
			kind := Link
			if t.kind == kindButton {
				kind = Button
			}
			r.told(Element{Kind: kind, Text: t.label, Main: kind == Button && r.page.isMain(n)})
			return true
		}
	}
	return n.Data == "button"
}

// isMain reports whether a button is the first of its form.
func (p *page) isMain(n *html.Node) bool {
	form := p.formOf(n)
	for _, t := range p.targets() {
		if t.kind == kindButton && form != nil && p.formOf(t.node) == form {
			return t.node == n
		}
	}
	return false
}

// field tells a control.
func (r *reader) field(f *field) {
	r.flush()
	e := Element{Kind: Field, Text: f.label, Value: f.value()}
	switch f.kind {
	case kindPassword:
		e.Kind, e.Value = Password, strings.Repeat("•", utf8.RuneCountInString(e.Value))
	case kindSelect, kindRadio:
		e.Kind, e.Options = Choice, f.options()
	case kindBox:
		e.Kind, e.On, e.Value = Box, e.Value == "on", ""
	case kindFile:
		return // there are no files on a panel
	}
	if f.locked() {
		e.Kind, e.Text, e.Value, e.Options = Paragraph, strings.TrimSuffix(f.label+" : "+e.Value, " : "), "", nil
	}
	r.told(e)
}

// line tells a line that is read.
func (r *reader) line(text string) {
	if r.told == nil {
		r.lines = append(r.lines, text)
		return
	}
	kind := Paragraph
	switch {
	case r.heading:
		kind = Heading
	case r.alert:
		kind = Alert
	}
	r.told(Element{Kind: kind, Text: text})
}

var headings = []string{"h1", "h2", "h3", "h4", "h5", "h6"}

// within notes what the lines below an element are; undo ends that.
func (r *reader) within(n *html.Node) (undo func()) {
	heading, alert := r.heading, r.alert
	r.heading = heading || slices.Contains(headings, n.Data)
	r.alert = alert || attribute(n, "role") == "alert"
	return func() { r.heading, r.alert = heading, alert }
}
