// Package graph is the administration API: the paths and the shapes of Microsoft Graph v1.0, for /v1.0 and /beta alike.
package graph

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/wire"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// Party is the name under which the administration API appears in the journal.
const Party = "graph"

// Rooms are what the API stands on.
type Rooms struct {
	Directory *directory.Directory
	Log       *signinlog.Log
	Random    *chance.Reader // request ids: a stream of their own, so that a look at the API changes no id of a sign-in
	Now       func() time.Time
	Start     time.Time // of the bench: what every tenant has is as old
}

// api is one handler of the administration API.
type api struct{ Rooms }

// New makes a handler.
func New(rooms Rooms) http.Handler { return &api{rooms} }

// ask is one request to it.
type ask struct {
	request *http.Request
	home    directory.Home // as the request found it
	parts   []string       // of the path, after the version
	body    json.RawMessage
	changes []directory.Change // told to watchers when all is done
}

// id is the second part of a path.
func (a *ask) id() string { return a.parts[1] }

// result is what a request is answered with.
type result struct {
	status  int
	context string            // after $metadata#
	entity  []byte            // one object
	list    []json.RawMessage // many
	many    bool
}

// Record makes the journal's entry: passwords and the bearer's token are hidden.
func Record(r *http.Request, body []byte, answer *faultnet.Response) *journal.Exchange {
	e := &journal.Exchange{
		Method: r.Method, Host: hosts.Of(r.Host), Target: journal.Plain(r.URL.RequestURI()),
		RequestHeader: secrets.Header(r.Header), Status: answer.Status, ResponseHeader: secrets.Header(answer.Header),
		ResponseBody: journal.Plain(string(answer.Body)),
	}
	if bytes.Contains(answer.Body, []byte(`"secretText"`)) {
		e.ResponseBody = journal.Hidden(string(answer.Body))
	}
	if bytes.Contains(bytes.ToLower(body), []byte("passw")) || bytes.Contains(body, []byte(`\u`)) {
		e.RequestBody = journal.Hidden(string(body))
	} else {
		e.RequestBody = journal.Plain(string(body))
	}
	return e
}

// ServeHTTP answers in a turn of the World.
func (g *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, wire.MaxBody)) // a buffer of the network: it does not fail
	a := &ask{request: r, body: body}
	found, err := g.answer(a)
	now, id := g.Now(), g.Random.UUID()
	if err == nil {
		for _, c := range a.changes {
			g.Directory.Tell(c)
		}
		var text []byte
		if text, err = found.write(r); err == nil {
			g.reply(w, r, id, found.status, text)
			return
		}
	}
	var refused *failure
	if !errors.As(err, &refused) {
		refused = badRequest("%s", err)
	}
	inner := ordered.New(160).Text("date", now.Format("2006-01-02T15:04:05")).Text("request-id", id)
	inner.Text("client-request-id", cmp.Or(r.Header.Get("client-request-id"), id))
	o := ordered.New(500).Nested("error", ordered.New(400).Text("code", refused.code).Text("message", refused.message).
		Nested("innerError", inner))
	g.reply(w, r, id, refused.status, o.Bytes())
}

func (g *api) reply(w http.ResponseWriter, r *http.Request, id string, status int, text []byte) {
	h := w.Header()
	h["request-id"] = []string{id}
	h["client-request-id"] = []string{cmp.Or(r.Header.Get("client-request-id"), id)}
	h["Cache-Control"] = []string{"no-cache"}
	if len(text) == 0 {
		w.WriteHeader(status)
		return
	}
	h["Content-Type"] = []string{"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"}
	wire.Write(w, status, text)
}

// route answers one kind of path.
type route func(g *api, a *ask) (*result, error)

// routes are the methods by path; {id} stands for any one part.
var routes map[string]map[string]route

func init() { // filled here, because the table and what it lists refer to each other
	routes = map[string]map[string]route{
		"users":                           {http.MethodGet: (*api).listUsers, http.MethodPost: (*api).addUser},
		"users/{id}":                      {http.MethodGet: (*api).getUser, http.MethodPatch: (*api).changeUser, http.MethodDelete: (*api).deleteUser},
		"users/{id}/revokeSignInSessions": {http.MethodPost: (*api).revokeSessions},
		"users/{id}/memberOf":             {http.MethodGet: (*api).memberOf},
		"groups":                          {http.MethodGet: (*api).listGroups},
		"directoryRoles":                  {http.MethodGet: (*api).listRoles},
		"roleManagement/directory/roleDefinitions":      {http.MethodGet: (*api).listRoleDefinitions},
		"roleManagement/directory/roleAssignments":      {http.MethodGet: (*api).listAssignments, http.MethodPost: (*api).addAssignment},
		"roleManagement/directory/roleAssignments/{id}": {http.MethodDelete: (*api).deleteAssignment},
		"identity/conditionalAccess/policies":           {http.MethodGet: (*api).listPolicies, http.MethodPost: (*api).addPolicy},
		"identity/conditionalAccess/policies/{id}": {
			http.MethodGet: (*api).getPolicy, http.MethodPatch: (*api).changePolicy, http.MethodDelete: (*api).deletePolicy,
		},
		"identity/conditionalAccess/namedLocations": {http.MethodGet: (*api).listLocations, http.MethodPost: (*api).addLocation},
		"identity/conditionalAccess/namedLocations/{id}": {
			http.MethodGet: (*api).getLocation, http.MethodPatch: (*api).changeLocation,
			http.MethodDelete: (*api).deleteLocation,
		},
		"auditLogs/signIns":                                  {http.MethodGet: (*api).listSignIns},
		"auditLogs/signIns/{id}":                             {http.MethodGet: (*api).getSignIn},
		"auditLogs/directoryAudits":                          {http.MethodGet: (*api).listAudits},
		"oauth2PermissionGrants":                             {http.MethodGet: (*api).listGrants, http.MethodPost: (*api).addGrant},
		"oauth2PermissionGrants/{id}":                        {http.MethodGet: (*api).getGrant, http.MethodDelete: (*api).deleteGrant},
		"servicePrincipals":                                  {http.MethodGet: (*api).listPrincipals, http.MethodPost: (*api).addPrincipal},
		"servicePrincipals/{id}":                             {http.MethodGet: (*api).getPrincipal, http.MethodPatch: (*api).changePrincipal, http.MethodDelete: (*api).deletePrincipal},
		"servicePrincipals/{id}/appRoleAssignedTo":           {http.MethodGet: (*api).listAssigned, http.MethodPost: (*api).assign},
		"applications":                                       {http.MethodGet: (*api).listApplications, http.MethodPost: (*api).addApplication},
		"applications/{id}":                                  {http.MethodGet: (*api).getApplication, http.MethodPatch: (*api).changeApplication},
		"applications/{id}/addPassword":                      {http.MethodPost: (*api).addPassword},
		"applications/{id}/removePassword":                   {http.MethodPost: (*api).removePassword},
		"policies/identitySecurityDefaultsEnforcementPolicy": {http.MethodGet: (*api).getDefaults, http.MethodPatch: (*api).changeDefaults},
		"policies/authorizationPolicy":                       {http.MethodGet: (*api).getAuthorization, http.MethodPatch: (*api).changeAuthorization},
		"policies/adminConsentRequestPolicy":                 {http.MethodGet: (*api).getWorkflow, http.MethodPut: (*api).changeWorkflow},
		"domains":                                            {http.MethodGet: (*api).listDomains},
		"organization":                                       {http.MethodGet: (*api).listOrganization},
	}
}

func isVersion(part string) bool { return part == "v1.0" || part == "beta" }

// answer finds the tenant and the route.
func (g *api) answer(a *ask) (*result, error) {
	parts, named := strings.Split(strings.Trim(a.request.URL.Path, "/"), "/"), false
	if !isVersion(parts[0]) {
		if a.home, named = g.Directory.Home(parts[0]); !named || len(parts) < 2 || !isVersion(parts[1]) {
			return nil, &failure{
				http.StatusNotFound, "InvalidVersion",
				"The path begins with /v1.0, or with a tenant and /v1.0.",
			}
		}
		parts = parts[1:]
	}
	a.parts = parts[1:]
	if !named {
		for _, home := range g.Directory.Homes() { // the organization that was added last
			if !home.Personal {
				a.home = home
			}
		}
	}
	if a.home.Key == 0 || a.home.Personal {
		return nil, badRequest("There is no organization yet; personal accounts have no administrator.")
	}
	for _, path := range slices.Sorted(maps.Keys(routes)) {
		pattern := strings.Split(path, "/")
		if !slices.EqualFunc(
			pattern, a.parts, func(p, part string) bool { return p == part || p == "{id}" && part != "" },
		) {
			continue
		}
		route := routes[path][a.request.Method]
		if route == nil {
			return nil, &failure{
				http.StatusMethodNotAllowed, "Request_BadRequest",
				"Specified HTTP method is not allowed for the request target. It takes " +
					strings.Join(slices.Sorted(maps.Keys(routes[path])), ", ") + ".",
			}
		}
		if i := slices.Index(pattern, "{id}"); i > 0 {
			a.parts = []string{a.parts[0], a.parts[i]}
		}
		return route(g, a)
	}
	return nil, badRequest("Resource not found for the segment '%s'. mfpsim has: %s.", strings.Join(a.parts, "/"),
		strings.Join(slices.Sorted(maps.Keys(routes)), ", "))
}

// one answers with an object; status 0 means 200.
func one(context string, status int, v any) (*result, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if status == 0 {
		status = http.StatusOK
	}
	return &result{status: status, context: context + "/$entity", entity: text}, nil
}

func many[T any](context string, values []T) (*result, error) {
	found := &result{status: http.StatusOK, context: context, many: true}
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		found.list = append(found.list, text)
	}
	return found, nil
}

func nothing() (*result, error) { return &result{status: http.StatusNoContent}, nil }

// write makes the body: @odata.context first, as Graph does, then what the query asks for.
func (found *result) write(r *http.Request) ([]byte, error) {
	if found.status == http.StatusNoContent {
		return nil, nil
	}
	q, err := readQuery(r.URL.RawQuery, found.many)
	if err != nil {
		return nil, err
	}
	o := ordered.New(400)
	o.Text("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#"+found.context)
	if !found.many {
		return o.Members(q.pick(found.entity)).Bytes(), nil
	}
	list, err := q.apply(found.list)
	if err != nil {
		return nil, err
	}
	if q.count {
		o.Number("@odata.count", int64(len(list)))
	}
	if q.top > 0 && len(list) > q.top {
		list = list[:q.top]
	}
	for i, item := range list {
		list[i] = q.pick(item)
	}
	return o.Raws("value", list).Bytes(), nil
}
