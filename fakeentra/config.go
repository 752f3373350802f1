package fakeentra

import (
	"strings"
	"time"

	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// ClientID is the application id of the printer maker's application that a zero Config registers. It is invented: no
// maker's real id is public (docs/reference/entra.md §11).
const ClientID = "5b1d6c1e-0c6f-4f0e-9d6a-7e4d2b9a3c10"

// nativeRedirectURI is the redirect URI that Microsoft offers to programs without a server of their own
// (docs/reference/entra.md §8.3).
const nativeRedirectURI = "https://login.microsoftonline.com/common/oauth2/nativeclient"

// ApplicationName is the display name of that application.
const ApplicationName = "Example MFP Email Sender"

// Scope is the delegated permission that a client asks for to send mail, with the scopes that bring a refresh token and
// an id_token (docs/reference/entra.md §3.1).
const Scope = "https://outlook.office.com/SMTP.Send offline_access openid profile"

// Config says what a fake is made of. The zero value is right for a first test: a World that follows the machine's
// clock, an organization contoso.com with an administrator and a user, personal accounts, and one application.
type Config struct {
	World   *vtime.World      // the bench's time; nil: one of its own, flowing, or stepped if Start is given
	Network *faultnet.Network // the bench's network; nil: one of its own
	Journal *journal.Journal  // the bench's record; nil: one of its own
	Seed    uint64            // ids, codes and tokens follow from it, and nothing else does
	Start   time.Time         // of a World of its own: that World is stepped and starts here

	// AsOf gives the answers of a day: those of the newest day of [Days] that had come by then. Zero: the newest. It is
	// an error before the first.
	AsOf time.Time

	// Empty leaves out what follows from a zero Config; there is only the tenant of personal accounts.
	Empty        bool
	Tenants      []Tenant      // nil: contoso.com
	Users        []User        // nil: admin@contoso.com (may consent for all), alice@contoso.com, bob@outlook.com
	Applications []Application // nil: the application [ClientID]
	// Resources are APIs beside those that the fake has (Exchange Online, Microsoft Graph), or more permissions of
	// these: a row whose name or id is there already adds to it. A permission of Microsoft's that no table has is
	// refused with a sentence of the fake's own.
	Resources []Resource

	AccessTokenLifetime  time.Duration // 0: drawn from the seed, 60 to 90 minutes (personal accounts: 60 minutes)
	RefreshTokenLifetime time.Duration // 0: 90 days without use (docs/reference/entra.md §4.1)
	CodeLifetime         time.Duration // of a device code; 0: 15 minutes
	// MaxDeviceCodes is how many device codes of one application may wait for a person; above it a request is a loop,
	// AADSTS50196. 0: 2000, negative: any number. The number is Microsoft's for clients that ask again and again; the
	// limit, and that it is said for device codes, are ours.
	MaxDeviceCodes int
	Interval       time.Duration // between polls of a device; 0: 5 seconds

	// SlowDown answers a poll that comes before the interval is over with slow_down. Off by default: it was never
	// captured from Entra (docs/reference/entra.md §2.2).
	SlowDown bool
	// LoopLimit answers the same request with AADSTS50196 when it comes this often within five minutes; Microsoft
	// documents 15 (BRK). 0: off, since no capture shows when Entra's detector bites a device that keeps to its
	// interval.
	LoopLimit int
	// StrictDoors refuses, in the fake's own words and with status 501, whoever comes to a door where nobody knows what
	// Entra ID says: the cells that docs/doors.md marks as ours. See [Doors].
	StrictDoors bool
	// VerificationURI is where a person types the code of a work account. Empty: https://login.microsoft.com/device, or
	// /device on the host under which the fake was reached, if that is not one of [Names].
	VerificationURI string
	// Pages is the order of the pages after the code was typed. Nil: account, password, policy, mfa, confirm,
	// permissions.
	Pages []string
	// ShowTestAccounts shows the test accounts with their roles beside the sign-in form, for people at mfpsim serve.
	ShowTestAccounts bool
	// ClientAddress is the public address from which every client appears to come; empty: 203.0.113.7 (RFC 5737).
	ClientAddress string
	// StaySignedIn asks "Stay signed in?" at the end of a sign-in in the browser (AADSTS50140). Off by default: many
	// organizations switch it off, and a device hears nothing of it.
	StaySignedIn bool
	// Language of the pages where the request names none that they have (?mkt=, ui_locales, Accept-Language): one of
	// [Languages].
	Language string
}

// T is what RunT needs of a test; *testing.T has it.
type T interface {
	Helper()
	Cleanup(f func())
	Failed() bool
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// Defaults of Config.
const (
	defaultRefreshTokenLifetime = 90 * 24 * time.Hour // docs/reference/entra.md §4.1
	defaultCodeLifetime         = 15 * time.Minute    // "expires_in":900, docs/reference/entra.md §2.1
	defaultInterval             = 5 * time.Second     // "interval":5, docs/reference/entra.md §2.1
	defaultClientAddress        = "203.0.113.7"
)

// withDefaults fills in what the zero Config leaves open.
func (c Config) withDefaults() Config {
	if c.RefreshTokenLifetime == 0 {
		c.RefreshTokenLifetime = defaultRefreshTokenLifetime
	}
	if c.MaxDeviceCodes == 0 {
		c.MaxDeviceCodes = 2000
	}
	if c.CodeLifetime == 0 {
		c.CodeLifetime = defaultCodeLifetime
	}
	if c.Interval == 0 {
		c.Interval = defaultInterval
	}
	if c.ClientAddress == "" {
		c.ClientAddress = defaultClientAddress
	}
	if c.Language == "" {
		c.Language = "en"
	}
	if c.Empty {
		return c
	}
	if c.Tenants == nil {
		c.Tenants = []Tenant{
			{Name: "Contoso", Domains: []string{"contoso.com"}},
			{Personal: true, Domains: []string{"outlook.com"}},
		}
	}
	if c.Users == nil {
		c.Users = []User{
			{Principal: "admin@contoso.com", Roles: []string{"Cloud Application Administrator"}},
			{Principal: "alice@contoso.com"},
			{Principal: "bob@outlook.com"},
		}
	}
	if c.Applications == nil {
		c.Applications = []Application{{
			ID: ClientID, Name: ApplicationName, Publisher: "example.com",
			PublicRedirectURIs: []string{"http://localhost", nativeRedirectURI},
			RequestedScopes:    strings.Fields(Scope),
		}}
	}
	return c
}
