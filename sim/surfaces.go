package sim

import (
	"mfpsim/journal"
	"mfpsim/sim/locale"
)

// The surfaces of a printer, as the record of the bench calls them.
const (
	surfacePanel     = "panel"
	surfaceSheet     = "status sheet"
	surfaceJobs      = "job history"
	surfaceWebConfig = "Web Config"
)

// textsOn are the texts of the panel's language for a surface that has it. Where English stands in for one of them, the
// record of the bench says so, once for each text and surface.
func (p *Printer) textsOn(surface string) *locale.Texts {
	texts := p.Texts()
	return texts.On(func(id string) { p.showsEnglish(surface, texts.Language(), id) })
}

func (p *Printer) showsEnglish(surface, language, id string) {
	key := surface + " " + language + " " + id
	p.mu.Lock()
	known := p.english[key]
	if p.english == nil {
		p.english = map[string]bool{}
	}
	p.english[key] = true
	p.mu.Unlock()
	if known {
		return
	}
	p.record(journal.Entry{
		Kind: journal.KindEnglish, Text: journal.Plain(surface + " shows " + id + " in English"),
		Detail: map[string]string{"surface": surface, "language": language, "message": id},
	})
}
