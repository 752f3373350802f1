package remote

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"mfpsim/device"
	"mfpsim/vtime"
)

// ReachRequest asks the device to connect to hosts by itself.
type ReachRequest struct {
	Hosts []Host `json:"hosts"`
}

// Host is a server of the bench.
type Host struct {
	Name string `json:"name"`
	Port string `json:"port"`
	TLS  bool   `json:"tls" doc:"it speaks TLS from the first octet; else it greets with a line"`
}

// String gives name and port.
func (h Host) String() string { return net.JoinHostPort(h.Name, h.Port) }

// Stage is how far a connection came.
type Stage string

// The stages, in their order. A connection that was made has StageReached.
const (
	StageReached     Stage = "reached"
	StageName        Stage = "name"        // the name does not resolve
	StagePort        Stage = "port"        // nobody answers there
	StageCertificate Stage = "certificate" // the certificate is not trusted, or is another's
	StageClock       Stage = "clock"       // by the device's clock the certificate does not hold
)

// Reached is what became of it.
type Reached struct {
	Now   time.Time `json:"now" doc:"by the device's own clock"`
	Hosts []Arrival `json:"hosts" doc:"in the order of the request"`
}

// Arrival is what became of one host.
type Arrival struct {
	Stage Stage  `json:"stage"`
	Text  string `json:"text,omitempty" doc:"the device's own words for what failed"`
}

// remedies are what to do, by how far a connection came.
var remedies = map[Stage]string{
	StageName: "let the device connect through the HTTP proxy that boot names, with the name in CONNECT: the bench " +
		"resolves it",
	StagePort: "let the device connect through the HTTP proxy that boot names, to the port that the name has in the " +
		"real service",
	StageCertificate: "let the device trust the first certificate of boot's roots, and that alone",
	StageClock:       "let the device's clock follow the member now of boot, act, wake and answer",
}

// Unreached is a host that a device does not reach, and what to do about it.
type Unreached struct {
	Host  Host
	Stage Stage
	Text  string
}

// Error is one sentence with the remedy.
func (u *Unreached) Error() string {
	text := fmt.Sprintf("the device does not reach %s: it fails at the %s", u.Host, u.Stage)
	if u.Text != "" {
		text += " (" + u.Text + ")"
	}
	if remedy := remedies[u.Stage]; remedy != "" {
		text += "; " + remedy
	}
	return text
}

// clockTolerance is how much the clock of a new device may differ from the bench's. Some count whole seconds.
const clockTolerance = 2 * time.Second

// Reach lets a device that a [Client] has put on a bench connect to hosts, in the turn of ctx, and compares its clock.
// The error is that of the first one that fails, an [*Unreached]. A device that has no such act is not checked:
// [device.ErrNotSupported].
func Reach(ctx context.Context, d device.Device, hosts []Host) error {
	far, ours := d.(*remoteDevice)
	if !ours {
		return device.ErrNotSupported
	}
	reached, err := fetch[Reached](ctx, far, MethodReach, ReachRequest{Hosts: hosts})
	switch {
	case err != nil:
		return err
	case len(reached.Hosts) != len(hosts):
		return far.lose(fmt.Errorf("%q: it tells of %d hosts of %d", MethodReach, len(reached.Hosts), len(hosts)))
	}
	for i, arrival := range reached.Hosts {
		if arrival.Stage != StageReached {
			return &Unreached{Host: hosts[i], Stage: arrival.Stage, Text: arrival.Text}
		}
	}
	if off := reached.Now.Sub(far.at.World.Now()); off.Abs() > clockTolerance {
		return fmt.Errorf("the device's clock is wrong by %s; %s", off, remedies[StageClock])
	}
	return nil
}

// reach connects as the handler's own program does.
func (h *hosted) reach(ctx context.Context, args json.RawMessage) Result {
	var q ReachRequest
	if err := json.Unmarshal(args, &q); err != nil {
		return Result{Error: &Error{Kind: KindText, Text: "the arguments cannot be read: " + err.Error()}}
	}
	var reached Reached
	for _, host := range q.Hosts {
		reached.Hosts = append(reached.Hosts, h.arrive(ctx, host))
	}
	now, err := h.device.Now(ctx)
	if err != nil {
		return resultOf(nil, err)
	}
	reached.Now = now
	return resultOf(reached, nil)
}

// reachTime is how long a server is waited for, in the bench's time.
const reachTime = time.Minute

func (h *hosted) arrive(ctx context.Context, host Host) Arrival {
	limited, cancel := h.world.Clock(h.name).WithTimeout(ctx, reachTime)
	defer cancel()
	conn, err := h.network.Dialer(h.name).DialContext(limited, "tcp", host.String())
	if err != nil {
		return arrivalOf(err)
	}
	defer func() { _ = conn.Close() }()
	if !host.TLS {
		_ = conn.SetReadDeadline(vtime.Deadline(reachTime))
		if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
			return Arrival{Stage: StagePort, Text: "it does not greet"}
		}
		return Arrival{Stage: StageReached}
	}
	secure := tls.Client(conn, &tls.Config{
		ServerName: host.Name, MinVersion: tls.VersionTLS12, RootCAs: h.network.Authority().Pool(),
		Time: func() time.Time {
			now, err := h.device.Now(ctx)
			if err != nil {
				return h.world.Now()
			}
			return now
		},
	})
	if err := secure.HandshakeContext(limited); err != nil {
		return arrivalOf(err)
	}
	return Arrival{Stage: StageReached}
}

// arrivalOf tells how far a connection came that failed.
func arrivalOf(err error) Arrival {
	var name *net.DNSError
	var invalid x509.CertificateInvalidError
	var verification *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name):
		return Arrival{Stage: StageName, Text: name.Err}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Arrival{Stage: StageClock, Text: "the certificate has expired or is not yet valid"}
	case errors.As(err, &verification):
		return Arrival{Stage: StageCertificate, Text: verification.Err.Error()}
	case strings.Contains(err.Error(), "tls: "):
		return Arrival{Stage: StageCertificate, Text: err.Error()}
	}
	return Arrival{Stage: StagePort, Text: err.Error()}
}

// HostsOf are hosts by their addresses ("login.microsoftonline.com:443"), sorted. Ports that speak TLS from the first
// octet are 443 and 465.
func HostsOf(addresses []string) []Host {
	var hosts []Host
	for _, address := range slices.Sorted(slices.Values(addresses)) {
		if name, port, err := net.SplitHostPort(address); err == nil {
			hosts = append(hosts, Host{Name: name, Port: port, TLS: port == "443" || port == "465"})
		}
	}
	return hosts
}
