// Package languages has a text in the languages of the bench, which are those of the guide: English, Hindi and Greek.
package languages

// Text is a text in each of the languages, as a row of a table has it.
type Text struct {
	English string `yaml:"en"`
	Hindi   string `yaml:"hi"`
	Greek   string `yaml:"el"`
}

// In returns the text in a language; in English if the language is none of them.
func (t Text) In(language string) string {
	switch language {
	case "hi":
		return t.Hindi
	case "el":
		return t.Greek
	}
	return t.English
}
