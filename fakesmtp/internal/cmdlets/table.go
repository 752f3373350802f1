package cmdlets

// Parameters that stand in more than one place.
const (
	switchParameter = "SmtpClientAuthenticationDisabled"
	legacyParameter = "AllowLegacyTLSClients"
	aliasParameter  = "SendFromAliasEnabled"
	plusParameter   = "DisablePlusAddressInRecipients"
	directParameter = "RejectDirectSend"

	authenticatedParameter = "RequireSenderAuthenticationEnabled"
	sendersParameter       = "AcceptMessagesOnlyFromSendersOrMembers"
)

// What the parameters of groups, rules and connectors take.
var (
	groupParameters = map[string]kind{authenticatedParameter: isBool, sendersParameter: isText}
	ruleParameters  = map[string]kind{
		"From": isText, "FromScope": isText, "SenderDomainIs": isText, "SentTo": isText, "SentToScope": isText, "RecipientDomainIs": isText,
		"SubjectContainsWords": isText, "MessageSizeOver": isSize, "ExceptIfFrom": isText, "ExceptIfSentTo": isText,
		"RejectMessageReasonText": isText, "RejectMessageEnhancedStatusCode": isText, "DeleteMessage": isBool, "RedirectMessageTo": isText, "Enabled": isBool,
	}
	connectorParameters = map[string]kind{
		"ConnectorType": isText, "SenderDomains": isText, "SenderIPAddresses": isText, "TlsSenderCertificateName": isText,
		"RequireTls": isBool, "Enabled": isBool,
	}
)

// cmdlets are the commands that an administrator has, in the order in which they are listed. Set-… print nothing, as in
// PowerShell.
var cmdlets = []*cmdlet{
	{name: "Get-TransportConfig", run: getTransportConfig},
	{name: "Set-TransportConfig", parameters: map[string]kind{switchParameter: isBool, legacyParameter: isBool}, run: setTransportConfig},
	{name: "Get-CASMailbox", identity: "a mailbox's address", run: getCASMailbox},
	{name: "Set-CASMailbox", identity: "a mailbox's address", parameters: map[string]kind{switchParameter: isNullableBool}, required: []string{switchParameter}, run: setCASMailbox},
	{name: "Get-Mailbox", identity: "a mailbox's address", run: getMailbox},
	{name: "Set-Mailbox", identity: "a mailbox's address", parameters: map[string]kind{"MaxSendSize": isSize, "RecipientLimits": isNumber, "ProhibitSendReceiveQuota": isText, authenticatedParameter: isBool, sendersParameter: isText}, run: setMailbox},
	{name: "Get-RecipientPermission", identity: "a mailbox's address", run: getRecipientPermission},
	{name: "Add-RecipientPermission", identity: "a mailbox's address", parameters: map[string]kind{"Trustee": isText, "AccessRights": isText}, required: []string{"Trustee", "AccessRights"}, run: sendAs.grant},
	{name: "Remove-RecipientPermission", identity: "a mailbox's address", parameters: map[string]kind{"Trustee": isText, "AccessRights": isText}, required: []string{"Trustee", "AccessRights"}, run: sendAs.withdraw},
	{name: "Add-MailboxPermission", identity: "a mailbox's address", parameters: map[string]kind{"User": isText, "AccessRights": isText}, required: []string{"User", "AccessRights"}, run: fullAccess.grant},
	{name: "Remove-MailboxPermission", identity: "a mailbox's address", parameters: map[string]kind{"User": isText, "AccessRights": isText}, required: []string{"User", "AccessRights"}, run: fullAccess.withdraw},
	{name: "Get-AuthenticationPolicy", identity: "a policy's name", run: getAuthenticationPolicy},
	{name: "New-AuthenticationPolicy", identity: "a policy's name", parameters: map[string]kind{"AllowBasicAuthSmtp": isBool}, run: newAuthenticationPolicy},
	{name: "Set-AuthenticationPolicy", identity: "a policy's name", parameters: map[string]kind{"AllowBasicAuthSmtp": isBool}, required: []string{"AllowBasicAuthSmtp"}, run: setAuthenticationPolicy},
	{name: "Set-User", identity: "a mailbox's address", parameters: map[string]kind{"AuthenticationPolicy": isText}, required: []string{"AuthenticationPolicy"}, run: setUser},
	{name: "Get-OrganizationConfig", run: getOrganizationConfig},
	{name: "Set-OrganizationConfig", parameters: map[string]kind{"DefaultAuthenticationPolicy": isText, aliasParameter: isBool, plusParameter: isBool, directParameter: isBool}, run: setOrganizationConfig},
	{name: "Get-ServicePrincipal", identity: "a service principal", run: getServicePrincipal},
	{name: "New-ServicePrincipal", parameters: map[string]kind{"AppId": isText, "ObjectId": isText, "DisplayName": isText}, required: []string{"AppId", "ObjectId"}, run: newServicePrincipal},
	{name: "Get-DistributionGroup", identity: "a group's address", run: getGroup},
	{name: "New-DistributionGroup", identity: "a group's name", parameters: map[string]kind{"PrimarySmtpAddress": isText, "Members": isText, authenticatedParameter: isBool}, required: []string{"PrimarySmtpAddress"}, run: newGroup},
	{name: "Set-DistributionGroup", identity: "a group's address", parameters: groupParameters, run: setGroup},
	{name: "Add-DistributionGroupMember", identity: "a group's address", parameters: map[string]kind{"Member": isText}, required: []string{"Member"}, run: addMember},
	{name: "Remove-DistributionGroupMember", identity: "a group's address", parameters: map[string]kind{"Member": isText}, required: []string{"Member"}, run: removeMember},
	{name: "Get-TransportRule", identity: "a rule's name", run: getRule},
	{name: "New-TransportRule", identity: "a rule's name", parameters: ruleParameters, run: newRule},
	{name: "Set-TransportRule", identity: "a rule's name", parameters: ruleParameters, run: setRule},
	{name: "Remove-TransportRule", identity: "a rule's name", run: removeRule},
	{name: "Get-InboundConnector", identity: "a connector's name", run: getConnector},
	{name: "New-InboundConnector", identity: "a connector's name", parameters: connectorParameters, required: []string{"ConnectorType"}, run: newConnector},
	{name: "Set-InboundConnector", identity: "a connector's name", parameters: connectorParameters, run: setConnector},
	{name: "Remove-InboundConnector", identity: "a connector's name", run: removeConnector},
	{name: "Get-MessageTrace", parameters: map[string]kind{"SenderAddress": isText, "RecipientAddress": isText}, run: getMessageTrace},
}
