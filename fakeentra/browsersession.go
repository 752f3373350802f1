package fakeentra

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"time"

	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/texts"
)

// browserSession is what a browser remembers: who signed in with it.
type browserSession struct {
	id       string // value of the cookie
	accounts []*sessionAccount
}

// sessionAccount is one person who signed in with a browser.
type sessionAccount struct {
	state    string // session_state, and sid of the tokens
	user     *user
	epoch    int
	signedIn time.Time
	used     time.Time
	mfa      bool
	stay     bool // "Stay signed in?" was answered with Yes
}

// stayLifetime is how long a browser that stays signed in remembers without being used [I].
const stayLifetime = 90 * 24 * time.Hour

// lifetime is how long the session lives unused.
func (c *sessionAccount) lifetime() time.Duration {
	if c.stay {
		return stayLifetime
	}
	return sessionLifetime
}

// usable reports whether an account's session still stands for its person.
func (c *sessionAccount) usable(alias tenantAlias, at time.Time) bool {
	u := c.user
	revoked := (&grant{user: u, application: &Application{}, epoch: c.epoch}).revoked()
	return !u.deleted && !u.Disabled && !revoked && at.Sub(c.used) < c.lifetime() && alias.admits(u)
}

func (s *Server) browserOf(a *ask) *browserSession {
	if a.request == nil {
		return nil
	}
	cookie, err := a.request.Cookie(secrets.AuthCookie)
	if err != nil {
		return nil
	}
	return s.sessions[cookie.Value]
}

// sessionUsers lists who could go on without a password; under s.mu.
func (s *Server) sessionUsers(a *ask, alias tenantAlias) []*sessionAccount {
	var list []*sessionAccount
	if b := s.browserOf(a); b != nil {
		for _, c := range b.accounts {
			if c.usable(alias, a.at) {
				list = append(list, c)
			}
		}
	}
	return list
}

// sessionOf picks the one session that a request can mean: the only one, or the one that the hint names; under s.mu.
func (s *Server) sessionOf(a *ask, alias tenantAlias, hint string) *sessionAccount {
	list := s.sessionUsers(a, alias)
	if hint == "" {
		if len(list) == 1 {
			return list[0]
		}
		return nil
	}
	for _, c := range list {
		if s.directory.userOf(hint) == c.user {
			return c
		}
	}
	return nil
}

// rememberSession notes a finished sign-in in the browser and returns its session_state; under s.mu.
func (s *Server) rememberSession(w http.ResponseWriter, a *ask, v *visit) string {
	b := s.browserOf(a)
	if b == nil {
		b = &browserSession{id: "1." + base64.RawURLEncoding.EncodeToString(s.random.Bytes(96))}
		s.sessions[b.id] = b
		s.secrets.Add(b.id)
	}
	var account *sessionAccount
	for _, c := range b.accounts {
		if c.user == v.user && c.usable(v.code.alias, a.at) {
			account = c
		}
	}
	if account == nil {
		kept := b.accounts[:0]
		for _, c := range b.accounts {
			if c.user != v.user {
				kept = append(kept, c)
			}
		}
		account = &sessionAccount{state: s.random.UUID(), user: v.user}
		b.accounts = append(kept, account)
	}
	account.epoch, account.signedIn, account.used, account.mfa = v.epoch, v.signedIn, a.at, account.mfa || v.mfaDone
	account.stay = account.stay || v.stay
	if w != nil {
		expires := ""
		if account.stay {
			expires = "; expires=" + a.at.Add(stayLifetime).UTC().Format("Mon, 02-Jan-2006 15:04:05 GMT")
		}
		w.Header().Add("Set-Cookie", secrets.AuthCookie+"="+b.id+expires+"; path=/; secure; HttpOnly; SameSite=None")
	}
	return account.state
}

// pickAccount takes the answer to "Pick an account"; under s.mu.
func (s *Server) pickAccount(a *ask, v *visit, principal string) {
	for _, c := range v.choices {
		if c.user.Principal == principal && c.usable(v.code.alias, a.at) {
			v.user, v.account = c.user, principal
			if v.code.web == nil && c.user.Personal {
				break // a personal account signs in anew for a device: [D] DCF (entra.md §10)
			}
			v.passwordDone = true
			v.epoch, v.signedIn, v.mfaDone = c.epoch, c.signedIn, c.mfa
		}
	}
	v.choices = nil
}

// logout ends the browser's session, not its tokens (entra.md §4.2, §8.1), and goes back to a registered address.
func (s *Server) logout(w http.ResponseWriter, a *ask) {
	s.mu.Lock()
	defer s.mu.Unlock()
	target, state := "", a.param("state")
	if b := s.browserOf(a); b != nil {
		hint := s.directory.userOf(a.param("logout_hint"))
		kept := b.accounts[:0]
		for _, c := range b.accounts {
			if hint != nil && c.user != hint {
				kept = append(kept, c)
			}
		}
		if b.accounts = kept; len(kept) == 0 {
			delete(s.sessions, b.id)
			w.Header().Add("Set-Cookie", secrets.AuthCookie+"=; expires=Thu, 01-Jan-1970 00:00:00 GMT; path=/; secure; HttpOnly; SameSite=None")
		}
	}
	if asked := a.param("post_logout_redirect_uri"); asked != "" {
		for _, id := range slices.Sorted(maps.Keys(s.directory.applications)) {
			if uri, kind := s.directory.applications[id].redirectOf(asked); kind != platformNone {
				target = uri
			}
		}
	}
	if target != "" {
		s.setCommon(w.Header(), a)
		if state != "" {
			target += "?" + parameters{{"state", state}}.encode()
		}
		w.Header()["Location"] = []string{target}
		w.WriteHeader(http.StatusFound)
		return
	}
	s.show(w, a, http.StatusOK, pages.Page{
		Name: pages.SignedOut, Title: texts.Say(texts.SignedOutTitle), Heading: texts.Say(texts.SignedOutTitle), Lines: []string{texts.Say(texts.SignedOutHelp)},
	})
}

// pickPage draws "Pick an account".
func (v *visit) pickPage(p *pages.Page, say func(texts.Key) string) {
	p.Heading, p.Lines = say(texts.PickTitle), []string{say(texts.SignInHere)}
	for _, c := range v.choices {
		p.Buttons = append(p.Buttons, pages.Button{Name: "pick", Value: c.user.Principal, Label: c.user.Principal})
	}
	p.Buttons = append(p.Buttons, pages.Button{ID: "otherTile", Name: "pick", Value: "", Label: say(texts.PickOther)})
}

// asksAgain reports whether the request wants the permissions page although consent was given (prompt=consent), or is for it alone.
func (c *deviceCode) asksAgain() bool {
	return c.web != nil && (c.web.prompt == "consent" || c.web.admin)
}

// forget drops a person from a browser.
func (b *browserSession) forget(u *user) {
	kept := b.accounts[:0]
	for _, c := range b.accounts {
		if c.user != u {
			kept = append(kept, c)
		}
	}
	b.accounts = kept
}

// purpose is the line under "Sign in".
func (v *visit) purpose() texts.Key {
	if v.code.web != nil {
		return texts.SignInHere
	}
	return texts.SignInTo
}

// forAll reports whether the permissions page is for the whole organization, not for one user.
func (c *deviceCode) forAll() bool { return c.web != nil && c.web.admin }
