package lab_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

func TestAMailboxMayHaveAnotherAddressThanItsAccountSignsInWith(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	_, err := bench.AddTenant(lab.Tenant{Name: "fabrikam.com", SMTPAuth: true, SecurityDefaults: lab.Off})
	require.NoError(t, err)
	_, err = bench.AddTenant(lab.Tenant{Name: "outlook.com", Personal: true})
	require.NoError(t, err)
	require.NoError(t, bench.AddUser(lab.User{Address: "p4711@fabrikam.com", Primary: "scans@fabrikam.com"}))
	require.True(t, bench.SMTP.HasMailbox("p4711@fabrikam.com"))
	printed, err := bench.SMTP.Cmdlet("Get-Mailbox", []string{"p4711@fabrikam.com"})
	require.NoError(t, err)
	require.Contains(t, printed, "scans@fabrikam.com, p4711@fabrikam.com")
	_, known := bench.Entra.User("scans@fabrikam.com")
	require.False(t, known, "nobody signs in with it")

	for _, c := range []struct {
		user lab.User
		want string
	}{
		{lab.User{Address: "a@fabrikam.com", Primary: "b@fabrikam.com", Mailbox: lab.Off}, "has no mailbox"},
		{lab.User{Address: "a@nowhere.example", Primary: "b@nowhere.example"}, "no other address"},
		{lab.User{Address: "a@nowhere.example", Mailbox: lab.On}, "no mailbox"},
		{lab.User{Address: "c@fabrikam.com", Primary: "scans@fabrikam.com"}, "exists already"},
		{lab.User{Address: "c@fabrikam.com", Primary: "c@nowhere.example"}, "does not have the domain nowhere.example"},
		{lab.User{Address: "c@fabrikam.com", Primary: "c@outlook.com"}, "does not have the domain outlook.com"},
	} {
		require.ErrorContains(t, bench.AddUser(c.user), c.want)
	}
}
