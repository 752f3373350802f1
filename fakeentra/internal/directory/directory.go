// Package directory has all objects of Entra: tenants, users, applications, service principals, consents, the policies
// of each tenant, and the audit log of changes. It has its own lock, and returns values, never pointers to its state.
package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/secrets"
)

// ErrExists is what adding a user or an application fails with when it is there already.
var ErrExists = errors.New("exists already")

// TenantKey and UserKey name a record for good: what is deleted and made anew has another key. 0 is none.
type (
	TenantKey int
	UserKey   int
)

// Directory is safe for concurrent use.
type Directory struct {
	mu       sync.Mutex
	book     *book
	watchers []func(Change)
}

// New makes a directory that holds the tenant of personal accounts alone. Ids follow from the seed; passwords that it
// draws or is given are added to the secrets.
func New(seed uint64, now func() time.Time, given *secrets.List) *Directory {
	return &Directory{book: newBook(seed, now, given)}
}

// Home is a tenant as it stands.
type Home struct {
	Tenant
	Key     TenantKey
	Deleted bool
	Rules   access.Rules
}

func (t *tenant) home() Home {
	h := Home{
		Tenant: t.Tenant, Key: t.key, Deleted: t.deleted,
		Rules: access.Rules{Policies: t.policies, Locations: t.locations},
	}
	if t.SecurityDefaults {
		h.Rules.Defaults = t.SecurityDefaultsMode
	}
	return h
}

// Account is a user as he stands.
type Account struct {
	User
	Key        UserKey
	Home       Home
	Deleted    bool
	Enrolled   bool      // has set up a second factor
	Epoch      int       // counts the events that may revoke; a grant remembers it
	ValidFrom  time.Time // TokensValidFrom
	LockedTill time.Time // by wrong passwords

	allFrom, pwdFrom int
}

func (u *user) account() Account {
	return Account{
		User: u.User, Key: u.key, Home: u.tenant.home(), Deleted: u.deleted, Enrolled: u.enrolled, Epoch: u.epoch,
		ValidFrom: u.validFrom, LockedTill: u.lockedTill, allFrom: u.allFrom, pwdFrom: u.pwdFrom,
	}
}

// Provider is what sentences call the identity provider of an account.
func (a Account) Provider() string {
	if a.Personal {
		return "live.com" // captured, azure-docs#118443
	}
	return "https://sts.windows.net/" + a.Home.ID + "/"
}

// tenant and user find records by their keys; nil: there is none.
func (d *book) tenant(key TenantKey) *tenant {
	if key < 1 || int(key) > len(d.every) {
		return nil
	}
	return d.every[key-1]
}

func (d *book) user(key UserKey) *user {
	if key < 1 || int(key) > len(d.userOrder) {
		return nil
	}
	return d.userOrder[key-1]
}

// Identity draws an id that depends on the seed and the thing's name only, so that the order of making changes nothing.
func (d *Directory) Identity(kind, name string) string { return d.book.identity(kind, name) }

// Home finds a tenant by one of its domains, its id or its name.
func (d *Directory) Home(name string) (Home, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenantOf(name)
	if t == nil {
		return Home{}, false
	}
	return t.home(), true
}

// HomeBy finds a tenant by its key, a deleted one too.
func (d *Directory) HomeBy(key TenantKey) (Home, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	if t == nil {
		return Home{}, false
	}
	return t.home(), true
}

// HomeAt finds the tenant of a domain.
func (d *Directory) HomeAt(domain string) (Home, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.byDomain[strings.ToLower(domain)]
	if t == nil {
		return Home{}, false
	}
	return t.home(), true
}

// Organization finds a tenant that has administrators, as Home does. The error lists the domains.
func (d *Directory) Organization(name string) (Home, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenantOf(name)
	if t == nil {
		return Home{}, fmt.Errorf("there is no tenant %q; the domains are: %s", name, d.book.domains())
	}
	if t.Personal {
		return Home{}, fmt.Errorf("personal accounts have no administrator: %s cannot be changed", name)
	}
	return t.home(), nil
}

// Homes returns all tenants, the one of personal accounts first.
func (d *Directory) Homes() []Home {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Home
	for _, t := range d.book.tenants {
		all = append(all, t.home())
	}
	return all
}

// Account finds an account by its principal name.
func (d *Directory) Account(principal string) (Account, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.book.userOf(principal)
	if u == nil {
		return Account{}, false
	}
	return u.account(), true
}

// Person finds an account for an act. The error says that there is none.
func (d *Directory) Person(principal string) (Account, error) {
	a, ok := d.Account(principal)
	if !ok {
		return a, fmt.Errorf("there is no user %q", principal)
	}
	return a, nil
}

// AccountBy finds an account by its key, a deleted one too.
func (d *Directory) AccountBy(key UserKey) Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.book.user(key)
	if u == nil {
		return Account{}
	}
	return u.account()
}

// AccountIn finds an account of a tenant by principal or object id.
func (d *Directory) AccountIn(home TenantKey, text string) (Account, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name, ok := d.book.userIn(d.book.tenant(home))(text)
	if !ok {
		return Account{}, false
	}
	return d.book.userOf(name).account(), true
}

// Accounts returns all accounts in the order in which they were added.
func (d *Directory) Accounts() []Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Account
	for _, u := range d.book.userOrder {
		if !u.deleted {
			all = append(all, u.account())
		}
	}
	return all
}

// AccountsIn returns the accounts of a tenant, likewise.
func (d *Directory) AccountsIn(home TenantKey) []Account {
	return slices.DeleteFunc(d.Accounts(), func(a Account) bool { return a.Home.Key != home })
}

// ObjectID finds the object id of an account by its principal name, of a deleted one too; "": nobody ever had the name.
func (d *Directory) ObjectID(principal string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if u := d.book.users[principal]; u != nil {
		return u.ID
	}
	return ""
}

// GroupID is the object id of a group.
func (d *Directory) GroupID(home Home, name string) string { return d.book.groupID(home.ID, name) }

// GroupIn finds the name of a group of a tenant by name or id; a group is there once a user is in it.
func (d *Directory) GroupIn(home TenantKey, text string) (name string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.groupIn(d.book.tenant(home))(text)
}
