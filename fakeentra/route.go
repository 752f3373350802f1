package fakeentra

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/endpoints"
	"mfpsim/fakeentra/internal/forms"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/journal"
)

// tenantAlias is the first part of a path: what kind of account a sign-in is for.
type tenantAlias struct {
	text   string
	common bool    // common: work and personal
	work   bool    // organizations
	tenant *tenant // consumers, an id or a domain
}

// admits reports whether an account may sign in under the alias.
func (t tenantAlias) admits(u *user) bool {
	switch {
	case t.common:
		return true
	case t.work:
		return !u.Personal
	default:
		return t.tenant == u.tenant
	}
}

// consumers reports whether the alias is for personal accounts only.
func (t tenantAlias) consumers() bool { return t.tenant != nil && t.tenant.Personal }

// directoryName is what messages call the alias.
func (t tenantAlias) directoryName() string {
	if t.tenant != nil && !t.tenant.Personal {
		return t.tenant.Name
	}
	if t.tenant != nil {
		return t.tenant.ID
	}
	return t.text
}

// resolveAlias reads a tenant from a path (entra.md §1.1, §6.4); under s.mu.
func (s *Server) resolveAlias(text string) (tenantAlias, *catalogue.Problem) {
	a := tenantAlias{text: text}
	switch strings.ToLower(text) {
	case "common":
		a.common = true
		return a, nil
	case "organizations":
		a.work = true
		return a, nil
	case "consumers":
		a.tenant = s.directory.personal
		return a, nil
	}
	if !validGUID(text) && !validDomain(text) {
		return a, catalogue.Fail(900023).With("tenant", text)
	}
	key := strings.ToLower(text)
	if a.tenant = s.directory.byID[key]; a.tenant == nil {
		a.tenant = s.directory.byDomain[key]
	}
	if a.tenant == nil {
		return a, catalogue.Fail(90002).With("tenant", text)
	}
	return a, nil
}

// maxBody is the largest request that is looked at; a longer one is cut.
const maxBody = 1 << 20

// read parses a request. The body was read in full by the network's handler before.
func (s *Server) read(r *http.Request) *ask {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // a buffer of the network: it does not fail
	a := &ask{request: r, path: r.URL.Path, at: s.now(), query: forms.Parse(r.URL.RawQuery), form: forms.Values{}}
	if forms.Is(r.Header.Get("Content-Type")) {
		a.form = forms.Parse(string(body))
	} else {
		a.raw = body
	}
	host := strings.ToLower(hosts.Of(r.Host))
	a.host, a.authority = r.Host, r.Host
	if hosts.Microsofts(host) {
		a.host, a.authority = host, "login.microsoftonline.com"
	}
	a.trace = s.traceID()
	a.correlation = r.Header.Get("client-request-id")
	if a.correlation == "" {
		a.correlation = a.param("client-request-id")
	}
	if !validGUID(a.correlation) {
		a.correlation = s.random.UUID()
	}
	for name := range r.Header {
		a.telemetry = a.telemetry || strings.HasPrefix(strings.ToLower(name), "x-client-")
	}
	for name := range a.form {
		a.telemetry = a.telemetry || strings.HasPrefix(strings.ToLower(name), "x-client-")
	}
	return a
}

// traceID draws a request id; those of Entra end in 00, 01 or 02 (entra.md §2.3).
func (s *Server) traceID() string {
	id := s.random.UUID()
	return id[:34] + "00"
}

// route finds who answers. It runs under the turn of the request.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	a := s.read(r)
	if strings.HasSuffix(a.path, "/") && len(a.path) > 1 {
		a.path = strings.TrimSuffix(a.path, "/")
	}
	endpoint, tenant := endpoints.At(a.path)
	if endpoint == nil {
		s.unknown(w, a)
		return
	}
	if r.Method == http.MethodOptions {
		s.options(w, a, endpoint)
		return
	}
	if endpoint.Kind == endpoints.Protocol && tenant != "" {
		s.mu.Lock()
		alias, p := s.resolveAlias(tenant)
		s.mu.Unlock()
		if p != nil {
			s.answerError(w, a, p)
			return
		}
		a.alias = alias
	}
	if endpoint.Methods != nil && !allows(endpoint, r.Method) {
		s.answerError(w, a, catalogue.Fail(900561).With("accepted", strings.Join(endpoint.Methods, ", ")).With("method", r.Method))
		return
	}
	if planted, meets := s.answers.Meet(s.asAnswersSee(a, endpoint)); meets {
		var done bool
		if w, done = s.answerPlanted(w, a, planted); done {
			return
		}
	}
	handlers[endpoint.Path](s, w, a)
}

// allows reports whether an endpoint takes a method; HEAD goes where GET goes.
func allows(e *endpoints.Endpoint, method string) bool {
	return slices.Contains(e.Methods, method) || method == http.MethodHead && slices.Contains(e.Methods, http.MethodGet)
}

// unknown is loud about a path that the fake does not have: a test that meets it asks for something that is not simulated.
func (s *Server) unknown(w http.ResponseWriter, a *ask) {
	s.journal.Append(journal.Entry{
		Party: Party, Kind: journal.KindNote,
		Text: journal.Plain("not simulated: " + a.request.Method + " " + a.path),
	})
	if strings.Contains(a.request.Header.Get("Accept"), "text/html") {
		s.setCommon(w.Header(), a)
		s.render(w, a, http.StatusNotFound, pages.Page{Name: pages.Unknown, Path: a.path, Method: a.request.Method})
		return
	}
	s.setHeaders(w, a)
	o := ordered.New(200)
	o.Text("error", "not_simulated")
	o.Text("error_description", "mfpsim fakeentra has no "+a.request.Method+" "+a.path)
	write(w, http.StatusNotFound, o.Bytes())
}
