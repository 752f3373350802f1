package graph

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
)

// requested draws requiredResourceAccess: what an application's registration requests, by the ids of permissions.
func requested(known *resources.Table, a directory.Application) []*ordered.Object {
	var all []*ordered.Object
	for _, r := range known.All() {
		var list []*ordered.Object
		add := func(permission, kind string, id func(string) string) {
			if api, _, name, ok := known.Split(permission); ok && api == r {
				list = append(list, ordered.New(80).Text("id", id(name)).Text("type", kind))
			}
		}
		for _, scope := range a.RequestedScopes {
			add(scope, "Scope", r.ScopeID)
		}
		for _, role := range a.RequestedRoles {
			add(role, "Role", r.RoleID)
		}
		if len(list) > 0 {
			all = append(all, ordered.New(200).Text("resourceAppId", r.ID).Objects("resourceAccess", list...))
		}
	}
	return all
}

// readRequested reads requiredResourceAccess. A permission is named by its id, or by its name, which Microsoft does not
// take.
func readRequested(known *resources.Table, a *directory.Application) bodyField {
	return func(name string, raw json.RawMessage) error {
		var scopes, roles []string
		err := eachObject(name, raw, func(path string, one json.RawMessage) error {
			var api string
			var access json.RawMessage
			if err := readObject(path, one, map[string]bodyField{
				"resourceAppId":  readText(&api),
				"resourceAccess": func(_ string, raw json.RawMessage) error { access = raw; return nil },
			}); err != nil {
				return err
			}
			r := known.Named(api)
			if r == nil {
				return badRequest("The value '%s' of '%s.resourceAppId' is no API that mfpsim has.", api, path)
			}
			return eachObject(path+".resourceAccess", access, func(path string, one json.RawMessage) error {
				var id, kind string
				if err := readObject(path, one, map[string]bodyField{
					"id": readText(&id), "type": readWord(&kind, "Scope", "Role"),
				}); err != nil {
					return err
				}
				permissions, idOf, list := r.Scopes, r.ScopeID, &scopes
				if kind == "Role" {
					permissions, idOf, list = r.Roles, r.RoleID, &roles
				}
				i := slices.IndexFunc(permissions, func(p resources.Permission) bool {
					return strings.EqualFold(idOf(p.Name), id) || strings.EqualFold(p.Name, id)
				})
				if i < 0 {
					return badRequest("The value '%s' of '%s.id' is no permission of %s that mfpsim has.", id, path, r.Name)
				}
				*list = append(*list, r.Roots[0]+"/"+permissions[i].Name)
				return nil
			})
		})
		if err == nil {
			a.RequestedScopes, a.RequestedRoles = scopes, roles
		}
		return err
	}
}

// eachObject reads a list, one by one; null is an empty one.
func eachObject(name string, raw json.RawMessage, read func(path string, one json.RawMessage) error) error {
	if len(raw) == 0 || isNull(raw) {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return badRequest("The value of '%s' must be a list, not %s.", name, kindOf(raw))
	}
	for _, one := range list {
		if err := read(name, one); err != nil {
			return err
		}
	}
	return nil
}

// readPermissions reads oauth2PermissionScopes or appRoles: what an application exposes.
func readPermissions(list *[]resources.Permission, description string) bodyField {
	return func(name string, raw json.RawMessage) error {
		var read []resources.Permission
		err := eachObject(name, raw, func(path string, one json.RawMessage) error {
			var p resources.Permission
			var kind, shown, said string
			fields := map[string]bodyField{
				"id": readText(&p.ID), "value": readText(&p.Name), "isEnabled": passed, "origin": passed,
				"type": readWord(&kind, "User", "Admin"), "userConsentDisplayName": readText(&shown),
				"userConsentDescription": passed, "adminConsentDisplayName": readText(&said), "allowedMemberTypes": passed,
				"displayName": readText(&shown), description: passed,
			}
			if err := readObject(path, one, fields); err != nil {
				return err
			}
			p.Text, p.Admin = cmp.Or(shown, said), kind == "Admin"
			read = append(read, p)
			return nil
		})
		if err == nil {
			*list = read
		}
		return err
	}
}

// exposed draws the permissions of an API that is an application.
func exposed(r *resources.API) *ordered.Object {
	var list []*ordered.Object
	for _, p := range r.Scopes {
		kind := "User"
		if p.Admin {
			kind = "Admin"
		}
		list = append(list, ordered.New(200).Text("id", r.ScopeID(p.Name)).Text("value", p.Name).Text("type", kind).
			Boolean("isEnabled", true).Text("userConsentDisplayName", cmp.Or(p.Text, p.Name)))
	}
	return ordered.New(200).Objects("oauth2PermissionScopes", list...)
}

func roles(r *resources.API) []*ordered.Object {
	var list []*ordered.Object
	for _, p := range r.Roles {
		list = append(list, ordered.New(200).Text("id", r.RoleID(p.Name)).Text("value", p.Name).
			Texts("allowedMemberTypes", "Application").Boolean("isEnabled", true).
			Text("displayName", cmp.Or(p.Text, p.Name)))
	}
	return list
}

// extendResource adds permissions to one of the APIs that a bench has from the start: POST /applications with its
// appId. At Microsoft nobody can; here the table is a part of what there is.
func (g *api) extendResource(r *resources.API, a directory.Application) (*result, error) {
	if err := g.Directory.AddResource(resources.API{ID: r.ID, Scopes: a.Scopes, Roles: a.Roles}); err != nil {
		return nil, err
	}
	r = g.Directory.Resources().Named(r.ID)
	return one("applications", http.StatusCreated, ordered.New(2000).Text("appId", r.ID).Text("displayName", r.Name).
		Texts("identifierUris", r.Roots...).Nested("api", exposed(r)).Objects("appRoles", roles(r)...))
}

// credential draws Graph's passwordCredential, without its value.
func credential(s directory.ClientSecret) *ordered.Object {
	o := ordered.New(300).Text("displayName", s.Name).Text("keyId", s.KeyID).Time("startDateTime", s.Added)
	if s.Expires.IsZero() {
		return o.Null("endDateTime")
	}
	return o.Time("endDateTime", s.Expires)
}

// secretLife is how long a secret lives whose end nobody names: [D] graph/api/application-addpassword, two years.
const secretLife = 2

func (g *api) addPassword(a *ask) (*result, error) {
	app, err := g.registered(a.id())
	if err != nil {
		return nil, err
	}
	var name, begins, ends string
	if err := readObject("", a.body, map[string]bodyField{
		"passwordCredential": nestedObject(map[string]bodyField{
			"displayName": readText(&name), "startDateTime": readText(&begins), "endDateTime": readText(&ends),
			"customKeyIdentifier": passed, "hint": passed, "keyId": passed, "secretText": passed,
		}),
	}); err != nil {
		return nil, err
	}
	expires := g.Now().AddDate(secretLife, 0, 0)
	if ends != "" {
		if expires, err = time.Parse(time.RFC3339, ends); err != nil {
			return nil, badRequest("The value '%s' of 'passwordCredential.endDateTime' is no time.", ends)
		}
	}
	made, err := g.Directory.AddSecret(app.ID, name, "", expires)
	if err != nil {
		return nil, err
	}
	g.Directory.Log(a.home.Key, "Update application – Certificates and secrets management", app.Name, made.KeyID)
	value := made.Value.Reveal()
	return one("microsoft.graph.passwordCredential", 0,
		credential(made).Null("customKeyIdentifier").Text("hint", value[:3]).Text("secretText", value))
}

func (g *api) removePassword(a *ask) (*result, error) {
	app, err := g.registered(a.id())
	if err != nil {
		return nil, err
	}
	var key string
	if err := readObject("", a.body, map[string]bodyField{"keyId": readText(&key)}); err != nil {
		return nil, err
	}
	if err := g.Directory.RemoveSecret(app.ID, key); err != nil {
		return nil, err
	}
	g.Directory.Log(a.home.Key, "Update application – Certificates and secrets management", app.Name, key)
	return nothing()
}
