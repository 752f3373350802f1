package browser

import (
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"mfpsim/choice"
	"mfpsim/device"
)

// page is one loaded document and what was typed into it.
type page struct {
	url    *url.URL
	status int
	doc    *goquery.Document
	typed  map[*html.Node]string // text fields and lists (the chosen option's value)
	ticked map[*html.Node]bool   // boxes and radio buttons
}

func newPage(u *url.URL, status int, contentType, body string) *page {
	if !strings.Contains(contentType, "html") {
		body = "<pre>" + html.EscapeString(body) + "</pre>"
	}
	// Without scripting, so that what is inside noscript is part of the page; the parser never fails on a string.
	root, err := html.ParseWithOptions(strings.NewReader(body), html.ParseOptionEnableScripting(false))
	if err != nil {
		root = &html.Node{Type: html.DocumentNode}
	}
	return &page{
		url: u, status: status, doc: goquery.NewDocumentFromNode(root),
		typed: map[*html.Node]string{}, ticked: map[*html.Node]bool{},
	}
}

// base is what relative links are resolved against.
func (p *page) base() *url.URL {
	if href, ok := p.doc.Find("base[href]").First().Attr("href"); ok {
		if u, err := p.url.Parse(href); err == nil {
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
	var found []target
	p.doc.Find("button, input[type=submit], input[type=image], input[type=button], input[type=reset], a[href], summary").Each(
		func(_ int, s *goquery.Selection) {
			node := s.Get(0)
			if p.hidden(node) || has(node, "disabled") {
				return
			}
			t := target{kind: kindButton, node: node}
			switch node.Data {
			case "a":
				t.kind, t.href, t.label = kindLink, attribute(node, "href"), words(s.Text())
			case "summary":
				t.kind, t.label = kindSummary, words(s.Text())
			case "input":
				t.label = words(attribute(node, "value"))
				if t.label == "" {
					t.label = words(attribute(node, "alt"))
				}
				if t.label == "" && attribute(node, "type") == "submit" {
					t.label = "Submit"
				}
			default:
				t.label = words(s.Text())
			}
			if label := words(attribute(node, "aria-label")); label != "" && t.label == "" {
				t.label = label
			}
			if t.label != "" {
				found = append(found, t)
			}
		})
	return found
}

func (p *page) clickable(label string) (target, error) {
	all := p.targets()
	for _, t := range all {
		if t.kind == kindButton && same(t.label, label) {
			return t, nil
		}
	}
	for _, t := range all {
		if same(t.label, label) {
			return t, nil
		}
	}
	return target{}, &choice.Error{What: "button", Wanted: label, Present: p.buttons()}
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
	for _, node := range old.doc.Find("details[open] > summary").Nodes {
		label := words(goquery.NewDocumentFromNode(node).Text())
		for _, t := range p.targets() {
			if t.kind == kindSummary && t.label == label && !has(t.node.Parent, "open") {
				p.fold(t.node)
			}
		}
	}
}

// read gives the page as data.
func (p *page) read() device.Page {
	reading := device.Page{Title: words(p.doc.Find("title").First().Text()), Lines: p.lines(), Buttons: p.buttons()}
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
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "’", "'")), " ")
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
	return has(n, "hidden") || strings.Contains(strings.ReplaceAll(attribute(n, "style"), " ", ""), "display:none")
}

// unchosen reports whether the element belongs to another choice than the one made in the list of the same form: an element
// with data-method="X" is for the choice X of the list named method. It is the one rule of style sheets that is followed.
func (p *page) unchosen(n *html.Node) bool {
	wanted := attribute(n, "data-method")
	if wanted == "" || strings.HasPrefix(wanted, "not ") {
		return false
	}
	list := p.doc.Find("select[name=method]")
	return list.Length() > 0 && p.content(list.Get(0)) != wanted
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
