// Package jobs keeps the printer's job history (guide rules R43, R44) in memory that survives power-off.
package jobs

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"mfpsim/device"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// Result is how far a job is; its value is a label's name.
type Result string

// The results of a job.
const (
	Running   Result = "in-progress"
	Completed Result = "completed"
	Partly    Result = "sent-in-part" // some recipients were refused, the others have it
	Failed    Result = "error"
	Canceled  Result = "canceled"
)

// Store is where the history is kept while the power is off.
type Store interface {
	// Load returns what was saved last, nil if nothing was.
	Load() ([]byte, error)
	Save(data []byte) error
}

// Record is one job as it is stored. Texts are looked up when it is shown, in the language of that moment.
type Record struct {
	Receipt int       `json:"receipt"`
	Time    time.Time `json:"time"` // by the printer's clock, when it was started
	Type    string    `json:"type"` // a label's name: "email", "copy"
	To      string    `json:"to,omitempty"`
	Result  Result    `json:"result"`
	Code    string    `json:"code,omitempty"` // of the model's table; empty without error
	From    string    `json:"from,omitempty"` // who was logged in at the panel
	Pages   int       `json:"pages,omitempty"`
	File    string    `json:"file,omitempty"` // names, parted by commas
	Ended   time.Time `json:"ended,omitzero"` // by the printer's clock
	// Refused are the recipients that the mail server did not accept, each with its reply's numbers.
	Refused []string `json:"refused,omitempty"`
}

// History is the list of jobs, oldest first. Its methods are safe for concurrent use.
type History struct {
	mu     sync.Mutex
	store  Store
	limit  int
	file   file
	broken error // the memory could not be read or written the last time
}

// file is the layout in memory.
type file struct {
	Schema int      `json:"schema"`
	Last   int      `json:"last"` // receipt number that was given out last
	Jobs   []Record `json:"jobs"`
}

const schema = 1

// Open reads the history, as the printer does when it is switched on. Jobs that were under way then are recorded with
// the model's code for an interruption; interrupted is told of each before. A history that cannot be read is begun
// anew; Broken tells why.
func Open(store Store, limit int, interruption string, interrupted func(Record)) *History {
	h := &History{store: store, limit: limit, file: file{Schema: schema}}
	data, err := store.Load()
	if err != nil {
		h.broken = fmt.Errorf("read the job history: %w", err)
		return h
	}
	if data == nil {
		return h
	}
	var read file
	if err := json.Unmarshal(data, &read); err != nil || read.Schema != schema {
		h.broken = fmt.Errorf("the job history in memory is damaged and was begun anew")
		return h
	}
	h.file = read
	found := false
	for i := range h.file.Jobs {
		if h.file.Jobs[i].Result == Running {
			h.file.Jobs[i].Result, h.file.Jobs[i].Code, found = Failed, interruption, true
			interrupted(h.file.Jobs[i])
		}
	}
	if found {
		h.save()
	}
	return h
}

// Broken tells what was wrong with the memory the last time it was used; nil if nothing was.
func (h *History) Broken() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.broken
}

// Add records a job and returns its receipt number.
func (h *History) Add(r Record) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.file.Last++
	r.Receipt = h.file.Last
	h.file.Jobs = append(h.file.Jobs, r)
	if len(h.file.Jobs) > h.limit {
		h.file.Jobs = h.file.Jobs[len(h.file.Jobs)-h.limit:]
	}
	h.save()
	return r.Receipt
}

// End records how and when a job ended, and who does not get what was sent.
func (h *History) End(receipt int, at time.Time, result Result, code string, refused ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.file.Jobs {
		if h.file.Jobs[i].Receipt == receipt {
			h.file.Jobs[i].Result, h.file.Jobs[i].Code, h.file.Jobs[i].Refused = result, code, refused
			h.file.Jobs[i].Ended = at
		}
	}
	h.save()
}

// Get returns a job by its receipt number.
func (h *History) Get(receipt int) (Record, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.file.Jobs {
		if r.Receipt == receipt {
			return r, true
		}
	}
	return Record{}, false
}

// states are the results as any device has them.
var states = map[Result]device.JobState{
	Running: device.JobRunning, Completed: device.JobCompleted, Failed: device.JobFailed, Canceled: device.JobCanceled,
	Partly: device.JobPartly,
}

// View returns the jobs as people see them, newest first.
func (h *History) View(texts *locale.Texts) []device.Job {
	h.mu.Lock()
	defer h.mu.Unlock()
	view := make([]device.Job, 0, len(h.file.Jobs))
	for i := len(h.file.Jobs) - 1; i >= 0; i-- {
		r := h.file.Jobs[i]
		job := device.Job{
			Receipt: r.Receipt, Time: r.Time, Type: texts.Label(r.Type), To: r.To,
			Result: texts.Label(string(r.Result)), State: states[r.Result], Code: r.Code, Refused: slices.Clone(r.Refused),
			From: r.From, Pages: r.Pages, File: r.File, Ended: r.Ended,
		}
		if r.Result == Completed || r.Result == Partly {
			job.Sent = r.Pages
		}
		// A code that the model does not know comes from a memory of another one.
		row := models.Outcome{Code: r.Code}
		job.Status, _ = texts.Message(row.StatusID())
		job.Solution, _ = texts.Message(row.SolutionID())
		view = append(view, job)
	}
	return view
}

// save writes the history; a failing memory must not fail the job, so the error is kept for Broken.
func (h *History) save() {
	data, err := json.Marshal(h.file)
	if err == nil {
		err = h.store.Save(data)
	}
	h.broken = err
}
