package lab

import (
	"fmt"
	"net/url"
	"regexp"
	"time"

	"mfpsim/fakeentra"
)

// SetApplication lets change alter the application of that id or name, or registers a new one, which belongs to the
// organization that was added last unless change says to whom.
func (l *Lab) SetApplication(name string, change func(*fakeentra.Application)) (fakeentra.Application, error) {
	return l.Entra.SetApplication(name, func(a *fakeentra.Application) {
		change(a)
		if a.Audience != "AzureADMyOrg" || a.Home != "" {
			return
		}
		if tenant, err := l.OnlyTenant(); err == nil { // else Entra says what is missing
			a.Home = tenant
		}
	})
}

// aGUID is the form of a client identifier at Entra ID.
var aGUID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// CheckClientID says what is wrong with a client identifier for [Config.ClientID]; empty is none, and well.
func CheckClientID(id string) error {
	if id == "" || aGUID.MatchString(id) {
		return nil
	}
	return fmt.Errorf("%q is no client identifier of Entra ID, which is a GUID: 6f1d2c3b-41a0-4e55-9c1e-0f4100a7b2d9", id)
}

// AddClientSecret gives an application one more secret, and returns its value.
func (l *Lab) AddClientSecret(application string, expires time.Time) (value, keyID string, err error) {
	made, err := l.Entra.AddClientSecret(application, "", expires)
	return made.Value.Reveal(), made.KeyID, err
}

// AdminConsentAddress is where an administrator consents to an application for a whole organization, as makers' support
// pages give it (docs/reference/entra.md E14). Without an application it is the printer maker's.
func (l *Lab) AdminConsentAddress(tenant, application string) (string, error) {
	if application == "" {
		application, _ = l.Application()
	}
	a, err := l.Entra.Application(application)
	if err != nil {
		return "", err
	}
	if tenant == "" {
		if tenant, err = l.OnlyTenant(); err != nil {
			return "", err
		}
	}
	return "https://login.microsoftonline.com/" + url.PathEscape(tenant) + "/adminconsent?client_id=" + a.ID, nil
}
