package directory

import (
	"slices"
	"time"
)

// CheckPassword takes a password that was typed, and counts a wrong one: smart lockout, then the password, then the
// account (docs/reference/entra.md §7). It returns 0, the AADSTS number of the failure, or -1 for no password at all.
func (d *Directory) CheckPassword(key UserKey, typed string, at time.Time) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.user(key).checkPassword(typed, at)
}

// Smart lockout of the public cloud: [D] howto-password-smart-lockout.md (docs/reference/entra.md §7).
const (
	lockoutThreshold = 10
	lockoutFirst     = time.Minute
	lockoutMemory    = 3
)

func (u *user) checkPassword(typed string, at time.Time) int {
	switch {
	case typed == "":
		return -1
	case at.Before(u.lockedTill):
		return 50053 // whatever the password
	case u.PasswordMissing:
		return 50056
	case typed != u.Password.Reveal():
		if !slices.Contains(u.lastBad, typed) {
			u.failures++
			u.lastBad = append(u.lastBad, typed)
			if len(u.lastBad) > lockoutMemory {
				u.lastBad = u.lastBad[1:]
			}
		}
		if u.failures >= lockoutThreshold {
			u.lockedFor = max(2*u.lockedFor, lockoutFirst)
			u.lockedTill = at.Add(u.lockedFor)
			return 50053
		}
		return 50126
	case u.State == Disabled:
		return 50057
	}
	u.failures, u.lastBad, u.lockedFor = 0, nil, 0
	switch {
	case u.PasswordExpired && u.OnPremises:
		return 50144
	case u.PasswordExpired:
		return 50055
	}
	return 0
}

// Barred is the number that keeps a user out whatever the password is; 0: none does.
func (u User) Barred() int {
	switch {
	case u.Invited:
		return 50014
	case u.State == Disabled:
		return 50057
	case u.Passwordless:
		return 0
	case u.PasswordMissing:
		return 50056
	case u.PasswordExpired && u.OnPremises:
		return 50144
	case u.PasswordExpired:
		return 50055
	}
	return 0
}
