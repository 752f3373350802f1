package fakeentra_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// TestWhatAnAccountsStateShows goes through the states of docs/reference/entra.md §7: the page, the log, and what
// Approve says.
func TestWhatAnAccountsStateShows(t *testing.T) {
	for name, test := range map[string]struct {
		user    fakeentra.User
		code    int    // in the sign-in log
		text    string // on the page
		heading string
	}{
		"disabled":                       {fakeentra.User{State: fakeentra.Disabled}, 50057, "Your account has been locked. Contact your support person to unlock it, then try again.", "Enter password"},
		"password expired":               {fakeentra.User{PasswordExpired: true}, 50055, "You need to update your password because this is the first time you are signing in, or because your password has expired.", "Update your password"},
		"password expired on premises":   {fakeentra.User{PasswordExpired: true, OnPremises: true}, 50144, "AADSTS50144: The user's Active Directory password has expired.", "Sorry, but we’re having trouble signing you in."},
		"no password":                    {fakeentra.User{PasswordMissing: true}, 50056, "AADSTS50056: Invalid or missing password: password does not exist in the directory for this user.", "Sorry, but we’re having trouble signing you in."},
		"guest who has not redeemed yet": {fakeentra.User{Invited: true}, 50014, "AADSTS50014: The user's redemption is in a pending state.", "Sorry, but we’re having trouble signing you in."},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			test.user.Principal = "pat@contoso.com"
			_, err := c.entra.AddUser(test.user)
			require.NoError(t, err)
			user, device := c.ask()
			p := c.person().open(
				"https://login.microsoft.com/device",
			).press(
				"Next", "otc", user,
			).press(
				"Next", "loginfmt", "pat@contoso.com",
			)
			if !test.user.Invited {
				p.press("Sign In", "passwd", p.password("pat@contoso.com"))
			}
			require.Equal(t, test.heading, p.heading())
			require.Contains(t, p.text(), test.text)
			rows := c.entra.SignIns()
			require.Equal(t, test.code, rows[len(rows)-1].AADSTS)
			require.True(t, rows[len(rows)-1].Interactive)
			requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
			var refusal *fakeentra.Refusal
			require.ErrorAs(t, c.entra.Approve(user, "pat@contoso.com"), &refusal)
			require.Equal(t, test.code, refusal.AADSTS)
		})
	}
}

func TestALockedAccountIsLockedForTheRightPasswordToo(t *testing.T) {
	c := stepped(t)
	user, _ := c.ask()
	p := c.person().open(
		"https://login.microsoft.com/device",
	).press(
		"Next", "otc", user,
	).press(
		"Next", "loginfmt", "alice@contoso.com",
	)
	for _, wrong := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		p.press("Sign In", "passwd", wrong)
	}
	require.Contains(t, p.text(), "temporarily locked")
	p.press("Sign In", "passwd", p.password("alice@contoso.com"))
	require.Contains(t, p.text(), "temporarily locked")
	c.advance(61 * time.Second)
	p.press("Sign In", "passwd", p.password("alice@contoso.com"))
	require.Equal(t, "Are you trying to sign in to Example MFP Email Sender?", p.heading())
}

func TestAnExpiredPasswordIsUpdatedOnThePageAndTheSignInGoesOn(t *testing.T) {
	c := stepped(t)
	tokens := c.signIn("alice@contoso.com")
	require.NoError(t, c.entra.ChangeUser("alice@contoso.com", func(u *fakeentra.User) { u.PasswordExpired = true }))
	require.Equal(t, 200, c.refresh(tokens.text("refresh_token")).status, "tokens outlive the password")
	user, device := c.ask()
	p := c.person().typePassword(user, "alice@contoso.com")
	require.Equal(t, "Update your password", p.heading())
	p.press("Sign In", "newpasswd", "")
	require.Contains(t, p.text(), "Please enter your password.")
	p.press("Sign In", "newpasswd", p.password("alice@contoso.com"))
	require.Contains(t, p.text(), "have not used before")
	p.press("Sign In", "newpasswd", "Fresh-and-long-1").press("Continue")
	require.Contains(t, p.text(), "You have signed in")
	require.Equal(t, 200, c.poll(device).status)
	require.Equal(t, "Fresh-and-long-1", p.password("alice@contoso.com"))
	requireAADSTS(t, c.refresh(tokens.text("refresh_token")), 50173, "invalid_grant")
}

func TestASignInWithoutAPassword(t *testing.T) {
	c := stepped(t)
	_, err := c.entra.AddUser(fakeentra.User{Principal: "pat@contoso.com", Passwordless: true, PasswordMissing: true})
	require.NoError(t, err)
	user, device := c.ask()
	p := c.person().open(
		"https://login.microsoft.com/device",
	).press(
		"Next", "otc", user,
	).press(
		"Next", "loginfmt", "pat@contoso.com",
	)
	require.Equal(t, "Approve sign in request", p.heading())
	p.press("Approve").press("Continue").press("Accept")
	require.Equal(t, 200, c.poll(device).status)
}

func TestAGuestWhoIsNotInvitedHasNoAccountHere(t *testing.T) {
	c := newClient(t, fakeentra.Config{
		Start: start,
		Tenants: []fakeentra.Tenant{
			{Domains: []string{"contoso.com", "mail.contoso.com"}}, {Domains: []string{"fabrikam.com"}},
		},
		Users: []fakeentra.User{{Principal: "eve@fabrikam.com"}, {Principal: "pat@mail.contoso.com"}},
	})
	c.tenant = "contoso.com"
	user, device := c.ask()
	p := c.person().open(
		"https://login.microsoft.com/device",
	).press(
		"Next", "otc", user,
	).press(
		"Next", "loginfmt", "eve@fabrikam.com",
	)
	require.Contains(t, p.text(), "AADSTS50020: User account 'eve@fabrikam.com' from identity provider")
	require.NoError(t, c.entra.Approve(user, "pat@mail.contoso.com"), "a second verified domain is the same tenant")
	require.Equal(t, 200, c.poll(device).status)
}

func TestWhoMayConsent(t *testing.T) {
	const mailOnly, profileOnly = fakeentra.Scope, "https://graph.microsoft.com/User.Read offline_access openid profile"
	for name, test := range map[string]struct {
		consent, box, role, scope string
		workflow, verified, own   bool
		required                  bool
		heading                   string
		code                      int
		tick                      bool
	}{
		"a user, where users may":                                 {consent: "all", scope: mailOnly, heading: "Permissions requested"},
		"a user, where nobody may":                                {consent: "none", scope: mailOnly, heading: "Need admin approval", code: 90094},
		"a user, where nobody may but ask":                        {consent: "none", scope: mailOnly, workflow: true, heading: "Approval required", code: 90095},
		"low impact: mail is not low":                             {consent: "low", scope: mailOnly, verified: true, heading: "Need admin approval", code: 90094},
		"low impact: a profile for a verified publisher":          {consent: "low", scope: profileOnly, verified: true, heading: "Permissions requested"},
		"low impact: a profile for an unverified publisher":       {consent: "low", scope: profileOnly, heading: "Need admin approval", code: 90094},
		"low impact: a profile for the organization's own":        {consent: "low", scope: profileOnly, own: true, heading: "Permissions requested"},
		"a user, where assignment is required":                    {consent: "all", scope: mailOnly, required: true, heading: "Need admin approval", code: 90094},
		"a cloud application administrator, by the guide":         {consent: "none", role: "Cloud Application Administrator", scope: mailOnly, heading: "Permissions requested", tick: true},
		"an application administrator, by the guide":              {consent: "none", role: "Application Administrator", scope: mailOnly, heading: "Permissions requested", tick: true},
		"an exchange administrator, by the guide":                 {consent: "all", role: "Exchange Administrator", scope: mailOnly, heading: "Permissions requested"},
		"a cloud application administrator, by Microsoft's page":  {consent: "none", box: "microsoft", role: "Cloud Application Administrator", scope: mailOnly, heading: "Permissions requested"},
		"a global administrator, by Microsoft's page":             {consent: "none", box: "microsoft", role: "Global Administrator", scope: mailOnly, heading: "Permissions requested", tick: true},
		"a privileged role administrator, by Microsoft's page":    {consent: "none", box: "microsoft", role: "Privileged Role Administrator", scope: mailOnly, heading: "Permissions requested"},
		"an administrator needs no workflow, and is not asked to": {consent: "none", role: "Global Administrator", scope: mailOnly, workflow: true, heading: "Permissions requested", tick: true},
	} {
		t.Run(name, func(t *testing.T) {
			app := fakeentra.Application{
				ID: fakeentra.ClientID, Name: fakeentra.ApplicationName, Verified: test.verified,
				Publisher: "example.com",
			}
			if test.own {
				app.Home = "contoso.com"
			}
			pat := fakeentra.User{Principal: "pat@contoso.com"}
			if test.role != "" {
				pat.Roles = []string{test.role}
			}
			c := newClient(t, fakeentra.Config{
				Start: start, Applications: []fakeentra.Application{app}, Users: []fakeentra.User{pat},
				Tenants: []fakeentra.Tenant{{Domains: []string{"contoso.com"}, UserConsent: test.consent, ConsentBox: test.box, AdminConsentWorkflow: test.workflow}},
			})
			if test.required {
				require.NoError(
					t,
					c.entra.ChangeServicePrincipal(
						"contoso.com",
						fakeentra.ClientID,
						func(p *fakeentra.ServicePrincipal) {
							p.AssignmentRequired, p.Assigned = true, []string{"pat@contoso.com"}
						},
					),
				)
			}
			a := c.post(devicecode, map[string][]string{"client_id": {c.id}, "scope": {test.scope}})
			p := c.person().typePassword(a.text("user_code"), "pat@contoso.com").press("Continue")
			require.Equal(t, test.heading, p.heading())
			require.Equal(t, test.tick, p.page.Find(`[name="adminConsent"]`).Length() == 1)
			rows := c.entra.SignIns()
			if test.code != 0 {
				require.Equal(t, test.code, rows[len(rows)-1].AADSTS)
			}
			if test.heading != "Approval required" {
				return
			}
			require.Contains(t, p.text(), "This app requires your admin's approval to:")
			p.press("Request approval", "justification", " ")
			require.Equal(t, "Approval required", p.heading(), "a justification is needed")
			p.press("Request approval", "justification", "The scanner in the hall")
			require.Equal(t, "Request sent", p.heading())
			audit := c.entra.Audit()
			require.Equal(t, "Create admin consent request", audit[len(audit)-1].Activity)
			requireAADSTS(t, c.poll(a.text("device_code")), 70016, "authorization_pending")
		})
	}
}

func TestAssignmentRequired(t *testing.T) {
	c := stepped(t)
	assign := func(who ...string) {
		require.NoError(
			t,
			c.entra.ChangeServicePrincipal("contoso.com", fakeentra.ClientID, func(p *fakeentra.ServicePrincipal) {
				p.AssignmentRequired, p.Assigned = true, who
			}),
		)
	}
	require.NoError(
		t,
		c.entra.GrantConsent(
			"contoso.com", fakeentra.ClientID, "https://outlook.office.com/SMTP.Send", "offline_access", "openid",
			"profile",
		),
	)
	assign()
	user, device := c.ask()
	p := c.person().typePassword(user, "alice@contoso.com")
	require.Contains(t, p.text(), "AADSTS50105: Your administrator has configured the application Example MFP Email Sender")
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
	assign("alice@contoso.com")
	require.NoError(t, c.entra.Approve(user, "alice@contoso.com"))
	tokens := c.poll(device)
	require.Equal(t, 200, tokens.status)
	require.NoError(
		t, c.entra.ChangeUser("alice@contoso.com", func(u *fakeentra.User) { u.Groups = []string{"Scanners"} }),
	)
	assign("Scanners")
	require.Equal(t, 200, c.refresh(tokens.text("refresh_token")).status, "a group can be assigned")
	require.Equal(t, []string{"scanners"}, c.entra.ServicePrincipals("contoso.com")[0].Assigned)
	require.Error(
		t,
		c.entra.ChangeServicePrincipal(
			"contoso.com", fakeentra.ClientID, func(p *fakeentra.ServicePrincipal) { p.Assigned = []string{"nobody"} },
		),
	)
	require.Error(t, c.entra.ChangeServicePrincipal("contoso.com", "Solitaire", func(*fakeentra.ServicePrincipal) {}))
}
