package models

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mfpsim/choice"
	"mfpsim/core/outcome"
	"mfpsim/sim/internal/yamlfile"
	"mfpsim/sim/locale"
)

// checker collects what is wrong with a model beyond the schema: words that nothing in the program knows.
type checker struct {
	*Model
	file *yamlfile.File
	errs []error
}

// at is a path in the file.
type at []string

// key and place are the path with one step more.
func (p at) key(names ...string) at { return append(slices.Clone(p), names...) }
func (p at) place(i int) at         { return p.key(strconv.Itoa(i)) }

func (c *checker) wrong(where at, format string, values ...any) {
	c.errs = append(c.errs, c.file.Errorf(where, format, values...))
}

// check completes the model and returns all that is wrong with it.
func (m *Model) check(file *yamlfile.File) error {
	c := &checker{Model: m, file: file}
	c.words()
	if len(c.errs) == 0 {
		m.tables = m.tables.With(m.Words)
		c.firmwares()
		c.roots()
		c.test()
		c.languages(at{"panel", "languages"}, m.Panel.Languages)
		c.languages(at{"webConfig", "languages"}, m.WebConfig.Languages)
		c.menu(at{"panel", "menu"}, m.Panel.Menu)
		c.settings()
		c.tabs()
		c.sheet()
		c.additional()
		c.notification()
		c.printAdmin()
		c.fax()
		c.providers()
		c.outcomes()
	}
	return errors.Join(c.errs...)
}

// words looks at the model's own words. A message that the tables lack can only be one of a code of the model.
func (c *checker) words() {
	full := Outcome{Code: c.Mail.JobMemoryCode}
	codes := []string{full.StatusID(), full.SolutionID()}
	for _, row := range c.Outcomes {
		cloud := Outcome{Code: row.CloudCode}
		codes = append(codes, row.StatusID(), row.SolutionID(), cloud.StatusID(), cloud.SolutionID())
	}
	known := c.tables.Languages()
	for _, language := range slices.Sorted(maps.Keys(c.Words)) {
		where := at{"words", language}
		if !slices.Contains(known, language) {
			c.wrong(where, "no language %q; there are: %s", language, strings.Join(known, ", "))
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(c.Words[language])) {
			text := c.Words[language][id]
			_, english := c.Words[locale.English][id]
			switch {
			case !c.tables.Has(id) && !slices.Contains(codes, id):
				c.wrong(where.key(id), "no message %q", id)
			case !c.tables.Has(id) && !english:
				c.wrong(where.key(id), "the message %q has no English words", id)
			case strings.Contains(text, "{{"):
				c.wrong(where.key(id), "%s: words have no placeholders", id)
			case strings.HasPrefix(id, locale.LabelID("")) && strings.Contains(text, ">"):
				c.wrong(where.key(id), "%s: a label has no '>', which parts the labels of a path", id)
			}
		}
	}
}

func (c *checker) firmwares() {
	fitted := false
	for i, f := range c.Firmwares {
		fitted = fitted || f.Version == c.Firmware
		for _, other := range c.Firmwares[:i] {
			if other.Version == f.Version {
				c.wrong(at{"firmwares"}.place(i), "firmware %s stands twice", f.Version)
			}
		}
	}
	if !fitted {
		c.wrong(at{"firmware"}, "no firmware %q under firmwares", c.Firmware)
	}
}

// roots looks at the root certificates: a firmware brings a version that there is, and versions rise.
func (c *checker) roots() {
	for i, s := range c.RootStores {
		if i > 0 && s.Version <= c.RootStores[i-1].Version {
			c.wrong(at{"rootStores"}.place(i).key("version"), "%s is no later version than the one before", s.Version)
		}
	}
	for i, f := range c.Firmwares {
		if _, known := c.RootStore(f.RootCertificateVersion); !known {
			c.wrong(
				at{"firmwares"}.place(i).key("rootCertificateVersion"),
				"no root certificates %q",
				f.RootCertificateVersion,
			)
		}
	}
}

// test looks at the messages of the connection test.
func (c *checker) test() {
	where := at{"connectionTest"}
	if !c.tables.Has(c.ConnectionTest.Busy) {
		c.wrong(where.key("busy"), "no message %q", c.ConnectionTest.Busy)
	}
	for _, value := range outcome.Advices() {
		id, told := c.ConnectionTest.Advice[string(value)]
		if !told || !c.tables.Has(id) {
			c.wrong(where.key("advice"), "no message %q for %s", id, value)
		}
	}
}

func (c *checker) languages(where at, languages []string) {
	known := c.tables.Languages()
	for i, language := range languages {
		if !slices.Contains(known, language) {
			c.wrong(where.place(i), "no language %q; there are: %s", language, strings.Join(known, ", "))
		}
	}
}

// label looks a label up and returns whether there is one.
func (c *checker) label(where at, name string) bool {
	if !c.tables.Has(locale.LabelID(name)) {
		c.wrong(where.key("label"), "no label %q", name)
		return false
	}
	return true
}

// tellApart looks at labels that stand beside each other: a person must be able to tell them apart.
func (c *checker) tellApart(where at, languages, names []string) {
	for _, language := range languages {
		shown := map[string]bool{}
		for i, name := range names {
			words := choice.Normalize(c.Texts(language).Label(name))
			if shown[words] {
				c.wrong(where.place(i).key("label"), "two keys are called %q in %q", words, language)
			}
			shown[words] = true
		}
	}
}

func (c *checker) menu(where at, items []MenuItem) {
	var names []string
	for i, item := range items {
		here := where.place(i)
		if c.label(here, item.Label) {
			names = append(names, item.Label)
		}
		if (item.Screen == "") == (len(item.Items) == 0) {
			c.wrong(here, "%s: a key leads to a screen or has items, one of the two", item.Label)
		}
		c.menu(here.key("items"), item.Items)
	}
	if len(names) == len(items) {
		c.tellApart(where, c.Panel.Languages, names)
	}
}

// settings looks at the values of Scan Settings.
func (c *checker) settings() {
	if full := (Outcome{Code: c.Mail.JobMemoryCode}); c.Mail.JobMemory > 0 && !c.tables.Has(full.StatusID()) {
		c.wrong(at{"mail", "jobMemoryCode"}, "jobMemory: no message %q", full.StatusID())
	}
	for i, s := range c.Mail.Settings {
		here := at{"mail", "settings"}.place(i)
		if !slices.Contains(s.Values, s.Default) {
			c.wrong(here.key("default"), "%s: the default %q is none of its values", s.Name, s.Default)
		}
		for n, value := range s.Values {
			_, err := strconv.Atoi(value)
			if number := err == nil; number != (s.Unit() != "") || !number && !c.tables.Has(locale.LabelID(value)) {
				c.wrong(here.key("values").place(n), "%s: the value %q does not belong there", s.Name, value)
			}
		}
	}
}

func (c *checker) tabs() {
	where := at{"webConfig", "tabs"}
	pages := map[string]bool{}
	for i, tab := range c.WebConfig.Tabs {
		c.links(where.place(i).key("items"), tab.Items, pages)
	}
	c.links(where, c.WebConfig.Tabs, nil)
	if first := c.WebConfig.Tabs[0].Page; !c.WebConfig.ShownToAll(first) {
		c.wrong(
			where.place(0).key("page"),
			"the page %q is the first that anybody sees, and not for everybody",
			first,
		)
	}
}

// links looks at links that stand beside each other and, where pages is not nil, at those below; pages are those that
// were seen.
func (c *checker) links(where at, items []WebItem, pages map[string]bool) {
	var names []string
	for i, item := range items {
		here := where.place(i)
		if c.label(here, item.Label) {
			names = append(names, item.Label)
		}
		if pages == nil { // tabs: each shows a page of its own, or first that of one of its items
			continue
		}
		if pages[item.Page] {
			c.wrong(here.key("page"), "the page %q stands twice in the menu", item.Page)
		}
		pages[item.Page] = true
		c.links(here.key("items"), item.Items, pages)
	}
	if len(names) == len(items) {
		c.tellApart(where, c.WebConfig.Languages, names)
	}
}

// sheet looks at the labels of the status sheet, and of the page that shows the network as it does.
func (c *checker) sheet() {
	known := func(where at, name string) {
		if !c.tables.Has(locale.LabelID(name)) {
			c.wrong(where, "no label %q", name)
		}
	}
	for i, name := range c.WebConfig.NetworkStatus {
		known(at{"webConfig", "networkStatus"}.place(i), name)
	}
	for i, part := range c.Sheet.Sections {
		here := at{"sheet", "sections"}.place(i)
		known(here.key("title"), part.Title)
		for n, name := range part.Rows {
			known(here.key("rows").place(n), name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Sheet.States)) {
		known(at{"sheet", "states"}.key(name), name)
		known(at{"sheet", "states"}.key(name), c.Sheet.States[name])
	}
}

// additional looks for what only a model with an additional network can show.
func (c *checker) additional() {
	if c.AdditionalNetwork != nil {
		return
	}
	const needs = "%s needs additionalNetwork"
	var pages func(where at, items []WebItem)
	pages = func(where at, items []WebItem) {
		for i, item := range items {
			switch item.Page {
			case "network-additional", "network-additional-basic", "email-server-network":
				c.wrong(where.place(i).key("page"), needs, item.Page)
			}
			pages(where.place(i).key("items"), item.Items)
		}
	}
	pages(at{"webConfig", "tabs"}, c.WebConfig.Tabs)
	var screens func(where at, items []MenuItem)
	screens = func(where at, items []MenuItem) {
		for i, item := range items {
			if item.Screen == "additional-network-status" {
				c.wrong(where.place(i).key("screen"), needs, item.Screen)
			}
			screens(where.place(i).key("items"), item.Items)
		}
	}
	screens(at{"panel", "menu"}, c.Panel.Menu)
}

func (c *checker) providers() {
	for i, p := range c.Providers {
		for _, other := range c.Providers[:i] {
			if other.Service == p.Service {
				c.wrong(at{"providers"}.place(i), "the service %q stands twice", p.Service)
			}
			if other.ToMyEmail != nil && p.ToMyEmail != nil {
				c.wrong(at{"providers"}.place(i).key("toMyEmail"), "another service has it too; users have one")
			}
		}
		if p.ToMyEmail != nil && p.ToMyEmail.ClientID == p.ClientID {
			c.wrong(at{"providers"}.place(i).key("toMyEmail").key("clientID"), "it is the printer's own application")
		}
	}
}

// outcomes looks at the table of codes: a row for every kind of outcome that the core has, and a text for every
// message.
func (c *checker) outcomes() {
	kinds := outcome.Kinds()
	rows := map[outcome.Kind]bool{}
	for i, row := range c.Outcomes {
		here := at{"outcomes"}.place(i)
		kind := outcome.Kind(row.Kind)
		switch {
		case !slices.Contains(kinds, kind):
			c.wrong(here.key("kind"), "the core has no outcome %q", row.Kind)
		case rows[kind]:
			c.wrong(here.key("kind"), "the outcome %q stands twice", row.Kind)
		}
		rows[kind] = true
		if row.PanelID() == "" {
			c.wrong(here, "%s: a row needs a code, or a message for the panel", row.Kind)
		}
		for _, text := range []struct{ key, id string }{
			{"code", row.StatusID()},
			{"code", row.SolutionID()},
			{"cloudCode", Outcome{Code: row.CloudCode}.StatusID()},
			{"cloudCode", Outcome{Code: row.CloudCode}.SolutionID()},
			{"panel", row.Panel},
			{"signIn", row.SignIn},
			{"test", row.Test},
			{"cloud", row.Cloud},
			{"pop3", row.POP3},
			{"oauth2", row.OAuth2},
		} {
			if text.id != "" && !c.tables.Has(text.id) {
				c.wrong(here.key(text.key), "%s: no message %q", row.Kind, text.id)
			}
		}
	}
	for _, kind := range kinds {
		if !rows[kind] {
			c.wrong(at{"outcomes"}, "there is no row for the outcome %s", kind)
		}
	}
}
