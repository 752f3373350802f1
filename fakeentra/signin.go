package fakeentra

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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

// AnswerError is an error that the token or the device code endpoint answered with.
type AnswerError struct {
	Status      int
	Word        string `json:"error"`
	Description string `json:"error_description"`
	Codes       []int  `json:"error_codes"`
	Suberror    string `json:"suberror"`
}

// Error returns the description.
func (e *AnswerError) Error() string { return fmt.Sprintf("%s: %s", e.Word, e.Description) }

// AADSTS returns the number that an answer or a page refused with, 0 if the error is of another kind or has none.
func AADSTS(err error) int {
	var answer *AnswerError
	var refusal *Refusal
	switch {
	case errors.As(err, &answer) && len(answer.Codes) > 0:
		return answer.Codes[0]
	case errors.As(err, &refusal):
		return refusal.AADSTS
	}
	return 0
}

// SignIn signs a user in by device code with the application [ClientID], over HTTPS as any program does, and approves as
// [Server.Approve] does. It is for tests outside the bench's turns that need tokens, and asks for [Scope] if no scope is given.
// The error is an [*AnswerError] or a [*Refusal].
func (s *Server) SignIn(principal string, scopes ...string) (Tokens, error) {
	scope := Scope
	if len(scopes) > 0 {
		scope = ""
		for i, name := range scopes {
			if i > 0 {
				scope += " "
			}
			scope += name
		}
	}
	user, ok := s.User(principal)
	if !ok {
		return Tokens{}, fmt.Errorf("fakeentra: there is no user %q", principal)
	}
	var code struct {
		Device string `json:"device_code"`
		User   string `json:"user_code"`
	}
	if err := s.post(user.Tenant+"/oauth2/v2.0/devicecode", url.Values{"client_id": {ClientID}, "scope": {scope}}, &code); err != nil {
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

// Refresh redeems the refresh token of a sign-in as a program would. The error is an [*AnswerError].
func (s *Server) Refresh(t Tokens) (Tokens, error) {
	var tokens Tokens
	err := s.post("common/oauth2/v2.0/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {ClientID}, "refresh_token": {t.Refresh}}, &tokens)
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
		refused := &AnswerError{Status: response.StatusCode}
		if err := decoder.Decode(refused); err != nil {
			return fmt.Errorf("fakeentra: status %d without JSON", response.StatusCode)
		}
		return refused
	}
	if err := decoder.Decode(answer); err != nil {
		return fmt.Errorf("fakeentra: the answer is no JSON: %w", err)
	}
	return nil
}
