package scenarios

import (
	"context"

	"mfpsim/browser"
	"mfpsim/fakeentra"
	"mfpsim/phrase"
)

// application registers an application at Microsoft, or changes what is given of one that is there. A secret that it
// is given is not printed.
func (p *play) application(words []string) (string, error) {
	read, err := phrase.ReadApplication(words)
	if err != nil {
		return "", err
	}
	var made fakeentra.Application
	err = p.act(act, func(context.Context) (err error) {
		if made, err = p.lab.SetApplication(read.Name, read.Change); err == nil && read.Secret {
			_, _, err = p.lab.AddClientSecret(made.ID, read.Expires)
		}
		if err == nil {
			made, err = p.lab.Entra.Application(made.ID)
		}
		return err
	})
	if err != nil {
		return "", plainError(err)
	}
	return asJSON(made), nil
}

// resource adds an API to those that tokens are made for, or permissions to one.
func (p *play) resource(words []string) (string, error) {
	r, err := phrase.Resource(words)
	if err != nil {
		return "", err
	}
	if err := p.act(act, func(context.Context) error { return p.lab.Entra.AddResource(r) }); err != nil {
		return "", plainError(err)
	}
	return r.Name + "\n", nil
}

// consent is an administrator's consent in the admin center, for the organization.
func (p *play) consent(words []string) (string, error) {
	read, err := phrase.ReadConsent(words)
	if err != nil {
		return "", err
	}
	tenant, err := p.organization(phrase.Values{"tenant": read.Tenant})
	if err != nil {
		return "", err
	}
	if err := p.act(act, func(context.Context) error {
		return p.lab.Entra.GrantConsent(tenant, read.Application, read.Scopes...)
	}); err != nil {
		return "", plainError(err)
	}
	return asJSON(p.lab.Entra.Consents(tenant)), nil
}

// openAdminConsent opens the address at which an administrator consents for the organization.
func (p *play) openAdminConsent(words []string) (string, error) {
	plain, values, err := phrase.Settings(words, "tenant")
	if err != nil {
		return "", err
	}
	application, more := phrase.First(plain)
	if len(more) > 0 {
		return "", usage("browser")
	}
	tenant, err := p.organization(values)
	if err != nil {
		return "", err
	}
	address, err := p.lab.AdminConsentAddress(tenant, application)
	if err != nil {
		return "", plainError(err)
	}
	return p.browse(act, func(ctx context.Context, b *browser.Browser) error {
		b.Forget()
		return b.Open(ctx, address)
	})
}
