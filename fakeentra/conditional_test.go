package fakeentra_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakeentra/internal/access"
)

// office and abroad are two places from which a device may ask.
var (
	office = fakeentra.Source{Address: "203.0.113.7", Country: "GR"}
	abroad = fakeentra.Source{Address: "198.51.100.9", Country: "DE"}
)

// TestConditionsOfAPolicy asks for each condition whether it means the device's refresh: the policy blocks, so 53003
// says yes.
func TestConditionsOfAPolicy(t *testing.T) {
	const pat = "pat@contoso.com"
	exchange := "00000002-0000-0ff1-ce00-000000000000"
	for name, test := range map[string]struct {
		policy fakeentra.Policy
		source fakeentra.Source
		blocks bool
	}{
		"everybody":    {fakeentra.Policy{Users: []string{"All"}}, office, true},
		"nobody":       {fakeentra.Policy{Users: []string{"None"}}, office, false},
		"the user":     {fakeentra.Policy{Users: []string{pat}}, office, true},
		"another user": {fakeentra.Policy{Users: []string{"alice@contoso.com"}}, office, false}, "everybody but the user": {fakeentra.Policy{Users: []string{"All"}, ExcludeUsers: []string{pat}}, office, false}, "guests": {fakeentra.Policy{Users: []string{"GuestsOrExternalUsers"}}, office, false},
		"a group of the user": {fakeentra.Policy{Groups: []string{"scanners"}}, office, true}, "everybody but a group of the user": {fakeentra.Policy{Users: []string{"All"}, ExcludeGroups: []string{"Scanners"}}, office, false}, "a role of the user": {fakeentra.Policy{Roles: []string{"Printer Administrator"}}, office, true}, "a role of the user, by its template": {fakeentra.Policy{Roles: []string{"644ef478-e28f-4e28-b9dc-3fdde9aa0b1f"}}, office, true},
		"a role of the user that is excluded": {fakeentra.Policy{Users: []string{pat}, ExcludeRoles: []string{"Printer Administrator"}}, office, false}, "another role, but the user by name": {fakeentra.Policy{Users: []string{pat}, Roles: []string{"Global Reader"}}, office, true}, "all applications": {fakeentra.Policy{Applications: []string{"All"}}, office, true},
		"the resource by its id": {fakeentra.Policy{Applications: []string{exchange}}, office, true},
		"Office 365":             {fakeentra.Policy{Applications: []string{"Office365"}}, office, true}, "another resource": {fakeentra.Policy{Applications: []string{"Microsoft Graph"}}, office, false}, "all applications but the resource": {fakeentra.Policy{Applications: []string{"All"}, ExcludeApps: []string{exchange}}, office, false},
		"an address range around the device": {fakeentra.Policy{Locations: []string{"203.0.113.0/24"}}, office, true},
		"an address range elsewhere":         {fakeentra.Policy{Locations: []string{"203.0.113.0/24"}}, abroad, false},
		"a named location by address":        {fakeentra.Policy{Locations: []string{"Head office"}}, office, true},
		"a named location by country":        {fakeentra.Policy{Locations: []string{"Greece"}}, office, true},
		"another country":                    {fakeentra.Policy{Locations: []string{"Greece"}}, abroad, false},
		"all trusted places":                 {fakeentra.Policy{Locations: []string{"AllTrusted"}}, office, true}, "all trusted places, from a named one that is not trusted": {fakeentra.Policy{Locations: []string{"AllTrusted"}}, fakeentra.Source{Address: "198.51.100.9", Country: "GR"}, false}, "anywhere but trusted places, at home": {fakeentra.Policy{Locations: []string{"All"}, ExcludeLocations: []string{"AllTrusted"}}, office, false},
		"anywhere but trusted places, abroad": {fakeentra.Policy{Locations: []string{"All"}, ExcludeLocations: []string{"AllTrusted"}}, abroad, true}, "any platform, for one that is not known": {fakeentra.Policy{Platforms: []string{"all"}}, office, true}, "Windows, for one that is not known": {fakeentra.Policy{Platforms: []string{"windows"}}, office, false}, "Linux, for a Linux device": {fakeentra.Policy{Platforms: []string{"linux"}}, fakeentra.Source{Address: office.Address, Platform: "linux"}, true}, "any platform but Linux": {fakeentra.Policy{Platforms: []string{"all"}, ExcludePlatforms: []string{"linux"}}, fakeentra.Source{Address: office.Address, Platform: "linux"}, false}, "mobile applications and desktop clients": {fakeentra.Policy{ClientApps: []string{"mobileAppsAndDesktopClients"}}, office, true},
		"browsers": {fakeentra.Policy{ClientApps: []string{"browser"}}, office, false}, "legacy clients": {fakeentra.Policy{ClientApps: []string{"exchangeActiveSync", "other"}}, office, false}, "a high sign-in risk that there is": {fakeentra.Policy{SignInRisks: []string{"high"}}, fakeentra.Source{Address: office.Address, Risk: "high"}, true},
		"a high sign-in risk that there is not": {fakeentra.Policy{SignInRisks: []string{"high"}}, office, false},
		"a user risk that there is":             {fakeentra.Policy{UserRisks: []string{"medium", "high"}}, office, true}, "a user risk that there is not": {fakeentra.Policy{UserRisks: []string{"high"}}, office, false}, "authentication transfer": {fakeentra.Policy{Flows: []string{"Authentication transfer"}}, office, false},
		"two conditions of which one fails": {fakeentra.Policy{Users: []string{pat}, Locations: []string{"198.51.100.0/24"}}, office, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			require.NoError(
				t,
				second(
					c.entra.AddUser(
						fakeentra.User{
							Principal: pat, Groups: []string{"Scanners"}, Roles: []string{"Printer Administrator"},
							Risk: "medium",
						},
					),
				),
			)
			require.NoError(
				t,
				second(
					c.entra.SetLocation(
						"contoso.com",
						fakeentra.NamedLocation{Name: "Head office", Ranges: []string{"203.0.113.0/24"}, Trusted: true},
					),
				),
			)
			require.NoError(
				t,
				second(
					c.entra.SetLocation(
						"contoso.com", fakeentra.NamedLocation{Name: "Greece", Countries: []string{"GR"}},
					),
				),
			)
			tokens := c.signIn(pat)
			test.policy.Name = "Policy"
			policy, err := c.entra.SetPolicy("contoso.com", test.policy)
			require.NoError(t, err)
			require.NoError(t, c.entra.SetDeviceSource(test.source))
			got := c.refresh(tokens.text("refresh_token"))
			rows := c.entra.SignIns()
			last := rows[len(rows)-1]
			require.Equal(t, test.source.Address, last.Address)
			if !test.blocks {
				require.Equal(t, http.StatusOK, got.status, got.body)
				require.Equal(t, "notApplied", last.Policies[0].Result)
				return
			}
			requireAADSTS(t, got, 53003, "invalid_grant")
			require.Equal(t, "message_only", got.text("suberror"))
			require.Equal(
				t, `{"access_token":{"capolids":{"essential":true,"values":["`+policy.ID+`"]}}}`, got.text("claims"),
			)
			require.Equal(t, "failure", last.Policies[0].Result)
		})
	}
}

// TestWhatAPolicyDemandsAtARefresh is the list of docs/reference/entra.md §4.3 as far as Conditional Access goes.
func TestWhatAPolicyDemandsAtARefresh(t *testing.T) {
	const u = "pat@contoso.com"
	registered, toEnrol := fakeentra.User{SecondFactor: "registered"}, fakeentra.User{SecondFactor: "to-enrol"}
	always := fakeentra.User{MFA: true}
	managed := fakeentra.Source{Address: office.Address, Compliant: true}
	joined := fakeentra.Source{Address: office.Address, DomainJoined: true}
	both := fakeentra.Source{Address: office.Address, Compliant: true, DomainJoined: true}
	for name, test := range map[string]struct {
		user     fakeentra.User
		source   fakeentra.Source
		policy   fakeentra.Policy
		code     int // 0: nothing
		suberror string
		claims   bool
		result   string
	}{
		"a second factor that is registered":           {registered, office, fakeentra.Policy{Grant: "mfa"}, 50076, "basic_action", true, "failure"},
		"a second factor that has to be enrolled":      {toEnrol, office, fakeentra.Policy{Grant: "mfa"}, 50079, "basic_action", true, "failure"},
		"a second factor that was given":               {always, office, fakeentra.Policy{Grant: "mfa"}, 0, "", false, "success"},
		"a second factor, given too long ago":          {always, office, fakeentra.Policy{Grant: "mfa", SignInFrequency: time.Hour, SecondaryOnly: true}, 50078, "", false, "failure"},
		"a compliant device":                           {registered, office, fakeentra.Policy{Grant: "compliant"}, 53000, "message_only", true, "failure"},
		"a compliant device that is one":               {registered, managed, fakeentra.Policy{Grant: "compliant"}, 0, "", false, "success"},
		"a domain-joined device":                       {registered, office, fakeentra.Policy{Grant: "domain-joined"}, 53001, "message_only", true, "failure"},
		"a domain-joined device that is one":           {registered, joined, fakeentra.Policy{Grant: "domain-joined"}, 0, "", false, "success"},
		"compliant or joined, and it is joined":        {registered, joined, fakeentra.Policy{Controls: []string{"compliant", "domain-joined"}}, 0, "", false, "success"},
		"compliant and joined, and it is joined":       {registered, joined, fakeentra.Policy{Controls: []string{"compliant", "domain-joined"}, Operator: "AND"}, 53000, "message_only", true, "failure"},
		"compliant and joined, and it is both":         {registered, both, fakeentra.Policy{Controls: []string{"compliant", "domain-joined"}, Operator: "AND"}, 0, "", false, "success"},
		"a second factor or a compliant device":        {registered, office, fakeentra.Policy{Controls: []string{"mfa", "compliant"}}, 50076, "basic_action", true, "failure"},
		"a second factor or a compliant device it has": {registered, managed, fakeentra.Policy{Controls: []string{"mfa", "compliant"}}, 0, "", false, "success"},
		"a second factor and a compliant device":       {registered, managed, fakeentra.Policy{Controls: []string{"mfa", "compliant"}, Operator: "AND"}, 50076, "basic_action", true, "failure"},
		"a sign-in at least every hour":                {registered, office, fakeentra.Policy{Grant: "none", SignInFrequency: time.Hour}, 70043, "token_expired", false, "failure"},
		"a sign-in at least every day":                 {registered, office, fakeentra.Policy{Grant: "none", SignInFrequency: 24 * time.Hour}, 0, "", false, "success"},
		"a sign-in every time":                         {registered, office, fakeentra.Policy{Grant: "none", EveryTime: true}, 70046, "token_expired", false, "failure"},
		"a block of the device code flow":              {registered, office, fakeentra.Policy{Flows: []string{"Device code flow"}}, 530036, "", false, "failure"},
		"a block of both flows":                        {registered, office, fakeentra.Policy{Flows: []string{"Device code flow", "Authentication transfer"}}, 530036, "", false, "failure"},
		"a block of the flow for Exchange alone":       {registered, office, fakeentra.Policy{Flows: []string{"Device code flow"}, Applications: []string{"Office 365 Exchange Online"}}, 53003, "message_only", true, "failure"},
		"a block that only reports":                    {registered, office, fakeentra.Policy{State: "report-only"}, 0, "", false, "reportOnlyFailure"},
		"a second factor, which only reports":          {registered, office, fakeentra.Policy{Grant: "mfa", State: "report-only"}, 0, "", false, "reportOnlyInterrupted"},
		"a second factor that was given, reported":     {always, office, fakeentra.Policy{Grant: "mfa", State: "report-only"}, 0, "", false, "reportOnlySuccess"},
		"a block elsewhere, reported":                  {registered, office, fakeentra.Policy{Locations: []string{"198.51.100.0/24"}, State: "report-only"}, 0, "", false, "reportOnlyNotApplied"},
		"a policy that is off":                         {registered, office, fakeentra.Policy{State: "off"}, 0, "", false, "notEnabled"},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			test.user.Principal = u
			require.NoError(t, second(c.entra.AddUser(test.user)))
			tokens := c.signIn(u)
			c.advance(2 * time.Hour)
			require.NoError(t, c.entra.SetDeviceSource(test.source))
			test.policy.Name = "Policy"
			policy, err := c.entra.SetPolicy("contoso.com", test.policy)
			require.NoError(t, err)
			got := c.refresh(tokens.text("refresh_token"))
			rows := c.entra.SignIns()
			last := rows[len(rows)-1]
			require.Equal(t, test.result, last.Policies[0].Result)
			require.Equal(t, test.code, last.AADSTS)
			require.Equal(t, "Device code flow", last.Transfer)
			if test.code == 0 {
				require.Equal(t, http.StatusOK, got.status, got.body)
				return
			}
			requireAADSTS(t, got, test.code, "invalid_grant")
			require.Equal(t, test.suberror, got.text("suberror"))
			claims := ""
			if test.claims {
				claims = `{"access_token":{"capolids":{"essential":true,"values":["` + policy.ID + `"]}}}`
			}
			require.Equal(t, claims, got.text("claims"))
			if test.code == 70043 {
				require.Empty(t, got.text("error_uri"), "captured without")
				require.Contains(
					t, got.text("error_description"),
					"The token was issued on 2026-03-02T09:00:00.0000000Z and the maximum allowed lifetime for this request is 3600.",
				)
			}
			require.Equal(t, got.text("trace_id"), last.TraceID)
			require.Equal(t, got.text("correlation_id"), last.CorrelationID)
		})
	}
}

// TestWhereABlockFalls: it follows from whose source the conditions mean; Where is an override.
func TestWhereABlockFalls(t *testing.T) {
	const browser, issuance, nowhere = "browser", "issuance", "nowhere"
	from := func(place, where string) fakeentra.Policy {
		return fakeentra.Policy{Name: "Policy", Locations: []string{place}, Where: where}
	}
	for name, test := range map[string]struct {
		policy          fakeentra.Policy
		device, browser fakeentra.Source
		falls           string
		page            string
		code            int
	}{
		"the person is where it blocks": {from("198.51.100.0/24", ""), office, abroad, browser, "You cannot access this right now", 53003}, "the device is where it blocks": {from("198.51.100.0/24", ""), abroad, office, issuance, "", 53003}, "nobody is where it blocks": {from("198.51.100.0/24", ""), office, office, nowhere, "", 0},
		"both are, and the override says browser": {from("198.51.100.0/24", "browser"), abroad, abroad, browser, "You cannot access this right now", 53003}, "the device is, and the override says browser": {from("198.51.100.0/24", "browser"), abroad, office, nowhere, "", 0}, "both are, and the override says issuance": {from("198.51.100.0/24", "issuance"), abroad, abroad, issuance, "", 53003}, "a compliant device is wanted of a remote one": {fakeentra.Policy{Name: "Policy", Grant: "compliant"}, office, office, browser, "Help us keep your device secure", 530033}, "a joined device is wanted of a remote one": {fakeentra.Policy{Name: "Policy", Grant: "domain-joined"}, office, office, browser, "Help us keep your device secure", 530033}, "the browser is compliant, the device is not": {fakeentra.Policy{Name: "Policy", Grant: "compliant"}, office, fakeentra.Source{Address: office.Address, Compliant: true}, issuance, "", 530033}, "the platform of the browser, which says nothing of the device": {fakeentra.Policy{Name: "Policy", Platforms: []string{"macOS"}}, office, fakeentra.Source{Address: office.Address, Platform: "macOS"}, nowhere, "", 0},
		"every platform but the known ones":                            {fakeentra.Policy{Name: "Policy", Platforms: []string{"all"}, ExcludePlatforms: []string{"android", "iOS", "windows", "windowsPhone", "macOS", "linux"}}, office, fakeentra.Source{Address: office.Address, Platform: "windows"}, browser, "You cannot access this right now", 53003},
		"every platform but the known ones, and the device says Linux": {fakeentra.Policy{Name: "Policy", Platforms: []string{"all"}, ExcludePlatforms: []string{"windows", "linux"}}, fakeentra.Source{Address: office.Address, Platform: "linux"}, office, browser, "You cannot access this right now", 53003}, "the sign-in is risky": {fakeentra.Policy{Name: "Policy", SignInRisks: []string{"high"}}, office, fakeentra.Source{Address: office.Address, Risk: "high"}, browser, "You cannot access this right now", 53003},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			require.NoError(t, second(c.entra.SetPolicy("contoso.com", test.policy)))
			require.NoError(t, c.entra.SetDeviceSource(test.device))
			require.NoError(t, c.entra.SetBrowserSource(test.browser))
			user, device := c.ask()
			p := c.person().typePassword(user, "admin@contoso.com")
			if test.falls == browser {
				require.Equal(t, test.page, p.heading())
				p.press("More details")
				require.Contains(t, p.text(), "IP address: "+test.browser.Address)
				requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
				rows := c.entra.SignIns()
				require.Equal(t, test.code, rows[len(rows)-1].AADSTS)
				require.True(t, rows[len(rows)-1].Interactive)
				require.Equal(t, test.browser.Address, rows[len(rows)-1].Address)
				c.advance(15 * time.Minute)
				requireAADSTS(t, c.poll(device), 70020, "expired_token")
				return
			}
			p.press("Continue").press("Accept")
			require.Contains(t, p.text(), "You have signed in to the")
			got := c.poll(device)
			if test.falls == nowhere {
				require.Equal(t, http.StatusOK, got.status, got.body)
				return
			}
			requireAADSTS(t, got, test.code, "invalid_grant")
			rows := c.entra.SignIns()
			require.Equal(t, test.device.Address, rows[len(rows)-1].Address)
			require.NotEmpty(t, rows[len(rows)-1].Note, "sources disagree about where it falls")
		})
	}
}

func TestThePolicyThatMicrosoftManagesTurnsOnByItself(t *testing.T) {
	c := stepped(t)
	made, err := c.entra.AddManagedPolicies("contoso.com", "alice@contoso.com")
	require.NoError(t, err)
	require.Len(t, made, 2)
	require.Equal(t, start.Add(45*24*time.Hour), made[0].Enforced)
	tokens, spared := c.signIn("admin@contoso.com"), c.signIn("alice@contoso.com")
	c.advance(44 * 24 * time.Hour)
	require.Equal(t, http.StatusOK, c.refresh(tokens.text("refresh_token")).status)
	rows := c.entra.SignIns()
	require.Equal(t, []access.Result{
		{ID: made[0].ID, Name: "Block device code flow", Grant: "block", Result: "reportOnlyFailure"},
		{ID: made[1].ID, Name: "Block legacy authentication", Grant: "block", Result: "reportOnlyNotApplied"},
	}, rows[len(rows)-1].Policies)
	c.advance(24 * time.Hour)
	requireAADSTS(t, c.refresh(tokens.text("refresh_token")), 530036, "invalid_grant")
	require.Equal(t, http.StatusOK, c.refresh(spared.text("refresh_token")).status, "who is excluded goes on")
	user, _ := c.ask()
	require.Equal(t, "You cannot access this right now", c.person().typePassword(user, "admin@contoso.com").heading())
}

func TestSecurityDefaultsByTheirModes(t *testing.T) {
	for name, test := range map[string]struct {
		mode    string
		user    string
		refresh int
		page    string
	}{
		"a switch that sign-ins do not feel": {"switch", "admin@contoso.com", 0, "Are you trying to sign in to Example MFP Email Sender?"}, "the device code flow is refused": {"device-code", "admin@contoso.com", 530035, "You cannot access this right now"},
		"administrators show a second factor":       {"mfa", "admin@contoso.com", 50076, "More information required"},
		"others enrol one, and their devices go on": {"mfa", "alice@contoso.com", 0, "More information required"},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			tokens := c.signIn(test.user)
			require.NoError(t, second(c.entra.Set("contoso.com", "Security defaults", "Enabled")))
			require.NoError(t, second(c.entra.Set("contoso.com", "Security defaults mode", test.mode)))
			got := c.refresh(tokens.text("refresh_token"))
			if test.refresh == 0 {
				require.Equal(t, http.StatusOK, got.status, got.body)
			} else {
				requireAADSTS(t, got, test.refresh, "invalid_grant")
			}
			user, _ := c.ask()
			p := c.person().typePassword(user, test.user)
			require.Equal(t, test.page, p.heading())
			if test.refresh == 530035 {
				require.Contains(t, p.press("More details").text(), "Error Code: 530035")
			}
		})
	}
}

func TestPoliciesInABrowserThatRemembers(t *testing.T) {
	c := web(t)
	require.NoError(
		t,
		second(
			c.entra.SetPolicy(
				"contoso.com", fakeentra.Policy{Name: "Daily", Grant: "none", SignInFrequency: 24 * time.Hour},
			),
		),
	)
	p := c.person().open(c.address())
	p.press(
		"Next", "loginfmt", "alice@contoso.com",
	).press(
		"Sign In", "passwd", p.password("alice@contoso.com"),
	).press(
		"Accept",
	)
	require.Equal(t, http.StatusFound, p.status)
	c.advance(23 * time.Hour)
	require.Equal(t, http.StatusFound, p.open(c.address()).status, "the browser remembers")
	c.advance(2 * time.Hour)
	p.open(c.address())
	require.Equal(t, "Enter password", p.heading(), "the policy does not")
	rows := c.entra.SignIns()
	require.Equal(t, 70044, rows[len(rows)-1].AADSTS)
	p.press("Sign In", "passwd", p.password("alice@contoso.com"))
	require.Equal(t, http.StatusFound, p.status)

	require.NoError(
		t,
		second(
			c.entra.SetPolicy(
				"contoso.com", fakeentra.Policy{Name: "Browsers", ClientApps: []string{"browser"}, Grant: "compliant"},
			),
		),
	)
	require.Equal(t, "You can't get there from here", p.open(c.address()).heading())
	require.Contains(t, p.press("More details").text(), "Error Code: 53000")
	require.NoError(t, c.entra.SetBrowserSource(fakeentra.Source{Address: office.Address, Compliant: true}))
	require.Equal(t, http.StatusFound, p.open(c.address()).status)
	require.NoError(
		t,
		second(
			c.entra.SetPolicy(
				"contoso.com",
				fakeentra.Policy{Name: "Browsers", Grant: "domain-joined", ClientApps: []string{"browser"}},
			),
		),
	)
	require.Contains(t, p.open(c.address()).press("More details").text(), "Error Code: 53001")
}

func TestASourceThatIsNoneIsRefused(t *testing.T) {
	c := stepped(t)
	require.Error(t, c.entra.SetDeviceSource(fakeentra.Source{Address: "home"}))
	require.Error(t, c.entra.SetBrowserSource(fakeentra.Source{Address: "203.0.113.7", Platform: "toaster"}))
	require.Error(t, c.entra.SetBrowserSource(fakeentra.Source{Address: "203.0.113.7", Risk: "extreme"}))
	device, browser := c.entra.Sources()
	require.Equal(t, "203.0.113.7", device.Address)
	require.Equal(t, "windows", browser.Platform)
	for name, l := range map[string]fakeentra.NamedLocation{
		"no name": {Ranges: []string{"10.0.0.0/8"}}, "nothing": {Name: "x"}, "both": {Name: "x", Ranges: []string{"10.0.0.0/8"}, Countries: []string{"GR"}},
		"bad range": {Name: "x", Ranges: []string{"home"}}, "bad country": {Name: "x", Countries: []string{"Greece"}},
	} {
		require.Error(t, second(c.entra.SetLocation("contoso.com", l)), name)
	}
	require.Error(
		t,
		second(c.entra.SetLocation("nowhere.example", fakeentra.NamedLocation{Name: "x", Countries: []string{"GR"}})),
	)
	require.Empty(t, c.entra.Locations("contoso.com"))
	require.Nil(t, c.entra.Locations("nowhere.example"))
	require.Error(t, second(change(c.entra, "x", "grant=block,mfa")))
	require.Error(t, c.entra.DeletePolicy("contoso.com", "x"))
}
