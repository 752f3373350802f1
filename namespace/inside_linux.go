package namespace

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// IsInside reports whether this process is to become the program, as the inner half or supervised, by its arguments.
func IsInside(arguments []string) bool {
	return len(arguments) == 4 && arguments[1] == insideArgument ||
		len(arguments) == 2 && arguments[1] == superviseArgument
}

// Inside is the inner half. It becomes the program and does not return; it exits if it cannot.
func Inside(arguments []string) {
	if arguments[1] == superviseArgument {
		becomeSupervised()
	}
	runtime.LockOSThread() // rights belong to a thread, and execve(2) goes on with this one's
	socket := os.NewFile(sealed, "outer half")
	if socket == nil {
		os.Exit(ExitFailed)
	}
	unix.CloseOnExec(sealed)
	say := func(what any) {
		_ = json.NewEncoder(socket).Encode(what) // an outer half that has ended hears nothing
		os.Exit(ExitFailed)
	}
	var doors []netip.AddrPort
	var trustFiles []string
	if err := json.Unmarshal([]byte(arguments[2]), &doors); err != nil {
		say(opened{Problem: err.Error()})
	}
	if err := json.Unmarshal([]byte(arguments[3]), &trustFiles); err != nil {
		say(opened{Problem: err.Error()})
	}
	if err := handOut(doors); err != nil {
		say(opened{Problem: err.Error()})
	}
	var told order
	if err := json.NewDecoder(socket).Decode(&told); err != nil {
		os.Exit(ExitFailed) // the outer half has given up
	}
	bundle, err := dress(told.Trust, trustFiles)
	if err != nil {
		say(NotRunMessage{ExitFailed, err.Error()})
	}
	if err := giveUpRights(); err != nil {
		say(NotRunMessage{ExitFailed, "the rights could not be given up: " + err.Error()})
	}
	become(socket, told, bundle)
}

// become becomes the program, or tells the outer half why it cannot, and exits.
func become(socket *os.File, told order, bundle string) {
	say := func(what NotRunMessage) {
		_ = json.NewEncoder(socket).Encode(what) // an outer half that has ended hears nothing
		os.Exit(ExitFailed)
	}
	path := told.Program.Path
	switch err := syscall.Exec(path, told.Program.Args, Variables(told.Environment, bundle)); err {
	case syscall.ENOENT:
		say(NotRunMessage{ExitNotFound, path + ": it, or the interpreter that it names, is not there"})
	case syscall.E2BIG:
		say(NotRunMessage{ExitNotExecutable, path + ": arguments and environment are too long"})
	default:
		say(NotRunMessage{ExitNotExecutable, fmt.Sprintf("%s: %v", path, err)})
	}
}

// handOut opens the ports and gives them to the outer half.
func handOut(doors []netip.AddrPort) error {
	if err := bringUp(addressesOf(doors)); err != nil {
		return err
	}
	var files []*os.File
	keep := func(socket interface{ File() (*os.File, error) }) error {
		file, err := socket.File()
		files = append(files, file)
		return err
	}
	for _, door := range append(slices.Clone(doors), resolver) {
		if door == resolver {
			packets, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(resolver))
			if err != nil {
				return fmt.Errorf("no port %s inside: %w", door, err)
			}
			if err := keep(packets); err != nil {
				return err
			}
		}
		listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp4", door.String())
		if err != nil {
			return fmt.Errorf("no port %s inside: %w", door, err)
		}
		if err := keep(listener.(*net.TCPListener)); err != nil {
			return err
		}
	}
	descriptors := make([]int, len(files))
	for i, file := range files {
		descriptors[i] = int(file.Fd())
	}
	told, err := json.Marshal(opened{Doors: len(doors)})
	if err != nil {
		return err
	}
	// The listeners themselves are closed by execve(2); until then nobody accepts from them here.
	return unix.Sendmsg(sealed, told, unix.UnixRights(descriptors...), nil, 0)
}

func addressesOf(doors []netip.AddrPort) []netip.Addr {
	var addresses []netip.Addr
	for _, door := range doors {
		if !slices.Contains(addresses, door.Addr()) {
			addresses = append(addresses, door.Addr())
		}
	}
	return addresses
}

// giveUpRights gives up those that were only for the inner half: in a user namespace they are ambient. Root outside of
// one keeps what root has.
func giveUpRights() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return err
	}
	data[0].Inheritable, data[1].Inheritable = 0, 0
	return unix.Capset(&header, &data[0])
}
