package scenarios

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// shownPage is a page of the record, as far as a recording needs it.
type shownPage struct {
	heading string
	path    []string // labels of the menu that lead to it
	forms   []shownForm
	links   map[string]string   // labels by address
	hasCode bool                // it waits for somebody to sign in
	alerts  []string            // what it says is wrong
	notes   []string            // what it says besides
	invalid bool                // a field of it is marked as wrong
	menu    map[string][]string // labels of the side menu that lead to a page, by its address
	name    string              // what Microsoft's page calls itself
	done    bool                // it says that something was done
}

// shownForm is a form of a page.
type shownForm struct {
	action  string
	fields  []shownField
	buttons []shownButton
}

// shownField is a field of a form: what it held when the page came.
type shownField struct {
	name, label, kind, value string
	group                    string            // of a radio button: what the choice is called
	options                  map[string]string // of a list: label by value
	checked                  bool
}

type shownButton struct{ name, value, label string }

// readShown reads a page of HTML. What is no page has nothing.
func readShown(text string) shownPage {
	var p shownPage
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return p
	}
	labels := map[string]string{}
	each(root, func(n *html.Node) {
		switch {
		case n.DataAtom == atom.Label && attribute(n, "for") != "":
			labels[attribute(n, "for")] = words(n)
		case n.DataAtom == atom.H1 && p.heading == "":
			p.heading = words(n)
		case n.DataAtom == atom.A && attribute(n, "href") != "" && p.links[attribute(n, "href")] == "":
			if p.links == nil {
				p.links = map[string]string{}
			}
			p.links[attribute(n, "href")] = words(n)
		case attribute(n, "role") == "alert" && words(n) != "":
			p.alerts = append(p.alerts, words(n))
		case attribute(n, "role") == "status" && words(n) != "":
			p.done = true
			p.notes = append(p.notes, words(n))
		}
		p.invalid = p.invalid || attribute(n, "aria-invalid") == "true"
		if n.DataAtom == atom.Main {
			p.name = attribute(n, "data-page")
		}
		if n.DataAtom == atom.A && isInMenu(n) {
			if p.menu == nil {
				p.menu = map[string][]string{}
			}
			p.menu[attribute(n, "href")] = menuPath(n)
		}
		if n.DataAtom == atom.A && attribute(n, "aria-current") != "" {
			p.path = append(p.path, menuPath(n)...)
		}
	})
	each(root, func(n *html.Node) {
		if n.DataAtom == atom.Form {
			p.forms = append(p.forms, readForm(n, labels))
		}
	})
	p.path = slices.Compact(p.path)
	return p
}

// isInMenu reports whether a link is one of a menu.
func isInMenu(link *html.Node) bool {
	for n := link.Parent; n != nil; n = n.Parent {
		if n.DataAtom == atom.Nav {
			return true
		}
	}
	return false
}

// menuPath are the labels of the menu from its top to a link of it.
func menuPath(link *html.Node) []string {
	var path []string
	for n := link.Parent; n != nil; n = n.Parent {
		if n.DataAtom != atom.Li {
			continue
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.A {
				path = append([]string{words(c)}, path...)
				break
			}
		}
	}
	return path
}

func readForm(form *html.Node, labels map[string]string) shownForm {
	f := shownForm{action: attribute(form, "action")}
	each(form, func(n *html.Node) {
		name, kind := attribute(n, "name"), attribute(n, "type")
		field := shownField{name: name, label: fieldLabel(n, labels), kind: kind, value: attribute(n, "value")}
		switch n.DataAtom {
		case atom.Button:
			if !has(n, "hidden") {
				f.buttons = append(f.buttons, shownButton{name, attribute(n, "value"), words(n)})
			}
		case atom.Input:
			switch kind {
			case "hidden":
			case "submit":
				f.buttons = append(f.buttons, shownButton{name, field.value, field.value})
			default:
				field.checked = has(n, "checked")
				if kind == "radio" {
					field.group = legendOf(n)
				}
				f.fields = append(f.fields, field)
			}
		case atom.Textarea:
			field.value = words(n)
			f.fields = append(f.fields, field)
		case atom.Select:
			field.kind, field.options = "select", map[string]string{}
			each(n, func(o *html.Node) {
				if o.DataAtom != atom.Option {
					return
				}
				value := attribute(o, "value")
				if !has(o, "value") {
					value = words(o)
				}
				field.options[value] = words(o)
				if has(o, "selected") || len(field.options) == 1 {
					field.value = value
				}
			})
			f.fields = append(f.fields, field)
		}
	})
	return f
}

// fieldLabel is what a person calls a field.
func fieldLabel(n *html.Node, labels map[string]string) string {
	if label := labels[attribute(n, "id")]; label != "" {
		return label
	}
	if label := attribute(n, "aria-label"); label != "" {
		return label
	}
	for up := n.Parent; up != nil; up = up.Parent {
		if up.DataAtom == atom.Label {
			return words(up)
		}
	}
	return attribute(n, "placeholder")
}

// legendOf is what the choice is called that a radio button belongs to.
func legendOf(n *html.Node) string {
	legend := ""
	for up := n.Parent; up != nil && legend == ""; up = up.Parent {
		if up.DataAtom == atom.Fieldset {
			each(up, func(c *html.Node) {
				if c.DataAtom == atom.Legend && legend == "" {
					legend = words(c)
				}
			})
		}
	}
	return legend
}

// form is the form of the page that was sent to an address.
func (p shownPage) form(target string) (shownForm, bool) {
	target, _, _ = strings.Cut(target, "?")
	for _, f := range p.forms {
		action, _, _ := strings.Cut(f.action, "?")
		if u, err := url.Parse(action); err == nil && u.Path == target {
			return f, true
		}
	}
	return shownForm{}, false
}

// pressed is the button by which a form was sent.
func (f shownForm) pressed(sent url.Values) string {
	label := ""
	for _, b := range f.buttons {
		switch {
		case b.name != "" && slices.Contains(sent[b.name], b.value):
			return b.label
		case label == "":
			label = b.label
		}
	}
	return label
}

func each(n *html.Node, f func(*html.Node)) {
	if n.Type == html.ElementNode {
		f(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, f)
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// words are the text of an element.
func words(n *html.Node) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}
