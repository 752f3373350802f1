package namespace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The structures of seccomp_unotify(2), which the package unix does not have.
type (
	notice struct {
		id         uint64
		pid        uint32 // of the thread
		flags      uint32
		number     int32
		arch       uint32
		instructor uint64 // instruction pointer
		arguments  [6]uint64
	}
	response struct {
		id    uint64
		value int64
		err   int32
		flags uint32
	}
	addition struct {
		id              uint64
		flags           uint32
		source, target  uint32
		descriptorFlags uint32
	}
)

// Requests that zerrors_linux.go does not have on every machine: _IOW('!', 2, __u64) and _IOW('!', 3, addition).
const (
	goOn          = 1 // SECCOMP_USER_NOTIF_FLAG_CONTINUE: the kernel carries the call out
	requestAlive  = 0x40082102
	requestAddsFD = 0x40182103
)

// watcher answers the calls of a supervised program and of its children.
type watcher struct {
	Supervision
	listener int
}

// watch answers until the last process has ended.
func (w *watcher) watch() {
	defer func() { _ = unix.Close(w.listener) }()
	for {
		ready := []unix.PollFd{{Fd: int32(w.listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		switch {
		case ready[0].Revents&unix.POLLIN != 0:
		case ready[0].Revents != 0:
			return // nobody is left
		default:
			continue
		}
		var n notice
		if w.request(unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)) == nil { // else it has ended meanwhile
			w.decide(&n)
		}
	}
}

func (w *watcher) request(what uintptr, with unsafe.Pointer) error {
	if _, _, err := unix.Syscall(unix.SYS_IOCTL, uintptr(w.listener), what, uintptr(with)); err != 0 {
		return err
	}
	return nil
}

// alive reports whether the process still waits for this answer: what was read of its memory is of no other one.
func (w *watcher) alive(n *notice) bool { return w.request(requestAlive, unsafe.Pointer(&n.id)) == nil }

func (w *watcher) send(r response) {
	_ = w.request(unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)) // it may have ended
}

func (w *watcher) decide(n *notice) {
	var err error
	done := false
	switch n.number {
	case unix.SYS_CONNECT:
		done, err = w.connect(n)
	case unix.SYS_SENDTO:
		if to, family := w.address(n, n.arguments[4], n.arguments[5]); family != 0 && !stays(to) {
			err = unix.ENETUNREACH
		}
	default:
		done, err = w.open(n)
	}
	var errno unix.Errno
	switch {
	case errors.As(err, &errno):
		w.send(response{id: n.id, err: -int32(errno)})
	case err != nil, !done:
		w.send(response{id: n.id, flags: goOn})
	}
}

// stays reports whether an address is the machine's own, which is not turned.
func stays(to netip.AddrPort) bool { return to.Addr().IsLoopback() || to.Addr().IsUnspecified() }

// connect connects a socket to where the bench is.
func (w *watcher) connect(n *notice) (done bool, err error) {
	to, family := w.address(n, n.arguments[1], n.arguments[2])
	if family == 0 || stays(to) {
		return false, nil // a Unix socket, the end of a connection, the machine itself
	}
	led, known := w.Lead(to)
	if !known {
		return false, unix.ENETUNREACH
	}
	var where unix.Sockaddr = &unix.SockaddrInet4{Port: int(led.Port()), Addr: led.Addr().As4()}
	if family == unix.AF_INET6 {
		where = &unix.SockaddrInet6{Port: int(led.Port()), Addr: led.Addr().As16()}
	}
	number := int(n.arguments[0])
	if socket, err := w.socketOf(n, number); err == nil {
		defer func() { _ = unix.Close(socket) }()
		// The very socket, with all that was set on it.
		if err := unix.Connect(socket, where); err != nil && !errors.Is(err, unix.EINPROGRESS) {
			return false, err
		}
		w.send(response{id: n.id})
		return true, nil
	}
	return true, w.replace(n, number, family, to, where)
}

// replace puts a socket of our own, which is connected, in the place of the program's: where that cannot be had.
func (w *watcher) replace(n *notice, number, family int, to netip.AddrPort, where unix.Sockaddr) error {
	kind := unix.SOCK_STREAM
	if to.Port() == dnsPort {
		kind = unix.SOCK_DGRAM
	}
	socket, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(socket) }()
	if err := unix.Connect(socket, where); err != nil {
		return err
	}
	flags, err := w.flagsOf(n, number)
	if err != nil {
		return err
	}
	if flags&unix.O_NONBLOCK != 0 {
		if err := unix.SetNonblock(socket, true); err != nil {
			return err
		}
	}
	added := addition{
		id: n.id, flags: unix.SECCOMP_ADDFD_FLAG_SETFD, source: uint32(socket), target: uint32(number),
		descriptorFlags: uint32(flags & unix.O_CLOEXEC),
	}
	if err := w.request(requestAddsFD, unsafe.Pointer(&added)); err != nil {
		return err
	}
	w.send(response{id: n.id})
	return nil
}

// dnsPort is where names are asked for (RFC 1035 section 4.2).
const dnsPort = 53

// socketOf duplicates a descriptor of the process. Containers without the right of ptrace(2) refuse it.
func (w *watcher) socketOf(n *notice, number int) (int, error) {
	process, err := processOf(n.pid)
	if err != nil {
		return 0, err
	}
	descriptor, err := unix.PidfdOpen(process, 0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = unix.Close(descriptor) }()
	socket, err := unix.PidfdGetfd(descriptor, number, 0)
	if err == nil && !w.alive(n) {
		_ = unix.Close(socket)
		return 0, unix.ESRCH
	}
	return socket, err
}

// processOf is the process of a thread.
func processOf(thread uint32) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", thread))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "\nTgid:")
	line, _, _ := strings.Cut(rest, "\n")
	return strconv.Atoi(strings.TrimSpace(line))
}

// flagsOf are the flags of a descriptor of the process (proc_pid_fdinfo(5)).
func (w *watcher) flagsOf(n *notice, number int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", n.pid, number))
	if err != nil {
		return 0, unix.EBADF
	}
	_, rest, _ := strings.Cut(string(text), "flags:")
	line, _, _ := strings.Cut(rest, "\n")
	flags, err := strconv.ParseInt(strings.TrimSpace(line), 8, 64)
	if err != nil {
		return 0, unix.EBADF
	}
	return int(flags), nil
}

// open gives the program a file of the bench in the place of the machine's.
func (w *watcher) open(n *notice) (done bool, err error) {
	path, flags := n.arguments[1], n.arguments[2]
	if n.number != unix.SYS_OPENAT { // open(2) has no folder to begin from
		path, flags = n.arguments[0], n.arguments[1]
	}
	if flags&unix.O_ACCMODE != unix.O_RDONLY || flags&(unix.O_PATH|unix.O_DIRECTORY) != 0 {
		return false, nil
	}
	name := w.text(n, path)
	if !filepath.IsAbs(name) {
		return false, nil
	}
	content := w.File(filepath.Clean(name))
	if content == nil {
		return false, nil
	}
	file, err := unix.MemfdCreate(filepath.Base(name), unix.MFD_CLOEXEC)
	if err != nil {
		return false, err
	}
	defer func() { _ = unix.Close(file) }()
	if _, err := unix.Write(file, content); err != nil {
		return false, err
	}
	// Opened again, so that the program can only read it, from its beginning.
	reading, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", file), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false, err
	}
	defer func() { _ = unix.Close(reading) }()
	added := addition{id: n.id, source: uint32(reading), descriptorFlags: uint32(flags & unix.O_CLOEXEC)}
	number, _, errno := unix.Syscall(
		unix.SYS_IOCTL, uintptr(w.listener), requestAddsFD, uintptr(unsafe.Pointer(&added)),
	)
	if errno != 0 {
		return false, errno
	}
	w.send(response{id: n.id, value: int64(number)})
	return true, nil
}

// address reads a socket address of the process; the family is 0 if it is none of the Internet, or cannot be read.
func (w *watcher) address(n *notice, at, length uint64) (to netip.AddrPort, family int) {
	raw := w.memory(n, at, int(min(length, unix.SizeofSockaddrInet6)))
	if len(raw) < unix.SizeofSockaddrInet4 || !w.alive(n) {
		return to, 0
	}
	port := binary.BigEndian.Uint16(raw[2:])
	switch family := int(binary.NativeEndian.Uint16(raw)); family {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(raw[4:8])), port), family
	case unix.AF_INET6:
		if len(raw) >= 24 {
			return netip.AddrPortFrom(netip.AddrFrom16([16]byte(raw[8:24])).Unmap(), port), family
		}
	}
	return to, 0
}

// text reads a text of the process up to its end.
func (w *watcher) text(n *notice, at uint64) string {
	const page = 4096
	var text []byte
	for len(text) < page { // no further than the page at a time: the next one may not be there
		piece := w.memory(n, at, int(page-at%page))
		if end := bytes.IndexByte(piece, 0); end >= 0 {
			if !w.alive(n) {
				return ""
			}
			return string(append(text, piece[:end]...))
		}
		if len(piece) == 0 {
			return ""
		}
		text, at = append(text, piece...), at+uint64(len(piece))
	}
	return ""
}

// memory reads memory of the process; nothing if it cannot be read.
func (w *watcher) memory(n *notice, at uint64, length int) []byte {
	file, err := os.Open(fmt.Sprintf("/proc/%d/mem", n.pid))
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	raw := make([]byte, length)
	got, _ := file.ReadAt(raw, int64(at)) //nolint:gosec // an address of the upper half is the kernel's
	return raw[:got]
}
