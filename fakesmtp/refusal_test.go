package fakesmtp

import (
	"crypto/rsa"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// workplace is an organization with the accounts that the tables need.
func workplace(t *testing.T) *Server {
	t.Helper()
	s := prompt(t, Config{Start: vtime.DefaultStart, MaxFailedAuth: -1})
	require.NoError(t, s.AddOrganization(Organization{Domains: []string{"outlook.com"}, Personal: true}))
	require.NoError(t, s.AddOrganization(Organization{Domains: []string{"elsewhere.com"}, SMTPAuth: true}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "pat@outlook.com", Password: journal.NewSecret("Personal-1")}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "carol@contoso.com", Password: journal.NewSecret("Carol-1")}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "scans@contoso.com", FullAccess: []string{DefaultMailbox}}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "paul@contoso.com", Aliases: []string{"p4711@contoso.com"}}))
	return s
}

// goodClaims are those of a token that is taken.
func goodClaims(s *Server) Claims {
	now := s.shell.Clock.Now()
	tenant := s.mailboxes.Tenant("contoso.com", now).ID
	return Claims{
		Issuer: "https://sts.windows.net/" + tenant + "/", Tenant: tenant, User: DefaultMailbox,
		Audience: []string{"https://outlook.office.com"}, Scopes: []string{"SMTP.Send"},
		NotBefore: now.Add(-time.Minute), Expires: now.Add(time.Hour),
	}
}

func TestEveryTokenFaultIsTheSameOnTheWireAndAnotherInTheJournal(t *testing.T) {
	change := func(f func(*Claims)) func(*Server) string {
		return func(s *Server) string {
			claims := goodClaims(s)
			f(&claims)
			return s.IssueToken(claims)
		}
	}
	for name, fault := range map[string]struct {
		user   string // user=, alice if empty
		token  func(*Server) string
		reason refusal.Reason
	}{
		"no token but words":           {token: func(*Server) string { return "nonsense" }, reason: refusal.TokenUnreadable},
		"three parts that are no JWT":  {token: func(*Server) string { return "a.b.c" }, reason: refusal.TokenUnreadable},
		"signed with a shared secret":  {token: symmetric, reason: refusal.Algorithm},
		"signed with a stranger's key": {token: strangers, reason: refusal.Signature},
		"an unknown key id": {token: func(s *Server) string {
			return identity.Sign(goodClaims(s), identity.TestKey(), "another")
		}, reason: refusal.UnknownKey},
		"changed after signing":   {token: func(s *Server) string { return tampered(s.Token(DefaultMailbox)) }, reason: refusal.Signature},
		"for Microsoft Graph":     {token: change(func(c *Claims) { c.Audience = []string{"https://graph.microsoft.com"} }), reason: refusal.AudienceGraph},
		"for another service":     {token: change(func(c *Claims) { c.Audience = []string{"https://vault.azure.net"} }), reason: refusal.Audience},
		"for nobody":              {token: change(func(c *Claims) { c.Audience = nil }), reason: refusal.Audience},
		"not valid yet":           {token: change(func(c *Claims) { c.NotBefore = c.NotBefore.Add(time.Hour) }), reason: refusal.NotYetValid},
		"expired":                 {token: change(func(c *Claims) { c.Expires = c.Expires.Add(-2 * time.Hour) }), reason: refusal.Expired},
		"without an end":          {token: change(func(c *Claims) { c.Expires = time.Time{} }), reason: refusal.Expired},
		"from another issuer":     {token: change(func(c *Claims) { c.Issuer = "https://accounts.example.com" }), reason: refusal.Issuer},
		"of another tenant":       {token: change(anotherTenant), reason: refusal.Tenant},
		"an application's":        {token: change(func(c *Claims) { c.User, c.Scopes, c.Roles = "", nil, []string{"SMTP.SendAsApp"} }), reason: refusal.Application},
		"without SMTP.Send":       {token: change(func(c *Claims) { c.Scopes = []string{"Mail.Send", "IMAP.AccessAsUser.All"} }), reason: refusal.Scope},
		"of an unknown account":   {token: change(func(c *Claims) { c.User = "nobody@contoso.com" }), user: "nobody@contoso.com", reason: refusal.UserUnknown},
		"of somebody else":        {token: func(s *Server) string { return s.Token("carol@contoso.com") }, reason: refusal.UserMismatch},
		"for a mailbox not there": {token: func(s *Server) string { return s.Token(DefaultMailbox) }, user: "nobody@contoso.com", reason: refusal.UserMismatch},
		"for its own other name":  {token: func(s *Server) string { return s.Token("p4711@contoso.com") }, user: "paul@contoso.com", reason: refusal.UserMismatch},
		"for its own alias":       {token: func(s *Server) string { return s.Token("paul@contoso.com") }, user: "p4711@contoso.com", reason: refusal.UserMismatch},
		"an unknown opaque one":   {token: func(*Server) string { return "EwBunknown" }, reason: refusal.TokenUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := workplace(t)
			user := fault.user
			if user == "" {
				user = DefaultMailbox
			}
			c := greeted(t, s)
			require.Equal(
				t, "535 5.7.3 Authentication unsuccessful"+tail,
				loosely(c.say("AUTH XOAUTH2 "+blob(user, fault.token(s)))),
			)
			refusals := s.Refusals()
			require.Len(t, refusals, 1)
			require.Equal(t, fault.reason, refusals[0].Reason)
			require.Equal(t, user, refusals[0].User)
			last := s.Journal().Entries()[s.Journal().Len()-1]
			require.Equal(t, string(fault.reason), last.Detail["reason"])
			require.Equal(
				t, "235 2.7.0 Authentication successful", c.say("AUTH XOAUTH2 {blob}"), "the connection stays usable",
			)
		})
	}
}

func anotherTenant(c *Claims) {
	c.Tenant = "11111111-2222-3333-4444-555555555555"
	c.Issuer = "https://sts.windows.net/" + c.Tenant + "/"
}

func symmetric(s *Server) string {
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.HS256, Key: []byte("0123456789abcdef0123456789abcdef")}, nil,
	)
	if err != nil {
		panic(err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any{"upn": DefaultMailbox}).Serialize()
	if err != nil {
		panic(err)
	}
	return token
}

func strangers(s *Server) string {
	key, err := rsa.GenerateKey(chance.New(1, "stranger"), 2048)
	if err != nil {
		panic(err)
	}
	return identity.Sign(goodClaims(s), key, identity.KeyID)
}

func tampered(token string) string {
	parts := strings.Split(token, ".")
	half := len(parts[2]) / 2
	swap := "A"
	if parts[2][half] == 'A' {
		swap = "B"
	}
	return parts[0] + "." + parts[1] + "." + parts[2][:half] + swap + parts[2][half+1:]
}

func TestTokensThatAreTaken(t *testing.T) {
	for name, taken := range map[string]struct {
		user   string
		change func(*Claims)
	}{
		"issued by the v2.0 endpoint":                         {DefaultMailbox, func(c *Claims) { c.Issuer = "https://login.microsoftonline.com/" + c.Tenant + "/v2.0" }},
		"for outlook.office365.com":                           {DefaultMailbox, func(c *Claims) { c.Audience = []string{"https://outlook.office365.com/"} }},
		"for the US government":                               {DefaultMailbox, func(c *Claims) { c.Audience = []string{"https://outlook.office365.us"} }},
		"for Exchange Online by its GUID":                     {DefaultMailbox, func(c *Claims) { c.Audience = []string{"00000002-0000-0ff1-ce00-000000000000"} }},
		"with the scope's long name":                          {DefaultMailbox, func(c *Claims) { c.Scopes = []string{"https://outlook.office.com/SMTP.Send"} }},
		"with more scopes":                                    {DefaultMailbox, func(c *Claims) { c.Scopes = []string{"Mail.Read", "smtp.send"} }},
		"expired less than the skew ago":                      {DefaultMailbox, func(c *Claims) { c.Expires = c.NotBefore.Add(-3 * time.Minute) }},
		"in another case":                                     {"Alice@Contoso.COM", func(*Claims) {}},
		"of a user who may open the mailbox":                  {"scans@contoso.com", func(*Claims) {}},
		"of an account whose name is an alias of its mailbox": {"p4711@contoso.com", func(c *Claims) { c.User = "p4711@contoso.com" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := workplace(t)
			claims := goodClaims(s)
			taken.change(&claims)
			c := greeted(t, s)
			require.Equal(
				t, "235 2.7.0 Authentication successful", c.say("AUTH XOAUTH2 "+blob(taken.user, s.IssueToken(claims))),
			)
		})
	}
	t.Run("an opaque one of a personal account", func(t *testing.T) {
		s := workplace(t)
		token := s.Token("pat@outlook.com")
		require.True(t, strings.HasPrefix(token, "EwB"))
		require.NotContains(t, token, ".")
		require.Equal(
			t, "235 2.7.0 Authentication successful", greeted(t, s).say("AUTH XOAUTH2 "+blob("pat@outlook.com", token)),
		)
	})
}

func TestBlobsThatAreNone(t *testing.T) {
	s := workplace(t)
	token := s.Token(DefaultMailbox)
	for name, line := range map[string]string{
		"no base64":            "%%%",
		"an empty line":        "",
		"an equals sign":       "=",
		"no user":              encode("auth=Bearer " + token + "\x01\x01"),
		"an empty user":        encode("user=\x01auth=Bearer " + token + "\x01\x01"),
		"no token":             encode("user=a@b.c\x01auth=Bearer \x01\x01"),
		"another scheme":       encode("user=a@b.c\x01auth=Basic " + token + "\x01\x01"),
		"one ^A at the end":    encode("user=alice@contoso.com\x01auth=Bearer " + token + "\x01"),
		"spaces in place of ^": encode("user=alice@contoso.com auth=Bearer " + token),
	} {
		t.Run(name, func(t *testing.T) {
			c := greeted(t, s)
			require.Equal(t, "334 ", c.say("AUTH XOAUTH2"))
			require.Equal(t, "535 5.7.3 Authentication unsuccessful"+tail, loosely(c.say(line)))
			refusals := s.Refusals()
			require.Equal(t, refusal.Malformed, refusals[len(refusals)-1].Reason)
		})
	}
}

const (
	tenantDisabled  = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information."
	mailboxDisabled = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information."
	basicDisabled   = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
	lockedOut       = "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator."
	accepted        = "235 2.7.0 Authentication successful"
)

func TestSwitchesDecideAfterTheIdentity(t *testing.T) {
	on, off := true, false
	for name, switches := range map[string]struct {
		organization    Organization
		mailbox         *bool
		tokens          string // reply to XOAUTH2
		password        string // reply to AUTH LOGIN
		passDefaults    bool
		withoutAMailbox bool
	}{
		"all open": {organization: Organization{SMTPAuth: true, BasicAuth: true}, tokens: accepted, password: accepted},
		"the tenant's switch, inherited": {
			organization: Organization{BasicAuth: true}, tokens: tenantDisabled, password: tenantDisabled,
		},
		"the mailbox's $false overrides the tenant's": {
			organization: Organization{BasicAuth: true}, mailbox: &on, tokens: accepted, password: accepted,
		},
		"the mailbox's $true": {organization: Organization{SMTPAuth: true, BasicAuth: true}, mailbox: &off, tokens: mailboxDisabled, password: mailboxDisabled},
		"both": {
			organization: Organization{BasicAuth: true}, mailbox: &off, tokens: mailboxDisabled, password: mailboxDisabled,
		},
		"security defaults": {
			organization: Organization{SecurityDefaults: true, SMTPAuth: true, BasicAuth: true}, tokens: lockedOut, password: lockedOut,
		},
		"security defaults that let tokens pass": {
			organization: Organization{SecurityDefaults: true, SMTPAuth: true, BasicAuth: true}, tokens: accepted, password: lockedOut, passDefaults: true,
		},
		"a new organization: the switch is told before security defaults": {
			organization: Organization{SecurityDefaults: true, BasicAuth: true}, tokens: tenantDisabled, password: lockedOut,
		},
		"basic authentication blocked": {
			organization: Organization{SMTPAuth: true}, tokens: accepted, password: basicDisabled,
		},
		"a personal account": {
			organization: Organization{Personal: true}, tokens: accepted, password: basicDisabled,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{TokensPassSecurityDefaults: switches.passDefaults})
			switches.organization.Domains = []string{"example.com"}
			require.NoError(t, s.AddOrganization(switches.organization))
			require.NoError(t, s.AddMailbox(Mailbox{
				Address: "user@example.com", SMTPAuth: switches.mailbox, Password: journal.NewSecret("Secret-1"),
			}))
			expect := func(reply, got string) {
				t.Helper()
				if reply != accepted {
					reply += tail
				}
				require.Equal(t, reply, loosely(got))
			}
			expect(
				switches.tokens,
				greeted(t, s).say("AUTH XOAUTH2 "+blob("user@example.com", s.Token("user@example.com"))),
			)
			c := greeted(t, s)
			c.say("AUTH LOGIN " + encode("user@example.com"))
			expect(switches.password, c.say(encode("Secret-1")))
			if switches.password != accepted && switches.password != basicDisabled {
				c.say("AUTH LOGIN " + encode("user@example.com"))
				expect("535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.", c.say(encode("wrong")))
			}
			require.Contains(t, transcript(s), "250-AUTH LOGIN XOAUTH2", "offered in every state")
		})
	}
}

// clerk is a Directory with accounts that have no mailbox, or trouble.
type clerk struct {
	*identity.Issuer
	accounts map[string]Account
}

func (c clerk) Account(address string) (Account, bool) { a, ok := c.accounts[address]; return a, ok }

func TestAccountsInTrouble(t *testing.T) {
	const tooFew = "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator."
	password := journal.NewSecret("Secret-1")
	for name, trouble := range map[string]struct {
		account          Account
		tokens, password string
	}{
		"a role account without a mailbox": {Account{}, "550 5.2.1 Mailbox cannot be accessed", "550 5.2.1 Mailbox cannot be accessed"},
		"disabled": {
			Account{State: Disabled},
			"535 5.7.3 Authentication unsuccessful",
			"535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
		},
		"a second factor is needed":       {Account{MultiFactor: true}, "550 5.2.1 Mailbox cannot be accessed", tooFew},
		"Conditional Access blocks basic": {Account{BasicAuth: Disabled}, "550 5.2.1 Mailbox cannot be accessed", tooFew},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			trouble.account.Password = password
			s.gate.Directory = clerk{s.issuer, map[string]Account{"admin@contoso.com": trouble.account}}
			require.Equal(
				t, trouble.tokens+tail,
				loosely(greeted(t, s).say("AUTH XOAUTH2 "+blob("admin@contoso.com", s.Token("admin@contoso.com")))),
			)
			c := greeted(t, s)
			c.say("AUTH LOGIN " + encode("admin@contoso.com"))
			require.Equal(t, trouble.password+tail, loosely(c.say(encode("Secret-1"))))
		})
	}
}
