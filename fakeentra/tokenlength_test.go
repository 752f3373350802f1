package fakeentra_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRefreshTokensOfAnOrganizationAreAsLongAsItIsSet(t *testing.T) {
	c := stepped(t)
	set := func(value string) error {
		_, err := c.entra.Set("contoso.com", "Refresh token length", value)
		return err
	}
	refresh := c.signIn("admin@contoso.com").text("refresh_token")
	usual := len(refresh)
	require.Less(t, usual, 1100)
	for _, length := range []int{1100, 3400, 8001, 16000} {
		require.NoError(t, set(strconv.Itoa(length)))
		a := c.refresh(refresh)
		require.Equal(t, 200, a.status, "a token of another length stays good")
		refresh = a.text("refresh_token")
		require.GreaterOrEqual(t, len(refresh), length)
		require.Less(t, len(refresh), length+140)
		require.Equal(t, 400, c.refresh(refresh[:len(refresh)-4]).status, "what is cut off is good for nothing")
		require.Equal(t, 400, c.refresh(refresh[:usual]).status)
	}
	require.NoError(t, set("usual"))
	require.Len(t, c.refresh(refresh).text("refresh_token"), usual)
	for _, wrong := range []string{"1099", "16001", "long", ""} {
		require.ErrorContains(t, set(wrong), "the values are usual and a number of characters from 1100 to 16000")
	}
}
