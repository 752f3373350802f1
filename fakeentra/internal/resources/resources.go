// Package resources holds the APIs that tokens are made for, and reads the scopes by which programs ask for them.
package resources

import (
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/words"
)

// API is a resource that tokens are made for.
type API struct {
	Name     string   // display name of its service principal
	ID       string   // application id
	Roots    []string // what scopes begin with; the first is the canonical one
	Audience string   // aud of its tokens, unless a scope names another root
	Scopes   []string // delegated permissions that it has
}

// all that a printer, or a program that stands in for one, asks for.
// Scopes of mail: [D] learn.microsoft.com, how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth; roots:
// docs/reference/entra.md §3.1 [C].
var all = []*API{
	{
		Name: "Office 365 Exchange Online", ID: "00000002-0000-0ff1-ce00-000000000000",
		Roots:    []string{"https://outlook.office.com", "https://outlook.office365.com"},
		Audience: "https://outlook.office.com",
		Scopes: []string{
			"SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "EWS.AccessAsUser.All", "Mail.Send",
			"Mail.Read", "Mail.ReadWrite",
		},
	},
	{
		Name: "Microsoft Graph", ID: "00000003-0000-0000-c000-000000000000",
		Roots: []string{"https://graph.microsoft.com"}, Audience: "https://graph.microsoft.com",
		Scopes: []string{
			"User.Read", "Mail.Send", "Mail.Read", "SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All",
			"email", "openid", "profile",
		},
	},
}

// Exchange and graph are the two rows that the code names.
var Exchange, Graph = all[0], all[1]

// All returns the resources.
func All() []*API { return slices.Clone(all) }

// permissionText is what the consent page says of a scope: [D] permissions reference of Microsoft Graph and Exchange.
var permissionText = map[string]string{
	"SMTP.Send":             "Send emails from mailboxes using SMTP AUTH",
	"IMAP.AccessAsUser.All": "Read and write access to mailboxes via IMAP",
	"POP.AccessAsUser.All":  "Read and write access to mailboxes via POP",
	"EWS.AccessAsUser.All":  "Access mailboxes as the signed-in user via Exchange Web Services",
	"Mail.Send":             "Send mail as you",
	"Mail.Read":             "Read your mail",
	"Mail.ReadWrite":        "Read and write access to your mail",
	"User.Read":             "Sign you in and read your profile",
	"openid":                "Sign you in",
	"profile":               "View your basic profile",
	"email":                 "View your email address",
	"offline_access":        "Maintain access to data you have given it access to",
}

// Named finds a resource by its name, its id or one of its roots; nil: there is none.
func Named(name string) *API {
	for _, r := range all {
		if r.Is(name) {
			return r
		}
	}
	return nil
}

// Is reports whether a name, an id or a root means this resource. "Office 365" is the name that policies use for all of
// it.
func (r *API) Is(name string) bool {
	if strings.EqualFold(r.Name, name) || strings.EqualFold(r.ID, name) ||
		r == Exchange && strings.EqualFold(name, "Office 365") {
		return true
	}
	for _, root := range r.Roots {
		if strings.EqualFold(root, strings.TrimSuffix(name, "/")) {
			return true
		}
	}
	return false
}

// Request is a parsed scope parameter.
type Request struct {
	API         *API
	Audience    string   // root that was asked for
	Permissions []string // short names of delegated permissions of the resource
	OpenID      bool
	Profile     bool
	Email       bool
	Offline     bool
}

// Parse reads a scope parameter. problem is nil, or the answer to give. single refuses two resources
// (docs/reference/entra.md §3.1).
func Parse(text, application string, single bool) (Request, *catalogue.Problem) {
	q := Request{}
	for _, word := range strings.Fields(text) {
		switch strings.ToLower(word) {
		case "openid":
			q.OpenID = true
			continue
		case "profile":
			q.Profile = true
			continue
		case "email":
			q.Email = true
			continue
		case "offline_access":
			q.Offline = true
			continue
		}
		r, root, permission, ok := Split(word)
		if !ok {
			return q, catalogue.Fail(70011).With("scope", word)
		}
		if r == nil {
			return q, catalogue.Fail(500011).With("name", root)
		}
		if q.API != nil && q.API != r {
			if single {
				return q, catalogue.Fail(28000).With("scopes", text)
			}
			continue // consent to a second resource is given, its tokens are asked for later
		}
		q.API = r
		if q.Audience == "" {
			q.Audience = root
		}
		if permission == ".default" {
			permission = ""
			if r == Exchange {
				permission = "SMTP.Send"
			}
		} else if known := r.Scope(permission); known == "" {
			return q, catalogue.Fail(650053).With("name", application).With("scope", permission).With("resource", r.ID)
		} else {
			permission = known
		}
		if permission != "" && !words.Contain(q.Permissions, permission) {
			q.Permissions = append(q.Permissions, permission)
		}
	}
	if q.API == nil {
		q.API, q.Audience = Graph, Graph.Audience
	}
	return q, nil
}

// Split parts a scope into its resource and its permission. Without a resource it means Microsoft Graph
// (docs/reference/entra.md §3.1).
func Split(word string) (r *API, root, permission string, ok bool) {
	if !strings.Contains(word, "://") {
		if strings.ContainsAny(word, "/\\:") || word == "" {
			return nil, "", "", false
		}
		return Graph, Graph.Audience, word, true
	}
	i := strings.LastIndexByte(word, '/')
	root, permission = word[:i], word[i+1:]
	if permission == "" || strings.HasSuffix(root, ":/") {
		return nil, "", "", false
	}
	// https://outlook.office.com//.default is the documented form for some resources
	root = strings.TrimSuffix(root, "/")
	return Named(root), root, permission, true
}

// Scope finds a delegated permission by its short name, as the resource writes it; "": it has none of that name.
func (r *API) Scope(name string) string {
	for _, s := range r.Scopes {
		if strings.EqualFold(s, name) {
			return s
		}
	}
	return ""
}

// Needed lists the permissions that consent must cover.
func (q Request) Needed() []string {
	var list []string
	for _, p := range q.Permissions {
		list = append(list, q.audienceRoot()+"/"+p)
	}
	if q.OpenID {
		list = append(list, "openid")
	}
	if q.Profile {
		list = append(list, "profile")
	}
	if q.Email {
		list = append(list, "email")
	}
	if q.Offline {
		list = append(list, "offline_access")
	}
	return list
}

// Demanded lists the permissions without which no token is made. OpenID's scopes come along with those of a resource,
// whatever the consent page listed: MSAL for Go leaves them out of its authorization request and asks for them at the
// token endpoint [I].
func (q Request) Demanded() []string {
	if len(q.Permissions) == 0 {
		return q.Needed()
	}
	return Request{API: q.API, Permissions: q.Permissions}.Needed()
}

// audienceRoot is the canonical root: consent to one root of a resource is consent to the other.
func (q Request) audienceRoot() string { return q.API.Roots[0] }

// Echo is the scope parameter of the answer: resource-qualified; OpenID's only for Graph; offline_access never
// (docs/reference/entra.md §3 [C]).
func (q Request) Echo(granted []string) string {
	var words []string
	if q.API == Graph {
		if q.Email {
			words = append(words, "email")
		}
		if q.OpenID {
			words = append(words, "openid")
		}
		if q.Profile {
			words = append(words, "profile")
		}
	}
	for _, p := range granted {
		words = append(words, q.Audience+"/"+p)
	}
	return strings.Join(words, " ")
}
