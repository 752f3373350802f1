// Package fakesmtp is a fake Exchange Online: programs that submit mail (port 587) are tested against it unmodified and
// offline (docs/parity-exchange.md).
//
// Start: in a test fakesmtp.RunT(t, fakesmtp.Config{}); elsewhere [New], [Server.Serve], [Server.Close]. Programs send
// to [Server.Addr] as [DefaultMailbox] with [DefaultPassword] or [Server.Token] and trust the authority of
// [Server.Network]. A bench reaches it under [Addresses]; by [Server.Bench] another server stands where it does.
//
// The administrator:
//   - organizations and mailboxes: [Server.AddOrganization], [Server.AddMailbox], [Server.SetLicensed]
//   - switches, permissions, policies: [Server.Cmdlet], as in Exchange Online PowerShell; [Server.SetSecurityDefaults]
//   - senders: [Server.Restrict], [Server.SetVerdict], [Server.SetQuota], [Server.SetExternalLimit]
//   - mail flow: [Server.AddGroup], [Server.AddTransportRule], [Server.AddConnector], [Server.Deliver] from outside;
//     the MX door: [Server.ServeExchanger], [Server.ExchangerAddr], [Server.Exchangers]; [Server.SetFrontEnd]
//   - tokens, if no [Directory] answers for them: [Server.Token], [Server.ClaimsOf], [Server.IssueToken],
//     [Server.RevokeTokens]; [Trust] and [TrustKeys] take those of an identity provider
//
// Limits and time-outs are fields of [Config]; they count by the World's clock. The service's other protocols ask
// [Server.LogOn], [Server.LogOnToken], [Server.IsPersonal]. Answers in place of the truth, at any moment of a
// conversation: [Server.Arm], [Server.Answers], [Server.UnmetAnswers], [Server.ClearAnswers]; a recipient such as
// data-delay-10s@fault.test asks for one. Reading back: [Server.Mailbox], [Server.MailboxPage],
// [Server.AwaitMessage], [Server.SentItems], [Server.Trace] for the mail; [Server.Refusals] with the reasons that
// clients are not told, [Server.Sessions]; [Server.Secrets] and [Server.Journal] for a search for leaks; [Replies] is
// every text on the wire, with its source.
// It delivers nothing outside the process. POP3 and servers of other makers are packages below this one.
//
//go:generate go test -count=1 . -update
package fakesmtp
