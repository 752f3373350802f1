package directory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mfpsim/chance"
	"mfpsim/choice"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/resources"
)

// AddApplication registers an application. An error about one that is there wraps [ErrExists].
func (d *Directory) AddApplication(a Application) (Application, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.addApplication(a)
}

// Application finds an application by its id.
func (d *Directory) Application(id string) (Application, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.book.applications[strings.ToLower(id)]
	return a, ok
}

// Applications returns all of them in the order of their ids.
func (d *Directory) Applications() []Application {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Application
	for _, id := range slices.Sorted(maps.Keys(d.book.applications)) {
		all = append(all, d.book.applications[id])
	}
	return all
}

// ChangeApplication lets change alter a registered application; its id stays.
func (d *Directory) ChangeApplication(id string, change func(*Application) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	old, ok := d.book.applications[strings.ToLower(id)]
	if !ok {
		return fmt.Errorf("there is no application %q", id)
	}
	a := old.copy()
	if err := change(&a); err != nil {
		return err
	}
	a.ID = old.ID
	_, err := d.book.register(a.copy())
	return err
}

func (a Application) copy() Application {
	for _, list := range []*[]string{
		&a.WebRedirectURIs, &a.SPARedirectURIs, &a.PublicRedirectURIs, &a.RequestedScopes, &a.RequestedRoles, &a.IdentifierURIs,
	} {
		*list = slices.Clone(*list)
	}
	a.Secrets, a.Keys = slices.Clone(a.Secrets), slices.Clone(a.Keys)
	a.Scopes, a.Roles = slices.Clone(a.Scopes), slices.Clone(a.Roles)
	return a
}

func (d *book) addApplication(a Application) (Application, error) {
	a.ID = strings.ToLower(a.ID)
	switch _, there := d.applications[a.ID]; {
	case !ValidGUID(a.ID):
		return Application{}, fmt.Errorf("application %q: the id %q is not a GUID", a.Name, a.ID)
	case there:
		return Application{}, fmt.Errorf("application %s %w", a.ID, ErrExists)
	}
	return d.register(a.copy())
}

// register checks an application and writes it down, with the API that it is.
func (d *book) register(a Application) (Application, error) {
	if a.Name == "" {
		return Application{}, fmt.Errorf("application %s: a name is needed", a.ID)
	}
	switch a.Audience {
	case "":
		a.Audience = AudienceEverybody
	case AudienceEverybody, AudienceOrganizations, AudiencePersonal:
	case AudienceOneTenant:
		if d.byDomain[a.Home] == nil {
			return Application{},
				fmt.Errorf("application %q: a single-tenant application needs the domain of its tenant, not %q", a.Name, a.Home)
		}
	default:
		return Application{}, fmt.Errorf("application %q: unknown audience %q", a.Name, a.Audience)
	}
	if wrong := a.checkRedirects(); wrong != "" {
		return Application{}, fmt.Errorf("application %q %s", a.Name, wrong)
	}
	apis := d.apis
	if len(a.IdentifierURIs)+len(a.Scopes)+len(a.Roles) > 0 {
		var err error
		if apis, err = apis.With(resources.API{
			Name: a.Name, ID: a.ID, Roots: a.IdentifierURIs, Scopes: a.Scopes, Roles: a.Roles,
		}); err != nil {
			return Application{}, fmt.Errorf("application %q: %w", a.Name, err)
		}
	}
	if err := canonical(a.RequestedScopes, apis.Canonical); err != nil {
		return Application{}, fmt.Errorf("application %q: %w", a.Name, err)
	}
	if err := canonical(a.RequestedRoles, apis.CanonicalRole); err != nil {
		return Application{}, fmt.Errorf("application %q: %w", a.Name, err)
	}
	d.applications[a.ID], d.apis = a, apis
	return a.copy(), nil
}

// canonical brings permissions into the form in which consents and registrations keep them.
func canonical(list []string, form func(string) (string, error)) error {
	for i, permission := range list {
		known, err := form(permission)
		if err != nil {
			return err
		}
		list[i] = known
	}
	return nil
}

// ApplicationNamed finds an application by its id or its name.
func (d *Directory) ApplicationNamed(name string) (Application, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var known []string
	for _, id := range slices.Sorted(maps.Keys(d.book.applications)) {
		a := d.book.applications[id]
		if strings.EqualFold(a.ID, name) || strings.EqualFold(a.Name, name) {
			return a.copy(), nil
		}
		known = append(known, a.Name)
	}
	return Application{}, &choice.Error{What: "application", Wanted: name, Present: known}
}

// AddSecret gives an application a secret, which it returns: value, or one that is drawn if that is empty. The zero
// expires is never.
func (d *Directory) AddSecret(id, name string, value Password, expires time.Time) (ClientSecret, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.book.applications[strings.ToLower(id)]
	if !ok {
		return ClientSecret{}, fmt.Errorf("there is no application %q", id)
	}
	number := 1
	for _, old := range a.Secrets {
		number = max(number, old.number+1)
	}
	if value == "" {
		r := chance.New(d.book.seed, fmt.Sprintf("%s client secret %s %d", hosts.Party, a.ID, number))
		value = Password(r.Letters("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 3) + "8Q~" +
			r.Letters("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~-", 34))
	}
	made := ClientSecret{
		Value: value, Expires: expires, Name: name, Added: d.book.now(), number: number,
		KeyID: d.book.identity("client secret", fmt.Sprintf("%s %d", a.ID, number)),
	}
	a.Secrets = append(slices.Clone(a.Secrets), made)
	d.book.applications[a.ID] = a
	d.book.secrets.Keep(value.Reveal())
	return made, nil
}

// RemoveSecret takes a secret away again, by its key id. The error says that there is none.
func (d *Directory) RemoveSecret(id, key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.book.applications[strings.ToLower(id)]
	for i, old := range a.Secrets {
		if strings.EqualFold(old.KeyID, key) && key != "" {
			a.Secrets = slices.Delete(slices.Clone(a.Secrets), i, i+1)
			d.book.applications[a.ID] = a
			return nil
		}
	}
	return fmt.Errorf("no password credential found with keyId %q", key)
}

// Registration is what consent depends on.
func (a Application) Registration() resources.Registration {
	return resources.Registration{ID: a.ID, Name: a.Name, Scopes: a.RequestedScopes, Roles: a.RequestedRoles}
}

// AddResource adds an API to those that tokens are made for, or permissions to one that is there.
func (d *Directory) AddResource(r resources.API) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	apis, err := d.book.apis.With(r)
	if err == nil {
		d.book.apis = apis
	}
	return err
}

// Resources is the list of APIs as it stands.
func (d *Directory) Resources() *resources.Table {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.apis
}

// ClientSecret is a secret of an application that is not a public client.
type ClientSecret struct {
	Value   Password
	Expires time.Time // zero: never
	Name    string    // display name
	KeyID   string    // set by AddSecret, as is Added
	Added   time.Time

	number int
}

// HasCredentials reports whether an application has anything to show who it is.
func (a Application) HasCredentials() bool {
	return a.Confidential || len(a.Secrets) > 0 || len(a.Keys) > 0
}
