package device

import (
	"context"
	"time"
)

// Unsupported is a device that can do nothing: every method answers [ErrNotSupported]. A device that can do little
// embeds it and has methods of its own for what it can do.
type Unsupported struct{}

var _ Device = Unsupported{}

// Describe implements [Device].
func (Unsupported) Describe(context.Context) (Description, error) {
	return Description{}, ErrNotSupported
}

// Now implements [Device].
func (Unsupported) Now(context.Context) (time.Time, error) { return time.Time{}, ErrNotSupported }

// Words implements [Device].
func (Unsupported) Words(context.Context, string) (Words, error) { return Words{}, ErrNotSupported }

// AdministratorPassword implements [Device].
func (Unsupported) AdministratorPassword(context.Context) (string, error) { return "", ErrNotSupported }

// LicenseKey implements [Device].
func (Unsupported) LicenseKey(context.Context, time.Time) (string, error) {
	return "", ErrNotSupported
}

// Users implements [Device].
func (Unsupported) Users(context.Context) (Users, error) { return Users{}, ErrNotSupported }

// Panel implements [Device].
func (Unsupported) Panel() Panel { return UnsupportedPanel{} }

// WebConfig implements [Device].
func (Unsupported) WebConfig() WebConfig { return UnsupportedWebConfig{} }

// LayOriginals implements [Device].
func (Unsupported) LayOriginals(context.Context, Originals) error { return ErrNotSupported }

// LoadOriginals implements [Device].
func (Unsupported) LoadOriginals(context.Context, int) error { return ErrNotSupported }

// Event implements [Device].
func (Unsupported) Event(context.Context, string) error { return ErrNotSupported }

// Scan implements [Device].
func (Unsupported) Scan(context.Context, ScanRequest) (Screen, error) {
	return Screen{}, ErrNotSupported
}

// Jobs implements [Device].
func (Unsupported) Jobs(context.Context) ([]Job, error) { return nil, ErrNotSupported }

// PrintSheet implements [Device].
func (Unsupported) PrintSheet(context.Context) (Screen, error) { return Screen{}, ErrNotSupported }

// Sheets implements [Device].
func (Unsupported) Sheets(context.Context) ([]Sheet, error) { return nil, ErrNotSupported }

// Power implements [Device].
func (Unsupported) Power(context.Context, PowerAct) error { return ErrNotSupported }

// Memory implements [Device].
func (Unsupported) Memory(context.Context) ([]byte, error) { return nil, ErrNotSupported }

// SetMemoryFault implements [Device].
func (Unsupported) SetMemoryFault(context.Context, *MemoryFault) error { return ErrNotSupported }

// MemoryState implements [Device].
func (Unsupported) MemoryState(context.Context) (MemoryState, error) {
	return MemoryState{}, ErrNotSupported
}

// SetDate implements [Device].
func (Unsupported) SetDate(context.Context, time.Time) error { return ErrNotSupported }

// Drift implements [Device].
func (Unsupported) Drift(context.Context, time.Duration) error { return ErrNotSupported }

// SetTimeDifference implements [Device].
func (Unsupported) SetTimeDifference(context.Context, time.Duration) error { return ErrNotSupported }

// SetFirmware implements [Device].
func (Unsupported) SetFirmware(context.Context, string) error { return ErrNotSupported }

// SetLanguage implements [Device].
func (Unsupported) SetLanguage(context.Context, string) error { return ErrNotSupported }

// Close implements [Device]; it succeeds.
func (Unsupported) Close() error { return nil }

// UnsupportedPanel is the panel of a device that has none. A device with a smaller one embeds it.
type UnsupportedPanel struct{}

var _ Panel = UnsupportedPanel{}

// Screen implements [Panel].
func (UnsupportedPanel) Screen(context.Context) (Screen, error) { return Screen{}, ErrNotSupported }

// Press implements [Panel].
func (UnsupportedPanel) Press(context.Context, string) (Screen, error) {
	return Screen{}, ErrNotSupported
}

// Enter implements [Panel].
func (UnsupportedPanel) Enter(context.Context, string, string) (Screen, error) {
	return Screen{}, ErrNotSupported
}

// LogIn implements [Panel].
func (UnsupportedPanel) LogIn(context.Context, string, string) (Screen, error) {
	return Screen{}, ErrNotSupported
}

// LogOut implements [Panel].
func (UnsupportedPanel) LogOut(context.Context) (Screen, error) { return Screen{}, ErrNotSupported }

// Home implements [Panel].
func (UnsupportedPanel) Home(context.Context) (Screen, error) { return Screen{}, ErrNotSupported }

// UnsupportedWebConfig is the web page of a device that has none.
type UnsupportedWebConfig struct{}

var _ WebConfig = UnsupportedWebConfig{}

// Go implements [WebConfig].
func (UnsupportedWebConfig) Go(context.Context, string) (Page, error) { return Page{}, ErrNotSupported }

// LogIn implements [WebConfig].
func (UnsupportedWebConfig) LogIn(context.Context, string, bool) (Page, error) {
	return Page{}, ErrNotSupported
}

// LogOut implements [WebConfig].
func (UnsupportedWebConfig) LogOut(context.Context) (Page, error) { return Page{}, ErrNotSupported }

// Open implements [WebConfig].
func (UnsupportedWebConfig) Open(context.Context, string) (Page, error) {
	return Page{}, ErrNotSupported
}

// Click implements [WebConfig].
func (UnsupportedWebConfig) Click(context.Context, string) (Page, error) {
	return Page{}, ErrNotSupported
}

// DoubleClick implements [WebConfig].
func (UnsupportedWebConfig) DoubleClick(context.Context, string) (Page, error) {
	return Page{}, ErrNotSupported
}

// Forge implements [WebConfig].
func (UnsupportedWebConfig) Forge(context.Context, string, bool) (Page, error) {
	return Page{}, ErrNotSupported
}

// Set implements [WebConfig].
func (UnsupportedWebConfig) Set(context.Context, string, string) (Page, error) {
	return Page{}, ErrNotSupported
}

// Choices implements [WebConfig].
func (UnsupportedWebConfig) Choices(context.Context, string) ([]string, error) {
	return nil, ErrNotSupported
}

// EnterPassword implements [WebConfig].
func (UnsupportedWebConfig) EnterPassword(context.Context, bool) (Page, error) {
	return Page{}, ErrNotSupported
}

// Leave implements [WebConfig].
func (UnsupportedWebConfig) Leave(context.Context) (Page, error) { return Page{}, ErrNotSupported }

// Page implements [WebConfig].
func (UnsupportedWebConfig) Page(context.Context) (Page, error) { return Page{}, ErrNotSupported }

// UserCode implements [WebConfig].
func (UnsupportedWebConfig) UserCode(context.Context) (code, url string, err error) {
	return "", "", ErrNotSupported
}
