package directory

import "slices"

// Kinds of changes that a watcher hears of.
const (
	ChangeDefaults = "security defaults" // of a tenant
	ChangePassword = "password"          // of a user
	ChangeUserNew  = "new user"
	ChangeUserGone = "user deleted"
)

// Change is something in the directory that another service of the bench has to know.
type Change struct {
	Kind   string
	Tenant string // id
	User   string // principal
}

// Watch has f called after every change that is told; it is called by whoever tells, in that turn, and may look at the
// directory.
func (d *Directory) Watch(f func(Change)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watchers = append(d.watchers, f)
}

// Tell calls the watchers.
func (d *Directory) Tell(c Change) {
	d.mu.Lock()
	watchers := slices.Clone(d.watchers)
	d.mu.Unlock()
	for _, f := range watchers {
		f(c)
	}
}
