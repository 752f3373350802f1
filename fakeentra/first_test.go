package fakeentra_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

func TestADisabledAccountCannotRefresh(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{})
	tokens, err := entra.SignIn("alice@contoso.com")
	require.NoError(t, err)
	require.NoError(t, entra.Disable("alice@contoso.com"))
	_, err = entra.Refresh(tokens)
	require.Equal(t, 50057, fakeentra.AADSTS(err))
}
