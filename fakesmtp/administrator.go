package fakesmtp

import (
	"fmt"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/mailboxes"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/transit"
	"mfpsim/fakesmtp/refusal"
)

// AddOrganization makes a tenant. Its first domain is required.
func (s *Server) AddOrganization(o Organization) error {
	err := s.mailboxes.AddOrganization(o)
	s.leadExchanger()
	return ours(err)
}

// AddMailbox makes a mailbox in an organization that is there.
func (s *Server) AddMailbox(m Mailbox) error {
	if err := s.mailboxes.AddMailbox(m); err != nil {
		return ours(err)
	}
	s.shell.Secrets.Keep(m.Password.Reveal())
	return nil
}

// RemoveMailbox takes a mailbox away, by any of its addresses, as happens in Exchange Online when its user is deleted:
// mail for it is reported back with 5.1.10, and nobody submits as it any more. What has arrived can still be read.
func (s *Server) RemoveMailbox(address string) error { return ours(s.mailboxes.RemoveMailbox(address)) }

// CheckMailbox says why [Server.AddMailbox] would refuse a mailbox; it makes nothing.
func (s *Server) CheckMailbox(m Mailbox) error { return ours(s.mailboxes.CheckMailbox(m)) }

// CheckOrganization says why [Server.AddOrganization] would refuse an organization; it makes nothing.
func (s *Server) CheckOrganization(o Organization) error {
	return ours(s.mailboxes.CheckOrganization(o))
}

// AddGroup makes a distribution group (New-DistributionGroup).
func (s *Server) AddGroup(g Group) error { return ours(s.mailboxes.AddGroup(g)) }

// AddTransportRule makes a transport rule of an organization, by its id or a domain (New-TransportRule).
func (s *Server) AddTransportRule(organization string, r TransportRule) error {
	return ours(s.mailboxes.AddRule(organization, r))
}

// AddConnector makes an inbound connector of an organization, by its id or a domain (New-InboundConnector).
func (s *Server) AddConnector(organization string, c Connector) error {
	return ours(s.mailboxes.AddConnector(organization, c))
}

// Cmdlet runs a cmdlet of Exchange Online PowerShell as an administrator would, and returns what it prints. Names are
// compared without regard to case; a value follows its parameter as a word of its own or after a colon. Two words of
// the bench's own: propagation=15m lets a change take effect so much later, on the bench's clock, and -Organization
// names the organization where there are several that are not personal. A mistake is a [CmdletError].
func (s *Server) Cmdlet(name string, args []string) (string, error) { return s.console.Run(name, args) }

// SetSecurityDefaults turns an organization's security defaults on or off from now on. They are a setting of Entra ID;
// a bench tells the mail service. The organization is named by its id or by one of its domains.
func (s *Server) SetSecurityDefaults(organization string, on bool) error {
	return ours(
		s.mailboxes.ChangeOrganization(organization, s.now(), mailboxes.OrganizationChange{SecurityDefaults: &on}),
	)
}

// SetLicensed gives a mailbox its licence or takes it away.
func (s *Server) SetLicensed(address string, licensed bool) error {
	from := s.now().Add(s.config.Propagation)
	return ours(s.mailboxes.ChangeMailbox(address, from, mailboxes.MailboxChange{Licensed: &licensed}))
}

// SetQuota says how many octets a mailbox may hold, Sent Items included, from now on; zero: any number.
func (s *Server) SetQuota(address string, octets int64) error {
	return ours(s.mailboxes.ChangeMailbox(address, s.now(), mailboxes.MailboxChange{Quota: &octets}))
}

// SetExternalLimit says how many recipients outside all mailboxes of an organization together may write to in any 24 h,
// zero: any number; and whether it is a trial, which the report says.
func (s *Server) SetExternalLimit(organization string, recipients int, trial bool) error {
	return ours(s.mailboxes.ChangeOrganization(organization, s.now(), mailboxes.OrganizationChange{
		ExternalRecipientsPerDay: &recipients, Trial: &trial,
	}))
}

// Restrict keeps what a mailbox sends from now on from being delivered: it is accepted, and a non-delivery report says
// why. A domain stands for all mailboxes of its organization. The restriction is the enhanced status code of a report,
// for example "5.7.501"; with one that is said of who receives, "5.2.122", mail to the mailbox is not delivered. An
// unknown one is refused, and the error has all of them. Empty lifts it.
func (s *Server) Restrict(address, restriction string) error {
	r := replies.Restriction(restriction)
	if restriction != "" && !r.Known() {
		return fmt.Errorf("fakesmtp: no report has the code %q; there are: %s", restriction, replies.RestrictionCodes())
	}
	return ours(s.mailboxes.Restrict(address, r))
}

// SetVerdict lets outlook.com's abuse control find something against a personal mailbox, so that its mail is refused at
// the end of DATA; seen were "HipNotify", "RefuseQuota" and "Suspend, ShowTierUpgrade". An empty verdict lifts it.
func (s *Server) SetVerdict(address, verdict string) error {
	return ours(s.mailboxes.SetVerdict(address, verdict))
}

// SetFrontEnd changes how strict the front ends are, from the next command of each connection on. What is zero is as
// [Config] has it by default.
func (s *Server) SetFrontEnd(f FrontEnd) {
	shell.Fill(&f.MaxLine, defaultMaxLine)
	shell.Fill(&f.MaxAnswer, defaultMaxAnswer)
	s.endpoint.SetFront(f)
}

// FrontEnd returns how strict the front ends are.
func (s *Server) FrontEnd() FrontEnd { return s.endpoint.Front() }

// RevokeTokens makes the tokens that the server's own issuer has given an account worthless, from now on: it acts on
// the account as continuous access evaluation does. With a Directory, that says so (Account.RevokedBefore).
func (s *Server) RevokeTokens(user string) error { return ours(s.mailboxes.Revoke(user, s.now())) }

// Deliver puts a mail from the Internet into a mailbox, byte for byte as it is given, and wakes who awaits it.
func (s *Server) Deliver(address string, raw []byte) error {
	return ours(s.mailboxes.Put(address, raw, s.now()))
}

// LookupTXT answers for the DNS to who verifies the signatures (DKIM, ARC) of delivered messages: with the public half
// of the test key that they are made with, at every NAME._domainkey.DOMAIN. The private half is public too, and no
// domain has the key on the Internet: there, the signatures do not hold. The error is a [*net.DNSError].
func (s *Server) LookupTXT(name string) ([]string, error) { return transit.LookupTXT(name) }

// tokenLifetime is how long the issuer's own tokens hold.
const tokenLifetime = time.Hour

// Token returns an access token for SMTP.Send, from now for an hour, that a server without a Directory takes for a
// user: a JWT signed with a public test key for a work account, an opaque one for a personal account. The user need not
// exist; then the token is refused.
func (s *Server) Token(user string) string {
	now := s.now()
	claims := s.ClaimsOf(user, identity.SendScope, now, now.Add(tokenLifetime))
	claims.Issued = now
	return s.IssueToken(claims)
}

// ClaimsOf is what a good token of a user says, for a scope and a time, to be changed and issued by
// [Server.IssueToken].
func (s *Server) ClaimsOf(user, scope string, from, until time.Time) Claims {
	return identity.Good(user, s.mailboxes.Tenant(address.Domain(user), s.now()).ID, scope, from, until)
}

// IssueToken returns a token of the server's own issuer that says what it is told to, so that refusals can be tried. A
// token of the personal tenant is opaque.
func (s *Server) IssueToken(claims Claims) string {
	token := s.issuer.Issue(claims)
	s.shell.Secrets.Add(token)
	return token
}

// LogOn judges a user name and a password for the service's other protocols: who it is, and nothing else. Whether a
// protocol still takes passwords is for its server. An empty Reason is a success.
func (s *Server) LogOn(user, password string) refusal.Reason {
	s.shell.Secrets.Add(password)
	return s.gate.LogOn(user, password)
}

// LogOnToken judges a token for another protocol of the service, by the checks and in the order of client submission.
// The scope is that protocol's, for example "POP.AccessAsUser.All". An empty Reason is a success.
func (s *Server) LogOnToken(user, token, scope string) refusal.Reason {
	s.shell.Secrets.Add(token)
	return s.gate.LogOnToken(user, token, scope)
}

// IsPersonal reports whether an address belongs to a personal account.
func (s *Server) IsPersonal(address string) bool {
	return s.mailboxes.Standing(address, s.now()).Tenant.Personal
}

// now is the time on the server's clock.
func (s *Server) now() time.Time { return s.shell.Clock.Now() }
