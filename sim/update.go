package sim

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"mfpsim/core/outcome"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/sim/maker"
	"mfpsim/sim/settings"
)

// updateTime is how long the printer waits for the maker's server: ours.
const updateTime = time.Minute

// ask asks the maker's server. Its certificate is checked by the root that the firmware brings along for it alone, so
// that a printer whose root certificates are too old can still update them.
func (p *Printer) ask(ctx context.Context, live *powered, path string, answer any) error {
	limited, cancel := p.config.Clock.WithTimeout(ctx, updateTime)
	defer cancel()
	fail := func(kind outcome.Kind) error { return p.notUpdated(kind) }
	dialer := lit{p, live.life, live.memory}
	pinned := p.config.Network.Authority().Pool()
	transport := faultnet.NewTransport(faultnet.TransportConfig{
		Now: p.config.World.Now,
		DialTLS: faultnet.TLSDialer(
			func(ctx context.Context, network, address string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, address)
			},
			&tls.Config{MinVersion: tls.VersionTLS12, Time: p.config.Clock.Now, RootCAs: pinned},
		),
	})
	defer transport.CloseIdleConnections()
	address := url.URL{Scheme: "https", Host: p.model.UpdateHost, Path: path}
	request, err := http.NewRequestWithContext(limited, http.MethodGet, address.String(), nil)
	if err != nil {
		return fail(outcome.NotConfigured)
	}
	request.Header.Set("User-Agent", p.model.Name+"/"+live.firmware.Version)
	response, err := transport.RoundTrip(request)
	if err != nil {
		return fail(outcome.Network(limited, err))
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maker.Maximum+1))
	switch {
	case err != nil:
		return fail(outcome.Network(limited, err))
	case response.StatusCode != http.StatusOK, len(body) > maker.Maximum, json.Unmarshal(body, answer) != nil:
		return fail(outcome.CloudMalformed)
	}
	return nil
}

// RootsVersion is the version of the root certificates.
func (p *Printer) RootsVersion() string {
	live := p.on()
	if live == nil {
		return ""
	}
	return rootsOf(live.memory.settings(), live)
}

// UpdateRoots gets the maker's newest root certificates and stores them. updated is false if the printer has them
// already. The error is an [*outcome.Outcome], or that of the memory.
func (p *Printer) UpdateRoots(ctx context.Context) (updated bool, err error) {
	live := p.on()
	if live == nil {
		return false, device.ErrPoweredOff
	}
	var offered maker.Roots
	if err := p.ask(ctx, live, maker.RootsPath(p.model.Name), &offered); err != nil {
		return false, err
	}
	if offered.Version <= rootsOf(live.memory.settings(), live) {
		return false, nil
	}
	var roots [][]byte
	for rest := []byte(offered.Certificates); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return false, p.notUpdated(outcome.CloudMalformed)
		}
		roots = append(roots, bytes.Clone(block.Bytes))
	}
	if len(roots) == 0 {
		return false, p.notUpdated(outcome.CloudMalformed)
	}
	return true, p.Change(func(s *settings.Settings) { s.Roots, s.RootCertificates = offered.Version, roots })
}

// OfferedFirmware asks the maker's server for its newest firmware; newer is false if the printer has it.
func (p *Printer) OfferedFirmware(ctx context.Context) (version string, newer bool, err error) {
	live := p.on()
	if live == nil {
		return "", false, device.ErrPoweredOff
	}
	var offered maker.Firmware
	if err := p.ask(ctx, live, maker.FirmwarePath(p.model.Name), &offered); err != nil {
		return "", false, err
	}
	if _, err := p.model.Fitted(offered.Version); err != nil || offered.Version == "" {
		return "", false, p.notUpdated(outcome.CloudMalformed)
	}
	return offered.Version, offered.Version > live.firmware.Version, nil
}

// UpdateFirmware fits the maker's newest firmware and restarts the printer (guide rule R6).
func (p *Printer) UpdateFirmware(ctx context.Context) (updated bool, err error) {
	version, newer, err := p.OfferedFirmware(ctx)
	live := p.on()
	switch {
	case err != nil || !newer:
		return false, err
	case live == nil:
		return false, device.ErrPoweredOff
	}
	if err := p.prefer(live, func(x *preferences) { x.Firmware = version }); err != nil {
		return false, fmt.Errorf("store the firmware: %w", err)
	}
	p.Restart()
	return true, nil
}

// notUpdated is why the maker's server gave nothing.
func (p *Printer) notUpdated(kind outcome.Kind) *outcome.Outcome {
	if kind == "" {
		kind = outcome.ConnectionLost
	}
	return outcome.New(kind, outcome.Cloud, outcome.StageConnect, p.config.Clock.Now())
}
