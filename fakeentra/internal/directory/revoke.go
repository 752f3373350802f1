package directory

import (
	"fmt"
	"maps"
	"slices"
)

// Revoked reports whether an event ended what a user allowed at an epoch (docs/reference/entra.md §4.2). An event ends
// all grants of a user, or only those of public clients that were made with the password.
func (a Account) Revoked(epoch int, confidential bool) bool {
	return epoch < a.allFrom || epoch < a.pwdFrom && !a.Passwordless && !confidential
}

// revoke ends every grant of a user, or only those that were made with the password.
func (d *book) revoke(u *user, passwordOnly bool) {
	u.epoch++
	u.pwdFrom = u.epoch
	if !passwordOnly {
		u.allFrom = u.epoch
	}
	u.validFrom = d.now()
}

// Revoke does what an administrator's "Revoke sessions" does (revokeSignInSessions): refresh tokens given out so far
// are refused with AADSTS50173; access tokens live on until they expire (docs/reference/entra.md §4.2).
func (d *Directory) Revoke(key UserKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.book.user(key)
	d.book.revoke(u, false)
	d.book.log(u.tenant, "Revoke sign in sessions", administrator, u.Principal, "")
}

// ResetBy says who gives a user a new password, and where: which refresh tokens it ends depends on it
// (docs/reference/entra.md §4.2).
type ResetBy string

// Ways to a new password.
const (
	ResetByUser        ResetBy = "user"         // the user changes it: password-based tokens end
	ResetBySelfService ResetBy = "self-service" // self-service password reset: likewise
	ResetInPortal      ResetBy = "portal"       // an administrator in the Azure portal: likewise
	ResetInAdminCenter ResetBy = "admin-center" // an administrator in the Entra admin center: all tokens end
)

// resets are the audit log's words, and who acted: [D] reference-audit-activities.md.
var resets = map[ResetBy]struct {
	activity string
	byUser   bool
	all      bool
}{
	ResetByUser:        {"Change password (self-service)", true, false},
	ResetBySelfService: {"Reset password (self-service)", true, false},
	ResetInPortal:      {"Reset user password", false, false},
	ResetInAdminCenter: {"Reset user password", false, true},
}

// NewPassword gives a user a new password by one of the ways; empty: one is drawn. It returns the password.
func (d *Directory) NewPassword(key UserKey, by ResetBy, password Password) (Password, error) {
	if _, ok := resets[by]; !ok {
		known := slices.Sorted(maps.Keys(resets))
		return "", fmt.Errorf("there is no way %q to a new password; the ways are: %v", by, known)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.book.user(key)
	d.book.setPassword(u, by, password)
	return u.Password, nil
}

// setPassword is NewPassword, by a way that there is.
func (d *book) setPassword(u *user, by ResetBy, password Password) {
	way := resets[by]
	d.revoke(u, !way.all)
	if password == "" {
		password = d.password(u.Principal, u.epoch)
	}
	u.Password, u.PasswordExpired, u.PasswordMissing = password, false, false
	d.secrets.Keep(password.Reveal())
	actor := administrator
	if way.byUser {
		actor = u.Principal
	}
	d.log(u.tenant, way.activity, actor, u.Principal, string(by))
}
