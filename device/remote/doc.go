// Package remote puts a device on a bench that runs in another process, in any language: the interface of package
// device over HTTP and JSON, on the bench's clock.
//
// [Client] is the bench's side; its constructor goes into lab.Config.Devices. [Handler] is the side of a device that
// is written in Go and makes its devices by a [mount.Constructor]; `mfpsim device` serves the simulated printer so.
// The messages, their order and the laws for a device are in docs/devices.md, and openapi.json beside this file
// describes every one of them.
package remote
