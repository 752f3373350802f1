package namespace

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Offsets in struct seccomp_data (seccomp(2)).
const (
	numberOffset       = 0
	architectureOffset = 4
	argumentsOffset    = 16
)

// architectures are those whose system calls are known here.
var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// noticed are the system calls that the outer half decides about.
var noticed = append([]uint32{unix.SYS_CONNECT, unix.SYS_OPENAT}, olderOpen...)

// filter reports the noticed calls, and what is sent to an address on a socket that is not connected, to a listener.
// There is no io_uring, which would connect past it; programs go on without.
func filter() ([]bpf.RawInstruction, error) {
	architecture, known := architectures[runtime.GOARCH]
	if !known {
		return nil, fmt.Errorf("not built for %s", runtime.GOARCH)
	}
	argument := func(n uint32) uint32 { return argumentsOffset + 8*n }
	var program []bpf.Instruction
	jump := func(value uint32, otherwise uint8) {
		program = append(program, bpf.JumpIf{Cond: bpf.JumpEqual, Val: value, SkipFalse: otherwise})
	}
	load := func(offset uint32) { program = append(program, bpf.LoadAbsolute{Off: offset, Size: 4}) }
	end := func(action uint32) { program = append(program, bpf.RetConstant{Val: action}) }
	load(architectureOffset)
	program = append(program, bpf.JumpIf{Cond: bpf.JumpEqual, Val: architecture, SkipTrue: 1})
	end(unix.SECCOMP_RET_ALLOW)
	load(numberOffset)
	for _, number := range noticed {
		jump(number, 1)
		end(unix.SECCOMP_RET_USER_NOTIF)
	}
	jump(unix.SYS_IO_URING_SETUP, 1)
	end(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS))
	jump(unix.SYS_SENDTO, 6)
	for _, half := range []uint32{0, 4} { // of the pointer to the address
		load(argument(4) + half)
		program = append(program, bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipTrue: 1})
		end(unix.SECCOMP_RET_USER_NOTIF)
	}
	end(unix.SECCOMP_RET_ALLOW)
	return bpf.Assemble(program)
}

// installFilter installs it for this thread and the program that it becomes, and returns the listener.
func installFilter() (listener int, err error) {
	instructions, err := filter()
	if err != nil {
		return 0, err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return 0, err
	}
	program := unix.SockFprog{
		Len: uint16(len(instructions)), Filter: (*unix.SockFilter)(unsafe.Pointer(unsafe.SliceData(instructions))),
	}
	descriptor, _, errno := unix.Syscall(
		unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER,
		uintptr(unsafe.Pointer(&program)),
	)
	runtime.KeepAlive(instructions)
	if errno != 0 {
		return 0, errno
	}
	return int(descriptor), nil
}
