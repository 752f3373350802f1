// Package places keeps from where the device and the person's browser reach Entra.
package places

import (
	"sync"

	"mfpsim/fakeentra/internal/access"
)

// Places is where the device and the browser are. It is safe for concurrent use.
type Places struct {
	mu              sync.Mutex
	device, browser access.Source
}

// New puts both at an address; the person's computer runs Windows.
func New(address string) *Places {
	return &Places{
		device: access.Source{Address: address}, browser: access.Source{Address: address, Platform: "windows"},
	}
}

// Device is where the device is that asks for tokens.
func (p *Places) Device() access.Source {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.device
}

// Browser is where the person's browser is.
func (p *Places) Browser() access.Source {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.browser
}

// SetDevice says where the device is.
func (p *Places) SetDevice(source access.Source) error {
	if err := source.Check(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.device = source
	return nil
}

// SetBrowser says where the person's browser is.
func (p *Places) SetBrowser(source access.Source) error {
	if err := source.Check(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.browser = source
	return nil
}
