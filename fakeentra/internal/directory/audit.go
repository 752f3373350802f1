package directory

import (
	"slices"
	"strconv"
	"time"
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

// log appends a row.
func (d *book) log(home *tenant, activity, actor, target, detail string) {
	d.audits++
	id := d.identity("audit", strconv.FormatUint(d.audits, 10))
	d.audit = append(d.audit, AuditEntry{
		ID: id, Time: d.now(), Tenant: home.ID, Activity: activity, Actor: actor,
		Target: target, Detail: detail,
	})
	if len(d.audit) > maxAudit {
		d.audit = append(d.audit[:0:0], d.audit[len(d.audit)-maxAudit/2:]...)
	}
}

// Log appends a row to the audit log of a tenant; an administrator acted.
func (d *Directory) Log(key TenantKey, activity, target, detail string) {
	d.LogAs(key, administrator, activity, target, detail)
}

// LogAs is Log for somebody who acted himself.
func (d *Directory) LogAs(key TenantKey, actor, activity, target, detail string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.book.log(d.book.tenant(key), activity, actor, target, detail)
}

// Audit returns the audit log, oldest first.
func (d *Directory) Audit() []AuditEntry {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.book.audit)
}
