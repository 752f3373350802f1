package lab

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"mfpsim/chance"
	"mfpsim/choice"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/journal"
	"mfpsim/sim/webconfig"
)

// Tenant is an organization, or the one tenant of personal accounts, as both clouds are told of it. The zero value but
// for its name is a new organization: SMTP AUTH disabled (guide rule R2), security defaults on (R9), passwords refused
// (R1).
type Tenant struct {
	Name             string // domain
	SMTPAuth         bool   // client submission is enabled
	SecurityDefaults Switch // on by default
	BasicAuth        bool   // submission with a password is still allowed
	UserConsent      string // "all" (default), "none"
	ConsentBox       string // "guide" (default), "microsoft"
	Personal         bool   // the tenant of personal accounts, which has no security defaults
	Cloud            string // the public one by default, or [GovernmentCloud]
}

// GovernmentCloud is the cloud of a [Tenant] in Azure Government.
const GovernmentCloud = string(fakeentra.GovernmentCloud)

// Switch is a setting that keeps its default until somebody sets it. Which one that is, the field says.
type Switch string

// What a [Switch] can be.
const (
	Default Switch = ""
	On      Switch = "on"
	Off     Switch = "off"
)

// User is a person, or a role, with an account and perhaps a mailbox.
type User struct {
	Address string // the name that the account signs in with
	// Primary is the mailbox's own address where it is another one; empty: Address. Exchange keeps the sign-in name
	// among the mailbox's other addresses.
	Primary string
	Roles   []string
	Groups  []string // of the directory
	Mailbox Switch   // on by default
	MFA     bool     // every sign-in asks for a second factor
	SignIn  Switch   // on by default; Off: the account is disabled
	// Password that is chosen; empty: that of [Config.Passwords], else one that is drawn from the seed.
	Password string
}

// AddTenant makes an organization known to both clouds and returns it as the identity provider has it. It is made in
// both or in none.
func (l *Lab) AddTenant(t Tenant) (fakeentra.Tenant, error) {
	t.Name = strings.TrimSpace(t.Name)
	defaults := t.SecurityDefaults != Off && !t.Personal
	mail := fakesmtp.Organization{
		Domains: []string{t.Name}, SMTPAuth: t.SMTPAuth, SecurityDefaults: defaults, BasicAuth: t.BasicAuth,
		Personal: t.Personal,
	}
	if err := l.SMTP.CheckOrganization(mail); err != nil {
		return fakeentra.Tenant{}, fmt.Errorf("exchange: %w", err)
	}
	made, err := l.Entra.AddTenant(fakeentra.Tenant{
		Name: t.Name, Domains: []string{t.Name}, SecurityDefaults: defaults, UserConsent: t.UserConsent,
		ConsentBox: t.ConsentBox, Personal: t.Personal, Cloud: fakeentra.Cloud(t.Cloud),
	})
	if err != nil {
		return made, err
	}
	mail.ID = made.ID
	if err := l.SMTP.AddOrganization(mail); err != nil {
		return made, fmt.Errorf("exchange: %w", err)
	}
	return made, nil
}

// AddUser makes an account and, unless told otherwise, its mailbox: both or nothing. An address whose domain no tenant
// has is the Internet's: it needs no account and takes all mail.
func (l *Lab) AddUser(u User) error {
	u.Address = strings.TrimSpace(u.Address)
	name, domain, found := strings.Cut(u.Address, "@")
	if !found || name == "" || domain == "" || strings.Contains(domain, "@") ||
		strings.ContainsAny(u.Address, " \t\r\n") {
		return fmt.Errorf("%q is no e-mail address", u.Address)
	}
	tenant, known := l.Entra.Tenant(domain)
	if !known {
		if len(u.Roles)+len(u.Groups) > 0 || u.MFA || u.SignIn == Off || u.Primary != "" || u.Mailbox != "" ||
			u.Password != "" {
			return fmt.Errorf("%s is an address of the Internet: nothing was made. No tenant has the domain %s, and so there is "+
				"no role, no password, no mailbox and no other address", u.Address, domain)
		}
		return nil
	}
	if u.Primary != "" {
		_, primary, _ := strings.Cut(u.Primary, "@")
		of, _ := l.Entra.Tenant(primary)
		switch {
		case u.Mailbox == Off:
			return fmt.Errorf("%s has no mailbox, and so no primary address", u.Address)
		case of.ID != tenant.ID:
			return fmt.Errorf("%s cannot be the primary address of %s: its organization does not have the domain %s",
				u.Primary, u.Address, primary)
		}
	}
	chosen := cmp.Or(u.Password, l.config.password(u.Address))
	if err := CheckPassword(chosen); chosen != "" && err != nil {
		return err
	}
	account := fakeentra.User{
		Principal: u.Address, Roles: u.Roles, Groups: u.Groups, MFA: u.MFA, Password: fakeentra.Password(chosen),
	}
	if u.SignIn == Off {
		account.State = fakeentra.Disabled
	}
	mailbox := fakesmtp.Mailbox{Address: u.Address, Organization: domain}
	if u.Primary != "" && !strings.EqualFold(u.Primary, u.Address) {
		mailbox.Address, mailbox.Aliases = u.Primary, []string{u.Address}
	}
	if u.Mailbox != Off {
		if err := l.SMTP.CheckMailbox(mailbox); err != nil {
			return fmt.Errorf("exchange: %w", err)
		}
	}
	made, err := l.Entra.AddUser(account)
	if err != nil {
		return err
	}
	l.remember(made.Password.Reveal())
	if u.Mailbox == Off {
		return nil
	}
	if err := l.SMTP.AddMailbox(mailbox); err != nil {
		return fmt.Errorf("exchange: %w", err)
	}
	return nil
}

// Set changes a switch of a tenant in the identity provider; security defaults hold for the mail service too.
func (l *Lab) Set(tenant, setting, value string) (fakeentra.Tenant, error) {
	changed, err := l.Entra.Set(tenant, setting, value)
	if err != nil {
		return changed, err
	}
	if strings.EqualFold(setting, "Security defaults") {
		if err := l.SMTP.SetSecurityDefaults(changed.ID, changed.SecurityDefaults); err != nil {
			return changed, fmt.Errorf("exchange: %w", err)
		}
	}
	return changed, nil
}

// SetSource says from where "device", or the person's "browser", reaches the identity provider.
func (l *Lab) SetSource(of string, source fakeentra.Source) error {
	switch of {
	case "device":
		return l.Entra.SetDeviceSource(source)
	case "browser":
		return l.Entra.SetBrowserSource(source)
	}
	return &choice.Error{What: "party", Wanted: of, Present: []string{"device", "browser"}}
}

// follow keeps the mail service and the list of secrets in step with changes that come through Entra's administration
// API.
func (l *Lab) follow(c fakeentra.Change) {
	switch c.Kind {
	case fakeentra.ChangeDefaults:
		if t, known := l.Entra.Tenant(c.Tenant); known {
			// an organization that the mail service lacks has no mail
			_ = l.SMTP.SetSecurityDefaults(t.ID, t.SecurityDefaults)
		}
	case fakeentra.ChangeUserGone:
		// an account without a mailbox has none to take away
		_ = l.SMTP.RemoveMailbox(c.User)
	case fakeentra.ChangePassword, fakeentra.ChangeUserNew:
		u, known := l.Entra.User(c.User)
		if !known {
			return
		}
		l.remember(u.Password.Reveal())
		_, domain, _ := strings.Cut(u.Principal, "@")
		if c.Kind == fakeentra.ChangeUserNew {
			// one that is there stays
			_ = l.SMTP.AddMailbox(fakesmtp.Mailbox{Address: u.Principal, Organization: domain})
		}
	}
}

// Password is what a user types; the error lists the users.
func (l *Lab) Password(principal string) (string, error) {
	if password, is := l.mailPassword(principal); is {
		return password, nil
	}
	u, known := l.Entra.User(principal)
	if p := l.ProviderOf(principal); p != nil && !known {
		return p.Password(principal), nil
	}
	if !known {
		var present []string
		for _, other := range l.Entra.Users() {
			present = append(present, other.Principal)
		}
		return "", &choice.Error{What: "user", Wanted: principal, Present: present}
	}
	return u.Password.Reveal(), nil
}

// NewAdministratorPassword draws a password for the administrator of a printer, which nobody has yet.
func (l *Lab) NewAdministratorPassword() string {
	password := chance.New(l.config.Seed, "new administrator password").Letters(passwordLetters, 12)
	l.remember(password)
	return password
}

// PasswordOf draws a password of so many letters, which nobody has.
func (l *Lab) PasswordOf(letters int) string {
	password := chance.New(l.config.Seed, "password of a length").Letters(passwordLetters, letters)
	l.remember(password)
	return password
}

// UserPassword is the password of a person at the printers: the same for the same user ID.
func (l *Lab) UserPassword(id string) string {
	draw := chance.New(l.config.Seed, "password of the user "+strings.ToLower(id))
	password := draw.Letters(passwordLetters, 12)
	l.remember(password)
	return password
}

// ChangePassword gives a user a new password, as the user himself does; the old one stays among the secrets of the
// bench.
func (l *Lab) ChangePassword(principal string) error {
	fresh, err := l.Entra.ChangePassword(principal)
	l.remember(fresh.Reveal())
	return err
}

// ChoosePassword does the same with a password that is chosen.
func (l *Lab) ChoosePassword(principal, password string) error {
	if err := CheckPassword(password); err != nil {
		return err
	}
	fresh, err := l.Entra.NewPassword(principal, "user", fakeentra.Password(password))
	l.remember(fresh.Reveal())
	return err
}

// CheckPassword says what is wrong with a password that somebody chooses. A shorter one would be found by chance in
// what a bench writes, where it is looked for.
func CheckPassword(password string) error {
	if len(password) < 8 || len(password) > 256 || strings.TrimSpace(password) != password {
		return errors.New("a password has 8 to 256 characters, and no blank at its ends")
	}
	return nil
}

// password is what was chosen for an account or a printer; empty: nothing.
func (c *Config) password(who string) string {
	for name, password := range c.Passwords {
		if strings.EqualFold(name, who) {
			return password
		}
	}
	return ""
}

// remember keeps secrets that no party of the bench has any more, or that the bench cannot ask for.
func (l *Lab) remember(secrets ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.secrets = append(l.secrets, secrets...)
}

// Secrets returns everything that must appear in no record, page or file: tokens, device codes, passwords, and what
// the printers keep secret.
func (l *Lab) Secrets() []string {
	secrets := append(l.Entra.Secrets(), l.SMTP.Secrets()...)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.providers {
		secrets = append(secrets, p.Authorization.Secrets()...)
		secrets = append(secrets, p.Mail.Secrets()...)
	}
	secrets = append(secrets, l.secrets...)
	var found []string
	seen := map[string]bool{}
	for _, s := range secrets {
		if s != "" && !seen[s] {
			seen[s] = true
			found = append(found, s)
		}
	}
	return found
}

// people answers the mail service's questions about accounts from the identity provider.
type people struct{ lab *Lab }

func (p people) Keys() jose.JSONWebKeySet { return p.lab.Entra.Keys() }

func (p people) Opaque(token string) (fakesmtp.Claims, bool) {
	c, known := p.lab.Entra.Opaque(token)
	if !known {
		return fakesmtp.Claims{}, false
	}
	return fakesmtp.Claims{
		Issuer: c.Issuer, Tenant: c.Tenant, User: c.Principal, Audience: []string{c.Audience}, Scopes: c.Scopes,
		NotBefore: c.NotBefore, Expires: c.Expires,
	}, true
}

func (p people) Expired(token string) bool { return p.lab.Entra.Expired(token) }

func (p people) Account(address string) (fakesmtp.Account, bool) {
	u, known := p.lab.Entra.User(address)
	if !known {
		return fakesmtp.Account{}, false
	}
	account := fakesmtp.Account{
		Address: u.Principal, Password: journal.NewSecret(u.Password.Reveal()), MultiFactor: u.MFA,
	}
	if u.State == fakeentra.Disabled {
		account.State = fakesmtp.Disabled
	}
	return account, true
}

// Mail is a message in a mailbox of a bench, or in its Sent Items.
type Mail struct {
	Mailbox   string
	Number    int    // there, from 1
	Raw       []byte // as it lies there
	Submitted []byte // as the client sent it; nil: the service wrote it, or it came from the Internet
}

func mailIn(mailbox string, m fakesmtp.Message) Mail {
	mail := Mail{Mailbox: mailbox, Number: m.Number, Raw: m.Delivered()}
	if m.Connection != "" {
		mail.Submitted = m.Raw()
	}
	return mail
}

// Mails returns all messages in mailboxes that are kept, in the order of Messages.
func (l *Lab) Mails() []Mail {
	var mails []Mail
	for mailbox, m := range l.Messages() {
		mails = append(mails, mailIn(mailbox, m))
	}
	return mails
}

// Messages yields all messages in mailboxes that are kept, each with its mailbox, for who looks at some of what they
// hold: those of recipients first, in the order in which they got their first mail, then those of others, who have
// reports, then those at fax providers.
func (l *Lab) Messages() iter.Seq2[string, fakesmtp.Message] {
	return func(yield func(string, fakesmtp.Message) bool) {
		seen := map[string]bool{}
		look := func(address string) bool {
			address = l.SMTP.MailboxOf(address)
			if seen[address] {
				return true
			}
			seen[address] = true
			return each(address, l.SMTP.Mailbox(address), yield)
		}
		for _, row := range l.SMTP.Trace() {
			if !look(row.Recipient) {
				return
			}
		}
		for _, address := range l.SMTP.Mailboxes() {
			if !look(address) {
				return
			}
		}
		for _, p := range l.Providers() {
			for _, address := range p.Mailboxes() {
				if !each(address, p.Mail.Mailbox(address), yield) {
					return
				}
			}
		}
	}
}

// each yields the messages of a mailbox; false: no more are wanted.
func each(mailbox string, messages []fakesmtp.Message, yield func(string, fakesmtp.Message) bool) bool {
	for _, m := range messages {
		if !yield(mailbox, m) {
			return false
		}
	}
	return true
}

// SentMails returns all messages in Sent Items that are kept, by mailbox.
func (l *Lab) SentMails() []Mail {
	var mails []Mail
	for _, address := range l.SMTP.Mailboxes() {
		for _, m := range l.SMTP.SentItems(address) {
			mails = append(mails, mailIn(strings.ToLower(address), m))
		}
	}
	return mails
}

// Styles are the style sheets of the pages that people see on a bench, by their path: Web Config's, and Microsoft's.
func (l *Lab) Styles() map[string]string {
	path, style := l.Entra.PageStyle()
	return map[string]string{webconfig.StylePath: string(webconfig.Style()), path: string(style)}
}

// errNoTenant is what verbs say before the first organization was made.
var errNoTenant = errors.New("there is no organization yet; begin with: tenant contoso.com")

// OnlyTenant returns the organization that a verb means when it names none: the one that was added last.
func (l *Lab) OnlyTenant() (string, error) {
	found := ""
	for _, t := range l.Entra.Tenants() {
		if len(t.Domains) > 0 && !t.Personal {
			found = t.Domains[0]
		}
	}
	if found == "" {
		for _, t := range l.Entra.Tenants() {
			if len(t.Domains) > 0 {
				found = t.Domains[0]
			}
		}
	}
	if found == "" {
		return "", errNoTenant
	}
	return found, nil
}

// WordsOfPage returns how Microsoft's pages write a label in the bench's language; the label may be in any of their
// languages.
func (l *Lab) WordsOfPage(label string) (words string, ok bool) {
	return fakeentra.Words(l.config.Language, label)
}

// UserApplication returns the client identifier of the maker's application for To My Email, with which users sign in on
// the panels of simulated printers of the bench's model; empty: they cannot. Its scopes are those of [Lab.Application].
func (l *Lab) UserApplication() (clientID string) {
	if p, can := l.model.UserProvider(); can {
		return p.ToMyEmail.ClientID
	}
	return ""
}

// Application returns the client identifier and the scopes of the maker's application: what simulated printers of the
// bench's model sign in with.
func (l *Lab) Application() (clientID string, scopes []string) {
	provider := l.model.Providers[0]
	return cmp.Or(l.config.ClientID, provider.ClientID), slices.Clone(provider.Scopes)
}
