package resources

import (
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
)

// Whole is a request for all of a resource, as v1 and client credentials make it.
func Whole(name string) (Request, *catalogue.Problem) {
	if name == "" {
		return Request{}, catalogue.Fail(900144).With("name", "resource")
	}
	r := Named(name)
	if r == nil {
		return Request{}, catalogue.Fail(500011).With("name", name)
	}
	q := Request{API: r, Audience: r.Audience, Offline: true, OpenID: true, Profile: true}
	for _, root := range r.Roots {
		if strings.EqualFold(root, strings.TrimSuffix(name, "/")) {
			q.Audience = root
		}
	}
	if r == Exchange {
		q.Permissions = []string{"SMTP.Send"}
	} else {
		q.Permissions = []string{"User.Read"}
	}
	return q, nil
}

// Narrowed completes what a token request asks for by what the sign-in asked for: OpenID's scopes alone mean no other
// resource.
func (asked Request) Narrowed(first Request) Request {
	if len(asked.Permissions) == 0 && asked.API == Graph && first.API != Graph {
		asked.API, asked.Audience, asked.Permissions = first.API, first.Audience, first.Permissions
	}
	return asked
}

// Shown lists what a scope asks for, in the words of the consent page.
func (q Request) Shown() []string {
	names := append([]string(nil), q.Permissions...)
	if q.Offline {
		names = append(names, "offline_access")
	}
	if q.OpenID {
		names = append(names, "openid")
	}
	if q.Profile {
		names = append(names, "profile")
	}
	if q.Email {
		names = append(names, "email")
	}
	for i, name := range names {
		if text := permissionText[name]; text != "" {
			names[i] = text
		}
	}
	return names
}
