package explain

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// nukta is the dot below a Devanagari letter, which the guide itself writes in one place and leaves out in another.
const nukta = '\u093c'

// plain is the form in which words are compared: small letters without accents, digits and Devanagari vowels, with one
// space between words. Quotation marks, pipes, bullets and the stars of bold text are gone.
func plain(text string) string {
	var b strings.Builder
	apart := false
	for _, r := range norm.NFD.String(text) {
		switch {
		case r == nukta || r >= 0x300 && r <= 0x36f || r == '\'' || r == '’' || r == 0x200c || r == 0x200d:
			continue // an accent, an apostrophe inside a word, a joiner
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if apart && b.Len() > 0 {
				b.WriteByte(' ')
			}
			apart = false
			if r = unicode.ToLower(r); r == 'ς' {
				r = 'σ'
			}
			b.WriteRune(r)
		default:
			apart = true
		}
	}
	return b.String()
}

// within reports whether plain words stand in a plain text, as whole words.
func within(text, words string) bool {
	return words != "" && strings.Contains(" "+text+" ", " "+words+" ")
}

func letters(text string) int { return len([]rune(text)) }

// isMark reports whether a sign begins or ends what people quote. An apostrophe may stand within a word.
func isMark(r rune) bool { return strings.ContainsRune("\"“”„«»‘`*_|", r) }

// pieces are the parts of what was pasted that may be something by themselves: the whole, its lines, the cells of a
// table row, the steps of a path, what stands in quotation marks. Each is in its plain form, and there once.
func pieces(text string) []string {
	var found []string
	seen := map[string]bool{"": true}
	add := func(part string) {
		if p := plain(part); !seen[p] {
			seen[p] = true
			found = append(found, p)
		}
	}
	add(text)
	for _, line := range strings.Split(text, "\n") {
		add(line)
		for _, cell := range strings.FieldsFunc(line, func(r rune) bool { return r == '|' || r == '>' || r == '\t' }) {
			add(cell)
		}
		for _, quoted := range strings.FieldsFunc(line, isMark) {
			add(quoted)
		}
	}
	return found
}

// languageOf is the language whose script a text has; "" for Latin letters and for none.
func languageOf(text string) string {
	greek, devanagari := 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Greek, r):
			greek++
		case unicode.Is(unicode.Devanagari, r):
			devanagari++
		}
	}
	switch {
	case greek > devanagari:
		return "el"
	case devanagari > 0:
		return "hi"
	}
	return ""
}
