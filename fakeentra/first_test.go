package fakeentra_test

import (
	"testing"

	"mfpsim/fakeentra"
)

func TestADisabledAccountCannotRefresh(t *testing.T) {
	entra := fakeentra.RunT(t, fakeentra.Config{})
	tokens, err := entra.SignIn("alice@contoso.com")
	_ = entra.Disable("alice@contoso.com")
	if _, again := entra.Refresh(tokens); err != nil || fakeentra.AADSTS(again) != 50057 {
		t.Fatal(err, again)
	}
}
