package mail

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// This file writes header fields. go-message's own writer puts encoded-words inside quotes (RFC 2047 §5 forbids it),
// leaves a long word on one line of up to 998 octets, and spells Mime-Version and Message-Id.

// lineLimit is the most octets of a header line, without its end: RFC 2047 §2 allows 76 to a line with an encoded-word,
// RFC 5322 §2.1.1 recommends 78 to any.
const lineLimit = 76

// field is a header field, folded between its words where the next one would pass the limit.
func field(name string, words ...string) []byte {
	var b strings.Builder
	b.WriteString(name + ":")
	length := len(name) + 1
	for i, word := range words {
		if i > 0 && length+1+len(word) > lineLimit {
			b.WriteString("\r\n")
			length = 0
		}
		b.WriteString(" " + word)
		length += 1 + len(word)
	}
	b.WriteString("\r\n")
	return []byte(b.String())
}

// listed are the words of an address list.
func listed(addresses ...string) []string {
	words := make([]string, len(addresses))
	for i, address := range addresses {
		words[i] = "<" + address + ">"
		if i < len(addresses)-1 {
			words[i] += ","
		}
	}
	return words
}

// phrased are the words of an unstructured field: the text as it is, or as encoded-words (RFC 2047).
func phrased(name, text string) []string {
	words := strings.Split(text, " ")
	plain := text == "" || !strings.Contains(text, "=?")
	for _, word := range words {
		if word == "" && text != "" || len(word) > lineLimit-len(name)-2 {
			plain = false // blanks at which a line would be folded are lost, and a long word cannot be folded
		}
	}
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			plain = false
		}
	}
	if plain {
		return words
	}
	return encodedWords(text, lineLimit-len(name)-2)
}

const (
	encodedHead = "=?utf-8?q?"
	encodedTail = "?="
	longestWord = 75 // RFC 2047 §2
)

// encodedWords writes a text as encoded-words, each with whole characters (RFC 2047 §5); first is the room on the first
// line.
func encodedWords(text string, first int) []string {
	var words []string
	var word strings.Builder
	room := min(first, longestWord) - len(encodedHead) - len(encodedTail)
	for _, r := range text {
		var letter strings.Builder
		for _, c := range []byte(string(r)) {
			switch {
			case c == ' ':
				letter.WriteByte('_')
			case c > ' ' && c <= '~' && c != '=' && c != '?' && c != '_':
				letter.WriteByte(c)
			default:
				fmt.Fprintf(&letter, "=%02X", c)
			}
		}
		if word.Len()+letter.Len() > room {
			words = append(words, encodedHead+word.String()+encodedTail)
			word.Reset()
			room = longestWord - len(encodedHead) - len(encodedTail)
		}
		word.WriteString(letter.String())
	}
	return append(words, encodedHead+word.String()+encodedTail)
}

// attached is Content-Disposition with a file name (RFC 2183), one parameter to a line. What ASCII cannot say, or a
// line cannot hold, stands in extended parameters (RFC 2231), in pieces if it is long, and before them, for programs
// that know no such parameters, a name in ASCII.
func attached(name string) []byte {
	parameters := []string{`filename="` + name + `"`}
	if fallback := asciiName(name); fallback != name {
		parameters = append([]string{`filename="` + fallback + `"`}, extended("filename", name)...)
	}
	return []byte("Content-Disposition: attachment;\r\n " + strings.Join(parameters, ";\r\n ") + "\r\n")
}

// extended writes a parameter by RFC 2231 §4, and by §3 in pieces where it is longer than a line.
func extended(name, value string) []string {
	const charset = "UTF-8''"
	const room = lineLimit - 2 // for the blank before it and the semicolon after it
	letters := make([]string, 0, len(value))
	whole := 0
	for _, r := range value {
		var letter strings.Builder
		for _, c := range []byte(string(r)) {
			if attributeCharacter(c) {
				letter.WriteByte(c)
			} else {
				fmt.Fprintf(&letter, "%%%02X", c)
			}
		}
		letters = append(letters, letter.String())
		whole += letter.Len()
	}
	if len(name)+len("*=")+len(charset)+whole <= room {
		return []string{name + "*=" + charset + strings.Join(letters, "")}
	}
	piece := name + "*0*=" + charset
	var pieces []string
	for _, letter := range letters {
		if len(piece)+len(letter) > room {
			pieces = append(pieces, piece)
			piece = fmt.Sprintf("%s*%d*=", name, len(pieces))
		}
		piece += letter
	}
	return append(pieces, piece)
}

// attributeCharacter: RFC 2231 §7 attribute-char, which stands for itself in an extended parameter.
func attributeCharacter(c byte) bool {
	return c > ' ' && c < 0x7F && !strings.ContainsRune("*'%()<>@,;:\\\"/[]?=", rune(c))
}
