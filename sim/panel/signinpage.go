package panel

import (
	"unicode/utf8"

	"mfpsim/browser"
	"mfpsim/screen"
	"mfpsim/sim/locale"
	"mfpsim/sim/window"
)

// signInPage is the page of the email service on the glass. It can be left by Close as by Back.
type signInPage struct {
	w    *window.Window
	need SignIn
	user string // ID
}

// Beside its main button so many buttons of a page stand at the foot of the screen, with so many characters together; a
// page with more has them in its text.
const (
	footButtons    = 2
	footCharacters = 24
)

func (s *signInPage) fill(_ *Panel, texts *locale.Texts, shown *screen.Screen) {
	state := s.w.State()
	shown.Kind = screen.Page
	if state.Busy || state.Page == nil {
		shown.Progress = &screen.Progress{Text: texts.Text("loading")}
		return
	}
	page := state.Page
	if page.Title != "" {
		shown.Title = page.Title
	}
	shown.Note = &screen.ListRow{Label: texts.Label("website"), Value: page.Host, Icon: "lock"}
	main, crowded := mainButton(page)
	for i, part := range page.Parts {
		row := screen.ListRow{Label: part.Text, Value: part.Value}
		switch part.Kind {
		case browser.Alert:
			row.Tone, row.Icon = screen.Bad, "warn"
		case browser.Field, browser.Password:
			row.Key, row.Masked = part.Text, part.Kind == browser.Password
			if row.Value == "" {
				row.Value = "-"
			}
			shown.Fields = append(shown.Fields, part.Text)
		case browser.Choice:
			row.Key = part.Text
			shown.Fields = append(shown.Fields, part.Text)
		case browser.Box:
			row.Key, row.On, row.Role = part.Text, part.On, screen.Box
		case browser.Link:
			row.Key = part.Text
		case browser.Button:
			if i == main || !crowded {
				continue
			}
			row.Key = part.Text
		}
		shown.Rows = append(shown.Rows, row)
	}
	if page.Cut {
		shown.Hint = texts.Text("page-cut")
	}
}

// mainButton is the place of a page's main button, -1 without one. crowded says that the others have no room beside it.
func mainButton(page *window.Page) (main int, crowded bool) {
	main = -1
	count, characters := 0, 0
	for i, part := range page.Parts {
		switch {
		case part.Kind != browser.Button:
		case part.Main && main < 0:
			main = i
		default:
			count++
			characters += utf8.RuneCountInString(part.Text)
		}
	}
	return main, count > footButtons || characters > footCharacters
}

func (s *signInPage) keys(*Panel, *locale.Texts) []key {
	var keys []key
	if state := s.w.State(); !state.Busy && state.Page != nil {
		main, _ := mainButton(state.Page)
		for i, part := range state.Page.Parts {
			k := key{Key: screen.Key{Label: part.Text, Role: screen.Item}}
			switch part.Kind {
			case browser.Field, browser.Password:
				k.press = func(p *Panel, _ *act) error { p.writeOnPage(s, part); return nil }
			case browser.Choice:
				k.press = func(p *Panel, _ *act) error { p.above = append(p.above, &pageChoices{s, part}); return nil }
			case browser.Box:
				k.press = func(*Panel, *act) error { return s.w.Toggle(part.Text) }
			case browser.Button, browser.Link:
				k.press = func(*Panel, *act) error { s.w.Press(part.Text); return nil }
				if i == main {
					k.Role = screen.Main
				}
			default:
				continue
			}
			keys = append(keys, k)
		}
	}
	leave := func(p *Panel, _ *act) error { p.back(); return nil }
	return append(keys, labeled("label.close", screen.Cancel, "x", leave))
}

// enter types into a field of the page, or chooses in it; known is false if it has no such field.
func (s *signInPage) enter(label, value string) (known bool, err error) {
	state := s.w.State()
	if state.Busy || state.Page == nil {
		return false, nil
	}
	if _, known = state.Page.Part(label, browser.Field, browser.Password, browser.Choice); known {
		err = s.w.Set(label, value)
	}
	return known, err
}

// writeOnPage opens the keyboard for a field of the page.
func (p *Panel) writeOnPage(s *signInPage, field browser.Element) {
	k := p.keyboardFor("label.website")
	k.label, k.masked = field.Text, field.Kind == browser.Password
	if !k.masked {
		k.value = field.Value
	}
	k.confirm = func(p *Panel, value string) {
		k.value = ""
		p.above = p.above[:len(p.above)-1]
		_ = s.w.Set(field.Text, value) // the page was not left while the keyboard lay over it
	}
	p.above = append(p.above, k)
}

// pageChoices is the list of what a field of the page offers.
type pageChoices struct {
	page  *signInPage
	field browser.Element
}

func (c *pageChoices) fill(_ *Panel, _ *locale.Texts, s *screen.Screen) {
	s.Kind, s.Title = screen.List, c.field.Text
	for _, option := range c.field.Options {
		s.Rows = append(s.Rows, screen.ListRow{Label: option, Key: option, On: option == c.field.Value})
	}
}

func (c *pageChoices) keys(*Panel, *locale.Texts) []key {
	var keys []key
	for _, option := range c.field.Options {
		keys = append(keys, key{Key: screen.Key{Label: option, Role: screen.Item}, press: func(p *Panel, _ *act) error {
			p.back()
			return c.page.w.Set(c.field.Text, option)
		}})
	}
	return keys
}
