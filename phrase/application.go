package phrase

import (
	"errors"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/fakeentra"
)

// Application is what a phrase says of an application: what changes in its registration, and its secrets.
type Application struct {
	Name    string // its display name or its id; one that nobody has registered is new
	Change  func(*fakeentra.Application)
	Secret  bool      // it is given one more secret
	Expires time.Time // of that secret; zero: never
}

// audiences are the kinds of accounts that an application signs in, by our words and by Microsoft Graph's.
var audiences = map[string]string{
	"one-tenant": "AzureADMyOrg", "organizations": "AzureADMultipleOrgs", "everybody": "AzureADandPersonalMicrosoftAccount",
	"personal": "PersonalMicrosoftAccount",
}

// none empties a list.
const none = "none"

// applicationLists are the words that carry a list: each list replaces the one that was there.
var applicationLists = map[string]func(*fakeentra.Application) *[]string{
	"redirects":     func(a *fakeentra.Application) *[]string { return &a.PublicRedirectURIs },
	"web-redirects": func(a *fakeentra.Application) *[]string { return &a.WebRedirectURIs },
	"spa-redirects": func(a *fakeentra.Application) *[]string { return &a.SPARedirectURIs },
	"requests":      func(a *fakeentra.Application) *[]string { return &a.RequestedScopes },
	"roles":         func(a *fakeentra.Application) *[]string { return &a.RequestedRoles },
}

// ReadApplication reads the registration of an application, or what changes in it: "'Scan tool' audience=one-tenant
// home=contoso.com requests=https://outlook.office.com/SMTP.Send,offline_access redirects=http://localhost secret".
func ReadApplication(words []string) (Application, error) {
	name, words := First(words)
	if name == "" || strings.Contains(name, "=") {
		return Application{}, errors.New("an application has a name: NAME key=value…")
	}
	keys := []string{
		"id", "name", "audience", "home", "publisher", "public-client", "verified", "state", "redirects", "web-redirects",
		"spa-redirects", "requests", "roles", "secret-expires",
	}
	plain, values, err := Settings(words, keys...)
	if err != nil {
		return Application{}, err
	}
	read := Application{Name: name}
	removed := false
	for _, word := range plain {
		switch word {
		case "secret":
			read.Secret = true
		case "no-secrets":
			removed = true
		default:
			return Application{}, &choice.Error{
				What: "word of an application", Wanted: word, Present: append([]string{"secret", "no-secrets"}, withEquals(keys)...),
			}
		}
	}
	if text, given := values["secret-expires"]; given {
		read.Secret = true
		if read.Expires, err = Date(text); err != nil {
			return Application{}, err
		}
	}
	fields, err := applicationFields(values)
	read.Change = func(a *fakeentra.Application) {
		if removed {
			a.Secrets = nil
		}
		for _, set := range fields {
			set(a)
		}
	}
	return read, err
}

// applicationFields reads what changes, in the order in which it is to be done.
func applicationFields(values Values) (fields []func(*fakeentra.Application), err error) {
	set := func(key string, field func(*fakeentra.Application, string)) {
		if value, given := values[key]; given {
			fields = append(fields, func(a *fakeentra.Application) { field(a, value) })
		}
	}
	flag := func(key, yes, no string, field func(*fakeentra.Application, bool)) {
		is, wrong := values.Either(key, yes, no, false)
		if wrong != nil {
			err = wrong
			return
		}
		set(key, func(a *fakeentra.Application, _ string) { field(a, is) })
	}
	set("id", func(a *fakeentra.Application, v string) { a.ID = v })
	set("name", func(a *fakeentra.Application, v string) { a.Name = v })
	set("home", func(a *fakeentra.Application, v string) { a.Home = strings.ToLower(v) })
	set("publisher", func(a *fakeentra.Application, v string) { a.Publisher = v })
	flag("public-client", "yes", "no", func(a *fakeentra.Application, is bool) { a.Confidential = !is })
	flag("verified", "yes", "no", func(a *fakeentra.Application, is bool) { a.Verified = is })
	flag("state", "enabled", "disabled", func(a *fakeentra.Application, is bool) {
		a.State = ""
		if !is {
			a.State = fakeentra.Disabled
		}
	})
	if word, given := values["audience"]; given {
		kind := audience(word)
		if kind == "" {
			return nil, &choice.Error{
				What: "value of audience", Wanted: word, Present: []string{"one-tenant", "organizations", "everybody", "personal"},
			}
		}
		set("audience", func(a *fakeentra.Application, _ string) { a.Audience = kind })
	}
	for key, list := range applicationLists {
		set(key, func(a *fakeentra.Application, v string) { *list(a) = listed(v) })
	}
	return fields, err
}

// audience finds Graph's word; empty: there is none.
func audience(word string) string {
	for ours, graphs := range audiences {
		if strings.EqualFold(word, ours) || strings.EqualFold(word, graphs) {
			return graphs
		}
	}
	return ""
}

// listed parts a value at its commas; the word none is the empty list.
func listed(value string) []string {
	if value == none {
		return nil
	}
	var list []string
	for _, word := range strings.Split(value, ",") {
		if word = strings.TrimSpace(word); word != "" {
			list = append(list, word)
		}
	}
	return list
}

// Resource reads an API that tokens are made for, or more permissions of one: "'Microsoft Graph'
// scopes=Sites.Read.All", "'Scan archive' id=… roots=api://scans scopes=Scan.Read admin-scopes=Scan.Delete
// roles=Scan.Read.All".
func Resource(words []string) (fakeentra.Resource, error) {
	name, words := First(words)
	if name == "" || strings.Contains(name, "=") {
		return fakeentra.Resource{}, errors.New("a resource has a name: NAME key=value…")
	}
	keys := []string{"id", "roots", "scopes", "admin-scopes", "roles"}
	plain, values, err := Settings(words, keys...)
	switch {
	case err != nil:
		return fakeentra.Resource{}, err
	case len(plain) > 0:
		return fakeentra.Resource{}, &choice.Error{
			What: "word of a resource", Wanted: plain[0], Present: withEquals(keys),
		}
	}
	r := fakeentra.Resource{Name: name, ID: values["id"], Roots: listed(values["roots"])}
	for _, scope := range listed(values["scopes"]) {
		r.Scopes = append(r.Scopes, fakeentra.Permission{Name: scope})
	}
	for _, scope := range listed(values["admin-scopes"]) {
		r.Scopes = append(r.Scopes, fakeentra.Permission{Name: scope, Admin: true})
	}
	for _, role := range listed(values["roles"]) {
		r.Roles = append(r.Roles, fakeentra.Permission{Name: role})
	}
	return r, nil
}

// Consent is an administrator's consent that a phrase tells of.
type Consent struct {
	Application string   // its id or its name
	Scopes      []string // empty: all that its registration requests
	Tenant      string   // empty: the organization that was added last
}

// ReadConsent reads whom an administrator consents to, in the admin center, for the organization: "'Scan tool'
// https://outlook.office.com/SMTP.Send tenant=contoso.com".
func ReadConsent(words []string) (Consent, error) {
	plain, values, err := Settings(words, "tenant")
	if err != nil {
		return Consent{}, err
	}
	name, scopes := First(plain)
	if name == "" {
		return Consent{}, errors.New("consent is given to an application: NAME [SCOPE…]")
	}
	return Consent{Application: name, Scopes: scopes, Tenant: values["tenant"]}, nil
}
