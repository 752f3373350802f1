package fakeentra

import (
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/words"
)

// resource is an API that tokens are made for.
type resource struct {
	Name     string   // display name of its service principal
	ID       string   // application id
	Roots    []string // what scopes begin with; the first is the canonical one
	Audience string   // aud of its tokens, unless a scope names another root
	Scopes   []string // delegated permissions that it has
}

// resources that a printer, or a program that stands in for one, asks for.
// Scopes of mail: [D] learn.microsoft.com, how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth; roots: entra.md §3.1 [C].
var resources = []*resource{
	{
		Name: "Office 365 Exchange Online", ID: "00000002-0000-0ff1-ce00-000000000000",
		Roots:    []string{"https://outlook.office.com", "https://outlook.office365.com"},
		Audience: "https://outlook.office.com",
		Scopes:   []string{"SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "EWS.AccessAsUser.All", "Mail.Send", "Mail.Read", "Mail.ReadWrite"},
	},
	{
		Name: "Microsoft Graph", ID: "00000003-0000-0000-c000-000000000000",
		Roots: []string{"https://graph.microsoft.com"}, Audience: "https://graph.microsoft.com",
		Scopes: []string{"User.Read", "Mail.Send", "Mail.Read", "SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "email", "openid", "profile"},
	},
}

// exchange and graph are the two rows that the code names.
var exchange, graph = resources[0], resources[1]

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

func resourceNamed(name string) *resource {
	for _, r := range resources {
		if r.is(name) {
			return r
		}
	}
	return nil
}

// is reports whether a name, an id or a root means this resource. "Office 365" is the name that policies use for all of it.
func (r *resource) is(name string) bool {
	if strings.EqualFold(r.Name, name) || strings.EqualFold(r.ID, name) || r == exchange && strings.EqualFold(name, "Office 365") {
		return true
	}
	for _, root := range r.Roots {
		if strings.EqualFold(root, strings.TrimSuffix(name, "/")) {
			return true
		}
	}
	return false
}

// request is a parsed scope parameter.
type scopeRequest struct {
	resource    *resource
	audience    string   // root that was asked for
	permissions []string // short names of delegated permissions of the resource
	openID      bool
	profile     bool
	email       bool
	offline     bool
	asked       string // as it came
}

// parseScope reads a scope parameter. problem is nil, or the answer to give. single refuses two resources (entra.md §3.1).
func parseScope(text string, a *Application, single bool) (scopeRequest, *catalogue.Problem) {
	q := scopeRequest{asked: text}
	for _, word := range strings.Fields(text) {
		switch strings.ToLower(word) {
		case "openid":
			q.openID = true
			continue
		case "profile":
			q.profile = true
			continue
		case "email":
			q.email = true
			continue
		case "offline_access":
			q.offline = true
			continue
		}
		r, root, permission, ok := splitScope(word)
		if !ok {
			return q, catalogue.Fail(70011).With("scope", word)
		}
		if r == nil {
			return q, catalogue.Fail(500011).With("name", root)
		}
		if q.resource != nil && q.resource != r {
			if single {
				return q, catalogue.Fail(28000).With("scopes", text)
			}
			continue // consent to a second resource is given, its tokens are asked for later
		}
		q.resource = r
		if q.audience == "" {
			q.audience = root
		}
		if permission == ".default" {
			permission = ""
			if r == exchange {
				permission = "SMTP.Send"
			}
		} else if known := r.scope(permission); known == "" {
			return q, catalogue.Fail(650053).With("name", a.Name).With("scope", permission).With("resource", r.ID)
		} else {
			permission = known
		}
		if permission != "" && !words.Contain(q.permissions, permission) {
			q.permissions = append(q.permissions, permission)
		}
	}
	if q.resource == nil {
		q.resource, q.audience = graph, graph.Audience
	}
	return q, nil
}

// splitScope parts a scope into its resource and its permission. Without a resource it means Microsoft Graph (entra.md §3.1).
func splitScope(word string) (r *resource, root, permission string, ok bool) {
	if !strings.Contains(word, "://") {
		if strings.ContainsAny(word, "/\\:") || word == "" {
			return nil, "", "", false
		}
		return graph, graph.Audience, word, true
	}
	i := strings.LastIndexByte(word, '/')
	root, permission = word[:i], word[i+1:]
	if permission == "" || strings.HasSuffix(root, ":/") {
		return nil, "", "", false
	}
	root = strings.TrimSuffix(root, "/") // https://outlook.office.com//.default is the documented form for some resources
	return resourceNamed(root), root, permission, true
}

func (r *resource) scope(name string) string {
	for _, s := range r.Scopes {
		if strings.EqualFold(s, name) {
			return s
		}
	}
	return ""
}

// needed lists the permissions that consent must cover.
func (q scopeRequest) needed() []string {
	var list []string
	for _, p := range q.permissions {
		list = append(list, q.audienceRoot()+"/"+p)
	}
	if q.openID {
		list = append(list, "openid")
	}
	if q.profile {
		list = append(list, "profile")
	}
	if q.email {
		list = append(list, "email")
	}
	if q.offline {
		list = append(list, "offline_access")
	}
	return list
}

// demanded lists the permissions without which no token is made. OpenID's scopes come along with those of a resource, whatever the
// consent page listed: MSAL for Go leaves them out of its authorization request and asks for them at the token endpoint [I].
func (q scopeRequest) demanded() []string {
	if len(q.permissions) == 0 {
		return q.needed()
	}
	return scopeRequest{resource: q.resource, permissions: q.permissions}.needed()
}

// audienceRoot is the canonical root: consent to one root of a resource is consent to the other.
func (q scopeRequest) audienceRoot() string { return q.resource.Roots[0] }

// echo is the scope parameter of the answer: resource-qualified; OpenID's only for Graph; offline_access never (entra.md §3 [C]).
func (q scopeRequest) echo(granted []string) string {
	var words []string
	if q.resource == graph {
		if q.email {
			words = append(words, "email")
		}
		if q.openID {
			words = append(words, "openid")
		}
		if q.profile {
			words = append(words, "profile")
		}
	}
	for _, p := range granted {
		words = append(words, q.audience+"/"+p)
	}
	return strings.Join(words, " ")
}
