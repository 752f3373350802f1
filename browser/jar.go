package browser

import (
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"
)

// jar keeps cookies as a browser does, without the machine's clock (net/http/cookiejar reads it).
type jar struct {
	now     func() time.Time
	cookies map[string]*kept
	number  int
}

type kept struct {
	name, value, host, path string
	subdomains, secure      bool
	expires                 time.Time // zero: until the browser is closed
	number                  int       // order of arrival: among equal paths the older one is sent first, RFC 6265 §5.4
}

func newJar(now func() time.Time) *jar { return &jar{now: now, cookies: map[string]*kept{}} }

// set stores what a reply carries; RFC 6265 §5.3 without the list of public suffixes, which a bench does not need.
func (j *jar) set(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		k := &kept{name: c.Name, value: c.Value, host: u.Hostname(), path: c.Path, secure: c.Secure}
		if c.Domain != "" {
			domain := strings.TrimPrefix(strings.ToLower(c.Domain), ".")
			if !domainMatches(u.Hostname(), domain) {
				continue
			}
			k.host, k.subdomains = domain, true
		}
		if !strings.HasPrefix(k.path, "/") {
			k.path = defaultPath(u.Path)
		}
		switch {
		case c.MaxAge < 0:
			k.expires = time.Unix(0, 0)
		case c.MaxAge > 0:
			k.expires = j.now().Add(time.Duration(c.MaxAge) * time.Second)
		case !c.Expires.IsZero():
			k.expires = c.Expires
		}
		key := k.host + "\x00" + k.path + "\x00" + k.name
		if j.expired(k) {
			delete(j.cookies, key)
			continue
		}
		if old := j.cookies[key]; old != nil {
			k.number = old.number
		} else {
			j.number++
			k.number = j.number
		}
		j.cookies[key] = k
	}
}

// header gives the Cookie header of a request, "" for none; longer paths first, then the older ones.
func (j *jar) header(u *url.URL) string {
	var fit []*kept
	for _, k := range j.cookies {
		hostFits := k.host == u.Hostname() || k.subdomains && domainMatches(u.Hostname(), k.host)
		if hostFits && pathMatches(u.Path, k.path) && (!k.secure || u.Scheme == "https") && !j.expired(k) {
			fit = append(fit, k)
		}
	}
	sort.Slice(fit, func(a, b int) bool {
		if len(fit[a].path) != len(fit[b].path) {
			return len(fit[a].path) > len(fit[b].path)
		}
		return fit[a].number < fit[b].number
	})
	pairs := make([]string, len(fit))
	for i, k := range fit {
		pairs[i] = k.name + "=" + k.value
	}
	return strings.Join(pairs, "; ")
}

func (j *jar) expired(k *kept) bool { return !k.expires.IsZero() && !j.now().Before(k.expires) }

func domainMatches(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

func pathMatches(path, cookiePath string) bool {
	if path == "" {
		path = "/"
	}
	return path == cookiePath || strings.HasPrefix(path, cookiePath) &&
		(strings.HasSuffix(cookiePath, "/") || strings.HasPrefix(path[len(cookiePath):], "/"))
}

// defaultPath is RFC 6265 §5.1.4.
func defaultPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}
