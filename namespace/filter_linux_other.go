//go:build linux && !amd64

package namespace

// olderOpen are further calls that open a file.
var olderOpen []uint32
