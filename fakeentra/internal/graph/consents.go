package graph

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
)

// delegated is one oauth2PermissionGrant: Graph has one for each API, client and person.
type delegated struct {
	client  directory.ServicePrincipal
	consent directory.Consent
	api     directory.ServicePrincipal
	scopes  []string // short names
}

// grants lists what the tenant has consented to.
func (g *api) grants(home directory.TenantKey) []delegated {
	g.Directory.MakeAPIs(home, g.Start)
	known := g.Directory.Resources()
	var all []delegated
	for _, c := range g.Directory.Consents(home) {
		client, _ := g.Directory.ServicePrincipal(home, c.Application)
		for _, r := range known.All() {
			api, _ := g.Directory.ServicePrincipal(home, r.ID)
			d := delegated{client: client, consent: c, api: api}
			for _, scope := range c.Scopes {
				if short, ok := shortOf(known, scope, r); ok {
					d.scopes = append(d.scopes, short)
				}
			}
			if len(d.scopes) > 0 {
				all = append(all, d)
			}
		}
	}
	return all
}

// shortOf is the short name of a scope of a resource.
func shortOf(known *resources.Table, scope string, r *resources.API) (short string, ok bool) {
	api, _, short, ok := known.Split(scope)
	return short, ok && api == r
}

func (d delegated) id() string {
	return encode64(directory.Pairwise(d.client.Application+"|"+d.consent.User, d.api.Application))
}

func (g *api) delegatedObject(d delegated) *ordered.Object {
	o := ordered.New(400).Text("clientId", d.client.ID)
	if d.consent.User == "" {
		o.Text("consentType", "AllPrincipals").Text("id", d.id()).Null("principalId")
	} else {
		who := cmp.Or(g.Directory.ObjectID(d.consent.User), d.consent.User)
		o.Text("consentType", "Principal").Text("id", d.id()).Text("principalId", who)
	}
	return o.Text("resourceId", d.api.ID).Text("scope", strings.Join(d.scopes, " "))
}

func (g *api) listGrants(a *ask) (*result, error) {
	var all []*ordered.Object
	for _, d := range g.grants(a.home.Key) {
		all = append(all, g.delegatedObject(d))
	}
	return many("oauth2PermissionGrants", all)
}

func (g *api) delegatedOf(a *ask) (delegated, error) {
	for _, d := range g.grants(a.home.Key) {
		if d.id() == a.id() {
			return d, nil
		}
	}
	return delegated{}, notFound("oAuth2PermissionGrant", a.id())
}

func (g *api) getGrant(a *ask) (*result, error) {
	d, err := g.delegatedOf(a)
	if err != nil {
		return nil, err
	}
	return one("oauth2PermissionGrants", 0, g.delegatedObject(d))
}

func (g *api) addGrant(a *ask) (*result, error) {
	g.Directory.MakeAPIs(a.home.Key, g.Start)
	var client, kind, principal, api, scope string
	err := readObject("", a.body, map[string]bodyField{
		"clientId": readText(&client), "consentType": readWord(&kind, "AllPrincipals", "Principal"), "principalId": readText(&principal),
		"resourceId": readText(&api), "scope": readText(&scope), "startTime": passed, "expiryTime": passed, "id": passed,
	})
	if err != nil {
		return nil, err
	}
	sp, err := g.enterprise(a, client)
	if err != nil {
		return nil, err
	}
	_, isApplication := g.Directory.Application(sp.Application)
	resource, err := g.enterprise(a, api)
	known := g.Directory.Resources()
	r := known.Named(resource.Application)
	switch {
	case err != nil:
		return nil, err
	case !isApplication || r == nil:
		return nil, badRequest("'clientId' is the id of an application's service principal, and 'resourceId' that of an API.")
	case kind == "":
		return nil, badRequest("A value is required for property 'consentType' of resource 'OAuth2PermissionGrant'.")
	}
	scopes, err := scopesOf(known, r, scope)
	if err != nil {
		return nil, err
	}
	var by directory.Account
	if kind == "Principal" {
		var known bool
		if by, known = g.Directory.AccountIn(a.home.Key, principal); !known {
			return nil, notFound("principalId", principal)
		}
	}
	g.Directory.Consent(a.home.Key, sp.Application, "", by.Key, scopes, nil)
	for _, d := range g.grants(a.home.Key) {
		if d.client.Application == sp.Application && d.api.Application == r.ID && d.consent.User == by.Principal {
			return one("oauth2PermissionGrants", http.StatusCreated, g.delegatedObject(d))
		}
	}
	return nil, badRequest("A value is required for property 'scope' of resource 'OAuth2PermissionGrant'.")
}

// scopesOf reads short names of a resource's scopes.
func scopesOf(table *resources.Table, r *resources.API, text string) ([]string, error) {
	var scopes []string
	for _, word := range strings.Fields(text) {
		full, err := table.Canonical(r.Roots[0] + "/" + word)
		if err != nil {
			return nil, badRequest("The permission '%s' does not exist on %s.", word, r.Name)
		}
		scopes = append(scopes, full)
	}
	return scopes, nil
}

func (g *api) deleteGrant(a *ask) (*result, error) {
	d, err := g.delegatedOf(a)
	if err != nil {
		return nil, err
	}
	known := g.Directory.Resources()
	r := known.Named(d.api.Application)
	g.Directory.WithdrawScopes(a.home.Key, d.client.Application, d.consent.User, strings.Join(d.scopes, " "),
		func(scope string) bool {
			short, ok := shortOf(known, scope, r)
			return ok && slices.Contains(d.scopes, short)
		})
	return nothing()
}

// encode64 is base64url without padding (RFC 7515 §2).
func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
