// Package fakesmtp is a fake Exchange Online: programs that submit mail can be tested against it unmodified and offline
// (client submission, port 587), with the conversation, the refusals and the delays of Microsoft's front ends, cause by
// cause.
//
// # Start
//
// In a test, one line starts it; it listens on loopback and stops by itself:
//
//	s := fakesmtp.RunT(t, fakesmtp.Config{})
//	send(s.Addr(), fakesmtp.DefaultMailbox, s.Token(fakesmtp.DefaultMailbox))
//	message, err := s.AwaitMessage(ctx, "bob@fabrikam.com")
//
// Outside tests, [New] with [Server.Serve] and [Server.Close] do the same; on a bench it is reached under [Addresses].
// Another server stands where this one does by [Server.Bench]; [Server.Network] has the authority that clients are to
// trust.
//
// # What an administrator does
//
//   - organizations and mailboxes: [Server.AddOrganization], [Server.AddMailbox], [Server.SetLicensed]
//   - switches, permissions and policies: [Server.Cmdlet], as in Exchange Online PowerShell;
//     [Server.SetSecurityDefaults]
//   - what Microsoft does to a sender: [Server.Restrict], [Server.SetVerdict]
//   - mail from the Internet: [Server.Deliver]
//   - tokens, where no [Directory] answers for the identity provider: [Server.Token], [Server.ClaimsOf],
//     [Server.IssueToken], [Server.RevokeTokens]; [TrustKeys] takes another's
//
// The service's other protocols ask [Server.LogOn], [Server.LogOnToken] and [Server.IsPersonal].
//
// Limits (submissions at once, messages a minute, recipients a day, sizes, time-outs) are settings of [Config]. They
// count by the World's clock and behave as limits do: a window moves. So does the end of basic authentication, by the
// timetable of docs/parity-exchange.md.
//
// # What it is made to say
//
// [Server.Arm] plants answers: another reply, a late, garbled or split one, or the end of the connection, at any moment
// of a conversation, counted and in sequence; [Server.Answers], [Server.UnmetAnswers] and [Server.ClearAnswers] keep
// them in hand. Clients that are tried by hand need nobody to plant anything: a recipient such as
// rcpt-451-4.7.0@fault.test, data-554@fault.test, data-delay-10s@fault.test, data-close@fault.test or
// rcpt-reset@fault.test asks for it.
//
// # Reading back
//
// [Server.Mailbox], [Server.AwaitMessage] and [Server.SentItems] have the mail, [Server.Trace] what became of it.
// [Server.Refusals] is what was refused, with the reason that the client is not told (package refusal);
// [Server.Sessions] are all connections, the failed ones too. A test that looks for leaks has [Server.Secrets] and
// [Server.Journal].
//
// # How sure it is
//
// Every text that goes over the wire is a row of one table ([Replies]), with the event that it answers, its source and
// a mark of certainty. A work or school account hears one profile, a personal one another: the account decides, not the
// host name under which the server was reached. It has banner, EHLO before and after STARTTLS, AUTH XOAUTH2 (in one
// line and in two) and AUTH LOGIN, the token check for people and for applications, security defaults, authentication
// policies, legacy TLS, MAIL, RCPT, DATA, BDAT, SIZE, DSN, SMTPUTF8, BINARYMIME, Send As, the tarpit, and non-delivery
// reports. It is no relay and delivers nothing outside the process. Not modelled: IMAP4, High Volume Email. POP3 and
// servers that are not Exchange Online are packages below this one.
//
// The fields of [Organization], [Answer] and the like are told where the types stand, for example
// go doc mfpsim/fakesmtp/internal/answers.Answer.
//
//go:generate go test -count=1 . -update
package fakesmtp
