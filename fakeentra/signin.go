package fakeentra

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Tokens is what a sign-in gave.
type Tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	ID      string `json:"id_token"`
	Scope   string `json:"scope"`
	Seconds int    `json:"expires_in"`
}

// String names no token: they are secrets.
func (t Tokens) String() string { return "[redacted] " + t.Scope }

// GoString returns what String returns.
func (t Tokens) GoString() string { return t.String() }

// SignIn signs a user in by device code with the application [ClientID], over HTTPS as any program does, and approves
// as [Server.Approve] does. It is for tests outside the bench's turns that need tokens, and asks for [Scope] if no
// scope is given. The error is a [*Refusal].
func (s *Server) SignIn(principal string, scopes ...string) (Tokens, error) {
	scope := cmp.Or(strings.Join(scopes, " "), Scope)
	user, ok := s.User(principal)
	if !ok {
		return Tokens{}, fmt.Errorf("fakeentra: there is no user %q", principal)
	}
	var code struct {
		Device string `json:"device_code"`
		User   string `json:"user_code"`
	}
	if err := s.post(user.Tenant+"/oauth2/v2.0/devicecode", url.Values{"client_id": {ClientID}, "scope": {scope}},
		&code); err != nil {
		return Tokens{}, err
	}
	if err := s.Approve(code.User, principal); err != nil {
		return Tokens{}, err
	}
	var tokens Tokens
	err := s.post(user.Tenant+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {ClientID}, "device_code": {code.Device},
	}, &tokens)
	return tokens, err
}

// Refresh redeems the refresh token of a sign-in as a program would. The error is a [*Refusal].
func (s *Server) Refresh(t Tokens) (Tokens, error) {
	var tokens Tokens
	err := s.post("common/oauth2/v2.0/token", url.Values{
		"grant_type": {"refresh_token"}, "client_id": {ClientID},
		"refresh_token": {t.Refresh},
	}, &tokens)
	return tokens, err
}

// post sends a form to the fake, from outside the bench.
func (s *Server) post(path string, form url.Values, answer any) error {
	client := s.Client()
	defer client.CloseIdleConnections()
	response, err := client.PostForm("https://login.microsoftonline.com/"+path, form)
	if err != nil {
		return fmt.Errorf("fakeentra: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	decoder := json.NewDecoder(response.Body)
	if response.StatusCode != http.StatusOK {
		var refused struct {
			Word        string `json:"error"`
			Description string `json:"error_description"`
			Codes       []int  `json:"error_codes"`
			Suberror    string `json:"suberror"`
		}
		if err := decoder.Decode(&refused); err != nil {
			return fmt.Errorf("fakeentra: status %d without JSON", response.StatusCode)
		}
		refusal := &Refusal{
			Status: response.StatusCode, Word: refused.Word, Text: refused.Description,
			Suberror: refused.Suberror,
		}
		if len(refused.Codes) > 0 {
			refusal.AADSTS = refused.Codes[0]
		}
		return refusal
	}
	if err := decoder.Decode(answer); err != nil {
		return fmt.Errorf("fakeentra: the answer is no JSON: %w", err)
	}
	return nil
}
