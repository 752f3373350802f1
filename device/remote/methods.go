package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"mfpsim/device"
)

// method is an act as the device does it: arguments and result are JSON.
type method struct {
	// look: it acts on nothing, so that it can be asked without a turn.
	look bool
	args any // zero value; its type is that of the arguments
	out  any // zero value of the result; nil: none
	do   func(ctx context.Context, d device.Device, args json.RawMessage) (any, error)
}

// act makes a method with a result.
func act[A, R any](look bool, f func(ctx context.Context, d device.Device, a A) (R, error)) method {
	var a A
	var r R
	do := func(ctx context.Context, d device.Device, raw json.RawMessage) (any, error) {
		var args A
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &args); err != nil {
				return nil, fmt.Errorf("the arguments cannot be read: %w", err)
			}
		}
		return f(ctx, d, args)
	}
	return method{look: look, args: a, out: r, do: do}
}

// deed makes a method without a result.
func deed[A any](f func(ctx context.Context, d device.Device, a A) error) method {
	m := act(false, func(ctx context.Context, d device.Device, a A) (noArgs, error) { return noArgs{}, f(ctx, d, a) })
	m.out = nil
	return m
}

// MethodPage is the act of one request to the web page. It is the only one that a [device.Device] does not have.
const MethodPage = "page"

// MethodReach asks the device to connect to hosts by itself, so that a way to the clouds that does not work is told
// before the first case: [ReachRequest], [Reached].
const MethodReach = "reach"

// methods are all but those two, by the names that are on the wire.
var methods = map[string]method{
	"describe": act(true, func(ctx context.Context, d device.Device, _ noArgs) (device.Description, error) {
		return d.Describe(ctx)
	}),
	"now": act(true, func(ctx context.Context, d device.Device, _ noArgs) (time.Time, error) { return d.Now(ctx) }),
	"words": act(true, func(ctx context.Context, d device.Device, a languageArgs) (device.Words, error) {
		return d.Words(ctx, a.Language)
	}),
	"administratorPassword": act(true, func(ctx context.Context, d device.Device, _ noArgs) (string, error) {
		return d.AdministratorPassword(ctx)
	}),
	"licenseKey": act(false, func(ctx context.Context, d device.Device, a lastArgs) (string, error) {
		return d.LicenseKey(ctx, a.day())
	}),
	"panel.screen": act(true, func(ctx context.Context, d device.Device, _ noArgs) (device.Screen, error) {
		return d.Panel().Screen(ctx)
	}),
	"panel.press": act(false, func(ctx context.Context, d device.Device, a panelPress) (device.Screen, error) {
		return d.Panel().Press(ctx, a.Path)
	}),
	"panel.enter": act(false, func(ctx context.Context, d device.Device, a panelEnter) (device.Screen, error) {
		return d.Panel().Enter(ctx, a.Field, a.Value)
	}),
	"panel.logIn": act(false, func(ctx context.Context, d device.Device, a panelLogIn) (device.Screen, error) {
		return d.Panel().LogIn(ctx, a.User, a.Password)
	}),
	"panel.logOut": act(false, func(ctx context.Context, d device.Device, _ noArgs) (device.Screen, error) {
		return d.Panel().LogOut(ctx)
	}),
	"panel.home": act(false, func(ctx context.Context, d device.Device, _ noArgs) (device.Screen, error) {
		return d.Panel().Home(ctx)
	}),
	"loadOriginals": deed(func(ctx context.Context, d device.Device, a pagesArgs) error { return d.LoadOriginals(ctx, a.Pages) }),
	"layOriginals":  deed(func(ctx context.Context, d device.Device, a device.Originals) error { return d.LayOriginals(ctx, a) }),
	"scan": act(false, func(ctx context.Context, d device.Device, a device.ScanRequest) (device.Screen, error) {
		return d.Scan(ctx, a)
	}),
	"users": act(true, func(ctx context.Context, d device.Device, _ noArgs) (device.Users, error) {
		return d.Users(ctx)
	}),
	"jobs": act(true, func(ctx context.Context, d device.Device, _ noArgs) ([]device.Job, error) {
		return d.Jobs(ctx)
	}),
	"printSheet": act(false, func(ctx context.Context, d device.Device, _ noArgs) (device.Screen, error) {
		return d.PrintSheet(ctx)
	}),
	"sheets": act(true, func(ctx context.Context, d device.Device, _ noArgs) ([]device.Sheet, error) {
		return d.Sheets(ctx)
	}),
	"power": deed(func(ctx context.Context, d device.Device, a device.PowerAct) error { return d.Power(ctx, a) }),
	"memory": act(true, func(ctx context.Context, d device.Device, _ noArgs) ([]byte, error) {
		return d.Memory(ctx)
	}),
	"setMemoryFault": deed(func(ctx context.Context, d device.Device, a faultArgs) error {
		return d.SetMemoryFault(ctx, a.Fault)
	}),
	"memoryState": act(true, func(ctx context.Context, d device.Device, _ noArgs) (device.MemoryState, error) {
		return d.MemoryState(ctx)
	}),
	"setDate": deed(func(ctx context.Context, d device.Device, a dateArgs) error { return d.SetDate(ctx, a.Date) }),
	"drift":   deed(func(ctx context.Context, d device.Device, a lengthArgs) error { return d.Drift(ctx, a.Nanoseconds) }),
	"setTimeDifference": deed(func(ctx context.Context, d device.Device, a lengthArgs) error {
		return d.SetTimeDifference(ctx, a.Nanoseconds)
	}),
	"event":       deed(func(ctx context.Context, d device.Device, a nameArgs) error { return d.Event(ctx, a.Name) }),
	"setFirmware": deed(func(ctx context.Context, d device.Device, a versionArgs) error { return d.SetFirmware(ctx, a.Version) }),
	"setLanguage": deed(func(ctx context.Context, d device.Device, a languageArgs) error {
		return d.SetLanguage(ctx, a.Language)
	}),
}

// Methods returns the names of all acts, sorted.
func Methods() []string {
	names := []string{MethodPage, MethodReach}
	for name := range methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// resultOf is how an act ended, for the wire.
func resultOf(value any, err error) Result {
	r := Result{Error: encode(err)}
	if value == nil || errors.Is(err, device.ErrNotSupported) {
		return r
	}
	text, failed := json.Marshal(value)
	if failed != nil {
		r.Error = &Error{Kind: KindText, Text: "the result cannot be written: " + failed.Error()}
		return r
	}
	r.Value = text
	return r
}

func (a lastArgs) day() time.Time {
	if a.Last == nil {
		return time.Time{}
	}
	return *a.Last
}
