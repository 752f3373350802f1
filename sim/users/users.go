// Package users is the register of the people who use the printer: Print Admin Serverless authenticates them with the
// printer alone (guide rules R30 to R37, docs/reference/printer.md §6). Panel and Web Config share one [Book].
//
// Who registers people is the administrator, one by one or with a CSV file ([Decode]); a license key ([Key]) lets them
// log in. Limits are data of the model.
package users

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mfpsim/sim/entry"
	"mfpsim/sim/models"
)

// User is one person. The ID names him for good: his sign-in to the email service belongs to it.
type User struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Verifier   string `json:"verifier,omitempty"` // tells his password from others; empty: he has none
	Number     string `json:"number,omitempty"`   // ID number, by which he logs in without a password; empty: he cannot
	Email      string `json:"email"`
	Department string `json:"department,omitempty"`
	// Administrator: he may do on the panel what an administrator may.
	Administrator bool `json:"administrator,omitempty"`
}

// Entry is a user as he is typed: with a password in clear. An empty one keeps the password that he has.
type Entry struct {
	User
	Password string
}

// Store is where the book is kept while the power is off.
type Store interface {
	// Load returns what was saved last, nil if nothing was.
	Load() ([]byte, error)
	// Save keeps the whole book: after an error the one before is still there.
	Save(data []byte) error
}

// Book is the register. Its methods are safe for concurrent use. Each change is one write to the memory: after an error
// nothing has changed.
type Book struct {
	rules  models.PrintAdmin
	verify func(id, password string) string
	hide   func(password string)

	mu     sync.Mutex
	store  Store
	users  []User // by ID
	broken error
}

// file is the layout in memory.
type file struct {
	Schema int    `json:"schema"`
	Users  []User `json:"users"`
}

const schema = 1

// Open reads the book, as the printer does when it is switched on. A book that cannot be read is begun anew;
// [Book.Broken] tells why. verify makes what is kept of a password: the same for the same user and password, and nobody
// can make it without the printer. hide is told each password that is typed for a user.
func Open(
	store Store, rules models.PrintAdmin, verify func(id, password string) string, hide func(password string),
) *Book {
	b := &Book{rules: rules, verify: verify, hide: hide, store: store}
	data, err := store.Load()
	switch {
	case err != nil:
		b.broken = fmt.Errorf("read the users: %w", err)
	case data != nil:
		var read file
		if err := json.Unmarshal(data, &read); err != nil || read.Schema != schema {
			b.broken = fmt.Errorf("the users in memory are damaged and were begun anew")
			return b
		}
		b.users = read.Users
	}
	return b
}

// Broken tells what was wrong with the memory when it was read; nil if nothing was.
func (b *Book) Broken() error { return b.broken }

// Rules are what the book takes.
func (b *Book) Rules() models.PrintAdmin { return b.rules }

// List returns all users by their IDs.
func (b *Book) List() []User {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.users)
}

// Get returns a user by the ID, whose case does not count.
func (b *Book) Get(id string) (User, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := place(b.users, id); at >= 0 {
		return b.users[at], true
	}
	return User{}, false
}

// place is where a user stands; -1: nowhere.
func place(list []User, id string) int {
	return slices.IndexFunc(list, func(u User) bool { return strings.EqualFold(u.ID, id) })
}

// Add registers a user. The error is an [*entry.Invalid], or that of the memory.
func (b *Book) Add(e Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	next, bad := b.with(b.users, e, true)
	if len(bad) > 0 {
		return &entry.Invalid{What: "user", Fields: bad}
	}
	return b.keep(next)
}

// Change stores what is typed of the user who has the ID; the ID itself stays. The error is [ErrNoUser], an
// [*entry.Invalid], or that of the memory.
func (b *Book) Change(id string, e Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := place(b.users, id)
	if at < 0 {
		return ErrNoUser
	}
	e.ID = b.users[at].ID
	next, bad := b.with(b.users, e, false)
	if len(bad) > 0 {
		return &entry.Invalid{What: "user", Fields: bad}
	}
	return b.keep(next)
}

// Remove takes users out, all in one write. The error is [ErrNoUser] if one of them is not there, or that of the
// memory.
func (b *Book) Remove(ids ...string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := slices.Clone(b.users)
	for _, id := range ids {
		at := place(next, id)
		if at < 0 {
			return ErrNoUser
		}
		next = slices.Delete(next, at, at+1)
	}
	return b.keep(next)
}

// Import registers who is new among the rows of a file and changes who is not, all in one write; who is not in the file
// stays as he is. An error of rows is a [*BadFile]: then nothing has changed.
func (b *Book) Import(rows []Row) (added, changed int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	next, problems := slices.Clone(b.users), []BadRow(nil)
	for _, row := range rows { // so that users can exchange their numbers in one file
		if at := place(next, row.Entry.ID); at >= 0 && slices.Contains(row.has, FieldNumber) {
			next[at].Number = ""
		}
	}
	lines := map[string]int{}
	for _, row := range rows {
		id := strings.ToLower(row.Entry.ID)
		if _, twice := lines[id]; twice && id != "" {
			problems = append(problems, BadRow{row.Line, entry.FieldError{Field: FieldID, Problem: entry.Twice}})
			continue
		}
		lines[id] = row.Line
		e, fresh := row.Entry, true
		if at := place(b.users, e.ID); at >= 0 {
			e, fresh = row.over(b.users[at]), false
		}
		with, bad := b.with(next, e, fresh)
		for _, f := range bad {
			problems = append(problems, BadRow{row.Line, f})
		}
		if len(bad) > 0 {
			continue
		}
		if next = with; fresh {
			added++
		} else {
			changed++
		}
	}
	if len(problems) > 0 {
		return 0, 0, &BadFile{Rows: problems}
	}
	return added, changed, b.keep(next)
}

// Authenticate returns the user whose ID and password they are.
func (b *Book) Authenticate(id, password string) (User, bool) {
	u, ok := b.Get(id)
	// The work is the same for an ID that nobody has.
	return u, sameSecret(b.verify(u.ID, password), u.Verifier) && ok && u.Verifier != ""
}

// ByNumber returns the user who has an ID number.
func (b *Book) ByNumber(number string) (User, bool) {
	for _, u := range b.List() {
		if number != "" && sameSecret(u.Number, number) {
			return u, true
		}
	}
	return User{}, false
}

// keep stores users; what cannot be stored is not taken.
func (b *Book) keep(list []User) error {
	data, err := json.Marshal(file{Schema: schema, Users: list})
	if err == nil {
		err = b.store.Save(data)
	}
	if err != nil {
		return fmt.Errorf("store the users: %w", err)
	}
	b.users = list
	return nil
}

// State says whether users log in on the panel.
type State string

// The states.
const (
	StateOff   State = "off"   // nobody logs in: everybody uses the printer
	StateOn    State = "on"    // who uses the printer logs in
	StateEnded State = "ended" // on, but the license has ended: nobody can log in
)
