// Package fakesmtp is a fake Exchange Online for programs that submit mail: an SMTP server (client submission, port 587) whose
// conversation, refusals and delays are those of Microsoft's front ends, cause by cause.
//
// It is made to be tested against by unmodified clients. A test starts it in one line and reads what arrived:
//
//	s := fakesmtp.RunT(t, fakesmtp.Config{})
//	send(s.Addr(), "alice@contoso.com", s.Token("alice@contoso.com"))
//	message, err := s.AwaitMessage(ctx, "bob@fabrikam.com")
//
// What it has: banner, EHLO before and after STARTTLS, AUTH XOAUTH2 (in one line and in two) and AUTH LOGIN, the token check (for people
// and for applications), the SMTP AUTH switches of the tenant and of the mailbox, security defaults, authentication policies, the
// retirement of basic authentication by the calendar ([Retirement]), legacy TLS, MAIL, RCPT, DATA, BDAT, SIZE, DSN, SMTPUTF8,
// BINARYMIME, Send As, the tarpit of the front ends, mailboxes, Sent Items, message trace, non-delivery reports ([Server.Restrict]), and the
// cmdlets with which an administrator changes the switches.
//
// Its limits are Exchange Online's and settings of [Config]: submissions at once, messages a minute, recipients a day, sizes, time-outs.
// They count by the World's clock and behave as limits do: a window moves.
//
// What it is to do against its nature is armed ([Server.Arm]): another reply, a late, garbled or split one, or the end of the
// connection, at any moment of a conversation. Clients that are tried by hand need nobody to arm anything: a recipient such as
// rcpt-451-4.7.0@fault.test, data-554@fault.test, data-delay-10s@fault.test, data-close@fault.test or rcpt-reset@fault.test asks for it. [Server.Sessions] shows all connections, [Server.Refusals] what was refused and why.
//
// Two profiles: a work or school account is answered as [ProfileExchange], a personal one as [ProfileOutlook]. The account decides,
// not the host name under which the server was reached.
//
// Every text that goes over the wire is a row of one table ([Replies]), with the event that it answers, its source and a mark of
// certainty: [Seen] in a transcript, [Documented], [Reported], or [Inferred].
//
// What it refuses to be: it is no relay and delivers nothing outside the process. POP3 and relatives of the service are packages below
// this one. Not modelled: IMAP4, High Volume Email.
//
//go:generate go test -count=1 . -update
package fakesmtp
