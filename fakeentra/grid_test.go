package fakeentra_test

import (
	"context"
	"strings"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"mfpsim/fakeentra"
)

// shape is what a program asks for, and how it goes at Microsoft: the answer's scope, or why the library or Microsoft
// refuses. The same rows are asked by MSAL for Python and for Node in interop (docs/reference/entra.md E1, §3.1).
type shape struct {
	name, app string
	scopes    []string
	said      string
	refused   string // by Microsoft
	declined  string // by MSAL for Go: a scope that was asked for and is not in the answer
}

var shapes = []shape{
	{name: "a long name", app: mailApp, scopes: []string{mailSend}, said: mailSend},
	{name: "a short name", app: graphApp, scopes: []string{"User.Read"}, said: "User.Read profile openid email"},
	{
		name: ".default of Exchange", app: mailApp, scopes: []string{"https://outlook.office.com/.default"},
		said: mailSend + " https://outlook.office.com/.default",
	},
	{
		name: ".default of Graph", app: graphApp, scopes: []string{"https://graph.microsoft.com/.default"},
		said: "email openid profile https://graph.microsoft.com/User.Read https://graph.microsoft.com/.default",
	},
	{
		name: "two resources", app: bareApp, scopes: []string{mailSend, "https://graph.microsoft.com/Mail.Read"}, said: mailSend,
		declined: "declined scopes are present: https://graph.microsoft.com/Mail.Read",
	},
	{name: "OpenID's words only", app: bareApp, scopes: []string{"openid", "profile"}, said: "profile openid email"},
	{
		name: "offline_access by name", app: mailApp, scopes: []string{mailSend, "offline_access"}, said: mailSend,
		declined: "declined scopes are present: offline_access",
	},
	{
		name: ".default beside a name", app: mailApp, scopes: []string{"https://outlook.office.com/.default", mailRead},
		refused: "AADSTS70011",
	},
	{name: "a permission that its API lacks", app: bareApp, scopes: []string{"api://scans/Scan.Fly"}, refused: "AADSTS650053"},
}

func TestMSALForGoAndSixShapesOfScope(t *testing.T) {
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c := scoped(t)
			msal, err := public.New(
				s.app, public.WithAuthority(authority+"/organizations"), public.WithHTTPClient(c.entra.Client()),
			)
			require.NoError(t, err)
			code, err := msal.AcquireTokenByDeviceCode(t.Context(), s.scopes)
			if s.refused != "" {
				require.ErrorContains(t, err, s.refused)
				return
			}
			require.NoError(t, err)
			require.NoError(t, c.entra.Approve(code.Result.UserCode, "alice@contoso.com"))
			result, err := code.AuthenticationResult(t.Context())
			if s.declined != "" {
				require.ErrorContains(t, err, s.declined)
				return
			}
			require.NoError(t, err)
			require.Equal(t, strings.Fields(s.said), result.GrantedScopes)
			again, err := msal.AcquireTokenSilent(t.Context(), s.scopes, public.WithSilentAccount(result.Account))
			require.NoError(t, err)
			require.Equal(t, result.AccessToken, again.AccessToken, "it finds the token in its cache by the scopes")
		})
	}
}

func TestOAuth2AndSixShapesOfScope(t *testing.T) {
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c := scoped(t)
			ctx := context.WithValue(t.Context(), oauth2.HTTPClient, c.entra.Client())
			config := oauth2.Config{
				ClientID: s.app, Scopes: s.scopes,
				Endpoint: oauth2.Endpoint{
					DeviceAuthURL: authority + "/organizations" + devicecode, TokenURL: authority + "/organizations" + token,
					AuthStyle: oauth2.AuthStyleInParams,
				},
			}
			code, err := config.DeviceAuth(ctx)
			if s.refused != "" {
				require.ErrorContains(t, err, s.refused)
				return
			}
			require.NoError(t, err)
			code.Interval = 1
			require.NoError(t, c.entra.Approve(code.UserCode, "alice@contoso.com"))
			given, err := config.DeviceAccessToken(ctx, code)
			require.NoError(t, err)
			require.Equal(t, s.said, given.Extra("scope"))
		})
	}
}

// Microsoft answers a printer's own request as before, whoever asks.
func TestThePrintersScopeIsAnsweredAsEver(t *testing.T) {
	c := stepped(t)
	for _, principal := range []string{"admin@contoso.com", "alice@contoso.com"} {
		a := c.signIn(principal)
		require.Equal(t, mailSend, a.text("scope"))
		require.Equal(t, "SMTP.Send", claimsOf(t, c, a.text("access_token"))["scp"])
		require.Equal(t, mailSend, c.refresh(a.text("refresh_token")).text("scope"))
	}
	require.Equal(t, strings.Fields(fakeentra.Scope)[0], mailSend)
}
