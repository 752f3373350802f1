package grants

import (
	"cmp"
	"slices"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// subject is what a request says of whom and what it is about: its grant, its code, its parameters.
type subject struct {
	user        directory.UserKey // 0: nobody
	application string            // id
	scope       resources.Request
	signedIn    time.Time
	issued      time.Time // of the refresh token
}

// subject reads a request, be it to be answered or not. What it names and the fake does not know is left out.
func (e *Endpoint) subject(a *wire.Request) subject {
	id, _, _ := a.Client()
	s := subject{application: id}
	if a.Has("scope") || a.Has("resource") {
		if scope, p := a.Scope(e.Directory.Resources(), ""); p == nil {
			s.scope = scope
		}
	}
	switch {
	case a.Has("refresh_token"):
		if token, known := e.Mint.Redeem(a.Param("refresh_token")); known {
			s.take(token.Grant)
			s.issued = token.At
		}
	case a.Has("code") && a.Param("grant_type") == grantCode:
		if c, known := e.Codes.Authorization(a.Param("code"), a.At); known {
			s.take(tokens.Grant{
				User: c.Account, Application: c.Request.Application, Scope: c.Request.Scope, SignedIn: c.SignedIn,
			})
		}
	case PolledCode(a) != "":
		if c, known := e.Codes.Device(PolledCode(a), a.At); known {
			s.take(tokens.Grant{User: c.Account, Application: c.Application, Scope: c.Scope, SignedIn: c.SignedIn})
		}
	default:
		for _, name := range []string{"username", "login_hint"} {
			if u, known := e.Directory.Account(a.Param(name)); known {
				s.user = u.Key
			}
		}
	}
	return s
}

// take notes what a grant says, where the request did not.
func (s *subject) take(g tokens.Grant) {
	s.user, s.signedIn = g.User, g.SignedIn
	if s.application == "" {
		s.application = g.Application
	}
	if s.scope.API == nil {
		s.scope = g.Scope
	}
}

// tenantName is what a sentence calls the tenant that a request is for, which its address need not name.
func (e *Endpoint) tenantName(a *wire.Request) string {
	return e.Directory.TenantName(a.Alias, e.Directory.AccountBy(e.subject(a).user).Principal)
}

// About fills in the places of a sentence, in an answer that is planted, with what the request is about
// (docs/reference/entra.md §2.3).
func (e *Endpoint) About(a *wire.Request, p *catalogue.Problem) *catalogue.Problem {
	s := e.subject(a)
	e.aboutParameters(a, s, p)
	e.aboutAPI(s, p)
	if application, known := e.Directory.Application(s.application); known {
		e.aboutApplication(application, p)
	}
	if s.user != 0 {
		e.aboutAccount(a, s, p)
	}
	if a.Alias.Text != "" {
		name := e.tenantName(a)
		with(p, "tenant", name, "tenantName", name, "organization", name, "tenantId", a.Alias.ID)
	}
	return p
}

// with fills in the places of which something is known.
func with(p *catalogue.Problem, pairs ...string) {
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			p.With(pair[0], pair[1])
		}
	}
}

func (e *Endpoint) aboutParameters(a *wire.Request, s subject, p *catalogue.Problem) {
	scope, redirect := cmp.Or(a.Param("scope"), a.Param("resource"), s.scope.Asked()), a.Param("redirect_uri")
	with(
		p, "method", a.HTTP.Method, "now", catalogue.SevenDigits(a.At), "grant", a.Param("grant_type"),
		"type", a.Param("response_type"), "scope", scope, "scopes", scope, "asked", redirect, "replyAddress", redirect,
		"origin", a.HTTP.Header.Get("Origin"), "state", e.Places.Device().State(),
	)
}

func (e *Endpoint) aboutAPI(s subject, p *catalogue.Problem) {
	api := s.scope.API
	if api == nil {
		return
	}
	switch p.Row.Code {
	case 500011:
		with(p, "name", s.scope.Audience)
	case 650056:
		with(p, "name", api.Name)
	case 650057:
		with(p, "resource", s.scope.Audience)
	}
	if !ofApplication(p) {
		with(p, "identifier", api.ID)
	}
	with(p, "resource", api.ID, "resourceAppId", api.ID, "resourceId", api.ID, "resourceName", api.Name)
}

// ofApplication reports whether {identifier} is an application's; elsewhere it is a resource's.
func ofApplication(p *catalogue.Problem) bool {
	return slices.Contains([]int{50011, 7000215, 7000222}, p.Row.Code)
}

func (e *Endpoint) aboutApplication(application directory.Application, p *catalogue.Problem) {
	switch p.Row.Code {
	case 900144, 90014, 500011: // the name in these is no application's
	default:
		with(p, "name", application.Name)
	}
	if ofApplication(p) {
		with(p, "identifier", application.ID)
	}
	with(p, "id", application.ID, "appId", application.ID, "applicationId", application.ID, "appName", application.Name)
	with(p, "regList", e.Directory.Resources().Listed(application.Registration()))
}

func (e *Endpoint) aboutAccount(a *wire.Request, s subject, p *catalogue.Problem) {
	u := e.Directory.AccountBy(s.user)
	user, tenant := u.Principal, u.Home.Name
	switch p.Row.Code {
	case 50034:
		user, tenant = u.ID, u.Home.ID
	case 90002:
		tenant = u.Home.ID
	}
	with(
		p, "user", user, "idp", u.Provider(), "tenant", tenant, "tenantName", tenant, "organization", tenant,
		"tenantId", u.Home.ID, "validFrom", catalogue.WholeSecond(or(u.ValidFrom, a.At)),
	)
	issued := s.signedIn
	switch p.Row.Code {
	case 700081, 700082, 700084: // about the refresh token; elsewhere it is the sign-in
		issued = or(s.issued, issued)
	}
	with(p, "issued", catalogue.SevenDigits(or(issued, a.At)))
}

// or is the first of two times, unless there is none.
func or(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}
