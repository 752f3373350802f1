package panel

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mfpsim/device"
	"mfpsim/screen"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
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
	to     []string          // recipients
	typed  map[string]string // other fields, by message id
	chosen map[string]string // values of settings, by name
}

// value is what is chosen for a setting.
func (f *scanForm) value(s models.Setting) string {
	if value, chosen := f.chosen[s.Name]; chosen {
		return value
	}
	return s.Default
}

// settings are the values of all settings.
func (p *Panel) settings() map[string]string {
	values := map[string]string{}
	for _, s := range p.machine.Model().Mail.Settings {
		values[s.Name] = p.form.value(s)
	}
	return values
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
	for _, setting := range p.machine.Model().Mail.Settings {
		row := fact(texts, locale.LabelID(setting.Name), valueText(texts, setting, p.form.value(setting)))
		row.Key = row.Label
		s.Rows = append(s.Rows, row)
	}
}

// valueText is a value as it is shown: "300 dpi".
func valueText(texts *locale.Texts, s models.Setting, value string) string {
	if unit := s.Unit(); unit != "" {
		return value + " " + unit
	}
	return texts.Label(value)
}

// choices is the list of a setting's values.
type choices struct{ setting models.Setting }

func (c *choices) fill(p *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Kind, s.Title = screen.List, texts.Label(c.setting.Name)
	for _, value := range c.setting.Values {
		words := valueText(texts, c.setting, value)
		s.Rows = append(s.Rows, screen.ListRow{Label: words, Key: words, On: value == p.form.value(c.setting)})
	}
}

func (c *choices) keys(p *Panel, _ *locale.Texts) []key {
	var keys []key
	for _, value := range c.setting.Values {
		k := key{Key: screen.Key{Role: screen.Item}, press: func(p *Panel, _ *act) error {
			if p.form.chosen == nil {
				p.form.chosen = map[string]string{}
			}
			p.form.chosen[c.setting.Name] = value
			p.back()
			return nil
		}}
		if c.setting.Unit() != "" {
			k.Label = value + " " + c.setting.Unit()
		} else {
			k.id = locale.LabelID(value)
		}
		keys = append(keys, k)
	}
	return keys
}

// removal is the label of the key that takes a recipient out.
func removal(texts *locale.Texts, to string) string { return texts.Label("remove") + ": " + to }

// settingKeys are those of subject, file name and the model's settings.
func settingKeys(p *Panel) []key {
	var keys []key
	for _, id := range []string{fieldSubject, fieldFile} {
		keys = append(keys, labeled(id, screen.Item, "", func(p *Panel, _ *act) error { p.write(id); return nil }))
	}
	for _, setting := range p.machine.Model().Mail.Settings {
		keys = append(keys, opens(locale.LabelID(setting.Name), screen.Item, "", &choices{setting}))
	}
	return keys
}

func scanKeys(p *Panel, texts *locale.Texts) []key {
	var keys []key
	if p.tab == tabSettings {
		keys = settingKeys(p)
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
		keys = append(
			keys,
			labeled("label.keyboard", screen.Way, "kbd", func(p *Panel, _ *act) error {
				p.write(fieldTo)
				return nil
			}),
			opens(
				"label.contacts",
				screen.Way,
				"person",
				&book{},
			),
			opens("label.history", screen.Way, "clock", &sentTo{}),
		)
	}
	return append(keys, labeled("label.start", screen.Main, "play", (*Panel).startScan))
}

// notTaken is a value that a field does not take.
type notTaken struct {
	id   string // message id of what the panel says
	text string // for who types without the keyboard
}

func (e *notTaken) Error() string { return e.text }

// enter takes what was typed into a field. The error is a [*notTaken]: the field then holds what it held.
func (p *Panel) enter(id, value string) error {
	most := p.machine.Model().Panel.FieldMaximum
	label := p.machine.Texts().Text(id)
	switch {
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		return &notTaken{"invalid-characters", label + " takes no control characters"}
	case utf8.RuneCountInString(value) > most:
		return &notTaken{"invalid-too-long", fmt.Sprintf("%s takes up to %d characters", label, most)}
	case id == fieldFax:
		return p.enterNumber(value)
	case id != fieldTo:
		p.form.set(id, value)
		p.tab = tabSettings
		return nil
	case !address(value):
		return &notTaken{"address-not-valid", fmt.Sprintf("%s: %q is not an email address", label, value)}
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
		p.begin(a.ctx, device.ScanRequest{Function: device.FunctionEmail, To: slices.Clone(p.form.to)})
	}
	return nil
}

// progress is how far the job is that the screen waits for.
func (p *Panel) progress(texts *locale.Texts) *screen.Progress {
	progress := &screen.Progress{Text: texts.Text("sending"), Detail: strings.Join(p.form.to, ", ")}
	if progress.Detail == "" {
		progress.Detail = p.form.typed[fieldFax]
	}
	if job, ok := p.jobOf(p.job); ok && job.Pages > 0 {
		progress.Detail = fmt.Sprintf("%s: %d · %s", texts.Label("pages"), job.Pages, job.To)
	}
	return progress
}
