package fakeentra_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"mfpsim/fakeentra"
)

// TestMSALForGoSignsInUnmodified runs Microsoft's own library with instance discovery on and Microsoft's host name;
// only the dialling of its HTTP client leads to loopback.
func TestMSALForGoSignsInUnmodified(t *testing.T) {
	ctx := t.Context()
	entra := fakeentra.RunT(t, fakeentra.Config{})
	for tenant, principal := range map[string]string{
		"organizations": "admin@contoso.com", "contoso.com": "admin@contoso.com", "consumers": "bob@outlook.com",
	} {
		t.Run(tenant, func(t *testing.T) {
			msal, err := public.New(
				fakeentra.ClientID, public.WithAuthority(authority+"/"+tenant), public.WithHTTPClient(entra.Client()),
			)
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
			forced, err := msal.AcquireTokenSilent(
				ctx, scopes, public.WithSilentAccount(result.Account), public.WithClaims(`{"access_token":{}}`),
			)
			require.NoError(t, err)
			require.NotEqual(t, result.AccessToken, forced.AccessToken, "by the refresh token")

			require.NoError(t, entra.Revoke(principal))
			_, err = msal.AcquireTokenSilent(
				ctx, scopes, public.WithSilentAccount(result.Account), public.WithClaims(`{"access_token":{}}`),
			)
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
	entra := fakeentra.RunT(t, fakeentra.Config{Resources: []fakeentra.Resource{scans}})
	msal, err := public.New(
		fakeentra.ClientID, public.WithAuthority(authority+"/organizations"), public.WithHTTPClient(entra.Client()),
	)
	require.NoError(t, err)
	_, err = msal.AcquireTokenByDeviceCode(ctx, []string{"https://scans.example/Scan.Fly"})
	require.ErrorContains(t, err, "AADSTS650053")
	code, err := msal.AcquireTokenByDeviceCode(ctx, []string{"https://outlook.office.com/SMTP.Send"})
	require.NoError(t, err)
	require.NoError(t, entra.Decline(code.Result.UserCode))
	_, err = code.AuthenticationResult(ctx)
	require.ErrorContains(t, err, "authorization_declined")
	_, err = entra.SetPolicy("contoso.com", fakeentra.Policy{Name: "Block", Where: "issuance"})
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

// TestMSALForGoSignsInByABrowserUnmodified lets MSAL open its loopback listener; the browser is the fake's own.
func TestMSALForGoSignsInByABrowserUnmodified(t *testing.T) {
	ctx := t.Context()
	entra := fakeentra.RunT(t, fakeentra.Config{})
	msal, err := public.New(
		fakeentra.ClientID, public.WithAuthority(authority+"/organizations"), public.WithHTTPClient(entra.Client()),
	)
	require.NoError(t, err)
	scopes := []string{"https://outlook.office.com/SMTP.Send"}
	open := func(principal string) func(string) error {
		return func(address string) error {
			location, err := entra.Authorize(address, principal)
			if err != nil {
				return err
			}
			target, values, _ := strings.Cut(location, "?") // MSAL asks for form_post: what the page would post
			response, err := http.Post(target, formType, strings.NewReader(values))
			if err != nil {
				return err
			}
			return response.Body.Close()
		}
	}
	result, err := msal.AcquireTokenInteractive(ctx, scopes, public.WithOpenURL(open("alice@contoso.com")))
	require.NoError(t, err)
	require.Equal(t, "alice@contoso.com", result.Account.PreferredUsername)
	forced, err := msal.AcquireTokenSilent(
		ctx, scopes, public.WithSilentAccount(result.Account), public.WithClaims(`{"access_token":{}}`),
	)
	require.NoError(t, err)
	require.NotEqual(t, result.AccessToken, forced.AccessToken)

	address, err := msal.AuthCodeURL(ctx, fakeentra.ClientID, nativeRedirectURI, scopes)
	require.NoError(t, err)
	location, err := entra.Authorize(address, "admin@contoso.com")
	require.NoError(t, err)
	back, err := url.Parse(location)
	require.NoError(t, err)
	result, err = msal.AcquireTokenByAuthCode(ctx, back.Query().Get("code"), nativeRedirectURI, scopes)
	require.NoError(t, err)
	require.Equal(t, "admin@contoso.com", result.Account.PreferredUsername)
	_, err = msal.AcquireTokenByAuthCode(ctx, back.Query().Get("code"), nativeRedirectURI, scopes)
	require.ErrorContains(t, err, "AADSTS54005")
	user, _ := entra.User("alice@contoso.com")
	//lint:ignore SA1019 clients in the field still do it
	result, err = msal.AcquireTokenByUsernamePassword(ctx, scopes, "alice@contoso.com", user.Password.Reveal())
	require.NoError(t, err)
	require.NotEmpty(t, result.AccessToken)
}

func TestMSALForGoAsksInAnApplicationsOwnName(t *testing.T) {
	const server = "7a3f0d52-93f5-4d0e-8a53-2f4f3c0a9b11"
	entra := fakeentra.RunT(t, fakeentra.Config{Applications: []fakeentra.Application{
		{ID: server, Name: "A server", Secrets: []fakeentra.ClientSecret{{Value: "right~secret"}}},
	}})
	require.NoError(
		t, entra.GrantApplicationRoles("contoso.com", server, "https://outlook.office365.com/SMTP.SendAsApp"),
	)
	for secret, refused := range map[string]string{"right~secret": "", "wrong": "AADSTS7000215"} {
		credential, err := confidential.NewCredFromSecret(secret)
		require.NoError(t, err)
		msal, err := confidential.New(
			authority+"/contoso.com", server, credential, confidential.WithHTTPClient(entra.Client()),
		)
		require.NoError(t, err)
		result, err := msal.AcquireTokenByCredential(t.Context(), []string{"https://outlook.office365.com/.default"})
		if refused != "" {
			require.ErrorContains(t, err, refused)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, []any{"SMTP.SendAsApp"}, verified(t, entra, result.AccessToken)["roles"])
	}
}

func TestOAuth2SignsInByABrowserUnmodified(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{})
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, entra.Client())
	config := oauth2.Config{
		ClientID:    fakeentra.ClientID,
		Scopes:      []string{"https://outlook.office.com/SMTP.Send", "offline_access"},
		RedirectURL: "http://localhost:4711",
		Endpoint: oauth2.Endpoint{
			AuthURL: authority + "/organizations/oauth2/v2.0/authorize", TokenURL: authority + "/organizations/oauth2/v2.0/token",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	proof := oauth2.GenerateVerifier()
	location, err := entra.Authorize(
		config.AuthCodeURL("state", oauth2.S256ChallengeOption(proof)), "alice@contoso.com",
	)
	require.NoError(t, err)
	back, err := url.Parse(location)
	require.NoError(t, err)
	require.Equal(t, "localhost:4711", back.Host)
	_, err = config.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier()))
	require.ErrorContains(t, err, "AADSTS501481")
	token, err := config.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(proof))
	require.NoError(t, err)
	again, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	require.NoError(t, err)
	require.NotEqual(t, token.AccessToken, again.AccessToken)
}
