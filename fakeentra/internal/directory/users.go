package directory

import (
	"fmt"
	"slices"

	"mfpsim/fakeentra/internal/words"
)

// AddUser adds an account to the tenant that has the domain of its address, and returns it with its id and password. An
// error about an account that is there wraps [ErrExists].
func (d *Directory) AddUser(u User) (User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	made, err := d.book.addUser(u)
	if err != nil {
		return User{}, err
	}
	return made.copy(), nil
}

func (u User) copy() User {
	u.Roles, u.Groups = slices.Clone(u.Roles), slices.Clone(u.Groups)
	return u
}

// User finds an account by its principal name.
func (d *Directory) User(principal string) (User, bool) {
	a, ok := d.Account(principal)
	return a.copy(), ok
}

// Users returns all accounts in the order in which they were added.
func (d *Directory) Users() []User {
	var all []User
	for _, a := range d.Accounts() {
		all = append(all, a.copy())
	}
	return all
}

// ChangeUser lets change alter a user: groups, roles, risk, second factor, the states of the password. Name of the
// account, password, id and tenant stay; see [Directory.NewPassword].
func (d *Directory) ChangeUser(key UserKey, change func(*User)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.changeUser(d.book.user(key), change)
}

func (d *book) changeUser(u *user, change func(*User)) error {
	c := u.copy()
	change(&c)
	c = c.copy() // what the caller keeps of it is his
	if err := c.check(); err != nil {
		return fmt.Errorf("%w", err)
	}
	for i, name := range c.Roles {
		role, err := RoleNamed(name)
		if err != nil {
			return fmt.Errorf("user %q: %w", u.Principal, err)
		}
		c.Roles[i] = role.Name
	}
	if u.Personal && len(c.Roles) > 0 {
		return fmt.Errorf("user %q: a personal account has no directory role", u.Principal)
	}
	for _, name := range c.Roles {
		if !words.Contain(u.Roles, name) {
			d.log(u.tenant, "Add member to role", administrator, u.Principal, name)
		}
	}
	for _, name := range u.Roles {
		if !words.Contain(c.Roles, name) {
			d.log(u.tenant, "Remove member from role", administrator, u.Principal, name)
		}
	}
	switch {
	case c.State != u.State && c.State == Disabled:
		d.log(u.tenant, "Disable account", administrator, u.Principal, "")
	case c.State != u.State:
		d.log(u.tenant, "Enable account", administrator, u.Principal, "")
	default:
		d.log(u.tenant, "Update user", administrator, u.Principal, "")
	}
	c.Principal, c.Password, c.ID, c.Tenant, c.Personal = u.Principal, u.Password, u.ID, u.Tenant, u.Personal
	u.User = c
	switch c.SecondFactor {
	case SecondFactorRegistered:
		u.enrolled = true
	case SecondFactorToEnrol:
		u.enrolled = false
	}
	return nil
}

// SetState blocks the sign-in of a user, or no longer: AADSTS50057.
func (d *Directory) SetState(key UserKey, state State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.book.user(key)
	u.State = state
	activity := "Enable account"
	if state == Disabled {
		activity = "Disable account"
	}
	d.book.log(u.tenant, activity, administrator, u.Principal, "")
}

// Delete removes a user, and tells the watchers: AADSTS50034.
func (d *Directory) Delete(key UserKey) { d.Tell(d.delete(key)) }

func (d *Directory) delete(key UserKey) Change {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.book.user(key)
	u.deleted = true
	d.book.log(u.tenant, "Delete user", administrator, u.Principal, "")
	return u.gone()
}

func (u *user) gone() Change {
	return Change{Kind: ChangeUserGone, Tenant: u.tenant.ID, User: u.Principal}
}

// SetMFA makes every sign-in of a user ask for a second factor, or no longer.
func (d *Directory) SetMFA(key UserKey, on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.book.user(key)
	u.MFA = on
	d.book.log(
		u.tenant, "Update user", administrator, u.Principal, fmt.Sprintf("second factor at every sign-in: %t", on),
	)
}

// Enrol notes that a user has set up a second factor.
func (d *Directory) Enrol(key UserKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.book.user(key).enrolled = true
}
