// Package router leads each request to the room that answers it, by the table of endpoints, unless an answer is
// planted.
package router

import (
	"crypto/tls"
	"net/http"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/answers"
	"mfpsim/fakeentra/internal/browser"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/discovery"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/endpoints"
	"mfpsim/fakeentra/internal/grants"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/wire"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Rooms are where a router leads to, and what it stands on.
type Rooms struct {
	Front     *wire.Front
	Directory *directory.Directory
	Doors     *doors.Keeper
	Codes     *codes.Store
	Answers   *answers.Queue
	Journal   *journal.Journal
	Clock     *vtime.Clock
	Grants    *grants.Endpoint
	Browser   *browser.Endpoint
	Discovery *discovery.Endpoint
}

// Router is the handler of the fake.
type Router struct{ Rooms }

// New makes a router.
func New(rooms Rooms) *Router { return &Router{rooms} }

// handler answers one endpoint.
type handler func(r *Router, w http.ResponseWriter, a *wire.Request)

// handlers are who answers the endpoints of the table, by their paths.
var handlers = map[string]handler{
	"/common/discovery/instance":                      byDiscovery((*discovery.Endpoint).Instance),
	"/{tenant}/v2.0/.well-known/openid-configuration": at(doors.Configuration, byDiscovery((*discovery.Endpoint).Configuration)),
	"/{tenant}/discovery/v2.0/keys":                   at(doors.Keys, byDiscovery((*discovery.Endpoint).KeysV2)),
	"/{tenant}/discovery/keys":                        older(at(doors.Keys, byDiscovery((*discovery.Endpoint).KeysV1))),
	"/{tenant}/oauth2/v2.0/devicecode":                byGrants((*grants.Endpoint).DeviceCode),
	"/{tenant}/oauth2/v2.0/token":                     byGrants((*grants.Endpoint).Token),
	"/{tenant}/oauth2/deviceauth":                     byBrowser((*browser.Endpoint).CodeEntry),
	"/device":                                         byBrowser((*browser.Endpoint).Entrance),
	"/devicelogin":                                    byBrowser((*browser.Endpoint).Entrance),
	"/link":                                           byBrowser((*browser.Endpoint).Entrance),
	pages.PathLogin:                                   byBrowser((*browser.Endpoint).Step),
	pages.PathMFA:                                     byBrowser((*browser.Endpoint).Step),
	pages.PathConfirm:                                 byBrowser((*browser.Endpoint).Step),
	pages.PathPermissions:                             byBrowser((*browser.Endpoint).Step),
	pages.PathError:                                   byBrowser((*browser.Endpoint).Lookup),
	pages.PathStyle:                                   byBrowser((*browser.Endpoint).Style),
	"/{tenant}/oauth2/v2.0/authorize":                 byBrowser((*browser.Endpoint).AuthorizationRequest),
	"/{tenant}/oauth2/v2.0/logout":                    byBrowser((*browser.Endpoint).Logout),
	"/{tenant}/kerberos":                              byDiscovery((*discovery.Endpoint).Kerberos),
	"/oidc/userinfo":                                  byDiscovery((*discovery.Endpoint).UserInfo),
	"/{tenant}/v2.0/adminconsent":                     byBrowser((*browser.Endpoint).AdminConsent),
	"/{tenant}/adminconsent":                          older(byBrowser((*browser.Endpoint).AdminConsent)),
	"/{tenant}/oauth2/devicecode":                     older(byGrants((*grants.Endpoint).DeviceCode)),
	"/{tenant}/oauth2/token":                          older(byGrants((*grants.Endpoint).Token)),
	"/{tenant}/oauth2/authorize":                      older(byBrowser((*browser.Endpoint).AuthorizationRequest)),
	"/{tenant}/oauth2/logout":                         byBrowser((*browser.Endpoint).Logout),
	"/{tenant}/.well-known/openid-configuration":      older(at(doors.Configuration, byDiscovery((*discovery.Endpoint).ConfigurationV1))),
	"/{tenant}/UserRealm/{name}":                      byDiscovery((*discovery.Endpoint).UserRealm),
	"/common/GetCredentialType":                       byDiscovery((*discovery.Endpoint).CredentialType),
}

func byGrants(h func(*grants.Endpoint, http.ResponseWriter, *wire.Request)) handler {
	return func(r *Router, w http.ResponseWriter, a *wire.Request) { h(r.Grants, w, a) }
}

func byBrowser(h func(*browser.Endpoint, http.ResponseWriter, *wire.Request)) handler {
	return func(r *Router, w http.ResponseWriter, a *wire.Request) { h(r.Browser, w, a) }
}

func byDiscovery(h func(*discovery.Endpoint, http.ResponseWriter, *wire.Request)) handler {
	return func(r *Router, w http.ResponseWriter, a *wire.Request) { h(r.Discovery, w, a) }
}

// older marks a request that came by an endpoint of v1.
func older(h handler) handler {
	return func(r *Router, w http.ResponseWriter, a *wire.Request) {
		a.V1 = true
		h(r, w, a)
	}
}

// at asks at the door of a discovery document.
func at(door doors.Door, h handler) handler {
	return func(r *Router, w http.ResponseWriter, a *wire.Request) {
		if p := r.Doors.Discovery(door, a.V1, a.Alias); p != nil {
			r.Front.AnswerError(w, a, p)
			return
		}
		h(r, w, a)
	}
}

// ServeHTTP finds who answers. It runs under the turn of the request.
func (r *Router) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	a := r.Front.Read(request)
	if strings.HasSuffix(a.Path, "/") && len(a.Path) > 1 {
		a.Path = strings.TrimSuffix(a.Path, "/")
	}
	endpoint, tenant := endpoints.At(a.Path)
	if request.TLS != nil && request.TLS.Version < tls.VersionTLS12 && a.Since(wire.OldTLSRefused) {
		if alias, p := r.Directory.Resolve(tenant); p == nil && alias.ID != "" {
			tenant = alias.ID
		}
		r.Front.AnswerOldTLS(w, a, tenant)
		return
	}
	if endpoint == nil {
		r.unknown(w, a)
		return
	}
	if request.Method == http.MethodOptions {
		r.options(w, a, endpoint)
		return
	}
	if endpoint.Kind == endpoints.Protocol && tenant != "" {
		alias, p := r.Directory.Resolve(tenant)
		if p != nil {
			r.Front.AnswerError(w, a, p)
			return
		}
		a.Alias = alias
	}
	if endpoint.Methods != nil && !allows(endpoint, request.Method) {
		r.Front.AnswerError(w, a, catalogue.Fail(900561).With("accepted", strings.Join(endpoint.Methods, ", ")).
			With("method", request.Method))
		return
	}
	if planted, meets := r.Answers.Meet(asAnswersSee(a, endpoint)); meets {
		var done bool
		if w, done = r.answerPlanted(w, a, planted); done {
			return
		}
	}
	handlers[endpoint.Path](r, w, a)
}

// allows reports whether an endpoint takes a method; HEAD goes where GET goes.
func allows(e *endpoints.Endpoint, method string) bool {
	return slices.Contains(e.Methods, method) || method == http.MethodHead && slices.Contains(e.Methods, http.MethodGet)
}

// unknown is loud about a path that the fake does not have: a test that meets it asks for something that is not
// simulated.
func (r *Router) unknown(w http.ResponseWriter, a *wire.Request) {
	r.Journal.Append(journal.Entry{
		Party: hosts.Party, Kind: journal.KindNote,
		Text: journal.Plain("not simulated: " + a.HTTP.Method + " " + a.Path),
	})
	if strings.Contains(a.HTTP.Header.Get("Accept"), "text/html") {
		r.Front.SetCommon(w.Header(), a)
		r.Front.Render(w, a, http.StatusNotFound, pages.Page{Name: pages.Unknown, Path: a.Path, Method: a.HTTP.Method})
		return
	}
	r.Front.SetHeaders(w, a)
	o := ordered.New(200)
	o.Text("error", "not_simulated")
	o.Text("error_description", "mfpsim fakeentra has no "+a.HTTP.Method+" "+a.Path)
	wire.Write(w, http.StatusNotFound, o.Bytes())
}

// options answers a browser that asks whether a page with script may call (docs/reference/entra.md §2.3: CORS since
// 2024).
func (r *Router) options(w http.ResponseWriter, a *wire.Request, e *endpoints.Endpoint) {
	r.Front.SetCommon(w.Header(), a)
	h := w.Header()
	methods := strings.Join(e.Methods, ", ")
	if methods == "" {
		methods = http.MethodGet
	}
	h["Allow"] = []string{methods + ", OPTIONS"}
	if a.HTTP.Header.Get("Origin") != "" {
		h["Access-Control-Allow-Origin"] = []string{"*"}
		h["Access-Control-Allow-Methods"] = []string{methods + ", OPTIONS"}
		if asked := a.HTTP.Header.Get("Access-Control-Request-Headers"); asked != "" {
			h["Access-Control-Allow-Headers"] = []string{asked}
		}
		h["Access-Control-Max-Age"] = []string{"86400"}
	}
	w.WriteHeader(http.StatusNoContent)
}
