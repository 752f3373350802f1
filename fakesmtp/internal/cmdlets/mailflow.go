package cmdlets

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mailboxes"
)

// This file has groups, transport rules and inbound connectors.

// list reads values parted by commas, as PowerShell has them.
func (c *call) list(parameter string) []string {
	var values []string
	for _, value := range strings.Split(c.values[parameter], ",") {
		if value = strings.TrimSpace(value); value != "" && value != wordNull {
			values = append(values, value)
		}
	}
	return values
}

// listed changes a list if its parameter was given; $null empties it.
func (c *call) listed(list *[]string, parameter string) {
	if c.has(parameter) {
		*list = c.list(parameter)
	}
}

// delivery reads whose mail a mailbox or a group takes.
func (c *call) delivery(d *mailboxes.Acceptance) {
	if on := c.on(authenticatedParameter); on != nil {
		d.AuthenticatedOnly = *on
	}
	c.listed(&d.Senders, sendersParameter)
}

// named finds what -Identity names among the things that there are; none named: all of them.
func named[T any](c *call, what string, all []T, names func(T) []string) ([]T, error) {
	if c.identity == "" {
		return all, nil
	}
	var known []string
	for _, one := range all {
		if address.Among(names(one), c.identity) {
			return []T{one}, nil
		}
		known = append(known, names(one)[0])
	}
	return nil, c.fail(known, "couldn't find the %s %q", what, c.identity)
}

// described prints things, each as Format-List does.
func described[T any](all []T, err error, print func(T) string) (string, error) {
	var parts []string
	for _, one := range all {
		parts = append(parts, print(one))
	}
	return strings.Join(parts, "\n"), err
}

func (c *call) groups() ([]mailboxes.Group, error) {
	return named(c, "group", c.store.Groups(c.organization.ID), func(g mailboxes.Group) []string {
		return []string{g.Address, g.Name}
	})
}

func describeGroup(g mailboxes.Group) string {
	return properties("Name", g.Name, "PrimarySmtpAddress", g.Address, "Members", strings.Join(g.Members, ", "),
		authenticatedParameter, truth(&g.Acceptance.AuthenticatedOnly),
		sendersParameter, strings.Join(g.Acceptance.Senders, ", "))
}

func getGroup(c *call) (string, error) {
	groups, err := c.groups()
	return described(groups, err, describeGroup)
}

// newGroup makes a group, which takes mail of the organization's own people only unless it is told otherwise.
func newGroup(c *call) (string, error) {
	g := mailboxes.Group{
		Name: c.identity, Address: c.values["PrimarySmtpAddress"], Members: c.list("Members"),
		Acceptance: mailboxes.Acceptance{AuthenticatedOnly: true},
	}
	c.delivery(&g.Acceptance)
	if err := c.store.AddGroup(g); err != nil {
		return "", c.fail(nil, "%v", err)
	}
	return describeGroup(g), nil
}

// changeGroup changes the group that the cmdlet names.
func (c *call) changeGroup(change func(*mailboxes.Group)) (string, error) {
	groups, err := c.groups()
	if err != nil {
		return "", err
	}
	return "", c.store.ChangeGroup(groups[0].Address, change)
}

func setGroup(c *call) (string, error) {
	if err := c.some(authenticatedParameter, sendersParameter); err != nil {
		return "", err
	}
	return c.changeGroup(func(g *mailboxes.Group) { c.delivery(&g.Acceptance) })
}

func addMember(c *call) (string, error) {
	member := c.values["Member"]
	if !address.Valid(member) {
		return "", c.fail(c.addresses(), "%q is not an address", member)
	}
	return c.changeGroup(func(g *mailboxes.Group) {
		if !address.Among(g.Members, member) {
			g.Members = append(g.Members, member)
		}
	})
}

func removeMember(c *call) (string, error) {
	return c.changeGroup(func(g *mailboxes.Group) {
		same := func(have string) bool { return strings.EqualFold(have, c.values["Member"]) }
		g.Members = slices.DeleteFunc(g.Members, same)
	})
}

func (c *call) rules() ([]mailboxes.Rule, error) {
	return named(c, "transport rule", c.store.Rules(c.organization.ID), func(r mailboxes.Rule) []string {
		return []string{r.Name}
	})
}

func getRule(c *call) (string, error) {
	rules, err := c.rules()
	return described(rules, err, func(r mailboxes.Rule) string {
		state := "Enabled"
		if r.Disabled {
			state = "Disabled"
		}
		return properties("Name", r.Name, "State", state, "SentTo", strings.Join(r.SentTo, ", "),
			"RejectMessageReasonText", r.RejectText, "RejectMessageEnhancedStatusCode", r.RejectStatus,
			"DeleteMessage", truth(&r.Drop), "RedirectMessageTo", strings.Join(r.RedirectTo, ", "))
	})
}

// ruleStatus is the form of RejectMessageEnhancedStatusCode: 5.7.1 or 5.7.900 to 5.7.999.
var ruleStatus = regexp.MustCompile(`^5\.7\.(1|9[0-9]{2})$`)

// rule reads conditions and actions of a transport rule.
func (c *call) rule(r *mailboxes.Rule) error {
	for parameter, list := range map[string]*[]string{
		"From": &r.From, "SenderDomainIs": &r.SenderDomains, "SentTo": &r.SentTo, "RecipientDomainIs": &r.RecipientDomains,
		"SubjectContainsWords": &r.Subject, "ExceptIfFrom": &r.ExceptFrom, "ExceptIfSentTo": &r.ExceptTo,
		"RedirectMessageTo": &r.RedirectTo,
	} {
		c.listed(list, parameter)
	}
	for parameter, outside := range map[string]*bool{
		"FromScope": &r.OutsideSender, "SentToScope": &r.OutsideRecipient,
	} {
		if !c.has(parameter) {
			continue
		}
		if *outside = strings.EqualFold(c.values[parameter], "NotInOrganization"); !*outside {
			return c.fail([]string{"NotInOrganization"}, "parameter -%s cannot be %q", parameter, c.values[parameter])
		}
	}
	if c.has("MessageSizeOver") {
		r.LargerThan, _ = strconv.ParseInt(c.values["MessageSizeOver"], 10, 64) // checked when it was read
	}
	if c.has("RejectMessageReasonText") {
		r.RejectText = c.values["RejectMessageReasonText"]
	}
	if status := c.values["RejectMessageEnhancedStatusCode"]; status != "" {
		if !ruleStatus.MatchString(status) {
			return c.fail(
				[]string{"5.7.1", "5.7.900 to 5.7.999"},
				"parameter -RejectMessageEnhancedStatusCode cannot be %q", status,
			)
		}
		r.RejectStatus = status
	}
	if on := c.on("DeleteMessage"); on != nil {
		r.Drop = *on
	}
	if on := c.on("Enabled"); on != nil {
		r.Disabled = !*on
	}
	return nil
}

func newRule(c *call) (string, error) {
	r := mailboxes.Rule{Name: c.identity}
	err := c.some(
		"RejectMessageReasonText", "RejectMessageEnhancedStatusCode", "DeleteMessage", "RedirectMessageTo",
	)
	if err != nil {
		return "", err
	}
	if err := c.rule(&r); err != nil {
		return "", err
	}
	if err := c.store.AddRule(c.organization.ID, r); err != nil {
		return "", c.fail(nil, "%v", err)
	}
	return properties("Name", r.Name, "State", "Enabled"), nil
}

func setRule(c *call) (string, error) {
	rules, err := c.rules()
	if err != nil {
		return "", err
	}
	changed := rules[0]
	if err := c.rule(&changed); err != nil {
		return "", err
	}
	return "", c.store.ChangeRule(c.organization.ID, changed.Name, func(r *mailboxes.Rule) { *r = changed })
}

func removeRule(c *call) (string, error) {
	if _, err := c.rules(); err != nil {
		return "", err
	}
	return "", c.store.ChangeRule(c.organization.ID, c.identity, nil)
}

func (c *call) connectors() ([]mailboxes.Connector, error) {
	return named(c, "inbound connector", c.store.Connectors(c.organization.ID), func(one mailboxes.Connector) []string {
		return []string{one.Name}
	})
}

func describeConnector(one mailboxes.Connector) string {
	kind, enabled := "OnPremises", !one.Disabled
	if one.Partner {
		kind = "Partner"
	}
	return properties("Name", one.Name, "ConnectorType", kind, "Enabled", truth(&enabled),
		"SenderDomains", strings.Join(one.SenderDomains, ", "), "SenderIPAddresses", strings.Join(one.Addresses, ", "),
		"TlsSenderCertificateName", one.Certificate,
		"RequireTls", truth(&one.RequireTLS))
}

func getConnector(c *call) (string, error) {
	connectors, err := c.connectors()
	return described(connectors, err, describeConnector)
}

// connector reads what a connector goes by.
func (c *call) connector(one *mailboxes.Connector) error {
	if c.has("ConnectorType") {
		kind := c.values["ConnectorType"]
		if one.Partner = strings.EqualFold(kind, "Partner"); !one.Partner && !strings.EqualFold(kind, "OnPremises") {
			return c.fail([]string{"OnPremises", "Partner"}, "parameter -ConnectorType cannot be %q", kind)
		}
	}
	c.listed(&one.Addresses, "SenderIPAddresses")
	c.listed(&one.SenderDomains, "SenderDomains")
	for i, domain := range one.SenderDomains { // PowerShell prints smtp:*;1 and takes it
		domain, _, _ = strings.Cut(strings.TrimPrefix(domain, "smtp:"), ";")
		one.SenderDomains[i] = domain
	}
	if c.has("TlsSenderCertificateName") {
		one.Certificate = c.values["TlsSenderCertificateName"]
	}
	if on := c.on("RequireTls"); on != nil {
		one.RequireTLS = *on
	}
	if on := c.on("Enabled"); on != nil {
		one.Disabled = !*on
	}
	return nil
}

func newConnector(c *call) (string, error) {
	one := mailboxes.Connector{Name: c.identity}
	err := c.connector(&one)
	if err != nil {
		return "", err
	}
	if err = c.store.AddConnector(c.organization.ID, one); err != nil {
		return "", c.fail(nil, "%v", err)
	}
	return describeConnector(one), nil
}

func setConnector(c *call) (string, error) {
	connectors, err := c.connectors()
	if err != nil {
		return "", err
	}
	changed := connectors[0]
	if err := c.connector(&changed); err != nil {
		return "", err
	}
	err = c.store.ChangeConnector(c.organization.ID, changed.Name, func(one *mailboxes.Connector) { *one = changed })
	if err != nil {
		return "", c.fail(nil, "%v", err)
	}
	return "", nil
}

func removeConnector(c *call) (string, error) {
	if _, err := c.connectors(); err != nil {
		return "", err
	}
	return "", c.store.ChangeConnector(c.organization.ID, c.identity, nil)
}
