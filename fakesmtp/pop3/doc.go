// Package pop3 is a POP3 server (RFC 1939, 2449, 5034) over the mailboxes of package fakesmtp and its relatives.
//
// It is there for two things. A device that is set to "POP before SMTP" logs on here, after which a server of package
// legacy takes its mail for a while ([Server.LoggedOnSince]); and a test reads mail as a mail program does. Two
// profiles:
//
//   - [ProfileExchange] is Exchange Online: TLS from the first byte, XOAUTH2 in two lines and no other way,
//     Microsoft's texts, refusals
//     that come 9 s late, and no passwords since October 2022. Who logs on there has no right to send by SMTP.
//   - [ProfilePlain] is a provider of the years before: port 110, USER and PASS, STLS.
//
// A test starts it in one line:
//
//	s := pop3.RunT(t, pop3.Config{})
//	err := s.Exchange().Deliver(fakesmtp.DefaultMailbox, mail)
//	read(s.Addr(), fakesmtp.DefaultMailbox, s.Token(fakesmtp.DefaultMailbox))
//
// Every text that goes over the wire is a row of one table ([Replies]), with its source and a mark of certainty.
//
// What is deleted over POP3 is gone from POP3 and nowhere else: a test still finds it in the server whose mailbox it
// is.
//
// Not modelled: APOP, time-outs of idle connections, the switches that turn POP off for a mailbox (Set-CASMailbox
// -PopEnabled).
package pop3
