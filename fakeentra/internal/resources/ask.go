package resources

import (
	"cmp"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
)

// Request is what a program asks for, by scopes or by the resource of v1: read, and nothing decided yet. See
// [Request.Decide] and [Request.Consent].
type Request struct {
	Table    *Table
	API      *API   // that the token is for: the first that was named; Graph if none was
	Audience string // its root as it was asked for
	Named    []Name // permissions of the API that were asked for by name
	Others   []Name // those of further APIs: people consent to them now, their tokens are asked for later
	All      bool   // .default, or the resource of v1: whatever was consented to
	Default  string // .default as it was asked for
	V1       bool   // a resource was asked for, and no scope
	Every    bool   // an administrator's consent to all that the application's registration requests
	OpenID   bool
	Profile  bool
	Email    bool
	Offline  bool

	text string // the scope parameter
}

// Asked is the scope as it was asked for, or the resource.
func (q Request) Asked() string { return cmp.Or(q.text, q.Audience) }

// Name is a permission that was asked for by its name.
type Name struct {
	API        *API
	Permission string // as its API writes it
	Word       string // as the answer names it: with the root that was asked for, or alone
	Short      bool   // alone: it is one of Graph's
}

func (n Name) canonical() string { return n.API.Roots[0] + "/" + n.Permission }

// Limit says how many resources one request may name (docs/reference/entra.md §3.1).
type Limit int

// Limits.
const (
	Several        Limit = iota // where consent is asked for
	Single                      // where a token is asked for: 28000
	SinglePersonal              // personal accounts anywhere: 70011
)

// LimitOf is the limit of a request for a token.
func LimitOf(personal bool) Limit {
	if personal {
		return SinglePersonal
	}
	return Single
}

// openIDWord finds one of the words of OpenID Connect, which belong to no resource; "": it is none.
func openIDWord(word string) string {
	for _, known := range []string{"openid", "profile", "email", "offline_access"} {
		if strings.EqualFold(word, known) {
			return known
		}
	}
	return ""
}

// note remembers one of OpenID's words.
func (q *Request) note(word string) {
	switch word {
	case "openid":
		q.OpenID = true
	case "profile":
		q.Profile = true
	case "email":
		q.Email = true
	case "offline_access":
		q.Offline = true
	}
}

// Parse reads a scope parameter. problem is nil, or the answer to give.
func (t *Table) Parse(text, application string, limit Limit) (Request, *catalogue.Problem) {
	q := Request{Table: t, text: text}
	for _, word := range strings.Fields(text) {
		if known := openIDWord(word); known != "" {
			q.note(known)
			continue
		}
		r, root, permission, ok := t.Split(word)
		switch {
		case !ok:
			return q, catalogue.Fail(70011).With("scope", word)
		case r == nil && microsofts(root):
			return q, catalogue.FailAs(0, "resource").With("name", root)
		case r == nil:
			return q, catalogue.Fail(500011).With("name", root)
		case q.API == nil:
			q.API, q.Audience = r, root
		case q.API != r && limit == SinglePersonal:
			return q, incompatible(text)
		case q.API != r && limit == Single:
			return q, catalogue.Fail(28000).With("scopes", text)
		}
		if p := q.take(r, root, permission, word, application); p != nil {
			return q, p
		}
	}
	if q.Default != "" && len(q.Named)+len(q.Others) > 0 {
		return q, catalogue.FailAs(70011, "default").With("scope", text)
	}
	if q.API == nil {
		q.API, q.Audience = t.graph(), Graph.Audience
	}
	return q, nil
}

// take notes one permission of a resource.
func (q *Request) take(r *API, root, permission, word, application string) *catalogue.Problem {
	if strings.EqualFold(permission, ".default") {
		if q.Default != "" && q.Default != word {
			return catalogue.Fail(70011).With("scope", q.text)
		}
		q.All, q.Default = true, word
		return nil
	}
	known := r.Scope(permission)
	switch {
	case known == "" && r.partial:
		return catalogue.FailAs(0, "permission").With("scope", permission).With("resource", r.Name)
	case known == "":
		return catalogue.Fail(650053).With("name", application).With("scope", permission).With("resource", r.ID)
	case r.Same(Graph) && openIDWord(known) != "":
		q.note(known)
		return nil
	}
	n := Name{API: r, Permission: known, Short: !strings.Contains(word, "/")}
	if n.Word = known; !n.Short {
		n.Word = root + "/" + known
	}
	list := &q.Named
	if q.API != r {
		list = &q.Others
	}
	if !slices.ContainsFunc(*list, func(old Name) bool { return old.API == r && old.Permission == known }) {
		*list = append(*list, n)
	}
	return nil
}

// incompatible is what a personal account hears of two resources: captured, assast/outlookEmail#58 (2026-07-06).
func incompatible(text string) *catalogue.Problem {
	return catalogue.FailAs(70011, "resources").With("scopes", text)
}

// graph is the table's row of Microsoft Graph.
func (t *Table) graph() *API {
	if r := t.Named(Graph.ID); r != nil {
		return r
	}
	return Graph
}

// Split parts a scope into its resource and its permission. Without a resource it means Microsoft Graph
// (docs/reference/entra.md §3.1); r is nil if no resource has the root.
func (t *Table) Split(word string) (r *API, root, permission string, ok bool) {
	i := strings.LastIndexByte(word, '/')
	if i < 0 {
		if strings.ContainsAny(word, "\\:") || word == "" {
			return nil, "", "", false
		}
		return t.graph(), Graph.Audience, word, true
	}
	root, permission = word[:i], word[i+1:]
	if permission == "" || strings.HasSuffix(root, ":/") || !strings.Contains(root, "://") && !guid(root) {
		return nil, "", "", false
	}
	// https://outlook.office.com//.default is the documented form for some resources
	root = strings.TrimSuffix(root, "/")
	return t.Named(root), root, permission, true
}

// Whole is a request for all of a resource, as v1 and client credentials make it.
func (t *Table) Whole(name string) (Request, *catalogue.Problem) {
	if name == "" {
		return Request{}, catalogue.Fail(900144).With("name", "resource")
	}
	r := t.Named(name)
	switch {
	case r == nil && microsofts(name):
		return Request{}, catalogue.FailAs(0, "resource").With("name", name)
	case r == nil:
		return Request{}, catalogue.Fail(500011).With("name", name)
	}
	q := Request{
		Table: t, API: r, Audience: r.Audience, All: true, V1: true, Offline: true, OpenID: true, Profile: true,
	}
	for _, root := range r.Roots {
		if strings.EqualFold(root, strings.TrimSuffix(name, "/")) {
			q.Audience = root
		}
	}
	return q, nil
}

// Registered is an administrator's request for all that an application's registration names, as /adminconsent makes
// it.
func (t *Table) Registered() Request {
	return Request{Table: t, API: t.graph(), Audience: Graph.Audience, All: true, Every: true}
}

// Narrowed completes what a token request asks for by what the sign-in asked for: OpenID's words alone mean no other
// resource.
func (q Request) Narrowed(first Request) Request {
	if !q.All && len(q.Named) == 0 && q.API.Same(Graph) && !first.API.Same(Graph) {
		q.API, q.Audience, q.Named, q.All, q.Default = first.API, first.Audience, first.Named, first.All, first.Default
	}
	return q
}

// microsofts reports whether a root is one of Microsoft's own services: that the bench lacks it says nothing of the
// tenant.
func microsofts(root string) bool {
	_, rest, ok := strings.Cut(strings.ToLower(root), "://")
	host, _, _ := strings.Cut(rest, "/")
	return ok && slices.ContainsFunc([]string{
		"microsoft.com", "azure.com", "azure.net", "windows.net", "office.com", "office.net", "office365.com",
		"outlook.com", "sharepoint.com", "dynamics.com", "microsoftonline.com", "powerplatform.com", "cloud.microsoft",
	}, func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) })
}
