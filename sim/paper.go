package sim

import (
	"slices"
	"time"

	"mfpsim/device"
	"mfpsim/sim/scanner"
	"mfpsim/sim/sheet"
)

// sheetsKept is how many printed sheets a printer remembers.
const sheetsKept = 10

// printedSheet is one sheet of paper that lies beside the printer.
type printedSheet struct {
	number  int // of the printing, from 1
	printed time.Time
	sheet   sheet.Sheet
}

func (p *Printer) keepSheet(s sheet.Sheet, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	number := 1
	if n := len(p.sheets); n > 0 {
		number = p.sheets[n-1].number + 1
	}
	p.sheets = append(p.sheets, printedSheet{number, at, s})
	if len(p.sheets) > sheetsKept {
		p.sheets = append([]printedSheet(nil), p.sheets[1:]...)
	}
}

// Sheets returns the network status sheets that were printed, the newest first. The last ten are kept, as paper is,
// whatever becomes of the power.
func (p *Printer) Sheets() []device.Sheet {
	p.mu.Lock()
	defer p.mu.Unlock()
	sheets := make([]device.Sheet, 0, len(p.sheets))
	for _, s := range slices.Backward(p.sheets) {
		sheets = append(sheets, device.Sheet{
			Number: s.number, Printed: s.printed, Text: s.sheet.String(), Page: s.sheet.Page(),
		})
	}
	return sheets
}

// LoadOriginals lays pages into the document feeder.
func (p *Printer) LoadOriginals(pages int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.originals, p.paper = max(0, pages), scanner.Originals{}
}

// LayOriginals lays paper of a size into the document feeder, or puts a picture on the glass.
func (p *Printer) LayOriginals(o device.Originals) error {
	paper := scanner.Originals{Size: o.Size}
	if err := scanner.CheckSize(o.Size); err != nil {
		return err
	}
	if o.Picture != nil {
		picture, err := scanner.Picture(o.Picture)
		if err != nil {
			return err
		}
		paper.Picture, o.Pages = picture, 1
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.originals, p.paper = max(0, o.Pages), paper
	return nil
}
