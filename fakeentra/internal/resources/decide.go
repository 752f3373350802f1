package resources

import (
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
)

// Decision is what a request gets.
type Decision struct {
	Consented   bool     // to what was asked for: tokens can be made
	Permissions []string // what the access token holds (scp)
	Scope       string   // what the answer says (RFC 6749 §5.1)
	ScopeV1     string   // what that of v1 says: short names ([C] MSAL.NET TestConstants, TokenResponseJson)
}

// Decide decides what a token holds and what the answer says, from what was asked, what the organization and the
// person himself have consented to (canonical, see [Table.Canonical]), and the kind of the account. What the
// application's registration requests has its say before, when consent is asked for: see [Request.Consent].
//
//   - An organization's account gets all of the resource that was consented to, also what was not asked for by name
//     (docs/reference/entra.md E2 [D] BRK August 2021; "Scope has changed" of oauthlib [C]). A personal account gets
//     what was asked for (docs/reference/entra.md §10; that nothing comes along [I]).
//   - .default and the resource of v1 are what was consented to (E3 [D]).
//   - The answer has names as they were asked for, short ones alone, .default too, and never offline_access (E1 [C]).
//   - Consent to anything is consent to OpenID's four words (azure-docs#101648, Microsoft's answer [D]), and Graph's
//     answers name three of them, asked for or not (E1 [C]): before the others if names are long (AZJS-dev [C]), else
//     behind them (DCF [D]).
func (q Request) Decide(consented []string, personal bool) Decision {
	held := q.API.held(consented)
	for _, n := range q.Named {
		if !slices.Contains(held, n.Permission) {
			return Decision{}
		}
	}
	if len(consented) == 0 || q.All && len(held) == 0 {
		return Decision{}
	}
	d := Decision{Consented: true}
	switch {
	case q.All:
		d.Permissions = held
	case personal:
		d.Permissions = q.named()
	default:
		d.Permissions = q.named()
		for _, name := range held {
			if !slices.Contains(d.Permissions, name) {
				d.Permissions = append(d.Permissions, name)
			}
		}
	}
	d.ScopeV1 = strings.Join(d.Permissions, " ")
	d.Scope = q.said(d.Permissions, personal)
	if q.API.Same(Graph) {
		d.Permissions = append(d.Permissions, q.openID(personal, "openid", "profile", "email")...)
	}
	return d
}

// named are the permissions that were asked for by name.
func (q Request) named() []string {
	list := make([]string, len(q.Named))
	for i, n := range q.Named {
		list[i] = n.Permission
	}
	return list
}

// held lists the permissions of the API in a list of canonical ones, in the order of their names.
func (r *API) held(canonical []string) []string {
	var list []string
	root := r.Roots[0]
	for _, scope := range canonical {
		name, ok := strings.CutPrefix(scope, root)
		if !ok || len(name) < 2 || name[0] != '/' || strings.IndexByte(name[1:], '/') >= 0 {
			continue
		}
		if name = name[1:]; !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// openID lists the words of OpenID that come with a token of Graph, in an order of the caller's.
func (q Request) openID(personal bool, order ...string) []string {
	if !personal {
		return order
	}
	asked := map[string]bool{"openid": q.OpenID, "profile": q.Profile, "email": q.Email}
	return slices.DeleteFunc(order, func(word string) bool { return !asked[word] })
}

// said is the scope parameter of the answer.
func (q Request) said(permissions []string, personal bool) string {
	graph := q.API.Same(Graph)
	if !graph && len(permissions) == 1 && len(q.Named) == 1 {
		return q.Named[0].Word // the usual case of a printer
	}
	long := !graph || q.All || slices.ContainsFunc(q.Named, func(n Name) bool { return !n.Short })
	list := make([]string, 0, len(permissions)+4)
	if graph && long {
		list = append(list, q.openID(personal, "email", "openid", "profile")...)
	}
	for i, name := range permissions {
		switch {
		case i < len(q.Named):
			name = q.Named[i].Word
		case long:
			name = q.Audience + "/" + name
		}
		list = append(list, name)
	}
	if graph && !long {
		list = append(list, q.openID(personal, "profile", "openid", "email")...)
	}
	if q.Default != "" {
		list = append(list, q.Default)
	}
	return strings.Join(list, " ")
}

// Registration is what consent depends on, of an application.
type Registration struct {
	ID, Name string
	Scopes   []string // delegated permissions that it requests (requiredResourceAccess), canonical
	Roles    []string // application permissions likewise
}

// Consent is what a page has to ask for before [Request.Decide] grants anything.
type Consent struct {
	Due    bool               // something was not consented to yet
	Scopes []string           // what accepting records, canonical
	Roles  []string           // application permissions that an administrator's consent gives as well
	Admin  bool               // only an administrator may consent
	Shown  []string           // lines of the page
	Wrong  *catalogue.Problem // there is nothing to consent to, whatever the person says; nil: there is
}

// Consent decides what has to be consented to. again asks although nothing is missing (prompt=consent); forAll is an
// administrator's consent for the organization by its address (docs/reference/entra.md §6.2).
//
//   - Names ask for themselves, those of further resources too.
//   - .default and v1 ask if nothing of the resource was ever consented to, and then for all that the registration
//     requests, of every resource; what was consented to before is asked for again ([D] entra-docs, permissions and
//     consent, examples 1 to 3). A resource that the registration does not name is refused: 650057, of Graph 650056.
func (q Request) Consent(app Registration, consented []string, personal, again, forAll bool) Consent {
	if len(q.Others) > 0 && personal {
		return Consent{Wrong: incompatible(q.text)}
	}
	c := Consent{Due: again || len(consented) == 0}
	if q.All {
		held := q.API.held(consented)
		c.Due = again || len(held) == 0
		if p := q.missing(app); p != nil && len(held) == 0 {
			c.Wrong = p
			return c
		}
		c.Scopes = slices.Clone(app.Scopes)
		for _, name := range held {
			c.add(q.API.Roots[0] + "/" + name)
		}
		if forAll {
			c.Roles = slices.Clone(app.Roles)
		}
	}
	for _, n := range append(slices.Clone(q.Named), q.Others...) {
		c.add(n.canonical())
		c.Due = c.Due || !slices.Contains(consented, n.canonical())
	}
	for _, word := range []struct {
		asked bool
		name  string
	}{{q.OpenID, "openid"}, {q.Profile, "profile"}, {q.Email, "email"}, {q.Offline, "offline_access"}} {
		if word.asked {
			c.add(word.name)
		}
	}
	c.Admin = q.Table.administrators(c.Scopes)
	c.Shown = q.Table.shown(c.Scopes, c.Roles)
	return c
}

func (c *Consent) add(scope string) {
	if !slices.Contains(c.Scopes, scope) {
		c.Scopes = append(c.Scopes, scope)
	}
}

// missing says that an application's registration does not name the resource; nil: it does.
func (q Request) missing(app Registration) *catalogue.Problem {
	listed := q.Table.listed(app)
	switch {
	case slices.Contains(listed, q.API.ID), q.Every && len(app.Scopes)+len(app.Roles) > 0:
		return nil
	case q.API.Same(Graph):
		return catalogue.Fail(650056).With("name", q.API.Name).With("id", app.ID).Say("invalid_client")
	}
	return catalogue.Fail(650057).With("appId", app.ID).With("appName", app.Name).With("resourceAppId", q.API.ID).
		With("resource", q.Audience).With("regList", q.Table.Listed(app)).
		Say("invalid_client") // in a redirect: public log (2024-07-23)
}

// listed are the ids of the resources that an application's registration names.
func (t *Table) listed(app Registration) []string {
	requested := append(slices.Clone(app.Scopes), app.Roles...)
	var list []string
	for _, r := range t.apis {
		openID := func(scope string) bool { return openIDWord(scope) != "" }
		if len(r.held(requested)) > 0 || r.Same(Graph) && slices.ContainsFunc(requested, openID) {
			list = append(list, r.ID)
		}
	}
	return list
}

// Listed is the "list of valid resources" of a sentence.
func (t *Table) Listed(app Registration) string { return strings.Join(t.listed(app), ", ") }

// shown lists permissions in the words of the consent page.
func (t *Table) shown(scopes, roles []string) []string {
	var list, open []string
	for _, scope := range scopes {
		if openIDWord(scope) == "" {
			list = append(list, t.text(scope, false))
		}
	}
	for _, role := range roles {
		list = append(list, t.text(role, true))
	}
	for _, word := range []string{"offline_access", "openid", "profile", "email"} {
		if slices.Contains(scopes, word) {
			open = append(open, t.text(word, false))
		}
	}
	return append(list, open...)
}
