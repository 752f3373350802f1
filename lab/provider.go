package lab

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/chance"
	"mfpsim/choice"
	"mfpsim/fakeoauth"
	"mfpsim/fakesmtp/fax"
	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// ProviderConfig says which Internet fax provider is wanted. The zero value is right for a test.
type ProviderConfig struct {
	// Domain is what follows the number and the @; empty: "fax.example.com". The authorization server is "login." and
	// the domain, the mail server "smtp." and the domain; these are also the names of the parties.
	Domain string
	// Accounts are the addresses of those who can sign in and send; nil: [fakeoauth.DefaultAccount].
	Accounts []string
	Times    ProviderTimes
	// Authorization and Mail change the configuration of the servers before they start. Nil: as they are.
	Authorization func(*fakeoauth.Config)
	Mail          func(*fax.Config)
}

// ProviderTimes are how long things take at a provider. Zero fields are as its servers have them; Leeway is none then,
// and a call takes a minute.
type ProviderTimes struct {
	Interval     time.Duration // between two polls
	Code         time.Duration // of a code
	AccessToken  time.Duration
	RefreshToken time.Duration // that is not used
	Leeway       time.Duration // in which a refresh token that was used is taken once more
	Call         time.Duration // of a fax
}

// Provider is an Internet fax provider on the bench: its authorization server, and its mail server, which asks that one
// for whom a token is.
type Provider struct {
	Domain        string
	Authorization *fakeoauth.Server
	Mail          *fax.Server

	passwords map[string]string
	mu        sync.Mutex
	lines     map[string]string // why calls to a number fail, by the number
	done      chan struct{}     // the mail server has ended
}

// ProviderScopes are what a provider tells its customers to ask for: to send, and who they are.
const ProviderScopes = fakeoauth.SendScope + " openid email profile offline_access"

// DeviceAuthorization and Token are the addresses of the endpoints, as a provider tells its customers.
func (p *Provider) DeviceAuthorization() string {
	return p.Authorization.Issuer() + fakeoauth.DeviceAuthorizationPath
}

// Token is described with DeviceAuthorization.
func (p *Provider) Token() string { return p.Authorization.Issuer() + fakeoauth.TokenPath }

// Accounts are the addresses of those who can sign in, sorted.
func (p *Provider) Accounts() []string { return slices.Sorted(maps.Keys(p.passwords)) }

// Password is that of an account; "" if there is none.
func (p *Provider) Password(address string) string { return p.passwords[strings.ToLower(address)] }

// passwordLength is that of a drawn password.
const passwordLength = 12

// AddProvider puts a provider on the bench.
func (l *Lab) AddProvider(c ProviderConfig) (*Provider, error) {
	if c.Domain == "" {
		c.Domain = "fax.example.com"
	}
	c.Domain = strings.ToLower(c.Domain)
	if _, taken := l.Provider(c.Domain); taken == nil {
		return nil, fmt.Errorf("there is a provider %s already", c.Domain)
	}
	c.Times.AccessToken = cmp.Or(c.Times.AccessToken, l.config.Providers.AccessToken)
	c.Times.RefreshToken = cmp.Or(c.Times.RefreshToken, l.config.Providers.RefreshToken)
	if c.Accounts == nil {
		c.Accounts = []string{fakeoauth.DefaultAccount}
	}
	p := &Provider{
		Domain: c.Domain, passwords: map[string]string{}, lines: map[string]string{}, done: make(chan struct{}),
	}
	authorization := fakeoauth.Config{
		World: l.World, Network: l.Network, Journal: l.Journal, Seed: l.config.Seed, Party: "login." + c.Domain,
		Host: "login." + c.Domain, Accounts: []fakeoauth.Account{}, Interval: c.Times.Interval, CodeLifetime: c.Times.Code,
		AccessTokenLifetime: c.Times.AccessToken, RefreshTokenLifetime: c.Times.RefreshToken, Leeway: c.Times.Leeway,
	}
	at := l.SMTP.Bench()
	at.Party = "smtp." + c.Domain
	mail := fax.Config{
		Bench: at, Domain: c.Domain, Accounts: []generic.Account{}, Tokens: p.judge, Line: p.line, Duration: c.Times.Call,
	}
	for _, address := range c.Accounts {
		password := l.config.Passwords[address]
		if password == "" {
			password = chance.New(l.config.Seed, c.Domain+" "+address).Letters(passwordLetters, passwordLength)
		}
		p.passwords[strings.ToLower(address)] = password
		authorization.Accounts = append(
			authorization.Accounts, fakeoauth.Account{Address: address, Password: journal.NewSecret(password)},
		)
		mail.Accounts = append(mail.Accounts, generic.Account{Address: address}) // tokens only
	}
	if c.Authorization != nil {
		c.Authorization(&authorization)
	}
	if c.Mail != nil {
		c.Mail(&mail)
	}
	return p, l.serveProvider(p, authorization, mail)
}

// serveProvider starts the servers: both or none.
func (l *Lab) serveProvider(p *Provider, authorization fakeoauth.Config, mail fax.Config) error {
	var err error
	if p.Authorization, err = fakeoauth.New(authorization); err != nil {
		return err
	}
	if p.Mail, err = fax.New(mail); err != nil {
		return err
	}
	login, err := p.Authorization.Listen()
	if err == nil {
		err = p.Authorization.Serve(login)
	}
	if err != nil {
		return errors.New("the provider's authorization server: no port to listen on")
	}
	listener, err := l.Network.Listen(mail.Party, p.Mail.Address())
	if err != nil {
		return errors.Join(errors.New("the provider's mail server: no port to listen on"), p.Authorization.Close())
	}
	faultnet.Expect(listener)
	go func() {
		defer close(p.done)
		_ = p.Mail.Serve(listener) // ends when the server is closed
		_ = listener.Close()
	}()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.providers = append(l.providers, p)
	return nil
}

// judge tells the mail server for whom an access token is.
func (p *Provider) judge(token string) (account string, reason refusal.Reason) {
	t, known := p.Authorization.Token(token)
	switch {
	case !known:
		return "", refusal.TokenUnknown
	case t.Revoked:
		return "", refusal.TokenRevoked
	case !p.Mail.Network().World().Now().Before(t.Expires):
		return "", refusal.Expired
	}
	for _, scope := range t.Scopes {
		if scope == fakeoauth.SendScope {
			return t.Account, ""
		}
	}
	return "", refusal.SendScope
}

// SetLine makes calls to a number fail for a reason, such as "busy"; an empty one: they succeed again. The number is as
// the device dials it.
func (p *Provider) SetLine(number, reason string) error {
	if strings.Trim(strings.TrimPrefix(number, "+"), "0123456789") != "" || strings.Trim(number, "+") == "" {
		return fmt.Errorf("%q is no fax number", number)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines[number] = reason
	return nil
}

func (p *Provider) line(number string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if reason := p.lines[number]; reason != "" {
		return errors.New(reason)
	}
	return nil
}

// Revoke ends all sign-ins of an account, as its owner does on the provider's page. The error lists the accounts.
func (p *Provider) Revoke(address string) error {
	if p.passwords[strings.ToLower(address)] == "" {
		return &choice.Error{
			What: "account of " + p.Domain, Wanted: address, Present: p.Accounts(),
		}
	}
	p.Authorization.Revoke(address)
	return nil
}

// Mailboxes are the addresses that have mail at the provider, sorted: its accounts, and the numbers that faxes went to.
func (p *Provider) Mailboxes() []string {
	addresses := p.Accounts()
	for _, f := range p.Mail.Faxes() {
		address := f.Number + "@" + p.Domain
		if !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// close ends the servers.
func (p *Provider) close() error {
	err := errors.Join(p.Authorization.Close(), p.Mail.Close())
	<-p.done
	return err
}

// Providers returns the providers, in the order in which they were added.
func (l *Lab) Providers() []*Provider {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.providers)
}

// ProviderOf returns the provider that an account is at; nil: there is none.
func (l *Lab) ProviderOf(account string) *Provider {
	for _, p := range l.Providers() {
		if p.Password(account) != "" {
			return p
		}
	}
	return nil
}

// Provider returns the provider of a domain; the one that was added last for "". The error lists those that there are.
func (l *Lab) Provider(domain string) (*Provider, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var present []string
	for i, p := range l.providers {
		if strings.EqualFold(p.Domain, domain) || domain == "" && i == len(l.providers)-1 {
			return p, nil
		}
		present = append(present, p.Domain)
	}
	return nil, &choice.Error{What: "provider", Wanted: domain, Present: present}
}

// providerParties are the names of the providers' servers on the network.
func (l *Lab) providerParties() (parties []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.providers {
		parties = append(parties, "login."+p.Domain, "smtp."+p.Domain)
	}
	return parties
}
