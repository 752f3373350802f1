package fakeentra_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"mfpsim/fakeentra"
)

// A program asks for a code, a person approves it, and the program gets its token.
func Example() {
	entra, err := fakeentra.New(fakeentra.Config{Start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = entra.Close() }()
	listener, err := entra.Listen()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := entra.Serve(listener); err != nil {
		fmt.Println(err)
		return
	}
	ask := func(endpoint string, form url.Values) map[string]any {
		response, err := entra.Client().PostForm(
			"https://login.microsoftonline.com/organizations/oauth2/v2.0/"+endpoint, form,
		)
		if err != nil {
			return map[string]any{"error": err.Error()}
		}
		defer func() { _ = response.Body.Close() }()
		var answer map[string]any
		_ = json.NewDecoder(response.Body).Decode(&answer)
		return answer
	}
	code := ask("devicecode", url.Values{"client_id": {fakeentra.ClientID}, "scope": {fakeentra.Scope}})
	poll := url.Values{
		"grant_type": {"device_code"}, "client_id": {fakeentra.ClientID}, "device_code": {code["device_code"].(string)},
	}
	fmt.Println(ask("token", poll)["error"])
	if err := entra.Approve(code["user_code"].(string), "admin@contoso.com"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(ask("token", poll)["scope"])
	// Output:
	// authorization_pending
	// https://outlook.office.com/SMTP.Send
}
