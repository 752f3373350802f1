package namespace

import "golang.org/x/sys/unix"

// olderOpen are further calls that open a file.
var olderOpen = []uint32{unix.SYS_OPEN}
