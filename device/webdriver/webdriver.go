// Package webdriver uses the web page of any device as an administrator does: real HTML over HTTPS, in a browser
// window for each administrator. All that it needs is the device's address, the administrator's password, and the
// words that the pages may use.
package webdriver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mfpsim/browser"
	"mfpsim/choice"
	"mfpsim/device"
)

// Config says which device is driven, and with what. Address and Window are required.
type Config struct {
	// Address of the device: an IP address or a host name, with ":port" if that is not 443.
	Address string
	// Password is the administrator's; empty: nobody can log in.
	Password string
	// PasswordNow returns it where it can be changed; nil: it is always Password.
	PasswordNow func() string
	// Window opens a further window at a computer that reaches the device; it brings the transport, the roots and the
	// clock.
	Window func() *browser.Browser
	// Words are the words that the pages may be in beside English as it is written, likeliest first: those of the
	// panel's language, and those of the device's own English, which pages are in where they lack that language. Nil:
	// English only.
	Words func(ctx context.Context) ([]device.Words, error)
	// Seen is told each page that an act leaves, for the record. Nil: nobody is.
	Seen func(device.Page)
}

// Driver is a device's web page as people see it. It is not safe for use by two goroutines.
type Driver struct {
	config  Config
	windows map[string]*browser.Browser
	who     string // whose window the acts are in; "" is the first administrator
}

var _ device.WebConfig = (*Driver)(nil)

// New returns a driver with nothing open.
func New(c Config) *Driver { return &Driver{config: c} }

func (d *Driver) window() *browser.Browser {
	if d.windows == nil {
		d.windows = map[string]*browser.Browser{}
	}
	if d.windows[d.who] == nil {
		d.windows[d.who] = d.config.Window()
	}
	return d.windows[d.who]
}

// words are what may stand on the page for a label: the label as it was written, and its words in each of the page's
// languages.
func (d *Driver) words(ctx context.Context, label string) ([]string, error) {
	words := []string{label}
	if d.config.Words == nil {
		return words, nil
	}
	languages, err := d.config.Words(ctx)
	if err != nil {
		return nil, err
	}
	for _, language := range languages {
		if found := language.Translate(label); !slices.Contains(words, found) {
			words = append(words, found)
		}
		// A button of a row names what it acts on: "Delete Office CA".
		if verb, name, found := strings.Cut(label, " "); found {
			if of := language.Translate(verb) + " " + name; !slices.Contains(words, of) {
				words = append(words, of)
			}
		}
	}
	return words, nil
}

// try does something with a label in each of its languages until one is on the page.
func (d *Driver) try(ctx context.Context, label string, f func(label string) error) error {
	languages, err := d.words(ctx, label)
	if err != nil {
		return err
	}
	var first error
	for _, words := range languages {
		err := f(words)
		var unknown *choice.Error
		if err == nil || !errors.As(err, &unknown) {
			return err
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// offers reports whether one of a label's words is among those that are there.
func (d *Driver) offers(ctx context.Context, present []string, label string) (bool, error) {
	words, err := d.words(ctx, label)
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(present, w) }), err
}

func (d *Driver) click(ctx context.Context, label string) error {
	return d.try(ctx, label, func(l string) error { return d.window().Click(ctx, l) })
}

// page reads the window.
func (d *Driver) page() device.Page {
	page := d.window().Page()
	if path, found := d.window().Heading(); found {
		page.Path = path
		page.Lines = slices.DeleteFunc(page.Lines, func(l string) bool { return l == path })
	}
	return page
}

// acted is the end of an act: the page that it leaves, which is told.
func (d *Driver) acted(err error) (device.Page, error) {
	if errors.Is(err, browser.ErrNoPage) {
		return device.Page{}, device.ErrNoPage
	}
	page := d.page()
	if err == nil && d.window().IsOpen() && d.config.Seen != nil {
		d.config.Seen(page)
	}
	return page, err
}

// Go implements [device.WebConfig].
func (d *Driver) Go(ctx context.Context, address string) (device.Page, error) {
	return d.acted(d.window().Open(ctx, address))
}

func (d *Driver) home(ctx context.Context) error {
	return d.window().Open(ctx, "https://"+d.config.Address+"/")
}

// LogIn implements [device.WebConfig].
func (d *Driver) LogIn(ctx context.Context, who string, wrong bool) (device.Page, error) {
	d.who = who
	return d.acted(d.logIn(ctx, who, wrong))
}

func (d *Driver) logIn(ctx context.Context, who string, wrong bool) error {
	if err := d.home(ctx); err != nil {
		return err
	}
	holds, err := d.offers(ctx, d.window().Page().Buttons, "Log out")
	if err != nil || holds {
		return err
	}
	if err := d.click(ctx, "Log in"); err != nil {
		return err
	}
	if who != "" {
		if err := d.try(ctx, "User Name", func(l string) error { return d.window().Set(l, who) }); err != nil {
			return err
		}
	}
	if err := d.typePassword(wrong); err != nil {
		return err
	}
	return d.click(ctx, "OK")
}

// errNoPassword: nobody told it.
var errNoPassword = errors.New("the administrator's password of this device is not known")

func (d *Driver) typePassword(wrong bool) error {
	label, found := d.window().PasswordField()
	if !found {
		return &choice.Error{What: "field", Wanted: "password", Present: d.window().Page().Fields}
	}
	password := d.config.Password
	if d.config.PasswordNow != nil {
		password = d.config.PasswordNow()
	}
	switch {
	case wrong:
		password = "wrong" + password[:min(1, len(password))]
	case password == "":
		return errNoPassword
	}
	return d.window().Set(label, password)
}

// LogOut implements [device.WebConfig].
func (d *Driver) LogOut(ctx context.Context) (device.Page, error) { return d.Click(ctx, "Log out") }

// Open implements [device.WebConfig]. A page that is not there for a person who is not logged in is
// [device.ErrNotLoggedIn].
func (d *Driver) Open(ctx context.Context, path string) (device.Page, error) {
	if !d.window().IsOpen() {
		if err := d.home(ctx); err != nil {
			return d.acted(err)
		}
	}
	for _, label := range strings.Split(path, ">") {
		label = strings.TrimSpace(label)
		err := d.click(ctx, label)
		var unknown *choice.Error
		if errors.As(err, &unknown) {
			out, err := d.offers(ctx, unknown.Present, "Log in")
			switch {
			case err != nil:
				return d.page(), err
			case out:
				return d.page(), device.ErrNotLoggedIn
			}
			return d.page(), &choice.Error{What: "page", Wanted: label, Present: unknown.Present}
		}
		if err != nil {
			return d.acted(err)
		}
	}
	return d.acted(nil)
}

// Click implements [device.WebConfig].
func (d *Driver) Click(ctx context.Context, label string) (device.Page, error) {
	return d.acted(d.click(ctx, label))
}

// DoubleClick implements [device.WebConfig].
func (d *Driver) DoubleClick(ctx context.Context, button string) (device.Page, error) {
	return d.acted(d.try(ctx, button, func(l string) error { return d.window().DoubleClick(ctx, l) }))
}

// Forge implements [device.WebConfig].
func (d *Driver) Forge(ctx context.Context, button string, stranger bool) (device.Page, error) {
	return d.acted(d.try(ctx, button, func(l string) error { return d.window().Forge(ctx, l, !stranger) }))
}

// Downloaded is the file that the administrator at the page has downloaded last; nil if none was.
func (d *Driver) Downloaded() []byte { return d.window().Download() }

// Set implements [device.WebConfig]. The value of a field that takes a file is what is in the file.
func (d *Driver) Set(ctx context.Context, field, value string) (device.Page, error) {
	var found string
	err := d.try(ctx, field, func(l string) error {
		found = l
		_, err := d.window().Options(l)
		return err
	})
	if err == nil {
		err = d.try(ctx, value, func(v string) error { return d.window().Set(found, v) })
	}
	return d.acted(err)
}

// Choices implements [device.WebConfig].
func (d *Driver) Choices(ctx context.Context, field string) (choices []string, err error) {
	err = d.try(ctx, field, func(l string) (err error) {
		choices, err = d.window().Options(l)
		return err
	})
	return choices, err
}

// EnterPassword implements [device.WebConfig].
func (d *Driver) EnterPassword(_ context.Context, wrong bool) (device.Page, error) {
	if !d.window().IsOpen() {
		return d.acted(browser.ErrNoPage)
	}
	return d.acted(d.typePassword(wrong))
}

// Leave implements [device.WebConfig].
func (d *Driver) Leave(context.Context) (device.Page, error) {
	d.window().Close()
	return device.Page{}, nil
}

// Page implements [device.WebConfig].
func (d *Driver) Page(ctx context.Context) (device.Page, error) {
	if err := d.window().Refresh(ctx); err != nil {
		if errors.Is(err, browser.ErrNoPage) {
			err = device.ErrNoPage
		}
		return device.Page{}, err
	}
	return d.page(), nil
}

// UserCode implements [device.WebConfig].
func (d *Driver) UserCode(ctx context.Context) (code, url string, err error) {
	page, err := d.Page(ctx)
	if err != nil {
		return "", "", err
	}
	if code, err = d.read(ctx, page, "Authentication code"); err != nil {
		return "", "", err
	}
	if url, err = d.read(ctx, page, "URL"); err != nil {
		return "", "", err
	}
	if code == "" || url == "" {
		return "", "", fmt.Errorf("the page shows no authentication code; it is '%s'", page.Path)
	}
	return code, url, nil
}

// read is what stands beside a label on a page; empty if the label is not there.
func (d *Driver) read(ctx context.Context, page device.Page, label string) (string, error) {
	languages, err := d.words(ctx, label)
	for _, words := range languages {
		for _, line := range page.Lines {
			if value, is := strings.CutPrefix(line, words+" : "); is {
				return value, nil
			}
		}
	}
	return "", err
}
