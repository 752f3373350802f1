package panel

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mfpsim/device"
	"mfpsim/sim/facts"
	"mfpsim/sim/locale"
)

// screen is what the program can show; which models have it, where and under what key is data of the model.
type screen struct {
	lines  func(p *Panel, texts *locale.Texts) []string // what it shows
	keys   func(p *Panel, texts *locale.Texts) []key    // keys besides those of its children
	fields []string                                     // message ids of fields
}

// key is something to press that is no item of the menu.
type key struct {
	label string // message id; empty: words are all there is
	words string
	press func(p *Panel, act *act) error
}

// The fields of Scan > Email.
const (
	fieldTo      = "label.to"
	fieldSubject = "label.subject"
	fieldFile    = "label.file-name"
)

// The screens that others than a person look for, by their ids.
const (
	ScreenCopy             = "copy"
	ScreenScanToEmail      = "scan-to-email"
	ScreenPrintStatusSheet = "print-status-sheet"
)

// screens are all that there are, by the ids that models name (docs/reference/printer.md §3).
var screens = map[string]screen{
	ScreenCopy: {lines: originals, keys: startKey((*Panel).startCopy)}, ScreenScanToEmail: {lines: scanLines, keys: startKey((*Panel).startScan), fields: []string{fieldTo, fieldSubject, fieldFile}},
	ScreenPrintStatusSheet: {lines: sheetLines, keys: startKey((*Panel).printSheet)},
	"language":             {lines: languageLines, keys: languageKeys}, "date-and-time": {lines: dateLines},
	"wired-lan-wifi-status": {lines: networkLines}, "wifi-direct-status": {lines: wifiDirectLines},
	"email-server-status": {lines: emailLines}, "tcp-ip": {lines: tcpLines},
	"server-settings": {lines: serverSettingsLines}, "lock-setting": {lines: lockLines, keys: lockKeys},
	"job-status": {lines: jobLines, keys: jobKeys},
}

// Screens lists the ids of the screens, sorted.
func Screens() []string { return slices.Sorted(maps.Keys(screens)) }

func startKey(start func(p *Panel, a *act) error) func(*Panel, *locale.Texts) []key {
	return func(*Panel, *locale.Texts) []key { return []key{{label: "label.start", press: start}} }
}

func originals(p *Panel, texts *locale.Texts) []string {
	return []string{facts.Row{Label: texts.Label("pages"), Value: strconv.Itoa(p.machine.Originals())}.String()}
}

func scanLines(p *Panel, texts *locale.Texts) []string {
	var rows []facts.Row
	for _, to := range p.to {
		rows = append(rows, facts.Row{Label: texts.Label("to"), Value: to})
	}
	if len(p.to) == 0 {
		rows = append(rows, facts.Row{Label: texts.Label("to")})
	}
	subject, file := p.typed[fieldSubject], p.typed[fieldFile]
	if subject == "" {
		subject = p.machine.DefaultSubject()
	}
	if file == "" {
		file = p.machine.DefaultFile()
	}
	rows = append(rows,
		facts.Row{Label: texts.Label("subject"), Value: subject},
		facts.Row{Label: texts.Label("file-name"), Value: file})
	return append(facts.Lines(rows), originals(p, texts)...)
}

func networkLines(p *Panel, texts *locale.Texts) []string {
	return facts.Lines(p.machine.Facts().Network(texts))
}

func tcpLines(p *Panel, texts *locale.Texts) []string {
	return facts.Lines(p.machine.Facts().Network(texts)[2:])
}

func wifiDirectLines(_ *Panel, texts *locale.Texts) []string {
	return []string{facts.Row{Label: texts.Label("connection-mode"), Value: texts.Label("off")}.String()}
}

func emailLines(p *Panel, texts *locale.Texts) []string {
	return facts.Lines(p.machine.Facts().EmailServer(texts))
}

func serverSettingsLines(p *Panel, texts *locale.Texts) []string {
	return append(emailLines(p, texts), texts.Text("set-in-web-config"))
}

func sheetLines(_ *Panel, texts *locale.Texts) []string { return []string{texts.Text("M5")} }

func dateLines(p *Panel, texts *locale.Texts) []string {
	return []string{texts.Clock(p.machine.Facts().Now)}
}

func languageLines(_ *Panel, texts *locale.Texts) []string {
	return []string{facts.Row{Label: texts.Label("language"), Value: locale.NameOf(texts.Language())}.String()}
}

func languageKeys(p *Panel, _ *locale.Texts) []key {
	var keys []key
	for _, language := range p.machine.Model().Panel.Languages {
		choose := func(p *Panel, _ *act) error { return p.stored(p.machine.SetLanguage(language)) }
		keys = append(keys, key{words: locale.NameOf(language), press: choose})
	}
	return keys
}

func lockLines(p *Panel, texts *locale.Texts) []string {
	state := "off"
	if p.machine.Locked() {
		state = "on"
	}
	return []string{facts.Row{Label: texts.Label("lock-setting"), Value: texts.Label(state)}.String()}
}

func lockKeys(*Panel, *locale.Texts) []key {
	return []key{
		{label: "label.on", press: func(p *Panel, _ *act) error { return p.stored(p.machine.SetLocked(true)) }},
		{label: "label.off", press: func(p *Panel, _ *act) error {
			if p.machine.Locked() && !p.admin { // whoever locked it may still stand before this screen
				return device.ErrLocked
			}
			return p.stored(p.machine.SetLocked(false))
		}},
	}
}

// stored says on the panel that the memory has not taken a setting; it stays as it was.
func (p *Panel) stored(err error) error {
	if err != nil && !errors.Is(err, device.ErrPoweredOff) {
		p.message = "setting-not-stored"
		return nil
	}
	return err
}

func jobLines(p *Panel, texts *locale.Texts) []string {
	jobs := p.machine.Jobs()
	if len(jobs) == 0 {
		return []string{texts.Text("no-jobs")}
	}
	var lines []string
	for _, job := range jobs[:min(len(jobs), p.machine.Model().Panel.JobsListed)] {
		line := strings.Join(
			[]string{strconv.Itoa(job.Receipt), texts.Stamp(job.Time), job.Type, job.To, job.Result}, " | ",
		)
		if job.Code != "" {
			line += " " + job.Code
		}
		lines = append(lines, line)
	}
	return lines
}

// jobKeys has a key for each job of the list, named by its receipt number; it opens the job's details.
func jobKeys(p *Panel, _ *locale.Texts) []key {
	jobs := p.machine.Jobs()
	var keys []key
	for _, job := range jobs[:min(len(jobs), p.machine.Model().Panel.JobsListed)] {
		open := func(p *Panel, _ *act) error { p.detail = job.Receipt; return nil }
		keys = append(keys, key{words: strconv.Itoa(job.Receipt), press: open})
	}
	return keys
}

// detailLines are one job with its code, status and remedy (guide rules R43, R44).
func (p *Panel) detailLines(texts *locale.Texts) []string {
	for _, job := range p.machine.Jobs() {
		if job.Receipt != p.detail {
			continue
		}
		rows := []facts.Row{
			{Label: texts.Label("receipt-no"), Value: strconv.Itoa(job.Receipt)},
			{Label: texts.Label("date-time"), Value: texts.Stamp(job.Time)},
			{Label: texts.Label("type"), Value: job.Type},
			{Label: texts.Label("to"), Value: job.To},
			{Label: texts.Label("result"), Value: job.Result},
		}
		if job.Code != "" {
			rows = append(rows,
				facts.Row{Label: texts.Label("error-code"), Value: job.Code},
				facts.Row{Label: texts.Label("status"), Value: job.Status},
				facts.Row{Label: texts.Label("solution"), Value: job.Solution})
		}
		return facts.Lines(rows)
	}
	return []string{texts.Text("no-jobs")}
}
