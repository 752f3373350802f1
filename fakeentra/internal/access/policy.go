package access

import (
	"strings"
	"time"

	"mfpsim/fakeentra/internal/words"
)

// States of a policy.
const (
	StateOn         = "on"
	StateOff        = "off"
	StateReportOnly = "report-only"
)

// What a policy demands (Policy.Grant).
const (
	GrantBlock     = "block"
	GrantMFA       = "mfa"
	GrantCompliant = "compliant"
	GrantJoined    = "domain-joined"
	GrantNone      = "none" // a policy of session controls only

	// GrantStrengthMFA is the built-in authentication strength "Multifactor authentication": what GrantMFA demands.
	GrantStrengthMFA = "mfa-strength"

	// What is not simulated counts as not satisfied: the sign-in is refused.

	GrantApprovedApp     = "approved-application"  // an approved client application
	GrantProtectedApp    = "protected-application" // an application under an Intune protection policy
	GrantPasswordChange  = "password-change"
	GrantRiskRemediation = "risk-remediation"
	GrantFuture          = "unknown-future-value"    // Graph's word for a control that its reader does not know
	GrantTermsOfUse      = "terms-of-use"            // grantControls.termsOfUse
	GrantCustomFactor    = "custom-factor"           // grantControls.customAuthenticationFactors
	GrantStrength        = "authentication-strength" // one other than GrantStrengthMFA
)

// How several demands of one policy belong together (Policy.Operator).
const (
	OperatorOr  = "OR"  // one of them is enough
	OperatorAnd = "AND" // all of them
)

// Authentication flows (Policy.Flows).
const (
	FlowDeviceCode = "Device code flow"
	FlowTransfer   = "Authentication transfer"
)

// Where a block falls (Policy.Where); both are seen in the field (docs/reference/entra.md §5.3).
const (
	// WhereEvaluated: wherever the conditions hold: in the browser with the person's source, at issuance with the
	// device's.
	WhereEvaluated = "evaluated"
	// WhereBrowser: the person reads "You cannot access this right now"; the device hears only that it should go on
	// polling.
	WhereBrowser = "browser"
	// WhereIssuance: the person reads that all is well; the device hears one final invalid_grant.
	WhereIssuance = "issuance"
)

// Policy is a Conditional Access policy. It is evaluated at every sign-in in the browser, at the issue of tokens and at
// every refresh.
type Policy struct {
	ID    string // GUID; empty: drawn from the seed
	Name  string
	State string    // "on" (default), "off" or "report-only"
	From  time.Time // the date from which it acts; zero: always
	// Enforced is the date on which a report-only policy turns on by itself, as those that Microsoft manages do; zero:
	// never.
	Enforced          time.Time
	Template          string // templateId of a policy that Microsoft manages
	Created, Modified time.Time

	// Conditions. An empty list does not restrict, but for Users, Groups and Roles: a policy without any applies to all
	// users.
	Users         []string // principals or object ids, "All", "None" or "GuestsOrExternalUsers"
	ExcludeUsers  []string
	Groups        []string // names or ids of groups
	ExcludeGroups []string
	Roles         []string // names or template ids of directory roles
	ExcludeRoles  []string
	Applications  []string // of the resource or the client: display name or id; "All", "None", "Office365"
	ExcludeApps   []string
	Flows         []string // "Device code flow", "Authentication transfer"
	Locations     []string // address ranges (CIDR) or named locations from which it applies, "All" or "AllTrusted"
	// ExcludeLocations holds those from which it does not.
	ExcludeLocations []string
	Platforms        []string // android, iOS, windows, windowsPhone, macOS, linux, all
	ExcludePlatforms []string
	ClientApps       []string // all, browser, mobileAppsAndDesktopClients, exchangeActiveSync, other
	SignInRisks      []string // low, medium, high, none
	UserRisks        []string // low, medium, high, none

	Grant           string        // "block" (default), "mfa", "compliant", "domain-joined" or "none": the first demand
	Controls        []string      // all demands; empty: Grant alone
	Operator        string        // "OR" (default) or "AND": how several demands belong together
	Where           string        // "evaluated" (default), "browser" or "issuance": where a block falls
	SignInFrequency time.Duration // session control; 0: none
	EveryTime       bool          // sign-in frequency "every time"
	SecondaryOnly   bool          // the frequency is of the second factor alone (secondaryAuthentication): 50078

	// Rest is what Microsoft Graph says of the policy and mfpsim does not simulate: kept as it came, given back as it
	// came. A condition among it makes the policy unknown; see [Policy.Unknown].
	Rest []Member
}

// Result is what a policy said to one sign-in, in the words of Microsoft Graph's appliedConditionalAccessPolicies.
type Result struct {
	ID, Name, Grant string
	// Result is success, failure, notApplied, notEnabled, reportOnlySuccess, reportOnlyFailure, reportOnlyInterrupted
	// (the person would have been asked), reportOnlyNotApplied or unknown.
	Result   string
	Unknown  []string // with the result unknown: the conditions that are not simulated
	Sessions []string // the session controls of a policy that applied
}

// closed are the properties whose values are words of a list, each read without regard to case and in Microsoft Graph's
// spelling too.
var closed = map[string]func(p *Policy, values []string) error{
	"state": func(p *Policy, v []string) error {
		return words.OneOf(&p.State, "state", strings.Join(v, ","), map[string]string{
			"on": StateOn, "enabled": StateOn, "off": StateOff, "disabled": StateOff, "report-only": StateReportOnly,
			"enabledforreportingbutnotenforced": StateReportOnly,
		})
	},
	"grant": func(p *Policy, v []string) error {
		p.Controls = nil
		for _, word := range v {
			var one string
			if err := words.OneOf(&one, "grant", word, grantWords); err != nil {
				return err
			}
			p.Controls = append(p.Controls, one)
		}
		if len(p.Controls) > 0 {
			p.Grant = p.Controls[0]
		}
		return nil
	},
	"operator": func(p *Policy, v []string) error {
		return words.OneOf(&p.Operator, "operator", strings.Join(v, ","),
			map[string]string{"or": OperatorOr, "and": OperatorAnd})
	},
	"where": func(p *Policy, v []string) error {
		return words.OneOf(&p.Where, "where", strings.Join(v, ","), map[string]string{
			"evaluated": WhereEvaluated, "browser": WhereBrowser, "issuance": WhereIssuance,
		})
	},
	"flow": func(p *Policy, v []string) error {
		p.Flows = nil
		for _, name := range v {
			var one string
			if err := words.OneOf(&one, "flow", name, FlowWords); err != nil {
				return err
			}
			p.Flows = append(p.Flows, one)
		}
		return nil
	},
}

// grantWords and flowWords are the words of the bench and of Microsoft Graph.
var (
	grantWords = map[string]string{
		"block": GrantBlock, "mfa": GrantMFA, "compliant": GrantCompliant, "compliantdevice": GrantCompliant,
		"domain-joined": GrantJoined, "domainjoineddevice": GrantJoined, "none": GrantNone,
		"mfa-strength":         GrantStrengthMFA,
		"approved-application": GrantApprovedApp, "approvedapplication": GrantApprovedApp,
		"protected-application": GrantProtectedApp, "compliantapplication": GrantProtectedApp,
		"password-change": GrantPasswordChange, "passwordchange": GrantPasswordChange,
		"risk-remediation": GrantRiskRemediation, "riskremediation": GrantRiskRemediation,
		"unknown-future-value": GrantFuture, "unknownfuturevalue": GrantFuture,
		"terms-of-use": GrantTermsOfUse, "custom-factor": GrantCustomFactor, "authentication-strength": GrantStrength,
	}
	FlowWords = map[string]string{
		"device code flow": FlowDeviceCode, "devicecodeflow": FlowDeviceCode,
		"authentication transfer": FlowTransfer, "authenticationtransfer": FlowTransfer,
	}
)
