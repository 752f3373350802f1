// Package contacts is the printer's address book: contacts with an e-mail address and groups of them, in memory that
// survives power off. Panel and Web Config share one [Book].
//
// Limits are data of the model (docs/reference/printer.md §3.1, [I-recall medium]).
package contacts

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mfpsim/sim/entry"
	"mfpsim/sim/models"
)

// Store is where the book is kept while the power is off.
type Store interface {
	// Load returns what was saved last, nil if nothing was.
	Load() ([]byte, error)
	// Save keeps the whole book: after an error the one before is still there.
	Save(data []byte) error
}

// Entry is a contact or a group.
type Entry struct {
	Number  int    `json:"number"` // its place in the book, from 1
	Name    string `json:"name"`
	Index   string `json:"index,omitempty"`   // Index Word, by which lists are sorted; empty: the name
	Address string `json:"address,omitempty"` // of a contact; a group has none
	Members []int  `json:"members,omitempty"` // numbers of the contacts of a group
	IsGroup bool   `json:"group,omitempty"`
}

// Book is the address book. Its methods are safe for concurrent use.
type Book struct {
	limits models.Contacts

	mu      sync.Mutex
	store   Store
	entries []Entry // by number
	broken  error
}

// file is the layout in memory.
type file struct {
	Schema  int     `json:"schema"`
	Entries []Entry `json:"entries"`
}

const schema = 1

// File is the layout in memory of entries, for who stores them together with other things.
func File(entries []Entry) any { return file{Schema: schema, Entries: entries} }

// Open reads the book, as the printer does when it is switched on. A book that cannot be read is begun anew;
// [Book.Broken] tells why.
func Open(store Store, limits models.Contacts) *Book {
	b := &Book{limits: limits, store: store}
	data, err := store.Load()
	switch {
	case err != nil:
		b.broken = fmt.Errorf("read the contacts: %w", err)
	case data != nil:
		var read file
		if err := json.Unmarshal(data, &read); err != nil || read.Schema != schema {
			b.broken = fmt.Errorf("the contacts in memory are damaged and were begun anew")
			return b
		}
		b.entries = read.Entries
	}
	return b
}

// Broken tells what was wrong with the memory when it was read; nil if nothing was.
func (b *Book) Broken() error { return b.broken }

// Limits are what the book takes.
func (b *Book) Limits() models.Contacts { return b.limits }

// List returns all entries by their numbers.
func (b *Book) List() []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]Entry, len(b.entries))
	for i, e := range b.entries {
		e.Members = slices.Clone(e.Members)
		list[i] = e
	}
	return list
}

// Get returns an entry by its number.
func (b *Book) Get(number int) (Entry, bool) {
	for _, e := range b.List() {
		if e.Number == number {
			return e, true
		}
	}
	return Entry{}, false
}

// Addresses returns the e-mail addresses of a contact or of a group, each once; none for a number that is free.
func (b *Book) Addresses(number int) []string {
	e, ok := b.Get(number)
	if !ok {
		return nil
	}
	if !e.IsGroup {
		return []string{e.Address}
	}
	var addresses []string
	for _, member := range e.Members {
		if c, ok := b.Get(member); ok && !slices.Contains(addresses, c.Address) {
			addresses = append(addresses, c.Address)
		}
	}
	return addresses
}

// Free returns the lowest number that is free; 0 if the book is full.
func (b *Book) Free() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.free()
}

func (b *Book) free() int {
	next := 1
	for _, e := range b.entries {
		if e.Number != next {
			break
		}
		next++
	}
	if next > b.limits.Maximum {
		return 0
	}
	return next
}

// Add stores a new entry and returns its number; with the number 0 it gets the lowest that is free. The error is an
// [*entry.Invalid], or that of the memory: after either nothing has changed.
func (b *Book) Add(e Entry) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.Number == 0 {
		if e.Number = b.free(); e.Number == 0 {
			full := entry.FieldError{Field: FieldNumber, Problem: entry.Full}
			return 0, &entry.Invalid{What: "contact", Fields: []entry.FieldError{full}}
		}
	}
	if err := b.check(e, 0); err != nil {
		return 0, err
	}
	return e.Number, b.keep(append(slices.Clone(b.entries), e))
}

// Change stores an entry in the place of the one that has the number of; it may have another number itself. The error
// is [ErrNoEntry], an [*entry.Invalid], or that of the memory.
func (b *Book) Change(of int, e Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.IndexFunc(b.entries, func(x Entry) bool { return x.Number == of })
	if at < 0 {
		return ErrNoEntry
	}
	e.IsGroup = b.entries[at].IsGroup
	if err := b.check(e, of); err != nil {
		return err
	}
	entries := slices.Clone(b.entries)
	entries[at] = e
	if e.Number != of {
		entries = renumber(entries, of, e.Number)
	}
	return b.keep(entries)
}

// Delete removes an entry, a contact from its groups too. The error is [ErrNoEntry], or that of the memory.
func (b *Book) Delete(number int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.IndexFunc(b.entries, func(x Entry) bool { return x.Number == number })
	if at < 0 {
		return ErrNoEntry
	}
	return b.keep(renumber(slices.Delete(slices.Clone(b.entries), at, at+1), number, 0))
}

// Replace puts other entries in the place of all, as Import does. The error is an [*entry.Invalid], or that of the
// memory.
func (b *Book) Replace(entries []Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := &Book{limits: b.limits, entries: entries}
	for i, e := range entries {
		if err := next.check(e, e.Number); err != nil {
			return err
		}
		if slices.ContainsFunc(entries[:i], func(x Entry) bool { return x.Number == e.Number }) {
			taken := entry.FieldError{Field: FieldNumber, Problem: entry.Taken}
			return &entry.Invalid{What: "contact", Fields: []entry.FieldError{taken}}
		}
	}
	return b.keep(slices.Clone(entries))
}

// renumber gives members of groups their new number; 0 takes them out.
func renumber(entries []Entry, from, to int) []Entry {
	for i, e := range entries {
		at := slices.Index(e.Members, from)
		if at < 0 {
			continue
		}
		members := slices.Clone(e.Members)
		if to == 0 {
			members = slices.Delete(members, at, at+1)
		} else {
			members[at] = to
		}
		entries[i].Members = members
	}
	return entries
}

// keep stores entries; what cannot be stored is not taken.
func (b *Book) keep(entries []Entry) error {
	slices.SortFunc(entries, func(x, y Entry) int { return x.Number - y.Number })
	data, err := json.Marshal(file{Schema: schema, Entries: entries})
	if err == nil {
		err = b.store.Save(data)
	}
	if err != nil {
		return fmt.Errorf("store the contacts: %w", err)
	}
	b.entries = entries
	return nil
}

// check returns what is wrong with an entry that takes the place of the one with the number of (0: of none).
func (b *Book) check(e Entry, of int) error {
	var bad []entry.FieldError
	add := func(f entry.Field, p entry.Problem) {
		if p != "" {
			bad = append(bad, entry.FieldError{Field: f, Problem: p})
		}
	}
	switch {
	case e.Number < 1 || e.Number > b.limits.Maximum:
		add(FieldNumber, entry.Range)
	case e.Number != of && slices.ContainsFunc(b.entries, func(x Entry) bool { return x.Number == e.Number }):
		add(FieldNumber, entry.Taken)
	}
	if strings.TrimSpace(e.Name) == "" {
		add(FieldName, entry.Missing)
	}
	add(FieldName, entry.Text(e.Name, b.limits.NameMaximum))
	add(FieldIndex, entry.Text(e.Index, b.limits.NameMaximum))
	switch { // each has what is its own, and nothing of the other's: a file may hold both
	case e.IsGroup && e.Address != "":
		add(FieldAddress, entry.Form)
	case !e.IsGroup && len(e.Members) > 0:
		add(FieldMembers, entry.Choice)
	case e.IsGroup:
		add(FieldMembers, b.members(e))
	default:
		add(FieldAddress, entry.Address(e.Address, b.limits.AddressMaximum))
	}
	if len(bad) > 0 {
		return &entry.Invalid{What: "contact", Fields: bad}
	}
	return nil
}

func (b *Book) members(e Entry) entry.Problem {
	switch {
	case len(e.Members) == 0:
		return entry.Missing
	case len(e.Members) > b.limits.GroupMaximum:
		return entry.TooLong
	}
	for i, member := range e.Members {
		isContact := func(x Entry) bool { return x.Number == member && !x.IsGroup }
		if !slices.ContainsFunc(b.entries, isContact) || slices.Contains(e.Members[:i], member) {
			return entry.Choice
		}
	}
	return ""
}
