package fakeentra

import (
	"cmp"
	"slices"
	"time"

	"mfpsim/fakeentra/internal/directory"
)

// Deadline is a moment at which something comes to its end, or begins to hold, although nobody does anything. It holds
// neither a code nor a token.
type Deadline struct {
	At   time.Time
	Kind DeadlineKind
	// User is whose it is, Name the name of the application, or of the policy; either may be empty.
	User, Name string
}

// DeadlineKind says what a [Deadline] is about.
type DeadlineKind string

// Kinds of deadlines.
const (
	DeadlineCode    DeadlineKind = "device-code"   // nobody can sign in with the code any more
	DeadlineAccess  DeadlineKind = "access-token"  // the program has to renew it before it sends
	DeadlineRefresh DeadlineKind = "refresh-token" // unless it is used before, somebody has to sign in anew
	DeadlinePolicy  DeadlineKind = "policy"        // it begins to hold, or is enforced
	DeadlineLockout DeadlineKind = "lockout"       // an account that was locked by wrong passwords may be tried again
)

// Deadlines returns those that lie ahead, the soonest first: of each account and application those of what it was given
// last.
func (s *Server) Deadlines() []Deadline {
	now := s.now()
	var all []Deadline
	add := func(at time.Time, kind DeadlineKind, user, name string) {
		if at.After(now) {
			all = append(all, Deadline{at, kind, user, name})
		}
	}
	named := func(id string) string {
		a, _ := s.directory.ApplicationNamed(id)
		return cmp.Or(a.Name, id)
	}
	for _, c := range s.codes.Pending(now) {
		add(c.Expires, DeadlineCode, "", named(c.Application))
	}
	type holder struct {
		user        directory.UserKey
		application string
	}
	seen := map[holder]bool{}
	for _, life := range slices.Backward(s.mint.Lives()) {
		g := life.Grant
		of := holder{g.User, g.Application}
		u := s.directory.AccountBy(g.User)
		if seen[of] || u.Deleted || u.Principal == "" || u.Revoked(g.Epoch, g.Proof.Confidential()) {
			continue
		}
		seen[of] = true
		if !life.AccessVoid {
			add(life.AccessEnds, DeadlineAccess, u.Principal, named(g.Application))
		}
		// What a page with script was given is not renewed by use: its end is another one.
		if life.Offline && !life.RefreshVoid && g.Platform != directory.PlatformSPA {
			add(life.Renewed.Add(s.config.RefreshTokenLifetime), DeadlineRefresh, u.Principal, named(g.Application))
		}
	}
	for _, t := range s.Tenants() {
		for _, p := range s.Policies(t.ID) {
			add(p.From, DeadlinePolicy, "", p.Name)
			add(p.Enforced, DeadlinePolicy, "", p.Name)
		}
	}
	for _, u := range s.directory.Accounts() {
		add(u.LockedTill, DeadlineLockout, u.Principal, "")
	}
	slices.SortStableFunc(all, func(a, b Deadline) int { return a.At.Compare(b.At) })
	return all
}
