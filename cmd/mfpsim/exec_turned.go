package main

import (
	"errors"
	"net"
	"net/netip"
	"slices"

	"mfpsim/faultnet"
	"mfpsim/nameserver"
	"mfpsim/namespace"
)

// turned runs the program among the others of the machine, with connections that are turned to the bench one by one.
func (x *execution) turned() (code int, failed error) {
	addresses, services := x.command.doorsInside()
	led := map[netip.AddrPort]netip.AddrPort{}
	var opened []interface{ Close() error }
	abandon := func(err error) (int, error) {
		for _, one := range opened {
			err = errors.Join(err, one.Close())
		}
		return 0, err
	}
	for i, address := range addresses {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return abandon(err)
		}
		services[i].Listener = listener.(*net.TCPListener)
		opened = append(opened, listener)
		led[address] = listener.Addr().(*net.TCPAddr).AddrPort()
	}
	packets, streams, err := namePorts()
	if err != nil {
		return abandon(err)
	}
	opened = append(opened, packets, streams)
	led[netip.AddrPortFrom(namespace.NameServer, namePort)] = streams.Addr().(*net.TCPAddr).AddrPort()

	var trusted map[string][]byte // there when the program begins
	run, err := namespace.Supervised(namespace.Supervision{
		Lead: func(to netip.AddrPort) (netip.AddrPort, bool) { at, known := led[to]; return at, known },
		File: func(path string) []byte {
			if content, there := trusted[path]; there {
				return content
			}
			return namespace.NameFiles(namespace.NameServer, x.resolved())[path]
		},
	})
	if err != nil {
		return abandon(err)
	}
	if err := x.serve(services, false); err != nil {
		return 0, errors.Join(err, run.Abandon(), packets.Close(), streams.Close())
	}
	defer func() { failed = errors.Join(failed, x.end()) }()
	resolver := nameserver.Serve(packets, streams, &names{bench: &x.bench}, nameserver.Nobody)
	defer func() { failed = errors.Join(failed, resolver.Close()) }()
	trust, err := namespace.NewTrust(x.bench.Load().Network.Authority().PEM())
	if err != nil {
		return 0, errors.Join(err, run.Abandon())
	}
	trusted = namespace.TrustedFiles(trust, x.command.TrustFile)
	return x.play(func(program namespace.Program) (*namespace.Run, error) {
		return run, run.BeginSupervised(program, x.environment(), x.endpoints.CA)
	})
}

// resolved are the lines of a hosts file: for programs that take no answer but from the resolver that they have asked.
// While a fault of names is armed there are none, and the resolver decides.
func (x *execution) resolved() []string {
	bench := x.bench.Load()
	if bench == nil || slices.ContainsFunc(bench.Network.Faults(), func(f faultnet.Fault) bool {
		return f.Kind == faultnet.NoName
	}) {
		return nil
	}
	return x.hostsLines(namespace.Entra, namespace.Submission, namespace.Exchanger)
}

// namePorts opens one port of UDP and TCP, for a name server. A number that is free for one may be taken for the other.
func namePorts() (packets net.PacketConn, streams net.Listener, err error) {
	const tries = 32
	for range tries {
		if streams, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
			return nil, nil, err
		}
		if packets, err = net.ListenPacket("udp4", streams.Addr().String()); err == nil {
			return packets, streams, nil
		}
		_ = streams.Close() // nobody has it yet
	}
	return nil, nil, err
}
