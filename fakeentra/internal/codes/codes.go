// Package codes holds the sign-ins that wait for a person, and the codes with which a program fetches a finished one:
// device codes, user codes and authorization codes.
package codes

import (
	"container/list"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/resources"
)

// State is how far a device authorization has come.
type State int

// States of a sign-in that was asked for.
const (
	Pending State = iota
	Approved
	Declined
	Redeemed
)

// Request is one device authorization (RFC 8628 §3.2), or one authorization request of a browser.
type Request struct {
	Device, User string // the codes
	Application  string // id
	Alias        directory.Alias
	Personal     bool // the alias is for personal accounts only
	Scope        resources.Request
	Correlation  string // of the request for it: every later answer carries it (docs/reference/entra.md §2.3)
	Expires      time.Time
	Interval     time.Duration
	Capable      bool // the client understands claims challenges
	V1           bool // it came by one of the older endpoints
	State        State

	Approval

	Web *Web // not nil: no device asked, a browser did, and there are no codes

	lastPoll time.Time
	waits    *list.Element // its place among those that wait for a person; nil: it does not
}

// Approval is who signed in, and how.
type Approval struct {
	Account  directory.UserKey
	Epoch    int // the account's, at the password
	MFA      bool
	SignedIn time.Time
}

// Web is what an authorization request of a browser says (docs/reference/entra.md §8.1): what the end of a sign-in
// sends back, and where to.
type Web struct {
	Redirect  string
	Platform  directory.Platform
	Code      bool
	IDToken   bool
	Token     bool
	Mode      string // query, fragment or form_post
	State     string
	HasState  bool
	Nonce     string
	Challenge string
	Method    string // of the challenge
	Prompt    string
	Hint      string
	Info      bool // client_info=1
	V1        bool
	Capable   bool // the client understands claims challenges (cp1)
	Explicit  bool // the request named its redirect URI
	Admin     bool // not a sign-in: the admin consent endpoint
	AdminText string
}

// Flow is the original transfer method of what the request leads to.
func (c *Request) Flow() string {
	if c.Web != nil {
		return ""
	}
	return access.FlowDeviceCode
}

// AsksAgain reports whether the request wants the permissions page although consent was given (prompt=consent), or is
// for it alone.
func (c *Request) AsksAgain() bool {
	return c.Web != nil && (c.Web.Prompt == "consent" || c.Web.Admin)
}

// ForAll reports whether the permissions page is for the whole organization, not for one user.
func (c *Request) ForAll() bool { return c.Web != nil && c.Web.Admin }
