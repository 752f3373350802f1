package directory_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/secrets"
)

func contoso(t *testing.T) (*directory.Directory, directory.Home) {
	t.Helper()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	d := directory.New(7, func() time.Time { return at }, &secrets.List{})
	_, err := d.AddTenant(directory.Tenant{Name: "Contoso", Domains: []string{"contoso.com"}})
	require.NoError(t, err)
	_, err = d.AddUser(directory.User{Principal: "alice@contoso.com", Groups: []string{"Staff"}})
	require.NoError(t, err)
	home, err := d.Organization("contoso.com")
	require.NoError(t, err)
	return d, home
}

func TestWhatIsGivenOutDoesNotChange(t *testing.T) {
	d, home := contoso(t)
	_, err := d.SetPolicy(home.Key, access.Policy{Name: "Block", Locations: []string{"10.0.0.0/8"}})
	require.NoError(t, err)
	before, _ := d.Home("contoso.com")
	alice, _ := d.Account("alice@contoso.com")
	users := d.Users()

	_, err = d.SetPolicy(home.Key, access.Policy{Name: "Block", State: access.StateOff})
	require.NoError(t, err)
	require.NoError(t, d.ChangeUser(alice.Key, func(u *directory.User) { u.Groups[0] = "Guests" }))
	d.Revoke(alice.Key)
	d.Enrol(alice.Key)

	require.Equal(t, access.StateOn, before.Rules.Policies[0].State)
	require.Equal(t, []string{"10.0.0.0/8"}, before.Rules.Policies[0].Locations)
	require.Equal(t, []string{"Staff"}, alice.Groups)
	require.Equal(t, []string{"Staff"}, users[0].Groups)
	require.False(t, alice.Enrolled)
	require.False(t, alice.Revoked(alice.Epoch, false))
	now := d.AccountBy(alice.Key)
	require.Equal(t, []string{"Guests"}, now.Groups)
	require.True(t, now.Enrolled)
	require.True(t, now.Revoked(alice.Epoch, false))
}

func TestWhatIsMadeAnewIsAnother(t *testing.T) {
	d, _ := contoso(t)
	first, err := d.Person("alice@contoso.com")
	require.NoError(t, err)
	_, err = d.AddUser(directory.User{Principal: "alice@contoso.com"})
	require.ErrorIs(t, err, directory.ErrExists)
	d.Delete(first.Key)
	_, err = d.Person("alice@contoso.com")
	require.Error(t, err)
	_, err = d.AddUser(directory.User{Principal: "alice@contoso.com"})
	require.NoError(t, err)
	second, err := d.Person("alice@contoso.com")
	require.NoError(t, err)
	require.NotEqual(t, first.Key, second.Key)
	require.True(t, d.AccountBy(first.Key).Deleted)
	require.Equal(t, first.ID, d.ObjectID("alice@contoso.com"), "the id follows from the name")
}

func TestAnApplicationThatIsThereIsToldApart(t *testing.T) {
	d, _ := contoso(t)
	app := directory.Application{ID: "5b1d6c1e-0c6f-4f0e-9d6a-7e4d2b9a3c10", Name: "Mail"}
	_, err := d.AddApplication(app)
	require.NoError(t, err)
	_, err = d.AddApplication(app)
	require.ErrorIs(t, err, directory.ErrExists)
	require.EqualError(t, err, "application 5b1d6c1e-0c6f-4f0e-9d6a-7e4d2b9a3c10 exists already")
	app.ID = "no GUID"
	_, err = d.AddApplication(app)
	require.Error(t, err)
	require.NotErrorIs(t, err, directory.ErrExists)
}
