package panel

import (
	"strconv"

	"mfpsim/device"
	"mfpsim/sim/facts"
	"mfpsim/sim/locale"
)

// item is one screen of the tree; its label is the key that leads to it.
type item struct {
	label    string // message id
	children []*item
	lines    func(p *Panel, texts *locale.Texts) []string // what it shows
	keys     func(p *Panel, texts *locale.Texts) []key    // keys besides those of its children
	fields   []string                                     // message ids of fields
}

// key is something to press that is no screen of the tree.
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

// newestJobs is how many jobs Job Status lists.
const newestJobs = 10

// root is the home screen with everything below it (docs/reference/printer.md §3).
var root = &item{label: "label.home", children: []*item{
	{label: "label.copy", lines: originals, keys: startKey((*Panel).startCopy)},
	{label: "label.scan", children: []*item{
		{label: "label.email", lines: scanLines, keys: startKey((*Panel).startScan), fields: []string{fieldTo, fieldSubject, fieldFile}},
	}},
	{label: "label.settings", children: []*item{
		{label: "label.general-settings", children: []*item{
			{label: "label.basic-settings", children: []*item{
				{label: "label.language", lines: languageLines, keys: languageKeys},
				{label: "label.date-and-time", lines: func(p *Panel, _ *locale.Texts) []string {
					return []string{facts.Clock(p.machine.Facts().Now)}
				}},
			}},
			{label: "label.network-settings", children: []*item{
				{label: "label.network-status", children: []*item{
					{label: "label.wired-lan-wifi-status", lines: networkLines},
					{label: "label.wifi-direct-status", lines: wifiDirectLines},
					{label: "label.email-server-status", lines: emailLines},
					{label: "label.print-status-sheet", lines: func(_ *Panel, texts *locale.Texts) []string {
						return []string{texts.Text("M5")}
					}, keys: startKey((*Panel).printSheet)},
				}},
				{label: "label.advanced", children: []*item{
					{label: "label.tcp-ip", lines: tcpLines},
					{label: "label.email-server", children: []*item{
						{label: "label.server-settings", lines: serverSettingsLines},
					}},
				}},
			}},
			{label: "label.system-administration", children: []*item{
				{label: "label.security-settings", children: []*item{
					{label: "label.admin-settings", children: []*item{
						{label: "label.lock-setting", lines: lockLines, keys: lockKeys},
					}},
				}},
			}},
		}},
	}},
	{label: "label.job-status-menu", children: []*item{
		{label: "label.job-status", lines: jobLines, keys: jobKeys},
	}},
}}

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
	rows = append(rows, facts.Row{Label: texts.Label("subject"), Value: subject}, facts.Row{Label: texts.Label("file-name"), Value: file})
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

func languageLines(_ *Panel, texts *locale.Texts) []string {
	return []string{facts.Row{Label: texts.Label("language"), Value: languageNames[texts.Language()]}.String()}
}

// languageNames are the languages in their own words, as language lists show them.
var languageNames = map[string]string{"en": "English", "hi": "हिन्दी", "el": "Ελληνικά"}

func languageKeys(p *Panel, _ *locale.Texts) []key {
	var keys []key
	for _, language := range p.machine.Languages() {
		keys = append(keys, key{words: languageNames[language], press: func(p *Panel, _ *act) error { return p.machine.SetLanguage(language) }})
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
		{label: "label.on", press: func(p *Panel, _ *act) error { return p.machine.SetLocked(true) }},
		{label: "label.off", press: func(p *Panel, _ *act) error {
			if p.machine.Locked() && !p.admin { // whoever locked it may still stand before this screen
				return device.ErrLocked
			}
			return p.machine.SetLocked(false)
		}},
	}
}

func jobLines(p *Panel, texts *locale.Texts) []string {
	jobs := p.machine.Jobs()
	if len(jobs) == 0 {
		return []string{texts.Text("no-jobs")}
	}
	var lines []string
	for _, job := range jobs[:min(len(jobs), newestJobs)] {
		line := strconv.Itoa(job.Receipt) + " | " + facts.Stamp(job.Time) + " | " + job.Type + " | " + job.To + " | " + job.Result
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
	for _, job := range jobs[:min(len(jobs), newestJobs)] {
		keys = append(keys, key{words: strconv.Itoa(job.Receipt), press: func(p *Panel, _ *act) error { p.detail = job.Receipt; return nil }})
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
			{Label: texts.Label("date-time"), Value: facts.Stamp(job.Time)},
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
