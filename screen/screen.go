// Package screen is what a control panel shows, as data: one screen for the touch panel that is drawn, for the text
// that scenarios read and for the record of the bench. It uses the standard library only, and holds no secret: what is
// typed into a masked field is not in it.
package screen

import "strings"

// Kind says how a screen is laid out.
type Kind string

// The kinds of screens.
const (
	Home     Kind = "home"     // tiles
	List     Kind = "list"     // rows that lead on, or that are chosen from
	Facts    Kind = "facts"    // labels and their values
	Form     Kind = "form"     // what is to be done, with Start
	Job      Kind = "job"      // one job with its code and remedy
	Keyboard Kind = "keyboard" // a field that is typed into
	Page     Kind = "page"     // a page of the email service: texts, fields, boxes, and buttons at the foot
)

// Tone is what a row or message is about, besides its words.
type Tone string

// The tones. Green is for success only.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Bad   Tone = "bad"
	Warn  Tone = "warn" // a message that something is wrong
	Ask   Tone = "ask"  // a question
)

// Role is what a key is for.
type Role string

// The roles of keys.
const (
	Item    Role = "item"   // leads on, or chooses
	Main    Role = "main"   // does what the screen is for: Start, OK
	Cancel  Role = "cancel" // ends a job or leaves without doing it
	Way     Role = "way"    // one of several ways to fill in the screen
	Back    Role = "back"
	GoHome  Role = "home"
	Stop    Role = "stop" // on the casing
	LogIn   Role = "log-in"
	LogOut  Role = "log-out"
	LogOff  Role = "log-off" // of a user, where LogOut is the administrator's
	Box     Role = "box"     // ticks a box, or clears it
	Letter  Role = "letter"  // of the keyboard
	Shift   Role = "shift"
	Signs   Role = "signs"
	Alphas  Role = "alphabet" // the next alphabet
	Space   Role = "space"
	Erase   Role = "erase"
	Wake    Role = "wake"
	Remove  Role = "remove"
	Details Role = "details"
)

// Screen is one screen. Texts are in its language.
type Screen struct {
	Kind     Kind      `json:"kind"`
	Language string    `json:"language"`
	Path     []string  `json:"path"`  // labels of the keys that lead here
	Title    string    `json:"title"` // what stands large at its top
	Note     *ListRow  `json:"note,omitempty"`
	Tabs     []Tab     `json:"tabs,omitempty"`
	Rows     []ListRow `json:"rows,omitempty"`
	Hint     string    `json:"hint,omitempty"`     // a sentence below the rows
	Question bool      `json:"question,omitempty"` // Hint is asked in a dialog of its own
	Fields   []string  `json:"fields,omitempty"`   // labels of what can be typed into
	Field    *Input    `json:"field,omitempty"`
	Keys     []Key     `json:"keys,omitempty"`
	Message  *Dialog   `json:"message,omitempty"`  // lies over the screen
	Progress *Progress `json:"progress,omitempty"` // of a job that the screen waits for
	Bar      Bar       `json:"bar"`
	Idle     string    `json:"idle,omitempty"`   // how the printer is, at the foot of the home screen; not in the text
	Locked   bool      `json:"locked,omitempty"` // the padlock is shown: somebody can log in
	Words    Words     `json:"words"`
	Asleep   bool      `json:"asleep,omitempty"` // the glass is dark until it is touched
}

// Words are what the drawing needs besides the texts of a screen, in its language.
type Words struct {
	Screen   string `json:"screen"` // "Screen of the printer"
	Casing   string `json:"casing"` // "Keys of the printer"
	Home     string `json:"home"`
	Back     string `json:"back"`
	Stop     string `json:"stop"`
	PageUp   string `json:"pageUp"`
	PageDown string `json:"pageDown"`
	Keyboard string `json:"keyboard"`
	Locked   string `json:"locked"`
}

// Bar is the line at the top of every screen.
type Bar struct {
	Time    string `json:"time"`
	Date    string `json:"date"`
	Network string `json:"network"` // what the printer is connected by
	Padlock *Key   `json:"padlock,omitempty"`
	User    string `json:"user,omitempty"`   // name of who has logged in
	LogOff  *Key   `json:"logOff,omitempty"` // with User
}

// Tab is one of several lists of a screen.
type Tab struct {
	Label string `json:"label"`
	Count int    `json:"count,omitempty"`
	On    bool   `json:"on,omitempty"`
}

// ListRow is a line of a list.
type ListRow struct {
	Label  string `json:"label"`
	Value  string `json:"value,omitempty"`
	Detail string `json:"detail,omitempty"` // in a second line
	Icon   string `json:"icon,omitempty"`
	Tone   Tone   `json:"tone,omitempty"`
	Locked bool   `json:"locked,omitempty"` // kept for the administrator now
	On     bool   `json:"on,omitempty"`     // chosen
	Key    string `json:"key,omitempty"`    // label of the key that a touch presses; empty: none
	Role   Role   `json:"role,omitempty"`   // of that key; empty: Item
	Masked bool   `json:"masked,omitempty"` // what is typed here is a secret
}

// Key is something to press. It is named by its label.
type Key struct {
	Label string `json:"label"`
	Role  Role   `json:"role"`
	Icon  string `json:"icon,omitempty"`
	On    bool   `json:"on,omitempty"` // held down: shift
}

// Input is what the keyboard types into.
type Input struct {
	Label    string `json:"label"`
	Value    string `json:"value"` // bullets if it is masked
	Masked   bool   `json:"masked,omitempty"`
	Maximum  int    `json:"maximum"`        // characters
	Note     string `json:"note,omitempty"` // why it is asked for
	Language string `json:"language"`       // of the alphabet
	// Alphabet is the name of the one that is shown, Board its keys, row by row.
	Alphabet string  `json:"alphabet"`
	Board    [][]Key `json:"board"`
}

// Dialog is a message over the screen that it came from.
type Dialog struct {
	Tone  Tone   `json:"tone,omitempty"`
	Title string `json:"title,omitempty"`
	Text  string `json:"text"`
}

// Progress is how far a job is.
type Progress struct {
	Text   string `json:"text"`
	Detail string `json:"detail,omitempty"`
	Done   int    `json:"done"` // of Of; Of 0: nobody knows
	Of     int    `json:"of"`
}

// Heading is where the screen is, in words: "Scan > Email".
func (s *Screen) Heading() string { return strings.Join(s.Path, " > ") }

// Lines is what the screen says, one line each: what lies over a screen hides it.
func (s *Screen) Lines() []string {
	switch {
	case s.Progress != nil:
		return []string{s.Progress.Text} // what else is shown changes while one looks
	case s.Message != nil:
		return []string{s.Message.Text}
	}
	var lines []string
	if s.Bar.User != "" {
		lines = append(lines, s.Bar.User)
	}
	if s.Kind == Page {
		lines = append(lines, s.Title) // its own; that of another screen is the end of its path
	}
	for _, row := range s.Rows {
		if line := row.Line(); line != "" {
			lines = append(lines, line)
		}
	}
	if s.Note != nil {
		lines = append(lines, s.Note.Line())
	}
	if s.Hint != "" {
		lines = append(lines, s.Hint)
	}
	if f := s.Field; f != nil {
		if f.Note != "" {
			lines = append(lines, f.Note)
		}
		value := f.Value
		if value == "" {
			value = "-"
		}
		lines = append(lines, f.Label+" : "+value)
	}
	return lines
}

// Line is the row as text; nothing for one that is only a key.
func (r ListRow) Line() string {
	switch {
	case r.Role == Box && r.On:
		return "[x] " + r.Label
	case r.Role == Box:
		return "[ ] " + r.Label
	case r.Detail != "":
		return strings.TrimSuffix(r.Label+" | "+r.Detail+" | "+r.Value, " | ")
	case r.Value != "":
		return r.Label + " : " + r.Value
	case r.Key != "" && r.Key == r.Label:
		return ""
	}
	return r.Label
}

// Labels are the keys that can be pressed, in their order, but for the letters of the keyboard and what is on the
// casing only.
func (s *Screen) Labels() []string {
	var labels []string
	if s.Message == nil && s.Progress == nil {
		for _, tab := range s.Tabs {
			if !tab.On {
				labels = append(labels, tab.Label)
			}
		}
		for _, row := range s.Rows {
			if row.Key != "" {
				labels = append(labels, row.Key)
			}
		}
	}
	for _, key := range s.Keys {
		if key.Role != Stop && key.Role != Wake {
			labels = append(labels, key.Label)
		}
	}
	return labels
}

// Typed are the labels of the fields that can be typed into.
func (s *Screen) Typed() []string {
	switch {
	case s.Message != nil || s.Progress != nil:
		return nil
	case s.Field != nil:
		return []string{s.Field.Label}
	}
	return s.Fields
}

// Over reports whether something lies over the screen.
func (s *Screen) Over() bool { return s.Message != nil || s.Progress != nil }

// KeyOf returns the key of a role.
func (s *Screen) KeyOf(role Role) (Key, bool) {
	for _, key := range s.Keys {
		if key.Role == role {
			return key, true
		}
	}
	return Key{}, false
}
