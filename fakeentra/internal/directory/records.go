package directory

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/words"
)

// Password is a password that redacts itself when it is formatted or marshalled. A string literal is one.
type Password string

// String returns "[redacted]", or nothing for no password.
func (p Password) String() string {
	if p == "" {
		return ""
	}
	return "[redacted]"
}

// GoString returns what String returns.
func (p Password) GoString() string { return p.String() }

// Format writes what String returns, whatever the verb.
func (p Password) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(p.String())) }

// MarshalText returns what String returns; JSON uses it too.
func (p Password) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Reveal returns the password, for the field that it is typed into.
func (p Password) Reveal() string { return string(p) }

// Who may give consent on behalf of the whole organization on the page "Permissions requested" (Tenant.ConsentBox).
const (
	// ConsentBoxGuide shows the tick box to Cloud Application Administrator and higher: the guide's rule R18.
	ConsentBoxGuide = "guide"
	// ConsentBoxMicrosoft shows it to Global Administrator only, as Microsoft documents (docs/reference/entra.md §6.1).
	ConsentBoxMicrosoft = "microsoft"
)

// Whether users may consent for themselves (Tenant.UserConsent); [D] configure-user-consent.md
// (docs/reference/entra.md §6.1).
const (
	UserConsentAll  = "all"  // to any permission that needs no administrator (microsoft-user-default-legacy)
	UserConsentLow  = "low"  // to low-impact permissions of verified publishers or own applications
	UserConsentNone = "none" // to nothing
)

// Whether a user has a second factor (User.SecondFactor).
const (
	SecondFactorRegistered = "registered" // a demand for it is 50076
	SecondFactorToEnrol    = "to-enrol"   // a demand for it is 50079
)

// Tenant is one directory: an organization, or the one tenant of all personal accounts.
type Tenant struct {
	Name    string   // display name; empty: the first domain
	Domains []string // verified domain names; at least one for an organization
	ID      string   // GUID; empty: drawn from the seed
	// SecurityDefaults demands MFA registration of everybody and MFA of administrators, and blocks legacy
	// authentication. What of it is seen at sign-in is SecurityDefaultsMode; the mail server refuses SMTP AUTH while it
	// is on (guide rule R9).
	SecurityDefaults     bool
	SecurityDefaultsMode string // "switch" (default), "mfa" or "device-code"
	UserConsent          string // "all" (default), "low" or "none"
	ConsentBox           string // "guide" (default) or "microsoft"
	// AdminConsentWorkflow lets a user who may not consent ask an administrator: "Approval required", 90095 in place of
	// 90094.
	AdminConsentWorkflow bool
	// SingleUseTokens makes a refresh token good for one use, as the services of others do (RFC 9700 §4.14.2). Entra's
	// own stay good after use (docs/reference/entra.md §4).
	SingleUseTokens bool
	// RefreshTokenLength is how many characters refresh tokens have at least; zero: as usual, about 1,100. Nobody has
	// promised a length, and tokens of more than 3,000 are met (docs/reference/entra.md §3).
	RefreshTokenLength int
	Personal           bool // adds the domains to the tenant of personal accounts
	// Cloud is the cloud that the tenant lives in: the public one, or [GovernmentCloud], whose tenants the fake, which
	// is the public cloud, refuses to clients with a secret: AADSTS900439, 900382.
	Cloud Cloud
}

// Cloud is one of Microsoft's national clouds.
type Cloud string

// The clouds that sentences of the public one name.
const (
	PublicCloud     Cloud = ""
	GovernmentCloud Cloud = "government" // Azure Government
)

// State says whether an account or an application is in use.
type State string

// What a [State] can be.
const (
	Enabled  State = ""
	Disabled State = "disabled"
)

// User is one account.
type User struct {
	Principal string   // user principal name, an e-mail address
	Name      string   // display name; empty: made from the address
	Password  Password // empty: drawn from the seed
	Roles     []string // display names of directory roles, see [Roles]
	MFA       bool     // every sign-in asks for a second factor
	State     State    // enabled by default
	Personal  bool     // a personal Microsoft account; implied by a personal domain

	Groups       []string // display names of security groups, for policies
	SecondFactor string   // "registered", "to-enrol"; empty: the page lets enrol, a refresh says 50076
	// PasswordExpired: the next sign-in meets "Update your password" (50055), or 50144 if OnPremises. Tokens live on.
	PasswordExpired bool
	OnPremises      bool // the password lives in an Active Directory of the organization's own
	PasswordMissing bool // the directory holds no password: 50056
	// Passwordless: signs in by approving on a second device; password events do not end such sign-ins
	// (docs/reference/entra.md §4.2).
	Passwordless bool
	Invited      bool   // a guest who has not redeemed the invitation: 50014
	Risk         string // user risk: "" none, "low", "medium", "high"

	ID     string // object id; empty: drawn from the seed
	Tenant string // id of the tenant, set by AddUser
}

// Kinds of accounts that an application signs in (Application.Audience, the words of Microsoft Graph's signInAudience).
const (
	AudienceEverybody     = "AzureADandPersonalMicrosoftAccount"
	AudienceOrganizations = "AzureADMultipleOrgs"
	AudienceOneTenant     = "AzureADMyOrg"
	AudiencePersonal      = "PersonalMicrosoftAccount"
)

// Application is an app registration.
type Application struct {
	ID        string // application (client) id, a GUID
	Name      string // display name
	Publisher string // publisher domain
	Verified  bool   // the publisher is verified
	Audience  string // Graph's signInAudience: AzureADMyOrg and the like; empty: AzureADandPersonalMicrosoftAccount
	Home      string // domain of the tenant that owns it; empty: a vendor elsewhere. Needed by AzureADMyOrg
	// Confidential is "Allow public client flows: No": the token endpoint wants a secret (AADSTS7000218).
	Confidential bool
	State        State // enabled by default; its owner disables it in every tenant (AADSTS7000112)
	// Redirect URIs by platform, the words of Microsoft Graph: web, spa, publicClient (docs/reference/entra.md §8.3).
	WebRedirectURIs, SPARedirectURIs, PublicRedirectURIs []string

	Secrets      []ClientSecret    // what it may show at the token endpoint
	Keys         []jose.JSONWebKey // public keys of its signed assertions (private_key_jwt)
	IDTokens     bool              // the authorization endpoint gives it id_tokens (700054)
	AccessTokens bool              // and access tokens (700051)

	// What its registration requests (requiredResourceAccess): delegated permissions as a scope parameter names them,
	// "https://outlook.office.com/SMTP.Send", and application permissions likewise,
	// "https://outlook.office365.com/SMTP.SendAsApp". It is what .default and an administrator's consent by address
	// ask for; scopes that are asked for by name need not be here.
	RequestedScopes, RequestedRoles []string

	// What it exposes as an API of its own: the roots of its scopes, such as api://…, and its permissions.
	IdentifierURIs []string
	Scopes, Roles  []resources.Permission
}

// Consent is one delegated permission grant (Microsoft Graph: oauth2PermissionGrant).
type Consent struct {
	Tenant      string // tenant id
	Application string // application id
	User        string // principal; empty: AllPrincipals, the whole organization
	Scopes      []string
	At          time.Time
}

// tenant, user, application are the records behind the exported descriptions; all of the [book].
type tenant struct {
	Tenant
	key        TenantKey
	policies   []access.Policy        // replaced as a whole, as is each list in them
	locations  []access.NamedLocation // likewise
	deleted    bool
	principals map[string]*servicePrincipal // by application id
}

type servicePrincipal struct {
	id       string
	state    State
	required bool            // assignment required
	assigned map[string]bool // principals and groups that are assigned
	created  time.Time
	consents []*Consent
	roles    []string // application permissions, with the resource
}

type user struct {
	User
	key        UserKey
	tenant     *tenant
	deleted    bool
	enrolled   bool      // has set up a second factor; MFA: every sign-in asks for it
	epoch      int       // counts the events that may revoke; a grant remembers it
	allFrom    int       // every grant of an earlier epoch is revoked
	pwdFrom    int       // every password-based grant of a public client of an earlier epoch is revoked
	validFrom  time.Time // TokensValidFrom
	failures   int       // wrong passwords in a row
	lockedFor  time.Duration
	lockedTill time.Time
	lastBad    []string // the last three wrong passwords, which are not counted again
}

// book holds who and what there is. Whoever reads or writes it holds the lock of its [Directory].
type book struct {
	seed         uint64
	now          func() time.Time
	secrets      *secrets.List // what the bench must not leak
	every        []*tenant     // by their keys, which count from 1
	tenants      []*tenant     // those that were not deleted
	personal     *tenant
	byDomain     map[string]*tenant
	byID         map[string]*tenant
	users        map[string]*user
	userOrder    []*user // by their keys, which count from 1; deleted ones stay
	applications map[string]Application
	apis         *resources.Table // replaced as a whole
	audit        []AuditEntry
	audits       uint64 // counts them
}

func newBook(seed uint64, now func() time.Time, given *secrets.List) *book {
	d := &book{
		seed: seed, now: now, secrets: given, byDomain: map[string]*tenant{}, byID: map[string]*tenant{},
		users: map[string]*user{}, applications: map[string]Application{}, apis: resources.Builtin(),
	}
	d.personal = &tenant{Tenant: Tenant{
		Name: "Microsoft accounts", ID: PersonalTenantID, Personal: true,
		UserConsent: UserConsentAll, ConsentBox: ConsentBoxGuide,
	}, principals: map[string]*servicePrincipal{}}
	d.byID[PersonalTenantID] = d.personal
	d.keep(d.personal)
	return d
}

// keep gives a tenant its key.
func (d *book) keep(t *tenant) {
	d.every = append(d.every, t)
	t.key = TenantKey(len(d.every))
	d.tenants = append(d.tenants, t)
}

// identity draws an id that depends on the seed and the thing's name only, so that the order of making changes nothing.
func (d *book) identity(kind, name string) string {
	return chance.New(d.seed, hosts.Party+" "+kind+" "+name).UUID()
}

// PersonalTenantID is the tenant of personal Microsoft accounts, the same all over the world
// (docs/reference/entra.md §10).
const PersonalTenantID = "9188040d-6c67-4c5b-b112-36a304b66dad"

func (d *book) addTenant(t Tenant) (*tenant, error) {
	t.Domains = slices.Clone(t.Domains)
	for i, domain := range t.Domains {
		t.Domains[i] = strings.ToLower(strings.TrimSpace(domain))
		if !ValidDomain(t.Domains[i]) {
			return nil, fmt.Errorf("tenant %q: %q is not a domain name", t.Name, domain)
		}
		if owner := d.byDomain[t.Domains[i]]; owner != nil && !(t.Personal && owner == d.personal) {
			return nil, fmt.Errorf("tenant %q: the domain %s already belongs to %s", t.Name, domain, owner.Name)
		}
	}
	if t.Personal {
		for _, domain := range t.Domains {
			if d.byDomain[domain] == nil {
				d.byDomain[domain] = d.personal
				d.personal.Domains = append(d.personal.Domains, domain)
			}
		}
		return d.personal, nil
	}
	if len(t.Domains) == 0 {
		return nil, fmt.Errorf("tenant %q: a tenant needs a domain", t.Name)
	}
	if t.Name == "" {
		t.Name = t.Domains[0]
	}
	if t.ID == "" {
		t.ID = d.identity("tenant", t.Domains[0])
	}
	t.ID = strings.ToLower(t.ID)
	if !ValidGUID(t.ID) {
		return nil, fmt.Errorf("tenant %q: the id %q is not a GUID", t.Name, t.ID)
	}
	if d.byID[t.ID] != nil {
		return nil, fmt.Errorf("tenant %q: the id %s is taken", t.Name, t.ID)
	}
	if err := t.complete(); err != nil {
		return nil, err
	}
	made := &tenant{Tenant: t, principals: map[string]*servicePrincipal{}}
	d.keep(made)
	d.byID[t.ID] = made
	for _, domain := range t.Domains {
		d.byDomain[domain] = made
	}
	return made, nil
}

// complete fills in the switches of a tenant, and refuses words that they do not have.
func (t *Tenant) complete() error {
	if t.UserConsent == "" {
		t.UserConsent = UserConsentAll
	}
	if !words.Contain([]string{UserConsentAll, UserConsentLow, UserConsentNone}, t.UserConsent) {
		return fmt.Errorf("tenant %q: user consent is %q, %q or %q, not %q", t.Name, UserConsentAll, UserConsentLow,
			UserConsentNone, t.UserConsent)
	}
	if t.SecurityDefaultsMode == "" {
		t.SecurityDefaultsMode = access.DefaultsSwitch
	}
	if !words.Contain([]string{access.DefaultsSwitch, access.DefaultsMFA, access.DefaultsDeviceCode},
		t.SecurityDefaultsMode) {
		return fmt.Errorf("tenant %q: security defaults do %q, %q or %q, not %q", t.Name, access.DefaultsSwitch,
			access.DefaultsMFA, access.DefaultsDeviceCode, t.SecurityDefaultsMode)
	}
	if t.ConsentBox == "" {
		t.ConsentBox = ConsentBoxGuide
	}
	if t.ConsentBox != ConsentBoxGuide && t.ConsentBox != ConsentBoxMicrosoft {
		return fmt.Errorf(
			"tenant %q: the consent box is %q or %q, not %q", t.Name, ConsentBoxGuide, ConsentBoxMicrosoft,
			t.ConsentBox,
		)
	}
	return nil
}

// longestPrincipal is the length of the longest name that Entra ID takes in an organization; recalled, no source.
const longestPrincipal = 113

// notInName reports what cannot stand in a name before the @: what no mailbox can have there either.
func notInName(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune("\"()<>[]:;@\\,", r)
}

func (d *book) addUser(u User) (*user, error) {
	u.Roles, u.Groups = slices.Clone(u.Roles), slices.Clone(u.Groups)
	u.Principal = strings.ToLower(strings.TrimSpace(u.Principal))
	name, domain, ok := strings.Cut(u.Principal, "@")
	if !ok || name == "" || strings.ContainsFunc(name, notInName) || !ValidDomain(domain) {
		return nil, fmt.Errorf("user %q: the name is an e-mail address", u.Principal)
	}
	if found := d.users[u.Principal]; found != nil && !found.deleted {
		return nil, fmt.Errorf("user %q %w", u.Principal, ErrExists)
	}
	home := d.byDomain[domain]
	if home == nil && u.Personal {
		home = d.personal // any address can be a personal account's name
	}
	if home == nil {
		return nil, fmt.Errorf("user %q: no tenant has the domain %s", u.Principal, domain)
	}
	u.Personal = home == d.personal
	if !u.Personal && len(u.Principal) > longestPrincipal {
		return nil, fmt.Errorf("user %q: the name has more than %d characters", u.Principal, longestPrincipal)
	}
	u.Tenant = home.ID
	for i, role := range u.Roles {
		known, err := RoleNamed(role)
		if err != nil {
			return nil, fmt.Errorf("user %q: %w", u.Principal, err)
		}
		if u.Personal {
			return nil, fmt.Errorf("user %q: a personal account has no directory role", u.Principal)
		}
		u.Roles[i] = known.Name
	}
	if err := u.check(); err != nil {
		return nil, err
	}
	if u.Name == "" {
		u.Name = displayName(name)
	}
	if u.Password == "" {
		u.Password = d.password(u.Principal, 0)
	}
	made := &user{User: u, tenant: home, enrolled: u.SecondFactor == SecondFactorRegistered}
	if made.ID == "" {
		made.ID = d.identity("user", u.Principal)
	}
	if u.Personal { // docs/reference/entra.md §10: uid=00000000-0000-0000-xxxx-xxxxxxxxxxxx
		made.ID = "00000000-0000-0000-" + made.ID[19:]
	}
	d.users[u.Principal] = made
	d.userOrder = append(d.userOrder, made)
	made.key = UserKey(len(d.userOrder))
	d.secrets.Keep(made.Password.Reveal())
	return made, nil
}

// check refuses a state that no user has.
func (u *User) check() error {
	if !words.Contain([]string{"", SecondFactorRegistered, SecondFactorToEnrol}, u.SecondFactor) {
		return fmt.Errorf("user %q: the second factor is %q, %q or empty, not %q", u.Principal, SecondFactorRegistered,
			SecondFactorToEnrol, u.SecondFactor)
	}
	if !words.Contain([]string{"", "low", "medium", "high"}, u.Risk) {
		return fmt.Errorf("user %q: the risk is low, medium, high or empty, not %q", u.Principal, u.Risk)
	}
	return nil
}

// password draws a test account's password; each change gives another.
func (d *book) password(principal string, change int) Password {
	r := chance.New(d.seed, fmt.Sprintf("%s password %s %d", hosts.Party, principal, change))
	return Password("Pw-" + r.Letters("abcdefghjkmnpqrstuvwxyz23456789", 12))
}

// tenantOf finds a tenant by domain, id or display name.
func (d *book) tenantOf(name string) *tenant {
	name = strings.ToLower(name)
	if t := d.byDomain[name]; t != nil {
		return t
	}
	if t := d.byID[name]; t != nil {
		return t
	}
	for _, t := range d.tenants {
		if strings.EqualFold(t.Name, name) {
			return t
		}
	}
	return nil
}

func (d *book) userOf(principal string) *user {
	u := d.users[strings.ToLower(strings.TrimSpace(principal))]
	if u == nil || u.deleted {
		return nil
	}
	return u
}

// domains lists the organizations' domains, for error messages.
func (d *book) domains() string {
	var names []string
	for name := range d.byDomain {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

func displayName(local string) string {
	words := strings.FieldsFunc(local, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// ValidDomain reports whether a text is a domain name of at least two labels.
func ValidDomain(s string) bool {
	if s == "" || len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range label {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	return true
}

// ValidGUID reports whether a text is a GUID in its usual form.
func ValidGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
				return false
			}
		}
	}
	return true
}
