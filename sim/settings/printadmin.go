package settings

// PrintAdmin are License Key and Authentication Settings, on models that have Print Admin Serverless.
type PrintAdmin struct {
	// License is the license key that was entered last; empty: none.
	License string `json:"license,omitempty"`
	// On: users log in on the panel.
	On bool `json:"on,omitempty"`
	// UserSends: Sender's Email Address is User's email address, not the printer's (guide rule R30).
	UserSends bool `json:"userSends,omitempty"`
}
