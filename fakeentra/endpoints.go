package fakeentra

import (
	"net/http"
	"strings"
	"sync"

	"mfpsim/fakeentra/internal/pages"
)

// EndpointKind tells what an endpoint is for.
type EndpointKind string

// Kinds of endpoints.
const (
	EndpointProtocol EndpointKind = "protocol" // answers programs
	EndpointPage     EndpointKind = "page"     // answers a person's browser
	EndpointOwn      EndpointKind = "own"      // is not Microsoft's
)

// Endpoint is a row of the table that the router reads and that docs/parity-entra.md prints: what is not in it is not there.
type Endpoint struct {
	Name string // as knobs call it ([Knob.Endpoint])
	// Path below the host. "{tenant}" stands for common, organizations, consumers, an id or a domain.
	Path       string
	Kind       EndpointKind
	Methods    []string // nil: any
	Advertised string   // the member of the OpenID configuration that names it
	Tag        string   // of the path: C captured, D documented, I inferred
	Source     string
	Tests      []string // tests that show it

	serve func(*Server, http.ResponseWriter, *ask)
}

// tenantPart begins the paths that stand below a tenant.
const tenantPart = "/{tenant}"

// endpointRows is the table. An endpoint of another file is a row here.
func endpointRows() []Endpoint { return append(coreRows(), webRows()...) }

func coreRows() []Endpoint {
	get, post := []string{http.MethodGet}, []string{http.MethodPost}
	return []Endpoint{
		{
			Name: "instance", Path: "/common/discovery/instance", Kind: EndpointProtocol, Tag: "C", Source: "AZJS-dev",
			Tests: []string{"TestMSALForGoSignsInUnmodified"}, serve: (*Server).instance,
		},
		{
			Name: "openid-configuration", Path: "/{tenant}/v2.0/.well-known/openid-configuration", Kind: EndpointProtocol, Tag: "C", Source: "AZJS-dev",
			Tests: []string{"TestTheStoryIsTheSameOnEveryMachine"}, serve: (*Server).configuration,
		},
		{
			Name: "keys", Path: "/{tenant}/discovery/v2.0/keys", Kind: EndpointProtocol, Advertised: "jwks_uri", Tag: "C", Source: "AZJS-dev",
			Tests: []string{"TestTheStoryIsTheSameOnEveryMachine"}, serve: (*Server).keysV2,
		},
		{
			Name: "keys", Path: "/{tenant}/discovery/keys", Kind: EndpointProtocol, Tag: "C", Source: "pasted JWKS, public log",
			Tests: []string{"TestTheStoryIsTheSameOnEveryMachine"}, serve: (*Server).keysV1,
		},
		{
			Name: "devicecode", Path: "/{tenant}/oauth2/v2.0/devicecode", Kind: EndpointProtocol, Methods: []string{http.MethodPost, http.MethodGet},
			Advertised: "device_authorization_endpoint", Tag: "C", Source: "AZJS-dev; GET: observed clients, entra.md §14",
			Tests: []string{"TestTheFirstAnswerOfADeviceSignIn"}, serve: (*Server).deviceCode,
		},
		{
			Name: "token", Path: "/{tenant}/oauth2/v2.0/token", Kind: EndpointProtocol, Methods: post, Advertised: "token_endpoint", Tag: "C", Source: "AZJS-dev",
			Tests: []string{"TestTheFirstAnswerOfADeviceSignIn"}, serve: (*Server).token,
		},

		{
			Name: "code-page", Path: "/{tenant}/oauth2/deviceauth", Kind: EndpointPage, Tag: "I", Source: "public log; entra.md §2.1",
			Tests: []string{"TestAnAdministratorSignsInAndConsentsForTheOrganization"}, serve: (*Server).codeEntry,
		},
		{
			Name: "entrance", Path: "/device", Kind: EndpointPage, Methods: get, Tag: "C", Source: "2026 public logs; entra.md §2.1",
			Tests: []string{"TestAnAdministratorSignsInAndConsentsForTheOrganization"}, serve: (*Server).entrance,
		},
		{
			Name: "entrance", Path: "/devicelogin", Kind: EndpointPage, Methods: get, Tag: "C", Source: "AZJS-dev",
			Tests: []string{"TestMistakesOnThePages"}, serve: (*Server).entrance,
		},
		{
			Name: "entrance", Path: "/link", Kind: EndpointPage, Methods: get, Tag: "C", Source: "sasl-xoauth2 README.md l.419",
			Tests: []string{"TestTheWrongKindOfAccount"}, serve: (*Server).entrance,
		},
		{
			Name: "sign-in-page", Path: pages.PathLogin, Kind: EndpointPage, Tag: "I", Source: "entra.md §7",
			Tests: []string{"TestAnAdministratorSignsInAndConsentsForTheOrganization"}, serve: (*Server).step,
		},
		{
			Name: "mfa-page", Path: pages.PathMFA, Kind: EndpointPage, Tag: "I", Source: "entra.md §7",
			Tests: []string{"TestASecondFactorIsAskedFor"}, serve: (*Server).step,
		},
		{
			Name: "confirm-page", Path: pages.PathConfirm, Kind: EndpointPage, Tag: "I", Source: "entra.md §2.4",
			Tests: []string{"TestAnAdministratorSignsInAndConsentsForTheOrganization"}, serve: (*Server).step,
		},
		{
			Name: "consent-page", Path: pages.PathPermissions, Kind: EndpointPage, Tag: "I", Source: "entra.md §6.1",
			Tests: []string{"TestConsentFollowsRoleAndSettings"}, serve: (*Server).step,
		},
		{
			Name: "error-page", Path: pages.PathError, Kind: EndpointPage, Methods: get, Tag: "D", Source: "ERR",
			Tests: []string{"TestWhatIsNotSimulatedIsLoud"}, serve: (*Server).lookup,
		},
		{
			Name: "style", Path: pages.PathStyle, Kind: EndpointOwn, Methods: get, Tag: "I", Source: "ours",
			Tests: []string{"TestNoPageLeadsOutOfTheBench"}, serve: (*Server).style,
		},
	}
}

// Endpoints returns the table of endpoints.
func Endpoints() []Endpoint { return endpointRows() }

// endpointIndex finds rows by path: below a tenant, and as a whole.
var endpointIndex = sync.OnceValue(func() map[string]*Endpoint {
	index := map[string]*Endpoint{}
	rows := endpointRows()
	for i := range rows {
		index[rows[i].Path] = &rows[i]
	}
	return index
})

// endpointAt finds the row of a path and, if it stands below a tenant, the tenant's word.
func endpointAt(path string) (row *Endpoint, tenant string) {
	if row = endpointIndex()[path]; row != nil && !strings.HasPrefix(path, tenantPart) {
		return row, ""
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if strings.HasPrefix(rest, "UserRealm/") {
		rest = "UserRealm/{name}"
	}
	return endpointIndex()[tenantPart+"/"+rest], first
}
