package fakeoauth

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Party is the name under which the server journals, and under which faults are armed, unless the Config has another.
const Party = "authorization"

// Defaults of a [Config]. The account's password protects nothing.
const (
	DefaultHost     = "login.fax.example.com"
	DefaultClientID = "mfp-fax"
	DefaultAccount  = "scanner@contoso.com"
	DefaultPassword = "Correct-Horse-9"
	SendScope       = "fax.send"

	DeviceAuthorizationPath = "/oauth/device_authorization"
	TokenPath               = "/oauth/token"
)

// Config says what a server is to be. The zero value is right for a test of a device.
type Config struct {
	World   *vtime.World      // the bench's time; nil: one of its own, flowing, or stepped if Start is given
	Network *faultnet.Network // the bench's network; nil: one of its own
	Journal *journal.Journal  // the bench's record; nil: one of its own
	Seed    uint64            // codes, tokens and subjects follow from it
	Start   time.Time         // of a World of its own: that World is stepped and starts here
	Party   string            // empty: [Party]

	// Host is the server's name, on port 443; its issuer identifier is "https://" and the host.
	Host string
	// Client is the one application that is registered.
	Client Client
	// Accounts are those that can sign in; nil: [DefaultAccount].
	Accounts []Account
	// Paths of the endpoints; those that are empty have their defaults.
	Paths Paths

	CodeLifetime        time.Duration // of device and user code; zero: 15 minutes
	Interval            time.Duration // between two polls; zero: 5 s (RFC 8628 §3.2)
	AccessTokenLifetime time.Duration // zero: an hour
	// RefreshTokenLifetime is how long a refresh token is good that is not used; zero: 30 days.
	RefreshTokenLifetime time.Duration
	// Leeway is how long a refresh token is taken that was used already, for devices to which the answer got lost.
	// Zero: not at all; it ends the sign-in.
	Leeway time.Duration
}

// Client is a registered application: a public one, without a secret.
type Client struct {
	ID           string   // empty: [DefaultClientID]
	Name         string   // that the pages show; empty: "Example MFP"
	Scopes       []string // that it may ask for; nil: [SendScope], openid, email, profile, offline_access
	RedirectURIs []string // of the authorization code grant; nil: that grant is not there
}

// Account is who can sign in.
type Account struct {
	Address  string
	Password journal.Secret
}

// Paths are those of the endpoints.
type Paths struct {
	DeviceAuthorization string // "/oauth/device_authorization"
	Token               string // "/oauth/token"
	Authorization       string // "/oauth/authorize"
	Revocation          string // "/oauth/revoke"
	Keys                string // "/oauth/keys"
	Verification        string // "/device": where a person enters the user code
}

func fill[T comparable](value *T, standard T) {
	var zero T
	if *value == zero {
		*value = standard
	}
}

func (c Config) withDefaults() Config {
	fill(&c.Party, Party)
	fill(&c.Host, DefaultHost)
	fill(&c.Client.ID, DefaultClientID)
	fill(&c.Client.Name, "Example MFP")
	if c.Client.Scopes == nil {
		c.Client.Scopes = []string{SendScope, "openid", "email", "profile", "offline_access"}
	}
	c.Client.Scopes, c.Client.RedirectURIs = slices.Clone(c.Client.Scopes), slices.Clone(c.Client.RedirectURIs)
	if c.Accounts == nil {
		c.Accounts = []Account{{Address: DefaultAccount, Password: journal.NewSecret(DefaultPassword)}}
	}
	fill(&c.Paths.DeviceAuthorization, DeviceAuthorizationPath)
	fill(&c.Paths.Token, TokenPath)
	fill(&c.Paths.Authorization, "/oauth/authorize")
	fill(&c.Paths.Revocation, "/oauth/revoke")
	fill(&c.Paths.Keys, "/oauth/keys")
	fill(&c.Paths.Verification, "/device")
	fill(&c.CodeLifetime, 15*time.Minute)
	fill(&c.Interval, 5*time.Second)
	fill(&c.AccessTokenLifetime, time.Hour)
	fill(&c.RefreshTokenLifetime, 30*24*time.Hour)
	return c
}

func (c Config) check() error {
	paths := []string{
		c.Paths.DeviceAuthorization, c.Paths.Token, c.Paths.Authorization, c.Paths.Revocation, c.Paths.Keys,
		c.Paths.Verification, signInPath, consentPath,
	}
	for i, path := range paths {
		if u, err := url.Parse(path); err != nil || !strings.HasPrefix(path, "/") || u.Path != path {
			return fmt.Errorf("fakeoauth: %q is no path", path)
		}
		if slices.Contains(paths[:i], path) {
			return fmt.Errorf("fakeoauth: two endpoints at %s", path)
		}
	}
	for _, d := range []time.Duration{
		c.CodeLifetime, c.Interval, c.AccessTokenLifetime, c.RefreshTokenLifetime,
	} {
		if d < time.Second || d%time.Second != 0 {
			return fmt.Errorf("fakeoauth: %v is no whole number of seconds", d)
		}
	}
	if c.Leeway < 0 {
		return errors.New("fakeoauth: a leeway of less than nothing")
	}
	for i, account := range c.Accounts {
		same := func(other Account) bool { return strings.EqualFold(other.Address, account.Address) }
		if !strings.Contains(account.Address, "@") || slices.ContainsFunc(c.Accounts[:i], same) {
			return fmt.Errorf("fakeoauth: %q is no account, or one that is there already", account.Address)
		}
	}
	return nil
}

// issuer is the server's identifier (RFC 8414 §2).
func (c Config) issuer() string { return "https://" + c.Host }

// account finds an account by its address; nil: there is none.
func (c Config) account(address string) *Account {
	for i := range c.Accounts {
		if strings.EqualFold(c.Accounts[i].Address, address) {
			return &c.Accounts[i]
		}
	}
	return nil
}
