package wire

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mfpsim/journal"
)

// Command parts a line into its verb, in upper case, and the rest.
func Command(line string) (verb, arguments string) {
	verb, arguments, _ = strings.Cut(strings.TrimLeft(line, " \t"), " ")
	return strings.ToUpper(strings.TrimRight(verb, " \t")), strings.Trim(arguments, " \t")
}

// verbs are those of SMTP that the servers of this family know.
var verbs = []string{
	"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "HELP", "VRFY", "EXPN", "QUIT",
}

// Verbs returns the verbs of SMTP that the servers of this family know.
func Verbs() []string { return slices.Clone(verbs) }

// KnownVerb reports whether a verb, in upper case, is one of SMTP's.
func KnownVerb(verb string) bool { return slices.Contains(verbs, verb) }

// longestVerb is the longest unknown verb that the journal shows. A longer one may be a token that was sent at the
// wrong moment.
const longestVerb = 16

// CommandText is what the journal shows of a command line: nothing of what follows AUTH's mechanism, nothing of what
// follows a verb that is not known or that carries a secret (nil: none does).
func CommandText(line string, known, secret func(verb string) bool) journal.Text {
	verb, arguments := Command(line)
	switch {
	case verb == "AUTH":
		mechanism, response, more := strings.Cut(arguments, " ")
		head := strings.TrimLeft(line, " \t")[:len("AUTH")] + " "
		switch {
		case len(mechanism) > longestVerb:
			return journal.Plain("AUTH ").Add(journal.Hidden(arguments))
		case !more:
			return journal.Plain(strings.TrimRight(head+Printable(mechanism), " "))
		}
		return journal.Plain(head + Printable(mechanism) + " ").Add(journal.Hidden(response))
	case known(verb) && (secret == nil || !secret(verb)):
		return journal.Plain(Printable(line))
	case len(verb) > longestVerb:
		return journal.Hidden(line)
	case arguments == "":
		return journal.Plain(Printable(line))
	default:
		return journal.Plain(Printable(verb) + " ").Add(journal.Hidden(arguments))
	}
}

// AnswerText is what the journal shows of a SASL answer: nothing, but for the cancelling star and an empty line.
func AnswerText(line string) journal.Text {
	switch line {
	case "":
		return journal.Text{}
	case "*":
		return journal.Plain(line)
	}
	return journal.Hidden(line)
}

// Summary stands for a message in a transcript.
func Summary(size int64, subject string) string {
	text := "(a message of " + strconv.FormatInt(size, 10) + " octets"
	if subject != "" {
		text += ", Subject: " + Printable(subject)
	}
	return text + ")"
}

// Printable makes control characters and broken UTF-8 visible, so that a transcript keeps its lines.
func Printable(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, IsControl) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || IsControl(r) {
			for _, octet := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, "\\x%02x", octet)
			}
		} else {
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// IsControl reports whether a character would break a transcript.
func IsControl(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 }

// Stuff puts a dot before every line that begins with one (RFC 5321 §4.5.2, RFC 1939 §3). The text is to end with a
// line end, which is CRLF and nothing else.
func Stuff(text []byte) []byte { return stuff(text, "\r\n") }

// StuffLenient does the same for a reader that takes a bare line feed for a line end too.
func StuffLenient(text []byte) []byte { return stuff(text, "\n") }

func stuff(text []byte, lineEnd string) []byte {
	if len(text) > 0 && text[0] == '.' {
		text = append([]byte("."), text...)
	}
	return bytes.ReplaceAll(text, []byte(lineEnd+"."), []byte(lineEnd+".."))
}
