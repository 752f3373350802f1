// Package signinlog is the sign-in log: what an administrator reads when a device cannot sign in.
package signinlog

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
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
	Reason        string // the sentence of the error; empty for a success
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

// Rows are rows of the sign-in log, oldest first.
type Rows []SignIn

// Log is the sign-in log.
type Log struct {
	mu   sync.Mutex
	rows []*SignIn // a list of rows, when it grows, would take room for as many again
}

// maxLog bounds the log; the oldest rows go first.
const maxLog = 20000

// Result returns "Success", or the number and the reason of the failure.
func (s SignIn) Result() string {
	if s.AADSTS == 0 {
		return "Success"
	}
	return fmt.Sprintf("%d %s", s.AADSTS, s.Reason)
}

// PolicyNames returns the names of the policies that refused, or would have, and of those that are unknown.
func (s SignIn) PolicyNames() []string {
	var names []string
	for _, p := range s.Policies {
		if p.Result == "unknown" {
			names = append(names, p.Name+" (unknown: "+strings.Join(p.Unknown, ", ")+")")
		}
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

// Filter returns the rows that hold all the words, in the table's order of columns.
func (rows Rows) Filter(words ...string) Rows {
	var kept Rows
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

// Table draws the rows as a table, one line each.
func (rows Rows) Table() string {
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

// Add appends a row; its id is filled in.
func (l *Log) Add(row SignIn) {
	row.ID = row.TraceID
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = append(l.rows, &row)
	if len(l.rows) > maxLog {
		l.rows = append(l.rows[:0:0], l.rows[len(l.rows)-maxLog/2:]...)
	}
}

// All returns the rows.
func (l *Log) All() Rows {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make(Rows, len(l.rows))
	for i, row := range l.rows {
		all[i] = *row
	}
	return all
}

// MarshalJSON gives Graph's signIn.
func (s SignIn) MarshalJSON() ([]byte, error) {
	var policies []*ordered.Object
	status := "notApplied"
	for _, p := range s.Policies {
		var grants []string
		for _, g := range strings.Split(p.Grant, ",") {
			if g != "" && g != access.GrantNone {
				grants = append(grants, cmp.Or(access.GraphGrants[g], g))
			}
		}
		applied := ordered.New(200).Text("id", p.ID).Text("displayName", p.Name).
			Texts("enforcedGrantControls", grants...).Texts("enforcedSessionControls", p.Sessions...).
			Text("result", p.Result)
		if len(p.Unknown) > 0 {
			applied.Nested("mfpsim", ordered.New(100).Texts("notSimulated", p.Unknown...))
		}
		policies = append(policies, applied)
		if p.Result == "failure" || p.Result == "success" && status == "notApplied" {
			status = p.Result
		}
	}
	o := ordered.New(1600)
	o.Text("id", s.ID).Time("createdDateTime", s.Time).Text("userPrincipalName", s.User).Text("userId", s.UserID)
	o.Text("appDisplayName", s.Application).Text("appId", s.ApplicationID).Text("ipAddress", s.Address)
	o.Text("clientAppUsed", cmp.Or(s.ClientApp, "Mobile Apps and Desktop clients"))
	o.Text("correlationId", s.CorrelationID).Text("conditionalAccessStatus", status).
		Boolean("isInteractive", s.Interactive)
	kind := "nonInteractiveUser"
	if s.Interactive {
		kind = "interactiveUser"
	}
	o.Texts("signInEventTypes", kind)
	o.Text("authenticationProtocol", s.Protocol).Text("originalTransferMethod",
		cmp.Or(access.GraphFlows[s.Transfer], "none"))
	o.Text("resourceDisplayName", s.Resource)
	if r := resources.Named(s.Resource); r != nil {
		o.Text("resourceId", r.ID)
	}
	o.Text("riskLevelDuringSignIn", cmp.Or(s.Source.Risk, "none"))
	o.Nested("status", ordered.New(200).Number("errorCode", int64(s.AADSTS)).
		Text("failureReason", cmp.Or(s.Reason, "Other.")).
		Null("additionalDetails"))
	system := ""
	if s.Source.Platform != "" {
		system = s.Source.PlatformShown()
	}
	o.Nested("deviceDetail", ordered.New(120).Text("deviceId", "").Text("operatingSystem", system).
		Boolean("isCompliant", s.Source.Compliant).Boolean("isManaged", s.Source.Compliant))
	o.Nested("location", ordered.New(60).Text("countryOrRegion", cmp.Or(s.Source.Country, "US")))
	o.Objects("appliedConditionalAccessPolicies", policies...)
	if s.Note != "" {
		o.Nested("mfpsim", ordered.New(len(s.Note)+20).Text("note", s.Note))
	}
	return o.Bytes(), nil
}

// ProtocolOf is the authenticationProtocol of an original transfer method.
func ProtocolOf(flow string) string {
	if flow == access.FlowDeviceCode {
		return "deviceCode"
	}
	return "oAuth2"
}
