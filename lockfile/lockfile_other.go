//go:build !unix

package lockfile

import "os"

// Supported says that claims are kept.
const Supported = false

// Claim claims nothing: a folder cannot be locked on this system. Two programs must not be given the same one.
func Claim(*os.File) (taken bool, err error) { return false, nil }
