package directory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// AddApplication registers an application. An error about one that is there wraps [ErrExists].
func (d *Directory) AddApplication(a Application) (Application, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.addApplication(a)
}

// Application finds an application by its id.
func (d *Directory) Application(id string) (Application, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.book.applications[strings.ToLower(id)]
	return a, ok
}

// Applications returns all of them in the order of their ids.
func (d *Directory) Applications() []Application {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Application
	for _, id := range slices.Sorted(maps.Keys(d.book.applications)) {
		all = append(all, d.book.applications[id])
	}
	return all
}

// ChangeApplication lets change alter a registered application; its id stays.
func (d *Directory) ChangeApplication(id string, change func(*Application) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.book.applications[strings.ToLower(id)]
	if !ok {
		return fmt.Errorf("there is no application %q", id)
	}
	key := a.ID
	if err := change(&a); err != nil {
		return err
	}
	a.ID = key
	d.book.applications[key] = a
	return nil
}

// ClientSecret is a secret of an application that is not a public client.
type ClientSecret struct {
	Value   Password
	Expires time.Time // zero: never
}

// HasCredentials reports whether an application has anything to show who it is.
func (a Application) HasCredentials() bool {
	return a.Confidential || len(a.Secrets) > 0 || len(a.Keys) > 0
}
