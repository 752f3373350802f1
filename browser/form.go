package browser

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"mfpsim/choice"
)

type fieldKind int

const (
	kindText fieldKind = iota
	kindPassword
	kindSelect
	kindRadio
	kindBox
	kindFile
)

// field is one labelled control; radio buttons of one name are one field.
type field struct {
	page  *page
	kind  fieldKind
	label string
	nodes []*html.Node // one, or all radio buttons of the group
}

// fields lists the controls that a person sees, in the order of the page.
func (p *page) fields() []*field {
	if p.seenFields != nil {
		return p.seenFields
	}
	found := []*field{}
	groups := map[string]*field{}
	for _, node := range p.controls {
		kind, ok := kindOf(node)
		if !ok || p.hidden(node) {
			continue
		}
		if kind == kindRadio {
			key := attribute(node, "name")
			if group := groups[key]; group != nil {
				group.nodes = append(group.nodes, node)
				continue
			}
			groups[key] = &field{page: p, kind: kind, label: p.groupLabel(node), nodes: []*html.Node{node}}
			found = append(found, groups[key])
			continue
		}
		found = append(found, &field{page: p, kind: kind, label: p.label(node), nodes: []*html.Node{node}})
	}
	p.seenFields = found
	return found
}

func kindOf(n *html.Node) (fieldKind, bool) {
	switch n.Data {
	case "select":
		return kindSelect, true
	case "textarea":
		return kindText, true
	}
	switch strings.ToLower(attribute(n, "type")) {
	case "password":
		return kindPassword, true
	case "checkbox":
		return kindBox, true
	case "radio":
		return kindRadio, true
	case "file":
		return kindFile, true
	case "submit", "button", "reset", "image", "hidden":
		return 0, false
	}
	return kindText, true
}

func (p *page) field(label string) (*field, error) {
	var present []string
	for _, f := range p.fields() {
		if same(f.label, label) {
			return f, nil
		}
		present = append(present, f.label)
	}
	return nil, &choice.Error{What: "field", Wanted: label, Present: present}
}

func (p *page) set(label, value string) error {
	f, err := p.field(label)
	if err != nil {
		return err
	}
	if f.locked() {
		return ErrReadOnly
	}
	return f.choose(value)
}

// locked: the control is shown but cannot be changed.
func (f *field) locked() bool {
	return !slices.ContainsFunc(
		f.nodes, func(n *html.Node) bool { return !has(n, "disabled") && !inDisabledSet(n) && !has(n, "readonly") },
	)
}

func inDisabledSet(n *html.Node) bool {
	for at := n.Parent; at != nil; at = at.Parent {
		if at.Data == "fieldset" && has(at, "disabled") {
			return true
		}
	}
	return false
}

// changed reports whether a person typed or chose something here.
func (f *field) changed() bool {
	return slices.ContainsFunc(f.nodes, func(n *html.Node) bool {
		_, typed := f.page.typed[n]
		_, ticked := f.page.ticked[n]
		return typed || ticked
	})
}

func (f *field) choose(value string) error {
	p, node := f.page, f.nodes[0]
	defer p.forget()
	switch f.kind {
	case kindSelect:
		for _, option := range optionsOf(node) {
			if same(textOf(option), value) && !has(option, "disabled") {
				p.typed[node] = optionValue(option)
				return nil
			}
		}
	case kindRadio:
		for _, chosen := range f.nodes {
			if same(p.label(chosen), value) {
				for _, other := range f.nodes {
					p.ticked[other] = other == chosen
				}
				return nil
			}
		}
	case kindBox:
		switch strings.ToLower(value) {
		case "on", "yes", "true":
			p.ticked[node] = true
			return nil
		case "off", "no", "false":
			p.ticked[node] = false
			return nil
		}
	default:
		p.typed[node] = value
		return nil
	}
	return &choice.Error{What: "value", Wanted: value, Present: f.options()}
}

// options lists the words that can be chosen.
func (f *field) options() []string {
	var offered []string
	switch f.kind {
	case kindSelect:
		for _, option := range optionsOf(f.nodes[0]) {
			if !has(option, "disabled") {
				offered = append(offered, textOf(option))
			}
		}
	case kindRadio:
		for _, n := range f.nodes {
			offered = append(offered, f.page.label(n))
		}
	case kindBox:
		offered = []string{"on", "off"}
	}
	return offered
}

// value is what a person reads in the field; a password is what was typed.
func (f *field) value() string {
	p, node := f.page, f.nodes[0]
	switch f.kind {
	case kindSelect:
		for _, option := range optionsOf(node) {
			if optionValue(option) == p.content(node) {
				return textOf(option)
			}
		}
		return ""
	case kindRadio:
		for _, n := range f.nodes {
			if p.isTicked(n) {
				return p.label(n)
			}
		}
		return ""
	case kindBox:
		if p.isTicked(node) {
			return "on"
		}
		return "off"
	}
	return p.content(node)
}

// content is the value that would be submitted for a text field or a list.
func (p *page) content(n *html.Node) string {
	if typed, ok := p.typed[n]; ok {
		return typed
	}
	switch n.Data {
	case "textarea":
		return strings.TrimPrefix(textRaw(n), "\n")
	case "select":
		options := optionsOf(n)
		for _, option := range options {
			if has(option, "selected") {
				return optionValue(option)
			}
		}
		for _, option := range options {
			if !has(option, "disabled") {
				return optionValue(option)
			}
		}
		return ""
	}
	return attribute(n, "value")
}

func (p *page) isTicked(n *html.Node) bool {
	if ticked, ok := p.ticked[n]; ok {
		return ticked
	}
	return has(n, "checked")
}

// label finds the words beside a control: a label's text, an aria-label, the head of its row, a placeholder, its name.
func (p *page) label(n *html.Node) string {
	label, known := p.labels[n]
	if !known {
		label = p.findLabel(n)
		p.labels[n] = label
	}
	return label
}

func (p *page) findLabel(n *html.Node) string {
	if found := p.labelElement(n); found != nil {
		return strings.TrimSpace(strings.TrimSuffix(words(textOf(found)), ":"))
	}
	if label := p.ariaLabel(n); label != "" {
		return label
	}
	if head := rowHead(n); head != nil && n.Data != "option" {
		if kind, ok := kindOf(n); ok && kind != kindBox && kind != kindRadio {
			return words(textOf(head))
		}
	}
	for _, key := range []string{"placeholder", "title", "name"} {
		if label := words(attribute(n, key)); label != "" {
			return label
		}
	}
	return ""
}

// groupLabel finds the words over a group of radio buttons.
func (p *page) groupLabel(n *html.Node) string {
	for at := n.Parent; at != nil; at = at.Parent {
		if at.Data == "fieldset" {
			for c := at.FirstChild; c != nil; c = c.NextSibling {
				if c.Data == "legend" {
					return words(textOf(c))
				}
			}
		}
		if role := attribute(at, "role"); role == "radiogroup" || role == "group" {
			if label := p.ariaLabel(at); label != "" {
				return label
			}
		}
	}
	if head := rowHead(n); head != nil {
		return words(textOf(head))
	}
	return words(attribute(n, "name"))
}

func (p *page) ariaLabel(n *html.Node) string {
	if label := words(attribute(n, "aria-label")); label != "" {
		return label
	}
	if id := attribute(n, "aria-labelledby"); id != "" {
		var parts []string
		for _, part := range strings.Fields(id) {
			if found := p.byID[part]; found != nil {
				parts = append(parts, words(textOf(found)))
			}
		}
		return strings.Join(parts, " ")
	}
	return ""
}

// labelElement finds the label that names a control, by for= or by wrapping it.
func (p *page) labelElement(n *html.Node) *html.Node {
	if id := attribute(n, "id"); id != "" {
		if label := p.labelFor[id]; label != nil {
			return label
		}
	}
	for at := n.Parent; at != nil; at = at.Parent {
		if at.Data == "label" {
			return at
		}
	}
	return nil
}

// rowHead is the first head cell of the table row that a control lies in, nil if there is none.
func rowHead(n *html.Node) *html.Node {
	for at := n.Parent; at != nil; at = at.Parent {
		if at.Data != "tr" {
			continue
		}
		for c := at.FirstChild; c != nil; c = c.NextSibling {
			if c.Data == "th" {
				return c
			}
		}
		return nil
	}
	return nil
}

// textOf is an element's text without that of the controls in it.
func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(at *html.Node) {
		if at.Type == html.TextNode {
			b.WriteString(at.Data)
		}
		for c := at.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode &&
				(c.Data == "select" || c.Data == "textarea" || c.Data == "button" || unseen(c)) {
				continue
			}
			walk(c)
		}
	}
	walk(n)
	return words(b.String())
}

func optionsOf(n *html.Node) []*html.Node {
	var options []*html.Node
	for at := range n.Descendants() {
		if at.Type == html.ElementNode && at.Data == "option" {
			options = append(options, at)
		}
	}
	return options
}

func optionValue(option *html.Node) string {
	if has(option, "value") {
		return attribute(option, "value")
	}
	return textOf(option)
}

// submission builds the request that a button sends, as HTML's form submission does.
func (p *page) submission(button *html.Node) (method string, u *url.URL, form url.Values, err error) {
	if kind := strings.ToLower(attribute(button, "type")); kind == "button" || kind == "reset" {
		return "", nil, nil, ErrNoScript
	}
	owner := p.formOf(button)
	if owner == nil {
		return "", nil, nil, ErrNoForm
	}
	pick := func(onButton, onForm string) string {
		if has(button, onButton) {
			return attribute(button, onButton)
		}
		return attribute(owner, onForm)
	}
	u, err = p.baseURL().Parse(pick("formaction", "action"))
	if err != nil {
		return "", nil, nil, &LoadError{Host: p.url.Host, Reason: ReasonAddress, cause: err}
	}
	if pick("formaction", "action") == "" {
		u = p.url
	}
	form = p.values(owner)
	if name := attribute(button, "name"); name != "" {
		form.Add(name, attribute(button, "value"))
	}
	if strings.EqualFold(pick("formmethod", "method"), http.MethodPost) {
		if strings.EqualFold(pick("formenctype", "enctype"), "multipart/form-data") {
			form[filesKey] = p.files(owner)
		}
		return http.MethodPost, u, form, nil
	}
	target := *u
	target.RawQuery = form.Encode()
	return http.MethodGet, &target, nil, nil
}

// secrets are the names of the hidden fields of a button's form.
func (p *page) secrets(button *html.Node) []string {
	owner := p.formOf(button)
	var names []string
	for _, n := range p.controls {
		if attribute(n, "type") == "hidden" && p.formOf(n) == owner {
			names = append(names, attribute(n, "name"))
		}
	}
	return names
}

// filesKey marks a form that is sent as multipart/form-data; its values name the fields that are files. No field can
// have this name.
const filesKey = "\x00files"

// files are the names of a form's fields in which a file is chosen.
func (p *page) files(owner *html.Node) []string {
	names := []string{}
	for _, n := range p.controls {
		if kind, ok := kindOf(n); ok && kind == kindFile && p.formOf(n) == owner && p.content(n) != "" {
			names = append(names, attribute(n, "name"))
		}
	}
	return names
}

// boundary parts the fields of a form with files.
const boundary = "----mfpsim-form-boundary"

// encode writes a form as it is sent, and names its media type. A file is called after its field.
func encode(form url.Values) (body, kind string) {
	files, several := form[filesKey]
	if !several {
		return form.Encode(), "application/x-www-form-urlencoded"
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name == filesKey {
			continue
		}
		for _, value := range form[name] {
			text.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"")
			if slices.Contains(files, name) {
				text.WriteString("; filename=\"" + name + "\"\r\nContent-Type: application/octet-stream")
			}
			text.WriteString("\r\n\r\n" + value + "\r\n")
		}
	}
	text.WriteString("--" + boundary + "--\r\n")
	return text.String(), "multipart/form-data; boundary=" + boundary
}

func (p *page) formOf(n *html.Node) *html.Node {
	if id := attribute(n, "form"); id != "" {
		return p.byID[id]
	}
	for at := n.Parent; at != nil; at = at.Parent {
		if at.Data == "form" {
			return at
		}
	}
	return nil
}

// values collects what a form sends without its buttons.
func (p *page) values(owner *html.Node) url.Values {
	form := url.Values{}
	for _, n := range p.controls {
		name := attribute(n, "name")
		if name == "" || has(n, "disabled") || inDisabledSet(n) || p.formOf(n) != owner {
			continue
		}
		kind, ok := kindOf(n)
		switch {
		case !ok && attribute(n, "type") == "hidden":
			form.Add(name, attribute(n, "value"))
		case !ok:
		case kind == kindBox || kind == kindRadio:
			if p.isTicked(n) {
				value := "on"
				if has(n, "value") {
					value = attribute(n, "value")
				}
				form.Add(name, value)
			}
		default:
			form.Add(name, p.content(n))
		}
	}
	return form
}
