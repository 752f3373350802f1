package fakeoauth

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	_ "embed" // the test key
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/crypto"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"mfpsim/chance"
)

// Lifetimes of what lives shortly.
const (
	authorizationCodeLifetime = time.Minute
	idTokenLifetime           = time.Hour
)

// Random characters of codes and tokens.
const (
	alphabet    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	userLetters = "BCDFGHJKLMNPQRSTVWXZ" // RFC 8628 §6.1: no vowels, no signs that look alike
	tokenLength = 64
)

// insecureTestKey signs id_tokens. It is public, as is everything in this repository: a test key.
//
//go:embed insecure_test_key.der
var insecureTestKey []byte

const keyID = "fakeoauth-insecure-test-key"

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := x509.ParsePKCS1PrivateKey(insecureTestKey)
	if err != nil {
		panic("fakeoauth: the embedded test key: " + err.Error())
	}
	return key
})

// routes are the library's routes and the pages.
func (s *Server) routes() http.Handler {
	p := s.config.Paths
	endpoints := op.Endpoints{
		DeviceAuthorization: op.NewEndpoint(p.DeviceAuthorization), Token: op.NewEndpoint(p.Token),
		Revocation: op.NewEndpoint(p.Revocation), JwksURI: op.NewEndpoint(p.Keys),
	}
	if len(s.config.Client.RedirectURIs) > 0 {
		endpoints.Authorization = op.NewEndpoint(p.Authorization)
	}
	return op.RegisterServer(
		&protocol{s: s}, endpoints, op.WithServerCORSOptions(nil), // no page with a script is a client
		op.WithFallbackLogger(slog.New(slog.DiscardHandler)), op.WithHTTPMiddleware(s.strict),
		op.WithSetRouter(func(r chi.Router) {
			r.HandleFunc(p.Verification, s.enterCode)
			r.HandleFunc(signInPath, s.signIn)
			r.HandleFunc(consentPath, s.consent)
		}),
	)
}

// strict holds what the library does not: what is posted comes in the body, once, and nothing is kept by a cache
// (RFC 6749 §3.2, §5.1); an error of an authorization request goes to the client.
func (s *Server) strict(inner http.Handler) http.Handler {
	p := s.config.Paths
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// RFC 8414 §3: the same as OpenID Connect's.
		if r.URL.Path == "/.well-known/oauth-authorization-server" {
			r.URL.Path = oidc.DiscoveryEndpoint
		}
		switch r.URL.Path {
		case p.Token, p.DeviceAuthorization, p.Revocation:
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Pragma", "no-cache")
			if r.Method != http.MethodPost {
				w.Header().Set("Allow", http.MethodPost)
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			if err := r.ParseForm(); err != nil || r.URL.RawQuery != "" || doubled(r.PostForm) {
				op.WriteError(
					w, r, oidc.ErrInvalidRequest().WithDescription("parameters are in the body, each once"),
					slog.New(slog.DiscardHandler),
				)
				return
			}
		}
		to := r.FormValue("redirect_uri")
		if r.URL.Path == p.Authorization && r.FormValue("client_id") == s.config.Client.ID &&
			slices.Contains(s.config.Client.RedirectURIs, to) {
			w = &redirecting{ResponseWriter: w, s: s, to: to, state: r.FormValue("state")}
		}
		inner.ServeHTTP(w, r)
	})
}

// redirecting sends an error of the authorization endpoint to the client, whose redirect URI is known to be its own
// (RFC 6749 §4.1.2.1); the library shows it to the person.
type redirecting struct {
	http.ResponseWriter
	s         *Server
	to, state string
	failed    bool
}

// WriteHeader waits for the error's words.
func (w *redirecting) WriteHeader(status int) {
	if w.failed = status >= http.StatusBadRequest; !w.failed {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write turns the error into a redirect.
func (w *redirecting) Write(body []byte) (int, error) {
	if !w.failed {
		return w.ResponseWriter.Write(body)
	}
	var refused oidc.Error
	if err := json.Unmarshal(body, &refused); err != nil {
		refused.ErrorType = oidc.ServerError
	}
	w.failed = false
	w.Header().Del("Content-Type")
	w.s.leadBack(w, w.to, w.state, url.Values{
		"error": {string(refused.ErrorType)}, "error_description": {refused.Description},
	})
	return len(body), nil
}

// leadBack redirects to the client, saying whose answer it is (RFC 9207 §2).
func (s *Server) leadBack(w http.ResponseWriter, to, state string, answer url.Values) {
	if state != "" {
		answer.Set("state", state)
	}
	answer.Set("iss", s.Issuer())
	w.Header().Set("Location", to+"?"+answer.Encode())
	w.WriteHeader(http.StatusFound)
}

func doubled(form url.Values) bool {
	for _, values := range form {
		if len(values) > 1 {
			return true
		}
	}
	return false
}

// protocol is what the library asks.
type protocol struct {
	op.UnimplementedServer
	s *Server
}

// Discovery tells what there is (RFC 8414).
func (p *protocol) Discovery(context.Context, *op.Request[struct{}]) (*op.Response, error) {
	c, base := p.s.config, p.s.Issuer()
	d := struct {
		oidc.DiscoveryConfiguration
		IssuerInResponse bool `json:"authorization_response_iss_parameter_supported,omitempty"`
	}{DiscoveryConfiguration: oidc.DiscoveryConfiguration{
		Issuer: base, TokenEndpoint: base + c.Paths.Token, RevocationEndpoint: base + c.Paths.Revocation,
		DeviceAuthorizationEndpoint: base + c.Paths.DeviceAuthorization, JwksURI: base + c.Paths.Keys,
		ScopesSupported: c.Client.Scopes, GrantTypesSupported: p.s.grants(), SubjectTypesSupported: []string{"public"},
		IDTokenSigningAlgValuesSupported:  []string{string(jose.RS256)},
		TokenEndpointAuthMethodsSupported: []oidc.AuthMethod{oidc.AuthMethodNone},
	}}
	if len(c.Client.RedirectURIs) > 0 {
		d.AuthorizationEndpoint, d.IssuerInResponse = base+c.Paths.Authorization, true
		d.ResponseTypesSupported = []string{string(oidc.ResponseTypeCode)}
		d.ResponseModesSupported = []string{"query"}
		d.CodeChallengeMethodsSupported = []oidc.CodeChallengeMethod{oidc.CodeChallengeMethodS256}
	}
	return op.NewResponse(d), nil
}

// Keys are those that id_tokens are signed with.
func (p *protocol) Keys(context.Context, *op.Request[struct{}]) (*op.Response, error) {
	return op.NewResponse(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: testKey().Public(), KeyID: keyID, Algorithm: string(jose.RS256), Use: "sig"},
	}}), nil
}

// VerifyClient knows one public client.
func (p *protocol) VerifyClient(_ context.Context, r *op.Request[op.ClientCredentials]) (op.Client, error) {
	if r.Data.ClientID != p.s.config.Client.ID || r.Data.ClientSecret != "" || r.Data.ClientAssertion != "" {
		return nil, op.NewStatusError(
			oidc.ErrInvalidClient().WithDescription("unknown client, or one that proves itself and is public"),
			http.StatusUnauthorized,
		)
	}
	return &application{s: p.s}, nil
}

// DeviceAuthorization gives out a device code and a user code (RFC 8628 §3.2).
func (p *protocol) DeviceAuthorization(
	_ context.Context, r *op.ClientRequest[oidc.DeviceAuthorizationRequest],
) (*op.Response, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	s.ledger.sweep(now)
	if !s.allowed(r.Data.Scopes) {
		return nil, oidc.ErrInvalidScope()
	}
	d := &device{
		userCode: s.random.Letters(userLetters, 4) + "-" + s.random.Letters(userLetters, 4), scopes: r.Data.Scopes,
		expires: now.Add(s.config.CodeLifetime), interval: s.config.Interval,
	}
	deviceCode := s.secret()
	s.ledger.devices[deviceCode] = d
	page := s.Issuer() + s.config.Paths.Verification
	return op.NewResponse(oidc.DeviceAuthorizationResponse{
		DeviceCode: deviceCode, UserCode: d.userCode, VerificationURI: page,
		VerificationURIComplete: page + "?" + url.Values{"user_code": {d.userCode}}.Encode(),
		ExpiresIn:               int(s.config.CodeLifetime / time.Second), Interval: int(d.interval / time.Second),
	}), nil
}

// DeviceToken answers a poll (RFC 8628 §3.5).
func (p *protocol) DeviceToken(
	_ context.Context, r *op.ClientRequest[oidc.DeviceAccessTokenRequest],
) (*op.Response, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	d := s.ledger.devices[r.Data.DeviceCode]
	if d == nil {
		return nil, oidc.ErrInvalidGrant().WithDescription("unknown device code")
	}
	early := !d.polled.IsZero() && now.Sub(d.polled) < d.interval
	d.polled = now
	switch {
	case !now.Before(d.expires):
		return nil, oidc.ErrExpiredDeviceCode()
	case s.ledger.slow > 0, early:
		s.ledger.slow = max(s.ledger.slow-1, 0)
		d.interval += slowDown
		return nil, oidc.ErrSlowDown()
	case d.declined:
		delete(s.ledger.devices, r.Data.DeviceCode)
		return nil, oidc.ErrAccessDenied()
	case d.signIn == nil:
		return nil, oidc.ErrAuthorizationPending()
	}
	delete(s.ledger.devices, r.Data.DeviceCode) // it is good once
	return s.issue(d.signIn, d.scopes)
}

// RefreshToken gives tokens for a refresh token, and another of these in its place. One that comes again means that two
// have it, of whom one has stolen it: the sign-in ends (RFC 9700 §4.14.2).
func (p *protocol) RefreshToken(
	_ context.Context, r *op.ClientRequest[oidc.RefreshTokenRequest],
) (*op.Response, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	s.ledger.sweep(now)
	t := s.ledger.refresh[r.Data.RefreshToken]
	switch {
	case t == nil, t.signIn.ended:
		return nil, oidc.ErrInvalidGrant().WithDescription("the refresh token is unknown, has expired or was revoked")
	case !t.used.IsZero() && now.Sub(t.used) >= s.config.Leeway:
		s.end(func(of *signIn) bool { return of == t.signIn })
		s.note("a refresh token came again: the sign-in of " + t.signIn.account + " has ended")
		return nil, oidc.ErrInvalidGrant().WithDescription("the refresh token was used before")
	}
	scopes := t.signIn.scopes
	if len(r.Data.Scopes) > 0 { // RFC 6749 §6: not more than at first
		for _, scope := range r.Data.Scopes {
			if !slices.Contains(scopes, scope) {
				return nil, oidc.ErrInvalidScope()
			}
		}
		scopes = r.Data.Scopes
	}
	if t.used.IsZero() {
		t.used = now
	}
	return s.issue(t.signIn, scopes)
}

// Revocation ends the sign-in that a token is of (RFC 7009 §2.1); an unknown token is no error.
func (p *protocol) Revocation(_ context.Context, r *op.ClientRequest[oidc.RevocationRequest]) (*op.Response, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.ledger.refresh[r.Data.Token]; t != nil {
		t.signIn.ended = true
	}
	if t := s.ledger.access[r.Data.Token]; t != nil {
		t.signIn.ended = true
	}
	return op.NewResponse(nil), nil
}

// VerifyAuthRequest finds the client of an authorization request.
func (p *protocol) VerifyAuthRequest(
	_ context.Context, r *op.Request[oidc.AuthRequest],
) (*op.ClientRequest[oidc.AuthRequest], error) {
	switch {
	case r.Data.RequestParam != "":
		return nil, oidc.ErrRequestNotSupported()
	case r.Data.ClientID != p.s.config.Client.ID:
		return nil, oidc.ErrInvalidClient()
	case r.Data.RedirectURI == "":
		return nil, oidc.ErrInvalidRequestRedirectURI().WithDescription("redirect_uri missing")
	case !p.s.allowed(r.Data.Scopes): // the library would leave out what is not allowed
		return nil, oidc.ErrInvalidScope()
	}
	return &op.ClientRequest[oidc.AuthRequest]{Request: r, Client: &application{s: p.s}}, nil
}

// Authorize leads to the page on which a person signs in.
func (p *protocol) Authorize(_ context.Context, r *op.ClientRequest[oidc.AuthRequest]) (*op.Redirect, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger.sweep(s.clock.Now())
	if r.Data.CodeChallenge == "" || r.Data.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required") // RFC 9700 §2.1.1
	}
	name := s.visit(&visit{web: &web{
		redirect: r.Data.RedirectURI, state: r.Data.State, nonce: r.Data.Nonce, challenge: r.Data.CodeChallenge,
		scopes: r.Data.Scopes,
	}})
	return op.NewRedirect(signInPath + "?" + url.Values{"visit": {name}}.Encode()), nil
}

// CodeExchange redeems an authorization code (RFC 6749 §4.1.3). One that comes again ends what came of it (§4.1.2).
func (p *protocol) CodeExchange(_ context.Context, r *op.ClientRequest[oidc.AccessTokenRequest]) (*op.Response, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.ledger.codes[r.Data.Code]
	refused := oidc.ErrInvalidGrant().WithDescription("the code is unknown, has expired, was used or is another's")
	switch {
	case c == nil, !s.clock.Now().Before(c.expires):
		return nil, refused
	case c.used:
		c.signIn.ended = true
		return nil, refused
	case r.Data.RedirectURI != c.web.redirect,
		!oidc.VerifyCodeChallenge(
			&oidc.CodeChallenge{Challenge: c.web.challenge, Method: oidc.CodeChallengeMethodS256}, r.Data.CodeVerifier,
		):
		return nil, refused
	}
	c.used = true
	return s.issue(c.signIn, c.web.scopes)
}

// allowed reports whether the client may ask for scopes.
func (s *Server) allowed(scopes []string) bool {
	for _, scope := range scopes {
		if !slices.Contains(s.config.Client.Scopes, scope) {
			return false
		}
	}
	return len(scopes) > 0
}

// secret draws a code or a token.
func (s *Server) secret() string {
	text := s.random.Letters(alphabet, tokenLength)
	s.remember(text)
	return text
}

// issue makes the answer of the token endpoint.
func (s *Server) issue(of *signIn, scopes []string) (*op.Response, error) {
	if of.ended {
		return nil, oidc.ErrInvalidGrant().WithDescription("the sign-in has ended")
	}
	now := s.clock.Now()
	answer := oidc.AccessTokenResponse{
		AccessToken: s.secret(), TokenType: oidc.BearerToken, ExpiresIn: uint64(s.config.AccessTokenLifetime / time.Second),
		Scope: scopes,
	}
	s.ledger.access[answer.AccessToken] = &access{of, scopes, now.Add(s.config.AccessTokenLifetime)}
	if slices.Contains(of.scopes, oidc.ScopeOfflineAccess) {
		answer.RefreshToken = s.secret()
		s.ledger.refresh[answer.RefreshToken] = &refresh{signIn: of, expires: now.Add(s.config.RefreshTokenLifetime)}
	}
	if slices.Contains(scopes, oidc.ScopeOpenID) {
		token, err := s.idToken(of, scopes, now)
		if err != nil {
			return nil, err
		}
		answer.IDToken = token
		s.remember(token)
	}
	return op.NewResponse(answer), nil
}

// idToken says who has signed in (OpenID Connect Core §2). The claims are put together here, because the library's
// constructor reads the machine's clock.
func (s *Server) idToken(of *signIn, scopes []string, now time.Time) (string, error) {
	claims := oidc.IDTokenClaims{TokenClaims: oidc.TokenClaims{
		Issuer: s.Issuer(), Subject: chance.New(s.config.Seed, s.config.Party+" subject "+of.account).UUID(),
		Audience: oidc.Audience{s.config.Client.ID}, Expiration: oidc.FromTime(now.Add(idTokenLifetime)),
		IssuedAt: oidc.FromTime(now), AuthTime: oidc.FromTime(of.at), Nonce: of.nonce,
	}}
	if slices.Contains(scopes, oidc.ScopeEmail) {
		claims.UserInfoEmail = oidc.UserInfoEmail{Email: of.account, EmailVerified: true}
	}
	if slices.Contains(scopes, oidc.ScopeProfile) {
		claims.PreferredUsername = of.account
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: testKey(), KeyID: keyID}},
		(&jose.SignerOptions{}).WithType("JWT"),
	)
	if err != nil {
		return "", err
	}
	return crypto.Sign(&claims, signer)
}

// grants are the grants that there are.
func (s *Server) grants() []oidc.GrantType {
	grants := []oidc.GrantType{oidc.GrantTypeDeviceCode, oidc.GrantTypeRefreshToken}
	if len(s.config.Client.RedirectURIs) > 0 {
		grants = append(grants, oidc.GrantTypeCode)
	}
	return grants
}

// application is the client as the library sees it.
type application struct{ s *Server }

func (a *application) GetID() string                       { return a.s.config.Client.ID }
func (a *application) RedirectURIs() []string              { return a.s.config.Client.RedirectURIs }
func (a *application) PostLogoutRedirectURIs() []string    { return nil }
func (a *application) ApplicationType() op.ApplicationType { return op.ApplicationTypeNative }
func (a *application) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodNone }
func (a *application) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (a *application) GrantTypes() []oidc.GrantType        { return a.s.grants() }
func (a *application) LoginURL(string) string              { return signInPath }
func (a *application) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }
func (a *application) IDTokenLifetime() time.Duration      { return idTokenLifetime }
func (a *application) DevMode() bool                       { return false }
func (a *application) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}

func (a *application) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}

func (a *application) IsScopeAllowed(scope string) bool {
	return slices.Contains(a.s.config.Client.Scopes, scope)
}
func (a *application) IDTokenUserinfoClaimsAssertion() bool { return false }
func (a *application) ClockSkew() time.Duration             { return 0 }
