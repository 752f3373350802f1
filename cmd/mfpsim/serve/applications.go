package serve

import (
	"context"
	"net/http"

	"mfpsim/fakeentra"
	"mfpsim/phrase"
)

// registered is an application as the control API tells of it: a secret is told once, when it is made.
type registered struct {
	Application fakeentra.Application `json:"application"`
	Secret      string                `json:"secret,omitempty"`
	KeyID       string                `json:"keyId,omitempty"`
}

// applicationRoutes are about applications of Entra and what they are allowed.
func (b *bench) applicationRoutes() map[string]endpoint {
	entra := b.lab.Entra
	return map[string]endpoint{
		"GET /entra/applications": plain(func(*http.Request) (any, error) { return list(entra.Applications()), nil }),
		"GET /entra/resources":    plain(func(*http.Request) (any, error) { return list(entra.Resources()), nil }),
		"POST /entra/application": said(
			b, "entra application", phrase.ReadApplication, func(read phrase.Application) (any, error) {
				var made registered
				a, err := b.lab.SetApplication(read.Name, read.Change)
				if err == nil && read.Secret {
					made.Secret, made.KeyID, err = b.lab.AddClientSecret(a.ID, read.Expires)
				}
				if err == nil {
					made.Application, err = entra.Application(a.ID)
				}
				return made, err
			},
		),
		"POST /entra/resource": said(b, "entra resource", phrase.Resource, func(r fakeentra.Resource) (any, error) {
			return nil, entra.AddResource(r)
		}),
		"POST /entra/consent": said(b, "entra consent", phrase.ReadConsent, func(read phrase.Consent) (any, error) {
			if read.Tenant == "" {
				var err error
				if read.Tenant, err = b.lab.OnlyTenant(); err != nil {
					return nil, err
				}
			}
			err := entra.GrantConsent(read.Tenant, read.Application, read.Scopes...)
			return list(entra.Consents(read.Tenant)), err
		}),
		"POST /entra/admin-consent": takes(func(_ *http.Request, in struct {
			User        string `json:"user"`        // the administrator
			Application string `json:"application"` // id or name; empty: the printer maker's
			Tenant      string `json:"tenant"`      // empty: the organization that was added last
		},
		) (any, error) {
			if in.User == "" {
				return nil, refuse("field \"user\" is missing")
			}
			address, err := b.lab.AdminConsentAddress(in.Tenant, in.Application)
			if err != nil {
				return nil, err
			}
			var redirect string
			err = b.act("control: admin consent", func(context.Context) (err error) {
				b.note("entra: %s consents for the organization at %s", in.User, address)
				redirect, err = entra.AdminConsent(address, in.User)
				return err
			})
			return map[string]string{"address": address, "redirect": redirect}, err
		}),
	}
}
