package browser

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"mfpsim/choice"
	"mfpsim/device"
)

// page is one loaded document and what was typed into it.
type page struct {
	*index
	url    *url.URL
	status int
	root   *html.Node
	typed  map[*html.Node]string // text fields and lists (the chosen option's value)
	ticked map[*html.Node]bool   // boxes and radio buttons
	labels map[*html.Node]string // see label

	// What a person sees follows from what is chosen and unfolded, and is found again after a change of those.
	seenFields  []*field
	seenTargets []target
}

// forget drops what was seen before a choice was made or a part unfolded.
func (p *page) forget() { p.seenFields, p.seenTargets = nil, nil }

func newPage(u *url.URL, status int, contentType string, body []byte) *page {
	body = bytes.ToValidUTF8(body, []byte("\uFFFD")) // as browsers show bytes that are no text
	if !strings.Contains(contentType, "html") {
		body = []byte("<pre>" + html.EscapeString(string(body)) + "</pre>")
	}
	// Without scripting, so that what is inside noscript is part of the page; the parser never fails on bytes in
	// memory.
	root, err := html.ParseWithOptions(bytes.NewReader(body), html.ParseOptionEnableScripting(false))
	if err != nil {
		root = &html.Node{Type: html.DocumentNode}
	}
	return &page{
		url: u, status: status, root: root, index: newIndex(root),
		typed: map[*html.Node]string{}, ticked: map[*html.Node]bool{}, labels: map[*html.Node]string{},
	}
}

// base is what relative links are resolved against.
func (p *page) baseURL() *url.URL {
	if p.base != nil {
		if u, err := p.url.Parse(attribute(p.base, "href")); err == nil {
			return u
		}
	}
	return p.url
}

type clickKind int

const (
	kindButton clickKind = iota
	kindLink
	kindSummary
)

// target is something that can be clicked.
type target struct {
	kind  clickKind
	label string
	href  string
	node  *html.Node
}

// targets lists what can be clicked, in the order of the page.
func (p *page) targets() []target {
	if p.seenTargets != nil {
		return p.seenTargets
	}
	p.seenTargets = []target{}
	for _, node := range p.clickable {
		if p.hidden(node) || has(node, "disabled") {
			continue
		}
		if t := targetOf(node); t.label != "" {
			p.seenTargets = append(p.seenTargets, t)
		}
	}
	return p.seenTargets
}

func targetOf(node *html.Node) target {
	t := target{kind: kindButton, node: node}
	switch node.Data {
	case "a":
		t.kind, t.href, t.label = kindLink, attribute(node, "href"), words(textRaw(node))
	case "summary":
		t.kind, t.label = kindSummary, words(textRaw(node))
	case "input":
		t.label = words(attribute(node, "value"))
		if t.label == "" {
			t.label = words(attribute(node, "alt"))
		}
		if t.label == "" && strings.EqualFold(attribute(node, "type"), "submit") {
			t.label = "Submit"
		}
	default:
		t.label = words(textRaw(node))
	}
	if t.label == "" {
		t.label = words(attribute(node, "aria-label"))
	}
	return t
}

func (p *page) find(label string) (target, error) {
	all := p.targets()
	for _, t := range all {
		if t.kind == kindButton && same(t.label, label) {
			return t, nil
		}
	}
	var found []target
	for _, t := range all {
		if same(t.label, label) {
			found = append(found, t)
		}
	}
	for _, t := range found {
		if belowOpen(t.node) { // of links with the same words a person takes the one below the page that is open
			return t, nil
		}
	}
	if len(found) > 0 {
		return found[0], nil
	}
	return target{}, &choice.Error{What: "button", Wanted: label, Present: p.buttons()}
}

// belowOpen reports whether a link stands in the list below that of the page that is open (aria-current="page").
func belowOpen(link *html.Node) bool {
	for at := link.Parent; at != nil; at = at.Parent {
		if at.Data != "li" {
			continue
		}
		for c := at.FirstChild; c != nil; c = c.NextSibling {
			if c.Data == "a" && c != link && attribute(c, "aria-current") == "page" {
				return true
			}
		}
	}
	return false
}

func (p *page) buttons() []string {
	var labels []string
	for _, t := range p.targets() {
		if !slices.Contains(labels, t.label) {
			labels = append(labels, t.label)
		}
	}
	return labels
}

func (p *page) links() []string {
	var labels []string
	for _, t := range p.targets() {
		if t.kind == kindLink && !slices.Contains(labels, t.label) {
			labels = append(labels, t.label)
		}
	}
	return labels
}

// fold opens a folded part, or closes an open one.
func (p *page) fold(summary *html.Node) {
	details := summary.Parent
	if details == nil || details.Data != "details" {
		return
	}
	p.forget()
	for i, a := range details.Attr {
		if a.Key == "open" {
			details.Attr = slices.Delete(details.Attr, i, i+1)
			return
		}
	}
	details.Attr = append(details.Attr, html.Attribute{Key: "open"})
}

// restore puts back what was typed into the same fields of an older copy of this page.
func (p *page) restore(old *page) {
	now := p.fields()
	for _, was := range old.fields() {
		if !was.changed() {
			continue
		}
		for _, f := range now {
			if f.label == was.label && f.kind == was.kind && !f.locked() {
				// A value that is not offered any more is lost, as it is in a real browser.
				_ = f.choose(was.value())
				break
			}
		}
	}
	for _, node := range old.clickable {
		if node.Data != "summary" || node.Parent == nil || node.Parent.Data != "details" || !has(node.Parent, "open") {
			continue
		}
		label := words(textRaw(node))
		for _, t := range p.targets() {
			if t.kind == kindSummary && t.label == label && !has(t.node.Parent, "open") {
				p.fold(t.node)
			}
		}
	}
}

// read gives the page as data.
func (p *page) read() device.Page {
	reading := device.Page{Title: words(textRaw(p.title)), Lines: p.lines(), Buttons: p.buttons()}
	for _, f := range p.fields() {
		if !f.locked() && !slices.Contains(reading.Fields, f.label) {
			reading.Fields = append(reading.Fields, f.label)
		}
	}
	return reading
}

// same compares labels: whole, without regard to case; ’ equals '.
func same(a, b string) bool { return strings.EqualFold(words(a), words(b)) }

// words collapses white space and makes typographic apostrophes plain.
func words(s string) string {
	if tidy(s) {
		return s
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "’", "'")), " ")
}

// tidy reports whether a text is ASCII with single spaces between its words, as most are.
func tidy(s string) bool {
	space := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= utf8.RuneSelf || space && s[i] == ' ' {
			return false
		}
		space = s[i] == ' '
	}
	return !space || s == ""
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// unseen reports whether the element itself, without its ancestors, is not shown.
func unseen(n *html.Node) bool {
	switch n.Data {
	case "script", "style", "template", "head", "datalist":
		return true
	case "input":
		if attribute(n, "type") == "hidden" {
			return true
		}
	}
	if len(n.Attr) == 0 {
		return false
	}
	return has(n, "hidden") || strings.Contains(strings.ReplaceAll(attribute(n, "style"), " ", ""), "display:none")
}

// unchosen reports whether the element belongs to another choice than the one made in the list of the same form: an
// element with data-method="X" is for the choice X of the list named method. It is the one rule of style sheets that is
// followed.
func (p *page) unchosen(n *html.Node) bool {
	wanted := attribute(n, "data-method")
	if wanted == "" || strings.HasPrefix(wanted, "not ") {
		return false
	}
	return p.methods != nil && p.content(p.methods) != wanted
}

// hidden reports whether a person cannot see the element: it or an ancestor is hidden, or it lies in a closed fold.
func (p *page) hidden(n *html.Node) bool {
	for at := n; at != nil; at = at.Parent {
		if at.Type == html.ElementNode && (unseen(at) || p.unchosen(at)) {
			return true
		}
		if at.Parent != nil && at.Parent.Data == "details" && !has(at.Parent, "open") && at.Data != "summary" {
			return true
		}
	}
	return false
}
