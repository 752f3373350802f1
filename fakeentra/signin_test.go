package fakeentra_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/phrase"
)

func TestSignInsAreRefusedWithTheirReason(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{Start: start})
	tokens, err := entra.SignIn("bob@outlook.com")
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", tokens, tokens, tokens), tokens.Access)
	_, err = entra.SignIn("nobody@contoso.com")
	require.ErrorContains(t, err, "there is no user")
	require.Zero(t, fakeentra.AADSTS(err))
	_, err = entra.SignIn("alice@contoso.com", "openid", "/")
	require.Equal(t, 70011, fakeentra.AADSTS(err), err)
	require.NoError(t, entra.Disable("alice@contoso.com"))
	_, err = entra.SignIn("alice@contoso.com")
	require.Equal(t, 50057, fakeentra.AADSTS(err))
	var answer *fakeentra.Refusal
	_, err = entra.Refresh(fakeentra.Tokens{Refresh: "x"})
	require.True(t, errors.As(err, &answer))
	require.Equal(t, "invalid_grant", answer.Word)
	for _, words := range []string{"html", "status=500"} {
		planted, err := phrase.EntraAnswers([]string{words, "times=1"})
		require.NoError(t, err)
		require.NoError(t, entra.Arm(planted...))
		_, err = entra.Refresh(tokens)
		require.Error(t, err)
	}
}

func TestAFailedTestTellsTwentyExchanges(t *testing.T) {
	watched := &failingT{}
	entra := fakeentra.RunT(watched, fakeentra.Config{Start: start})
	for range 30 {
		_, _ = entra.Refresh(fakeentra.Tokens{Refresh: "not a token"})
	}
	watched.failed = true
	told := watched.end()
	require.Equal(t, 20, strings.Count(told, "POST login.microsoftonline.com/common/oauth2/v2.0/token -> 400"))
	require.NotContains(t, told, "not a token")
}

// TestTheFirstTestOfTheDocumentIsTheOneThatRuns keeps docs/fakeentra.md and first_test.go one text.
func TestTheFirstTestOfTheDocumentIsTheOneThatRuns(t *testing.T) {
	document, err := os.ReadFile("../docs/fakeentra.md")
	require.NoError(t, err)
	source, err := os.ReadFile("first_test.go")
	require.NoError(t, err)
	test := string(source[strings.Index(string(source), "func Test"):])
	require.LessOrEqual(t, strings.Count(test, "\n"), 10)
	require.Contains(t, string(document), test)
}

// A planted answer: one outage, then the truth.
func ExampleServer_Arm() {
	entra, stop := running()
	defer stop()
	tokens, _ := entra.SignIn("admin@contoso.com")
	_ = entra.Arm(fakeentra.Answer{Kind: "error", AADSTS: 90033, Grant: "refresh_token", Times: 1})
	_, err := entra.Refresh(tokens)
	fmt.Println(fakeentra.AADSTS(err))
	_, err = entra.Refresh(tokens)
	fmt.Println(err, len(entra.UnmetAnswers()))
	// Output:
	// 90033
	// <nil> 0
}

// A policy, and what the sign-in log says of it.
func ExampleServer_SetPolicy() {
	entra, stop := running()
	defer stop()
	tokens, _ := entra.SignIn("admin@contoso.com")
	_, _ = entra.SetPolicy("contoso.com", fakeentra.Policy{Name: "Block legacy", Users: []string{"All"}})
	_, err := entra.Refresh(tokens)
	log := entra.SignIns()
	last := log[len(log)-1]
	fmt.Println(fakeentra.AADSTS(err) == last.AADSTS, last.PolicyNames())
	// Output:
	// true [Block legacy]
}

// Ninety days go by in a moment.
func ExampleServer_World() {
	entra, stop := running()
	defer stop()
	tokens, _ := entra.SignIn("admin@contoso.com")
	_, _ = entra.World().Advance(91 * 24 * time.Hour)
	_, err := entra.Refresh(tokens)
	fmt.Println(fakeentra.AADSTS(err))
	// Output:
	// 700082
}

func ExampleLookup() {
	row, _ := fakeentra.Catalogue().Lookup(53003)
	fmt.Println(row.Text)
	fmt.Println(row.Word, row.Suberror, row.Tag, row.Dates())
	// Output:
	// Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.
	// invalid_grant message_only C [2025-03-07 2026-02-17]
}

// running is a fake in March 2026, outside a test.
func running() (entra *fakeentra.Server, stop func()) {
	entra, err := fakeentra.New(fakeentra.Config{Start: start})
	if err != nil {
		panic(err)
	}
	listener, err := entra.Listen()
	if err == nil {
		err = entra.Serve(listener)
	}
	if err != nil {
		panic(err)
	}
	return entra, func() { _ = entra.Close() }
}
