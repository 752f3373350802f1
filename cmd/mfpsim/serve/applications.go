package serve

import (
	"context"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/fakeentra"
	"mfpsim/phrase"
)

// registered is an application as the control API tells of it: a secret is told once, when it is made.
type registered struct {
	Application fakeentra.Application `json:"application"`
	Secret      string                `json:"secret,omitempty" doc:"a new client secret; it is told once"`
	KeyID       string                `json:"keyId,omitempty" doc:"id of the new secret, for removePassword"`
}

type adminConsentRequest struct {
	User        string `json:"user" doc:"address of the administrator"`
	Application string `json:"application,omitempty" doc:"id or name; without it: the printer maker's"`
	Tenant      string `json:"tenant,omitempty" doc:"domain of an organization; without it: the one that was added last"`
}

type adminConsentAnswer struct {
	Address  string `json:"address" doc:"of the consent page"`
	Redirect string `json:"redirect" doc:"where the page leads when the administrator has consented"`
}

// applicationRoutes are about applications of Entra and what they are allowed.
func applicationRoutes() []route {
	return []route{
		{
			Request: "GET /entra/applications", About: "Lists the applications that are registered.",
			Act: shows(func(b *bench) ([]fakeentra.Application, error) { return list(b.lab.Entra.Applications()), nil }),
		},
		{
			Request: "GET /entra/resources", About: "Lists the resources (APIs) with their permissions.",
			Act: shows(func(b *bench) ([]fakeentra.Resource, error) { return list(b.lab.Entra.Resources()), nil }),
		},
		{
			Request: "POST /entra/application",
			Example: `{"words":"'Scan tool' audience=one-tenant requests=https://outlook.office.com/SMTP.Send redirects=http://localhost secret"}`,
			About:   "Registers an application, or changes one: the words of `entra application`.",
			Act:     said("entra application", alone(phrase.ReadApplication), (*bench).setApplication),
		},
		{
			Request: "POST /entra/resource", Example: `{"words":"'Scan archive' id=10000000-0000-4000-8000-000000000006 roots=api://scans scopes=Scan.Read"}`,
			About: "Adds a resource, or permissions to one: the words of `entra resource`.",
			Act:   said("entra resource", alone(phrase.Resource), (*bench).addResource),
		},
		{
			Request: "POST /entra/consent", Example: `{"words":"'Example MFP Email Sender'"}`,
			About: "Consents for an organization, without a page: the words of `entra consent`.",
			Act:   said("entra consent", alone(phrase.ReadConsent), (*bench).grantConsent),
		},
		{
			Request: "POST /entra/admin-consent", Example: `{"user":"admin@contoso.com"}`,
			About: "Opens the address for administrators and consents for the organization there.",
			Act:   tells((*bench).adminConsent),
		},
	}
}

func (b *bench) setApplication(read phrase.Application) (made registered, err error) {
	a, err := b.lab.SetApplication(read.Name, read.Change)
	if err == nil && read.Secret {
		made.Secret, made.KeyID, err = b.lab.AddClientSecret(a.ID, read.Expires)
	}
	if err == nil {
		made.Application, err = b.lab.Entra.Application(a.ID)
	}
	return made, err
}

func (b *bench) addResource(r fakeentra.Resource) (routes.Done, error) {
	return routes.Done{OK: true}, b.lab.Entra.AddResource(r)
}

func (b *bench) grantConsent(read phrase.Consent) ([]fakeentra.Consent, error) {
	if read.Tenant == "" {
		only, err := b.lab.OnlyTenant()
		if err != nil {
			return nil, err
		}
		read.Tenant = only
	}
	err := b.lab.Entra.GrantConsent(read.Tenant, read.Application, read.Scopes...)
	return list(b.lab.Entra.Consents(read.Tenant)), err
}

func (b *bench) adminConsent(in adminConsentRequest) (done adminConsentAnswer, err error) {
	if in.User == "" {
		return done, routes.Refuse("field \"user\" is missing")
	}
	if done.Address, err = b.lab.AdminConsentAddress(in.Tenant, in.Application); err != nil {
		return done, err
	}
	err = b.act("control: admin consent", func(context.Context) (err error) {
		b.note("entra: %s consents for the organization at %s", in.User, done.Address)
		done.Redirect, err = b.lab.Entra.AdminConsent(done.Address, in.User)
		return err
	})
	return done, err
}
