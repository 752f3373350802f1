package namespace

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Supervision says what a program finds whose connections are turned one by one, in the namespaces of the machine.
type Supervision struct {
	// Lead says where a connection to an address goes instead; false: nowhere. Addresses of the machine's loopback are
	// not asked for: they stay.
	Lead func(to netip.AddrPort) (netip.AddrPort, bool)
	// File is what the program finds in a file that it opens for reading; nil: what is there.
	File func(path string) []byte
}

// superviseArgument is the first argument of a process that is to be supervised.
const superviseArgument = "__supervised"

// Supervised makes the process that is to become a program, and watches its connections by seccomp user notification
// (seccomp_unotify(2)): no right is needed for it. A [*Refused] says that the machine does not allow that either.
func Supervised(s Supervision) (*Run, error) {
	r := &Run{ended: make(chan struct{})}
	if _, err := r.startSelf(&syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}, superviseArgument); err != nil {
		return nil, err
	}
	listener, err := r.receiveListener()
	if err != nil {
		return nil, errors.Join(err, r.Abandon())
	}
	// The program holds still in its first noticed call until it is answered.
	go (&watcher{Supervision: s, listener: listener}).watch()
	return r, nil
}

// receiveListener takes the descriptor by which the process is watched.
func (r *Run) receiveListener() (int, error) {
	told, rights := make([]byte, 1<<12), make([]byte, unix.CmsgSpace(4))
	n, m, _, _, err := unix.Recvmsg(int(r.socket.Fd()), told, rights, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return 0, fmt.Errorf("the process to be supervised says nothing: %w", err)
	}
	var said opened
	if err := json.Unmarshal(told[:n], &said); err != nil {
		return 0, fmt.Errorf("the process to be supervised: %w", err)
	}
	if said.Problem != "" {
		return 0, &Refused{What: said.Problem}
	}
	messages, err := unix.ParseSocketControlMessage(rights[:m])
	if err != nil || len(messages) != 1 {
		return 0, errors.New("the process to be supervised gave no listener")
	}
	descriptors, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(descriptors) != 1 {
		return 0, errors.New("the process to be supervised gave no listener")
	}
	return descriptors[0], nil
}

// becomeSupervised becomes the program and does not return; it exits if it cannot.
func becomeSupervised() {
	runtime.LockOSThread() // the filter is this thread's, and execve(2) goes on with it
	socket := os.NewFile(sealed, "outer half")
	if socket == nil {
		os.Exit(ExitFailed)
	}
	unix.CloseOnExec(sealed)
	listener, err := installFilter()
	if err != nil {
		_ = json.NewEncoder(socket).Encode(opened{Problem: superviseRefused(err)}) // who has ended hears nothing
		os.Exit(ExitFailed)
	}
	if err := unix.Sendmsg(sealed, []byte("{}"), unix.UnixRights(listener), nil, 0); err != nil {
		os.Exit(ExitFailed)
	}
	_ = unix.Close(listener) // who watches has it; the program could answer itself else
	var told order
	if err := json.NewDecoder(socket).Decode(&told); err != nil {
		os.Exit(ExitFailed) // the outer half has given up
	}
	become(socket, told, told.Bundle)
}

func superviseRefused(err error) string {
	switch {
	case errors.Is(err, unix.EBUSY):
		return "connections cannot be turned: somebody else watches the system calls of this process already (seccomp)"
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return "connections cannot be turned: a filter of the container forbids it (seccomp)"
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS):
		return "connections cannot be turned: the kernel is older than 5.9, or was built without seccomp"
	}
	return "connections cannot be turned: " + err.Error()
}
