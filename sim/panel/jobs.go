package panel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mfpsim/device"
	"mfpsim/screen"
	"mfpsim/sim/locale"
)

// tabActive is the tab of Job Status with the jobs that are under way.
const tabActive = 1

// listed are the jobs of the tab that is open, newest first.
func (p *Panel) listed() []device.Job {
	var list []device.Job
	for _, job := range p.machine.Jobs() {
		if len(list) == p.machine.Model().Panel.JobsListed {
			break
		}
		if p.tab != tabActive || job.State == device.JobRunning {
			list = append(list, job)
		}
	}
	return list
}

func fillJobs(p *Panel, texts *locale.Texts, s *screen.Screen) {
	jobs := p.listed()
	if len(jobs) == 0 {
		s.Hint = texts.Text("no-jobs")
	}
	for _, job := range jobs {
		row := screen.ListRow{
			Label: fmt.Sprintf("%d  %s", job.Receipt, job.Type), Detail: texts.Stamp(job.Time), Value: job.Result,
			Icon: "clock", Key: strconv.Itoa(job.Receipt),
		}
		if job.To != "" {
			row.Detail += "  " + job.To
		}
		switch {
		case job.Code != "":
			row.Value += " " + job.Code
			row.Tone, row.Icon = screen.Bad, "warn"
		case job.State == device.JobCompleted:
			row.Tone, row.Icon = screen.Good, "ok"
		case job.State == device.JobCanceled:
			row.Icon = "x"
		}
		s.Rows = append(s.Rows, row)
	}
}

// jobKeys has a key for each job of the list, named by its receipt number; it opens the job's details.
func jobKeys(p *Panel, _ *locale.Texts) []key {
	var keys []key
	for _, job := range p.listed() {
		open := func(p *Panel, _ *act) error { p.above = append(p.above, &jobDetail{job.Receipt}); return nil }
		keys = append(keys, key{Key: screen.Key{Label: strconv.Itoa(job.Receipt), Role: screen.Item}, press: open})
	}
	return keys
}

// jobDetail is one job with its code, status and remedy (guide rules R43, R44).
type jobDetail struct{ receipt int }

func (d *jobDetail) keys(*Panel, *locale.Texts) []key { return nil }

func (d *jobDetail) fill(p *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Kind = screen.Job
	job, ok := p.jobOf(d.receipt)
	if !ok {
		s.Hint = texts.Text("no-jobs")
		return
	}
	s.Title = fmt.Sprintf("%s %d", job.Type, job.Receipt)
	s.Rows = []screen.ListRow{
		fact(texts, "label.receipt-no", strconv.Itoa(job.Receipt)),
		fact(texts, "label.date-time", texts.Stamp(job.Time)),
	}
	if !job.Ended.IsZero() {
		s.Rows = append(s.Rows, fact(texts, "label.completed-at", texts.Stamp(job.Ended)))
	}
	s.Rows = append(s.Rows, fact(texts, "label.type", job.Type))
	if job.From != "" {
		s.Rows = append(s.Rows, fact(texts, "label.from", job.From))
	}
	s.Rows = append(s.Rows, fact(texts, "label.to", job.To))
	if job.Pages > 0 {
		s.Rows = append(s.Rows, fact(texts, "label.pages", pagesOf(job)))
	}
	s.Rows = append(s.Rows, fact(texts, "label.result", job.Result))
	if job.Code != "" {
		code := fact(texts, "label.error-code", job.Code)
		code.Tone = screen.Bad
		s.Rows = append(s.Rows, code,
			fact(texts, "label.status", job.Status), fact(texts, "label.solution", job.Solution))
	}
	if len(job.Refused) > 0 {
		s.Rows = append(s.Rows, fact(texts, "label.not-accepted", strings.Join(job.Refused, ", ")))
		s.Rows = append(s.Rows, perRecipient(texts, job)...)
	}
}

// pagesOf is how many of a job's pages went out: "2/2".
func pagesOf(job device.Job) string { return fmt.Sprintf("%d/%d", job.Sent, job.Pages) }

// perRecipient says of each recipient whether she gets what was sent.
func perRecipient(texts *locale.Texts, job device.Job) []screen.ListRow {
	var rows []screen.ListRow
	for _, to := range recipients(job) {
		row := screen.ListRow{Label: to, Value: texts.Label("refused"), Icon: "warn", Tone: screen.Warn}
		refused := func(r string) bool { // "bob@example.com (550 5.1.1)"
			return r == to || strings.HasPrefix(r, to+" ")
		}
		if !slices.ContainsFunc(job.Refused, refused) && job.State == device.JobPartly {
			row.Value, row.Icon, row.Tone = texts.Label("sent"), "ok", screen.Good
		}
		rows = append(rows, row)
	}
	return rows
}
