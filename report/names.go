package report

import (
	"fmt"
	"net/url"
	"strings"
)

// longestName is how long a part of an escaped name may be; file systems end at 255 bytes, and a number follows.
const longestName = 200

// EscapeName makes a file name of any text, and of another text always another one: letters, digits, ., -, @ and _
// stand for themselves, any other byte is %XX. What is longer than a file name may be goes on in a folder of that name.
// [UnescapeName] gives the text back.
func EscapeName(text string) string {
	var b strings.Builder
	length := 0
	for i := range len(text) {
		c := text[i]
		piece := string(c)
		if !plain(c) || c == '.' && length == 0 { // no hidden file, and no . or ..
			piece = fmt.Sprintf("%%%02X", c)
		}
		if length += len(piece); length > longestName {
			if c == '.' {
				piece = "%2E"
			}
			b.WriteByte('/')
			length = len(piece)
		}
		b.WriteString(piece)
	}
	return b.String()
}

func plain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(".-@_", c) >= 0
}

// UnescapeName gives the text that a name was made of.
func UnescapeName(name string) (string, error) {
	text, err := url.PathUnescape(strings.ReplaceAll(name, "/", ""))
	if err != nil {
		return "", fmt.Errorf("%q is no name that was made by escaping", name)
	}
	return text, nil
}
