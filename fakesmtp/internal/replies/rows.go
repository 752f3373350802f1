package replies

// Event is what a reply answers.
type Event string

// The events, by phase. Those of refusals are also the names under which the journal and [Server.Refusals] keep them.
const (
	Banner            Event = "banner"
	Helo              Event = "helo"
	EhloPlain         Event = "ehlo before STARTTLS"
	EhloSecure        Event = "ehlo after STARTTLS"
	BadName           Event = "invalid domain name"
	StartTLS          Event = "starttls"
	StartTLSAgain     Event = "starttls twice"
	AuthUserName      Event = "auth asks for the user name"
	AuthPassword      Event = "auth asks for the password"
	AuthContinue      Event = "auth asks for the response"
	AuthOK            Event = "auth success"
	AuthCancelled     Event = "auth cancelled"
	AuthMechanism     Event = "auth mechanism not offered"
	AuthAgain         Event = "auth twice"
	AuthIdentity      Event = "identity refused"
	AuthTenant        Event = "SMTP AUTH disabled for the tenant"
	AuthMailbox       Event = "SMTP AUTH disabled for the mailbox"
	AuthBasic         Event = "basic authentication disabled"
	AuthCredentials   Event = "credentials incorrect"
	AuthCriteria      Event = "criteria not met"
	AuthDefaults      Event = "security defaults"
	AuthDefaultsToken Event = "security defaults against a token"
	AuthNoMailbox     Event = "no mailbox"
	MailOK            Event = "mail"
	MailNoTLS         Event = "mail before STARTTLS"
	MailNoAuth        Event = "mail without authentication"
	MailAfterAuth     Event = "mail after refused authentication"
	MailAgain         Event = "mail twice"
	MailBadAddress    Event = "mail with a broken address"
	SizeDeclared      Event = "declared size above the advertised one"
	RcptOK            Event = "rcpt"
	RcptBadAddress    Event = "rcpt with a broken address"
	RcptTooMany       Event = "too many recipients"
	RcptTooManyDomain Event = "too many recipients of one domain"
	NeedHello         Event = "command before hello"
	NeedMail          Event = "command before mail"
	NeedRcpt          Event = "command before rcpt"
	BadArguments      Event = "invalid arguments"
	DataGo            Event = "data"
	DataBinary        Event = "data after BODY=BINARYMIME"
	Chunk             Event = "chunk received"
	Accepted          Event = "message accepted"
	TooLarge          Event = "message above the advertised size"
	MaxSendSize       Event = "message above the mailbox's send limit"
	SendAsDenied      Event = "send as denied"
	FromBroken        Event = "from header not compliant"
	FromMultiple      Event = "several authors and no sender"
	Reset             Event = "reset"
	Noop              Event = "noop"
	Verify            Event = "vrfy"
	Help              Event = "help"
	NotImplemented    Event = "command not implemented"
	Unknown           Event = "unrecognized command"
	LineTooLong       Event = "command line too long"
	AnswerTooLong     Event = "authentication exchange line too long"
	TooManyErrors     Event = "too many errors"
	Quit              Event = "quit"

	AuthBasicRemoved    Event = "basic authentication removed"
	LegacyTLS           Event = "legacy TLS"
	RateExceeded        Event = "message rate exceeded"
	TooManySubmissions  Event = "too many concurrent submissions"
	HeaderTooLarge      Event = "header too large"
	NoFullAccess        Event = "application without access to the mailbox"
	MailboxFull         Event = "mailbox full"
	OutboundSpam        Event = "outbound spam"
	RecipientQuota      Event = "recipients of the day used up"
	ThrottledFull       Event = "throttled: mailbox full"
	ThrottledSendAs     Event = "throttled: send as denied"
	ThrottledLicence    Event = "throttled: invalid license"
	ThrottledRecipients Event = "throttled: too many recipients"
	ThrottledInvalid    Event = "throttled: invalid recipients"
	EhloExchanger       Event = "ehlo after STARTTLS, MX door"
	RelayDenied         Event = "relay denied"
	RecipientUnknown    Event = "recipient rejected, MX door"
	DirectSendRejected  Event = "direct send rejected"
	AcceptedInbound     Event = "message accepted, MX door"
	IdleTimeout         Event = "idle time-out"
	SessionTimeout      Event = "session time-out"
)

// Events that nothing in this server brings about by itself, because Exchange's own machinery is their cause. They are
// for a planted answer; the events of all other rows can stand there too.
const (
	ServiceNotActive    Event = "service not active"                   // 421 4.3.2 at AUTH: the front end is being drained
	ProxyFailed         Event = "front end cannot proxy"               // 451 4.7.0 … PRX4 at AUTH
	TemporaryAuth       Event = "temporary authentication failure"     // 454 4.7.0 at AUTH
	NoReason            Event = "authentication without a reason"      // 535 5.7.139 and nothing more
	FederationDown      Event = "federation service unreachable"       // 535 5.7.139, of a federated account
	FederationInsecure  Event = "federation service without HTTPS"     // the same
	TemporaryServer     Event = "temporary server error"               // 451 4.3.111 … MRH1 at the end of DATA
	TooManyOlder        Event = "sender thread limit"                  // 432 4.3.2 in its wording of 2018 to 2020
	SendAsDeniedOlder   Event = "send as denied, 2018 to 2021"         // 554 5.2.0
	SendAsDeniedMiddle  Event = "send as denied, 2021"                 // 554 5.2.252 without the addresses
	SendAsDeniedOldest  Event = "send as denied, 2017 and 2018"        // 550 5.7.60
	NotAuthenticatedOld Event = "not authenticated, the older wording" // 530 5.7.57
)

// What the words in braces stand for: {fe} the front end's host name, {label} its name in tails, {backend} the mailbox
// server, {client} the client's address, {now} and {instant} the time of the reply, {session} the session id, {id} the
// Message-ID, {size} a length in octets, {user} the account, {from} the sender, {error} the reply that AUTH got,
// {diagnostics} the numbers of an exception, {bytes} octets received, {verdict} what the abuse control has found,
// {duration} a length of time, {internal} {seconds} {rate} a number, time and speed of a transfer.
const (
	extensionsBefore = "SIZE {size}\nPIPELINING\nDSN\nENHANCEDSTATUSCODES\n"
	extensionsAfter  = "\n8BITMIME\nBINARYMIME\nCHUNKING\nSMTPUTF8"
	helpOfSwitch     = " Visit https://aka.ms/smtp_auth_disabled for more information."
	permanent        = "Failed to process message due to a permanent exception with message [BeginDiagnosticData]"
	recalled         = "text of the same product's on-premises receive connector, recalled"
)

// table is every text that goes over the wire.
var table = []Reply{
	// Connection and hello.
	{ProfileExchange, Banner, 220, "{fe} Microsoft ESMTP MAIL Service ready at {now} [{session}]", NoTail, false, Seen, "GITML; EOP-372 (session id since 2024-10)", "2025-04-26"},
	{ProfileExchange, Helo, 250, "{fe} Hello [{client}]", NoTail, false, Inferred, "seen on the MX front end", ""},
	{ProfileExchange, EhloPlain, 250, "{fe} Hello [{client}]\n" + extensionsBefore + "STARTTLS" + extensionsAfter, NoTail, false, Seen, "QA20, MK-1770, GITML, OLC", "2025-04-26"},
	{ProfileExchange, EhloSecure, 250, "{fe} Hello [{client}]\n" + extensionsBefore + "AUTH LOGIN XOAUTH2" + extensionsAfter, NoTail, false, Seen, "emayili #147, SX-97, MK-1770, GITML, OLC", "2025-04-26"},
	{ProfileExchange, BadName, 501, "5.5.4 Invalid domain name", FrontEnd, false, Seen, "GITML", "2025-04-26"},
	{ProfileExchange, NeedHello, 503, "5.5.2 Send hello first", FrontEnd, false, Inferred, recalled, ""},

	// STARTTLS.
	{ProfileExchange, StartTLS, 220, "2.0.0 SMTP server ready", NoTail, false, Seen, "GITML and every other log", "2025"},
	{ProfileExchange, StartTLSAgain, 503, "5.5.2 Only one STARTTLS command can be issued per session", FrontEnd, false, Inferred, recalled, ""},

	// AUTH.
	{ProfileExchange, AuthUserName, 334, "VXNlcm5hbWU6", NoTail, false, Seen, "NM-1484", "2022"},
	{ProfileExchange, AuthPassword, 334, "UGFzc3dvcmQ6", NoTail, false, Seen, "NM-1484", "2022"},
	{ProfileExchange, AuthContinue, 334, "", NoTail, false, Reported, "OLC: 334, a space, line end", "2025-01-12"},
	{ProfileExchange, AuthOK, 235, "2.7.0 Authentication successful", NoTail, false, Seen, "GITML; MSOAUTH", "2025-04-26"},
	{ProfileExchange, AuthCancelled, 535, "5.7.3 Authentication unsuccessful", FrontEnd, false, Inferred, "code documented by EOPSRC; text as for every refused identity", ""},
	{ProfileExchange, AuthMechanism, 504, "5.7.4 Unrecognized authentication type", FrontEnd, false, Seen, "mgob #52, new-api #1989; QA20 (before TLS), OLC (PLAIN)", "2025-10-09"},
	{ProfileExchange, AuthAgain, 503, "5.5.2 Already authenticated", FrontEnd, false, Inferred, recalled, ""},
	{ProfileExchange, AuthIdentity, 535, "5.7.3 Authentication unsuccessful", FrontEnd, false, Seen, "MK-1770, MK-1712, SX-43, EOP-237; MSOAUTH", "2024-07-11"},
	{ProfileExchange, AuthTenant, 535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant." + helpOfSwitch, FrontEnd, false, Seen, "EOP-193 (XOAUTH2), NM-1484", "2023-09-12"},
	{ProfileExchange, AuthMailbox, 535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox." + helpOfSwitch, FrontEnd, false, Reported, "public log, FLD26a", "2026-09-17"},
	{ProfileExchange, AuthBasic, 535, "5.7.139 Authentication unsuccessful, basic authentication is disabled.", FrontEnd, false, Seen, "mailR #107, public log", "2026-08-10"},
	{ProfileOutlook, AuthBasic, 535, "5.7.139 Authentication unsuccessful, basic authentication is disabled.", FrontEnd, false, Seen, "NM-1714", "2025-01-26"},
	{ProfileExchange, AuthCredentials, 535, "5.7.139 Authentication unsuccessful, the user credentials were incorrect.", FrontEnd, false, Seen, "email-bomber #1", "2022-06"},
	{ProfileExchange, AuthCriteria, 535, "5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.", FrontEnd, false, Seen, "NM-1617, gophish #3220, FLD26b", "2026-07-01"},
	{ProfileExchange, AuthDefaults, 535, "5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.", FrontEnd, false, Reported, "public logs (AUTH LOGIN)", "2026-08-15"},
	{ProfileExchange, AuthDefaultsToken, 535, "5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.", FrontEnd, false, Inferred, "not established (docs/reference/exchange-smtp.md §13.7); the guide tells to turn them off (R9)", ""},
	{ProfileExchange, AuthNoMailbox, 550, "5.2.1 Mailbox cannot be accessed", FrontEnd, false, Inferred, "text seen at AUTH LOGIN (NM-949, 2018); that a missing mailbox is its cause, and XOAUTH2, are inferred", ""},

	{ProfileExchange, AuthBasicRemoved, 550, "5.7.30 Basic authentication is not supported for Client Submission.", FrontEnd, false, Documented, "techcommunity 4114750; the command is inferred", "2024-04-15"},
	{ProfileExchange, LegacyTLS, 421, "4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls.", FrontEnd, true, Seen, "zehm/sendEmail #1, public log; MSLEG", "2022-06"},
	{ProfileOutlook, AuthMailbox, 535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox." + helpOfSwitch, FrontEnd, false, Reported, "FLD26a: some consumer mailboxes, and nobody can switch it", "2026-09-17"},
	{ProfileExchange, ServiceNotActive, 421, "4.3.2 Service not active", FrontEnd, true, Seen, "MK-1106", "2020-11-25"},
	{ProfileExchange, ProxyFailed, 451, "4.7.0 Temporary server error. Please try again later. PRX4 ", FrontEnd, false, Seen, "OMS-5, MK-566, SX-69", "2023"},
	{ProfileExchange, TemporaryAuth, 454, "4.7.0 Temporary authentication failure", FrontEnd, false, Inferred, "client code matches it beside other replies of Exchange", ""},
	{ProfileExchange, NoReason, 535, "5.7.139 Authentication unsuccessful", FrontEnd, false, Seen, "NM-1482", "2022-11"},
	{ProfileExchange, FederationDown, 535, "5.7.139 Authentication unsuccessful, federated STS service was unreachable.", FrontEnd, false, Documented, "MSPRN24", "2024-08"},
	{ProfileExchange, FederationInsecure, 535, "5.7.139 Authentication unsuccessful, the federated STS URL does not support HTTPS.", FrontEnd, false, Documented, "MSPRN24", "2024-08"},

	// MAIL and RCPT.
	{ProfileExchange, RateExceeded, 421, "4.4.2 Message submission rate for this client has exceeded the configured limit", FrontEnd, true, Reported, "public logs of many clients: replies of receive connectors; for Exchange Online field notes only", ""},
	{ProfileExchange, NotAuthenticatedOld, 530, "5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", FrontEnd, false, Documented, "MSNDR, MSPRN", "2021-07"},
	{ProfileExchange, MailOK, 250, "2.1.0 Sender OK", NoTail, false, Inferred, "seen on the MX front end of the same product", ""},
	{ProfileExchange, MailNoTLS, 451, "5.7.3 STARTTLS is required to send mail", FrontEnd, false, Seen, "hertzbeat #2365; public log", "2026-03-05"},
	{ProfileExchange, MailNoAuth, 530, "5.7.57 Client not authenticated to send mail.", FrontEnd, false, Seen, "OMS-5, EOP-257", "2024"},
	{ProfileExchange, MailAfterAuth, 530, "5.7.57 Client not authenticated to send mail. Error: {error}", FrontEnd, false, Seen, "OfficeDocs-Exchange #3124; public logs (System.Net.Mail)", "2022-05-13"},
	{ProfileExchange, MailAgain, 503, "5.5.2 Sender already specified", FrontEnd, false, Inferred, recalled, ""},
	{ProfileExchange, MailBadAddress, 501, "5.1.7 Invalid address", FrontEnd, false, Inferred, recalled, ""},
	{ProfileExchange, SizeDeclared, 552, "5.3.4 Message size exceeds fixed maximum message size", FrontEnd, false, Inferred, "Exchange text quoted by a mail-sync test", ""},
	{ProfileExchange, RcptOK, 250, "2.1.5 Recipient OK", NoTail, false, Inferred, "seen on the MX front end of the same product", ""},
	{ProfileExchange, RcptBadAddress, 501, "5.1.3 Invalid address", FrontEnd, false, Reported, "public log", ""},
	{ProfileExchange, RcptTooMany, 452, "4.5.3 Too many recipients", FrontEnd, false, Documented, "MSNDR (4.5.3)", "2021-07"},
	{ProfileExchange, RcptTooManyDomain, 452, "4.5.3 Too many recipients", FrontEnd, false, Documented, "MSNDR24; that it comes at RCPT is inferred", "2024-10"},
	{ProfileExchange, NeedMail, 503, "5.5.2 Need mail command", FrontEnd, false, Inferred, recalled, ""},
	{ProfileExchange, NeedRcpt, 503, "5.5.2 Need rcpt command", FrontEnd, false, Inferred, recalled, ""},
	{ProfileExchange, BadArguments, 501, "5.5.4 Invalid arguments", FrontEnd, false, Inferred, recalled, ""},

	// The message.
	{ProfileExchange, DataGo, 354, "Start mail input; end with <CRLF>.<CRLF>", NoTail, false, Inferred, "Haraka #1965, seen on the MX front end", ""},
	{ProfileExchange, DataBinary, 503, "5.5.2 Invalid sequence, use BDAT with BINARYMIME", FrontEnd, false, Inferred, "RFC 3030 §3 demands a refusal, the text is ours", ""},
	{ProfileExchange, Chunk, 250, "2.6.0 CHUNK received OK, {bytes} octets", NoTail, false, Inferred, recalled, ""},
	{ProfileExchange, Accepted, 250, "2.0.0 OK {id} [Hostname={backend}]", NoTail, false, Seen, "public log, SX-69", "2025"},
	{ProfileOutlook, Accepted, 250, "2.0.0 OK {id} [Hostname={backend}]", NoTail, false, Seen, "GITML, git-send-email: the id is the new one", "2025-04-26"},
	{ProfileExchange, TooLarge, 552, "5.3.4 Message size exceeds fixed maximum message size", MailboxTail, false, Inferred, "as for the declared size", ""},
	{ProfileExchange, MaxSendSize, 554, "5.2.3 MapiExceptionMaxSubmissionExceeded; Message size exceeds maximum size limit.; STOREDRV.Submission.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded; Failed to process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit message. {diagnostics}[EndDiagnosticData]", MailboxTail, false, Inferred, "pm2-health #52 for the exceptions' names; enhanced code inferred", "2024-11"},
	{ProfileExchange, SendAsDenied, 554, "5.2.252 SendAsDenied; {user} not allowed to send as {from}; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit message. {diagnostics}[EndDiagnosticData]", MailboxTail, false, Seen, "gophish #2900, public logs", "2026-09-26"},

	{ProfileExchange, FromBroken, 550, "5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant", MailboxTail, false, Documented, "MSNDR24, MSPRN24; that it comes at the end of DATA is inferred", "2024-10"},
	{ProfileExchange, FromMultiple, 550, "5.1.20 Multiple From addresses are not allowed without Sender address", MailboxTail, false, Documented, "MSFROM24; that it comes at the end of DATA is inferred", "2024-04-18"},

	{ProfileExchange, SendAsDeniedOlder, 554, "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message Cannot submit message. {diagnostics}", MailboxTail, false, Seen, "rss2email #147, FusionAuth #220, MK-1176", "2021"},
	{ProfileExchange, SendAsDeniedMiddle, 554, "5.2.252 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; " + permanent + "Cannot submit message. {diagnostics}[EndDiagnosticData]", MailboxTail, false, Seen, "TYPO3 direct_mail #267", "2021"},
	{ProfileExchange, SendAsDeniedOldest, 550, "5.7.60 SMTP; Client does not have permissions to send as this sender", PlainTail, false, Seen, "PM-1231, swiftmailer #1030, AVideo #1017; MSPRN", "2018"},
	{ProfileExchange, NoFullAccess, 430, "4.2.0 STOREDRV; mailbox logon failure; STOREDRV.Submission.Exception:ConnectionFailedTransientException.MapiExceptionLogonFailed; Failed to process message due to a transient exception with message [BeginDiagnosticData]Cannot open mailbox. Server = {backend} {diagnostics}[EndDiagnosticData]", MailboxTail, false, Seen, "EOP-271, MSDIAG, public log", "2026-10"},
	{ProfileExchange, TooManySubmissions, 432, "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.", MailboxTail, false, Seen, "PFX, public log", "2025-09-30"},
	{ProfileExchange, TooManyOlder, 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", MailboxTail, false, Seen, "timeoff #308, v2board #148", "2020"},
	{ProfileExchange, RecipientQuota, 554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; " + permanent + "{diagnostics}[EndDiagnosticData]", MailboxTail, false, Documented, "MSSUB, public log; what follows the exception's name is inferred", ""},
	{ProfileExchange, MailboxFull, 554, "5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; " + permanent + "{diagnostics}[EndDiagnosticData]", MailboxTail, false, Documented, "MSSUB; what follows the exceptions' names is inferred", ""},
	{ProfileExchange, HeaderTooLarge, 552, "5.3.4 Header size exceeds fixed maximum size", MailboxTail, false, Seen, "MK-904", "2018"},
	{ProfileExchange, TemporaryServer, 451, "4.3.111 Temporary server error. Please try again later MRH1", MailboxTail, false, Reported, "datalust #101", "2022-06"},
	{ProfileOutlook, OutboundSpam, 554, "5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; " + permanent + "WASCL UserAction verdict is not None. Actual verdict is {verdict}. OutboundSpamException: WASCL UserAction verdict is not None. Actual verdict is {verdict}.[EndDiagnosticData]", MailboxTail, false, Seen, "public log, Valine-Admin #26", ""},
	{ProfileExchange, ThrottledFull, 550, "5.2.251 Sender throttled due to continuous mailbox full errors.", MailboxTail, false, Documented, "MSTHR; that it comes at the end of DATA is inferred", ""},
	{ProfileExchange, ThrottledSendAs, 550, "5.2.252 Sender throttled due to continuous send as denied errors.", MailboxTail, false, Documented, "MSTHR; that it comes at the end of DATA is inferred", ""},
	{ProfileExchange, ThrottledLicence, 550, "5.2.253 Sender throttled due to continuous invalid license errors.", MailboxTail, false, Documented, "MSTHR; that it comes at the end of DATA is inferred", ""},
	{ProfileExchange, ThrottledRecipients, 550, "5.2.254 Sender throttled due to continuous too many recipients errors.", MailboxTail, false, Documented, "MSTHR; that it comes at the end of DATA is inferred", ""},
	{ProfileExchange, ThrottledInvalid, 550, "5.2.255 Sender throttled due to continuous invalid recipients errors.", MailboxTail, false, Documented, "MSTHR; that it comes at the end of DATA is inferred", ""},

	// The MX door.
	{ProfileExchange, EhloExchanger, 250, "{fe} Hello [{client}]\n" + extensionsBefore + "8BITMIME\nBINARYMIME\nCHUNKING\nSMTPUTF8", NoTail, false, Inferred, "as in clear, where it was seen in public logs, without the line that offers TLS", ""},
	{ProfileExchange, RelayDenied, 550, "5.7.64 TenantAttribution; Relay Access Denied", FrontEnd, false, Seen, "ictfax #76, public logs; MSRELAY24, MSNDR24", "2024"},
	{ProfileExchange, RecipientUnknown, 550, "5.4.1 Recipient address rejected: Access denied.", FrontEnd, false, Documented, "MSNDR24; seen with this tail in a public log", "2024-11-15"},
	{ProfileExchange, DirectSendRejected, 550, "5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources", FrontEnd, false, Documented, "MSDIRECT; that it comes at RCPT is inferred", "2025-04"},
	{ProfileExchange, AcceptedInbound, 250, "2.6.0 {id} [InternalId={internal}, Hostname={backend}] {bytes} bytes in {seconds}, {rate} KB/sec Queued mail for delivery", NoTail, false, Reported, "public logs", "2025-11-20"},

	// The rest.
	{ProfileExchange, IdleTimeout, 421, "4.4.1 Connection timed out", FrontEnd, true, Seen, "MK-453 (public log, at MAIL); the time is not established", ""},
	{ProfileExchange, SessionTimeout, 421, "4.4.1 Connection timed out. Total session duration: {duration}", FrontEnd, true, Seen, "Haraka #2321 (public log, port 25, 20 min)", ""},
	{ProfileExchange, Reset, 250, "2.0.0 Resetting", NoTail, false, Seen, "MK-904", "2018"},
	{ProfileExchange, Noop, 250, "2.0.0 OK", NoTail, false, Inferred, recalled, ""},
	{ProfileExchange, Verify, 252, "2.1.5 Cannot VRFY user", NoTail, false, Inferred, recalled, ""},
	{ProfileExchange, Help, 214, "This server supports the following commands:\nHELO EHLO STARTTLS RCPT DATA RSET MAIL QUIT HELP AUTH BDAT", NoTail, false, Inferred, recalled, ""},
	{ProfileExchange, NotImplemented, 502, "5.3.3 Command not implemented", FrontEnd, false, Inferred, recalled, ""},
	{ProfileExchange, Unknown, 500, "5.3.3 Unrecognized command 'Length: {size}'", FrontEnd, false, Seen, "EOP-372: the length of the verb, not the verb", "2025-08-04"},
	{ProfileExchange, LineTooLong, 500, "5.5.2 Command line too long", FrontEnd, false, Inferred, "RFC 5321 §4.5.3.1.4; limit and text not established", ""},
	{ProfileExchange, AnswerTooLong, 500, "5.5.6 Authentication Exchange line is too long", FrontEnd, false, Inferred, "RFC 4954 §4 and §6 name code and status; limit and text not established", ""},
	{ProfileExchange, TooManyErrors, 421, "4.7.0 Too many errors on this connection, closing transmission channel", FrontEnd, true, Inferred, recalled, ""},
	{ProfileExchange, Quit, 221, "2.0.0 Service closing transmission channel", NoTail, true, Seen, "OMS-5, QA20", "2020-10-20"},
}
