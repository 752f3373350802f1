package people_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/phrase/people"
)

func split(t *testing.T, line string) []string {
	t.Helper()
	words, err := phrase.Split(line)
	require.NoError(t, err, line)
	return words
}

func TestWhatThePhraseOfATenantMeans(t *testing.T) {
	for line, want := range map[string]lab.Tenant{
		"contoso.com":                       {Name: "contoso.com"},
		"contoso.com smtp-auth=enabled":     {Name: "contoso.com", SMTPAuth: true},
		"contoso.com security-defaults=off": {Name: "contoso.com", SecurityDefaults: lab.Off},
		"contoso.com security-defaults=on":  {Name: "contoso.com"},
		"contoso.com basic-auth=enabled user-consent=none consent-box=microsoft": {
			Name: "contoso.com", BasicAuth: true, UserConsent: "none", ConsentBox: "microsoft",
		},
		"agency.example cloud=government": {Name: "agency.example", Cloud: "government"}, "contoso.com cloud=public": {Name: "contoso.com"},
		"outlook.com personal": {Name: "outlook.com", Personal: true},
	} {
		t.Run(line, func(t *testing.T) {
			tenant, err := people.Tenant(split(t, line))
			require.NoError(t, err)
			require.Equal(t, want, tenant)
		})
	}
}

func TestWhatThePhraseOfAUserMeans(t *testing.T) {
	for line, want := range map[string]lab.User{
		"a@contoso.com":                       {Address: "a@contoso.com"},
		"a@contoso.com mailbox":               {Address: "a@contoso.com", Mailbox: lab.On},
		"a@contoso.com no-mailbox mfa":        {Address: "a@contoso.com", Mailbox: lab.Off, MFA: true},
		"a@contoso.com disabled":              {Address: "a@contoso.com", SignIn: lab.Off},
		"a@contoso.com primary=b@contoso.com": {Address: "a@contoso.com", Primary: "b@contoso.com"},
		"a@contoso.com role='A B' role=C":     {Address: "a@contoso.com", Roles: []string{"A B", "C"}},
	} {
		t.Run(line, func(t *testing.T) {
			user, err := people.User(split(t, line))
			require.NoError(t, err)
			require.Equal(t, want, user)
		})
	}
}

func TestAnErrorNamesTheWrongWordAndTheNearestRightOne(t *testing.T) {
	tenant := func(words []string) error { _, err := people.Tenant(words); return err }
	user := func(words []string) error { _, err := people.User(words); return err }
	for line, c := range map[string]struct {
		read func([]string) error
		want []string
	}{
		"":                             {tenant, []string{"a tenant has a name"}},
		"contoso.com smtp-aut=enabled": {tenant, []string{`no word "smtp-aut=" here`, "the nearest is smtp-auth="}},
		"contoso.com smtp-auth=enable": {tenant, []string{`no value of smtp-auth "enable" here`, "the nearest is enabled"}}, "contoso.com user-consent=nobody": {tenant, []string{`no value of user-consent "nobody" here; there are: all, none`}}, "contoso.com private": {tenant, []string{`no word "private" here; there are: personal`}},
		"mfa":                         {user, []string{"a user has an address"}},
		"a@contoso.com no-mailbx":     {user, []string{`no word "no-mailbx" here`, "the nearest is no-mailbox"}},
		"a@contoso.com role=":         {user, []string{"role= has no value"}},
		"a@contoso.com primary=scans": {user, []string{"primary= has an address"}},
		"a@contoso.com primry=b@c.d":  {user, []string{`no word "primry=b@c.d" here`, "primary="}},
		"a@contoso.com b@contoso.com": {user, []string{`no word "b@contoso.com" here`}},
	} {
		t.Run(line, func(t *testing.T) {
			for _, want := range c.want {
				require.ErrorContains(t, c.read(split(t, line)), want)
			}
		})
	}
}

// FuzzPeople holds that every line is a tenant and a user, or a clear refusal.
func FuzzPeople(f *testing.F) {
	for _, line := range []string{"contoso.com smtp-auth=enabled", "a@contoso.com role='A B' mfa", "'' =", "@ @"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := phrase.Split(line)
		if err != nil {
			return
		}
		if tenant, err := people.Tenant(words); err == nil {
			require.NotEmpty(t, tenant.Name)
		}
		if user, err := people.User(words); err == nil {
			require.Contains(t, user.Address, "@")
		}
	})
}
