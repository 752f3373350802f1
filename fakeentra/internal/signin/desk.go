// Package signin leads a person through the pages of a sign-in: account, password, policies, second factor,
// confirmation, permissions; and remembers who signed in with a browser.
package signin

import (
	"encoding/base64"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/expiry"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/places"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/wire"
)

// Settings are the parts of the fake's configuration that the pages look at.
type Settings struct {
	Order            []pages.Name // of the pages
	ShowTestAccounts bool         // with their roles beside the sign-in form
	StaySignedIn     bool         // ask "Stay signed in?" at the end
}

// Rooms are what a desk stands on.
type Rooms struct {
	Directory *directory.Directory
	Doors     *doors.Keeper
	Codes     *codes.Store
	Log       *signinlog.Log
	Places    *places.Places
	Secrets   *secrets.List
	Random    *chance.Reader // drawn from in the order of turns
}

// Desk holds the sign-ins that are under way in browsers, and the browsers' sessions. It is safe for concurrent use.
type Desk struct {
	mu   sync.Mutex
	desk desk
}

// desk is what a [Desk] holds. Whoever calls its methods holds the Desk's lock.
type desk struct {
	Rooms
	settings Settings
	visits   map[string]*visit    // by cookie
	ends     expiry.Queue[string] // of visits: those whose codes are long dead lead nowhere
	sessions map[string]*browser  // by cookie
}

// New makes a desk.
func New(settings Settings, rooms Rooms) *Desk {
	return &Desk{desk: desk{
		Rooms: rooms, settings: settings, visits: map[string]*visit{},
		sessions: map[string]*browser{},
	}}
}

// Stand is where a sign-in stands: at a page, or at its end.
type Stand struct {
	Page     pages.Page // to be shown, unless Done or Declined ends a browser's request
	Cookies  []string   // Set-Cookie lines to be sent with it
	Request  codes.Request
	Approval codes.Approval // who is signed in, as far as he is
	Done     bool
	Declined bool
	Bare     bool // the person left by the link of "Need admin approval"

	Wrong *catalogue.Problem // why there is nothing to consent to: the client hears it

	session string
	visit   visit
}

// stand is where a visit stands now.
func (d *desk) stand(v *visit, cookies ...string) Stand {
	return Stand{
		Page: d.page(v), Cookies: cookies, Request: v.code, Approval: v.approval(), Done: v.current == pages.Done,
		Declined: v.current == pages.Declined, Bare: v.bare, Wrong: v.wrong, session: v.session, visit: *v,
	}
}

// Enter takes a code that a person typed: a sign-in begins. The error is a [*catalogue.Refusal].
func (d *Desk) Enter(a *wire.Request, typed string) (Stand, error) {
	c, err := d.desk.Codes.Live(typed, a.At)
	if err != nil {
		return Stand{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.desk.open(a.At, c)
	v.choices = d.desk.sessionUsers(a, c)
	d.desk.advance(a, v)
	return d.desk.stand(v, v.cookie()), nil
}

// Step takes the form of the page on which a sign-in stands, whichever it is; ok is false if no sign-in is under way in
// the browser.
func (d *Desk) Step(a *wire.Request, posted bool) (stand Stand, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var v *visit
	for _, cookie := range a.HTTP.CookiesNamed(secrets.SessionCookie) { // other endpoints set one of that name too
		if open := d.desk.visits[cookie.Value]; open != nil {
			v = open
		}
	}
	if v == nil {
		return Stand{}, false
	}
	var cookies []string
	if posted && a.Form["canary"] == v.canary && a.Path == d.desk.page(v).Action {
		before := v.current
		d.desk.act(a, v)
		if v.code.Web == nil && v.current == pages.Done && before != pages.Done {
			_, cookies = d.desk.rememberSession(a, v)
		}
	}
	return d.desk.stand(v, cookies...), true
}

// Begin opens a sign-in for an authorization request of a browser. A problem is what the client hears at once.
func (d *Desk) Begin(a *wire.Request, c codes.Request) (Stand, *catalogue.Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.desk.openWeb(a.At, c)
	if p := d.desk.resume(a, v); p != nil {
		d.desk.close(v)
		return Stand{}, p
	}
	return d.desk.stand(v, v.cookie()), nil
}

// BeginAdmin opens the page on which an administrator consents for the organization.
func (d *Desk) BeginAdmin(a *wire.Request, c codes.Request) Stand {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.desk.openWeb(a.At, c)
	if session := d.desk.sessionOf(a, c, ""); session != nil {
		d.desk.take(v, session)
	}
	d.desk.advance(a, v)
	return d.desk.stand(v, v.cookie())
}

// Close forgets a sign-in that has come to its end.
func (d *Desk) Close(s Stand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.desk.visits, s.session)
}

// Remember notes a finished sign-in in the browser; it returns its session_state, and the cookies to be set.
func (d *Desk) Remember(a *wire.Request, s Stand) (state string, cookies []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.desk.rememberSession(a, &s.visit)
}

// Signed notes in the sign-in log that a browser's sign-in went well.
func (d *Desk) Signed(a *wire.Request, s Stand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.desk.logBrowser(a, &s.visit, 0, nil)
}

// Approve signs a user in with a code, as all the pages together would. The error is a [*catalogue.Refusal].
func (d *Desk) Approve(c codes.Request, who directory.Account, at time.Time, trace string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := &visit{code: c, confirmed: true}
	v.signedInAs(who, at)
	return d.desk.approveAll(&wire.Request{At: at, Trace: trace, Correlation: c.Correlation, Alias: c.Alias}, v)
}

// ApproveWeb goes through an authorization request of a browser likewise.
func (d *Desk) ApproveWeb(a *wire.Request, c codes.Request, who directory.Account) (Stand, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.desk.openWeb(a.At, c)
	defer d.desk.close(v)
	v.signedInAs(who, a.At)
	if err := d.desk.approveAll(a, v); err != nil {
		return Stand{}, err
	}
	return d.desk.stand(v), nil
}

// SignOut makes browsers forget a person.
func (d *Desk) SignOut(who directory.UserKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, v := range d.desk.visits {
		if v.user == who {
			delete(d.desk.visits, key)
		}
	}
	for _, b := range d.desk.sessions {
		b.forget(who)
	}
}

// open begins a visit.
func (d *desk) open(now time.Time, c codes.Request) *visit {
	for key, over := d.ends.Over(now); over; key, over = d.ends.Over(now) {
		delete(d.visits, key)
	}
	v := &visit{session: encode64(d.Random.Bytes(32)), canary: encode64(d.Random.Bytes(16)), code: c}
	d.visits[v.session] = v
	d.ends.Add(v.session, c.Expires.Add(codes.Keep))
	return v
}

// openWeb opens a sign-in that did not begin with a code.
func (d *desk) openWeb(now time.Time, c codes.Request) *visit {
	v := d.open(now, c)
	v.confirmed, v.askedConfirm = true, true
	return v
}

func (d *desk) close(v *visit) { delete(d.visits, v.session) }

// encode64 is base64url without padding (RFC 7515 §2).
func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
