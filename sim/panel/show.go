package panel

import (
	"slices"
	"strconv"
	"strings"

	"mfpsim/device"
	"mfpsim/screen"
	"mfpsim/sim/facts"
	"mfpsim/sim/locale"
)

// page is a screen that is no item of the menu: it lies above the one from which it was opened.
type page interface {
	fill(p *Panel, texts *locale.Texts, s *screen.Screen)
	keys(p *Panel, texts *locale.Texts) []key
}

// show draws what is shown now.
func (p *Panel) show() *screen.Screen {
	p.settle()
	texts := p.machine.Texts()
	s := &screen.Screen{Kind: screen.List, Language: texts.Language(), Asleep: p.asleep(), Locked: p.padlock()}
	for _, i := range p.way() {
		s.Path = append(s.Path, texts.Text(i.id()))
	}
	if len(s.Path) == 0 && !p.closedToAll() {
		s.Kind, s.Path = screen.Home, []string{texts.Text(p.root.id())}
	}
	s.Title = s.Path[len(s.Path)-1]
	if sub := p.sub(); sub != nil {
		sub.fill(p, texts, s)
	} else {
		p.fill(texts, s)
	}
	p.cover(texts, s)
	p.addKeys(texts, s)
	p.bar(texts, s)
	return s
}

// fill puts a screen of the menu on the glass.
func (p *Panel) fill(texts *locale.Texts, s *screen.Screen) {
	locked := false
	for _, child := range p.children() {
		words := texts.Text(child.id())
		row := screen.ListRow{Label: words, Key: words, Icon: child.Icon, Locked: p.closed(child)}
		locked = locked || row.Locked
		s.Rows = append(s.Rows, row)
	}
	shown := p.shown()
	if shown.kind != "" {
		s.Kind = shown.kind
	}
	for n, id := range shown.tabs {
		s.Tabs = append(s.Tabs, screen.Tab{Label: texts.Text(id), On: n == p.tab})
	}
	if shown.fill != nil {
		shown.fill(p, texts, s)
	}
	if locked {
		s.Hint = texts.Text("locked")
	}
	for _, id := range shown.fields {
		s.Fields = append(s.Fields, texts.Text(id))
	}
}

// cover lays a job's progress or a message over the screen.
func (p *Panel) cover(texts *locale.Texts, s *screen.Screen) {
	switch {
	case p.job != 0:
		s.Progress = p.progress(texts)
	case p.message.id != "":
		if p.machine.Originals() == 0 {
			s.Note = nil // behind the message that a mail was sent, no pages would read as if none had been
		}
		s.Message = &screen.Dialog{Text: texts.Text(p.message.id), Tone: screen.Warn}
		if tone, known := tones[p.message.id]; known {
			s.Message.Tone = tone
		}
		if job, ok := p.jobOf(p.message.receipt); ok && job.Code != "" {
			s.Message.Title = texts.Label("error-code") + " " + job.Code
		}
	}
}

// tones are those of messages that warn of nothing.
var tones = map[string]screen.Tone{
	"sent": screen.Good, "fax-sent": screen.Good, "copying-done": screen.Good, "printing-sheet": screen.Good, "send-canceled": screen.Ask,
	"M3": screen.Good,
}

// addKeys puts the keys on the screen that no row or tab stands for.
func (p *Panel) addKeys(texts *locale.Texts, s *screen.Screen) {
	var taken []string
	if !s.Over() {
		for _, row := range s.Rows {
			taken = append(taken, row.Key)
		}
		for _, tab := range s.Tabs {
			taken = append(taken, tab.Label)
		}
	}
	keys := p.keys()
	for i := range keys {
		k := &keys[i]
		k.Label = k.words(texts)
		if (k.Role == screen.Item || k.Role == screen.Remove) && slices.Contains(taken, k.Label) {
			continue
		}
		switch k.Role {
		case screen.Letter, screen.Shift, screen.Signs, screen.Alphas, screen.Space, screen.Erase:
			continue // they stand on the board
		case screen.LogIn, screen.LogOut:
			padlock := k.Key
			s.Bar.Padlock = &padlock
		case screen.LogOff:
			logOff := k.Key
			s.Bar.LogOff = &logOff
		}
		s.Keys = append(s.Keys, k.Key)
	}
}

func (p *Panel) bar(texts *locale.Texts, s *screen.Screen) {
	s.Words = screen.Words{
		Screen: texts.Text("screen-of-the-printer"), Casing: texts.Text("keys-of-the-printer"), Home: texts.Label("home"),
		Back: texts.Label("back"), Stop: texts.Label("stop"), PageUp: texts.Label("page-up"),
		PageDown: texts.Label("page-down"), Keyboard: texts.Label("keyboard"), Locked: texts.Label("padlock"),
	}
	if s.Kind == screen.Home {
		s.Idle = texts.Label("available") + " " + texts.Label("pages") + ": " + strconv.Itoa(p.machine.Originals())
	}
	now := p.machine.Now()
	s.Bar.Time = now.Format("15:04")
	s.Bar.Date = strings.TrimSpace(strings.Replace(texts.Stamp(now), s.Bar.Time, "", 1))
	s.Bar.Network = "LAN"
	if p.who != nil {
		s.Bar.User = p.who.Name
	}
}

// jobOf looks a job up by its receipt number.
func (p *Panel) jobOf(receipt int) (device.Job, bool) {
	if receipt == 0 {
		return device.Job{}, false
	}
	for _, job := range p.machine.Jobs() {
		if job.Receipt == receipt {
			return job, true
		}
	}
	return device.Job{}, false
}

// fact is a label with its value.
func fact(texts *locale.Texts, id, value string) screen.ListRow {
	return factRow(facts.Row{Label: texts.Text(id), Value: value})
}

func factRow(r facts.Row) screen.ListRow {
	if r.Value == "" {
		r.Value = "-"
	}
	return screen.ListRow{Label: r.Label, Value: r.Value}
}

func factRows(rows []facts.Row) []screen.ListRow {
	list := make([]screen.ListRow, len(rows))
	for i, r := range rows {
		list[i] = factRow(r)
	}
	return list
}
