package sim

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/sim/entry"
	"mfpsim/sim/locale"
	"mfpsim/sim/users"
)

// doorUser is where users log in. Wrong passwords there keep no administrator out.
const doorUser = "user"

// usersStore is the users' place in the records. Unlike a job, a user who cannot be stored is not taken.
type usersStore struct{ *records }

// Load and Save are the register's store.
func (s usersStore) Load() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.image.Users, nil
}

func (s usersStore) Save(data []byte) error {
	return s.alter(func(next *recordsImage) { next.Users = data })
}

// openUsers reads the register; a model without Print Admin Serverless has none.
func (p *Printer) openUsers(live *powered) {
	if rules := p.model.PrintAdmin; rules != nil {
		live.users = users.Open(usersStore{live.memory}, *rules, p.userVerifier, func(password string) {
			if p.config.Hide != nil {
				p.config.Hide(password)
			}
		})
	}
}

// userVerifier is what is kept of a user's password. The printer's own key is in it, as in [Printer.verifier].
func (p *Printer) userVerifier(id, password string) string {
	mac := hmac.New(sha256.New, p.sealing)
	mac.Write([]byte("user password\x00" + id + "\x00" + password))
	return hex.EncodeToString(mac.Sum(nil))
}

// Users is the register of users that panel and Web Config share; nil while the power is off, and on a model without
// Print Admin Serverless. [Printer.RemoveUsers] takes users out of it.
func (p *Printer) Users() *users.Book {
	if live := p.on(); live != nil {
		return live.users
	}
	return nil
}

// UserColumns are those of the CSV file of users.
func (p *Printer) UserColumns() users.Columns {
	if p.model.PrintAdmin == nil {
		return nil
	}
	var columns users.Columns
	for _, name := range p.model.PrintAdmin.Columns {
		called := p.model.Texts(locale.English).Label(name)
		columns = append(columns, users.Column{Field: entry.Field(name), Name: called})
	}
	return columns
}

// License returns the license key that was entered and what it says; an empty key: none was.
func (p *Printer) License() (key string, license users.License) {
	live := p.on()
	if live == nil || p.model.PrintAdmin == nil {
		return "", users.License{}
	}
	key, license, err := users.ParseKey(live.memory.settings().PrintAdmin.License, p.serial)
	if err != nil { // none
		return "", users.License{}
	}
	return key, license
}

// NewLicenseKey makes a license key of this printer, as its maker sells it: up to and with a day, or without end for
// the zero time.
func (p *Printer) NewLicenseKey(last time.Time) string { return users.NewKey(p.serial, last) }

// UserState says whether users log in on the panel.
func (p *Printer) UserState() users.State {
	live := p.on()
	if live == nil || p.model.PrintAdmin == nil || !live.memory.settings().PrintAdmin.On {
		return users.StateOff
	}
	if !p.licensed(live.memory.settings().PrintAdmin.License) {
		return users.StateEnded
	}
	return users.StateOn
}

// licensed reports whether users may log in with a license key, on a model that needs one.
func (p *Printer) licensed(key string) bool {
	_, license, err := users.ParseKey(key, p.serial)
	return !p.model.PrintAdmin.License || err == nil && !license.Ended(p.now())
}

// UserSends reports whether mails of To My Email are sent from the user's own address (guide rule R30).
func (p *Printer) UserSends() bool {
	live := p.on()
	return live != nil && p.model.PrintAdmin != nil && live.memory.settings().PrintAdmin.UserSends
}

// registered is what the device says of its users.
func (p *Printer) registered() (device.Users, error) {
	live := p.on()
	switch {
	case live == nil:
		return device.Users{}, device.ErrPoweredOff
	case live.users == nil:
		return device.Users{}, device.ErrNotSupported
	}
	key, license := p.License()
	told := device.Users{
		State: string(p.UserState()), Sender: "printer", LicenseEnds: license.Expires, Licensed: p.licensed(key),
		Users: []device.User{},
	}
	if p.UserSends() {
		told.Sender = "user"
	}
	for _, u := range live.users.List() {
		row := device.User{
			ID: u.ID, Name: u.Name, Number: u.Number, Email: u.Email, Department: u.Department,
			Administrator: u.Administrator, SignedIn: live.signedIn(u),
		}
		if row.SignedIn {
			row.Account = live.engine.For(nvram.User(u.ID)).Status().StoredAccount
		}
		told.Users = append(told.Users, row)
	}
	return told, nil
}

// logInUser asks for a user at the panel, and returns the message id of a refusal.
func (p *Printer) logInUser(refusal string, find func(*users.Book) (users.User, bool)) (users.User, string) {
	live := p.on()
	switch {
	case live == nil || live.users == nil:
		return users.User{}, refusal // nobody sees it
	case p.UserState() == users.StateEnded:
		return users.User{}, "license-ended"
	}
	u, right := find(live.users)
	switch no := live.lockouts.logIn(doorUser, "", right); no {
	case "":
		return u, ""
	case "wrong-password":
		return users.User{}, refusal
	default:
		return users.User{}, no
	}
}

// RemoveUsers takes users out of the register, with their sign-ins. The sign-ins go first: when the power fails in
// between, a user is left who signs in anew, and never a sign-in whose user is gone. His jobs that are under way are
// canceled. The error is [users.ErrNoUser], or that of the memory: then the users are still there. An outcome of kind
// NotErased says that they are gone, and that their tokens could not be overwritten in the memory.
func (p *Printer) RemoveUsers(ctx context.Context, ids ...string) error {
	live := p.on()
	switch {
	case live == nil:
		return device.ErrPoweredOff
	case live.users == nil:
		return device.ErrNotSupported
	}
	var owners []nvram.Owner
	ids = slices.Clone(ids)
	for i, id := range ids {
		u, there := live.users.Get(id)
		if !there {
			return users.ErrNoUser
		}
		ids[i] = u.ID
		owners = append(owners, nvram.User(u.ID))
	}
	for _, id := range ids {
		p.cancelJobsOf(ctx, live, id)
	}
	left := live.engine.Forget(ctx, owners...)
	var o *outcome.Outcome
	if left != nil && !(errors.As(left, &o) && o.Kind == outcome.NotErased) {
		return p.poweredOr(left)
	}
	if err := live.users.Remove(ids...); err != nil {
		return p.poweredOr(err)
	}
	return p.poweredOr(left)
}

// forgetStrangers removes the sign-ins of users who are not in the register, which power on can find after damage to
// the records: nobody could use or delete them any more. What the memory does not take now, the next power on does.
func (p *Printer) forgetStrangers(ctx context.Context, live *powered) {
	known := map[nvram.Owner]bool{}
	if live.users != nil {
		for _, u := range live.users.List() {
			known[nvram.User(u.ID)] = true
		}
	}
	strange := slices.DeleteFunc(live.engine.SignedIn(), func(o nvram.Owner) bool { return !o.IsUser() || known[o] })
	_ = live.engine.Forget(ctx, strange...)
}

// poweredOr is an error, unless the power has failed meanwhile: then that is all that a person notices.
func (p *Printer) poweredOr(err error) error {
	if !p.PoweredOn() {
		return device.ErrPoweredOff
	}
	return err
}

// cancelJobsOf cancels the jobs of a user that are not at their end.
func (p *Printer) cancelJobsOf(ctx context.Context, live *powered, id string) {
	p.mu.Lock()
	var his []int
	for receipt, user := range live.ofUser {
		if strings.EqualFold(user, id) {
			his = append(his, receipt)
		}
	}
	p.mu.Unlock()
	slices.Sort(his)
	for _, receipt := range his {
		if p.jobState(receipt).Running {
			p.cancelJob(ctx, receipt)
		}
	}
}
