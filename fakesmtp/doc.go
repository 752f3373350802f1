// Package fakesmtp is a fake Exchange Online for programs that submit mail: an SMTP server (client submission, port 587) whose
// conversation, refusals and delays are those of Microsoft's front ends, cause by cause.
//
// It is made to be tested against by unmodified clients. A test starts it in one line and reads what arrived:
//
//	s := fakesmtp.RunT(t, fakesmtp.Config{})
//	send(s.Addr(), "alice@contoso.com", s.Token("alice@contoso.com"))
//	message, err := s.AwaitMessage(ctx, "bob@fabrikam.com")
//
// What it has: banner, EHLO before and after STARTTLS, AUTH XOAUTH2 (in one line and in two) and AUTH LOGIN, the token check,
// the SMTP AUTH switches of the tenant and of the mailbox, security defaults, authentication policies, MAIL, RCPT, DATA, BDAT,
// SIZE, DSN, SMTPUTF8, BINARYMIME, the send limit, Send As, the tarpit of the front ends, mailboxes, Sent Items, message trace,
// and the cmdlets with which an administrator changes the switches.
//
// Two profiles: a work or school account is answered as [ProfileExchange], a personal one as [ProfileOutlook]. The account decides,
// not the host name under which the server was reached.
//
// Every text that goes over the wire is a row of one table ([Replies]), with the event that it answers, its source and a mark of
// certainty: [Seen] in a transcript, [Documented], or [Inferred].
//
// What it refuses to be: it is no relay and delivers nothing outside the process. Not modelled: POP3 and IMAP4, the limits of rate
// and concurrency, High Volume Email, the legacy TLS endpoint, the asynchronous non-delivery reports of spam filters.
package fakesmtp
