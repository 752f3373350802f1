package routes

import (
	"fmt"
	"strings"
)

// Page returns the table as a page of Markdown, below an introduction: each request with what it takes, what it
// answers, and a curl line that can be run as it is.
func Page[B any](introduction string, groups []Group[B], f Foreign) string {
	known := newShapes(f)
	linked := shared(groups, known)
	var page strings.Builder
	page.WriteString(introduction)
	for _, group := range groups {
		fmt.Fprintf(&page, "\n## %s\n", group.Title)
		if group.About != "" {
			fmt.Fprintf(&page, "\n%s\n", group.About)
		}
		for _, route := range group.Routes {
			route.describe(&page, known, linked)
		}
	}
	page.WriteString("\n## Objects in answers\n")
	for _, s := range known.named {
		if !linked[s] {
			continue
		}
		fmt.Fprintf(&page, "\n### %s\n\n", s.name)
		s.list(&page)
	}
	return page.String()
}

// shared are the objects that have a section of their own: they stand inside others or in a list, or several requests
// answer with them.
func shared[B any](groups []Group[B], known *shapes) map[*shape]bool {
	linked := map[*shape]bool{}
	var inside, link func(s *shape)
	inside = func(s *shape) {
		for _, m := range s.members {
			link(m.shape)
		}
	}
	link = func(s *shape) {
		switch {
		case s.of != nil:
			link(s.of)
		case s.kind == object && !linked[s]:
			linked[s] = true
			inside(s)
		}
	}
	seen := map[*shape]bool{}
	for _, route := range All(groups) {
		for _, m := range route.Act.at(inBody) {
			link(known.of(m.kind))
		}
		if route.Act.out == rawType || route.Act.out == doneType {
			continue
		}
		out := known.of(route.Act.out)
		if out.kind != object || seen[out] {
			link(out)
		}
		seen[out] = true
		inside(out)
	}
	return linked
}

// describe writes a row.
func (r Route[B]) describe(page *strings.Builder, known *shapes, linked map[*shape]bool) {
	fmt.Fprintf(page, "\n### `%s %s`\n\n%s\n", r.Method(), r.Path(), r.About)
	if len(r.Act.members) > 0 {
		page.WriteString("\nTakes:\n\n")
	}
	for _, m := range r.Act.members {
		words := known.of(m.kind).says()
		switch {
		case m.place != inBody:
			words += ", in the " + m.place
		case !m.required:
			words += ", optional"
		}
		line(page, m.name, words, m.about)
	}
	switch out := r.Act.out; {
	case out == doneType:
		page.WriteString("\nAnswers `{\"ok\":true}`.\n")
	case out == rawType:
		fmt.Fprintf(page, "\nAnswers `%s`.\n", r.media())
	default:
		s := known.of(out)
		if s.kind != object || linked[s] {
			fmt.Fprintf(page, "\nAnswers: %s.\n", s.says())
			break
		}
		page.WriteString("\nAnswers:\n\n")
		s.list(page)
	}
	fmt.Fprintf(page, "\n```\n%s\n```\n", r.Curl("$CONTROL"))
}

// list writes the members of an object.
func (s *shape) list(page *strings.Builder) {
	for _, m := range s.members {
		words := m.shape.says()
		switch {
		case m.optional:
			words += ", not always there"
		case m.nullable:
			words += ", or null"
		}
		line(page, m.name, words, m.about)
	}
}

func line(page *strings.Builder, name, words, about string) {
	fmt.Fprintf(page, "* `%s` (%s)", name, words)
	if about != "" {
		page.WriteString(": " + about)
	}
	page.WriteString("\n")
}

// Curl is the example as a command line; base is the address before the path.
func (r Route[B]) Curl(base string) string {
	at := r.At
	if at == "" {
		at = r.Path()
	}
	command := "curl"
	if r.Method() != "GET" {
		command += " -X " + r.Method()
	}
	if r.Example != "" {
		command += " -d '" + strings.ReplaceAll(r.Example, "'", `'\''`) + "'"
	}
	return fmt.Sprintf("%s \"%s%s\"", command, base, at)
}
