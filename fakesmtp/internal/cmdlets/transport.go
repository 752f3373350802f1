package cmdlets

import (
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mailboxes"
)

func getTransportConfig(c *call) (string, error) {
	o := c.organization
	return properties(switchParameter, truth(not(&o.SMTPAuth)), legacyParameter, truth(&o.LegacyTLS)), nil
}

func setTransportConfig(c *call) (string, error) {
	if err := c.some(switchParameter, legacyParameter); err != nil {
		return "", err
	}
	return "", c.changeOrganization(mailboxes.OrganizationChange{
		SMTPAuth: not(c.on(switchParameter)), LegacyTLS: c.on(legacyParameter),
	})
}

func getOrganizationConfig(c *call) (string, error) {
	return properties("Name", c.organization.Domains[0], "DefaultAuthenticationPolicy", c.organization.DefaultPolicy,
		aliasParameter, truth(&c.organization.SendFromAliases),
		plusParameter, truth(not(&c.organization.PlusAddressing)),
		directParameter, truth(&c.organization.RejectDirectSend)), nil
}

func setOrganizationConfig(c *call) (string, error) {
	if err := c.some("DefaultAuthenticationPolicy", aliasParameter, plusParameter, directParameter); err != nil {
		return "", err
	}
	change := mailboxes.OrganizationChange{
		SendFromAliases: c.on(aliasParameter), PlusAddressing: not(c.on(plusParameter)),
		RejectDirectSend: c.on(directParameter),
	}
	if c.has("DefaultAuthenticationPolicy") {
		name, err := c.policy(c.values["DefaultAuthenticationPolicy"])
		if err != nil {
			return "", err
		}
		change.DefaultPolicy = &name
	}
	return "", c.changeOrganization(change)
}

func getMessageTrace(c *call) (string, error) {
	var parts []string
	for _, row := range c.store.Trace() {
		sender, recipient := c.values["SenderAddress"], c.values["RecipientAddress"]
		if !c.owns(row.Sender) && !c.owns(row.Recipient) || sender != "" && !strings.EqualFold(sender, row.Sender) ||
			recipient != "" && !strings.EqualFold(recipient, row.Recipient) {
			continue
		}
		parts = append(parts, properties("Received", row.At.UTC().Format(time.DateTime),
			"SenderAddress", row.Sender, "RecipientAddress", row.Recipient, "Subject", row.Subject,
			"Status", string(row.Status), "MessageId", row.MessageID))
	}
	return strings.Join(parts, "\n"), nil
}

// owns reports whether the domain of an address is the organization's.
func (c *call) owns(name string) bool {
	return address.Among(c.organization.Domains, address.Domain(name))
}
