package panel

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"mfpsim/choice"
	"mfpsim/screen"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// keyboard is the on-screen keyboard over a field. Its letters are data ([models.Keyboard]).
type keyboard struct {
	field   string // message id of its label
	label   string // its label where it is that of a page of the email service
	value   string
	masked  bool
	note    string // message id; empty: none
	maximum int    // characters
	boards  []*models.Keyboard
	at      int // of boards
	shift   bool
	signs   bool
	confirm func(p *Panel, value string) // what OK does; it closes the keyboard if the value will do
}

// write opens the keyboard for a field of Scan > Email.
func (p *Panel) write(id string) {
	k := p.keyboardFor(id)
	if id != fieldTo {
		k.value = p.form.typed[id]
	}
	k.confirm = func(p *Panel, value string) {
		var refusal *notTaken
		if errors.As(p.enter(id, value), &refusal) {
			p.message = notice{id: refusal.id}
			return
		}
		p.above = p.above[:len(p.above)-1]
	}
	p.above = append(p.above, k)
}

// askPassword is the keyboard for the administrator's password (guide rule R25).
func (p *Panel) askPassword() *keyboard {
	k := p.keyboardFor(fieldPassword)
	k.masked = true
	if p.wanted != nil {
		k.note = "locked"
	}
	k.confirm = func(p *Panel, value string) {
		k.value = ""
		if !p.logIn("", value) {
			return
		}
		if wanted := p.wanted; wanted != nil {
			p.wanted = nil
			p.open, p.tab = append(p.open, wanted), 0
		}
	}
	return k
}

// keyboardFor is the keyboard of a field as the model has it.
func (p *Panel) keyboardFor(id string) *keyboard {
	model := p.machine.Model()
	field := model.Field(strings.TrimPrefix(id, "label."))
	k := &keyboard{field: id, maximum: field.Maximum, boards: model.KeyboardsOf(field)}
	for i, board := range k.boards { // the language of the panel first
		if board.Language == p.machine.Texts().Language() {
			k.at = i
		}
	}
	return k
}

// title is the label of the field.
func (k *keyboard) title(texts *locale.Texts) string {
	if k.label != "" {
		return k.label
	}
	return texts.Text(k.field)
}

// isOf reports whether a label is that of the field.
func (k *keyboard) isOf(texts *locale.Texts, label string) bool {
	if k.label != "" {
		return k.label == label
	}
	return texts.Is(label, k.field)
}

func (k *keyboard) done(p *Panel) error {
	k.confirm(p, k.value)
	return nil
}

// rows are the signs that are shown.
func (k *keyboard) rows() [][]string {
	board := k.boards[k.at]
	switch {
	case k.signs:
		return board.Signs
	case k.shift:
		return board.Shift
	}
	return board.Rows
}

// types reports whether a sign stands on a key of the field's alphabets; some signs are two characters: ज़.
func (k *keyboard) types(sign string) bool {
	return slices.ContainsFunc(k.boards, func(b *models.Keyboard) bool { return b.Types(sign) })
}

// sign types one sign, whether it stands on the keys that are shown or on others of the field's alphabets.
func (k *keyboard) sign(p *Panel, sign string) error {
	if !k.types(sign) {
		return &choice.Error{What: "key", Wanted: sign, Present: p.show().Labels()}
	}
	k.add(p, sign)
	return nil
}

// accents are the dead keys: each waits for its letter.
var accents = map[string]string{"΄": "\u0301", "¨": "\u0308", "΅": "\u0308\u0301"}

// add puts a sign behind what was typed. A letter after an accent takes it.
func (k *keyboard) add(p *Panel, sign string) {
	k.shift = false
	last, size := utf8.DecodeLastRuneInString(k.value)
	if accent, waits := accents[string(last)]; waits {
		if letter := norm.NFC.String(sign + accent); utf8.RuneCountInString(letter) == 1 {
			k.value = k.value[:len(k.value)-size] + letter
			return
		}
	}
	if utf8.RuneCountInString(k.value)+utf8.RuneCountInString(sign) > k.maximum {
		p.message = notice{id: "invalid-too-long"}
		return
	}
	k.value += sign
}

func (k *keyboard) keys(*Panel, *locale.Texts) []key {
	board := k.board()
	count := 2
	for _, row := range board {
		count += len(row)
	}
	keys := make([]key, 0, count)
	for _, row := range board {
		keys = append(keys, row...)
	}
	return append(keys,
		labeled("label.ok", screen.Main, "", func(p *Panel, _ *act) error { return k.done(p) }),
		labeled("label.cancel", screen.Cancel, "x", func(p *Panel, _ *act) error { p.back(); return nil }),
	)
}

// board are the keys of the keyboard: three rows of letters, a fourth between shift and erase, and the row of space.
func (k *keyboard) board() [][]key {
	letter := func(sign string) key {
		return key{Key: screen.Key{Label: sign, Role: screen.Letter}, press: func(p *Panel, _ *act) error {
			k.add(p, sign)
			return nil
		}}
	}
	shown := k.boards[k.at]
	rows := k.rows()
	board := make([][]key, 0, len(rows)+1)
	for n, signs := range rows {
		row := make([]key, 0, len(signs)+2)
		fourth := n == len(rows)-1
		if fourth && shown.Shift != nil {
			shift := labeled("label.shift", screen.Shift, "shift", func(*Panel, *act) error {
				k.shift, k.signs = !k.shift, false
				return nil
			})
			shift.On = k.shift
			row = append(row, shift)
		}
		for _, sign := range signs {
			row = append(row, letter(sign))
		}
		if fourth {
			row = append(row, k.erase())
		}
		board = append(board, row)
	}
	space := labeled("label.space", screen.Space, "", func(p *Panel, _ *act) error { k.add(p, " "); return nil })
	last := []key{letter(shown.Beside[0]), space, letter(shown.Beside[1])}
	if shown.Signs == nil {
		return append(board, last)
	}
	signs := key{Key: screen.Key{Label: shown.SignsKey, Role: screen.Signs, On: k.signs}}
	signs.press = func(*Panel, *act) error {
		k.signs, k.shift = !k.signs, false
		return nil
	}
	last = append(last, signs)
	if len(k.boards) > 1 {
		next := key{Key: screen.Key{Label: shown.Key, Role: screen.Alphas, Icon: "globe"}}
		next.press = func(*Panel, *act) error {
			k.at, k.shift, k.signs = (k.at+1)%len(k.boards), false, false
			return nil
		}
		last = append([]key{next}, last...)
	}
	return append(board, last)
}

// erase is the key that takes the last sign away.
func (k *keyboard) erase() key {
	return labeled("label.erase", screen.Erase, "bksp", func(*Panel, *act) error {
		_, size := utf8.DecodeLastRuneInString(k.value)
		k.value = k.value[:len(k.value)-size]
		return nil
	})
}

func (k *keyboard) fill(_ *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Kind = screen.Keyboard
	s.Title = k.title(texts)
	s.Field = &screen.Input{
		Label: s.Title, Value: k.value, Masked: k.masked, Maximum: k.maximum, Alphabet: k.boards[k.at].Name,
		Language: k.boards[k.at].Language,
	}
	if k.masked {
		s.Field.Value = strings.Repeat("•", utf8.RuneCountInString(k.value))
	}
	if k.note != "" {
		s.Field.Note = texts.Text(k.note)
	}
	for _, row := range k.board() {
		var shown []screen.Key
		for _, each := range row {
			each.Label = each.words(texts)
			shown = append(shown, each.Key)
		}
		s.Field.Board = append(s.Field.Board, shown)
	}
}
