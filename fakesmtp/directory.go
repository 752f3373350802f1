package fakesmtp

import (
	"time"

	"mfpsim/journal"
)

// DefaultMailbox is the mailbox that a server has if its Config names no Directory; its password is [DefaultPassword].
const DefaultMailbox = "alice@contoso.com"

// DefaultPassword is the password of [DefaultMailbox], for AUTH LOGIN. It is an invented one and protects nothing.
const DefaultPassword = "Correct-Horse-9"

// Organization is a tenant as Exchange Online knows it.
type Organization struct {
	ID      string   // tenant id; empty: made from the seed and the first domain, or PersonalTenant
	Domains []string // accepted domains, the first is the default one
	// SMTPAuthDisabled is the tenant's switch (Set-TransportConfig -SmtpClientAuthenticationDisabled).
	SMTPAuthDisabled bool
	// SecurityDefaults are on: see [Server.SetSecurityDefaults].
	SecurityDefaults bool
	// BasicAuthDisabled: the organization's authentication policy blocks basic authentication for SMTP.
	BasicAuthDisabled bool
	// Created is when the tenant was made; zero: before all that concerns new ones. See [Retirement].
	Created time.Time
	// ExternalRecipientsPerDay is the limit of all its mailboxes together in any 24 h, 5,000 for a trial; zero: none.
	ExternalRecipientsPerDay int
	// Personal: mailboxes of consumers, outlook.com and its sisters.
	Personal bool
}

// Mailbox is a mailbox that is to be.
type Mailbox struct {
	Address string // primary address
	Aliases []string
	// Organization is the id or a domain of the mailbox's organization; empty: the one of the address's domain.
	Organization string
	// SMTPAuthDisabled is the mailbox's own switch (Set-CASMailbox -SmtpClientAuthenticationDisabled); nil: as the tenant's.
	SMTPAuthDisabled *bool
	// SendAs are the accounts that may send as this mailbox.
	SendAs []string
	// FullAccess are the accounts that may open this mailbox, so that their tokens hold for user= this mailbox.
	FullAccess []string
	// MaxSendSize is the largest message that the mailbox may send, in octets; zero: Config.MaxSendSize.
	MaxSendSize int64
	// Quota is how many octets the mailbox may hold, Sent Items included; zero: any number.
	Quota int64
	// Unlicensed: the mailbox cannot be opened for want of a licence.
	Unlicensed bool
	// Password is for AUTH LOGIN where the server runs alone; with a Directory it is ignored.
	Password journal.Secret
}
