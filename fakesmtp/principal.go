package fakesmtp

import (
	"strings"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/refusal"
)

// servicePrincipal is an application that Exchange knows (New-ServicePrincipal); guarded by Server.mu.
type servicePrincipal struct {
	application string // AppId: the application's client id
	object      string // ObjectId: of the enterprise application, which many take from the wrong page
	name        string
}

// names are what a permission may call it.
func (p *servicePrincipal) names() []string { return []string{p.object, p.application, p.name} }

// principalOf finds a service principal by any of its names. Under s.mu.
func (o *organization) principalOf(name string) *servicePrincipal {
	for _, p := range o.principals {
		if name != "" && address.Among(p.names(), name) {
			return p
		}
	}
	return nil
}

// application judges a token of an application that acts for itself (docs/reference/exchange-smtp.md §5): its role, its
// service principal in Exchange, and that the mailbox is the organization's. Whether it may open the mailbox shows only
// at the end of DATA.
func (s *Server) application(user string, claims Claims) verdict {
	s.mu.Lock()
	organization, mailbox := s.organizationOf(claims.Tenant), s.mailboxOf(user)
	var principal *servicePrincipal
	if organization != nil {
		principal = organization.principalOf(claims.Application)
	}
	s.mu.Unlock()
	refused := func(reason refusal.Reason) verdict {
		return verdict{event: replies.AuthIdentity, reason: reason, user: user, organization: organization}
	}
	switch {
	case !address.Among(claims.Roles, "SMTP.SendAsApp"):
		return refused(refusal.Role)
	case organization == nil:
		return refused(refusal.Tenant)
	case principal == nil:
		return refused(refusal.Application)
	case !strings.EqualFold(principal.object, claims.Object):
		return refused(refusal.Object)
	case mailbox == nil || mailbox.organization != organization:
		return refused(refusal.UserUnknown)
	}
	v := s.policy(user, false)
	v.principal = principal
	return v
}

// holdsFullAccess reports whether whoever has authenticated may open the mailbox: a person may, an application needs the permission,
// which takes its time to reach the mailbox server. Under s.mu.
func (s *Server) holdsFullAccess(c *session) bool {
	if c.principal == nil {
		return true
	}
	for _, trustee := range c.user.fullAccess.at(s.shell.Clock.Now()) {
		if address.Among(c.principal.names(), trustee) {
			return true
		}
	}
	return false
}

func newServicePrincipal(_ *Server, c *call) (string, error) {
	p := &servicePrincipal{application: c.values["AppId"], object: c.values["ObjectId"], name: c.values["DisplayName"]}
	for _, name := range p.names() {
		if c.organization.principalOf(name) != nil {
			return "", c.fail(nil, "the service principal %q exists already", name)
		}
	}
	c.organization.principals = append(c.organization.principals, p)
	return p.properties(), nil
}

func getServicePrincipal(_ *Server, c *call) (string, error) {
	var parts, known []string
	for _, p := range c.organization.principals {
		known = append(known, p.object)
		if c.identity == "" || address.Among(p.names(), c.identity) {
			parts = append(parts, p.properties())
		}
	}
	if c.identity != "" && len(parts) == 0 {
		return "", c.fail(known, "couldn't find the service principal %q", c.identity)
	}
	return strings.Join(parts, "\n"), nil
}

func (p *servicePrincipal) properties() string {
	return properties("DisplayName", p.name, "ObjectId", p.object, "AppId", p.application)
}
