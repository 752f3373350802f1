package fakeentra_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"time"

	"mfpsim/fakeentra"
)

// A policy as it is exported from the portal is posted to the administration API.
func ExampleServer_Graph() {
	entra, err := fakeentra.New(fakeentra.Config{Start: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = entra.Close() }()
	graph := httptest.NewServer(entra.Graph())
	defer graph.Close()
	response, err := graph.Client().Post(
		graph.URL+"/v1.0/identity/conditionalAccess/policies",
		"application/json",
		strings.NewReader(`{
		"displayName": "Block device code flow", "state": "enabledForReportingButNotEnforced",
		"conditions": {"users": {"includeUsers": ["All"]},
			"authenticationFlows": {"transferMethods": "deviceCodeFlow"}},
		"grantControls": {"operator": "OR", "builtInControls": ["block"]}}`),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	var policy struct{ DisplayName, State string }
	if err := json.NewDecoder(response.Body).Decode(&policy); err != nil {
		fmt.Println(err)
	}
	fmt.Println(response.StatusCode, policy.DisplayName, policy.State)
	// Output:
	// 201 Block device code flow enabledForReportingButNotEnforced
}
