// Package gate decides who may log on. It checks first who the client is, then whether that account may
// (docs/reference/exchange-smtp.md §5: 5.7.139 proves that the identity was right).
package gate

import (
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/mailboxes"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/retirement"
	"mfpsim/fakesmtp/refusal"
)

// Gate judges tokens and passwords.
type Gate struct {
	Directory identity.Directory
	Mailboxes *mailboxes.Store
	Now       func() time.Time
	// BasicAuthEnd is when basic authentication ends for good; zero: as the timetable assumes.
	BasicAuthEnd time.Time
	// TokensPassSecurityDefaults lets XOAUTH2 through where security defaults are on.
	TokensPassSecurityDefaults bool

	verified identity.Verified
}

// Verdict is what AUTH has come to.
type Verdict struct {
	Event     replies.Event // replies.AuthOK is a success
	Reason    refusal.Reason
	User      string              // who the client said it was
	Tenant    mailboxes.Tenant    // of the account, as far as known
	Mailbox   string              // primary address, as far as known; never empty in a success
	Principal mailboxes.Principal // an application that acts for itself; zero: a person
}

// Bearer judges a token.
func (g *Gate) Bearer(user, token string) Verdict {
	now := g.Now()
	claims, reason := g.verified.Check(token, g.Directory, identity.SendScope, now)
	if reason == refusal.Application && claims.User == "" && len(claims.Roles) > 0 {
		return g.application(user, claims, now)
	}
	if reason == "" {
		reason = g.belongs(user, claims, now)
	}
	if reason == "" && g.otherName(user, claims.User, now) {
		reason = refusal.UserMismatch
	}
	if reason != "" {
		return Verdict{
			Event: replies.AuthIdentity, Reason: reason, User: user, Tenant: g.Mailboxes.Tenant(address.Domain(user), now),
		}
	}
	return g.policy(user, false, now)
}

// belongs judges whose mailbox a good token opens: the account's state, its tenant, and that user= is the account's or
// one that it may open.
func (g *Gate) belongs(user string, claims identity.Claims, now time.Time) refusal.Reason {
	account, known := g.Directory.Account(claims.User)
	tenant := g.Mailboxes.Standing(claims.User, now).Tenant
	switch {
	case !known:
		return refusal.UserUnknown
	case account.State == identity.Disabled:
		return refusal.Disabled
	case !account.RevokedBefore.IsZero() && claims.Issued.Before(account.RevokedBefore):
		return refusal.Revoked
	case !tenant.Known() || !strings.EqualFold(tenant.ID, claims.Tenant):
		return refusal.Tenant
	case !strings.EqualFold(user, claims.User) && !g.Mailboxes.MayOpen(user, now, claims.User):
		return refusal.UserMismatch
	}
	return ""
}

// otherName reports whether user= is another address of the account's own mailbox. Submission compares with the name in
// the token, not with the mailbox's addresses; POP and IMAP take them (docs/reference/exchange-smtp.md §5).
func (g *Gate) otherName(user, account string, now time.Time) bool {
	own := g.Mailboxes.Standing(account, now).Mailbox
	return own != "" && !strings.EqualFold(user, account) && g.Mailboxes.Standing(user, now).Mailbox == own
}

// application judges a token of an application that acts for itself (docs/reference/exchange-smtp.md §5): its role, its
// service principal in Exchange, and that the mailbox is the organization's. Whether it may open the mailbox shows only
// at the end of DATA.
func (g *Gate) application(user string, claims identity.Claims, now time.Time) Verdict {
	tenant, standing := g.Mailboxes.Tenant(claims.Tenant, now), g.Mailboxes.Standing(user, now)
	principal, known := g.Mailboxes.Principal(claims.Tenant, claims.Application)
	refused := func(reason refusal.Reason) Verdict {
		return Verdict{Event: replies.AuthIdentity, Reason: reason, User: user, Tenant: tenant}
	}
	switch {
	case !address.Among(claims.Roles, "SMTP.SendAsApp"):
		return refused(refusal.Role)
	case !tenant.Known():
		return refused(refusal.Tenant)
	case !known:
		return refused(refusal.Application)
	case !strings.EqualFold(principal.Object, claims.Object):
		return refused(refusal.Object)
	case standing.Mailbox == "" || standing.Tenant.ID != tenant.ID:
		return refused(refusal.UserUnknown)
	}
	v := g.policy(user, false, now)
	v.Principal = principal
	return v
}

// Password judges a user name and a password. Whether basic authentication is allowed at all comes before the password,
// because the front end stops it before it asks the identity provider.
func (g *Gate) Password(user, password string) Verdict {
	now := g.Now()
	standing := g.Mailboxes.Standing(user, now)
	refused := func(event replies.Event, reason refusal.Reason) Verdict {
		return Verdict{Event: event, Reason: reason, User: user, Tenant: standing.Tenant}
	}
	basic, removed := g.allowsBasic(standing, now)
	account, known := g.Directory.Account(user)
	switch {
	case !standing.Tenant.Known():
		return refused(replies.AuthCredentials, refusal.UserUnknown)
	case removed:
		return refused(replies.AuthBasicRemoved, refusal.BasicRemoved)
	case !basic:
		return refused(replies.AuthBasic, refusal.BasicDisabled)
	}
	switch reason := knows(account, known, password); {
	case reason != "":
		return refused(replies.AuthCredentials, reason)
	case standing.Tenant.SecurityDefaults:
		return refused(replies.AuthDefaults, refusal.Defaults)
	case account.MultiFactor:
		return refused(replies.AuthCriteria, refusal.MultiFactor)
	case account.BasicAuth == identity.Disabled:
		return refused(replies.AuthCriteria, refusal.LegacyBlocked)
	}
	return g.policy(user, true, now)
}

// knows judges a password as such.
func knows(account identity.Account, known bool, password string) refusal.Reason {
	switch {
	case !known:
		return refusal.UserUnknown
	case account.State == identity.Disabled:
		return refusal.Disabled
	case account.Password.Empty() || account.Password.Reveal() != password:
		return refusal.Password
	}
	return ""
}

// policy judges whether a user whose identity is sure may submit mail: a mailbox, the switches, security defaults.
func (g *Gate) policy(user string, basic bool, now time.Time) Verdict {
	standing := g.Mailboxes.Standing(user, now)
	v := Verdict{Event: replies.AuthOK, User: user, Tenant: standing.Tenant, Mailbox: standing.Mailbox}
	switch own := standing.SMTPAuth; {
	case standing.Mailbox == "":
		v.Event, v.Reason = replies.AuthNoMailbox, refusal.NoMailbox
	case !standing.Licensed:
		v.Event, v.Reason = replies.AuthNoMailbox, refusal.Licence
	case own != nil && !*own:
		v.Event, v.Reason = replies.AuthMailbox, refusal.MailboxSwitch
	case own == nil && !standing.Tenant.SMTPAuth:
		v.Event, v.Reason = replies.AuthTenant, refusal.TenantSwitch
	case !basic && standing.Tenant.SecurityDefaults && !g.TokensPassSecurityDefaults:
		v.Event, v.Reason = replies.AuthDefaultsToken, refusal.Defaults
	}
	return v
}

// allowsBasic reports whether basic authentication for SMTP gets through: by the calendar, then by an authentication
// policy.
func (g *Gate) allowsBasic(standing mailboxes.Standing, now time.Time) (allowed, removed bool) {
	organization := retirement.Organization{Personal: standing.Tenant.Personal, Created: standing.Tenant.Created}
	state := retirement.At(now, organization, g.BasicAuthEnd)
	switch {
	case !standing.BasicAuth || state >= retirement.Never:
		return false, state == retirement.Removed
	case standing.Basic == nil:
		return state == retirement.AsSet, false
	default:
		return *standing.Basic, false // a policy that allows it is how an administrator switches it on again; inferred
	}
}

// LogOn judges a user name and a password for the service's other protocols: who it is, and nothing else. An empty
// Reason is a success.
func (g *Gate) LogOn(user, password string) refusal.Reason {
	account, known := g.Directory.Account(user)
	switch reason := knows(account, known, password); {
	case reason != "":
		return reason
	case account.MultiFactor:
		return refusal.MultiFactor
	case account.BasicAuth == identity.Disabled:
		return refusal.LegacyBlocked
	}
	return g.hasMailbox(user)
}

// LogOnToken judges a token for another protocol of the service, whose scope it is to have. An empty Reason is a
// success.
func (g *Gate) LogOnToken(user, token, scope string) refusal.Reason {
	now := g.Now()
	claims, reason := g.verified.Check(token, g.Directory, scope, now)
	if reason == "" {
		reason = g.belongs(user, claims, now)
	}
	if reason == "" {
		reason = g.hasMailbox(user)
	}
	return reason
}

func (g *Gate) hasMailbox(user string) refusal.Reason {
	if g.Mailboxes.Standing(user, g.Now()).Mailbox == "" {
		return refusal.NoMailbox
	}
	return ""
}
