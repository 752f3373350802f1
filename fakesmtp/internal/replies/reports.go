package replies

import (
	"slices"
	"strings"
)

// Restriction is why mail of a mailbox is not delivered although it was accepted: the report comes later
// (docs/reference/exchange-smtp.md §2.5).
type Restriction string

// The restrictions, by their enhanced status codes.
const (
	DailyRecipientLimit Restriction = "5.1.90"
	BadOutboundSender   Restriction = "5.1.8"
	SpamAbuse           Restriction = "5.7.501"
	BannedSender        Restriction = "5.7.502"
	BannedSenderAgain   Restriction = "5.7.503"
	BannedAddress       Restriction = "5.7.511"
	TenantThreshold     Restriction = "5.7.705"
	BadAddressSpace     Restriction = "5.7.708"
	SubmissionQuota     Restriction = "5.2.2"
	RecipientNotFound   Restriction = "5.1.10"
	BadMailbox          Restriction = "5.1.1"
	TenantExternalLimit Restriction = "5.7.233"
	TrialExternalLimit  Restriction = "5.7.232"
	NotAllowedToGroup   Restriction = "5.7.124"
	NotAllowedToMailbox Restriction = "5.7.129"
	AnonymousToGroup    Restriction = "5.7.133"
	AnonymousToMailbox  Restriction = "5.7.134"
	OneSenderPerHour    Restriction = "5.2.121"
	AllSendersPerHour   Restriction = "5.2.122"
	BadHello            Restriction = "5.7.506"
	BlockedByTenant     Restriction = "5.7.703"
	RejectedByRule      Restriction = "5.7.1"
)

// Report is what a non-delivery report says for a restriction, and how that is known.
type Report struct {
	Restriction Restriction
	Text        string // after "550 " and the enhanced status code
	Mark        Mark
	Source      string
	// Receives: it is said of a mailbox that receives, not of one that sends.
	Receives bool
}

var reports = []Report{
	{DailyRecipientLimit, "Your message can't be sent because you've reached your daily limit for message recipients", Documented, "OfficeDocs-Exchange #2729; the words are recalled", false},
	{BadOutboundSender, "Access denied, bad outbound sender", Documented, "MSPRN, MSNDR", false},
	{SpamAbuse, "Access denied, spam abuse detected", Documented, "MSNDR", false},
	{BannedSender, "Access denied, banned sender", Documented, "MSNDR", false},
	{BannedSenderAgain, "Access denied, banned sender", Documented, "MSNDR", false},
	{BannedAddress, "Access denied, banned sender[{user}]", Documented, "MSNDR", false},
	{TenantThreshold, "Access denied, tenant has exceeded threshold", Documented, "MSNDR", false},
	{BadAddressSpace, "Access denied, traffic not accepted from this IP", Documented, "MSNDR", false},
	{SubmissionQuota, "Submission quota exceeded", Documented, "MSNDR", false},
	{RecipientNotFound, "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", Documented, "MSNDR", false},
	{BadMailbox, "Bad destination mailbox address", Documented, "MSNDR", false},
	{TenantExternalLimit, "Your message can't be sent because your tenant has exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)", Documented, "MSNDR24", false},
	{TrialExternalLimit, "Your message can't be sent because your trial tenant has exceeded its daily limit for sending email to external recipients", Documented, "MSNDR24 for the code; the words are recalled", false},
	{NotAllowedToGroup, "Sender not in allowed-senders list", Documented, "MSNDR24", true},
	{NotAllowedToMailbox, "RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to the recipient because the sender isn't on the recipient's list of senders to accept mail from", Inferred, "MSNDR24 for the code; the name was seen in public logs, the rest is recalled", true},
	{AnonymousToGroup, "RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this group", Documented, "MSGROUP24", true},
	{AnonymousToMailbox, "RESOLVER.RST.SenderNotAuthenticatedForMailbox; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this mailbox", Inferred, "MSNDR24 for the code; the words are those of 5.7.133", true},
	{OneSenderPerHour, "Recipient's per hour message receive limit from specific sender exceeded", Documented, "MSNDR24", true},
	{AllSendersPerHour, "Recipient's per hour message receive limit exceeded", Documented, "MSNDR24", true},
	{BadHello, "Access Denied, Bad HELO", Documented, "MSNDR24", false},
	{BlockedByTenant, "Your message can't be delivered because messages to {recipients} are blocked by your organization using Tenant Allow Block List.", Documented, "MSNDR24", false},
	{RejectedByRule, "TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy", Documented, "MSNDR24 for code and cause; the words were seen in public logs", false},
}

// Who sends a report, and how its subject begins.
const (
	ReportSender  = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e" // D graph-ndr
	ReportSubject = "Undeliverable: "                                   // C EXO-NDR, 2022-09-10
)

// What reports say to people. The words in braces are filled in. Advice and layout of Microsoft's page are left out.
const (
	// C EXO-NDR, 2022-09-10.
	ReportNotFound = "Your message to {recipient} couldn't be delivered.\r\n{local} wasn't found at {domain}.\r\n\r\n" +
		"Original Message Details\r\nCreated Date:   {created}\r\nSender Address: {sender}\r\n" +
		"Recipient Address:      {recipient}\r\nSubject:        {subject}\r\n\r\n" +
		"Error Details\r\nReported error: {diagnostic}\r\nDSN generated by:       {backend}\r\n\r\n" +
		"Original Message Headers\r\n\r\n{headers}"
	// The first line is of graph-ndr (D), the others are those that sisimai reads; that all restrictions have this form
	// is inferred.
	ReportOfSeveral = "Delivery has failed to these recipients or groups:\r\n\r\n{failed}" +
		"Diagnostic information for administrators:\r\n\r\nGenerating server: {backend}\r\n\r\n{returned}" +
		"Original message headers:\r\n\r\n{headers}"
	ReportFailed   = "{recipient}\r\nYour message couldn't be delivered.\r\n\r\n" // D graph-ndr
	ReportReturned = "{recipient}\r\nRemote Server returned '{diagnostic}'\r\n\r\n"
)

// IsNotFound reports whether the recipient is not there.
func (r Restriction) IsNotFound() bool { return r == RecipientNotFound || r == BadMailbox }

// Reports returns the table of non-delivery reports.
func Reports() []Report { return slices.Clone(reports) }

// Diagnostic is what the report says of a restriction of a user, to some recipients.
func (r Restriction) Diagnostic(user string, recipients ...string) string {
	if row, known := r.report(); known {
		filled := strings.NewReplacer("{user}", user, "{recipients}", strings.Join(recipients, ", ")).Replace(row.Text)
		return "550 " + string(r) + " " + filled
	}
	return "550 " + string(r)
}

func (r Restriction) report() (Report, bool) {
	i := slices.IndexFunc(reports, func(row Report) bool { return row.Restriction == r })
	if i < 0 {
		return Report{}, false
	}
	return reports[i], true
}

// Receives reports whether it is said of a mailbox that receives.
func (r Restriction) Receives() bool { row, _ := r.report(); return row.Receives }

// Known reports whether a report has it.
func (r Restriction) Known() bool { _, known := r.report(); return known }

// RestrictionCodes lists the enhanced status codes of all restrictions.
func RestrictionCodes() string {
	var codes []string
	for _, row := range reports {
		codes = append(codes, string(row.Restriction))
	}
	return strings.Join(codes, ", ")
}
