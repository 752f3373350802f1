// Package journal is the one ordered record of what happened on a bench.
//
// Its order is the order of turns: an entry is written by the party that holds the turn, before the bytes that let the
// other side go on. What one side merely notices (end of file, a failed write, an idle connection dropped) is no entry; a
// close is recorded by who closes. Verdicts, transcripts and every other piece of evidence are derived from it. It holds
// no port, no path of the machine and no text of a library's error; secrets are a type that redacts itself ([Secret], [Text]).
package journal

import (
	"sync"
	"time"
)

// Kind says what an entry records.
type Kind string

// The kinds of entries.
const (
	KindHTTP    Kind = "http"    // one HTTP exchange, complete
	KindSMTP    Kind = "smtp"    // one SMTP line: "S: …" or "C: …"
	KindScreen  Kind = "screen"  // what the panel or a page showed after an act
	KindSheet   Kind = "sheet"   // a printed status sheet
	KindClock   Kind = "clock"   // time was moved or a clock was set
	KindFault   Kind = "fault"   // a fault of the network was carried out
	KindOutcome Kind = "outcome" // how a sign-in or a job ended
	KindNote    Kind = "note"    // a step of a scenario, a setting, a reason
)

// Field is a header field, or one of another ordered list.
type Field struct {
	Name  string `json:"name"`
	Value Text   `json:"value"`
}

// Exchange is one HTTP request and its answer.
type Exchange struct {
	Method         string  `json:"method"`
	Host           string  `json:"host"`   // the host name that was asked for, without a port
	Target         Text    `json:"target"` // path and query
	RequestHeader  []Field `json:"requestHeader,omitempty"`
	RequestBody    Text    `json:"requestBody,omitempty"`
	Status         int     `json:"status"`
	ResponseHeader []Field `json:"responseHeader,omitempty"`
	ResponseBody   Text    `json:"responseBody,omitempty"`
}

// Entry is one thing that happened.
type Entry struct {
	Number     int               `json:"number"`               // from 1, set by Append
	At         time.Time         `json:"at"`                   // true time, set by Append
	Party      string            `json:"party"`                // who wrote it: "entra", "smtp", "printer", "scenario"
	Connection string            `json:"connection,omitempty"` // "printer#3": the dialler and its count
	Kind       Kind              `json:"kind"`
	Text       Text              `json:"text,omitempty"`
	HTTP       *Exchange         `json:"http,omitempty"`
	Detail     map[string]string `json:"detail,omitempty"`
}

// Journal is the record. It is safe for concurrent use; on a bench only the holder of the turn writes.
type Journal struct {
	now func() time.Time

	mu      sync.Mutex
	entries []Entry
	hooks   []func(Entry)
}

// New returns an empty journal that stamps its entries by now, the bench's true time.
func New(now func() time.Time) *Journal { return &Journal{now: now} }

// Append records an entry; its number and time are set here.
func (j *Journal) Append(e Entry) {
	at := j.now()
	j.mu.Lock()
	e.Number, e.At = len(j.entries)+1, at
	j.entries = append(j.entries, e)
	hooks := j.hooks
	j.mu.Unlock()
	for _, hook := range hooks {
		hook(e)
	}
}

// Observe registers a hook that is told each entry after it was written, for a live view. It must return quickly.
func (j *Journal) Observe(hook func(Entry)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.hooks = append(j.hooks[:len(j.hooks):len(j.hooks)], hook)
}

// Entries returns all entries so far, in order. The slice is the caller's.
func (j *Journal) Entries() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Entry(nil), j.entries...)
}

// Since returns the entries after the one with the given number.
func (j *Journal) Since(number int) []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	if number < 0 || number >= len(j.entries) {
		return nil
	}
	return append([]Entry(nil), j.entries[number:]...)
}

// Len returns how many entries there are.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.entries)
}
