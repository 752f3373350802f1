package signin

import (
	"slices"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/wire"
)

// browser is what a browser remembers: who signed in with it.
type browser struct {
	id       string // value of the cookie
	accounts []*account
}

// account is one person who signed in with a browser.
type account struct {
	state    string // session_state, and sid of the tokens
	user     directory.UserKey
	epoch    int
	signedIn time.Time
	used     time.Time
	mfa      bool
	stay     bool // "Stay signed in?" was answered with Yes
}

// sessionLifetime is how long the browser's session lives, unless it is used [I].
const sessionLifetime = 24 * time.Hour

// stayLifetime is how long a browser that stays signed in remembers without being used [I].
const stayLifetime = 90 * 24 * time.Hour

// lifetime is how long the session lives unused.
func (c *account) lifetime() time.Duration {
	if c.stay {
		return stayLifetime
	}
	return sessionLifetime
}

// usable reports whether an account's session still stands for its person, u.
func (c *account) usable(u directory.Account, at time.Time) bool {
	return !u.Deleted && u.State == directory.Enabled && !u.Revoked(c.epoch, false) && at.Sub(c.used) < c.lifetime()
}

// usable reports whether an account's session can answer a request.
func (d *desk) usable(c *account, request codes.Request, at time.Time) bool {
	u := d.Directory.AccountBy(c.user)
	return c.usable(u, at) && d.Doors.Admits(d.at(request), u)
}

// at is the door at which a sign-in stands.
func (d *desk) at(request codes.Request) doors.Visit {
	app, _ := d.Directory.Application(request.Application) // applications are never removed
	visit := doors.Visit{Door: doors.DeviceCode, V1: request.V1, Alias: request.Alias, Application: app}
	switch {
	case request.ForAll():
		visit.Door = doors.AdminConsent
	case request.Web != nil:
		visit.Door = doors.Authorize
	}
	return visit
}

func (d *desk) browserOf(a *wire.Request) *browser {
	if a.HTTP == nil {
		return nil
	}
	cookie, err := a.HTTP.Cookie(secrets.AuthCookie)
	if err != nil {
		return nil
	}
	return d.sessions[cookie.Value]
}

// sessionUsers lists who could go on without a password.
func (d *desk) sessionUsers(a *wire.Request, request codes.Request) []*account {
	var list []*account
	if b := d.browserOf(a); b != nil {
		for _, c := range b.accounts {
			if d.usable(c, request, a.At) {
				list = append(list, c)
			}
		}
	}
	return list
}

// sessionOf picks the one session that a request can mean: the only one, or the one that the hint names.
func (d *desk) sessionOf(a *wire.Request, request codes.Request, hint string) *account {
	list := d.sessionUsers(a, request)
	if hint == "" {
		if len(list) == 1 {
			return list[0]
		}
		return nil
	}
	if u, known := d.Directory.Account(hint); known {
		for _, c := range list {
			if u.Key == c.user {
				return c
			}
		}
	}
	return nil
}

// resume looks for a session of the browser that answers without a page, or says what prompt=none hears.
func (d *desk) resume(a *wire.Request, v *visit) *catalogue.Problem {
	web := v.code.Web
	session := d.sessionOf(a, v.code, web.Hint)
	switch {
	case web.Prompt == "login":
		session = nil
	case web.Prompt == "select_account" && session != nil:
		v.choices = d.sessionUsers(a, v.code)
		session = nil
	}
	if session == nil && web.Prompt == "none" {
		return catalogue.Fail(50058)
	}
	if session != nil {
		d.take(v, session)
	} else if web.Hint != "" && web.Prompt != "select_account" {
		v.account = web.Hint
		d.findAccount(a, v, web.Hint)
		v.problem = ""
	}
	if v.current != pages.Error {
		d.advance(a, v)
	}
	if web.Prompt != "none" || v.current == pages.Done {
		return nil
	}
	app := d.application(v)
	switch { // a page would be needed
	case v.current == pages.Permissions, v.current == pages.Approval:
		return catalogue.FailAs(65001, "").With("id", app.ID).With("name", app.Name).Say("consent_required")
	case v.current == pages.MFA, v.current == pages.Enrol:
		return catalogue.Fail(50076).With("resource", v.code.Scope.API.ID).Say("interaction_required")
	case v.wrong != nil:
		return v.wrong
	case catalogue.Known(v.refusal):
		return d.problem(v, v.refusal).Say("interaction_required")
	}
	return catalogue.Fail(50058)
}

// rememberSession notes a finished sign-in in the browser and returns its session_state, and the cookie to be set.
func (d *desk) rememberSession(a *wire.Request, v *visit) (state string, cookies []string) {
	b := d.browserOf(a)
	if b == nil {
		b = &browser{id: "1." + encode64(d.Random.Bytes(96))}
		d.sessions[b.id] = b
		d.Secrets.Add(b.id)
	}
	var found *account
	for _, c := range b.accounts {
		if c.user == v.user && d.usable(c, v.code, a.At) {
			found = c
		}
	}
	if found == nil {
		kept := b.accounts[:0]
		for _, c := range b.accounts {
			if c.user != v.user {
				kept = append(kept, c)
			}
		}
		found = &account{state: d.Random.UUID(), user: v.user}
		b.accounts = append(kept, found)
	}
	found.epoch, found.signedIn, found.used, found.mfa = v.epoch, v.signedIn, a.At, found.mfa || v.mfaDone
	found.stay = found.stay || v.stay
	expires := ""
	if found.stay {
		expires = "; expires=" + a.At.Add(stayLifetime).UTC().Format("Mon, 02-Jan-2006 15:04:05 GMT")
	}
	return found.state, []string{
		secrets.AuthCookie + "=" + b.id + expires + "; path=/; secure; HttpOnly; SameSite=None",
	}
}

// pickAccount takes the answer to "Pick an account".
func (d *desk) pickAccount(a *wire.Request, v *visit, principal string) {
	for _, c := range v.choices {
		u := d.Directory.AccountBy(c.user)
		if u.Principal == principal && d.usable(c, v.code, a.At) {
			v.user, v.account = c.user, principal
			if v.code.Web == nil && u.Personal {
				break // a personal account signs in anew for a device: [D] DCF (docs/reference/entra.md §10)
			}
			v.passwordDone = true
			v.epoch, v.signedIn, v.mfaDone = c.epoch, c.signedIn, c.mfa
		}
	}
	v.choices = nil
}

// take goes on with a session of the browser.
func (d *desk) take(v *visit, c *account) {
	v.user, v.account, v.passwordDone = c.user, d.Directory.AccountBy(c.user).Principal, true
	v.epoch, v.signedIn, v.mfaDone = c.epoch, c.signedIn, c.mfa
}

// pickPage draws "Pick an account".
func (d *desk) pickPage(v *visit, p *sheet) {
	p.Heading, p.Lines = p.say(texts.PickTitle), []string{p.say(texts.SignInHere)}
	for _, c := range v.choices {
		name := d.Directory.AccountBy(c.user).Principal
		p.Buttons = append(p.Buttons, pages.Button{Name: "pick", Value: name, Label: name, Tile: true})
	}
	p.Buttons = append(p.Buttons, pages.Button{
		ID: "otherTile", Name: "pick", Value: "", Label: p.say(texts.PickOther), Tile: true,
	})
}

// forget drops a person from a browser.
func (b *browser) forget(who directory.UserKey) {
	b.accounts = slices.DeleteFunc(b.accounts, func(c *account) bool { return c.user == who })
}

// Logout ends the browser's session, not its tokens (docs/reference/entra.md §4.2, §8.1): of the person whom the hint
// names, else of all. It returns the cookies to be set.
func (d *Desk) Logout(a *wire.Request, hint string) (cookies []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.desk.browserOf(a)
	if b == nil {
		return nil
	}
	if u, known := d.desk.Directory.Account(hint); known {
		b.forget(u.Key)
	} else {
		b.accounts = nil
	}
	if len(b.accounts) > 0 {
		return nil
	}
	delete(d.desk.sessions, b.id)
	return []string{secrets.AuthCookie +
		"=; expires=Thu, 01-Jan-1970 00:00:00 GMT; path=/; secure; HttpOnly; SameSite=None"}
}

// purpose is the line under "Sign in".
func (v *visit) purpose() texts.Key {
	if v.code.Web != nil {
		return texts.SignInHere
	}
	return texts.SignInTo
}
