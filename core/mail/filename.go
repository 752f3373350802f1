package mail

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// notInFileNames are the signs that Windows cannot save in a file name (Microsoft, "Naming Files, Paths, and
// Namespaces").
const notInFileNames = `\/:*?"<>|`

// reservedNames are those of devices in Windows, with any ending; the same page.
var reservedNames = []string{"CON", "PRN", "AUX", "NUL"}

// longestFileName is what file systems of Windows hold, in units of UTF-16.
const longestFileName = 255

// unnamed is an attachment of whose name nothing can be kept.
const unnamed = "file"

// fileName is a name under which the recipient can save a file, on Windows too: signs that cannot stand in one become
// underscores, as do those that turn the direction of writing, which make an ending look like another.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || strings.ContainsRune(notInFileNames, r) || unicode.Is(unicode.Bidi_Control, r) ||
			r == '\u2028' || r == '\u2029' {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(oneLine(name), "_"))
	name = strings.TrimLeft(strings.TrimRight(name, " ."), " ")
	if name == "" {
		return unnamed
	}
	if reserved(name) {
		name = "_" + name
	}
	return shortened(name, longestFileName, func(r rune) int { return utf16.RuneLen(r) })
}

// reserved reports whether Windows takes a name for that of a device.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	stem = strings.TrimRight(stem, " ")
	if slices.Contains(reservedNames, stem) {
		return true
	}
	number, of := strings.CutPrefix(stem, "COM")
	if !of {
		number, of = strings.CutPrefix(stem, "LPT")
	}
	return of && utf8.RuneCountInString(number) == 1 && strings.ContainsAny(number, "123456789¹²³")
}

// shortened cuts the part of a name before its ending until the whole has at most limit units.
func shortened(name string, limit int, units func(rune) int) string {
	total := 0
	for _, r := range name {
		total += units(r)
	}
	ending := path.Ext(name)
	if len(ending) > 16 { // no ending of a file
		ending = ""
	}
	stem := []rune(strings.TrimSuffix(name, ending))
	for total > limit && len(stem) > 0 {
		total -= units(stem[len(stem)-1])
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRight(string(stem), " ") + ending
}

// longestFallback keeps the fallback on a line of its own.
const longestFallback = 60

// asciiName is a file name in ASCII that a header line holds: what is not ASCII is an underscore, several in a row one.
func asciiName(name string) string {
	var b strings.Builder
	lost := false
	for _, r := range name {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			lost = false
		} else if !lost {
			b.WriteByte('_')
			lost = true
		}
	}
	ascii := b.String()
	if stem := strings.TrimSuffix(ascii, path.Ext(ascii)); ascii != name && strings.Trim(stem, "_") == "" {
		ascii = unnamed + path.Ext(ascii)
	}
	return shortened(ascii, longestFallback, func(rune) int { return 1 })
}
