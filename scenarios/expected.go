package scenarios

import (
	"context"
	"strings"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/guide"
)

// lexicon gives the words that a surface is to show for the words of a script.
type lexicon func(args []string) ([]string, error)

// asWritten is for what has no language: the wire, Microsoft's logs.
func asWritten(args []string) ([]string, error) { return args, nil }

// panelWords are for what the printer shows in the language of its panel: screens, the sheet, the job history.
func (p *play) panelWords(args []string) ([]string, error) { return p.words(p.language, args) }

// webWords are for Web Config.
func (p *play) webWords(args []string) ([]string, error) {
	return p.words(guide.WebConfigLanguage(p.language), args)
}

// browserWords are for Microsoft's pages, beside whose words [play.microsoftPage] puts the English ones.
func (p *play) browserWords(args []string) ([]string, error) { return p.words(english, args) }

// words looks messages (@M1) and labels up: in the guide, so that a wrong word of the printer's is not expected; what
// the guide does not print, and what the model calls otherwise on purpose, in the device's words; what neither has
// stays as it is.
func (p *play) words(language string, args []string) ([]string, error) {
	words, err := p.deviceWords(language)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, arg := range args {
		name, is := strings.CutPrefix(arg, "@")
		if !is || strings.Contains(name, "@") {
			found = append(found, labelOf(words, language, arg))
			continue
		}
		text, err := messageOf(words, language, name)
		if err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return found, nil
}

func messageOf(words device.Words, language, name string) (string, error) {
	if !words.IsOwn(name) {
		for _, says := range []func(language, name string) (string, bool){guide.Message, guide.Composed} {
			if text, known := says(language, name); known {
				return text, nil
			}
		}
	}
	return words.Message(name)
}

// labelOf is for every surface: in a language that Web Config lacks, Web Config is asked in English ([play.webWords]).
func labelOf(words device.Words, language, arg string) string {
	if words.IsOwn(arg) {
		return words.Translate(arg)
	}
	if text, known := guide.OnPanel(language, arg); known {
		if choice.Normalize(text) == choice.Normalize(arg) {
			return arg
		}
		return text
	}
	return words.Translate(arg)
}

// rowWords are for a row of the job history. A code stands for all that the guide says of it: status and solution
// follow it on the row, in the language. Of a code that the guide lacks they are the device's.
func (p *play) rowWords(args []string) ([]string, error) {
	words, err := p.deviceWords(p.language)
	if err != nil {
		return nil, err
	}
	var whole []string
	for i := 0; i < len(args); i++ {
		whole = append(whole, args[i])
		if _, known := guide.Codes(english)[args[i]]; i == 0 && !known {
			continue // it may be the receipt number
		}
		for _, sentence := range sentencesOf(words, p.language, args[i]) {
			whole = append(whole, sentence)
			if i+1 < len(args) &&
				choice.Normalize(labelOf(words, p.language, args[i+1])) == choice.Normalize(sentence) {
				i++ // the script says it too
			}
		}
	}
	return p.panelWords(whole)
}

// sentencesOf are status and solution of a code; none for words that are no code.
func sentencesOf(words device.Words, language, code string) []string {
	var sentences []string
	for _, what := range []string{".status", ".solution"} {
		if text, err := messageOf(words, language, "code."+code+what); err == nil {
			sentences = append(sentences, text)
		}
	}
	return sentences
}

// deviceWords are the words of the printer in a language. They do not change: a printer is asked once.
func (p *play) deviceWords(language string) (device.Words, error) {
	key := p.printer + " " + language
	if words, known := p.texts[key]; known {
		return words, nil
	}
	d, err := p.device()
	if err != nil {
		return device.Words{}, err
	}
	err = p.do(func(ctx context.Context) error {
		words, err := d.Words(ctx, language)
		if err == nil {
			p.texts[key] = words
		}
		return err
	})
	return p.texts[key], err
}
