package oauth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

// Limits of what a redirect may carry. Entra's codes have about 1.5 kB, its descriptions up to 1 kB.
const (
	maxRedirect = 32 << 10
	maxCode     = 8 << 10
)

// errDoubled is what is wrong with a parameter that comes twice.
var errDoubled = errors.New("oauth: a parameter comes twice")

// randomBytes are those of state, nonce and code verifier: 256 bits each (RFC 7636 §7.1), 43 characters in base64url.
const randomBytes = 32

// Page is a sign-in page that was opened: an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3), and what its
// answer must fit. It is good for one answer.
type Page struct {
	Address  string // of the page, for a browser
	redirect string
	state    string
	nonce    string
	Verifier secret.Secret // exported, so that printing a Page redacts it
}

// OpenPage makes the address of the sign-in page. prompt is OpenID Connect's ("consent" shows the permissions whether
// they were given before or not); empty sends none. Nothing is sent yet. The error is an [*outcome.Outcome].
func (c *Client) OpenPage(e Endpoint, prompt string) (*Page, error) {
	fail := func(kind outcome.Kind) error {
		return outcome.New(kind, outcome.Device, outcome.StageAuthorization, c.config.Clock.Now())
	}
	if e.RedirectURI == "" || strings.ContainsAny(e.RedirectURI, "?#") || !secureAddress(e.URLs().AuthURL) {
		return nil, fail(outcome.NotConfigured)
	}
	var drawn [3]string
	for i := range drawn {
		var noise [randomBytes]byte
		if _, err := io.ReadFull(c.config.Random, noise[:]); err != nil {
			return nil, fail(outcome.StorageFailed)
		}
		drawn[i] = base64.RawURLEncoding.EncodeToString(noise[:])
	}
	p := &Page{redirect: e.RedirectURI, state: drawn[0], nonce: drawn[1], Verifier: secret.New(drawn[2])}
	config := oauth2.Config{ClientID: e.ClientID, Endpoint: e.URLs(), RedirectURL: p.redirect, Scopes: e.Scopes}
	parameters := []oauth2.AuthCodeOption{
		oauth2.SetAuthURLParam("nonce", p.nonce), oauth2.SetAuthURLParam("response_mode", "query"),
		oauth2.S256ChallengeOption(p.Verifier.Reveal()),
	}
	if prompt != "" {
		parameters = append(parameters, oauth2.SetAuthURLParam("prompt", prompt))
	}
	p.Address = config.AuthCodeURL(p.state, parameters...)
	return p, nil
}

// LeadsBack reports whether an address is the redirect URI of the page, whatever its query: then the browser is not to
// load it but to hand it to the core (RFC 8252 §8.7: compared as it is).
func (p *Page) LeadsBack(address string) bool {
	end := strings.IndexAny(address, "?#")
	return end >= 0 && address[:end] == p.redirect || address == p.redirect
}

// Answer reads the address that the page has led back to. ours is false for one that does not answer this page: it is
// of another page, or forged, and means nothing (RFC 6749 §10.12). Otherwise there is a code, or an outcome.
func (c *Client) Answer(e Endpoint, p *Page, address string) (code secret.Secret, ours bool, failed *outcome.Outcome) {
	fail := func(kind outcome.Kind) *outcome.Outcome {
		return outcome.New(kind, outcome.Cloud, outcome.StageAuthorization, c.config.Clock.Now())
	}
	r, ok := decodeRedirect(address)
	if !p.LeadsBack(address) || subtle.ConstantTimeCompare([]byte(r.state), []byte(p.state)) != 1 {
		return secret.Secret{}, false, fail(outcome.CloudMalformed)
	}
	switch {
	case !ok, r.issuer != "" && !e.isIssuer(r.issuer, ""): // RFC 9207 §2.4: not even an error of another is believed
		return secret.Secret{}, true, fail(outcome.CloudMalformed)
	case r.refusal.word != "":
		o := fail(r.refusal.kind())
		o.AADSTS, o.Suberror = r.refusal.aadsts, r.refusal.suberror
		return secret.Secret{}, true, o
	}
	return r.code, true, nil
}

// Redeem exchanges the code of a page for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5). It is tried once: a code is good for
// one request, and an answer that was lost cannot be asked for again. The error is an [*outcome.Outcome].
func (c *Client) Redeem(ctx context.Context, e Endpoint, p *Page, code secret.Secret) (*Token, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {e.ClientID}, "code": {code.Reveal()},
		"redirect_uri": {p.redirect}, "code_verifier": {p.Verifier.Reveal()},
	}
	defer c.rest()
	got, failed := c.post(ctx, outcome.StageToken, e.URLs().TokenURL, form)
	if failed != nil {
		return nil, failed
	}
	if got.status != http.StatusOK {
		_, failed := c.refused(got, outcome.StageToken)
		if failed.Kind == outcome.SignInExpired { // 70008 of a code
			failed.Kind = outcome.SignInCodeExpired
		}
		return nil, failed
	}
	token, failed := c.token(got, e, outcome.StageToken)
	if failed != nil {
		return nil, failed
	}
	if token.Account == "" || !token.identity.answers(e, p.nonce) {
		return nil, c.malformed(got, outcome.StageToken)
	}
	return token, nil
}

// redirect is what an address carries that a sign-in page has led back to.
type redirect struct {
	state   string
	issuer  string // RFC 9207; "" if it is not said
	code    secret.Secret
	refusal refusal // RFC 6749 §4.1.2.1
}

// decodeRedirect reads the address; ok is false if it is no answer of an authorization endpoint. The state is there as
// far as it can be told, so that a bad answer to our own page can be told from somebody else's.
func decodeRedirect(address string) (r redirect, ok bool) {
	if len(address) > maxRedirect {
		return redirect{}, false
	}
	address, _, _ = strings.Cut(address, "#") // a browser may carry one on from the page before (RFC 9110 §10.2.2)
	_, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	single := map[string]string{}
	for name, several := range values {
		if len(several) > 1 { // RFC 6749 §3.1: not more than once
			err = errDoubled
			continue
		}
		single[name] = several[0]
	}
	r.state, r.issuer = single["state"], single["iss"]
	if err != nil {
		return r, false
	}
	code, word := single["code"], single["error"]
	switch {
	case word != "" && code == "" && isWord(word):
		r.refusal = refusal{word: word, aadsts: codeIn(single["error_description"])}
		if sub := single["error_subcode"]; isWord(sub) {
			r.refusal.suberror = sub
		}
		return r, true
	case word == "" && visible(code, maxCode):
		r.code = secret.New(code)
		return r, true
	}
	return r, false
}
