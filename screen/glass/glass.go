// Package glass draws a screen of a control panel as HTML: a touch panel of 800 by 480 points that scales as a whole,
// and is laid out anew where it is narrower than 560 CSS pixels. Each key is a button that sends key=LABEL by the form
// around it. The drawing has no script, no style and no address in it: [Style], [Script] and [Sprite] are the page's to
// serve, so that its policy can do without exceptions. It uses the standard library only.
package glass

import (
	"bytes"
	_ "embed" // for what is drawn with
	"html/template"
	"unicode"
	"unicode/utf8"

	"mfpsim/screen"
)

var (
	//go:embed glass.html
	source string
	//go:embed sprite.svg
	sprite string
	// Style is the style sheet.
	//
	//go:embed glass.css
	Style []byte
	// Script makes the page of a panel live; it needs the ids that the page of `mfpsim serve` has.
	//
	//go:embed glass.js
	Script []byte
)

var drawing = template.Must(template.New("").Funcs(template.FuncMap{
	"keyed": keyed, "sign": sign,
	"rowed": func(r screen.ListRow) template.HTMLAttr {
		role := r.Role
		if role == "" {
			role = screen.Item
		}
		return keyed(screen.Key{Label: r.Key, Role: role})
	},
	"tabbed":     func(t screen.Tab) template.HTMLAttr { return keyed(screen.Key{Label: t.Label, Role: screen.Item}) },
	"with_words": func(r screen.ListRow, w screen.Words) wordedRow { return wordedRow{r, w} },
}).Parse(source))

// wordedRow is a row with the words that the drawing itself needs.
type wordedRow struct {
	Row   screen.ListRow
	Words screen.Words
}

// keyed makes a button press a key: its attributes.
func keyed(k any) template.HTMLAttr {
	var key screen.Key
	switch k := k.(type) {
	case screen.Key:
		key = k
	case *screen.Key:
		key = *k
	}
	label := template.HTMLEscapeString(key.Label)
	return template.HTMLAttr( //nolint:gosec // escaped above; roles are constants
		`name="key" value="` + label + `" data-k="` + string(key.Role) + ":" + label + `"`)
}

// sign shows what combines with the letter before it on a circle, as keyboards do.
func sign(label string) string {
	if r, _ := utf8.DecodeRuneInString(label); unicode.In(r, unicode.Mn, unicode.Mc) {
		return "◌" + label
	}
	return label
}

// Sprite has the drawings of the icons; a page has it once.
func Sprite() template.HTML { return template.HTML(sprite) } //nolint:gosec // a file of this package

// HTML draws the glass for a page's template.
func HTML(s *screen.Screen) (template.HTML, error) { return drawn("glass", s) }

// Casing draws the keys below the glass: Home, Back and Stop.
func Casing(s *screen.Screen) (template.HTML, error) { return drawn("casing", s) }

func drawn(name string, s *screen.Screen) (template.HTML, error) {
	var b bytes.Buffer
	err := drawing.ExecuteTemplate(&b, name, view{s})
	return template.HTML(b.String()), err //nolint:gosec // made by the template
}

// view is a screen as the templates ask for it.
type view struct{ *screen.Screen }

// Key returns the key of a role; nil: the screen has none.
func (v view) Key(role screen.Role) *screen.Key {
	if key, ok := v.KeyOf(role); ok {
		return &key
	}
	return nil
}

// Place tells screens apart, so that focus and scrolling stay where they are on the same one.
func (v view) Place() string {
	place := string(v.Kind) + "|" + v.Heading() + "|" + v.Title
	for _, tab := range v.Tabs {
		if tab.On {
			place += "|" + tab.Label
		}
	}
	switch {
	case v.Message != nil:
		place += "|message"
	case v.Progress != nil:
		place += "|progress"
	}
	return place
}

// Above is the path above the title.
func (v view) Above() []string {
	if n := len(v.Path); n > 0 && v.Path[n-1] == v.Title {
		return v.Path[:n-1]
	}
	return v.Path
}

// Recipients reports whether the rows are people that something goes to, with ways to name more; under a dialog, which
// has keys of its own, the rows alone tell.
func (v view) Recipients() bool {
	return len(v.Ways()) > 0 || len(v.Rows) > 0 && v.Rows[0].Role == screen.Remove
}

// Ways are the keys with which more is filled in.
func (v view) Ways() []screen.Key { return v.of(screen.Way) }

// Foot are the keys at the bottom of a screen or dialog, the main one last.
func (v view) Foot() []screen.Key {
	return append(v.of(screen.Item, screen.Details, screen.Cancel), v.of(screen.Main)...)
}

func (v view) of(roles ...screen.Role) []screen.Key {
	var keys []screen.Key
	for _, key := range v.Keys {
		for _, role := range roles {
			if key.Role == role {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// coded is the place of the row with an error code; -1: there is none.
func (v view) coded() int {
	for i, row := range v.Rows {
		if row.Tone == screen.Bad && row.Detail == "" {
			return i
		}
	}
	return -1
}

// Code is the row of a job's error code.
func (v view) Code() *screen.ListRow {
	if i := v.coded(); i >= 0 {
		return &v.Rows[i]
	}
	return nil
}

// Why are the status and the remedy that follow the code.
func (v view) Why() []screen.ListRow {
	if i := v.coded(); i >= 0 {
		return v.Rows[i+1 : min(i+3, len(v.Rows))]
	}
	return nil
}

// Rest are the other rows of a job.
func (v view) Rest() []screen.ListRow {
	i := v.coded()
	if i < 0 {
		return v.Rows
	}
	return append(append([]screen.ListRow{}, v.Rows[:i]...), v.Rows[min(i+3, len(v.Rows)):]...)
}

// Percent is how much of a job is done.
func (v view) Percent() int { return 100 * v.Progress.Done / max(1, v.Progress.Of) }

// Sign is the icon of the message.
func (v view) Sign() string {
	switch v.Message.Tone {
	case screen.Good:
		return "ok"
	case screen.Warn, screen.Bad:
		return "warn"
	}
	return "info"
}

// casingKey is a key below the glass; without a label it does nothing now.
type casingKey struct {
	screen.Key
	Words string
}

// Casing are the keys below the glass.
func (v view) Casing() []casingKey {
	var keys []casingKey
	for _, fixed := range []struct {
		role        screen.Role
		icon, words string
	}{
		{screen.GoHome, "home", v.Words.Home}, {screen.Back, "back", v.Words.Back}, {screen.Stop, "stop", v.Words.Stop},
	} {
		k := casingKey{screen.Key{Role: fixed.role, Icon: fixed.icon}, fixed.words}
		if key := v.Key(fixed.role); key != nil {
			k.Label = key.Label
		}
		keys = append(keys, k)
	}
	return keys
}

// Announcement is what a screen reader is told of the screen: what is new on it.
func Announcement(s *screen.Screen) string {
	switch {
	case s.Asleep:
		return ""
	case s.Message != nil && s.Message.Title != "":
		return s.Message.Title + ". " + s.Message.Text
	case s.Message != nil:
		return s.Message.Text
	case s.Progress != nil:
		return s.Progress.Text
	case s.Question:
		return s.Title + ". " + s.Hint
	case s.Field != nil:
		return s.Field.Label + ": " + s.Field.Value
	}
	return s.Title
}
