//go:build !linux

package namespace

import (
	"net"
	"net/netip"
	"os"
)

// errElsewhere is all that there is on other systems.
var errElsewhere = &Refused{What: "namespaces are Linux's: run this in a container or a virtual machine, or see --print-env"}

// Run never begins here.
type Run struct {
	Doors   []*net.TCPListener
	Packets net.PacketConn
	Streams *net.TCPListener
}

func Enter(Config) (*Run, error)                     { return nil, errElsewhere }
func (*Run) Begin(Program, []string, Trust) error    { return errElsewhere }
func Beside(Program, []string, string) (*Run, error) { return nil, errElsewhere }

// Supervision does nothing here.
type Supervision struct {
	Lead func(to netip.AddrPort) (netip.AddrPort, bool)
	File func(path string) []byte
}

func Supervised(Supervision) (*Run, error)                   { return nil, errElsewhere }
func (*Run) BeginSupervised(Program, []string, string) error { return errElsewhere }
func TrustedFiles(Trust, []string) map[string][]byte         { return nil }
func NameFiles(netip.Addr, []string) map[string][]byte       { return nil }

func (*Run) Abandon() error          { return errElsewhere }
func (*Run) Signal(os.Signal)        {}
func (*Run) Ended() <-chan struct{}  { return nil }
func (*Run) Code() (int, error)      { return 0, errElsewhere }
func Orphans(bool) ([]string, error) { return nil, nil }
func IsInside([]string) bool         { return false }
func Inside([]string)                {}
