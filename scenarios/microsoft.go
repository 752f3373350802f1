package scenarios

import (
	"slices"

	"mfpsim/browser"
	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/guide"
)

// microsoftPage is a page in Microsoft's window. Scenarios name labels in English: beside the words of the page's
// language stand the English ones.
func (p *play) microsoftPage(page device.Page) device.Page {
	if p.pages == nil && p.lab.Language() == english {
		return page
	}
	inEnglish := func(list []string) []string {
		all := slices.Clone(list)
		for _, line := range list {
			if words := p.englishOnline(line); !slices.Contains(all, words) {
				all = append(all, words)
			}
		}
		return all
	}
	page.Lines, page.Buttons = inEnglish(page.Lines), inEnglish(page.Buttons)
	return page
}

// microsoftLabel is a label of a scenario as the page in the window has it: in its language, in the first words of the
// guide.
func (p *play) microsoftLabel(b *browser.Browser, label string) string {
	words, ok := p.lab.WordsOfPage(label)
	if !ok {
		return label
	}
	page := b.Page()
	if slices.Contains(page.Buttons, label) || slices.Contains(page.Fields, label) {
		return label
	}
	return words
}

// englishOnline are the English words of a line of Microsoft's pages. A person's browser may ask for another language
// than the bench began in.
func (p *play) englishOnline(line string) string {
	for _, language := range append([]string{p.lab.Language()}, guide.Languages()...) {
		if words, ok := fakeentra.English(language, line); ok && words != line {
			return words
		}
	}
	return line
}
