package browser

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// concealed is what a typed password looks like.
const concealed = "********"

var blocks = []string{
	"address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "fieldset", "figure", "footer",
	"form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "p", "pre",
	"section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
}

// lines reads the page from top to bottom: one line for each block, row or field; a field is "Label : value".
func (p *page) lines() []string {
	r := &reader{page: p, seen: map[string]bool{}}
	r.walk(p.root)
	r.flush()
	return r.lines
}

// reader collects lines; inline text runs together until a block ends it.
type reader struct {
	page    *page
	lines   []string
	current strings.Builder
	term    string          // a dt that waits for its dd
	seen    map[string]bool // radio groups already told
	inCell  *html.Node      // the row whose head already says the label

	told           func(Element) // not nil: the page is told as elements, not as lines
	heading, alert bool          // of the lines below the element that is walked
	full           bool          // enough was told
}

func (r *reader) flush() {
	line := words(r.current.String())
	r.current.Reset()
	if line == "" {
		return
	}
	if r.term != "" {
		line, r.term = r.term+" : "+line, ""
	}
	r.line(line)
}

func (r *reader) walk(n *html.Node) {
	if r.full {
		return
	}
	switch n.Type {
	case html.TextNode:
		r.current.WriteString(n.Data)
		return
	case html.ElementNode:
		if unseen(n) || r.page.unchosen(n) {
			return
		}
	case html.CommentNode, html.DoctypeNode:
		return
	}
	if r.told != nil && r.tells(n) {
		return
	}
	switch n.Data {
	case "br":
		r.flush()
		return
	case "button":
		return // buttons are listed apart
	case "input", "select", "textarea":
		r.control(n)
		return
	case "label":
		if r.consumed(n) {
			r.controlsOf(n)
			return
		}
	case "legend":
		if r.nameOfGroup(n) {
			return
		}
	case "img":
		r.current.WriteString(" " + attribute(n, "alt") + " ")
		return
	case "tr":
		r.flush()
		if r.told == nil {
			r.row(n)
			return
		}
	case "dt":
		r.flush()
		r.term = textOf(n)
		return
	case "pre":
		r.flush()
		for _, line := range strings.Split(textRaw(n), "\n") {
			if strings.TrimSpace(line) != "" {
				r.line(strings.TrimRight(strings.ReplaceAll(line, "’", "'"), " \r"))
			}
		}
		return
	}
	block := n.Type == html.ElementNode && (slices.Contains(blocks, n.Data) || r.told != nil && n.Data == "td")
	if block {
		r.flush()
	}
	defer r.within(n)()
	closed := n.Data == "details" && !has(n, "open")
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if closed && c.Data != "summary" {
			continue
		}
		r.walk(c)
	}
	if block {
		r.flush()
		if n.Data == "dd" && r.term != "" { // an empty value: the term stands alone
			r.line(r.term + " :")
			r.term = ""
		}
	}
}

// row joins the cells of a table row into one line.
func (r *reader) row(n *html.Node) {
	var cells []string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Data != "td" && c.Data != "th" || unseen(c) {
			continue
		}
		inner := &reader{page: r.page, seen: r.seen, inCell: n}
		for child := c.FirstChild; child != nil; child = child.NextSibling {
			inner.walk(child)
		}
		inner.flush()
		cells = append(cells, strings.Join(inner.lines, " "))
	}
	full := slices.DeleteFunc(slices.Clone(cells), func(cell string) bool { return cell == "" })
	switch {
	case len(full) == 0:
	case len(cells) == 2 && len(full) == 1 && cells[1] == "":
		if strings.Contains(full[0], " : ") || rowHeadOf(n) == nil {
			r.lines = append(r.lines, full[0])
		} else {
			r.lines = append(r.lines, full[0]+" :")
		}
	case len(cells) == 2:
		r.lines = append(r.lines, strings.Join(full, " : "))
	default:
		r.lines = append(r.lines, strings.Join(full, " | "))
	}
}

func rowHeadOf(row *html.Node) *html.Node {
	for c := row.FirstChild; c != nil; c = c.NextSibling {
		if c.Data == "th" {
			return c
		}
	}
	return nil
}

// control tells a field: "Label : value", "[x] Label" for a box.
func (r *reader) control(n *html.Node) {
	kind, ok := kindOf(n)
	if !ok {
		return
	}
	if kind == kindRadio {
		name := attribute(n, "name")
		if r.seen[name] {
			return
		}
		r.seen[name] = true
	}
	for _, f := range r.page.fields() {
		if !slices.Contains(f.nodes, n) {
			continue
		}
		if r.told != nil {
			r.field(f)
			return
		}
		value := f.value()
		switch kind {
		case kindBox:
			mark := "[ ] "
			if value == "on" {
				mark = "[x] "
			}
			r.current.WriteString(" " + mark + f.label + " ")
			return
		case kindFile:
			if value != "" {
				value = "(a file)"
			}
		case kindPassword:
			if value != "" {
				value = concealed
			}
		}
		if head := rowHead(n); r.inCell != nil && head != nil && same(textOf(head), f.label) && r.page.labelIsNot(n) {
			r.current.WriteString(" " + value + " ")
			return
		}
		if r.inCell == nil && strings.TrimSpace(r.current.String()) != "" {
			r.flush()
		}
		r.current.WriteString(" " + f.label + " : " + value + " ")
		return
	}
}

// labelIsNot reports whether no label element names the control: then the head of its row does, and has been told.
func (p *page) labelIsNot(n *html.Node) bool {
	if kind, ok := kindOf(n); ok && kind == kindRadio {
		return true
	}
	return p.labelElement(n) == nil
}

// consumed reports whether a label's words are told with its control.
func (r *reader) consumed(label *html.Node) bool {
	if id := attribute(label, "for"); id != "" {
		control := r.page.byID[id]
		return control != nil && !r.page.hidden(control) && r.page.labelElement(control) == label
	}
	return len(controlsIn(label)) > 0
}

// controlsOf tells the controls that a label wraps.
func (r *reader) controlsOf(label *html.Node) {
	for _, n := range controlsIn(label) {
		r.control(n)
	}
}

func controlsIn(n *html.Node) []*html.Node {
	var found []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (c.Data == "input" || c.Data == "select" || c.Data == "textarea") &&
			!unseen(c) {
			found = append(found, c)
			continue
		}
		found = append(found, controlsIn(c)...)
	}
	return found
}

// nameOfGroup reports whether a legend names radio buttons: it is then told with them.
func (r *reader) nameOfGroup(legend *html.Node) bool {
	return slices.ContainsFunc(controlsIn(legend.Parent), func(n *html.Node) bool {
		kind, ok := kindOf(n)
		return ok && kind == kindRadio
	})
}

// textRaw is all text of an element as it stands; none of no element.
func textRaw(n *html.Node) string {
	if n == nil {
		return ""
	}
	if only := n.FirstChild; only != nil && only.NextSibling == nil && only.Type == html.TextNode {
		return only.Data
	}
	var b strings.Builder
	for at := range n.Descendants() {
		if at.Type == html.TextNode {
			b.WriteString(at.Data)
		}
	}
	return b.String()
}
