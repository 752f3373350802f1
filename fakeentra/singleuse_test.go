package fakeentra_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARefreshTokenForOneUseIsGoodOnce(t *testing.T) {
	c := stepped(t)
	first := c.signIn("admin@contoso.com").text("refresh_token")
	require.Equal(t, 200, c.refresh(first).status)
	require.Equal(t, 200, c.refresh(first).status, "as at Microsoft, a token stays good after use")

	_, err := c.entra.Set("contoso.com", "Refresh tokens", "single-use")
	require.NoError(t, err)
	answer := c.refresh(first)
	require.Equal(t, 200, answer.status, "one use is left")
	spent := c.refresh(first)
	require.Equal(t, 400, spent.status)
	require.Equal(t, "invalid_grant", spent.text("error"))
	require.Contains(t, spent.text("error_description"), "AADSTS70000")
	second := answer.text("refresh_token")
	require.Equal(t, 200, c.refresh(second).status, "the one that came in its place is good")
	require.Equal(t, 400, c.refresh(second).status)

	_, err = c.entra.Set("contoso.com", "Refresh tokens", "reusable")
	require.NoError(t, err)
	third := c.signIn("admin@contoso.com").text("refresh_token")
	require.Equal(t, 200, c.refresh(third).status)
	require.Equal(t, 200, c.refresh(third).status)
	require.Equal(t, 400, c.refresh(second).status, "what was spent stays spent")
	_, err = c.entra.Set("contoso.com", "Refresh tokens", "twice")
	require.ErrorContains(t, err, "single-use")
}
