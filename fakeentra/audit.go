package fakeentra

import (
	"strconv"
	"time"

	"mfpsim/fakeentra/internal/signins"
)

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

// maxAudit bounds the audit log; the oldest rows go first.
const maxAudit = 20000

// logSignIn appends a row; under Server.mu.
func (s *Server) logSignIn(row signins.SignIn) {
	if u := s.directory.users[row.User]; u != nil && row.UserID == "" {
		row.UserID = u.ID
	}
	s.signIns.Add(row)
}

// logAudit appends a row; under Server.mu.
func (s *Server) logAudit(home *tenant, activity, actor, target, detail string) {
	s.audits++
	id := s.directory.identity("audit", strconv.FormatUint(s.audits, 10))
	s.audit = append(s.audit, AuditEntry{ID: id, Time: s.now(), Tenant: home.ID, Activity: activity, Actor: actor, Target: target, Detail: detail})
	if len(s.audit) > maxAudit {
		s.audit = append(s.audit[:0:0], s.audit[len(s.audit)-maxAudit/2:]...)
	}
}

// SignIns returns the sign-in log, oldest first.
func (s *Server) SignIns() signins.Rows { return s.signIns.All() }

// Audit returns the audit log, oldest first.
func (s *Server) Audit() []AuditEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]AuditEntry(nil), s.audit...)
}
