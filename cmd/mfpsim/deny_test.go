//go:build linux

package main

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// denying names system calls that a container of the test refuses to the program: "namespaces", "pidfd_getfd",
// "seccomp", parted by commas.
const denying = "MFPSIM_DENYING"

// deny installs a filter as container engines do, and begins the program anew under it.
func deny(what []string) {
	runtime.LockOSThread()
	var program []bpf.Instruction
	refuse := func(errno syscall.Errno) {
		program = append(program, bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(errno)})
	}
	number := func(call uint32, skip uint8) {
		program = append(program, bpf.LoadAbsolute{Off: 0, Size: 4},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: call, SkipFalse: skip})
	}
	if slices.Contains(what, "namespaces") {
		number(unix.SYS_UNSHARE, 1)
		refuse(unix.EPERM)
		number(unix.SYS_CLONE3, 1)
		refuse(unix.ENOSYS)
		number(unix.SYS_CLONE, 3)
		program = append(program, bpf.LoadAbsolute{Off: 16, Size: 4}, // the flags
			bpf.JumpIf{
				Cond: bpf.JumpBitsNotSet, Val: unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWUSER, SkipTrue: 1,
			})
		refuse(unix.EPERM)
	}
	for name, call := range map[string]uint32{
		"pidfd_getfd": unix.SYS_PIDFD_GETFD, "seccomp": unix.SYS_SECCOMP,
	} {
		if slices.Contains(what, name) {
			number(call, 1)
			refuse(unix.EPERM)
		}
	}
	program = append(program, bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW})
	raw, err := bpf.Assemble(program)
	if err != nil {
		panic(err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		panic(err)
	}
	installed := unix.SockFprog{Len: uint16(len(raw)), Filter: (*unix.SockFilter)(unsafe.Pointer(&raw[0]))}
	err = unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&installed)), 0, 0)
	if err != nil {
		panic(err)
	}
	environment := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, denying+"=") })
	panic(syscall.Exec("/proc/self/exe", os.Args, environment))
}
