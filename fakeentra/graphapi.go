package fakeentra

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

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// GraphParty is the name under which the administration API appears in the journal.
const GraphParty = "graph"

// graphAPI is one handler of the administration API.
type graphAPI struct {
	server *Server
	random *chance.Reader // request ids: a stream of their own, so that a look at the API changes no id of a sign-in
}

// graphAsk is one request to it.
type graphAsk struct {
	request *http.Request
	tenant  *tenant
	parts   []string // of the path, after the version
	body    json.RawMessage
	changes []Change // told to watchers after the lock is let go
}

// id is the second part of a path.
func (a *graphAsk) id() string { return a.parts[1] }

// graphAnswer is what a request is answered with.
type graphAnswer struct {
	status  int
	context string            // after $metadata#
	entity  []byte            // one object
	list    []json.RawMessage // many
	many    bool
}

// Graph is the administration API: the paths and the shapes of Microsoft Graph v1.0, for /v1.0 and /beta alike. It is for whoever
// owns the bench and asks for no token; mount it where the sign-in's clients do not come. Without a tenant in the path it means
// the organization that was added last; /contoso.com/v1.0/… names one. Each request acts in a turn of the World.
func (s *Server) Graph() http.Handler {
	g := &graphAPI{server: s, random: chance.New(s.config.Seed, GraphParty)}
	return s.network.Handler(GraphParty, s.clock, http.HandlerFunc(g.serve), recordGraph)
}

// recordGraph makes the journal's entry: passwords and the bearer's token are hidden.
func recordGraph(r *http.Request, body []byte, answer *faultnet.Response) *journal.Exchange {
	e := &journal.Exchange{
		Method: r.Method, Host: hosts.Of(r.Host), Target: journal.Plain(r.URL.RequestURI()), RequestHeader: secrets.Header(r.Header),
		Status: answer.Status, ResponseHeader: secrets.Header(answer.Header), ResponseBody: journal.Plain(string(answer.Body)),
	}
	if bytes.Contains(bytes.ToLower(body), []byte("passw")) || bytes.Contains(body, []byte(`\u`)) {
		e.RequestBody = journal.Hidden(string(body))
	} else {
		e.RequestBody = journal.Plain(string(body))
	}
	return e
}

func (g *graphAPI) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // a buffer of the network: it does not fail
	a := &graphAsk{request: r, body: body}
	g.server.mu.Lock()
	answer, err := g.answer(a)
	now, id := g.server.now(), g.random.UUID()
	g.server.mu.Unlock()
	if err == nil {
		for _, c := range a.changes {
			g.server.tell(c)
		}
		var text []byte
		if text, err = answer.write(r); err == nil {
			g.reply(w, r, id, answer.status, text)
			return
		}
	}
	var refusal *graphError
	if !errors.As(err, &refusal) {
		refusal = badRequest("%s", strings.TrimPrefix(err.Error(), "fakeentra: "))
	}
	inner := ordered.New(160).Text("date", now.Format("2006-01-02T15:04:05")).Text("request-id", id)
	inner.Text("client-request-id", cmp.Or(r.Header.Get("client-request-id"), id))
	o := ordered.New(500).Nested("error", ordered.New(400).Text("code", refusal.code).Text("message", refusal.message).Nested("innerError", inner))
	g.reply(w, r, id, refusal.status, o.Bytes())
}

func (g *graphAPI) reply(w http.ResponseWriter, r *http.Request, id string, status int, text []byte) {
	h := w.Header()
	h["request-id"] = []string{id}
	h["client-request-id"] = []string{cmp.Or(r.Header.Get("client-request-id"), id)}
	h["Cache-Control"] = []string{"no-cache"}
	if len(text) == 0 {
		w.WriteHeader(status)
		return
	}
	h["Content-Type"] = []string{"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"}
	write(w, status, text)
}

// graphRoute answers one kind of path.
type graphRoute func(g *graphAPI, a *graphAsk) (*graphAnswer, error)

// graphRoutes are the methods by path; {id} stands for any one part.
var graphRoutes map[string]map[string]graphRoute

func init() { // filled here, because the table and what it lists refer to each other
	graphRoutes = map[string]map[string]graphRoute{
		"users":                           {http.MethodGet: (*graphAPI).listUsers, http.MethodPost: (*graphAPI).addUser},
		"users/{id}":                      {http.MethodGet: (*graphAPI).getUser, http.MethodPatch: (*graphAPI).changeUser, http.MethodDelete: (*graphAPI).deleteUser},
		"users/{id}/revokeSignInSessions": {http.MethodPost: (*graphAPI).revokeSessions},
		"users/{id}/memberOf":             {http.MethodGet: (*graphAPI).memberOf},
		"groups":                          {http.MethodGet: (*graphAPI).listGroups},
		"directoryRoles":                  {http.MethodGet: (*graphAPI).listRoles},
		"roleManagement/directory/roleDefinitions":      {http.MethodGet: (*graphAPI).listRoleDefinitions},
		"roleManagement/directory/roleAssignments":      {http.MethodGet: (*graphAPI).listAssignments, http.MethodPost: (*graphAPI).addAssignment},
		"roleManagement/directory/roleAssignments/{id}": {http.MethodDelete: (*graphAPI).deleteAssignment},
		"identity/conditionalAccess/policies":           {http.MethodGet: (*graphAPI).listPolicies, http.MethodPost: (*graphAPI).addPolicy},
		"identity/conditionalAccess/policies/{id}": {
			http.MethodGet: (*graphAPI).getPolicy, http.MethodPatch: (*graphAPI).changePolicy, http.MethodDelete: (*graphAPI).deletePolicy,
		},
		"identity/conditionalAccess/namedLocations": {http.MethodGet: (*graphAPI).listLocations, http.MethodPost: (*graphAPI).addLocation},
		"identity/conditionalAccess/namedLocations/{id}": {
			http.MethodGet: (*graphAPI).getLocation, http.MethodPatch: (*graphAPI).changeLocation, http.MethodDelete: (*graphAPI).deleteLocation,
		},
		"auditLogs/signIns":                                  {http.MethodGet: (*graphAPI).listSignIns},
		"auditLogs/signIns/{id}":                             {http.MethodGet: (*graphAPI).getSignIn},
		"auditLogs/directoryAudits":                          {http.MethodGet: (*graphAPI).listAudits},
		"oauth2PermissionGrants":                             {http.MethodGet: (*graphAPI).listGrants, http.MethodPost: (*graphAPI).addGrant},
		"oauth2PermissionGrants/{id}":                        {http.MethodGet: (*graphAPI).getGrant, http.MethodDelete: (*graphAPI).deleteGrant},
		"servicePrincipals":                                  {http.MethodGet: (*graphAPI).listPrincipals, http.MethodPost: (*graphAPI).addPrincipal},
		"servicePrincipals/{id}":                             {http.MethodGet: (*graphAPI).getPrincipal, http.MethodPatch: (*graphAPI).changePrincipal, http.MethodDelete: (*graphAPI).deletePrincipal},
		"servicePrincipals/{id}/appRoleAssignedTo":           {http.MethodGet: (*graphAPI).listAssigned, http.MethodPost: (*graphAPI).assign},
		"applications":                                       {http.MethodGet: (*graphAPI).listApplications, http.MethodPost: (*graphAPI).addApplication},
		"applications/{id}":                                  {http.MethodGet: (*graphAPI).getApplication, http.MethodPatch: (*graphAPI).changeApplication},
		"policies/identitySecurityDefaultsEnforcementPolicy": {http.MethodGet: (*graphAPI).getDefaults, http.MethodPatch: (*graphAPI).changeDefaults},
		"policies/authorizationPolicy":                       {http.MethodGet: (*graphAPI).getAuthorization, http.MethodPatch: (*graphAPI).changeAuthorization},
		"policies/adminConsentRequestPolicy":                 {http.MethodGet: (*graphAPI).getWorkflow, http.MethodPut: (*graphAPI).changeWorkflow},
		"domains":                                            {http.MethodGet: (*graphAPI).listDomains},
		"organization":                                       {http.MethodGet: (*graphAPI).listOrganization},
	}
}

// GraphPaths returns the paths that [Server.Graph] answers, with their methods.
func GraphPaths() []string {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(graphRoutes)) {
		all = append(all, strings.Join(slices.Sorted(maps.Keys(graphRoutes[path])), ", ")+" /v1.0/"+path)
	}
	return all
}

// answer finds the tenant and the route; under Server.mu.
func (g *graphAPI) answer(a *graphAsk) (*graphAnswer, error) {
	parts := strings.Split(strings.Trim(a.request.URL.Path, "/"), "/")
	if parts[0] != "v1.0" && parts[0] != "beta" {
		if a.tenant = g.server.directory.tenantOf(parts[0]); a.tenant == nil || len(parts) < 2 || parts[1] != "v1.0" && parts[1] != "beta" {
			return nil, &graphError{http.StatusNotFound, "InvalidVersion", "The path begins with /v1.0, or with a tenant and /v1.0."}
		}
		parts = parts[1:]
	}
	a.parts = parts[1:]
	if a.tenant == nil {
		for _, t := range g.server.directory.tenants {
			if !t.Personal {
				a.tenant = t
			}
		}
	}
	if a.tenant == nil || a.tenant.Personal {
		return nil, badRequest("There is no organization yet; personal accounts have no administrator.")
	}
	for _, path := range slices.Sorted(maps.Keys(graphRoutes)) {
		pattern := strings.Split(path, "/")
		if !slices.EqualFunc(pattern, a.parts, func(p, part string) bool { return p == part || p == "{id}" && part != "" }) {
			continue
		}
		route := graphRoutes[path][a.request.Method]
		if route == nil {
			return nil, &graphError{
				http.StatusMethodNotAllowed, "Request_BadRequest",
				"Specified HTTP method is not allowed for the request target. It takes " + strings.Join(slices.Sorted(maps.Keys(graphRoutes[path])), ", ") + ".",
			}
		}
		if i := slices.Index(pattern, "{id}"); i > 0 {
			a.parts = []string{a.parts[0], a.parts[i]}
		}
		return route(g, a)
	}
	return nil, badRequest("Resource not found for the segment '%s'. mfpsim has: %s.", strings.Join(a.parts, "/"), strings.Join(slices.Sorted(maps.Keys(graphRoutes)), ", "))
}

// one answers with an object; status 0 means 200.
func one(context string, status int, v any) (*graphAnswer, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if status == 0 {
		status = http.StatusOK
	}
	return &graphAnswer{status: status, context: context + "/$entity", entity: text}, nil
}

func many[T any](context string, values []T) (*graphAnswer, error) {
	answer := &graphAnswer{status: http.StatusOK, context: context, many: true}
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		answer.list = append(answer.list, text)
	}
	return answer, nil
}

func nothing() (*graphAnswer, error) { return &graphAnswer{status: http.StatusNoContent}, nil }

// write makes the body: @odata.context first, as Graph does, then what the query asks for.
func (answer *graphAnswer) write(r *http.Request) ([]byte, error) {
	if answer.status == http.StatusNoContent {
		return nil, nil
	}
	q, err := readQuery(r.URL.RawQuery, answer.many)
	if err != nil {
		return nil, err
	}
	o := ordered.New(400)
	o.Text("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#"+answer.context)
	if !answer.many {
		return o.Members(q.pick(answer.entity)).Bytes(), nil
	}
	list, err := q.apply(answer.list)
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
