// Package mount is how a device gets onto a bench: a [Constructor] is given a [Point], and makes a device there.
//
// The simulated printer, a stub in a test and a device in another process are all made in this way. A Point has what a
// device needs from the bench; it knows nothing about any device.
package mount

import (
	"context"
	"net/http"

	"mfpsim/browser"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Constructor makes a device. It works in the turn that ctx carries: a device in another process is lent it while it
// starts. The device is switched on, and it ends with [device.Device.Close].
type Constructor func(ctx context.Context, p Point) (device.Device, error)

// Point is the place of one device on a bench.
type Point struct {
	// Name is the bench's name of the device: its party on the network, in the journal and among the World's clocks.
	Name string
	// Model is the one that was asked for; empty: the device's own choice.
	Model string
	// Language is the one to begin in; empty: the device's own choice.
	Language string
	// Address is the IP address that is free for the device on the printers' network.
	Address string
	// Further is the IP address that is free for it on the additional network, if it has one (guide rule R12).
	Further string
	// AdministratorPassword is what a new device of this bench has. One that cannot take it keeps its own.
	AdministratorPassword string
	// Seed decides, together with Name, all that is random in the device.
	Seed uint64

	// World is true time. The device's own clock is World.Clock(Name); a device in another process is
	// World.Outside(Name, …).
	World *vtime.World
	// Network is the way to the clouds: Network.Dialer(Name) in process, Network.Outlet from another one. The roots
	// that the device is to trust are those of Network.Authority.
	Network *faultnet.Network
	// Journal is the record that the device's screens and sheets are kept in.
	Journal *journal.Journal

	// ServeWeb puts the device's web page on the network, under Address, Further and the bench's certificate, until the
	// device has been closed. It is asked over HTTP too, at port 80: then the request has no TLS state.
	ServeWeb func(Web) error
	// Window opens a browser window at a computer on the printers' network.
	Window func() *browser.Browser
	// Link returns where a link of the web page to an address of the cloud service leads; nil: to the address itself.
	Link func(address string) string
	// Power is told when the device goes on and off, so that its place on the network follows.
	Power func(on bool)
	// Additional is told whether the device is connected to the additional network; after power off it is not.
	Additional func(on bool)
	// Hide names secrets of the device that must show in no record.
	Hide func(secrets ...string)
}

// Web is a device's web page.
type Web struct {
	// Page answers the requests, each in a visit of the device.
	Page http.Handler
	// Clock dates the answers; nil: true time.
	Clock *vtime.Clock
	// Record turns an exchange into its record; nil: nothing is recorded.
	Record func(r *http.Request, body []byte, response *faultnet.Response) *journal.Exchange
}
