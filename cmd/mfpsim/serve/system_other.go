//go:build !unix

package serve

// noFollow is nothing: this system has no such way to open a file, and what a killed process leaves is not swept away.
const noFollow = 0

// descriptors are not counted on this system.
func descriptors() (most uint64, ok bool) { return 0, false }
