// Package journal is the one ordered record of what happened on a bench.
//
// Its order is the order of turns: the party that holds the turn writes an entry before it sends the bytes that let the
// other side go on. What one side merely notices (end of file, a failed write, an idle connection dropped) is no entry;
// the side that closes a connection records it. Verdicts, transcripts and all other evidence are made from the journal.
// It has no port, no path of the machine and no text of a library's error; secrets are a type that redacts itself
// ([Secret], [Text]).
package journal

import (
	"slices"
	"sync"
	"time"

	"mfpsim/screen"
	"mfpsim/vtime"
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
	KindMemory  Kind = "memory"  // a device has written settings and sign-in to its memory
	KindEnglish Kind = "english" // a surface shows English in place of a text of its language
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

// DetailTLS is the detail of the first line of a conversation that TLS was around from its first octet.
const DetailTLS = "tls"

// DetailTook is the detail of an exchange during which time passed: how long its answer took, as of
// [time.Duration]. The entry itself comes when it is over.
const DetailTook = "took"

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
	// Screen is what a panel showed, as data; Text is derived from it. It is shared and must not be changed.
	Screen *screen.Screen `json:"screen,omitempty"`
}

// Keep bounds what a journal holds; the oldest entries fall out. A zero field is no bound.
type Keep struct {
	Entries int
	Bytes   int // as an estimate of the memory that entries take
}

// DefaultKeep is that of a journal on a World that flows, which may do so for months.
var DefaultKeep = Keep{Entries: 10_000, Bytes: 64 << 20}

// Journal is the record. It is safe for concurrent use; on a bench only the holder of the turn writes.
type Journal struct {
	now func() time.Time

	mu      sync.Mutex
	keep    Keep
	held    int // whoever plays a case
	entries []*kept
	bytes   int
	dropped int
	hooks   []func(Entry)
}

// kept is an entry, whose exchange may have to be made yet.
type kept struct {
	entry  Entry
	bytes  int
	render func() *Exchange // nil: there is none, or it has been made

	making sync.Mutex
}

// New returns an empty journal that stamps its entries by now, the bench's true time. It keeps everything.
func New(now func() time.Time) *Journal { return &Journal{now: now} }

// For returns an empty journal of a World. Where the World flows it keeps [DefaultKeep], unless told otherwise
// ([Journal.Keep]).
func For(world *vtime.World) *Journal {
	j := New(world.Now)
	if !world.Stepped() {
		j.keep = DefaultKeep
	}
	return j
}

// Keep changes what is kept from now on.
func (j *Journal) Keep(k Keep) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.keep = k
	j.cut()
}

// Hold keeps everything until release is called, for whoever reads the record from its beginning: a case that is
// played.
func (j *Journal) Hold() (release func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.held++
	return sync.OnceFunc(func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.held--
		j.cut()
	})
}

// cut lets fall out what is not to be kept. Under j.mu.
func (j *Journal) cut() {
	if j.held > 0 {
		return
	}
	n := 0
	for n < len(j.entries) &&
		(j.keep.Entries > 0 && len(j.entries)-n > j.keep.Entries || j.keep.Bytes > 0 && j.bytes > j.keep.Bytes) {
		j.bytes -= j.entries[n].bytes
		j.entries[n] = nil
		n++
	}
	j.entries, j.dropped = j.entries[n:], j.dropped+n
}

// Dropped returns how many of the oldest entries have fallen out.
func (j *Journal) Dropped() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.dropped
}

// Append records an entry; its number and time are set here.
func (j *Journal) Append(e Entry) { j.append(&kept{entry: e, bytes: e.memory()}) }

// AppendExchange is [Journal.Append] for an entry whose exchange is made when somebody reads it. render depends on
// nothing that changes; bytes is the memory that it holds.
func (j *Journal) AppendExchange(e Entry, bytes int, render func() *Exchange) {
	j.append(&kept{entry: e, bytes: e.memory() + bytes, render: render})
}

func (j *Journal) append(k *kept) {
	at := j.now()
	j.mu.Lock()
	k.entry.Number, k.entry.At = j.dropped+len(j.entries)+1, at
	j.entries = append(j.entries, k)
	j.bytes += k.bytes
	j.cut()
	hooks := j.hooks
	j.mu.Unlock()
	if len(hooks) == 0 {
		return
	}
	k.making.Lock()
	e := k.entry
	k.making.Unlock()
	for _, hook := range hooks {
		hook(e)
	}
}

// Observe registers a hook that is told each entry after it was written, for a live view. It must return quickly. An
// exchange that is made when it is read is not made for it.
func (j *Journal) Observe(hook func(Entry)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.hooks = append(j.hooks[:len(j.hooks):len(j.hooks)], hook)
}

// Entries returns the entries that are kept, in order. The slice is the caller's.
func (j *Journal) Entries() []Entry { return j.Since(0) }

// Since returns the entries after the one with the given number, of those that are kept.
func (j *Journal) Since(number int) []Entry {
	j.mu.Lock()
	first := max(0, number-j.dropped)
	if number < 0 || first >= len(j.entries) {
		j.mu.Unlock()
		return nil
	}
	found := slices.Clone(j.entries[first:])
	once := j.keep == Keep{} // what is bounded must not grow by being read
	j.mu.Unlock()
	entries := make([]Entry, len(found))
	for i, k := range found {
		entries[i] = k.read(once)
	}
	return entries
}

// Len returns how many entries there have been, with those that have fallen out.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.dropped + len(j.entries)
}

// read gives the entry with its exchange, which stays made if it is not to be made once more.
func (k *kept) read(once bool) Entry {
	k.making.Lock()
	defer k.making.Unlock()
	e := k.entry
	if k.render == nil {
		return e
	}
	e.HTTP = k.render()
	if once {
		k.entry.HTTP, k.render = e.HTTP, nil
	}
	return e
}

// What things take beside their words, in bytes; about right is good enough for a bound.
const (
	entryBytes = 250
	fieldBytes = 40
	partBytes  = 32
	// screenBytes is for a screen of ten rows and as many keys.
	screenBytes = 2500
)

// memory is about how many bytes the entry takes.
func (e Entry) memory() int {
	n := entryBytes + e.Text.memory()
	if e.Screen != nil {
		n += screenBytes
	}
	for name, value := range e.Detail {
		n += fieldBytes + len(name) + len(value)
	}
	if x := e.HTTP; x != nil {
		n += entryBytes + x.Target.memory() + x.RequestBody.memory() + x.ResponseBody.memory()
		for _, f := range slices.Concat(x.RequestHeader, x.ResponseHeader) {
			n += fieldBytes + f.Value.memory()
		}
	}
	return n
}
