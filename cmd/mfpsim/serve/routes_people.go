package serve

import (
	"context"
	"fmt"
	"strings"

	"mfpsim/cmd/mfpsim/serve/routes"
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
				About: "Makes an account, with a password and, unless told otherwise, a mailbox: both or nothing. An address whose domain no organization of the bench has is refused.",
				Act:   tells((*bench).addUser),
			},
			{
				Request: "GET /accounts", About: "Lists the accounts with their passwords, for whoever plays the person.",
				Act: shows(func(b *bench) ([]Account, error) { return b.accounts(), nil }),
			},
		},
	}
}

type newUserRequest struct {
	Words    wording `json:"words" doc:"as they stand behind the verb user: one line, or a list of words"`
	Password string  `json:"password,omitempty" doc:"that is chosen; without it one is drawn from the seed"`
}

func (b *bench) addUser(in newUserRequest) (Account, error) {
	u, err := people.User(in.Words)
	if err != nil {
		return Account{}, routes.Refused(err)
	}
	u.Password = in.Password
	if err := b.act("control: user", func(context.Context) error {
		b.note("user %s", strings.Join(in.Words, " "))
		return b.lab.AddUser(u)
	}); err != nil {
		return Account{}, err
	}
	if _, domain, _ := strings.Cut(u.Address, "@"); !b.has(domain) {
		return Account{}, fmt.Errorf(
			"%s is an address of the Internet: nothing was made. It takes mail without an account; the organizations of the bench have %s",
			u.Address, strings.Join(b.domains(), ", "))
	}
	for _, a := range b.accounts() {
		if strings.EqualFold(a.User, u.Address) {
			return a, nil
		}
	}
	return Account{}, fmt.Errorf("%s was not made", u.Address)
}

// has reports whether an organization has a domain.
func (b *bench) has(domain string) bool { _, known := b.lab.Entra.Tenant(domain); return known }

// domains are those of all organizations.
func (b *bench) domains() []string {
	var domains []string
	for _, t := range b.lab.Entra.Tenants() {
		domains = append(domains, t.Domains...)
	}
	return domains
}
