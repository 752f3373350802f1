package directory

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Platform is the kind of a redirect URI, which decides how its codes are redeemed
// (docs/reference/entra.md §8.1, §8.2).
type Platform int

const (
	PlatformNone   Platform = iota
	PlatformWeb             // a server: it has a secret
	PlatformSPA             // a page with script: redeems cross-origin, refresh tokens live 24 hours
	PlatformPublic          // a program on somebody's machine: no secret
)

// maxRedirectURI is the longest redirect URI (docs/reference/entra.md §8.3 [D]).
const maxRedirectURI = 256

// RedirectOf finds the registered redirect URI that a request means. An empty text means the only one that there is.
func (a Application) RedirectOf(text string) (uri string, kind Platform) {
	lists := []struct {
		kind Platform
		uris []string
	}{{PlatformWeb, a.WebRedirectURIs}, {PlatformSPA, a.SPARedirectURIs}, {PlatformPublic, a.PublicRedirectURIs}}
	if text == "" {
		for _, list := range lists {
			for _, u := range list.uris {
				if uri != "" {
					return "", PlatformNone
				}
				uri, kind = u, list.kind
			}
		}
		return uri, kind
	}
	if len(text) > maxRedirectURI || strings.ContainsAny(text, "!$'(),;") {
		return "", PlatformNone
	}
	for _, list := range lists {
		for _, registered := range list.uris {
			if sameRedirect(registered, text) {
				return text, list.kind
			}
		}
	}
	return "", PlatformNone
}

// FirstRedirect is the redirect URI that was registered first; empty: there is none.
func (a Application) FirstRedirect() (uri string, kind Platform) {
	switch {
	case len(a.WebRedirectURIs) > 0:
		return a.WebRedirectURIs[0], PlatformWeb
	case len(a.SPARedirectURIs) > 0:
		return a.SPARedirectURIs[0], PlatformSPA
	case len(a.PublicRedirectURIs) > 0:
		return a.PublicRedirectURIs[0], PlatformPublic
	}
	return "", PlatformNone
}

// sameRedirect compares as Microsoft documents (docs/reference/entra.md §8.3): exactly, the path with regard to case,
// "/" where there is no path, http for localhost and 127.0.0.1 alone, and for localhost whatever port.
func sameRedirect(registered, asked string) bool {
	r, err := url.Parse(registered)
	if err != nil {
		return false
	}
	a, err := url.Parse(asked)
	if err != nil || a.Fragment != "" || a.User != nil {
		return false
	}
	if r.Scheme != "http" && r.Scheme != "https" {
		return registered == asked // a scheme of its own, urn:ietf:wg:oauth:2.0:oob
	}
	path := func(u *url.URL) string {
		if u.Path == "" {
			return "/"
		}
		return u.EscapedPath()
	}
	loopback := strings.EqualFold(a.Hostname(), "localhost")
	switch {
	case !strings.EqualFold(r.Scheme, a.Scheme), !strings.EqualFold(r.Hostname(), a.Hostname()), path(r) != path(a),
		r.RawQuery != a.RawQuery:
		return false
	case strings.EqualFold(a.Scheme, "http") && !loopback && a.Hostname() != "127.0.0.1":
		return false
	case loopback:
		return true
	}
	return port(r) == port(a)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "http") {
		return "80"
	}
	return "443"
}

// checkRedirects refuses registrations that Microsoft does not take (docs/reference/entra.md §8.3 [D]).
func (a Application) checkRedirects() string {
	personal := a.Audience == "" || a.Audience == AudienceEverybody || a.Audience == AudiencePersonal
	all := append(append(append([]string(nil), a.WebRedirectURIs...), a.SPARedirectURIs...), a.PublicRedirectURIs...)
	most := 256
	if personal {
		most = 100
	}
	if len(all) > most {
		return "has more redirect URIs than are allowed: " + strconv.Itoa(most)
	}
	for _, text := range all {
		u, err := url.Parse(text)
		switch {
		case err != nil || u.Scheme == "" || u.Fragment != "" || strings.Contains(text, "*"):
			return "has a redirect URI that is none: " + text
		case len(text) > maxRedirectURI || strings.ContainsAny(text, "!$'(),;"):
			return "has a redirect URI that is too long or holds one of ! $ ' ( ) , ; : " + text
		case u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
			return "has a redirect URI with http that is not localhost: " + text
		case net.ParseIP(u.Hostname()) != nil && strings.Contains(u.Host, "["):
			return "has a redirect URI with an IPv6 address: " + text
		case personal && u.RawQuery != "" && (u.Scheme == "http" || u.Scheme == "https"):
			return "signs in personal accounts, so its redirect URIs have no query: " + text
		}
	}
	return ""
}
