package directory

import (
	"fmt"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/words"
)

// Role is a built-in directory role.
type Role struct {
	Name string // display name
	ID   string // template id, which appears in the token's wids claim
	// Rank orders the roles that may grant consent: 0 may not; 1 Cloud Application Administrator; higher is higher
	// (guide rule R18).
	Rank int
}

// roleTable holds the built-in roles that the fake knows. Names and template ids: [D] entra-docs,
// permissions-reference. Rank follows the guide's words "Cloud Application Administrator or higher" and
// docs/reference/entra.md §6.1.
var roleTable = []Role{
	{"Global Administrator", "62e90394-69f5-4237-9190-012177145e10", 4},
	{"Privileged Role Administrator", "e8611ab8-c189-46e8-94e1-60213ab1f814", 3},
	{"Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", 2},
	{"Cloud Application Administrator", "158c047a-c907-4556-b7ef-446551a6b5f7", 1},
	{"Authentication Administrator", "c4e39bd9-1100-46d3-8c65-fb160da0071f", 0},
	{"Billing Administrator", "b0f54661-2d74-4c50-afa3-1ec803f12efe", 0},
	{"Conditional Access Administrator", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", 0},
	{"Exchange Administrator", "29232cdf-9323-42fd-ade2-1d097af3e4de", 0},
	{"Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", 0},
	{"Helpdesk Administrator", "729827e3-9c14-49f7-bb1b-9608f156bbb8", 0},
	{"Printer Administrator", "644ef478-e28f-4e28-b9dc-3fdde9aa0b1f", 0},
	{"Security Administrator", "194ae4cb-b126-40b2-bd5b-6091b380977d", 0},
	{"Teams Administrator", "69091246-20e8-4a56-aa4d-066075b2a7a8", 0},
	{"User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1", 0},
}

// userRoleID is what the wids claim of an ordinary user holds. [D] entra-docs, permissions-reference.
const userRoleID = "b79fbf4d-3ef9-4689-8143-76b194e85509"

// Roles returns the directory roles that the fake knows.
func Roles() []Role { return slices.Clone(roleTable) }

// RoleNamed finds a role by its name or its template id. The error lists the names.
func RoleNamed(name string) (Role, error) {
	for _, r := range roleTable {
		if strings.EqualFold(r.Name, strings.TrimSpace(name)) || strings.EqualFold(r.ID, name) {
			return r, nil
		}
	}
	names := make([]string, len(roleTable))
	for i, r := range roleTable {
		names[i] = r.Name
	}
	return Role{}, fmt.Errorf("unknown role %q; the roles are: %s", name, strings.Join(names, ", "))
}

// rank returns the highest rank among a user's roles.
func (u User) rank() int {
	best := 0
	for _, name := range u.Roles {
		if r, err := RoleNamed(name); err == nil && r.Rank > best {
			best = r.Rank
		}
	}
	return best
}

// RoleIDs are the template ids of a user's roles, as the wids claim holds them.
func (u User) RoleIDs() []string {
	var ids []string
	for _, name := range u.Roles {
		if r, err := RoleNamed(name); err == nil {
			ids = append(ids, r.ID)
		}
	}
	return append(ids, userRoleID)
}

// MayConsentForAll reports whether the tick box "Consent on behalf of your organization" is shown to the user.
func (a Account) MayConsentForAll() bool {
	if a.Personal {
		return false
	}
	if a.Home.ConsentBox == ConsentBoxMicrosoft {
		return a.rank() >= 4
	}
	return a.rank() >= 1
}

// lowImpact are the permissions that an administrator has classified as low-impact here: the ones that Microsoft's page
// proposes ([D] configure-permission-classifications.md). SMTP.Send is none of them.
var lowImpact = []string{"openid", "profile", "email", "offline_access", resources.Graph.Roots[0] + "/User.Read"}

// MayConsent reports whether the user may consent to an application's permissions, at least for himself. An application
// with assignment required always needs an administrator (docs/reference/entra.md §6.1), and so do some permissions.
func (s Standing) MayConsent(asked resources.Consent) bool {
	switch {
	case s.Personal, s.rank() >= 1:
		return true
	case s.Required, asked.Admin, s.Home.UserConsent == UserConsentNone:
		return false
	case s.Home.UserConsent == UserConsentLow:
		own := s.Application.Home != "" && words.Contain(s.Home.Domains, s.Application.Home)
		return (s.Application.Verified || own) && words.Cover(lowImpact, asked.Scopes)
	}
	return true
}
