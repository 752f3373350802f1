package laws

import (
	"fmt"
	"strings"

	"mfpsim/journal"
)

var wordLaws = []Law{
	{
		ID: "language", Says: "A surface that has a language shows each of its texts in it",
		Clause: "guide, its editions in Hindi and in Greek", judge: language,
	},
}

// language is broken where a device says itself that English stands in for a text. All of its texts are told: each has
// to be translated for itself.
func language(b *bench) (found []breach) {
	for _, h := range b.devices {
		first, texts := 0, []string(nil)
		for _, e := range h.events {
			if e.entry.Kind != journal.KindEnglish {
				continue
			}
			if first == 0 {
				first = e.entry.Number
			}
			d := e.entry.Detail
			texts = append(texts, fmt.Sprintf("%s (%s, %s)", d["message"], d["surface"], d["language"]))
		}
		if first > 0 {
			found = append(found, breaks(h.Name, first, "shows in English: %s", strings.Join(texts, "; ")))
		}
	}
	return found
}
