package fakeentra

import (
	"net/http"
	"slices"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/graph"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/wire"
)

// Tenant finds a tenant by one of its domains, its id or its name.
func (s *Server) Tenant(name string) (Tenant, bool) {
	home, known := s.directory.Home(name)
	home.Domains = slices.Clone(home.Domains)
	return home.Tenant, known
}

// Tenants returns all tenants, the one of personal accounts first.
func (s *Server) Tenants() []Tenant { return s.directory.Tenants() }

// User finds an account by its principal name.
func (s *Server) User(principal string) (User, bool) { return s.directory.User(principal) }

// Users returns all accounts in the order in which they were added.
func (s *Server) Users() []User { return s.directory.Users() }

// Policies returns the policies of a tenant.
func (s *Server) Policies(tenant string) []Policy {
	home, _ := s.directory.Home(tenant)
	return slices.Clone(home.Rules.Policies)
}

// UnknownPolicies returns the policies of all tenants, but for those that are off, that have conditions which are not
// simulated: they neither block nor grant; [Policy.Unknown] says which conditions.
func (s *Server) UnknownPolicies() []Policy {
	var unknown []Policy
	for _, t := range s.Tenants() {
		for _, p := range s.Policies(t.ID) {
			if p.State != access.StateOff && len(p.Unknown()) > 0 {
				unknown = append(unknown, p)
			}
		}
	}
	return unknown
}

// Locations returns the named locations of a tenant.
func (s *Server) Locations(tenant string) []NamedLocation {
	home, _ := s.directory.Home(tenant)
	return slices.Clone(home.Rules.Locations)
}

// Application finds an application by its id or its name. The error lists those that there are.
func (s *Server) Application(name string) (Application, error) {
	a, err := s.directory.ApplicationNamed(name)
	return a, ours(err)
}

// Applications returns all applications, in the order of their ids.
func (s *Server) Applications() []Application { return s.directory.Applications() }

// Resources returns the APIs that tokens are made for, with their permissions.
func (s *Server) Resources() []Resource {
	var all []Resource
	for _, r := range s.directory.Resources().All() {
		all = append(all, *r)
	}
	return all
}

// Consents returns the delegated permission grants of a tenant.
func (s *Server) Consents(tenant string) []Consent {
	home, known := s.directory.Home(tenant)
	if !known {
		return nil
	}
	return s.directory.Consents(home.Key)
}

// ServicePrincipals returns those of a tenant, in the order of their application ids.
func (s *Server) ServicePrincipals(tenant string) []ServicePrincipal {
	home, known := s.directory.Home(tenant)
	if !known {
		return nil
	}
	return s.directory.ServicePrincipals(home.Key)
}

// Days returns the days since which Entra ID has answered otherwise than before, oldest first.
func Days() []Day { return wire.Days() }

// DayAt is the newest of [Days] that had come at a moment; the error says that nothing is known of the time before the
// first.
func DayAt(at time.Time) (Day, error) {
	day, err := wire.DayAt(at)
	return day, ours(err)
}

// PageStyle is the style sheet of the pages, and the path at which they have it.
func (s *Server) PageStyle() (path string, style []byte) { return pages.PathStyle, pages.Style() }

// SignIns returns the sign-in log, oldest first.
func (s *Server) SignIns() SignInLog { return s.log.All() }

// Audit returns the audit log, oldest first.
func (s *Server) Audit() []AuditEntry { return s.directory.Audit() }

// Secrets returns the secrets that the fake gave out or knows: all passwords; of device codes, access, refresh and id
// tokens the newest 10,000, on a World that flows the newest 1,000. It is for tests that look for leaks; nothing else
// may read it.
func (s *Server) Secrets() []string { return s.secrets.All() }

// Watch has f called after every change; it is called by whoever made it, in that turn, and may look at the Server.
func (s *Server) Watch(f func(Change)) { s.directory.Watch(f) }

// Keys returns the public keys that tokens are signed with, as a resource server fetches them from
// /discovery/v2.0/keys.
func (s *Server) Keys() jose.JSONWebKeySet { return signing.Set() }

// Opaque returns what an access token of a personal account stands for, as Microsoft's own services know it; ok is
// false if the fake has not issued it. Tokens made void by [Server.ExpireAccessTokens] have expired.
func (s *Server) Opaque(token string) (claims Claims, ok bool) { return s.mint.Opaque(token, s.now()) }

// Expired reports whether an access token of an organization was made void by [Server.ExpireAccessTokens], although its
// exp claim lies ahead; a resource server of the bench asks beside checking the token itself.
func (s *Server) Expired(token string) bool { return s.mint.Expired(token, s.now()) }

// Standing tells a resource server of the bench whether an account is known, and whether its sign-in is allowed.
func (s *Server) Standing(principal string) (known, enabled bool) {
	u, known := s.directory.User(principal)
	return known, known && u.State != Disabled
}

// Graph is the administration API: the paths and the shapes of Microsoft Graph v1.0, for /v1.0 and /beta alike. It is
// for whoever owns the bench and asks for no token; mount it where the sign-in's clients do not come. Without a tenant
// in the path it means the organization that was added last; /contoso.com/v1.0/… names one. Each request acts in a turn
// of the World.
func (s *Server) Graph() http.Handler {
	return s.network.Handler(graph.Party, s.clock, graph.New(graph.Rooms{
		Directory: s.directory, Log: s.log, Random: chance.New(s.config.Seed, graph.Party), Now: s.now,
		Start: s.world.Start(),
	}), graph.Record)
}

// Catalogue returns the AADSTS catalogue, in the order of its numbers as text. Its method Lookup finds a number, Search
// finds words.
func Catalogue() catalogue.Table { return catalogue.All() }

// Doors returns the table of doors, cell by cell: which number an application or an account hears at which endpoint or
// grant, under which tenant. The fake reads the same table at each request.
func Doors() []Door { return doors.Rows() }

// AADSTS returns the number that an answer or a page refused with, 0 if the error is of another kind or has none.
func AADSTS(err error) int { return catalogue.AADSTS(err) }

// Names returns the host names, with ports, under which Microsoft's side of a sign-in is reached; whoever owns the
// network routes them to the fake.
func Names() []string { return hosts.Names() }

// Languages returns the languages of the pages: English, Hindi and Greek, those of the guide.
func Languages() []string { return texts.Languages() }

// Words returns how the pages of a language write a label or a sentence that is given in any of their languages, in the
// first or in the second words of the guide; ok is false for what the tables do not know.
func Words(tag, words string) (found string, ok bool) { return texts.Words(tag, words) }

// English returns the English words of a line that a page of a language shows, with what is filled in kept; ok is false
// for a line that is none of its texts.
func English(tag, line string) (words string, ok bool) { return texts.English(tag, line) }
