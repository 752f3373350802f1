package browser

import (
	"strings"

	"golang.org/x/net/html"
)

// index is what is looked up in a document, found in one pass when it is loaded. Elements are in the order of the page;
// a document is changed in one thing only, which folds are open.
type index struct {
	controls  []*html.Node          // input, select, textarea
	clickable []*html.Node          // buttons of every kind, links, summaries
	byID      map[string]*html.Node // the first with an id
	labelFor  map[string]*html.Node // the first label for an id
	title     *html.Node
	heading   *html.Node // the first h1
	base      *html.Node // the first base with an address
	methods   *html.Node // the first list named method
}

func newIndex(root *html.Node) *index {
	x := &index{byID: map[string]*html.Node{}, labelFor: map[string]*html.Node{}}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if has(n, "id") {
			note(x.byID, attribute(n, "id"), n)
		}
		x.add(n)
	}
	return x
}

func (x *index) add(n *html.Node) {
	switch n.Data {
	case "input":
		x.controls = append(x.controls, n)
		switch strings.ToLower(attribute(n, "type")) {
		case "submit", "image", "button", "reset":
			x.clickable = append(x.clickable, n)
		}
	case "select":
		x.controls = append(x.controls, n)
		if attribute(n, "name") == "method" {
			first(&x.methods, n)
		}
	case "textarea":
		x.controls = append(x.controls, n)
	case "button", "summary":
		x.clickable = append(x.clickable, n)
	case "a":
		if has(n, "href") {
			x.clickable = append(x.clickable, n)
		}
	case "label":
		if has(n, "for") {
			note(x.labelFor, attribute(n, "for"), n)
		}
	case "title":
		first(&x.title, n)
	case "h1":
		first(&x.heading, n)
	case "base":
		if has(n, "href") {
			first(&x.base, n)
		}
	}
}

func first(at **html.Node, n *html.Node) {
	if *at == nil {
		*at = n
	}
}

func note(at map[string]*html.Node, key string, n *html.Node) {
	if at[key] == nil {
		at[key] = n
	}
}
