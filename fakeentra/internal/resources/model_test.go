package resources_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra/internal/resources"
)

// This model of scope and consent was written from the reference (docs/reference/entra.md E1 to E3, E17) and knows
// nothing of the package but its interface: sets of whole names, one rule a line. It is slow and plain on purpose.

// world is one point of the product: what was registered, consented to and asked for, and by what kind of account.
type world struct {
	resource  string // "exchange" or "graph"
	requested int    // permissions that the registration names: 0, 1, 2
	consent   string // "none", "user", "organization"
	granted   int    // permissions consented to, where consent is not none: 1, 2
	shape     string
	personal  bool
}

func (w world) String() string {
	kind := "work"
	if w.personal {
		kind = "personal"
	}
	return fmt.Sprintf("%s asks %s of %s, %d registered, consent of %s to %d", kind, w.shape, w.resource, w.requested,
		w.consent, w.granted)
}

var modelRoots = map[string]string{"exchange": "https://outlook.office.com", "graph": "https://graph.microsoft.com"}

// two permissions that both resources have.
var modelNames = []string{"IMAP.AccessAsUser.All", "SMTP.Send"}

// asked is the parameter of a shape: of scope, or of resource for v1.
func (w world) asked() (scope, resource string) {
	root := modelRoots[w.resource]
	switch w.shape {
	case "a short name":
		return "SMTP.Send openid", "" // always Graph's
	case "a long name":
		return root + "/SMTP.Send openid offline_access", ""
	case ".default":
		return root + "/.default offline_access", ""
	case "v1 resource":
		return "", root
	case "two resources":
		other := map[string]string{"exchange": "graph", "graph": "exchange"}[w.resource]
		return root + "/SMTP.Send " + modelRoots[other] + "/Mail.Read", ""
	}
	return "openid profile offline_access", ""
}

// target is the resource that the token is for.
func (w world) target() string {
	if w.shape == "a short name" || w.shape == "OpenID's words only" {
		return "graph"
	}
	return w.resource
}

// consented and registered are whole names; registered and consented permissions are of the resource of the world.
func (w world) consented() []string {
	var list []string
	if w.consent != "none" {
		for _, name := range modelNames[2-w.granted:] {
			list = append(list, modelRoots[w.resource]+"/"+name)
		}
	}
	return list
}

func (w world) registered() []string {
	var list []string
	for _, name := range modelNames[2-w.requested:] {
		list = append(list, modelRoots[w.resource]+"/"+name)
	}
	return list
}

// expected is what the model says.
type expected struct {
	refused int // AADSTS number, before anybody is asked
	due     bool
	records []string
	ok      bool // tokens are given with the consent that there is
	scp     []string
	scope   string
}

func (w world) expect(single bool) expected {
	target, consent := w.target(), w.consented()
	var e expected
	// two resources: never for a personal account; for an organization's where consent is asked for, but not where a
	// token is
	if w.shape == "two resources" {
		if w.personal {
			return expected{refused: 70011}
		}
		if single {
			return expected{refused: 28000}
		}
	}
	held := map[string]bool{} // of the target
	for _, scope := range consent {
		if rest, ok := strings.CutPrefix(scope, modelRoots[target]+"/"); ok {
			held[rest] = true
		}
	}
	all := w.shape == ".default" || w.shape == "v1 resource"
	// what consent has to cover
	need := map[string]bool{}
	switch w.shape {
	case "a short name", "a long name":
		need[modelRoots[target]+"/SMTP.Send"] = true
	case "two resources":
		need[modelRoots[target]+"/SMTP.Send"] = true
		other := map[string]string{"exchange": "graph", "graph": "exchange"}[target]
		need[modelRoots[other]+"/Mail.Read"] = true
	}
	for scope := range need {
		e.records = append(e.records, scope)
		e.due = e.due || !member(consent, scope)
	}
	if all {
		e.due = len(held) == 0
		if e.due && len(w.registered()) == 0 {
			return expected{refused: map[string]int{"graph": 650056, "exchange": 650057}[target]}
		}
		e.records = append(w.registered(), withRoot(target, held)...)
	}
	if w.shape == "OpenID's words only" {
		e.due = len(consent) == 0 // consent to anything covers them
	}
	// what a token holds
	e.ok = len(consent) > 0
	if all {
		e.ok = len(held) > 0
	}
	if w.shape == "a short name" || w.shape == "a long name" || w.shape == "two resources" {
		e.ok = held["SMTP.Send"]
	}
	if !e.ok {
		return e
	}
	names := map[string]bool{}
	if w.shape == "a short name" || w.shape == "a long name" || w.shape == "two resources" {
		names["SMTP.Send"] = true
	}
	if all || !w.personal { // E3, and E2: what was consented to comes along
		for name := range held {
			names[name] = true
		}
	}
	open := map[string]bool{} // OpenID's words that Graph's answers have
	if target == "graph" {
		for _, word := range []string{"openid", "profile", "email"} {
			asked, resource := w.asked()
			open[word] = !w.personal || strings.Contains(asked, word) || resource != "" && word != "email"
		}
	}
	for name := range names {
		e.scp = append(e.scp, name)
	}
	e.scope = w.said(target, names, open)
	for word, is := range open {
		if is {
			e.scp = append(e.scp, word)
		}
	}
	sort.Strings(e.scp)
	return e
}

// said is the answer's scope, as a sorted set: what was asked for as it was asked for, the rest like it.
func (w world) said(target string, names, open map[string]bool) string {
	var list []string
	for name := range names {
		switch {
		case w.shape == "v1 resource", w.shape == "a short name", w.shape == "OpenID's words only":
			list = append(list, name)
		default:
			list = append(list, modelRoots[target]+"/"+name)
		}
	}
	for word, is := range open {
		if is && w.shape != "v1 resource" {
			list = append(list, word)
		}
	}
	if w.shape == ".default" {
		list = append(list, modelRoots[target]+"/.default")
	}
	sort.Strings(list)
	return strings.Join(list, " ")
}

func member(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

func withRoot(resource string, names map[string]bool) []string {
	var list []string
	for name := range names {
		list = append(list, modelRoots[resource]+"/"+name)
	}
	return list
}

// product lists every world.
func product() []world {
	var all []world
	for _, resource := range []string{"exchange", "graph"} {
		for requested := range 3 {
			for _, consent := range []string{"none", "user", "organization"} {
				for granted := 1; granted <= 2; granted++ {
					if consent == "none" && granted == 2 {
						continue
					}
					for _, shape := range []string{
						"a short name", "a long name", ".default", "v1 resource", "two resources", "OpenID's words only",
					} {
						for _, personal := range []bool{false, true} {
							all = append(all, world{resource, requested, consent, granted, shape, personal})
						}
					}
				}
			}
		}
	}
	return all
}

func sorted(text string) string {
	words := strings.Fields(text)
	sort.Strings(words)
	return strings.Join(words, " ")
}

func set(lists ...[]string) []string {
	seen := map[string]bool{}
	for _, list := range lists {
		for _, word := range list {
			seen[word] = true
		}
	}
	all := []string{}
	for word := range seen {
		all = append(all, word)
	}
	sort.Strings(all)
	return all
}

func TestScopeAndConsentAgreeWithTheModel(t *testing.T) {
	worlds := product()
	require.Len(t, worlds, 2*3*5*6*2)
	for _, w := range worlds {
		t.Run(w.String(), func(t *testing.T) {
			for _, single := range []bool{false, true} {
				want := w.expect(single)
				limit := resources.Several
				if single {
					limit = resources.LimitOf(w.personal)
				}
				scope, resource := w.asked()
				ask, problem := resources.Builtin().Parse(scope, "App", limit)
				if resource != "" {
					ask, problem = resources.Builtin().Whole(resource)
				}
				if problem != nil {
					require.Equal(t, want.refused, problem.Row.Code)
					continue
				}
				app := resources.Registration{ID: "id", Name: "App", Scopes: w.registered()}
				consent := ask.Consent(app, w.consented(), w.personal, false, false)
				if consent.Wrong != nil {
					require.Equal(t, want.refused, consent.Wrong.Row.Code)
					require.False(t, ask.Decide(w.consented(), w.personal).Consented && len(ask.Others) == 0)
					continue
				}
				require.Zero(t, want.refused, "the model refuses")
				require.Equal(t, want.due, consent.Due)
				words := []string{}
				for _, scope := range consent.Scopes {
					if strings.Contains(scope, "/") {
						words = append(words, scope)
					}
				}
				require.Equal(t, set(want.records), set(words), "what accepting records")

				decided := ask.Decide(w.consented(), w.personal)
				require.Equal(t, want.ok, decided.Consented)
				require.Equal(t, set(want.scp), set(decided.Permissions), "what the token holds")
				said := decided.Scope
				if resource != "" {
					said = decided.ScopeV1
				}
				if resource != "" && w.target() == "graph" { // v1 says no words of OpenID [I]
					require.NotContains(t, said, "openid")
				}
				require.Equal(t, want.scope, sorted(said))
				require.NotContains(t, said, "offline_access")

				// whatever is due, accepting it is enough
				after := ask.Decide(append(w.consented(), consent.Scopes...), w.personal)
				require.True(t, after.Consented)
			}
		})
	}
}
