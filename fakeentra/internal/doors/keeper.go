package doors

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
)

// Keeper asks the table for whoever stands at a door. It is safe for concurrent use.
type Keeper struct {
	Directory *directory.Directory
	strict    atomic.Bool
}

// SetStrict makes the Keeper refuse whoever comes to a cell that is ours, in words of its own, or no longer.
func (k *Keeper) SetStrict(on bool) { k.strict.Store(on) }

// Strict reports whether it does.
func (k *Keeper) Strict() bool { return k.strict.Load() }

// Visit is who stands at a door.
type Visit struct {
	Door        Door
	V1          bool
	Alias       directory.Alias
	Application directory.Application
}

// Discovery says why a discovery document is not given out; nil: it is.
func (k *Keeper) Discovery(door Door, older bool, alias directory.Alias) *catalogue.Problem {
	at := seenFrom(alias, alias.Organization())
	cell := &cells.discovery[version(older)][at]
	if cell.Ours() && k.Strict() {
		return notEstablished(doorNames[door], versionNames[version(older)], aliasNames[at])
	}
	return nil
}

// Application says why an application is not let in, before anybody has signed in; nil: it is.
func (k *Keeper) Application(v Visit) *catalogue.Problem {
	who := audience(v.Application)
	// only an application of one tenant has a home
	home := v.Alias.Organization() && (who != OneTenant || k.Directory.Owns(v.Alias.Tenant, v.Application.Home))
	at := seenFrom(v.Alias, home)
	cell := &cells.applications[v.Door][version(v.V1)][at][who]
	if cell.Ours() && k.Strict() {
		return notEstablished(doorNames[v.Door], versionNames[version(v.V1)], aliasNames[at], forWhom(who))
	}
	if cell.Open() {
		return nil
	}
	return v.problem(cell)
}

// Account says why an account is not let in; nil: it is.
func (k *Keeper) Account(v Visit, u directory.Account) *catalogue.Problem {
	cell, at, kind, who := v.account(u)
	if cell.Ours() && k.Strict() {
		return notEstablished(
			doorNames[v.Door], versionNames[version(v.V1)], aliasNames[at], accountNames[kind]+" account", forWhom(who),
		)
	}
	if cell.Open() {
		return nil
	}
	return v.problem(cell).With("user", u.Principal).With("idp", u.Provider())
}

// Admits reports whether an account is let in, strict or not.
func (k *Keeper) Admits(v Visit, u directory.Account) bool {
	cell, _, _, _ := v.account(u)
	return cell.Open()
}

func (v Visit) account(u directory.Account) (cell *Cell, at Alias, kind Account, who Audience) {
	kind, who = Work, audience(v.Application)
	if u.Personal {
		kind = Personal
	}
	at = seenFrom(v.Alias, v.Alias.Tenant == u.Home.Key)
	return &cells.accounts[v.Door][version(v.V1)][at][kind][who], at, kind, who
}

// Poll says why a device code that was made under one alias is not redeemed under another; nil: it is.
func (k *Keeper) Poll(v Visit, made directory.Alias) *catalogue.Problem {
	from := seenFrom(made, made.Organization())
	// a code that was made for no tenant meets each as its own
	at := seenFrom(v.Alias, v.Alias.Organization() && (made.Tenant == v.Alias.Tenant || from != Own))
	who := audience(v.Application)
	cell := &cells.polls[version(v.V1)][from][at][who]
	if cell.Ours() && k.Strict() {
		return notEstablished(
			doorNames[ByDevice], versionNames[version(v.V1)], aliasNames[at], "made at "+aliasNames[from], forWhom(who),
		)
	}
	if cell.Open() {
		return nil
	}
	return v.problem(cell)
}

// problem is the refusal of a cell.
func (v Visit) problem(cell *Cell) *catalogue.Problem {
	return catalogue.FailAs(cell.Number, cell.Variant).With("id", v.Application.ID).With("name", v.Application.Name).
		With("tenant", v.Alias.DirectoryName())
}

// NotEstablished is the word of the fake's own refusal where nobody knows what Entra ID says.
const NotEstablished = "not_established"

func notEstablished(where ...string) *catalogue.Problem {
	return catalogue.Ours(http.StatusNotImplemented, NotEstablished, fmt.Sprintf(
		"mfpsim does not know what Microsoft Entra ID does here, and was told to refuse what docs/doors.md marks as ours: %s.",
		words(where),
	))
}

func version(older bool) Version {
	if older {
		return V1
	}
	return V2
}

// seenFrom is an alias as an application or an account sees it.
func seenFrom(alias directory.Alias, home bool) Alias {
	switch {
	case alias.Common:
		return Common
	case alias.Work:
		return Organizations
	case alias.Consumers():
		return Consumers
	case home:
		return Own
	}
	return Other
}

func audience(a directory.Application) Audience {
	switch a.Audience {
	case directory.AudienceOneTenant:
		return OneTenant
	case directory.AudienceOrganizations:
		return ManyTenants
	case directory.AudiencePersonal:
		return PersonalOnly
	}
	return Both
}

func forWhom(who Audience) string { return "application for " + audienceNames[who] }
