package fakesmtp

import (
	"context"
	"crypto/tls"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/retirement"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/fakesmtp/refusal"
)

// auth is the AUTH command (RFC 4954). Only LOGIN and XOAUTH2 are offered, and only over TLS (§1.2, §9).
func (c *session) auth(ctx context.Context, arguments string) {
	mechanism, response, hasResponse := strings.Cut(arguments, " ")
	mechanism, response = strings.ToUpper(mechanism), strings.TrimSpace(response)
	switch {
	case c.helo == "":
		c.refuse(ctx, replies.NeedHello, "")
	case c.user != nil:
		c.refuse(ctx, replies.AuthAgain, "")
	case c.tls == nil || mechanism != "XOAUTH2" && mechanism != "LOGIN":
		c.server.shell.Secrets.Add(response)
		c.refuse(ctx, replies.AuthMechanism, refusal.Mechanism)
	case mechanism == "XOAUTH2" && hasResponse:
		c.bearer(ctx, response)
	case mechanism == "XOAUTH2":
		c.say(replies.AuthContinue)
		c.pending = c.unlessCancelled(c.bearer)
	case hasResponse:
		c.loginUser(ctx, response)
	default:
		c.say(replies.AuthUserName)
		c.pending = c.unlessCancelled(c.loginUser)
	}
}

// unlessCancelled takes a SASL answer; a star cancels (RFC 4954 §4), which Office 365 answers with 535 instead of 501.
func (c *session) unlessCancelled(next func(context.Context, string)) func(context.Context, string) {
	return func(ctx context.Context, line string) {
		if strings.TrimSpace(line) == "*" {
			c.unauthenticated(ctx, replies.AuthCancelled, refusal.Cancelled, "")
			return
		}
		next(ctx, line)
	}
}

// loginUser takes the first answer of AUTH LOGIN.
func (c *session) loginUser(ctx context.Context, line string) {
	user, ok := wire.Base64(line)
	if !ok {
		c.unauthenticated(ctx, replies.AuthIdentity, refusal.Malformed, "")
		return
	}
	c.say(replies.AuthPassword)
	c.pending = c.unlessCancelled(func(ctx context.Context, line string) {
		password, ok := wire.Base64(line)
		c.server.shell.Secrets.Add(password)
		if !ok {
			c.unauthenticated(ctx, replies.AuthIdentity, refusal.Malformed, user)
			return
		}
		c.finish(ctx, c.server.password(user, password))
	})
}

// bearer takes the response of XOAUTH2.
func (c *session) bearer(ctx context.Context, line string) {
	user, token, ok := wire.XOAUTH2(line)
	c.server.shell.Secrets.Add(token)
	if !ok {
		c.unauthenticated(ctx, replies.AuthIdentity, refusal.Malformed, user)
		return
	}
	c.finish(ctx, c.server.bearer(user, token))
}

// finish says what was decided.
func (c *session) finish(ctx context.Context, v verdict) {
	if !c.modern(v) {
		c.refuse(ctx, replies.LegacyTLS, refusal.LegacyTLS, "user", wire.Printable(v.user))
		return
	}
	if v.reason == refusal.Licence {
		c.server.mu.Lock()
		m := c.server.mailboxOf(v.user)
		c.server.mu.Unlock()
		c.server.failedAgain(m, throttledLicence)
	}
	if v.event != replies.AuthOK {
		if v.organization != nil {
			c.profile = v.organization.profile()
		}
		c.unauthenticated(ctx, v.event, v.reason, v.user)
		c.profile = replies.ProfileExchange
		return
	}
	c.user, c.principal, c.authError, c.profile = v.mailbox, v.principal, "", v.organization.profile()
	c.server.noted(c, func(shown *Session) { shown.User, shown.Profile = c.user.address, c.profile })
	c.say(replies.AuthOK)
}

// modern reports whether the connection's TLS is good enough: 1.2 or later, or anything on the legacy endpoint for an organization that
// has opted in. It shows at AUTH, not in the handshake (docs/reference/exchange-smtp.md §4).
func (c *session) modern(v verdict) bool {
	if c.tls == nil {
		return true
	}
	state := c.tls.ConnectionState()
	if state.Version >= tls.VersionTLS12 {
		return true
	}
	legacy := strings.EqualFold(state.ServerName, legacyHost) || state.ServerName == "" && c.server.config.LegacyEndpoint
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return legacy && v.organization != nil && v.organization.legacyTLS.at(c.server.shell.Clock.Now())
}

// unauthenticated refuses an AUTH. MAIL will repeat the reply; the connection stays, until there were too many.
func (c *session) unauthenticated(ctx context.Context, event replies.Event, reason refusal.Reason, user string) {
	row := replies.LookUp(c.profile, event)
	c.refuse(ctx, event, reason, "user", wire.Printable(user))
	c.authError = itoa(row.Code) + " " + row.Text
	limit := c.server.config.MaxFailedAuth
	if c.failed++; limit > 0 && c.failed >= limit && !c.closing {
		c.say(replies.TooManyErrors)
	}
}

// verdict is what AUTH has come to.
type verdict struct {
	event        replies.Event
	reason       refusal.Reason
	user         string
	organization *organization // nil: not known
	mailbox      *mailbox      // of a success
	principal    *servicePrincipal
}

// bearer judges a token: first who it is, then whether he may (docs/reference/exchange-smtp.md §5: 5.7.139 proves that
// the identity was right).
func (s *Server) bearer(user, token string) verdict {
	refused := func(reason refusal.Reason) verdict {
		s.mu.Lock()
		defer s.mu.Unlock()
		return verdict{event: replies.AuthIdentity, reason: reason, user: user, organization: s.organizationOf(address.Domain(user))}
	}
	claims, reason := identity.Check(token, s.directory, identity.SendScope, s.shell.Clock.Now())
	if reason == refusal.Application && claims.User == "" && len(claims.Roles) > 0 {
		return s.application(user, claims)
	}
	if reason != "" {
		return refused(reason)
	}
	account, known := s.directory.Account(claims.User)
	switch {
	case !known:
		return refused(refusal.UserUnknown)
	case account.Disabled:
		return refused(refusal.Disabled)
	case !account.RevokedBefore.IsZero() && claims.Issued.Before(account.RevokedBefore):
		return refused(refusal.Revoked)
	}
	s.mu.Lock()
	organization := s.organizationFor(claims.User)
	same := strings.EqualFold(user, claims.User) || s.mayOpen(claims.User, user)
	s.mu.Unlock()
	switch {
	case organization == nil || !strings.EqualFold(organization.id, claims.Tenant):
		return refused(refusal.Tenant)
	case !same:
		return refused(refusal.UserMismatch)
	}
	return s.policy(user, false)
}

// password judges a user name and a password. Whether basic authentication is allowed at all comes before the password, because the
// front end stops it before it asks the identity provider.
func (s *Server) password(user, password string) verdict {
	s.mu.Lock()
	organization := s.organizationFor(user)
	basic, state := false, retirement.AsSet
	if organization != nil {
		basic, state = s.allowsBasic(organization, s.mailboxOf(user)), s.retired(organization, s.shell.Clock.Now())
	}
	s.mu.Unlock()
	refused := func(event replies.Event, reason refusal.Reason) verdict {
		return verdict{event: event, reason: reason, user: user, organization: organization}
	}
	account, known := s.directory.Account(user)
	switch {
	case organization == nil:
		return refused(replies.AuthCredentials, refusal.UserUnknown)
	case state == retirement.Removed:
		return refused(replies.AuthBasicRemoved, refusal.BasicRemoved)
	case !basic:
		return refused(replies.AuthBasic, refusal.BasicDisabled)
	case !known:
		return refused(replies.AuthCredentials, refusal.UserUnknown)
	case account.Disabled:
		return refused(replies.AuthCredentials, refusal.Disabled)
	case account.Password.Empty() || account.Password.Reveal() != password:
		return refused(replies.AuthCredentials, refusal.Password)
	case s.defaultsOn(organization):
		return refused(replies.AuthDefaults, refusal.Defaults)
	case account.MultiFactor:
		return refused(replies.AuthCriteria, refusal.MultiFactor)
	case account.LegacyBlocked:
		return refused(replies.AuthCriteria, refusal.LegacyBlocked)
	}
	return s.policy(user, true)
}

func (s *Server) defaultsOn(o *organization) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return o.securityDefaults.at(s.shell.Clock.Now())
}

// policy judges whether a user whose identity is sure may submit mail: a mailbox, the switches, security defaults.
func (s *Server) policy(user string, basic bool) verdict {
	now := s.shell.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	v := verdict{event: replies.AuthOK, user: user, organization: s.organizationFor(user), mailbox: s.mailboxOf(user)}
	if v.mailbox == nil || v.mailbox.organization == nil {
		v.event, v.reason, v.mailbox = replies.AuthNoMailbox, refusal.NoMailbox, nil
		return v
	}
	if v.mailbox.unlicensed.at(now) {
		v.event, v.reason = replies.AuthNoMailbox, refusal.Licence
		return v
	}
	own := v.mailbox.smtpAuthDisabled.at(now)
	switch {
	case own != nil && *own:
		v.event, v.reason = replies.AuthMailbox, refusal.MailboxSwitch
	case own == nil && v.organization.smtpAuthDisabled.at(now):
		v.event, v.reason = replies.AuthTenant, refusal.TenantSwitch
	case !basic && v.organization.securityDefaults.at(now) && !s.config.TokensPassSecurityDefaults:
		v.event, v.reason = replies.AuthDefaultsToken, refusal.Defaults
	}
	return v
}

// organizationFor finds the organization of an account: its mailbox's, or its domain's. Under s.mu.
func (s *Server) organizationFor(user string) *organization {
	if m := s.mailboxOf(user); m != nil && m.organization != nil {
		return m.organization
	}
	return s.organizationOf(address.Domain(user))
}

// mayOpen reports whether an account may open another mailbox, so that its token holds for user= that mailbox (MSOAUTH). Under s.mu.
func (s *Server) mayOpen(account, mailbox string) bool {
	m := s.mailboxOf(mailbox)
	if m == nil {
		return false
	}
	return m.owns(account) || address.Among(m.fullAccess.at(s.shell.Clock.Now()), account)
}

// allowsBasic reports whether basic authentication for SMTP gets through: by the calendar, then by an authentication policy. Under s.mu.
func (s *Server) allowsBasic(o *organization, m *mailbox) bool {
	now := s.shell.Clock.Now()
	state := s.retired(o, now)
	if o.basicDisabled || state >= retirement.Never {
		return false
	}
	policy := o.defaultPolicy.at(now)
	if m != nil && m.policy.at(now) != "" {
		policy = m.policy.at(now)
	}
	if policy == "" {
		return state == retirement.AsSet
	}
	held := o.policies[strings.ToLower(policy)]
	return held != nil && held.allowSMTP.at(now) // a policy that allows it is how an administrator switches it on again; inferred
}

// retired is what the calendar makes of basic authentication for an organization.
func (s *Server) retired(o *organization, now time.Time) retirement.State {
	return retirement.At(now, retirement.Organization{Personal: o.personal, Created: o.created}, s.config.BasicAuthEnd)
}
