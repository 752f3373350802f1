package serve

import (
	"strings"

	"mfpsim/fakeentra"
	"mfpsim/lab"
	"mfpsim/phrase/people"
)

func peopleRoutes() group {
	return group{
		Title: "Organizations and people",
		About: "Both clouds are told. The words are those of the verbs `tenant` and `user` of a scenario: docs/language.md.",
		Routes: []route{
			{
				Request: "POST /tenant", Example: `{"words":"fabrikam.com smtp-auth=enabled security-defaults=off"}`,
				About: "Makes an organization.",
				Act: said("tenant", alone(people.Tenant), func(b *bench, t lab.Tenant) (fakeentra.Tenant, error) {
					return b.lab.AddTenant(t)
				}),
			},
			{
				Request: "POST /user", Example: `{"words":"carol@contoso.com mailbox"}`,
				About: "Makes an account, with a password and, unless told otherwise, a mailbox.",
				Act:   said("user", alone(people.User), (*bench).addUser),
			},
			{
				Request: "GET /accounts", About: "Lists the accounts with their passwords, for whoever plays the person.",
				Act: shows(func(b *bench) ([]Account, error) { return b.accounts(), nil }),
			},
		},
	}
}

func (b *bench) addUser(u lab.User) (Account, error) {
	if err := b.lab.AddUser(u); err != nil {
		return Account{}, err
	}
	for _, a := range b.accounts() {
		if strings.EqualFold(a.User, u.Address) {
			return a, nil
		}
	}
	return Account{User: u.Address, Roles: []string{}}, nil
}
