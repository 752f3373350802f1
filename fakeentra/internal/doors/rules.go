package doors

import "slices"

// place is where a request stands.
type place struct {
	door     Door
	version  Version
	made     Alias // of a device code
	alias    Alias
	account  Account
	audience Audience
}

// rule fills the cells that it fits; an empty list fits all. The first rule that fits counts.
type rule struct {
	doors     []Door
	versions  []Version
	made      []Alias
	aliases   []Alias
	accounts  []Account
	audiences []Audience
	Cell
}

func (r rule) fits(p place) bool {
	return holds(r.doors, p.door) && holds(r.versions, p.version) && holds(r.made, p.made) &&
		holds(r.aliases, p.alias) && holds(r.accounts, p.account) && holds(r.audiences, p.audience)
}

func holds[T comparable](list []T, one T) bool { return list == nil || slices.Contains(list, one) }

// find is the cell of a place. A place that no rule fits is a mistake of this package.
func find(rules []rule, p place) Cell {
	for i := range rules {
		if rules[i].fits(p) {
			return rules[i].Cell
		}
	}
	panic("fakeentra: a door without a rule")
}

// Sources that several rules have. Their keys are those of docs/reference/sources.md.
const (
	script      = "public log: a script with pasted answers, 2021-05-03"
	personalApp = "MMM-MicrosoftToDo#28 (docs/reference/entra.md E5); public logs report 9002346 there too"
	notKnown    = "ours: no source"
)

// says and opens make cells.
func says(number int, mark, source string) Cell {
	return Cell{Number: number, Mark: mark, Source: source}
}
func opens(mark, source string) Cell { return Cell{Mark: mark, Source: source} }

// Lists for the rules, whose columns would be wide otherwise.
var (
	v1, v2           = []Version{V1}, []Version{V2}
	anywhereElse     = []Alias{Own, Other, Common, Organizations}
	severalWork      = []Alias{Common, Organizations}
	forOrganizations = []Audience{OneTenant, ManyTenants}
	signIns          = []Door{DeviceCode, Authorize}
	delegated        = []Door{DeviceCode, Authorize, ByCode, ByDevice, ByRefresh}
	redemptions      = []Door{ByCode, ByDevice, ByRefresh}
)

// at, by, to and of spell a list of one or two.
func at(a ...Alias) []Alias       { return a }
func by(d ...Door) []Door         { return d }
func to(a ...Audience) []Audience { return a }
func of(a ...Account) []Account   { return a }

// discoveryRules are for the discovery documents and the keys, which know neither application nor account.
var discoveryRules = []rule{
	{versions: v2, aliases: at(Organizations), Cell: opens(Captured, "AZJS-dev")},
	{versions: v2, Cell: opens(Documented, "v2-protocols-oidc.md")},
	{versions: v1, aliases: at(Consumers), Cell: opens(OursMark, notKnown)},
	{versions: v1, Cell: opens(Documented, "v2-protocols-oidc.md")},
}

// applicationRules are for the application, before anybody has signed in.
var applicationRules = []rule{
	// Grants that are refused before the application is looked at.
	{doors: by(ByPassword), aliases: at(Common, Consumers), Cell: says(9001023, Captured, "MSCloudLoginAssistant#100 (2021-02-22); ERR")},
	{doors: by(ByCredentials), aliases: at(Common, Consumers), Cell: says(9001023, Documented, "ERR")},
	{doors: by(ByCredentials), aliases: at(Organizations), Cell: says(50059, OursMark, notKnown)},
	{doors: by(AdminConsent), aliases: at(Consumers), Cell: says(9002328, Documented, "FB")},
	{doors: by(AdminConsent), versions: v2, aliases: at(Common), Cell: says(9002328, Documented, "FB; v2-admin-consent.md; azure-docs#47236 (2020-01-31)")},
	{doors: delegated, versions: v1, aliases: at(Consumers), Cell: says(90027, Documented, "FB")},

	// Applications for personal accounts.
	{doors: by(DeviceCode), versions: v2, aliases: at(Common), audiences: to(PersonalOnly), Cell: says(9002331, Captured, "MSAL.py#194 (2020-05-14)")},
	{doors: redemptions, versions: v2, aliases: at(Common), audiences: to(PersonalOnly), Cell: says(9002331, Captured, "MMM-MicrosoftToDo#28, onedrive-api#3 (2021-07-29)")},
	{doors: delegated, versions: v2, aliases: anywhereElse, audiences: to(PersonalOnly), Cell: says(9002331, Reported, personalApp)},
	{aliases: anywhereElse, audiences: to(PersonalOnly), Cell: says(9002331, OursMark, notKnown)},
	// Applications for organizations.
	{doors: delegated, versions: v2, aliases: at(Consumers), audiences: forOrganizations, Cell: says(9002332, Documented, "FB")},
	{doors: by(DeviceCode), versions: v2, aliases: severalWork, audiences: to(OneTenant), Cell: says(50059, Captured, "MSAL.py#154 (2020-02-04)")},
	{doors: by(DeviceCode), versions: v1, aliases: severalWork, audiences: to(OneTenant), Cell: says(50059, OursMark, notKnown)},
	{doors: by(Authorize), aliases: at(Common), audiences: to(OneTenant), Cell: says(50194, Captured, "react-microsoft-login#73 (2021-02-01); FB")},
	{aliases: at(Common), audiences: to(OneTenant), Cell: says(50194, Documented, "FB")},
	{aliases: at(Organizations), audiences: to(OneTenant), Cell: says(50194, OursMark, notKnown)},
	{aliases: at(Other), audiences: to(OneTenant), Cell: says(700016, Captured, "Office365itpros#23 (2021-03-12)")},

	// Who is let in.
	{doors: by(DeviceCode, ByDevice), versions: v2, aliases: at(Organizations), Cell: opens(Captured, "AZJS-dev")},
	{doors: by(DeviceCode, ByDevice), versions: v2, aliases: at(Consumers), Cell: opens(Captured, "sasl-xoauth2")},
	{doors: by(DeviceCode, ByDevice), versions: v2, aliases: at(Common), audiences: to(Both), Cell: opens(Captured, "MSAL.py#91 (2019-09-04)")},
	{doors: by(DeviceCode, ByDevice), versions: v2, Cell: opens(Documented, "DCF")},
	{doors: by(DeviceCode, ByDevice), versions: v1, Cell: opens(Reported, script)},
	{doors: by(Authorize, ByCode), versions: v2, Cell: opens(Documented, "ACF")},
	{doors: by(Authorize, ByCode), versions: v1, Cell: opens(Documented, "v1 of ACF")},
	{doors: by(ByRefresh), Cell: opens(Documented, "RT")},
	{doors: by(ByPassword), versions: v2, aliases: at(Organizations), Cell: opens(Captured, "AZJS-cae")},
	{doors: by(ByPassword), versions: v2, Cell: opens(Documented, "v2-oauth-ropc.md")},
	{doors: by(ByCredentials), versions: v2, Cell: opens(Documented, "v2-oauth2-client-creds-grant-flow.md")},
	{doors: by(ByPassword, ByCredentials), versions: v1, Cell: opens(OursMark, notKnown)},
	{doors: by(AdminConsent), versions: v2, Cell: opens(Documented, "v2-admin-consent.md")},
	{doors: by(AdminConsent), versions: v1, aliases: at(Common), Cell: opens(Documented, "grant-admin-consent.md as of azure-docs#111454 (2023-06-27)")},
	{doors: by(AdminConsent), versions: v1, Cell: opens(Documented, "grant-admin-consent.md")},
}

// accountRules are for the account, when it is known: on the pages, and in a grant that it has given.
var accountRules = []rule{
	// Work accounts.
	{doors: by(ByCode), accounts: of(Work), aliases: at(Other), Cell: says(700005, Captured, "next-auth#11602 (2024-08-14), azure-docs#51023 (2020-03-26)")},
	{doors: by(ByRefresh), accounts: of(Work), aliases: at(Other), Cell: says(50020, OursMark, "ours: a refresh token is bound to no tenant (RT), and the account has none there")},
	{doors: by(ByPassword), accounts: of(Work), aliases: at(Other), Cell: says(50034, Captured, "AZJS-app")},
	{accounts: of(Work), aliases: at(Other), Cell: says(50020, Documented, "error-code-aadsts50020")},
	{doors: by(ByRefresh), accounts: of(Work), aliases: at(Consumers), Cell: says(7000012, Captured, "sasl-xoauth2#54 (2022-11-18), sasl-xoauth2#80 (2024-01-31), BingAds-Python-SDK#297 (2024-08-27)")},
	{doors: by(ByCode), accounts: of(Work), aliases: at(Consumers), Cell: says(7000012, OursMark, "ours: as a refresh token")},
	{doors: signIns, accounts: of(Work), aliases: at(Consumers), Cell: says(50034, Reported, "public logs: words of the page (docs/reference/entra.md §7)")},
	{doors: by(DeviceCode), versions: v2, accounts: of(Work), aliases: at(Organizations), Cell: opens(Captured, "AZJS-dev")},
	{doors: by(DeviceCode), versions: v2, accounts: of(Work), Cell: opens(Documented, "DCF")},
	{doors: by(DeviceCode), versions: v1, accounts: of(Work), Cell: opens(Reported, script)},
	{doors: by(Authorize, ByCode), versions: v2, accounts: of(Work), Cell: opens(Documented, "ACF")},
	{doors: by(Authorize, ByCode), versions: v1, accounts: of(Work), Cell: opens(Documented, "v1 of ACF")},
	{doors: by(ByRefresh), accounts: of(Work), Cell: opens(Documented, "RT")},
	{doors: by(ByPassword), versions: v2, accounts: of(Work), aliases: at(Organizations), Cell: opens(Captured, "AZJS-cae")},
	{doors: by(ByPassword), versions: v2, accounts: of(Work), Cell: opens(Documented, "v2-oauth-ropc.md")},
	{doors: by(ByPassword), versions: v1, accounts: of(Work), Cell: opens(OursMark, notKnown)},
	{doors: by(AdminConsent), accounts: of(Work), Cell: opens(Documented, "v2-admin-consent.md, grant-admin-consent.md")},

	// Personal accounts.
	{doors: by(ByCode), versions: v1, accounts: of(Personal), aliases: at(Common), audiences: to(Both), Cell: says(9002313, Captured, "MSAL.js#1614 (2020-05-06)")},
	{doors: by(ByCode, ByRefresh), versions: v2, accounts: of(Personal), aliases: at(Common), audiences: forOrganizations, Cell: says(9002339, OursMark, "ours: sentence FB")},
	{doors: by(ByCode, ByRefresh), versions: v1, accounts: of(Personal), Cell: says(9002313, OursMark, "ours: as MSAL.js#1614")},
	{doors: by(ByCode, ByRefresh), versions: v2, accounts: of(Personal), aliases: at(Other, Organizations), Cell: says(9002313, OursMark, "ours: as MSAL.js#1614")},
	{doors: by(ByPassword), accounts: of(Personal), Cell: says(50034, OursMark, notKnown)},
	{doors: signIns, accounts: of(Personal), aliases: at(Other), Cell: says(50020, Captured, "azure-docs#118443 (2024-01-02), azure-docs#76927 (2021-06-15)")},
	{doors: by(AdminConsent), accounts: of(Personal), aliases: at(Other), Cell: says(50020, Documented, "error-code-aadsts50020")},
	{doors: by(AdminConsent), accounts: of(Personal), Cell: says(500200, Documented, "FB; v2-admin-consent.md")},
	{doors: signIns, versions: v1, accounts: of(Personal), Cell: says(500201, Documented, "FB; msgraph-training-java#1 (2019-08-15)")},
	{doors: signIns, versions: v2, accounts: of(Personal), aliases: at(Organizations), Cell: says(500200, Documented, "FB")},
	{doors: signIns, versions: v2, accounts: of(Personal), aliases: at(Common), audiences: forOrganizations, Cell: says(500200, Documented, "FB")},
	{doors: by(DeviceCode), versions: v2, accounts: of(Personal), aliases: at(Common), Cell: opens(Captured, "MSAL.py#91 (2019-09-04)")},
	{doors: by(DeviceCode), versions: v2, accounts: of(Personal), Cell: opens(Captured, "sasl-xoauth2")},
	{doors: by(Authorize, ByCode), versions: v2, accounts: of(Personal), Cell: opens(Documented, "ACF")},
	{doors: by(ByRefresh), versions: v2, accounts: of(Personal), aliases: at(Consumers), Cell: opens(Captured, "sasl-xoauth2")},
	{doors: by(ByRefresh), versions: v2, accounts: of(Personal), Cell: opens(Documented, "RT")},
}

// pollRules are for device codes, by where they were made: "the same tenant or tenant alias" (DCF).
var pollRules = []rule{
	{versions: v2, made: at(Organizations), aliases: at(Organizations), Cell: opens(Captured, "AZJS-dev")},
	{versions: v2, made: at(Consumers), aliases: at(Consumers), Cell: opens(Captured, "sasl-xoauth2")},
	{versions: v2, made: at(Common), aliases: at(Common), audiences: to(Both), Cell: opens(Captured, "MSAL.py#91 (2019-09-04)")},
	{versions: v2, made: at(Common), aliases: at(Common), Cell: opens(Documented, "DCF")},
	{versions: v2, made: at(Own), aliases: at(Own), Cell: opens(Documented, "DCF")},
	{versions: v1, made: at(Organizations), aliases: at(Organizations), Cell: opens(Reported, script)},
	{versions: v1, made: at(Common), aliases: at(Common), Cell: opens(Reported, script)},
	{versions: v1, made: at(Own), aliases: at(Own), Cell: opens(Reported, script)},
	{versions: v2, made: at(Common, Consumers), aliases: at(Own, Organizations), audiences: to(Both), Cell: says(90132, Documented, "FB; DCF")},
	{Cell: Cell{Number: 70000, Variant: "device_code", Mark: OursMark, Source: "ours: that it is refused is documented (DCF, docs/reference/entra.md E19), the number is not"}},
}
