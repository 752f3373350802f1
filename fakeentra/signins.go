package fakeentra

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
)

// SignIn is a row of the sign-in log: what an administrator reads when a device cannot sign in.
type SignIn struct {
	ID            string // equal to the trace id
	Time          time.Time
	Tenant        string // tenant id
	User          string // principal
	Application   string // display name
	ApplicationID string
	Resource      string // display name
	Address       string
	AADSTS        int    // 0: success
	Reason        string // the first sentence of the error; empty for a success
	Interactive   bool   // in the browser; a refresh is not
	Protocol      string // authenticationProtocol: "deviceCode"
	Transfer      string // original transfer method: "Device code flow"
	Policies      []access.Result
	CorrelationID string        // equal to what the device saw
	TraceID       string        // x-ms-request-id
	UserID        string        // object id; filled in
	ClientApp     string        // empty: "Mobile Apps and Desktop clients"
	Source        access.Source // where it came from, but for the address
	Note          string        // where sources disagree about the refusal; empty: they do not
}

// AuditEntry is a row of the audit log: what was changed in the directory.
type AuditEntry struct {
	ID       string
	Time     time.Time
	Tenant   string
	Activity string // for example "Consent to application"
	Actor    string
	Target   string
	Detail   string
}

// maxLog bounds the two logs; the oldest rows go first.
const maxLog = 20000

// Result returns "Success", or the number and the reason of the failure.
func (s SignIn) Result() string {
	if s.AADSTS == 0 {
		return "Success"
	}
	return fmt.Sprintf("%d %s", s.AADSTS, s.Reason)
}

// PolicyNames returns the names of the policies that refused.
func (s SignIn) PolicyNames() []string {
	var names []string
	for _, p := range s.Policies {
		if p.Result == "failure" || p.Result == "reportOnlyFailure" || p.Result == "reportOnlyInterrupted" {
			name := p.Name
			if p.Result != "failure" {
				name += " (report-only)"
			}
			names = append(names, name)
		}
	}
	return names
}

// row returns the cells of the table.
func (s SignIn) row() []string {
	kind := "non-interactive"
	if s.Interactive {
		kind = "interactive"
	}
	policies := strings.Join(s.PolicyNames(), ", ")
	if policies == "" {
		policies = "-"
	}
	return []string{
		s.Time.UTC().Format("2006-01-02 15:04:05"), s.User, s.Application, kind, s.Transfer, s.Result(), policies,
		s.CorrelationID, s.TraceID,
	}
}

// FilterSignIns returns the rows that hold all the words, in the table's order of columns.
func FilterSignIns(rows []SignIn, words ...string) []SignIn {
	var kept []SignIn
	for _, s := range rows {
		line, found := strings.ToLower(strings.Join(s.row(), "  ")), true
		for _, w := range words {
			i := strings.Index(line, strings.ToLower(w))
			if found = i >= 0; !found {
				break
			}
			line = line[i+len(w):]
		}
		if found {
			kept = append(kept, s)
		}
	}
	return kept
}

// SignInTable draws rows of the sign-in log as a table, one line each.
func SignInTable(rows []SignIn) string {
	lines := []string{"Time\tUser\tApplication\tType\tTransfer method\tResult\tPolicies\tCorrelation id\tRequest id"}
	for _, s := range rows {
		lines = append(lines, strings.Join(s.row(), "\t"))
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = w.Write([]byte(strings.Join(lines, "\n") + "\n")) // a strings.Builder never fails
	_ = w.Flush()
	return b.String()
}

// logSignIn appends a row; under Server.mu.
func (s *Server) logSignIn(row SignIn) {
	row.ID = row.TraceID
	if u := s.directory.users[row.User]; u != nil && row.UserID == "" {
		row.UserID = u.ID
	}
	if row.AADSTS != 0 && row.Reason == "" {
		row.Reason = catalogue.Reason(row.AADSTS)
	}
	s.signIns = append(s.signIns, row)
	if len(s.signIns) > maxLog {
		s.signIns = append(s.signIns[:0:0], s.signIns[len(s.signIns)-maxLog/2:]...)
	}
}

// logAudit appends a row; under Server.mu.
func (s *Server) logAudit(home *tenant, activity, actor, target, detail string) {
	s.audits++
	id := s.directory.identity("audit", strconv.FormatUint(s.audits, 10))
	s.audit = append(s.audit, AuditEntry{ID: id, Time: s.now(), Tenant: home.ID, Activity: activity, Actor: actor, Target: target, Detail: detail})
	if len(s.audit) > maxLog {
		s.audit = append(s.audit[:0:0], s.audit[len(s.audit)-maxLog/2:]...)
	}
}

// SignIns returns the sign-in log, oldest first.
func (s *Server) SignIns() []SignIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]SignIn(nil), s.signIns...)
}

// Audit returns the audit log, oldest first.
func (s *Server) Audit() []AuditEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]AuditEntry(nil), s.audit...)
}
