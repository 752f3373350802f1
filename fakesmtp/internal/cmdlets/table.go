package cmdlets

// Parameters that stand in more than one place.
const (
	switchParameter = "SmtpClientAuthenticationDisabled"
	legacyParameter = "AllowLegacyTLSClients"
	aliasParameter  = "SendFromAliasEnabled"
)

// cmdlets are the commands that an administrator has, in the order in which they are listed. Set-… print nothing, as in
// PowerShell.
var cmdlets = []*cmdlet{
	{name: "Get-TransportConfig", run: getTransportConfig},
	{name: "Set-TransportConfig", parameters: map[string]kind{switchParameter: isBool, legacyParameter: isBool}, run: setTransportConfig},
	{name: "Get-CASMailbox", identity: "a mailbox's address", run: getCASMailbox},
	{name: "Set-CASMailbox", identity: "a mailbox's address", parameters: map[string]kind{switchParameter: isNullableBool}, required: []string{switchParameter}, run: setCASMailbox},
	{name: "Get-Mailbox", identity: "a mailbox's address", run: getMailbox},
	{name: "Set-Mailbox", identity: "a mailbox's address", parameters: map[string]kind{"MaxSendSize": isSize, "RecipientLimits": isNumber}, run: setMailbox},
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
	{name: "Set-OrganizationConfig", parameters: map[string]kind{"DefaultAuthenticationPolicy": isText, aliasParameter: isBool}, run: setOrganizationConfig},
	{name: "Get-ServicePrincipal", identity: "a service principal", run: getServicePrincipal},
	{name: "New-ServicePrincipal", parameters: map[string]kind{"AppId": isText, "ObjectId": isText, "DisplayName": isText}, required: []string{"AppId", "ObjectId"}, run: newServicePrincipal},
	{name: "Get-MessageTrace", parameters: map[string]kind{"SenderAddress": isText, "RecipientAddress": isText}, run: getMessageTrace},
}
