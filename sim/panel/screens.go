package panel

import (
	"maps"
	"slices"
	"strconv"

	"mfpsim/device"
	"mfpsim/screen"
	"mfpsim/sim/locale"
)

// view is what the program can show; which models have it, where and under what key is data of the model.
type view struct {
	kind   screen.Kind
	fill   func(p *Panel, texts *locale.Texts, s *screen.Screen) // what it shows
	keys   func(p *Panel, texts *locale.Texts) []key             // keys besides those of its children
	fields []string                                              // message ids of fields
	tabs   []string                                              // message ids of tabs
}

// The screens that others than a person look for, by their ids.
const (
	ScreenCopy             = "copy"
	ScreenScanToEmail      = "scan-to-email"
	ScreenPrintStatusSheet = "print-status-sheet"
	ScreenToMyEmail        = "to-my-email"
)

// views are all that there are, by the ids that models name (docs/reference/printer.md §3).
var views = map[string]view{
	ScreenCopy: {kind: screen.Form, fill: originals, keys: startKey((*Panel).startCopy)},
	ScreenScanToEmail: {
		kind: screen.Form, fill: fillScan, keys: scanKeys, fields: []string{fieldTo, fieldSubject, fieldFile},
		tabs: []string{"label.recipient", "label.scan-settings"},
	},
	ScreenToMyEmail: {
		kind: screen.Form, fill: fillMine, keys: mineKeys, fields: []string{fieldSubject, fieldFile},
	},
	ScreenFax: {kind: screen.Form, fill: fillFax, keys: faxKeys, fields: []string{fieldFax}},
	"fax-server-status": {kind: screen.Facts, fill: func(p *Panel, texts *locale.Texts, s *screen.Screen) {
		s.Rows = factRows(p.machine.Facts().FaxServer(texts))
		signedIn(texts, s)
	}},
	ScreenPrintStatusSheet: {kind: screen.Form, fill: fillSheet, keys: startKey((*Panel).printSheet)},
	"language":             {fill: fillLanguages, keys: languageKeys},
	"date-and-time":        {kind: screen.Facts, fill: fillDate},
	"wired-lan-wifi-status": {kind: screen.Facts, fill: func(p *Panel, texts *locale.Texts, s *screen.Screen) {
		s.Rows = factRows(p.machine.Facts().Network(texts))
	}},
	"additional-network-status": {kind: screen.Facts, fill: func(p *Panel, texts *locale.Texts, s *screen.Screen) {
		s.Rows = factRows(p.machine.Facts().Additional(texts))
	}},
	"wifi-direct-status": {kind: screen.Facts, fill: func(_ *Panel, texts *locale.Texts, s *screen.Screen) {
		s.Rows = []screen.ListRow{fact(texts, "label.connection-mode", texts.Label("off"))}
	}},
	"email-server-status": {kind: screen.Facts, fill: fillEmail},
	"tcp-ip": {kind: screen.Facts, fill: func(p *Panel, texts *locale.Texts, s *screen.Screen) {
		s.Rows = factRows(p.machine.Facts().Network(texts)[2:])
	}},
	"server-settings": {kind: screen.Facts, fill: func(p *Panel, texts *locale.Texts, s *screen.Screen) {
		fillEmail(p, texts, s)
		s.Hint = texts.Text("set-in-web-config")
	}},
	"lock-setting": {fill: fillLock, keys: lockKeys},
	"job-status":   {fill: fillJobs, keys: jobKeys, tabs: []string{"label.job-history", "label.active-jobs"}},
}

// Screens lists the ids of the screens, sorted.
func Screens() []string { return slices.Sorted(maps.Keys(views)) }

func startKey(start func(p *Panel, a *act) error) func(*Panel, *locale.Texts) []key {
	return func(*Panel, *locale.Texts) []key {
		return []key{labeled("label.start", screen.Main, "play", start)}
	}
}

// originals says how many pages lie in the document feeder.
func originals(p *Panel, texts *locale.Texts, s *screen.Screen) {
	note := fact(texts, "label.pages", strconv.Itoa(p.machine.Originals()))
	note.Icon = "paper"
	s.Note = &note
}

// fillEmail shows the email server settings; a sign-in that is stored is the one success among them.
func fillEmail(p *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Rows = factRows(p.machine.Facts().EmailServer(texts))
	signedIn(texts, s)
}

func signedIn(texts *locale.Texts, s *screen.Screen) {
	for i, row := range s.Rows {
		if row.Label == texts.Label("current-status") {
			s.Rows[i].Tone, s.Rows[i].Icon = screen.Good, "ok"
		}
	}
}

// fillSheet asks before the sheet is printed (guide rule R27).
func fillSheet(_ *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Hint, s.Question = texts.Text("M5"), true
}

func fillDate(p *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Rows = []screen.ListRow{{Label: texts.Clock(p.machine.Facts().Now)}}
}

func fillLanguages(p *Panel, texts *locale.Texts, s *screen.Screen) {
	for _, language := range p.machine.Model().Panel.Languages {
		name := locale.NameOf(language)
		s.Rows = append(s.Rows, screen.ListRow{Label: name, Key: name, On: language == texts.Language()})
	}
	note := fact(texts, "label.language", locale.NameOf(texts.Language()))
	s.Note = &note
}

func languageKeys(p *Panel, _ *locale.Texts) []key {
	var keys []key
	for _, language := range p.machine.Model().Panel.Languages {
		choose := func(p *Panel, _ *act) error { return p.stored(p.machine.SetLanguage(language)) }
		keys = append(keys, key{Key: screen.Key{Label: locale.NameOf(language), Role: screen.Item}, press: choose})
	}
	return keys
}

func fillLock(p *Panel, texts *locale.Texts, s *screen.Screen) {
	state := "off"
	if p.machine.Locked() {
		state = "on"
	}
	for _, name := range []string{"on", "off"} {
		words := texts.Label(name)
		s.Rows = append(s.Rows, screen.ListRow{Label: words, Key: words, On: name == state})
	}
	note := fact(texts, "label.lock-setting", texts.Label(state))
	s.Note = &note
}

func lockKeys(*Panel, *locale.Texts) []key {
	return []key{
		labeled("label.on", screen.Item, "", func(p *Panel, _ *act) error { return p.stored(p.machine.SetLocked(true)) }),
		labeled("label.off", screen.Item, "", func(p *Panel, _ *act) error {
			if p.machine.Locked() && !p.admin { // whoever locked it may still stand before this screen
				return device.ErrLocked
			}
			return p.stored(p.machine.SetLocked(false))
		}),
	}
}
