package panel

import (
	"slices"

	"mfpsim/choice"
	"mfpsim/screen"
	"mfpsim/sim/locale"
)

// ScreenFax is the screen of a fax, by its id.
const ScreenFax = "fax"

// fieldFax is the field of the number.
const fieldFax = "label.fax-number"

// fillFax shows the number and how many pages lie in the feeder.
func fillFax(p *Panel, texts *locale.Texts, s *screen.Screen) {
	row := fact(texts, fieldFax, p.form.typed[fieldFax])
	row.Icon = "fax"
	s.Rows = append(s.Rows, row)
	originals(p, texts, s)
}

func faxKeys(*Panel, *locale.Texts) []key {
	return []key{
		labeled("label.keypad", screen.Way, "kbd", func(p *Panel, _ *act) error { p.dial(); return nil }),
		opens("label.history", screen.Way, "clock", &faxed{}),
		labeled("label.start", screen.Main, "play", (*Panel).startFax),
	}
}

// dial opens the keypad for the number.
func (p *Panel) dial() {
	k := p.keyboardFor(fieldFax)
	k.value = p.form.typed[fieldFax]
	k.confirm = func(p *Panel, value string) {
		if p.enterNumber(value) != nil {
			p.message = notice{id: "fax-number-not-valid"}
			return
		}
		p.above = p.above[:len(p.above)-1]
	}
	p.above = append(p.above, k)
}

// enterNumber takes a number as people write it.
func (p *Panel) enterNumber(value string) error {
	number, ok := p.machine.Model().FaxServer.Number(value)
	if !ok {
		return &choice.Error{What: p.machine.Texts().Text(fieldFax), Wanted: value, Present: []string{"+49301234567"}}
	}
	p.form.set(fieldFax, number)
	return nil
}

func (p *Panel) startFax(a *act) error {
	number := p.form.typed[fieldFax]
	switch {
	case number == "":
		p.message = notice{id: "no-fax-number"}
	case p.machine.Originals() < 1:
		p.message = notice{id: "no-originals"}
	default:
		receipt, refusal := p.machine.StartFax(a.ctx, number, p.user)
		if refusal != "" {
			p.message = p.ofJob(refusal, receipt)
			return nil
		}
		p.job = receipt
	}
	return nil
}

// faxed are the numbers of the faxes before, the latest first: one of them is dialled again.
type faxed struct{}

func (*faxed) numbers(p *Panel) []string {
	var numbers []string
	fax := p.machine.Texts().Label("fax")
	for _, job := range p.machine.Jobs() {
		if job.Type == fax && !slices.Contains(numbers, job.To) && len(numbers) < p.machine.Model().Panel.JobsListed {
			numbers = append(numbers, job.To)
		}
	}
	return numbers
}

func (f *faxed) fill(p *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Kind, s.Title = screen.List, texts.Label("history")
	for _, number := range f.numbers(p) {
		s.Rows = append(
			s.Rows, screen.ListRow{Label: number, Icon: "clock", Key: number, On: number == p.form.typed[fieldFax]},
		)
	}
	if len(s.Rows) == 0 {
		s.Hint = texts.Text("no-history")
	}
}

func (f *faxed) keys(p *Panel, _ *locale.Texts) []key {
	var keys []key
	for _, number := range f.numbers(p) {
		keys = append(
			keys, key{Key: screen.Key{Label: number, Role: screen.Item}, press: func(p *Panel, _ *act) error {
				p.form.set(fieldFax, number)
				p.back()
				return nil
			}},
		)
	}
	return keys
}
