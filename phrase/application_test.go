package phrase_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/phrase"
)

func TestWhatThePhrasesOfAnApplicationMean(t *testing.T) {
	old := func() fakeentra.Application {
		return fakeentra.Application{
			Name: "Tool", Audience: "AzureADMyOrg", Secrets: []fakeentra.ClientSecret{{}}, RequestedScopes: []string{"User.Read"},
		}
	}
	for line, want := range map[string]func(a *fakeentra.Application){
		"Tool":                              func(*fakeentra.Application) {},
		"Tool audience=everybody":           func(a *fakeentra.Application) { a.Audience = "AzureADandPersonalMicrosoftAccount" },
		"Tool audience=AzureADMultipleOrgs": func(a *fakeentra.Application) { a.Audience = "AzureADMultipleOrgs" },
		"Tool audience=personal":            func(a *fakeentra.Application) { a.Audience = "PersonalMicrosoftAccount" },
		"Tool home=Contoso.com":             func(a *fakeentra.Application) { a.Home = "contoso.com" },
		"Tool public-client=no":             func(a *fakeentra.Application) { a.Confidential = true },
		"Tool state=disabled verified=yes":  func(a *fakeentra.Application) { a.State, a.Verified = fakeentra.Disabled, true },
		"Tool redirects=http://localhost,https://a.example/": func(a *fakeentra.Application) {
			a.PublicRedirectURIs = []string{"http://localhost", "https://a.example/"}
		},
		"Tool web-redirects=https://a.example/ spa-redirects=https://b.example/": func(a *fakeentra.Application) {
			a.WebRedirectURIs, a.SPARedirectURIs = []string{"https://a.example/"}, []string{"https://b.example/"}
		},
		"Tool requests=none": func(a *fakeentra.Application) { a.RequestedScopes = nil },
		"Tool requests=User.Read,openid roles=https://outlook.office365.com/SMTP.SendAsApp": func(a *fakeentra.Application) {
			a.RequestedScopes = []string{"User.Read", "openid"}
			a.RequestedRoles = []string{"https://outlook.office365.com/SMTP.SendAsApp"}
		},
		"Tool name=Other no-secrets": func(a *fakeentra.Application) { a.Name, a.Secrets = "Other", nil },
	} {
		t.Run(line, func(t *testing.T) {
			read, err := phrase.ReadApplication(split(t, line))
			require.NoError(t, err)
			require.Equal(t, "Tool", read.Name)
			require.False(t, read.Secret)
			got, expected := old(), old()
			read.Change(&got)
			want(&expected)
			require.Equal(t, expected, got)
		})
	}
	read, err := phrase.ReadApplication(split(t, "'Scan tool' secret-expires=2026-05-01"))
	require.NoError(t, err)
	require.True(t, read.Secret)
	require.Equal(t, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), read.Expires)
}

func TestWhatThePhrasesOfAResourceAndOfConsentMean(t *testing.T) {
	r, err := phrase.Resource(split(t, "Archive id=x roots=api://a,api://b scopes=A.Read admin-scopes=A.Write roles=A.All"))
	require.NoError(t, err)
	require.Equal(t, fakeentra.Resource{
		Name: "Archive", ID: "x", Roots: []string{"api://a", "api://b"},
		Scopes: []fakeentra.Permission{{Name: "A.Read"}, {Name: "A.Write", Admin: true}},
		Roles:  []fakeentra.Permission{{Name: "A.All"}},
	}, r)
	c, err := phrase.ReadConsent(split(t, "'Scan tool' User.Read openid tenant=contoso.com"))
	require.NoError(t, err)
	require.Equal(
		t, phrase.Consent{Application: "Scan tool", Scopes: []string{"User.Read", "openid"}, Tenant: "contoso.com"}, c,
	)
}

func TestWrongWordsOfApplicationsAreNamed(t *testing.T) {
	for line, want := range map[string]string{
		"":                         "an application has a name",
		"requests=x":               "an application has a name",
		"Tool secrets":             `no word of an application "secrets" here`,
		"Tool public-client=maybe": `no value of public-client "maybe" here`,
		"Tool audience=friends":    `no value of audience "friends" here`,
		"Tool secret-expires=soon": `"soon" is no date`,
	} {
		_, err := phrase.ReadApplication(split(t, line))
		require.ErrorContains(t, err, want, line)
	}
	_, err := phrase.Resource(split(t, "Archive more"))
	require.ErrorContains(t, err, `no word of a resource "more" here`)
	_, err = phrase.Resource(nil)
	require.ErrorContains(t, err, "a resource has a name")
	_, err = phrase.ReadConsent(split(t, "tenant=contoso.com"))
	require.ErrorContains(t, err, "consent is given to an application")
}
