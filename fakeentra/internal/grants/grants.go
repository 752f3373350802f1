// Package grants answers the token endpoint, with one file per grant type, and the device authorization endpoint. It
// records each refusal and its reason in the sign-in log.
package grants

import (
	"time"

	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/places"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// Settings are the parts of the fake's configuration that grants look at.
type Settings struct {
	RefreshTokenLifetime time.Duration // without use
	CodeLifetime         time.Duration // of a device code
	MaxDeviceCodes       int           // of an application that wait for a person; 0: any number
	Interval             time.Duration // between polls of a device
	SlowDown             bool          // a poll that comes before the interval is over is answered with slow_down
	VerificationURI      string        // where a person types the code of a work account; "": Microsoft's
}

// Endpoint answers the two endpoints. It holds no state of its own.
type Endpoint struct {
	Settings  Settings
	Front     *wire.Front
	Directory *directory.Directory
	Doors     *doors.Keeper
	Codes     *codes.Store
	Mint      *tokens.Mint
	Places    *places.Places
	Log       *signinlog.Log
	Secrets   *secrets.List
	Line      *signing.Line // where answers wait to be signed
}
