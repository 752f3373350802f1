package fakeentra_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakeentra/internal/resources"
)

func TestAnOpaqueTokenSaysItAllAndIsNotRemembered(t *testing.T) {
	c := stepped(t)
	c.tenant = "consumers"
	name := strings.Repeat("long", 20) + "@" + strings.Repeat(strings.Repeat("label", 12)+".", 4) + "example"
	_, err := c.entra.AddUser(fakeentra.User{Principal: name, Personal: true})
	require.NoError(t, err)
	var scopes, names []string
	for _, scope := range resources.Exchange.Scopes {
		names = append(names, scope.Name)
		scopes = append(scopes, "https://outlook.office.com/"+scope.Name)
	}
	begun := c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {strings.Join(scopes, " ")}})
	require.NoError(t, c.entra.Approve(begun.text("user_code"), name))
	a := c.poll(begun.text("device_code"))
	require.Equal(t, http.StatusOK, a.status, a.body)
	token := a.text("access_token")

	claims, ok := c.entra.Opaque(token)
	require.True(t, ok)
	user, _ := c.entra.User(name)
	require.Equal(t, fakeentra.Claims{
		Audience: "https://outlook.office.com", Issuer: authority + "/" + user.Tenant + "/v2.0", Scopes: names,
		Principal: name, ObjectID: user.ID, Tenant: user.Tenant, ApplicationID: c.id,
		IssuedAt: start, NotBefore: start, Expires: start.Add(time.Hour),
	}, claims)
	require.False(t, c.entra.Expired(token))

	for at := range token {
		broken := []byte(token)
		broken[at] ^= 1
		_, ok := c.entra.Opaque(string(broken))
		require.False(t, ok, "with another character at %d", at)
	}
	c.advance(90 * 24 * time.Hour)
	again, ok := c.entra.Opaque(token)
	require.True(t, ok, "it is told from an invented one for good")
	require.Equal(t, claims, again)
	require.True(t, c.entra.Expired(token))
}

func TestOpaqueTokensExpireByAnAct(t *testing.T) {
	c := stepped(t)
	c.tenant = "consumers"
	old := c.signIn("bob@outlook.com").text("access_token")
	c.advance(time.Minute)
	c.entra.ExpireAccessTokens()
	claims, ok := c.entra.Opaque(old)
	require.True(t, ok)
	require.Equal(t, start.Add(time.Minute), claims.Expires)
	require.True(t, c.entra.Expired(old))
	require.False(t, c.entra.Expired(c.signIn("bob@outlook.com").text("access_token")))
}
