package serve

import (
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/lab"
	"mfpsim/phrase/people"
)

// providerRow is an Internet fax provider, with what it tells its customers.
type providerRow struct {
	Domain              string    `json:"domain" doc:"a fax goes to NUMBER@domain"`
	DeviceAuthorization string    `json:"deviceAuthorizationEndpoint" doc:"as a device of the bench reaches it"`
	Token               string    `json:"tokenEndpoint" doc:"likewise"`
	ClientID            string    `json:"clientId"`
	Scopes              string    `json:"scopes"`
	SMTP                string    `json:"smtp" doc:"name of its mail server, port 587 with STARTTLS"`
	Pages               string    `json:"pages" doc:"where a person's browser reaches its authorization server"`
	Accounts            []Account `json:"accounts" doc:"with their passwords, for whoever plays the person"`
}

// faxRow is a document on its way to a number.
type faxRow struct {
	Provider  string     `json:"provider" doc:"its domain"`
	Number    string     `json:"number"`
	Account   string     `json:"account" doc:"who sent it"`
	Documents []string   `json:"documents" doc:"the names of the files"`
	Accepted  time.Time  `json:"accepted"`
	Ended     *time.Time `json:"ended,omitempty" doc:"when the call was over"`
	Status    string     `json:"status" doc:"calling, sent or failed"`
	Reason    string     `json:"reason,omitempty" doc:"why it failed"`
}

func providerRoutes() group {
	return group{
		Title: "Internet fax providers",
		About: "A provider has an authorization server of its own, which is none of Microsoft's, and a mail server that takes faxes as mails to NUMBER@domain. The printers of the bench reach both by name. " +
			"A bench has none until one is added.",
		Routes: []route{
			{
				Request: "POST /provider", Example: `{"words":"add fax.example.com accounts=office@fax.example.com"}`,
				About: "Puts a provider on the bench, or makes it do something: the words of the verb `provider`.",
				Act: said("provider", alone(people.Provider),
					func(b *bench, act people.ProviderAct) (routes.Done, error) {
						return routes.Done{OK: true}, act.Do(b.lab)
					}),
			},
			{
				Request: "GET /provider", About: "Lists the providers, with their accounts.",
				Act: shows(func(b *bench) ([]providerRow, error) { return b.providers(), nil }),
			},
			{
				Request: "GET /provider/faxes", About: "Lists the faxes that the providers have taken, oldest first.",
				Act: shows(func(b *bench) ([]faxRow, error) { return b.faxes(), nil }),
			},
		},
	}
}

func (b *bench) providers() []providerRow {
	rows := []providerRow{}
	for _, p := range b.lab.Providers() {
		row := providerRow{
			Domain: p.Domain, DeviceAuthorization: p.DeviceAuthorization(), Token: p.Token(), ClientID: p.Authorization.Client().ID,
			Scopes: lab.ProviderScopes, SMTP: "smtp." + p.Domain, Pages: p.Authorization.URL(), Accounts: []Account{},
		}
		for _, address := range p.Accounts() {
			row.Accounts = append(row.Accounts, Account{User: address, Password: p.Password(address)})
		}
		rows = append(rows, row)
	}
	return rows
}

func (b *bench) faxes() []faxRow {
	rows := []faxRow{}
	for _, p := range b.lab.Providers() {
		for _, f := range p.Mail.Faxes() {
			row := faxRow{
				Provider: p.Domain, Number: f.Number, Account: f.Account, Documents: []string{}, Accepted: f.Accepted,
				Status: string(f.Status), Reason: f.Reason,
			}
			if !f.Ended.IsZero() {
				row.Ended = &f.Ended
			}
			for _, part := range f.Document {
				row.Documents = append(row.Documents, part.Name)
			}
			rows = append(rows, row)
		}
	}
	return rows
}
