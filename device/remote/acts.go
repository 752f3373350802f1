package remote

import (
	"context"
	"errors"
	"net/http"
	"time"

	"mfpsim/device"
	"mfpsim/faultnet"
)

var _ device.Device = (*remoteDevice)(nil)

// fetch calls a method that has a result.
func fetch[R any](ctx context.Context, d *remoteDevice, method string, args any) (R, error) {
	var result R
	err := d.call(ctx, method, args, &result)
	return result, err
}

// Describe implements [device.Device].
func (d *remoteDevice) Describe(ctx context.Context) (device.Description, error) {
	description, err := fetch[device.Description](ctx, d, "describe", nil)
	description.Name = d.at.Name
	return description, err
}

// Now implements [device.Device].
func (d *remoteDevice) Now(ctx context.Context) (time.Time, error) {
	return fetch[time.Time](ctx, d, "now", nil)
}

// Words implements [device.Device].
func (d *remoteDevice) Words(ctx context.Context, language string) (device.Words, error) {
	d.mu.Lock()
	words, known := d.words[language]
	d.mu.Unlock()
	if known {
		return words, nil
	}
	words, err := fetch[device.Words](ctx, d, "words", languageArgs{language})
	if err == nil {
		d.mu.Lock()
		d.words[language] = words
		d.mu.Unlock()
	}
	return words, err
}

// AdministratorPassword implements [device.Device].
func (d *remoteDevice) AdministratorPassword(ctx context.Context) (string, error) {
	return fetch[string](ctx, d, "administratorPassword", nil)
}

// LicenseKey implements [device.Device].
func (d *remoteDevice) LicenseKey(ctx context.Context, last time.Time) (string, error) {
	args := lastArgs{}
	if !last.IsZero() {
		args.Last = &last
	}
	return fetch[string](ctx, d, "licenseKey", args)
}

// Panel implements [device.Device].
func (d *remoteDevice) Panel() device.Panel { return remotePanel{d} }

// WebConfig implements [device.Device].
func (d *remoteDevice) WebConfig() device.WebConfig { return d.web }

// LoadOriginals implements [device.Device].
func (d *remoteDevice) LoadOriginals(ctx context.Context, pages int) error {
	return d.call(ctx, "loadOriginals", pagesArgs{pages}, nil)
}

// LayOriginals implements [device.Device].
func (d *remoteDevice) LayOriginals(ctx context.Context, originals device.Originals) error {
	return d.call(ctx, "layOriginals", originals, nil)
}

// Scan implements [device.Device].
func (d *remoteDevice) Scan(ctx context.Context, request device.ScanRequest) (device.Screen, error) {
	return fetch[device.Screen](ctx, d, "scan", request)
}

// Jobs implements [device.Device].
func (d *remoteDevice) Jobs(ctx context.Context) ([]device.Job, error) {
	return fetch[[]device.Job](ctx, d, "jobs", nil)
}

// Users implements [device.Device].
func (d *remoteDevice) Users(ctx context.Context) (device.Users, error) {
	return fetch[device.Users](ctx, d, "users", nil)
}

// PrintSheet implements [device.Device].
func (d *remoteDevice) PrintSheet(ctx context.Context) (device.Screen, error) {
	return fetch[device.Screen](ctx, d, "printSheet", nil)
}

// Sheets implements [device.Device].
func (d *remoteDevice) Sheets(ctx context.Context) ([]device.Sheet, error) {
	return fetch[[]device.Sheet](ctx, d, "sheets", nil)
}

// Power implements [device.Device].
func (d *remoteDevice) Power(ctx context.Context, act device.PowerAct) error {
	return d.call(ctx, "power", act, nil)
}

// Memory implements [device.Device].
func (d *remoteDevice) Memory(ctx context.Context) ([]byte, error) {
	return fetch[[]byte](ctx, d, "memory", nil)
}

// SetMemoryFault implements [device.Device].
func (d *remoteDevice) SetMemoryFault(ctx context.Context, fault *device.MemoryFault) error {
	return d.call(ctx, "setMemoryFault", faultArgs{fault}, nil)
}

// MemoryState implements [device.Device].
func (d *remoteDevice) MemoryState(ctx context.Context) (device.MemoryState, error) {
	return fetch[device.MemoryState](ctx, d, "memoryState", nil)
}

// SetDate implements [device.Device].
func (d *remoteDevice) SetDate(ctx context.Context, date time.Time) error {
	return d.call(ctx, "setDate", dateArgs{date}, nil)
}

// Drift implements [device.Device].
func (d *remoteDevice) Drift(ctx context.Context, perDay time.Duration) error {
	return d.call(ctx, "drift", lengthArgs{perDay}, nil)
}

// SetTimeDifference implements [device.Device].
func (d *remoteDevice) SetTimeDifference(ctx context.Context, ahead time.Duration) error {
	return d.call(ctx, "setTimeDifference", lengthArgs{ahead}, nil)
}

// Event implements [device.Device].
func (d *remoteDevice) Event(ctx context.Context, name string) error {
	return d.call(ctx, "event", nameArgs{name}, nil)
}

// SetFirmware implements [device.Device].
func (d *remoteDevice) SetFirmware(ctx context.Context, version string) error {
	return d.call(ctx, "setFirmware", versionArgs{version}, nil)
}

// SetLanguage implements [device.Device].
func (d *remoteDevice) SetLanguage(ctx context.Context, language string) error {
	return d.call(ctx, "setLanguage", languageArgs{language}, nil)
}

// remotePanel is the panel of a device in another process.
type remotePanel struct{ device *remoteDevice }

// Screen implements [device.Panel].
func (p remotePanel) Screen(ctx context.Context) (device.Screen, error) {
	return fetch[device.Screen](ctx, p.device, "panel.screen", nil)
}

// Press implements [device.Panel].
func (p remotePanel) Press(ctx context.Context, path string) (device.Screen, error) {
	return fetch[device.Screen](ctx, p.device, "panel.press", panelPress{path})
}

// Enter implements [device.Panel].
func (p remotePanel) Enter(ctx context.Context, field, value string) (device.Screen, error) {
	return fetch[device.Screen](ctx, p.device, "panel.enter", panelEnter{field, value})
}

// LogIn implements [device.Panel].
func (p remotePanel) LogIn(ctx context.Context, user, password string) (device.Screen, error) {
	return fetch[device.Screen](ctx, p.device, "panel.logIn", panelLogIn{user, password})
}

// LogOut implements [device.Panel].
func (p remotePanel) LogOut(ctx context.Context) (device.Screen, error) {
	return fetch[device.Screen](ctx, p.device, "panel.logOut", nil)
}

// Home implements [device.Panel].
func (p remotePanel) Home(ctx context.Context) (device.Screen, error) {
	return fetch[device.Screen](ctx, p.device, "panel.home", nil)
}

// pages is the web page of a device in another process.
type pages struct{ device *remoteDevice }

// AnswersLongRequests makes the device itself tell a browser that a file is too large.
func (*pages) AnswersLongRequests() {}

// ServeHTTP hands a request on. A device that is lost closes the connection without an answer.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, err := requestOf(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	a, err := fetch[PageAnswer](r.Context(), p.device, MethodPage, q)
	if errors.Is(err, device.ErrNotSupported) {
		http.Error(w, "this device has no web page", http.StatusNotFound)
		return
	}
	if err != nil || a.Aborted {
		if described, can := w.(faultnet.Describer); can && a.Record != nil {
			described.Describe(a.Record.record())
		}
		panic(http.ErrAbortHandler)
	}
	if w, can := w.(faultnet.Unrecorder); can && a.Unrecorded {
		w.Unrecord()
	}
	if w, can := w.(faultnet.Describer); can && a.Record != nil {
		w.Describe(a.Record.record())
	}
	for name, values := range a.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // into memory
}
