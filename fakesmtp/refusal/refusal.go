// Package refusal has the reasons for which the servers of this family refuse. On the wire most of them get the same
// reply; a test can read the reason. fakesmtp, generic, legacy and pop3 keep it with each refusal and in the
// journal.
package refusal

// Reason says why something was refused, in words. Empty: it was not.
type Reason string

// The reasons of a refused AUTH, in the order in which they are looked for: first who it is, then whether he may.
const (
	Malformed       Reason = "the response is not user=…, auth=Bearer … in base64"
	TokenSpace      Reason = "there is white space in the token, for example a line feed at its end"
	TokenUnreadable Reason = "the token is neither a JWT nor a known opaque token"
	Algorithm       Reason = "the token is not signed with RS256"
	Signature       Reason = "the token's signature does not hold"
	UnknownKey      Reason = "the token is signed with an unknown key"
	AudienceGraph   Reason = "the token is for Microsoft Graph"
	Audience        Reason = "the token is for another service"
	NotYetValid     Reason = "the token does not hold yet"
	Expired         Reason = "the token has expired"
	Issuer          Reason = "the token's issuer is not the tenant's"
	Tenant          Reason = "the token's tenant is not the account's"
	Application     Reason = "the token is an application's without a service principal in Exchange"
	Role            Reason = "the application's token lacks the role SMTP.SendAsApp"
	Object          Reason = "the token's object id is not the service principal's"
	Scope           Reason = "the token lacks SMTP.Send"
	UserUnknown     Reason = "there is no such account"
	UserMismatch    Reason = "user= is not the token's user"
	Disabled        Reason = "the account is disabled"
	Revoked         Reason = "the token was issued before the account's sign-ins were revoked"
	Password        Reason = "the password is wrong"
	MultiFactor     Reason = "the account needs a second factor"
	LegacyBlocked   Reason = "a Conditional Access policy blocks legacy authentication"
	BasicDisabled   Reason = "basic authentication is disabled"
	BasicRemoved    Reason = "basic authentication has been removed"
	LegacyTLS       Reason = "TLS 1.0 and 1.1 are not supported here"
	NoMailbox       Reason = "the account has no mailbox"
	Licence         Reason = "the mailbox has no licence"
	TenantSwitch    Reason = "SMTP AUTH is disabled for the tenant"
	MailboxSwitch   Reason = "SMTP AUTH is disabled for the mailbox"
	Defaults        Reason = "security defaults are on"
	Cancelled       Reason = "the client cancelled"
	Mechanism       Reason = "the mechanism is not offered"
)

// The reasons of a recipient that is refused at the MX door.
const (
	NoConnector Reason = "no connector makes this mail an organization's own, so it is not relayed"
	DirectSend  Reason = "the organization refuses direct send (RejectDirectSend)"
)

// Reasons that Exchange Online does not have.
const (
	TokenUnknown Reason = "the token is not one of this provider's"
	TokenRevoked Reason = "the token has been revoked"
	SendScope    Reason = "the token lacks the provider's scope for sending"
	NotAdmitted  Reason = "the client has not logged on by POP3 in time"
)
