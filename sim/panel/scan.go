package panel

import (
	"fmt"
	"slices"
	"strings"

	"mfpsim/device"
	"mfpsim/screen"
	"mfpsim/sim/locale"
)

// The fields that are typed into.
const (
	fieldTo       = "label.to"
	fieldSubject  = "label.subject"
	fieldFile     = "label.file-name"
	fieldPassword = "label.administrator-password"
)

// tabSettings is the tab Scan Settings of Scan > Email.
const tabSettings = 1

// scanForm is what is set on Scan > Email.
type scanForm struct {
	to    []string          // recipients
	typed map[string]string // other fields, by message id
}

// set keeps what was typed into a field.
func (f *scanForm) set(id, value string) {
	if f.typed == nil {
		f.typed = map[string]string{}
	}
	f.typed[id] = value
}

func fillScan(p *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Tabs[0].Count = len(p.form.to)
	if p.tab == tabSettings {
		p.fillSettings(texts, s)
	} else {
		p.fillRecipients(texts, s)
	}
	originals(p, texts, s)
}

func (p *Panel) fillRecipients(texts *locale.Texts, s *screen.Screen) {
	for _, to := range p.form.to {
		row := fact(texts, fieldTo, to)
		row.Key, row.Role, row.Icon = removal(texts, to), screen.Remove, "person"
		s.Rows = append(s.Rows, row)
	}
	if len(p.form.to) == 0 {
		s.Rows = append(s.Rows, fact(texts, fieldTo, ""))
	}
}

func (p *Panel) fillSettings(texts *locale.Texts, s *screen.Screen) {
	subject, file := p.form.typed[fieldSubject], p.form.typed[fieldFile]
	if subject == "" {
		subject = p.machine.DefaultSubject()
	}
	if file == "" {
		file = p.machine.DefaultFile()
	}
	for _, set := range []struct{ id, value string }{{fieldSubject, subject}, {fieldFile, file}} {
		row := fact(texts, set.id, set.value)
		row.Key = row.Label
		s.Rows = append(s.Rows, row)
	}
}

// removal is the label of the key that takes a recipient out.
func removal(texts *locale.Texts, to string) string { return texts.Label("remove") + ": " + to }

func scanKeys(p *Panel, texts *locale.Texts) []key {
	var keys []key
	if p.tab == tabSettings {
		for _, id := range []string{fieldSubject, fieldFile} {
			keys = append(keys, labeled(id, screen.Item, "", func(p *Panel, _ *act) error { p.write(id); return nil }))
		}
	} else {
		english := p.machine.Model().Texts(locale.English)
		for _, to := range p.form.to {
			keys = append(keys, key{
				Key:     screen.Key{Label: removal(texts, to), Role: screen.Remove, Icon: "x"},
				english: removal(english, to),
				press: func(p *Panel, _ *act) error {
					p.form.to = slices.DeleteFunc(p.form.to, func(other string) bool { return other == to })
					return nil
				},
			})
		}
		keys = append(keys, labeled("label.keyboard", screen.Way, "kbd", func(p *Panel, _ *act) error {
			p.write(fieldTo)
			return nil
		}))
	}
	return append(keys, labeled("label.start", screen.Main, "play", (*Panel).startScan))
}

// enter takes what was typed into a field.
func (p *Panel) enter(id, value string) error {
	most := p.machine.Model().Panel.FieldMaximum
	if len([]rune(value)) > most || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Errorf("%s takes up to %d characters and no control characters", p.machine.Texts().Text(id), most)
	}
	if id != fieldTo {
		p.form.set(id, value)
		p.tab = tabSettings
		return nil
	}
	if !address(value) {
		return fmt.Errorf("%s: %q is not an email address", p.machine.Texts().Text(id), value)
	}
	if !slices.Contains(p.form.to, value) {
		p.form.to = append(p.form.to, value)
	}
	p.tab = 0
	return nil
}

// addressExtra are the characters besides letters and digits that an address of the address book may have
// (docs/reference/printer.md §3.1).
const addressExtra = "!#$%&'*+-./=?^_{|}~@"

// address reports whether the panel takes a value as an e-mail address.
func address(value string) bool {
	local, domain, found := strings.Cut(value, "@")
	if !found || local == "" || domain == "" || strings.Contains(domain, "@") {
		return false
	}
	return !strings.ContainsFunc(value, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune(addressExtra, r)
	})
}

func (p *Panel) startScan(a *act) error {
	switch {
	case len(p.form.to) == 0:
		p.message, p.tab = notice{id: "no-recipient"}, 0
	case p.machine.Originals() < 1:
		p.message = notice{id: "no-originals"}
	default:
		request := device.ScanRequest{
			Function: device.FunctionEmail, To: slices.Clone(p.form.to), Subject: p.form.typed[fieldSubject],
			File: p.form.typed[fieldFile], Pages: p.machine.Originals(),
		}
		var refusal string
		p.job, refusal = p.machine.StartScan(a.ctx, request)
		p.message = notice{id: refusal}
	}
	return nil
}

// progress is how far the job is that the screen waits for.
func (p *Panel) progress(texts *locale.Texts) *screen.Progress {
	return &screen.Progress{Text: texts.Text("sending")}
}
