package cmdlets

import (
	"strings"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mailboxes"
)

// policies returns the authentication policies of the organization, and their names.
func (c *call) policies() (all []mailboxes.Policy, names []string) {
	all = c.store.Policies(c.organization.ID)
	for _, p := range all {
		names = append(names, p.Name)
	}
	return all, names
}

// policy finds the authentication policy that is named, and returns its name; empty for $null, which is none.
func (c *call) policy(name string) (string, error) {
	if strings.EqualFold(name, wordNull) {
		return "", nil
	}
	all, names := c.policies()
	for _, p := range all {
		if strings.EqualFold(p.Name, name) {
			return p.Name, nil
		}
	}
	return "", c.fail(names, "couldn't find the authentication policy %q", name)
}

func getAuthenticationPolicy(c *call) (string, error) {
	all, names := c.policies()
	var parts []string
	for _, p := range all {
		if c.identity == "" || strings.EqualFold(c.identity, p.Name) {
			parts = append(parts, properties("Name", p.Name, "AllowBasicAuthSmtp", truth(&p.AllowSMTP)))
		}
	}
	if c.identity != "" && len(parts) == 0 {
		return "", c.fail(names, "couldn't find the authentication policy %q", c.identity)
	}
	return strings.Join(parts, "\n"), nil
}

// newAuthenticationPolicy makes a policy, which blocks basic authentication unless it is told otherwise.
func newAuthenticationPolicy(c *call) (string, error) {
	if _, names := c.policies(); address.Among(names, c.identity) {
		return "", c.fail(nil, "the authentication policy %q exists already", c.identity)
	}
	allowed := c.values["AllowBasicAuthSmtp"] == wordTrue
	c.store.SetPolicy(c.organization.ID, c.from, mailboxes.Policy{Name: c.identity, AllowSMTP: allowed})
	return properties("Name", c.identity, "AllowBasicAuthSmtp", truth(&allowed)), nil
}

func setAuthenticationPolicy(c *call) (string, error) {
	name, err := c.policy(c.identity)
	if err == nil && name == "" {
		_, names := c.policies()
		err = c.fail(names, "a policy's name is needed")
	}
	if err == nil {
		allowed := c.values["AllowBasicAuthSmtp"] == wordTrue
		c.store.SetPolicy(c.organization.ID, c.from, mailboxes.Policy{Name: name, AllowSMTP: allowed})
	}
	return "", err
}

func newServicePrincipal(c *call) (string, error) {
	p := mailboxes.Principal{
		Application: c.values["AppId"], Object: c.values["ObjectId"], Name: c.values["DisplayName"],
	}
	for _, name := range p.Names() {
		if _, known := c.store.Principal(c.organization.ID, name); known {
			return "", c.fail(nil, "the service principal %q exists already", name)
		}
	}
	c.store.AddPrincipal(c.organization.ID, p)
	return describe(p), nil
}

func getServicePrincipal(c *call) (string, error) {
	var parts, known []string
	for _, p := range c.store.Principals(c.organization.ID) {
		known = append(known, p.Object)
		if c.identity == "" || address.Among(p.Names(), c.identity) {
			parts = append(parts, describe(p))
		}
	}
	if c.identity != "" && len(parts) == 0 {
		return "", c.fail(known, "couldn't find the service principal %q", c.identity)
	}
	return strings.Join(parts, "\n"), nil
}

func describe(p mailboxes.Principal) string {
	return properties("DisplayName", p.Name, "ObjectId", p.Object, "AppId", p.Application)
}
