package scenarios

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

var plainMarks = strings.NewReplacer("’", "'", "‘", "'", "\u00a0", " ")

// plain makes text comparable: white space runs together, ’ equals ', upper and lower case are one.
func plain(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(plainMarks.Replace(s)), " "))
}

// onLine reports whether all phrases stand on a line, in order, each as whole words.
func onLine(line string, phrases []string) bool {
	rest := plain(line)
	for _, phrase := range phrases {
		end := phraseEnd(rest, plain(phrase))
		if end < 0 {
			return false
		}
		rest = rest[end:]
	}
	return true
}

// phraseEnd finds a phrase of whole words in a text and returns where it ends, -1 if it is not there.
func phraseEnd(text, phrase string) int {
	if phrase == "" {
		return -1
	}
	for from := 0; ; {
		at := strings.Index(text[from:], phrase)
		if at < 0 {
			return -1
		}
		begin, end := from+at, from+at+len(phrase)
		before, _ := utf8.DecodeLastRuneInString(text[:begin])
		after, _ := utf8.DecodeRuneInString(text[end:])
		first, _ := utf8.DecodeRuneInString(phrase)
		last, _ := utf8.DecodeLastRuneInString(phrase)
		if !(joined(before) && joined(first) && begin > 0) && !(joined(last) && joined(after) && end < len(text)) {
			return end
		}
		_, size := utf8.DecodeRuneInString(text[begin:])
		from = begin + size
	}
}

// joined reports whether a letter would make a longer word with its neighbour. Marks count: Devanagari vowels are
// marks.
func joined(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// onWire reports whether all phrases stand on a line of a transcript, in order. On the wire there are no words:
// AADSTS53003 shows 53003.
func onWire(line string, phrases []string) bool {
	rest := plain(line)
	for _, phrase := range phrases {
		at := strings.Index(rest, plain(phrase))
		if at < 0 {
			return false
		}
		rest = rest[at+len(plain(phrase)):]
	}
	return true
}

// nearest picks the line that shares most with what was wanted; -1 if none shares a word.
func nearest(lines []string, wanted []string) int {
	want := pieces(strings.Join(wanted, " "))
	best, bestScore := -1, 0.0
	for i, l := range lines {
		have := pieces(l)
		shared := 0
		for w := range want {
			if have[w] {
				shared++
			}
		}
		if shared == 0 {
			continue
		}
		if score := 2 * float64(shared) / float64(len(want)+len(have)); score > bestScore {
			best, bestScore = i, score
		}
	}
	return best
}

func pieces(s string) map[string]bool {
	found := map[string]bool{}
	for _, w := range strings.FieldsFunc(plain(s), func(r rune) bool { return !joined(r) }) {
		found[w] = true
	}
	return found
}
