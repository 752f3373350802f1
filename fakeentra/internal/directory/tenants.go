package directory

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/words"
)

// AddTenant adds an organization, or domains to the tenant of personal accounts, and returns it with its id.
func (d *Directory) AddTenant(t Tenant) (Tenant, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	made, err := d.book.addTenant(t)
	if err != nil {
		return Tenant{}, err
	}
	return made.copy(), nil
}

func (t Tenant) copy() Tenant {
	t.Domains = slices.Clone(t.Domains)
	return t
}

// Tenants returns all tenants, the one of personal accounts first.
func (d *Directory) Tenants() []Tenant {
	var all []Tenant
	for _, home := range d.Homes() {
		all = append(all, home.copy())
	}
	return all
}

// ChangeTenant changes a tenant's switches and notes it in the audit log; change returns what was changed, and to what.
func (d *Directory) ChangeTenant(
	key TenantKey, activity string, change func(*Tenant) (target, detail string, err error),
) (Tenant, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.book.tenant(key)
	c := t.Tenant
	target, detail, err := change(&c)
	if err != nil {
		return Tenant{}, err
	}
	t.Tenant = c
	d.book.log(t, activity, administrator, target, detail)
	return t.copy(), nil
}

// administrator is who acts for the audit log where nobody is named.
const administrator = "administrator"

// What a refresh token's length can be set to: longer than usual, and no longer than a request can carry.
const (
	leastRefreshToken   = 1100
	longestRefreshToken = 16000
)

// settings are the switches of a tenant that Set knows, by the words of the guide and of the admin centers.
var settings = map[string]func(t *Tenant, value string) error{
	"Security defaults": func(t *Tenant, value string) error {
		switch strings.ToLower(value) {
		case "enabled", "on", "$true":
			t.SecurityDefaults = true
		case "disabled", "off", "$false":
			t.SecurityDefaults = false
		default:
			return fmt.Errorf("the values are Enabled and Disabled, not %q", value)
		}
		return nil
	},
	"User consent": func(t *Tenant, value string) error {
		return words.OneOf(&t.UserConsent, "User consent", value, map[string]string{
			"all": UserConsentAll, "low": UserConsentLow, "none": UserConsentNone,
		})
	},
	"Security defaults mode": func(t *Tenant, value string) error {
		return words.OneOf(&t.SecurityDefaultsMode, "Security defaults mode", value, map[string]string{
			"switch": access.DefaultsSwitch, "mfa": access.DefaultsMFA, "device-code": access.DefaultsDeviceCode,
		})
	},
	"Admin consent requests": func(t *Tenant, value string) error {
		var word string
		err := words.OneOf(&word, "Admin consent requests", value,
			map[string]string{"enabled": "on", "on": "on", "disabled": "off", "off": "off"})
		if err == nil {
			t.AdminConsentWorkflow = word == "on"
		}
		return err
	},
	"Refresh tokens": func(t *Tenant, value string) error {
		var word string
		err := words.OneOf(&word, "Refresh tokens", value, map[string]string{"single-use": "one", "reusable": "many"})
		if err == nil {
			t.SingleUseTokens = word == "one"
		}
		return err
	},
	"Refresh token length": func(t *Tenant, value string) error {
		if strings.EqualFold(value, "usual") {
			t.RefreshTokenLength = 0
			return nil
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < leastRefreshToken || n > longestRefreshToken {
			return fmt.Errorf("the values are usual and a number of characters from %d to %d, not %q",
				leastRefreshToken, longestRefreshToken, value)
		}
		t.RefreshTokenLength = n
		return nil
	},
	"Consent box": func(t *Tenant, value string) error {
		value = strings.ToLower(value)
		if value != ConsentBoxGuide && value != ConsentBoxMicrosoft {
			return fmt.Errorf("the values are %s and %s, not %q", ConsentBoxGuide, ConsentBoxMicrosoft, value)
		}
		t.ConsentBox = value
		return nil
	},
}

// Set changes a switch of a tenant by the words of the admin centers, for example "Security defaults" to "Disabled",
// and returns the tenant. The error lists the switches, or the values.
func (d *Directory) Set(key TenantKey, setting, value string) (Tenant, error) {
	return d.ChangeTenant(key, "Update policy", func(t *Tenant) (target, detail string, err error) {
		for name, set := range settings {
			if !strings.EqualFold(name, setting) {
				continue
			}
			if err := set(t, value); err != nil {
				return "", "", fmt.Errorf("%s: %w", name, err)
			}
			return name, value, nil
		}
		return "", "", fmt.Errorf("unknown setting %q; the settings are: %s", setting,
			strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
	})
}

// DeleteTenant removes an organization with all that is in it, and tells the watchers whose accounts are gone:
// AADSTS90002.
func (d *Directory) DeleteTenant(key TenantKey) {
	for _, gone := range d.deleteTenant(key) {
		d.Tell(gone)
	}
}

func (d *Directory) deleteTenant(key TenantKey) (gone []Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.book
	t := b.tenant(key)
	t.deleted = true
	for _, u := range b.userOrder {
		if u.tenant == t && !u.deleted {
			u.deleted = true
			gone = append(gone, u.gone())
		}
	}
	for domain, owner := range b.byDomain {
		if owner == t {
			delete(b.byDomain, domain)
		}
	}
	delete(b.byID, t.ID)
	b.tenants = slices.DeleteFunc(b.tenants, func(other *tenant) bool { return other == t })
	return gone
}
