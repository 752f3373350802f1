package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/screen"
)

type printerAnswer struct {
	Name     string `json:"name"`
	Model    string `json:"model"`
	Serial   string `json:"serial"`
	Firmware string `json:"firmware" doc:"its version"`
	// Firmwares is empty for a device that is none of the program's models.
	Firmwares []string `json:"firmwares" doc:"the versions that can be fitted, the oldest first, as far as the bench knows them"`
	Address   string   `json:"address"   doc:"on the printers' network"`
	On        bool     `json:"on"        doc:"the printer is switched on"`
	// UsersCanLogIn says that GET /printer/users has an answer.
	UsersCanLogIn bool `json:"usersCanLogIn" doc:"it has Print Admin Serverless"`
}

// panelScreen is a screen of the panel.
type panelScreen struct {
	Path    string   `json:"path"    doc:"where on the panel: Scan > Email"`
	Padlock bool     `json:"padlock" doc:"the padlock is shown"`
	Lines   []string `json:"lines"   doc:"what the screen says"`
	Keys    []string `json:"keys"    doc:"what can be pressed"`
	Fields  []string `json:"fields"  doc:"what can be typed into"`
	Text    string   `json:"text"    doc:"the screen, drawn with its frame"`
	// Data is left out for a device that gives text only.
	Data *screen.Screen `json:"data,omitempty" doc:"the whole screen, from which the rest is derived"`
}

type pressRequest struct {
	Path string `json:"path" doc:"a key, or a path from the home screen: Scan > Email"`
}

type enterRequest struct {
	Field string `json:"field"           doc:"one of the screen's fields"`
	Value string `json:"value,omitempty" doc:"what is typed; without it the field is emptied"`
}

type logInRequest struct {
	User     string `json:"user,omitempty" doc:"name of the administrator, where the model asks for one"`
	Password string `json:"password"       doc:"the administrator's password of the printer"`
}

type originalsRequest struct {
	Pages   int    `json:"pages"             doc:"0 to 999"`
	Size    string `json:"size,omitempty"    doc:"of the paper, scanned in true size: A4, A5, Letter, Legal; without it small pages"`
	Picture []byte `json:"picture,omitempty" doc:"PNG or JPEG in base64, put on the glass as the one page"`
}

type scanRequest struct {
	Function string   `json:"function,omitempty" doc:"Email, Fax, To My Email or Copy; without it Email"`
	To       []string `json:"to,omitempty"       doc:"addresses; of a fax its number; of To My Email none"`
	Subject  string   `json:"subject,omitempty"  doc:"of the mail; without it the printer's own"`
	File     string   `json:"file,omitempty"     doc:"name of the attached file; without it the printer's own"`
	Pages    int      `json:"pages,omitempty"    doc:"0 to 999; 0: those in the feeder, else one"`
	Size     string   `json:"size,omitempty"     doc:"of the paper, scanned in true size: A4, A5, Letter, Legal; without it small pages"`
	Picture  []byte   `json:"picture,omitempty"  doc:"PNG or JPEG in base64, put on the glass as the one page"`
	Words    string   `json:"words,omitempty"    doc:"the same and scan settings in the words of scan: size=A4 dpi=300 gray format=jpeg max=5MB split; a field stands before them"`
}

type sheetAnswer struct {
	Printed bool       `json:"printed"          doc:"a sheet was printed"`
	Number  int        `json:"number,omitempty" doc:"of the printing, from 1"`
	Date    *time.Time `json:"date,omitempty"   doc:"of the printing, by the printer's clock"`
	Text    string     `json:"text"             doc:"the network status sheet that was printed last"`
	Page    string     `json:"page,omitempty"   doc:"the same as a page of HTML, in the form of the paper; the page of the panel leads to it"`
}

type powerRequest struct {
	State   string `json:"state,omitempty"   doc:"off, on, or cut: the power fails"`
	AtWrite *int   `json:"atWrite,omitempty" doc:"with cut: at which write to its memory; 1 is the next"`
	AtByte  *int   `json:"atByte,omitempty"  doc:"with atWrite: after how many of the bytes that change"`
}

// act is the request in the words of the verb power, which knows what belongs together. A state alone is for the device
// to judge.
func (in powerRequest) act() (device.PowerAct, error) {
	if in.AtWrite == nil && in.AtByte == nil {
		return device.PowerAct{State: in.State}, nil
	}
	words := []string{in.State}
	if in.AtWrite != nil {
		words = append(words, fmt.Sprintf("at=write:%d", *in.AtWrite))
	}
	if in.AtByte != nil {
		words = append(words, fmt.Sprintf("byte=%d", *in.AtByte))
	}
	return phrase.PowerAct(words)
}

type memoryAnswer struct {
	Image   []byte   `json:"image"   doc:"what the printer's memory holds, in base64"`
	Writes  int      `json:"writes"  doc:"how many writes it has taken"`
	Refused int      `json:"refused" doc:"how many it has refused"`
	Unmet   []string `json:"unmet"   doc:"faults that no write has met"`
}

type firmwareRequest struct {
	Version string `json:"version" doc:"one of those of GET /printer"`
}

type languageRequest struct {
	Language string `json:"language,omitempty" doc:"a language of the panel: en"`
}

func screenOf(s device.Screen) panelScreen {
	return panelScreen{s.Path, s.Padlock, list(s.Lines), list(s.Keys), list(s.Fields), s.String(), s.Data}
}

// press does something on the panel and records the screen.
func (b *bench) press(
	what string, f func(ctx context.Context, d device.Device) (device.Screen, error),
) (panelScreen, error) {
	var shown device.Screen
	err := b.act("panel: "+what, func(ctx context.Context) (err error) {
		shown, err = f(ctx, b.device)
		if err == nil {
			b.lab.Journal.Append(journal.Entry{
				Party:  b.printer.Name,
				Kind:   journal.KindScreen,
				Text:   journal.Plain(shown.String()),
				Screen: shown.Data,
				Detail: map[string]string{"surface": "panel"},
			})
		}
		return err
	})
	return screenOf(shown), err
}

// presses makes an act on the panel of what a person does with the device; what says it for the record.
func presses[In any](
	what func(in In) string, f func(ctx context.Context, d device.Device, in In) (device.Screen, error),
) act {
	return tells(func(b *bench, in In) (panelScreen, error) {
		return b.press(what(in), func(ctx context.Context, d device.Device) (device.Screen, error) {
			return f(ctx, d, in)
		})
	})
}

// plainly says always the same.
func plainly[In any](words string) func(In) string { return func(In) string { return words } }

func printerRoutes() group {
	return group{Title: "The printer", Routes: []route{
		{
			Request: "GET /printer", About: "Tells what printer it is.", Act: shows((*bench).describePrinter),
		},
		{
			Request: "GET /printer/panel", About: "Looks at the screen of the control panel.",
			Act: routes.Tells(func(ctx context.Context, b *bench, _ routes.None) (panelScreen, error) {
				screen, err := b.device.Panel().Screen(ctx)
				return screenOf(screen), err
			}),
		},
		{
			Request: "POST /printer/panel/press", Example: `{"path":"Scan > Email"}`,
			About: "Presses a key, or walks a path from the home screen, and returns the screen.",
			Act: presses(func(in pressRequest) string { return in.Path },
				func(ctx context.Context, d device.Device, in pressRequest) (device.Screen, error) {
					return d.Panel().Press(ctx, in.Path)
				}),
		},
		{
			Request: "POST /printer/panel/enter", Example: `{"field":"To","value":"bob@fabrikam.com"}`,
			About: "Types into a field of the screen.",
			Act: presses(plainly[enterRequest]("type"),
				func(ctx context.Context, d device.Device, in enterRequest) (device.Screen, error) {
					return d.Panel().Enter(ctx, in.Field, in.Value)
				}),
		},
		{
			Request: "POST /printer/panel/log-in",
			Example: `{"password":"the-admin-password"}`,
			About:   "Logs the administrator in at the panel.",
			Act: presses(plainly[logInRequest]("log in"),
				func(ctx context.Context, d device.Device, in logInRequest) (device.Screen, error) {
					return d.Panel().LogIn(ctx, in.User, in.Password)
				}),
		},
		{
			Request: "POST /printer/panel/log-out", About: "Logs the administrator out.",
			Act: presses(plainly[routes.None]("log out"),
				func(ctx context.Context, d device.Device, _ routes.None) (device.Screen, error) {
					return d.Panel().LogOut(ctx)
				}),
		},
		{
			Request: "POST /printer/panel/home", About: "Goes to the home screen.",
			Act: presses(plainly[routes.None]("home"),
				func(ctx context.Context, d device.Device, _ routes.None) (device.Screen, error) {
					return d.Panel().Home(ctx)
				}),
		},
		{
			Request: "POST /printer/originals", Example: `{"pages":2}`, About: "Lays originals into the feeder.",
			Act: does(func(b *bench, in originalsRequest) error {
				if in.Pages < 0 || in.Pages > 999 {
					return errPages
				}
				if in.Size == "" && in.Picture == nil {
					return b.loadOriginals(in.Pages)
				}
				return b.act("originals", func(ctx context.Context) error {
					return b.device.LayOriginals(
						ctx,
						device.Originals{Pages: in.Pages, Size: in.Size, Picture: in.Picture},
					)
				})
			}),
		},
		{
			Request: "POST /printer/scan",
			Example: `{"to":["bob@fabrikam.com"]}`,
			About:   "Scans to e-mail or to who is logged in, faxes, or copies, and returns the screen after Start. Look at the jobs for what became of it.",
			Act:     tells((*bench).scan),
		},
		{
			Request: "GET /printer/jobs", About: "Returns the job history, newest first.", Act: shows((*bench).jobs),
		},
		{
			Request: "GET /printer/sheet", About: "Returns the network status sheet that was printed last.",
			Act: shows(func(b *bench) (sheetAnswer, error) {
				printed, err := b.sheets()
				if err != nil || len(printed) == 0 {
					return sheetAnswer{}, err
				}
				s := printed[0]
				return sheetAnswer{Printed: true, Number: s.Number, Date: &s.Printed, Text: s.Text, Page: s.Page}, nil
			}),
		},
		{
			Request: "GET /printer/sheets",
			About:   "Returns the network status sheets that were printed, the newest first.",
			Act:     shows((*bench).sheets),
		},
		{
			Request: "POST /printer/sheet", About: "Prints the network status sheet.",
			Act: presses(plainly[routes.None]("print the status sheet"),
				func(ctx context.Context, d device.Device, _ routes.None) (device.Screen, error) {
					return d.PrintSheet(ctx)
				}),
		},
		{
			Request: "POST /printer/power",
			Example: `{"state":"off"}`,
			About:   "Switches the printer off and on, or cuts its power.",
			Act: does(func(b *bench, in powerRequest) error {
				power, err := in.act()
				if err != nil {
					return err
				}
				return b.act("control: power", func(ctx context.Context) error {
					b.note("power %s", power)
					return b.device.Power(ctx, power)
				})
			}),
		},
		{
			Request: "GET /printer/memory", About: "Reads the printer's memory out, and tells what was written to it.",
			Act: routes.Tells(func(ctx context.Context, b *bench, _ routes.None) (memoryAnswer, error) {
				image, err := b.device.Memory(ctx)
				if err != nil {
					return memoryAnswer{}, err
				}
				state, err := b.device.MemoryState(ctx)
				if errors.Is(err, device.ErrNotSupported) {
					err = nil
				}
				return memoryAnswer{image, state.Writes, state.Refused, list(state.Unmet)}, err
			}),
		},
		{
			Request: "POST /printer/memory", Example: `{"words":"refuses writes times=1"}`,
			About: "Makes the printer's memory refuse writes, or no longer: the words of `memory`.",
			Act: said(
				"memory",
				alone(phrase.MemoryFault),
				func(b *bench, f *device.MemoryFault) (routes.Done, error) {
					return routes.Done{OK: true}, b.device.SetMemoryFault(context.Background(), f)
				},
			),
		},
		{
			Request: "POST /printer/event", Example: `{"words":"paper-out"}`,
			About: "Makes something happen to the printer, of which Email Notification can tell: the words of `printer event`. An unknown one is refused with those that the model has.",
			Act: said("printer event", alone(func(words []string) (e event, err error) {
				e.name, e.times, err = phrase.Event(words)
				return e, err
			}), func(b *bench, e event) (routes.Done, error) {
				for range e.times {
					if err := b.device.Event(context.Background(), e.name); err != nil {
						return routes.Done{}, err
					}
				}
				return routes.Done{OK: true}, nil
			}),
		},
		{
			Request: "POST /printer/firmware",
			Example: `{"version":"2.10.GN26"}`,
			About:   "Fits another version of the firmware, whatever the maker's server offers; the printer restarts. Firmware Update in Web Config fits the newest.",
			Act: does(func(b *bench, in firmwareRequest) error {
				return b.act("control: firmware", func(ctx context.Context) error {
					b.note("printer set firmware %s", in.Version)
					return b.device.SetFirmware(ctx, in.Version)
				})
			}),
		},
		{
			Request: "POST /printer/language",
			Example: `{"language":"el"}`,
			About:   "Changes the language of the panel.",
			Act: does(func(b *bench, in languageRequest) error {
				return b.act("control: language", func(ctx context.Context) error {
					return b.device.SetLanguage(ctx, in.Language)
				})
			}),
		},
	}}
}

// event is something that happens to the printer so many times.
type event struct {
	name  string
	times int
}

var errPages = routes.Refuse("field \"pages\": 0 to 999")

func (b *bench) describePrinter() (printerAnswer, error) {
	var d device.Description
	err := b.act("control: describe", func(ctx context.Context) (err error) {
		d, err = b.device.Describe(ctx)
		return err
	})
	_, on := b.screen()
	return printerAnswer{
		Name: d.Name, Model: d.Model, Serial: d.Serial, Firmware: d.Firmware, Firmwares: list(lab.Firmwares(d.Model)),
		Address: d.Address, On: on, UsersCanLogIn: d.Has(device.CapabilityPrintAdminServerless),
	}, err
}

func (b *bench) scan(in scanRequest) (panelScreen, error) {
	if in.Pages < 0 || in.Pages > 999 {
		return panelScreen{}, errPages
	}
	function := device.Function(or(in.Function, string(device.FunctionEmail)))
	set, rest, err := phrase.Scan(strings.Fields(in.Words))
	switch {
	case err != nil:
		return panelScreen{}, routes.Refuse("field \"words\": %v", err)
	case len(rest) > 0:
		return panelScreen{}, routes.Refuse("field \"words\": %q is no setting of a scan", rest[0])
	}
	return b.press("scan", func(ctx context.Context, d device.Device) (device.Screen, error) {
		return d.Scan(ctx, device.ScanRequest{
			Function: function, To: in.To, Subject: or(in.Subject, set.Subject), File: or(in.File, set.File),
			Pages: cmp.Or(in.Pages, set.Pages), Size: or(in.Size, set.Size), Picture: in.Picture, Settings: set.Settings,
		})
	})
}

// screen looks at the panel; on is false if there is nothing to see because the printer is off. A look needs no turn:
// the page is shown while the bench is held too.
func (b *bench) screen() (screen device.Screen, on bool) {
	screen, err := b.device.Panel().Screen(context.Background())
	return screen, !errors.Is(err, device.ErrPoweredOff)
}

// jobs is the job history, newest first.
func (b *bench) jobs() ([]device.Job, error) {
	jobs, err := b.device.Jobs(context.Background())
	return list(jobs), err
}

func (b *bench) loadOriginals(pages int) error {
	return b.act("originals", func(ctx context.Context) error { return b.device.LoadOriginals(ctx, pages) })
}
