package fakesmtp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/address"
)

// Parameters that stand in more than one place.
const (
	switchParameter = "SmtpClientAuthenticationDisabled"
	legacyParameter = "AllowLegacyTLSClients"
	aliasParameter  = "SendFromAliasEnabled"
)

// cmdlets are the commands that an administrator has, in the order in which they are listed. Set-… print nothing, as in PowerShell.
var cmdlets = []*cmdlet{
	{name: "Get-TransportConfig", run: getTransportConfig},
	{name: "Set-TransportConfig", parameters: map[string]kind{switchParameter: isBool, legacyParameter: isBool}, run: setTransportConfig},
	{name: "Get-CASMailbox", identity: "a mailbox's address", run: getCASMailbox},
	{name: "Set-CASMailbox", identity: "a mailbox's address", parameters: map[string]kind{switchParameter: isNullableBool}, required: []string{switchParameter}, run: setCASMailbox},
	{name: "Get-Mailbox", identity: "a mailbox's address", run: getMailbox},
	{name: "Set-Mailbox", identity: "a mailbox's address", parameters: map[string]kind{"MaxSendSize": isSize, "RecipientLimits": isNumber}, run: setMailbox},
	{name: "Get-RecipientPermission", identity: "a mailbox's address", run: getRecipientPermission},
	{name: "Add-RecipientPermission", identity: "a mailbox's address", parameters: map[string]kind{"Trustee": isText, "AccessRights": isText}, required: []string{"Trustee", "AccessRights"}, run: addRecipientPermission},
	{name: "Remove-RecipientPermission", identity: "a mailbox's address", parameters: map[string]kind{"Trustee": isText, "AccessRights": isText}, required: []string{"Trustee", "AccessRights"}, run: removeRecipientPermission},
	{name: "Add-MailboxPermission", identity: "a mailbox's address", parameters: map[string]kind{"User": isText, "AccessRights": isText}, required: []string{"User", "AccessRights"}, run: addMailboxPermission},
	{name: "Remove-MailboxPermission", identity: "a mailbox's address", parameters: map[string]kind{"User": isText, "AccessRights": isText}, required: []string{"User", "AccessRights"}, run: removeMailboxPermission},
	{name: "Get-AuthenticationPolicy", identity: "a policy's name", run: getAuthenticationPolicy},
	{name: "New-AuthenticationPolicy", identity: "a policy's name", parameters: map[string]kind{"AllowBasicAuthSmtp": isBool}, run: newAuthenticationPolicy},
	{name: "Set-AuthenticationPolicy", identity: "a policy's name", parameters: map[string]kind{"AllowBasicAuthSmtp": isBool}, required: []string{"AllowBasicAuthSmtp"}, run: setAuthenticationPolicy},
	{name: "Set-User", identity: "a mailbox's address", parameters: map[string]kind{"AuthenticationPolicy": isText}, required: []string{"AuthenticationPolicy"}, run: setUser},
	{name: "Get-OrganizationConfig", run: getOrganizationConfig},
	{name: "Set-OrganizationConfig", parameters: map[string]kind{"DefaultAuthenticationPolicy": isText, aliasParameter: isBool}, run: setOrganizationConfig},
	{name: "Get-ServicePrincipal", identity: "a service principal", run: getServicePrincipal},
	{name: "New-ServicePrincipal", parameters: map[string]kind{"AppId": isText, "ObjectId": isText, "DisplayName": isText}, required: []string{"AppId", "ObjectId"}, run: newServicePrincipal},
	{name: "Get-MessageTrace", parameters: map[string]kind{"SenderAddress": isText, "RecipientAddress": isText}, run: getMessageTrace},
}

func getTransportConfig(_ *Server, c *call) (string, error) {
	disabled, legacy := c.organization.smtpAuthDisabled.written(), c.organization.legacyTLS.written()
	return properties(switchParameter, truth(&disabled), legacyParameter, truth(&legacy)), nil
}

func setTransportConfig(_ *Server, c *call) (string, error) {
	if err := c.some(switchParameter, legacyParameter); err != nil {
		return "", err
	}
	if c.has(switchParameter) {
		c.organization.smtpAuthDisabled.set(c.values[switchParameter] == wordTrue, c.from)
	}
	if c.has(legacyParameter) {
		c.organization.legacyTLS.set(c.values[legacyParameter] == wordTrue, c.from)
	}
	return "", nil
}

// eachMailbox prints the mailbox that was named, or all of them.
func eachMailbox(s *Server, c *call, print func(*mailbox) string) (string, error) {
	if c.identity != "" {
		m, err := c.mailbox(s)
		if err != nil {
			return "", err
		}
		return print(m), nil
	}
	var parts []string
	for _, m := range s.order {
		if m.organization == c.organization {
			parts = append(parts, print(m))
		}
	}
	return strings.Join(parts, "\n"), nil
}

func getCASMailbox(s *Server, c *call) (string, error) {
	return eachMailbox(s, c, func(m *mailbox) string {
		return properties("PrimarySmtpAddress", m.address, switchParameter, truth(m.smtpAuthDisabled.written()))
	})
}

func setCASMailbox(s *Server, c *call) (string, error) {
	m, err := c.mailbox(s)
	if err == nil {
		m.smtpAuthDisabled.set(nullable(c.values[switchParameter]), c.from)
	}
	return "", err
}

func getMailbox(s *Server, c *call) (string, error) {
	return eachMailbox(s, c, func(m *mailbox) string {
		limit, recipients := m.maxSendSize.written(), m.recipientLimit.written()
		if recipients == 0 {
			recipients = s.config.MaxRecipients
		}
		if limit == 0 {
			limit = s.config.MaxSendSize
		}
		return properties("PrimarySmtpAddress", m.address, "EmailAddresses", strings.Join(append([]string{m.address}, m.aliases...), ", "),
			"MaxSendSize", fmt.Sprintf("%d MB (%d bytes)", limit>>20, limit),
			"RecipientLimits", strconv.Itoa(recipients))
	})
}

func setMailbox(s *Server, c *call) (string, error) {
	m, err := c.mailbox(s)
	if err != nil {
		return "", err
	}
	if err := c.some("MaxSendSize", "RecipientLimits"); err != nil {
		return "", err
	}
	if c.has("MaxSendSize") {
		size, err := strconv.ParseInt(c.values["MaxSendSize"], 10, 64)
		if err != nil {
			return "", err
		}
		m.maxSendSize.set(min(size, s.config.MaxSize), c.from)
	}
	if c.has("RecipientLimits") {
		limit, err := strconv.Atoi(c.values["RecipientLimits"])
		if err != nil || limit > maxRecipientLimit {
			return "", c.fail([]string{"1 to 1000"}, "parameter -RecipientLimits cannot be %q", c.values["RecipientLimits"])
		}
		m.recipientLimit.set(limit, c.from)
	}
	return "", nil
}

func getRecipientPermission(s *Server, c *call) (string, error) {
	return eachMailbox(s, c, func(m *mailbox) string {
		var parts []string
		for _, trustee := range m.sendAs.written() {
			parts = append(parts, properties("Identity", m.address, "Trustee", trustee, "AccessRights", "{SendAs}"))
		}
		return strings.Join(parts, "\n")
	})
}

// change adds a trustee to a mailbox's list, or takes one away.
func change(s *Server, c *call, right, trustee string, list func(*mailbox) *setting[[]string], add bool) (string, error) {
	m, err := c.mailbox(s)
	if err != nil {
		return "", err
	}
	if !strings.EqualFold(c.values["AccessRights"], right) {
		return "", c.fail([]string{right}, "parameter -AccessRights cannot be %q", c.values["AccessRights"])
	}
	trustee = c.values[trustee]
	if !address.Valid(trustee) && c.organization.principalOf(trustee) == nil {
		return "", c.fail(s.addresses(c.organization), "%q is not an address", trustee)
	}
	held := list(m)
	kept := slices.DeleteFunc(slices.Clone(held.written()), func(have string) bool { return strings.EqualFold(have, trustee) })
	if add {
		kept = append(kept, trustee)
	}
	held.set(kept, c.from)
	return "", nil
}

func sendAsOf(m *mailbox) *setting[[]string]     { return &m.sendAs }
func fullAccessOf(m *mailbox) *setting[[]string] { return &m.fullAccess }

func addRecipientPermission(s *Server, c *call) (string, error) {
	return change(s, c, "SendAs", "Trustee", sendAsOf, true)
}

func removeRecipientPermission(s *Server, c *call) (string, error) {
	return change(s, c, "SendAs", "Trustee", sendAsOf, false)
}

func addMailboxPermission(s *Server, c *call) (string, error) {
	return change(s, c, "FullAccess", "User", fullAccessOf, true)
}

func removeMailboxPermission(s *Server, c *call) (string, error) {
	return change(s, c, "FullAccess", "User", fullAccessOf, false)
}

// authenticationPolicy finds the policy that is named; $null is none. Under s.mu.
func (c *call) authenticationPolicy(name string) (*policy, error) {
	if strings.EqualFold(name, wordNull) {
		return nil, nil // none is an answer
	}
	p := c.organization.policies[strings.ToLower(name)]
	if p == nil {
		return nil, c.fail(c.organization.policyNames, "couldn't find the authentication policy %q", name)
	}
	return p, nil
}

func getAuthenticationPolicy(_ *Server, c *call) (string, error) {
	var parts []string
	for _, name := range c.organization.policyNames {
		if c.identity == "" || strings.EqualFold(c.identity, name) {
			allowed := c.organization.policies[strings.ToLower(name)].allowSMTP.written()
			parts = append(parts, properties("Name", name, "AllowBasicAuthSmtp", truth(&allowed)))
		}
	}
	if c.identity != "" && len(parts) == 0 {
		return "", c.fail(c.organization.policyNames, "couldn't find the authentication policy %q", c.identity)
	}
	return strings.Join(parts, "\n"), nil
}

// newAuthenticationPolicy makes a policy, which blocks basic authentication unless it is told otherwise.
func newAuthenticationPolicy(_ *Server, c *call) (string, error) {
	o, key := c.organization, strings.ToLower(c.identity)
	if o.policies[key] != nil {
		return "", c.fail(nil, "the authentication policy %q exists already", c.identity)
	}
	allowed := c.values["AllowBasicAuthSmtp"] == wordTrue
	o.policies[key] = &policy{name: c.identity, allowSMTP: newSetting(allowed)}
	o.policyNames = append(o.policyNames, c.identity)
	return properties("Name", c.identity, "AllowBasicAuthSmtp", truth(&allowed)), nil
}

func setAuthenticationPolicy(_ *Server, c *call) (string, error) {
	p, err := c.authenticationPolicy(c.identity)
	if err == nil && p == nil {
		err = c.fail(c.organization.policyNames, "a policy's name is needed")
	}
	if err == nil {
		p.allowSMTP.set(c.values["AllowBasicAuthSmtp"] == wordTrue, c.from)
	}
	return "", err
}

func setUser(s *Server, c *call) (string, error) {
	m, err := c.mailbox(s)
	if err != nil {
		return "", err
	}
	p, err := c.authenticationPolicy(c.values["AuthenticationPolicy"])
	if err == nil {
		m.policy.set(p.orNone(), c.from)
	}
	return "", err
}

// orNone is the policy's name, empty for none.
func (p *policy) orNone() string {
	if p == nil {
		return ""
	}
	return p.name
}

func getOrganizationConfig(_ *Server, c *call) (string, error) {
	aliases := c.organization.fromAliases.written()
	return properties("Name", c.organization.domains[0], "DefaultAuthenticationPolicy", c.organization.defaultPolicy.written(),
		aliasParameter, truth(&aliases)), nil
}

func setOrganizationConfig(_ *Server, c *call) (string, error) {
	if err := c.some("DefaultAuthenticationPolicy", aliasParameter); err != nil {
		return "", err
	}
	if c.has(aliasParameter) {
		c.organization.fromAliases.set(c.values[aliasParameter] == wordTrue, c.from)
	}
	if !c.has("DefaultAuthenticationPolicy") {
		return "", nil
	}
	p, err := c.authenticationPolicy(c.values["DefaultAuthenticationPolicy"])
	if err == nil {
		c.organization.defaultPolicy.set(p.orNone(), c.from)
	}
	return "", err
}

func getMessageTrace(s *Server, c *call) (string, error) {
	var parts []string
	for _, row := range s.trace {
		sender, recipient := c.values["SenderAddress"], c.values["RecipientAddress"]
		mine := s.organizationOf(address.Domain(row.Sender)) == c.organization || s.organizationOf(address.Domain(row.Recipient)) == c.organization
		if !mine || sender != "" && !strings.EqualFold(sender, row.Sender) || recipient != "" && !strings.EqualFold(recipient, row.Recipient) {
			continue
		}
		parts = append(parts, properties("Received", row.At.UTC().Format(time.DateTime), "SenderAddress", row.Sender, "RecipientAddress", row.Recipient,
			"Subject", row.Subject, "Status", string(row.Status), "MessageId", row.MessageID))
	}
	return strings.Join(parts, "\n"), nil
}
