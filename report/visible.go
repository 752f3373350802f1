package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible writes what a terminal would obey, in place of showing it, as \u001b: control characters, marks that turn the
// direction of writing, and bytes that are no UTF-8 as \x9b. Ends of lines and tabs stay.
func Visible(text string) string {
	if strings.IndexFunc(text, unseen) < 0 && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[at])
		case r == '\r' && strings.HasPrefix(text[at:], "\r\n"):
			b.WriteRune(r)
		case unseen(r) && r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08x`, r)
		case unseen(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		at += size
	}
	return b.String()
}

// joiners are invisible, and words of Indic scripts need them.
const joiners = "\u200c\u200d"

// unseen reports whether a character acts on the terminal or on the text around it.
func unseen(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' ||
		unicode.Is(unicode.Cf, r) && !strings.ContainsRune(joiners, r) || r == '\u2028' || r == '\u2029'
}
