package contract

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// stranger names a connection of a process that leads somewhere else than to the bench; "": it has none. known are the
// sockets that were looked at before.
func stranger(pid int, known map[string]bool) string {
	var fresh []string
	for _, member := range family(pid) {
		for _, socket := range socketsOf(member) {
			if !known[socket] {
				known[socket] = true
				fresh = append(fresh, socket)
			}
		}
	}
	if len(fresh) == 0 {
		return ""
	}
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			continue
		}
		for row := range strings.Lines(string(text)) {
			words := strings.Fields(row)
			if len(words) < 10 || !slices.Contains(fresh, words[9]) {
				continue
			}
			peer, ok := endpoint(words[2])
			switch {
			case !ok || !peer.IsValid() || peer.Addr().IsUnspecified():
				delete(known, words[9]) // it leads nowhere yet
			case peer.Port() == 53:
				return "a name server, " + peer.String()
			case !peer.Addr().IsLoopback():
				return peer.String()
			}
		}
	}
	return ""
}

// socketsOf are the inodes of the sockets that a process has.
func socketsOf(pid int) (inodes []string) {
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		target, err := os.Readlink(folder + "/" + entry.Name())
		if inode, is := strings.CutPrefix(target, "socket:["); err == nil && is {
			inodes = append(inodes, strings.TrimSuffix(inode, "]"))
		}
	}
	return inodes
}

// endpoint reads an address as /proc/net/tcp has it: words of four octets as the machine keeps numbers, in hex.
func endpoint(text string) (netip.AddrPort, bool) {
	host, digits, _ := strings.Cut(text, ":")
	octets, err := hex.DecodeString(host)
	port, failed := strconv.ParseUint(digits, 16, 16)
	if err != nil || failed != nil || len(octets)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i+4 <= len(octets) && littleEndian; i += 4 {
		slices.Reverse(octets[i : i+4])
	}
	address, ok := netip.AddrFromSlice(octets)
	return netip.AddrPortFrom(address.Unmap(), uint16(port)), ok
}
