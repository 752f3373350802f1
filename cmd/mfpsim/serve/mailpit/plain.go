package mailpit

import (
	"strings"

	"golang.org/x/net/html"
)

// plain is the text of HTML, without what is not shown.
func plain(source string) string {
	var text strings.Builder
	hidden := 0
	tokens := html.NewTokenizer(strings.NewReader(source))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return text.String()
		case html.TextToken:
			if hidden == 0 {
				text.Write(tokens.Text())
			}
		case html.StartTagToken:
			text.WriteString(" ")
			if name, _ := tokens.TagName(); isHidden(string(name)) {
				hidden++
			}
		case html.EndTagToken:
			text.WriteString(" ")
			if name, _ := tokens.TagName(); isHidden(string(name)) && hidden > 0 {
				hidden--
			}
		}
	}
}

func isHidden(name string) bool { return name == "script" || name == "style" || name == "head" }
