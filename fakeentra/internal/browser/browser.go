// Package browser answers people's browsers: the page where a code is entered, the pages of a sign-in, authorization
// requests and their redirects, admin consent, logout.
package browser

import (
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/signin"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// Endpoint answers browsers. It holds no state of its own.
type Endpoint struct {
	Front     *wire.Front
	Directory *directory.Directory
	Doors     *doors.Keeper
	Codes     *codes.Store
	Mint      *tokens.Mint
	Desk      *signin.Desk
}
