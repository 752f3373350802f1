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
)

// Report is what a non-delivery report says for a restriction, and how that is known.
type Report struct {
	Restriction Restriction
	Text        string // after "550 " and the enhanced status code
	Mark        Mark
	Source      string
}

var reports = []Report{
	{DailyRecipientLimit, "Your message can't be sent because you've reached your daily limit for message recipients", Documented, "OfficeDocs-Exchange #2729; the words are recalled"},
	{BadOutboundSender, "Access denied, bad outbound sender", Documented, "MSPRN, MSNDR"},
	{SpamAbuse, "Access denied, spam abuse detected", Documented, "MSNDR"},
	{BannedSender, "Access denied, banned sender", Documented, "MSNDR"},
	{BannedSenderAgain, "Access denied, banned sender", Documented, "MSNDR"},
	{BannedAddress, "Access denied, banned sender[{user}]", Documented, "MSNDR"},
	{TenantThreshold, "Access denied, tenant has exceeded threshold", Documented, "MSNDR"},
	{BadAddressSpace, "Access denied, traffic not accepted from this IP", Documented, "MSNDR"},
	{SubmissionQuota, "Submission quota exceeded", Documented, "MSNDR"},
	{RecipientNotFound, "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", Documented, "MSNDR"},
	{BadMailbox, "Bad destination mailbox address", Documented, "MSNDR"},
	{TenantExternalLimit, "Your message can't be sent because your tenant exceeded its daily limit for sending email to external recipients", Inferred, "the limit is documented (outbound-spam page), code and words are recalled"},
}

// Reports returns the table of non-delivery reports.
func Reports() []Report { return slices.Clone(reports) }

// Diagnostic is what the report says of a restriction of a user.
func (r Restriction) Diagnostic(user string) string {
	for _, row := range reports {
		if row.Restriction == r {
			return "550 " + string(r) + " " + strings.ReplaceAll(row.Text, "{user}", user)
		}
	}
	return "550 " + string(r)
}

// Known reports whether a report has it.
func (r Restriction) Known() bool {
	return slices.ContainsFunc(reports, func(row Report) bool { return row.Restriction == r })
}

// RestrictionCodes lists the enhanced status codes of all restrictions.
func RestrictionCodes() string {
	var codes []string
	for _, row := range reports {
		codes = append(codes, string(row.Restriction))
	}
	return strings.Join(codes, ", ")
}
