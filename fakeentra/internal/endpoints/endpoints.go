// Package endpoints is the table of what the fake answers: paths, methods, where each is from, and the tests that show
// it.
package endpoints

import (
	"net/http"
	"strings"
	"sync"

	"mfpsim/fakeentra/internal/pages"
)

// Kind tells what an endpoint is for.
type Kind string

// Kinds of endpoints.
const (
	Protocol Kind = "protocol" // answers programs
	Page     Kind = "page"     // answers a person's browser
	Own      Kind = "own"      // is not Microsoft's
)

// Endpoint is a row of the table that the router reads and that docs/parity-entra.md prints: what is not in it is not
// there.
type Endpoint struct {
	Name string // as planted answers call it (endpoint=)
	// Path below the host. "{tenant}" stands for common, organizations, consumers, an id or a domain.
	Path       string
	Kind       Kind
	Methods    []string // nil: any
	Advertised string   // the member of the OpenID configuration that names it
	Tag        string   // of the path: C captured, D documented, R reported, I inferred
	Source     string
	Tests      []string // tests that show it
}

// tenantPart begins the paths that stand below a tenant.
const tenantPart = "/{tenant}"

// All is the table. An endpoint of another file is a row here.
func All() []Endpoint { return append(coreRows(), webRows()...) }

func coreRows() []Endpoint {
	get, post := []string{http.MethodGet}, []string{http.MethodPost}
	return []Endpoint{
		{
			Name: "instance", Path: "/common/discovery/instance", Kind: Protocol, Tag: "C", Source: "AZJS-dev",
			Tests: []string{"TestMSALForGoSignsInUnmodified"},
		},
		{
			Name: "openid-configuration", Path: "/{tenant}/v2.0/.well-known/openid-configuration", Kind: Protocol, Tag: "C",
			Source: "AZJS-dev", Tests: []string{"TestTheStoryIsTheSameOnEveryMachine"},
		},
		{
			Name: "keys", Path: "/{tenant}/discovery/v2.0/keys", Kind: Protocol, Advertised: "jwks_uri", Tag: "C",
			Source: "AZJS-dev", Tests: []string{"TestTheStoryIsTheSameOnEveryMachine"},
		},
		{
			Name: "keys", Path: "/{tenant}/discovery/keys", Kind: Protocol, Tag: "R", Source: "public log: pasted keys",
			Tests: []string{"TestTheStoryIsTheSameOnEveryMachine"},
		},
		{
			Name: "devicecode", Path: "/{tenant}/oauth2/v2.0/devicecode", Kind: Protocol,
			Methods: []string{http.MethodPost, http.MethodGet}, Advertised: "device_authorization_endpoint", Tag: "C",
			Source: "AZJS-dev; GET: observed clients, docs/reference/entra.md §14",
			Tests:  []string{"TestTheFirstAnswerOfADeviceSignIn"},
		},
		{
			Name: "token", Path: "/{tenant}/oauth2/v2.0/token", Kind: Protocol, Methods: post, Advertised: "token_endpoint",
			Tag: "C", Source: "AZJS-dev", Tests: []string{"TestTheFirstAnswerOfADeviceSignIn"},
		},

		{
			Name: "code-page", Path: "/{tenant}/oauth2/deviceauth", Kind: Page, Tag: "I",
			Source: "public log; docs/reference/entra.md §2.1",
			Tests:  []string{"TestAnAdministratorSignsInAndConsentsForTheOrganization"},
		},
		{
			Name: "entrance", Path: "/device", Kind: Page, Methods: get, Tag: "R",
			Source: "public logs of 2026; docs/reference/entra.md §2.1",
			Tests:  []string{"TestAnAdministratorSignsInAndConsentsForTheOrganization"},
		},
		{
			Name: "entrance", Path: "/devicelogin", Kind: Page, Methods: get, Tag: "C", Source: "AZJS-dev",
			Tests: []string{"TestMistakesOnThePages"},
		},
		{
			Name: "entrance", Path: "/link", Kind: Page, Methods: get, Tag: "C", Source: "sasl-xoauth2 README.md l.419",
			Tests: []string{"TestTheWrongKindOfAccount"},
		},
		{
			Name: "sign-in-page", Path: pages.PathLogin, Kind: Page, Tag: "I", Source: "docs/reference/entra.md §7",
			Tests: []string{"TestAnAdministratorSignsInAndConsentsForTheOrganization"},
		},
		{
			Name: "mfa-page", Path: pages.PathMFA, Kind: Page, Tag: "I", Source: "docs/reference/entra.md §7",
			Tests: []string{"TestASecondFactorIsAskedFor"},
		},
		{
			Name: "confirm-page", Path: pages.PathConfirm, Kind: Page, Tag: "I", Source: "docs/reference/entra.md §2.4",
			Tests: []string{"TestAnAdministratorSignsInAndConsentsForTheOrganization"},
		},
		{
			Name: "consent-page", Path: pages.PathPermissions, Kind: Page, Tag: "I", Source: "docs/reference/entra.md §6.1",
			Tests: []string{"TestConsentFollowsRoleAndSettings"},
		},
		{
			Name: "error-page", Path: pages.PathError, Kind: Page, Methods: get, Tag: "D", Source: "ERR",
			Tests: []string{"TestWhatIsNotSimulatedIsLoud"},
		},
		{
			Name: "style", Path: pages.PathStyle, Kind: Own, Methods: get, Tag: "I", Source: "ours",
			Tests: []string{"TestNoPageLeadsOutOfTheBench"},
		},
	}
}

// endpointIndex finds rows by path: below a tenant, and as a whole.
var endpointIndex = sync.OnceValue(func() map[string]*Endpoint {
	index := map[string]*Endpoint{}
	rows := All()
	for i := range rows {
		index[rows[i].Path] = &rows[i]
	}
	return index
})

// At finds the row of a path and, if it stands below a tenant, the tenant's word.
func At(path string) (row *Endpoint, tenant string) {
	if row = endpointIndex()[path]; row != nil && !strings.HasPrefix(path, tenantPart) {
		return row, ""
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if strings.HasPrefix(rest, "UserRealm/") {
		rest = "UserRealm/{name}"
	}
	return endpointIndex()[tenantPart+"/"+rest], first
}
