package fakeentra_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

func TestAnAdministratorSignsInAndConsentsForTheOrganization(t *testing.T) {
	c := stepped(t)
	user, device := c.ask()
	p := c.person().open("https://login.microsoft.com/device")
	require.Equal(t, "/common/oauth2/deviceauth", p.address.Path)
	require.Equal(t, "Enter code to allow access", p.heading())
	require.True(t, strings.HasPrefix(p.text(), "This is a simulation"), p.text())

	p.press("Next", "otc", user)
	require.Equal(t, "Sign in", p.heading())
	require.Contains(t, p.text(), "You're signing in to Example MFP Email Sender on another device")
	p.press("Next", "loginfmt", "admin@contoso.com")
	require.Equal(t, "Enter password", p.heading())
	p.press("Sign In", "passwd", p.password("admin@contoso.com"))
	require.Equal(t, "Are you trying to sign in to Example MFP Email Sender?", p.heading())
	p.press("Continue")
	require.Equal(t, "Permissions requested", p.heading())
	require.Contains(t, p.text(), "Send emails from mailboxes using SMTP AUTH")
	require.Contains(t, p.text(), "Consent on behalf of your organization")
	require.Equal(t, "authorization_pending", c.poll(device).text("error"))
	p.press("Accept", "adminConsent", "true")
	require.Contains(t, p.text(), "You have signed in to the Example MFP Email Sender application on your device. You may now close this window.")
	require.Equal(t, http.StatusOK, c.poll(device).status)

	consents := c.entra.Consents("contoso.com")
	require.Len(t, consents, 1)
	require.Empty(t, consents[0].User, "the consent is for everybody")

	user, device = c.ask()
	p = c.person().typePassword(user, "alice@contoso.com").press("Continue")
	require.Contains(t, p.text(), "You have signed in to the", "nobody else is asked")
	require.Equal(t, http.StatusOK, c.poll(device).status)
}

func TestConsentFollowsRoleAndSettings(t *testing.T) {
	const box = "Consent on behalf of your organization"
	for name, test := range map[string]struct {
		tenant  fakeentra.Tenant
		roles   []string
		heading string
		box     bool
	}{
		"the guide shows the box to Cloud Application Administrator":    {fakeentra.Tenant{}, []string{"Cloud Application Administrator"}, "Permissions requested", true},
		"the guide shows the box to Global Administrator":               {fakeentra.Tenant{}, []string{"global administrator"}, "Permissions requested", true},
		"Microsoft does not show it to Cloud Application Administrator": {fakeentra.Tenant{ConsentBox: "microsoft"}, []string{"Cloud Application Administrator"}, "Permissions requested", false},
		"Microsoft shows it to Global Administrator":                    {fakeentra.Tenant{ConsentBox: "microsoft"}, []string{"Global Administrator"}, "Permissions requested", true},
		"a role of another kind brings no box":                          {fakeentra.Tenant{}, []string{"Exchange Administrator"}, "Permissions requested", false},
		"a user may consent for himself where users may":                {fakeentra.Tenant{}, nil, "Permissions requested", false},
		"a user must ask where users may not":                           {fakeentra.Tenant{UserConsent: "none"}, nil, "Need admin approval", false},
	} {
		t.Run(name, func(t *testing.T) {
			test.tenant.Domains = []string{"contoso.com"}
			c := newClient(t, fakeentra.Config{
				Start: start, Tenants: []fakeentra.Tenant{test.tenant},
				Users: []fakeentra.User{{Principal: "u@contoso.com", Roles: test.roles}},
			})
			user, device := c.ask()
			p := c.person().typePassword(user, "u@contoso.com").press("Continue")
			require.Equal(t, test.heading, p.heading())
			require.Equal(t, test.box, strings.Contains(p.text(), box))
			if test.heading == "Need admin approval" {
				require.Contains(t, p.text(), "Have an admin account? Sign in with that account")
				require.Equal(t, "authorization_pending", c.poll(device).text("error"))
				return
			}
			p.press("Accept")
			require.Equal(t, http.StatusOK, c.poll(device).status)
			require.Equal(t, "u@contoso.com", c.entra.Consents("contoso.com")[0].User)
		})
	}
}

func TestMistakesOnThePages(t *testing.T) {
	c := stepped(t)
	user, device := c.ask()
	p := c.person().open("https://microsoft.com/devicelogin")
	require.Contains(
		t, p.press("Next", "otc", "WRONGCODE").text(), "That code didn't work. Check the code and try again.",
	)
	require.Contains(t, p.press("Next", "otc", "").text(), "That code didn't work.")
	p.press("Next", "otc", strings.ToLower(user[:4]+"-"+user[4:]))
	require.Contains(
		t, p.press("Next", "loginfmt", "").text(), "Enter a valid email address, phone number, or Skype name.",
	)
	require.Contains(
		t, p.press("Next", "loginfmt", "x@nowhere.example").text(), "We couldn't find an account with that username.",
	)
	require.Contains(t, p.press("Next", "loginfmt", "nobody@contoso.com").text(), "This username may be incorrect.")
	p.press("Next", "loginfmt", "ALICE@contoso.com")
	require.Contains(t, p.press("Sign In").text(), "Please enter your password.")
	require.Contains(t, p.press("Sign In", "passwd", "wrong").text(), "Your account or password is incorrect.")
	require.NotEmpty(t, c.entra.SignIns().Filter("alice@contoso.com", "50126"))
	p.press("Back")
	require.Equal(t, "Sign in", p.heading())
	p.press("Next", "loginfmt", "alice@contoso.com").press("Sign In", "passwd", p.password("alice@contoso.com"))
	p.press("Cancel")
	require.Equal(t, "You have cancelled the sign-in", p.heading())
	a := c.poll(device)
	require.Equal(t, "authorization_declined", a.text("error"))
	require.Contains(
		t, c.person().open("https://www.microsoft.com/link").press("Next", "otc", user).text(),
		"That code didn't work.",
	)
}

func TestAnAccountIsLockedAfterTenWrongPasswords(t *testing.T) {
	c := stepped(t)
	user, _ := c.ask()
	p := c.person().open(
		authority+"/common/oauth2/deviceauth",
	).press(
		"Next", "otc", user,
	).press(
		"Next", "loginfmt", "alice@contoso.com",
	)
	for i := range 20 { // the same wrong password is not counted again
		p.press("Sign In", "passwd", "same")
		require.Contains(t, p.text(), "Your account or password is incorrect.", "attempt %d", i)
	}
	for i := range 9 {
		p.press("Sign In", "passwd", strings.Repeat("x", i+1))
	}
	require.Contains(t, p.text(), "Your account is temporarily locked")
	require.Contains(
		t, p.press("Sign In", "passwd", p.password("alice@contoso.com")).text(), "temporarily locked",
		"the right password does not open it",
	)
	c.advance(61 * time.Second)
	require.Equal(
		t, "Are you trying to sign in to Example MFP Email Sender?",
		p.press("Sign In", "passwd", p.password("alice@contoso.com")).heading(),
	)
}

func TestTheWrongKindOfAccount(t *testing.T) {
	c := stepped(t)
	user, _ := c.ask()
	p := c.person().open(
		"https://login.microsoft.com/device",
	).press(
		"Next", "otc", user,
	).press(
		"Next", "loginfmt", "bob@outlook.com",
	)
	require.Equal(t, "Sorry, but we’re having trouble signing you in.", p.heading())
	require.Contains(t, p.text(), "AADSTS500200: User account 'bob@outlook.com' is a personal Microsoft account.")
	require.Contains(t, p.text(), "Troubleshooting details")
	require.Equal(t, "Sign in", p.press("Use a different account").heading())

	c.tenant = "consumers"
	user, _ = c.ask()
	require.Len(t, user, 8)
	p = c.person().open(
		"https://www.microsoft.com/link",
	).press(
		"Next", "otc", user,
	).press(
		"Next", "loginfmt", "admin@contoso.com",
	)
	require.Contains(t, p.text(), "We couldn't find an account with that username.")
	p.press(
		"Next", "loginfmt", "bob@outlook.com",
	).press(
		"Sign In", "passwd", p.password("bob@outlook.com"),
	).press(
		"Continue",
	)
	require.Equal(t, "Permissions requested", p.heading())
	require.NotContains(t, p.text(), "organization")
	require.Contains(t, p.press("Accept").text(), "You have signed in to the")
}

func TestADisabledAccountIsTurnedAway(t *testing.T) {
	c := stepped(t)
	require.NoError(t, c.entra.Disable("alice@contoso.com"))
	user, _ := c.ask()
	p := c.person().typePassword(user, "alice@contoso.com")
	require.Contains(t, p.text(), "Your account has been locked. Contact your support person to unlock it, then try again.")
	require.NotEmpty(t, c.entra.SignIns().Filter("alice@contoso.com", "50057"))
}

func TestASecondFactorIsAskedFor(t *testing.T) {
	c := stepped(t)
	require.NoError(t, c.entra.SetMFA("admin@contoso.com", true))
	user, device := c.ask()
	p := c.person().typePassword(user, "admin@contoso.com")
	require.Equal(t, "Approve sign in request", p.heading())
	p.press("Approve").press("Continue").press("Accept")
	require.Equal(t, http.StatusOK, c.poll(device).status)

	_, err := c.entra.SetPolicy(
		"contoso.com", fakeentra.Policy{Name: "MFA for all", Grant: "mfa", Users: []string{"All"}},
	)
	require.NoError(t, err)
	user, _ = c.ask()
	p = c.person().typePassword(user, "alice@contoso.com")
	require.Equal(t, "More information required", p.heading())
	require.Equal(t, "Are you trying to sign in to Example MFP Email Sender?", p.press("Next").heading())
	user, _ = c.ask()
	require.Equal(
		t, "Approve sign in request", c.person().typePassword(user, "alice@contoso.com").heading(), "she has enrolled",
	)
}

func TestAStaleFormChangesNothing(t *testing.T) {
	c := stepped(t)
	user, _ := c.ask()
	p := c.person().open("https://login.microsoft.com/device").press("Next", "otc", user)
	before := *p.page
	p.press("Next", "loginfmt", "admin@contoso.com")
	stale := &person{t: t, entra: c.entra, http: p.http, address: p.address, page: &before}
	require.Equal(t, "Enter password", stale.press("Next", "loginfmt", "alice@contoso.com").heading())

	stranger := c.person()
	stranger.address, stranger.page = p.address, p.page
	require.Equal(
		t, "Enter code to allow access", stranger.press("Sign In", "passwd", "x").heading(),
		"without the cookie there is no sign-in",
	)
}

func TestTestAccountsAreShownWithTheirRolesAndWithoutPasswords(t *testing.T) {
	c := newClient(t, fakeentra.Config{Start: start, ShowTestAccounts: true})
	user, device := c.ask()
	p := c.person().open("https://login.microsoft.com/device").press("Next", "otc", user)
	require.Contains(t, p.page.Find("aside").Text(), "Cloud Application Administrator")
	require.NotContains(t, p.page.Find("aside").Text(), "bob@outlook.com", "he cannot sign in here")
	p.press("admin@contoso.com")
	html, err := p.page.Html()
	require.NoError(t, err)
	require.NotContains(t, html, p.password("admin@contoso.com"))
	p.press("Type this test account's password and sign in for me").press("Continue").press("Accept")
	require.Equal(t, http.StatusOK, c.poll(device).status)
}

func TestNoPageLeadsOutOfTheBench(t *testing.T) {
	c := stepped(t)
	user, _ := c.ask()
	p := c.person().open("https://login.microsoft.com/device")
	check := func() {
		t.Helper()
		for _, attribute := range []string{"href", "src", "action"} {
			for _, n := range p.page.Find("[" + attribute + "]").Nodes {
				for _, a := range n.Attr {
					if a.Key == attribute {
						require.True(t, strings.HasPrefix(a.Val, "/"), a.Val)
					}
				}
			}
		}
		require.Equal(t, 1, p.page.Find("h1").Length())
		require.NotEmpty(t, p.page.Find("title").Text())
		require.Contains(t, p.text(), "simulation by mfpsim")
	}
	check()
	p.press("Next", "otc", user)
	check()
	p.press("Next", "loginfmt", "admin@contoso.com")
	check()
	p.press("Sign In", "passwd", p.password("admin@contoso.com"))
	check()
	p.press("Continue")
	check()
	p.press("Accept")
	check()
	css, err := c.http.Get(authority + "/mfpsim/pages.css")
	require.NoError(t, err)
	require.NoError(t, css.Body.Close())
	require.Equal(t, "text/css; charset=utf-8", css.Header.Get("Content-Type"))
}

func TestOnlyTheVeryPasswordOpensAnAccount(t *testing.T) {
	for what, typed := range map[string]func(right, admins string) string{
		"another account's":   func(_, admins string) string { return admins },
		"in capitals":         func(right, _ string) string { return strings.ToUpper(right) },
		"a letter short":      func(right, _ string) string { return right[:len(right)-1] },
		"a letter too many":   func(right, _ string) string { return right + "x" },
		"with a space behind": func(right, _ string) string { return right + " " },
	} {
		t.Run(what, func(t *testing.T) {
			c := stepped(t)
			user, device := c.ask()
			p := c.person().open("https://login.microsoft.com/device").press("Next", "otc", user)
			p.press("Next", "loginfmt", "alice@contoso.com")
			p.press("Sign In", "passwd", typed(p.password("alice@contoso.com"), p.password("admin@contoso.com")))
			require.Contains(t, p.text(), "Your account or password is incorrect.")
			require.Equal(t, "authorization_pending", c.poll(device).text("error"))
		})
	}
}
