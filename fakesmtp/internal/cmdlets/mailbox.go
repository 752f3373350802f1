package cmdlets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mailboxes"
)

// eachMailbox prints the mailbox that was named, or all of them.
func eachMailbox(c *call, print func(mailboxes.MailboxSettings) string) (string, error) {
	if c.identity != "" {
		m, err := c.mailbox()
		if err != nil {
			return "", err
		}
		return print(m), nil
	}
	var parts []string
	for _, m := range c.store.MailboxesOf(c.organization.ID) {
		parts = append(parts, print(m))
	}
	return strings.Join(parts, "\n"), nil
}

func getCASMailbox(c *call) (string, error) {
	return eachMailbox(c, func(m mailboxes.MailboxSettings) string {
		return properties("PrimarySmtpAddress", m.Address, switchParameter, truth(not(m.SMTPAuth)))
	})
}

func setCASMailbox(c *call) (string, error) {
	var on *bool
	if c.values[switchParameter] != wordNull {
		on = not(c.on(switchParameter))
	}
	return "", c.changeMailbox(mailboxes.MailboxChange{SMTPAuth: &on})
}

func getMailbox(c *call) (string, error) {
	return eachMailbox(c, func(m mailboxes.MailboxSettings) string {
		addresses := strings.Join(append([]string{m.Address}, m.Aliases...), ", ")
		return properties("PrimarySmtpAddress", m.Address, "EmailAddresses", addresses,
			"MaxSendSize", fmt.Sprintf("%d MB (%d bytes)", m.MaxSendSize>>20, m.MaxSendSize),
			"RecipientLimits", strconv.Itoa(m.RecipientLimit), "ProhibitSendReceiveQuota", quotaOf(m.Quota),
			authenticatedParameter, truth(&m.Acceptance.AuthenticatedOnly),
			sendersParameter, strings.Join(m.Acceptance.Senders, ", "))
	})
}

// quotaOf prints a quota as PowerShell does.
func quotaOf(octets int64) string {
	if octets <= 0 {
		return "Unlimited"
	}
	return fmt.Sprintf("%d MB (%d bytes)", octets>>20, octets)
}

func setMailbox(c *call) (string, error) {
	m, err := c.mailbox()
	if err != nil {
		return "", err
	}
	err = c.some("MaxSendSize", "RecipientLimits", "ProhibitSendReceiveQuota", authenticatedParameter, sendersParameter)
	if err != nil {
		return "", err
	}
	var change mailboxes.MailboxChange
	if c.has(authenticatedParameter) || c.has(sendersParameter) {
		c.delivery(&m.Acceptance)
		change.Acceptance = &m.Acceptance
	}
	if quota := c.values["ProhibitSendReceiveQuota"]; quota != "" {
		octets, ok := parseSize(quota)
		if !ok && !strings.EqualFold(quota, "Unlimited") {
			return "", c.fail(
				[]string{"50GB", "500MB", "Unlimited"}, "parameter -ProhibitSendReceiveQuota cannot be %q", quota,
			)
		}
		change.Quota = &octets
	}
	if c.has("MaxSendSize") {
		size, err := strconv.ParseInt(c.values["MaxSendSize"], 10, 64)
		if err != nil {
			return "", err
		}
		size = min(size, c.maxSize)
		change.MaxSendSize = &size
	}
	if c.has("RecipientLimits") {
		limit, err := strconv.Atoi(c.values["RecipientLimits"])
		if err != nil || limit > maxRecipientLimit {
			return "", c.fail(
				[]string{"1 to 1000"}, "parameter -RecipientLimits cannot be %q", c.values["RecipientLimits"],
			)
		}
		change.RecipientLimit = &limit
	}
	return "", c.changeMailbox(change)
}

func getRecipientPermission(c *call) (string, error) {
	return eachMailbox(c, func(m mailboxes.MailboxSettings) string {
		var parts []string
		for _, trustee := range m.SendAs {
			parts = append(parts, properties("Identity", m.Address, "Trustee", trustee, "AccessRights", "{SendAs}"))
		}
		return strings.Join(parts, "\n")
	})
}

// permission is a right that a trustee has on a mailbox.
type permission struct {
	right, trustee string // its name, and the parameter that names the trustee
	list           func(mailboxes.MailboxSettings) []string
	change         func(trustees *[]string) mailboxes.MailboxChange
}

var (
	sendAs = permission{
		right: "SendAs", trustee: "Trustee", list: func(m mailboxes.MailboxSettings) []string { return m.SendAs },
		change: func(trustees *[]string) mailboxes.MailboxChange { return mailboxes.MailboxChange{SendAs: trustees} },
	}
	fullAccess = permission{
		right: "FullAccess", trustee: "User", list: func(m mailboxes.MailboxSettings) []string { return m.FullAccess },
		change: func(trustees *[]string) mailboxes.MailboxChange { return mailboxes.MailboxChange{FullAccess: trustees} },
	}
)

// grant adds a trustee to a mailbox's list.
func (p permission) grant(c *call) (string, error) { return p.set(c, true) }

// withdraw takes one away.
func (p permission) withdraw(c *call) (string, error) { return p.set(c, false) }

func (p permission) set(c *call, add bool) (string, error) {
	m, err := c.mailbox()
	if err != nil {
		return "", err
	}
	if !strings.EqualFold(c.values["AccessRights"], p.right) {
		return "", c.fail([]string{p.right}, "parameter -AccessRights cannot be %q", c.values["AccessRights"])
	}
	trustee := c.values[p.trustee]
	if _, known := c.store.Principal(c.organization.ID, trustee); !known && !address.Valid(trustee) {
		return "", c.fail(c.addresses(), "%q is not an address", trustee)
	}
	kept := slices.DeleteFunc(p.list(m), func(have string) bool { return strings.EqualFold(have, trustee) })
	if add {
		kept = append(kept, trustee)
	}
	return "", c.changeMailbox(p.change(&kept))
}

func (c *call) addresses() []string {
	var addresses []string
	for _, m := range c.store.MailboxesOf(c.organization.ID) {
		addresses = append(addresses, m.Address)
	}
	return addresses
}

func setUser(c *call) (string, error) {
	if _, err := c.mailbox(); err != nil {
		return "", err
	}
	name, err := c.policy(c.values["AuthenticationPolicy"])
	if err != nil {
		return "", err
	}
	return "", c.changeMailbox(mailboxes.MailboxChange{Policy: &name})
}
