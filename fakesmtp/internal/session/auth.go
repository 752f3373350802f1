package session

import (
	"context"
	"crypto/tls"
	"strconv"
	"strings"

	"mfpsim/fakesmtp/internal/gate"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/limits"
	"mfpsim/fakesmtp/internal/mailboxes"
	"mfpsim/fakesmtp/internal/replies"
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
	case c.user != "":
		c.refuse(ctx, replies.AuthAgain, "")
	case c.tls == nil || c.exchanger || mechanism != "XOAUTH2" && mechanism != "LOGIN":
		c.endpoint.Shell.Secrets.Add(response)
		c.refuse(ctx, replies.AuthMechanism, refusal.Mechanism)
	case len(response) > c.endpoint.longest(c.endpoint.Front().MaxAnswer):
		c.endpoint.Shell.Secrets.Add(response)
		c.refuse(ctx, replies.AnswerTooLong, "")
	case mechanism == "XOAUTH2" && hasResponse:
		c.bearer(ctx, response)
	case mechanism == "XOAUTH2":
		c.say(replies.AuthContinue)
		c.pending, c.decides = c.unlessCancelled(c.bearer), true
	case hasResponse:
		c.loginUser(ctx, response)
	default:
		c.say(replies.AuthUserName)
		c.pending, c.decides = c.unlessCancelled(c.loginUser), false
	}
}

// decided reports whether AUTH with such arguments is answered for good, and not by a challenge.
func (c *session) decided(arguments string) bool {
	mechanism, _, hasResponse := strings.Cut(arguments, " ")
	challenged := strings.EqualFold(mechanism, "LOGIN") || strings.EqualFold(mechanism, "XOAUTH2") && !hasResponse
	return !challenged || c.tls == nil || c.exchanger || c.helo == "" || c.user != ""
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
	c.decides = true
	c.pending = c.unlessCancelled(func(ctx context.Context, line string) {
		password, ok := wire.Base64(line)
		c.endpoint.Shell.Secrets.Add(password)
		if !ok {
			c.unauthenticated(ctx, replies.AuthIdentity, refusal.Malformed, user)
			return
		}
		c.finish(ctx, c.endpoint.Gate.Password(user, password))
	})
}

// bearer takes the response of XOAUTH2.
func (c *session) bearer(ctx context.Context, line string) {
	user, token, ok := wire.XOAUTH2(line)
	c.endpoint.Shell.Secrets.Add(token)
	if !ok {
		c.unauthenticated(ctx, replies.AuthIdentity, refusal.Malformed, user)
		return
	}
	c.finish(ctx, c.endpoint.Gate.Bearer(user, token))
}

// finish says what was decided.
func (c *session) finish(ctx context.Context, v gate.Verdict) {
	if !c.modern(v.Tenant) {
		c.refuse(ctx, replies.LegacyTLS, refusal.LegacyTLS, "user", wire.Printable(v.User))
		return
	}
	if v.Reason == refusal.Licence {
		c.endpoint.Limits.Failed(v.Mailbox, limits.Licence, c.endpoint.now())
	}
	if v.Event != replies.AuthOK {
		if v.Tenant.Known() {
			c.profile = v.Tenant.Profile()
		}
		c.unauthenticated(ctx, v.Event, v.Reason, v.User)
		c.profile = replies.ProfileExchange
		return
	}
	c.user, c.principal, c.authError, c.profile = v.Mailbox, v.Principal, "", v.Tenant.Profile()
	c.shown.Note(func(shown *history.Session) { shown.User, shown.Profile = c.user, c.profile })
	c.say(replies.AuthOK)
}

// modern reports whether the connection's TLS is good enough: 1.2 or later, or anything on the legacy endpoint for an
// organization that has opted in. It shows at AUTH, not in the handshake (docs/reference/exchange-smtp.md §4).
func (c *session) modern(tenant mailboxes.Tenant) bool {
	if c.tls == nil {
		return true
	}
	state := c.tls.ConnectionState()
	if state.Version >= tls.VersionTLS12 {
		return true
	}
	legacy := strings.EqualFold(state.ServerName, LegacyHost) ||
		state.ServerName == "" && c.endpoint.Settings.LegacyEndpoint
	return legacy && tenant.LegacyTLS
}

// unauthenticated refuses an AUTH. MAIL will repeat the reply; the connection stays, until there were too many.
func (c *session) unauthenticated(ctx context.Context, event replies.Event, reason refusal.Reason, user string) {
	row := replies.LookUp(c.profile, event)
	c.refuse(ctx, event, reason, "user", wire.Printable(user))
	c.authError = strconv.Itoa(row.Code) + " " + row.Text
	limit := c.endpoint.Settings.MaxFailedAuth
	if c.failed++; limit > 0 && c.failed >= limit && !c.closing {
		c.say(replies.TooManyErrors)
	}
}
