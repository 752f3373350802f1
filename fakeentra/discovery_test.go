package fakeentra_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

func TestUnderAnotherNameNoAddressInDiscoveryLeadsToTheRealService(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{})
	response, err := entra.Client().Get(entra.URL() + "/organizations/v2.0/.well-known/openid-configuration")
	require.NoError(t, err)
	defer response.Body.Close()
	var document map[string]any
	require.NoError(t, json.NewDecoder(response.Body).Decode(&document))
	for field, value := range document {
		address, is := value.(string)
		if is && strings.HasSuffix(field, "_endpoint") || field == "jwks_uri" || field == "issuer" {
			require.True(t, strings.HasPrefix(address, entra.URL()+"/"), "%s is %s", field, address)
		}
	}
}

func TestTheShortAddressKeepsCodeAndLanguage(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{})
	response, err := entra.Client().Get(entra.URL() + "/device?mkt=hi-IN&otc=ABC")
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, "/common/oauth2/deviceauth?mkt=hi-IN&otc=ABC", response.Request.URL.RequestURI())
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), `lang="hi"`)
}

func TestADocumentFollowsTheDirectoryAndTheNameItIsAskedUnder(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{Start: start})
	issuer := func(base, tenant string) string {
		response, err := entra.Client().Get(base + "/" + tenant + "/v2.0/.well-known/openid-configuration")
		require.NoError(t, err)
		defer response.Body.Close()
		var document struct {
			Issuer string `json:"issuer"`
		}
		require.NoError(t, json.NewDecoder(response.Body).Decode(&document))
		return document.Issuer
	}
	first, _ := entra.Tenant("contoso.com")
	require.Equal(t, authority+"/"+first.ID+"/v2.0", issuer(authority, "contoso.com"))
	require.Equal(t, authority+"/{tenantid}/v2.0", issuer(authority, "common"))
	require.Equal(t, entra.URL()+"/"+first.ID+"/v2.0", issuer(entra.URL(), "contoso.com"))

	require.NoError(t, entra.DeleteTenant("contoso.com"))
	require.Empty(t, issuer(authority, "contoso.com"), "there is no such tenant any more")
	second, err := entra.AddTenant(
		fakeentra.Tenant{Name: "Another", Domains: []string{"another.example", "contoso.com"}},
	)
	require.NoError(t, err)
	require.NotEqual(t, first.ID, second.ID)
	require.Equal(t, authority+"/"+second.ID+"/v2.0", issuer(authority, "contoso.com"))
}
