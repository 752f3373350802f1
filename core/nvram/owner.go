package nvram

import "strings"

// Owner is whose settings and sign-in are meant. One device holds several that know nothing of each other: each
// expires, is refused and is mended by itself.
type Owner string

// The owners that a device has besides its users.
const (
	Printer   Owner = "printer"    // Email Server > Basic
	FaxServer Owner = "fax-server" // Fax Server > Email Server Settings (guide rules R28, R29)
)

// Administrator is who consents for all users, on the device's own sign-in page (guide rules R31 to R34). Nothing of
// his sign-in is ever stored.
const Administrator Owner = "administrator"

const userPrefix = "user:"

// User is the owner of the sign-in of one user of the device, named by the user's ID on it (guide rule R30). A user has
// no settings, only a sign-in.
func User(id string) Owner { return Owner(userPrefix + id) }

// IsUser reports whether the owner is a user of the device.
func (o Owner) IsUser() bool { return strings.HasPrefix(string(o), userPrefix) }

// HasSettings reports whether the owner has settings of his own.
func (o Owner) HasSettings() bool { return o == Printer || o == FaxServer }

func (o Owner) known() bool {
	return o.HasSettings() || o.IsUser() && len(o) > len(userPrefix)
}
