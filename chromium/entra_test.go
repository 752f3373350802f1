package chromium

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/guide"
)

// The pages that no sign-in at `mfpsim serve` leads to, since its organization has no need of them. They are looked at
// in all languages with all rules, on a telephone that is narrower still.
func TestEveryPageThatAnOrganizationMayAddCanBeReadByEverybody(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			server := fakeentra.RunT(t, fakeentra.Config{
				StaySignedIn: true, ShowTestAccounts: true,
				Tenants: []fakeentra.Tenant{
					{Name: "Contoso", Domains: []string{"contoso.com"}},
					{
						Name: "The Very Long Name of an Organization", Domains: []string{"organization-with-a-long-name.example"},
						UserConsent: "none", AdminConsentWorkflow: true,
					},
				},
				Users: []fakeentra.User{
					{Principal: "admin@contoso.com", Password: word, Roles: []string{"Cloud Application Administrator"}},
					{Principal: "alice@contoso.com", Password: word},
					{Principal: "enrols@contoso.com", Password: word},
					{Principal: "expired@contoso.com", Password: word, PasswordExpired: true},
					{Principal: "somebody.with.a.long.name@organization-with-a-long-name.example", Password: word},
				},
			})
			_, err := server.SetPolicy("contoso.com", fakeentra.Policy{
				Name: "A second factor", Users: []string{"enrols@contoso.com"}, Grant: "mfa",
			})
			require.NoError(t, err)
			i := newInspector(t, language)
			i.sizes, i.everywhere = []int64{1280, 360}, true
			o := &organization{microsoft{
				inspector: i,
				bench:     &bench{t: t, Entra: server.URL(), ClientID: fakeentra.ClientID, Scope: "offline_access https://outlook.office.com/SMTP.Send"},
			}}
			o.staysSignedIn()
			o.enrols()
			o.changesItsPassword()
			o.asksForApproval()
			o.consentsByAddress()
		})
	}
}

// word is everybody's password.
const word = "Correct-horse-7"

// organization is a person of an organization that asks for more.
type organization struct{ microsoft }

// begins opens the page of the code and signs in up to the password.
func (o *organization) begins(user string) {
	o.t.Helper()
	o.opens(o.bench.Entra + "/device")
	o.fills("code", o.code())
	o.fills("account", user)
	o.fills("password", word)
}

// goesOn clicks the main button of a page.
func (o *organization) goesOn(page string) {
	o.t.Helper()
	o.clicks(`main[data-page="` + page + `"] button.primary`)
}

// staysSignedIn is asked whether to stay signed in, and then which account to take.
func (o *organization) staysSignedIn() {
	o.t.Helper()
	o.begins("admin@contoso.com")
	o.goesOn("confirm")
	o.clicks(`main[data-page="permissions"] .box label`)
	o.goesOn("permissions")
	o.reaches("stay")
	o.goesOn("stay")
	o.reaches("done")
	o.opens(o.bench.Entra + "/device")
	o.fills("code", o.code())
	o.reaches("pick")
	o.clicks("#otherTile")
	o.reaches("account")
	o.leaves()
}

// enrols is somebody whom a policy asks for a second factor and who has none.
func (o *organization) enrols() {
	o.t.Helper()
	o.begins("enrols@contoso.com")
	o.reaches("enrol")
	o.goesOn("enrol")
	o.sees(`main[data-page]:not([data-page="enrol"])`)
	o.inspects("after the enrolment")
	o.leaves()
}

// changesItsPassword is somebody whose password has expired.
func (o *organization) changesItsPassword() {
	o.t.Helper()
	o.begins("expired@contoso.com")
	o.reaches("update-password")
	o.errs("update-password", word)
	o.fills("update-password", "Another-horse-8")
	o.sees(`main[data-page="confirm"]`)
	o.leaves()
}

// asksForApproval is a user who may ask the administrators.
func (o *organization) asksForApproval() {
	o.t.Helper()
	o.begins("somebody.with.a.long.name@organization-with-a-long-name.example")
	o.goesOn("confirm")
	o.reaches("request-approval")
	o.errs("request-approval", "")
	o.fills("request-approval", "The scanner on the third floor is to send its mails again.")
	o.reaches("approval-requested")
	o.leaves()
}

// consentsByAddress opens the address by which administrators consent, as who may not, and as who may.
func (o *organization) consentsByAddress() {
	o.t.Helper()
	address := o.bench.Entra + "/contoso.com/v2.0/adminconsent?" + url.Values{
		"client_id": {o.bench.ClientID}, "scope": {"https://outlook.office.com/SMTP.Send"}, "state": {"7"},
	}.Encode()
	for user, page := range map[string]string{"alice@contoso.com": "error", "admin@contoso.com": "permissions"} {
		o.opens(address)
		o.fills("account", user)
		o.fills("password", word)
		o.reaches(page)
		o.leaves()
	}
	for _, wrong := range []string{
		"/common/v2.0/adminconsent?client_id=" + o.bench.ClientID,
		"/nobody.example/v2.0/adminconsent?client_id=" + o.bench.ClientID,
		"/contoso.com/oauth2/v2.0/authorize?client_id=" + o.bench.ClientID + "&response_type=code&redirect_uri=https://elsewhere.example/",
		"/error?code=50072", "/error?code=1", "/error?code=x%3Cb%3E",
	} {
		o.opens(o.bench.Entra + wrong)
		o.inspects("what " + wrong + " says")
	}
}
