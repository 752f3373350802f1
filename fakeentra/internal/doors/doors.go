// Package doors decides who gets in where: which applications an endpoint answers under which tenant, and which
// accounts. It is one table: a cell for each endpoint or grant, version, tenant alias, kind of account and audience of
// the application, with the number that is said there, how sure it is, and who says so. Programs read docs/doors.md;
// the fake reads the same cells at each request.
package doors

// Door is an endpoint, or a grant of the token endpoint.
type Door int

// The doors.
const (
	Configuration Door = iota // openid-configuration
	Keys
	DeviceCode   // the device authorization endpoint, and the pages of the sign-in that it begins
	Authorize    // the authorization endpoint, and the pages of the sign-in that it begins
	AdminConsent // the admin consent endpoint, and its pages
	ByCode       // the token endpoint: grant authorization_code,
	ByDevice     // device_code,
	ByRefresh    // refresh_token,
	ByPassword   // password,
	ByCredentials
	doorCount
)

var doorNames = [doorCount]string{
	"openid-configuration", "keys", "devicecode", "authorize", "adminconsent", "token authorization_code",
	"token device_code", "token refresh_token", "token password", "token client_credentials",
}

// Version is that of an endpoint.
type Version int

// The versions.
const (
	V1 Version = iota
	V2
	versionCount
)

var versionNames = [versionCount]string{"v1", "v2"}

// Alias is the first part of a path, as the application sees it until an account is known, and then the account.
type Alias int

// The aliases.
const (
	Own   Alias = iota // the tenant of the application, or of the account
	Other              // another organization
	Common
	Organizations
	Consumers
	aliasCount
)

var aliasNames = [aliasCount]string{"tenant", "other tenant", "common", "organizations", "consumers"}

// Account is a kind of account.
type Account int

// The kinds.
const (
	Work Account = iota
	Personal
	accountCount
)

var accountNames = [accountCount]string{"work", "personal"}

// Audience is whom an application signs in.
type Audience int

// The audiences; Graph calls them AzureADMyOrg, AzureADMultipleOrgs, PersonalMicrosoftAccount and
// AzureADandPersonalMicrosoftAccount.
const (
	OneTenant Audience = iota
	ManyTenants
	PersonalOnly
	Both
	audienceCount
)

var audienceNames = [audienceCount]string{"one tenant", "many", "personal", "both"}

// Marks of a cell: how sure what it says is.
const (
	Captured   = "C"
	Documented = "D"
	Reported   = "R"
	OursMark   = "I"
)

// Cell is what is said at a door.
type Cell struct {
	Number  int    `json:"number" doc:"AADSTS; 0: the door is open"`
	Variant string `json:"variant" doc:"of the sentence, where a number has several"`
	Mark    string `json:"mark" doc:"C captured, D documented, R reported, I ours: nobody knows"` // see the constants
	Source  string `json:"source"`
}

// Open reports whether the door lets in.
func (c Cell) Open() bool { return c.Number == 0 }

// Ours reports whether nobody knows what Entra ID does here.
func (c Cell) Ours() bool { return c.Mark == OursMark }

// table has the cells, as the rules fill them. A cell that no request can come to has no mark: the application's
// refusal comes before the account's, and a code that cannot be made cannot be redeemed.
type table struct {
	discovery    [versionCount][aliasCount]Cell
	applications [doorCount][versionCount][aliasCount][audienceCount]Cell
	accounts     [doorCount][versionCount][aliasCount][accountCount][audienceCount]Cell
	polls        [versionCount][aliasCount][aliasCount][audienceCount]Cell // made at, polled at
}

// cells is the one table.
var cells = fill()

func fill() *table {
	t := &table{}
	for v := range versionCount {
		for a := range aliasCount {
			t.discovery[v][a] = find(discoveryRules, place{version: v, alias: a})
		}
	}
	for door := DeviceCode; door < doorCount; door++ {
		eachCell(func(v Version, a Alias, who Audience) {
			t.applications[door][v][a][who] = find(applicationRules,
				place{door: door, version: v, alias: a, audience: who})
		})
	}
	eachCell(func(v Version, a Alias, who Audience) {
		for account := range accountCount {
			for _, door := range accountDoors {
				if t.reachable(door, v, a, account, who) {
					t.accounts[door][v][a][account][who] = find(accountRules,
						place{door: door, version: v, alias: a, account: account, audience: who})
				}
			}
		}
		for _, made := range madeAt {
			if t.pollable(v, made, a, who) {
				t.polls[v][made][a][who] = find(pollRules,
					place{door: ByDevice, version: v, made: made, alias: a, audience: who})
			}
		}
	})
	return t
}

// accountDoors are the doors at which an account is met. A device's poll is not one of them: the account was met on the
// page.
var accountDoors = []Door{DeviceCode, Authorize, AdminConsent, ByCode, ByRefresh, ByPassword}

// madeAt are the aliases under which a device code is made; a tenant is any.
var madeAt = []Alias{Own, Common, Organizations, Consumers}

func eachCell(visit func(Version, Alias, Audience)) {
	for v := range versionCount {
		for a := range aliasCount {
			for who := range audienceCount {
				visit(v, a, who)
			}
		}
	}
}

// reachable reports whether an account can come to a door: no personal account is at home in an organization, and the
// application has to be let in first. An alias is another one's for the account only: the application is then at home.
func (t *table) reachable(door Door, v Version, a Alias, account Account, who Audience) bool {
	switch {
	case account == Personal && a == Own:
		return false
	case a == Other:
		a = Own
	}
	return t.applications[door][v][a][who].Open()
}

// pollable reports whether a device code can be made at one alias and come to another. A code that was made at an alias
// knows no tenant, so there is no other one.
func (t *table) pollable(v Version, made, polled Alias, who Audience) bool {
	if polled == Other && made != Own {
		return false
	}
	return t.applications[DeviceCode][v][made][who].Open() && t.applications[ByDevice][v][polled][who].Open()
}
