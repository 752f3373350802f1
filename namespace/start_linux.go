package namespace

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// resolver is where the program asks for names.
var resolver = netip.MustParseAddrPort("127.0.0.1:53")

// Run is a program in its namespaces: first entered, waiting for its bench, then begun.
type Run struct {
	// Doors are the listeners, in the order of the configuration; Packets and Streams are the resolver's. They belong
	// to the caller.
	Doors   []*net.TCPListener
	Packets net.PacketConn
	Streams *net.TCPListener

	config  Config
	command *exec.Cmd
	socket  *os.File
	ended   chan struct{}
	failed  error // of the wait; under ended
}

// order is what the outer half tells the inner one, once.
type order struct {
	Program     Program
	Environment []string
	Trust       Trust
	Bundle      string `json:",omitempty"` // of a supervised program: the file with the authority
}

// opened is what the inner half tells with its sockets, or what hindered it.
type opened struct {
	Doors   int
	Problem string `json:",omitempty"`
}

// insideArgument is the first argument of the inner half.
const insideArgument = "__inside"

// sealed is the inner half's end of the socket pair.
const sealed = 3

// Enter makes the namespaces and opens the ports in them. A [*Refused] says that the machine allows no namespaces.
func Enter(c Config) (*Run, error) {
	trusted, err := json.Marshal(append([]string{}, c.TrustFiles...))
	if err != nil {
		return nil, err
	}
	doors, err := json.Marshal(append([]netip.AddrPort{}, c.Doors...))
	if err != nil {
		return nil, err
	}
	r := &Run{config: c, ended: make(chan struct{})}
	begun, err := r.startSelf(
		attributes(c.UserNamespace || !mayAdminister()), insideArgument, string(doors), string(trusted),
	)
	switch {
	case err != nil && begun:
		return nil, refused(err, "new namespaces")
	case err != nil:
		return nil, err
	}
	if err := r.receive(); err != nil {
		return nil, errors.Join(err, r.Abandon())
	}
	return r, nil
}

// startSelf starts this program once more, with a socket to it. begun: the machine was asked for the process, and the
// error is its answer.
func (r *Run) startSelf(attributes *syscall.SysProcAttr, arguments ...string) (begun bool, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false, fmt.Errorf("no socket pair: %w", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "inner half")
	defer func() { _ = theirs.Close() }() // the child has its own
	r.socket = os.NewFile(uintptr(pair[0]), "outer half")
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		err = fmt.Errorf("what the program leaves behind could not be seen: %w", err)
		return false, errors.Join(err, r.socket.Close())
	}
	r.command = exec.Command("/proc/self/exe", arguments...)
	r.command.Stdin, r.command.Stdout, r.command.Stderr = os.Stdin, os.Stdout, os.Stderr
	r.command.ExtraFiles = []*os.File{theirs}
	r.command.SysProcAttr = attributes
	if err := r.start(); err != nil {
		_ = r.socket.Close() // nobody is at its other end
		return true, err
	}
	return true, nil
}

// attributes are those of the inner half. A user namespace is made where it has to be: in one, programs cannot change
// their groups. In it everybody is who he was.
func attributes(user bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL}
	if user {
		a.Cloneflags |= unix.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
		a.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_NET_BIND_SERVICE}
	}
	return a
}

// mayAdminister reports whether the rights are there to make namespaces without one of users.
func mayAdminister() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[0].Effective&(1<<unix.CAP_SYS_ADMIN) != 0 &&
		data[0].Effective&(1<<unix.CAP_NET_ADMIN) != 0
}

// start starts the inner half on a thread that lives until it has ended: the signal of a parent's death is that of the
// thread that forked.
func (r *Run) start() error {
	begun := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := r.command.Start()
		begun <- err
		if err == nil {
			var status *exec.ExitError
			if err := r.command.Wait(); err != nil && !errors.As(err, &status) {
				r.failed = err
			}
			close(r.ended)
		}
	}()
	return <-begun
}

// receive takes the listeners.
func (r *Run) receive() error {
	told := make([]byte, 1<<16)
	rights := make([]byte, unix.CmsgSpace(4*(len(r.config.Doors)+2)))
	n, m, _, _, err := unix.Recvmsg(int(r.socket.Fd()), told, rights, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return fmt.Errorf("the inner half says nothing: %w", err)
	}
	if n == 0 {
		<-r.ended
		return fmt.Errorf("the inner half has ended: %s", r.command.ProcessState)
	}
	var said opened
	if err := json.Unmarshal(told[:n], &said); err != nil {
		return fmt.Errorf("the inner half: %w", err)
	}
	if said.Problem != "" {
		return &Refused{What: said.Problem}
	}
	messages, err := unix.ParseSocketControlMessage(rights[:m])
	if err != nil || len(messages) != 1 {
		return errors.New("the inner half gave no ports")
	}
	descriptors, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(descriptors) != said.Doors+2 {
		return errors.New("the inner half did not give all ports")
	}
	for i, descriptor := range descriptors {
		file := os.NewFile(uintptr(descriptor), "inside")
		if i == said.Doors {
			r.Packets, err = net.FilePacketConn(file)
		} else {
			var listener net.Listener
			if listener, err = net.FileListener(file); err == nil {
				if tcp := listener.(*net.TCPListener); i < said.Doors {
					r.Doors = append(r.Doors, tcp)
				} else {
					r.Streams = tcp
				}
			}
		}
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Begin lets the program begin, when its bench is there, with an environment to which [Variables] is applied. It
// returns when it has begun; a [*NotRun] says why it has not.
func (r *Run) Begin(program Program, environment []string, trust Trust) error {
	return r.begin(order{Program: program, Environment: environment, Trust: trust})
}

// BeginSupervised is Begin for a supervised program, whose variables name a file with the authority.
func (r *Run) BeginSupervised(program Program, environment []string, bundle string) error {
	return r.begin(order{Program: program, Environment: environment, Bundle: bundle})
}

func (r *Run) begin(o order) error {
	defer func() { _ = r.socket.Close() }() // nothing more is said
	if err := json.NewEncoder(r.socket).Encode(o); err != nil {
		return fmt.Errorf("the inner half does not listen: %w", err)
	}
	complaint, err := io.ReadAll(r.socket) // its end is execve(2)
	switch {
	case err != nil:
		return fmt.Errorf("the inner half: %w", err)
	case len(complaint) == 0:
		return nil
	}
	<-r.ended
	var problem NotRunMessage
	if err := json.Unmarshal(complaint, &problem); err != nil {
		return fmt.Errorf("the inner half: %s", complaint)
	}
	return notRun(problem.Code, "%s", problem.Problem)
}

// NotRunMessage is how the inner half says that the program could not be begun.
type NotRunMessage struct {
	Code    int
	Problem string
}

// Abandon ends a run that was not begun.
func (r *Run) Abandon() error {
	err := r.socket.Close() // its end ends the inner half
	<-r.ended
	return err
}

// Signal sends the program a signal.
func (r *Run) Signal(signal os.Signal) { _ = r.command.Process.Signal(signal) } // it may have ended

// Ended is closed when the program has.
func (r *Run) Ended() <-chan struct{} { return r.ended }

// Code is the exit code of the program that has ended: its own, or 128 and the signal that ended it, as in a shell.
func (r *Run) Code() (int, error) {
	<-r.ended
	if r.failed != nil {
		return 0, r.failed
	}
	status := r.command.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return status.ExitStatus(), nil
}
