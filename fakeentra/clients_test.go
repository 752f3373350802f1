package fakeentra_test

import (
	"context"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"mfpsim/fakeentra"
)

// TestMSALForGoSignsInUnmodified runs Microsoft's own library with instance discovery on and Microsoft's host name; only the
// dialling of its HTTP client leads to loopback.
func TestMSALForGoSignsInUnmodified(t *testing.T) {
	ctx := t.Context()
	entra := fakeentra.RunT(t, fakeentra.Config{})
	for tenant, principal := range map[string]string{"organizations": "admin@contoso.com", "contoso.com": "admin@contoso.com", "consumers": "bob@outlook.com"} {
		t.Run(tenant, func(t *testing.T) {
			msal, err := public.New(fakeentra.ClientID, public.WithAuthority(authority+"/"+tenant), public.WithHTTPClient(entra.Client()))
			require.NoError(t, err)
			scopes := []string{"https://outlook.office.com/SMTP.Send"}
			code, err := msal.AcquireTokenByDeviceCode(ctx, scopes)
			require.NoError(t, err)
			require.Contains(t, code.Result.Message, code.Result.UserCode)
			require.NoError(t, entra.Approve(code.Result.UserCode, principal))
			result, err := code.AuthenticationResult(ctx)
			require.NoError(t, err)
			require.Equal(t, principal, result.Account.PreferredUsername)
			require.NotEmpty(t, result.AccessToken)

			again, err := msal.AcquireTokenSilent(ctx, scopes, public.WithSilentAccount(result.Account))
			require.NoError(t, err)
			require.Equal(t, result.AccessToken, again.AccessToken, "from the cache")
			forced, err := msal.AcquireTokenSilent(ctx, scopes, public.WithSilentAccount(result.Account), public.WithClaims(`{"access_token":{}}`))
			require.NoError(t, err)
			require.NotEqual(t, result.AccessToken, forced.AccessToken, "by the refresh token")

			require.NoError(t, entra.Revoke(principal))
			_, err = msal.AcquireTokenSilent(ctx, scopes, public.WithSilentAccount(result.Account), public.WithClaims(`{"access_token":{}}`))
			if tenant == "consumers" {
				require.ErrorContains(t, err, "AADSTS70000")
			} else {
				require.ErrorContains(t, err, "AADSTS50173")
			}
		})
	}
}

func TestMSALForGoHearsWhyItWasRefused(t *testing.T) {
	ctx := t.Context()
	entra := fakeentra.RunT(t, fakeentra.Config{})
	msal, err := public.New(fakeentra.ClientID, public.WithAuthority(authority+"/organizations"), public.WithHTTPClient(entra.Client()))
	require.NoError(t, err)
	_, err = msal.AcquireTokenByDeviceCode(ctx, []string{"https://outlook.office.com/SMTP.Fly"})
	require.ErrorContains(t, err, "AADSTS650053")
	code, err := msal.AcquireTokenByDeviceCode(ctx, []string{"https://outlook.office.com/SMTP.Send"})
	require.NoError(t, err)
	require.NoError(t, entra.Decline(code.Result.UserCode))
	_, err = code.AuthenticationResult(ctx)
	require.ErrorContains(t, err, "authorization_declined")
	_, err = entra.SetPolicy("contoso.com", fakeentra.Policy{Name: "Block", Where: fakeentra.WhereIssuance})
	require.NoError(t, err)
	code, err = msal.AcquireTokenByDeviceCode(ctx, []string{"https://outlook.office.com/SMTP.Send"})
	require.NoError(t, err)
	require.NoError(t, entra.Approve(code.Result.UserCode, "admin@contoso.com"))
	_, err = code.AuthenticationResult(ctx)
	require.ErrorContains(t, err, "AADSTS53003")
}

func TestOAuth2SignsInUnmodified(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{Interval: 1})
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, entra.Client())
	config := oauth2.Config{
		ClientID: fakeentra.ClientID, Scopes: []string{"https://outlook.office.com/SMTP.Send", "offline_access"},
		Endpoint: oauth2.Endpoint{
			DeviceAuthURL: entra.URL() + "/organizations/oauth2/v2.0/devicecode", TokenURL: entra.URL() + "/organizations/oauth2/v2.0/token",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	code, err := config.DeviceAuth(ctx)
	require.NoError(t, err)
	code.Interval = 1
	require.NoError(t, entra.Approve(code.UserCode, "alice@contoso.com"))
	token, err := config.DeviceAccessToken(ctx, code)
	require.NoError(t, err)
	again, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	require.NoError(t, err)
	require.NotEqual(t, token.AccessToken, again.AccessToken)
}
