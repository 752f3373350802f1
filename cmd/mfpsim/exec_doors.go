package main

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"

	"mfpsim/cmd/mfpsim/serve"
	"mfpsim/namespace"
)

// doorsInside are what the program finds in namespaces of its own: each service has an address, and its real ports.
func (c *execCommand) doorsInside() (addresses []netip.AddrPort, services []serve.Further) {
	return c.doors(namespace.Entra, namespace.Submission, namespace.Exchanger, namespace.Control)
}

func (c *execCommand) doors(
	entra, submission, exchanger, control netip.Addr,
) (at []netip.AddrPort, services []serve.Further) {
	add := func(service serve.Service, address netip.Addr, port uint16, names ...string) {
		at = append(at, netip.AddrPortFrom(address, port))
		services = append(services, serve.Further{Service: service, Names: names})
	}
	add(serve.EntraService, entra, 443, namesOfEntra...)
	add(serve.SubmissionService, submission, 587)
	add(serve.SubmissionService, submission, 25)
	add(serve.ExchangerService, exchanger, 25)
	if c.Control && control.IsValid() {
		add(serve.ControlService, control, 80)
	}
	return at, services
}

// control is where the program reaches the control API.
func (x *execution) control() string {
	if x.beside {
		return x.endpoints.Control
	}
	return "http://" + namespace.Control.String()
}

// inPlace runs the program among the others of the machine, whose hosts file leads Microsoft's names to the bench
// meanwhile.
func (x *execution) inPlace() (code int, failed error) {
	x.beside = true
	at, services := x.command.doors(
		namespace.EntraBeside, namespace.SubmissionBeside, namespace.ExchangerBeside, netip.Addr{},
	)
	for i, address := range at {
		listener, err := net.Listen("tcp4", address.String())
		if err != nil {
			for _, opened := range services[:i] {
				_ = opened.Listener.Close()
			}
			if errors.Is(err, syscall.EACCES) {
				return 0, fmt.Errorf("port %d is root's: --edit-hosts needs root", address.Port())
			}
			return 0, fmt.Errorf("--edit-hosts: %w", err)
		}
		services[i].Listener = listener.(*net.TCPListener)
	}
	if err := x.serve(services, false); err != nil {
		return 0, err
	}
	defer func() { failed = errors.Join(failed, x.end()) }()
	restore, err := namespace.EditHosts(
		hostsFile, x.hostsLines(namespace.EntraBeside, namespace.SubmissionBeside, namespace.ExchangerBeside),
	)
	if err != nil {
		return 0, err
	}
	defer func() { failed = errors.Join(failed, restore()) }()
	return x.play(func(program namespace.Program) (*namespace.Run, error) {
		return namespace.Beside(program, x.environment(), x.endpoints.CA)
	})
}

const hostsFile = "/etc/hosts"

// hostsLines lead the names of the bench to addresses.
func (x *execution) hostsLines(entra, submission, exchanger netip.Addr) []string {
	lines := hostsLines(entra, submission)
	for _, t := range x.bench.Load().Entra.Tenants() {
		for _, domain := range t.Domains {
			if t.Personal {
				continue
			}
			lines = append(lines, exchanger.String()+" "+exchangerOf(domain))
		}
	}
	return lines
}

func hostsLines(entra, submission netip.Addr) []string {
	to := map[netip.Addr][]string{}
	for _, name := range slices.Sorted(maps.Keys(led)) {
		to[led[name]] = append(to[led[name]], name)
	}
	return []string{
		entra.String() + " " + strings.Join(to[namespace.Entra], " "),
		submission.String() + " " + strings.Join(to[namespace.Submission], " "),
	}
}

// printEnvironment prints what brings a program to `mfpsim serve` by hand.
func (c *execCommand) printEnvironment(s *streams) error {
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	authority := folder + "/mfpsim-ca.pem"
	here := netip.MustParseAddr("127.0.0.1")
	_, _ = fmt.Fprintf(s.out, "# The bench, as root for the ports below 1024:\n"+
		"#   mfpsim serve --ready --entra-port 443 --smtp-port 587 --mx-port 25 --ca %s\n#\n# Lines for /etc/hosts:\n", authority)
	for _, line := range hostsLines(here, here) {
		_, _ = fmt.Fprintf(s.out, "#   %s\n", line)
	}
	_, _ = fmt.Fprintf(s.out, "#\n# Variables of the program:\n")
	for _, line := range namespace.Variables(nil, authority) {
		_, _ = fmt.Fprintf(s.out, "export %s\n", line)
	}
	_, _ = fmt.Fprintf(s.out, "unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY\n")
	return nil
}
