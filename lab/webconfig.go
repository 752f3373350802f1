package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mfpsim/browser"
	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/sim/locale"
)

// webConfig is a printer's web page as people see it: real HTML over HTTPS, in a window for each administrator.
type webConfig struct {
	printer *Printer
	windows map[string]*browser.Browser
	who     string // whose window the acts are in; "" is the first administrator
}

func (w *webConfig) window() *browser.Browser {
	if w.windows == nil {
		w.windows = map[string]*browser.Browser{}
	}
	if w.windows[w.who] == nil {
		w.windows[w.who] = w.printer.lab.newBrowser(PartyBrowser)
	}
	return w.windows[w.who]
}

// words are the label as it was written, in the page's language, and in the model's English, which a page without the
// panel's language is in.
func (w *webConfig) words(label string) []string {
	words := []string{label}
	for _, texts := range []*locale.Texts{w.texts(), w.english()} {
		if found, ok := texts.Translate(label); ok && !slices.Contains(words, found) {
			words = append(words, found)
		}
	}
	return words
}

func (w *webConfig) english() *locale.Texts { return w.printer.Printer.Model().Texts(locale.English) }

func (w *webConfig) texts() *locale.Texts { return w.printer.Texts() }

// try does something with a label in each of its languages until one is on the page.
func (w *webConfig) try(label string, f func(label string) error) error {
	var first error
	for _, words := range w.words(label) {
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

// page reads the window; acts leave it in the journal.
func (w *webConfig) page() device.Page {
	page := w.window().Page()
	if path, found := w.window().Heading(); found {
		page.Path = path
		page.Lines = slices.DeleteFunc(page.Lines, func(l string) bool { return l == path })
	}
	return page
}

func (w *webConfig) acted(err error) (device.Page, error) {
	if errors.Is(err, browser.ErrNoPage) {
		return device.Page{}, errors.New("no page of Web Config is open")
	}
	page := w.page()
	if err == nil && w.window().IsOpen() {
		w.printer.lab.Journal.Append(journal.Entry{
			Party: w.printer.name, Kind: journal.KindScreen, Text: journal.Plain(page.String()), Detail: map[string]string{"surface": "Web Config"},
		})
	}
	return page, err
}

func (w *webConfig) Go(ctx context.Context, address string) (device.Page, error) {
	return w.acted(w.window().Open(ctx, address))
}

func (w *webConfig) home(ctx context.Context) error {
	return w.window().Open(ctx, "https://"+w.printer.Address()+"/")
}

func (w *webConfig) LogIn(ctx context.Context, who string, wrong bool) (device.Page, error) {
	w.who = who
	if err := w.home(ctx); err != nil {
		return w.acted(err)
	}
	click := func(label string) error {
		return w.try(label, func(l string) error { return w.window().Click(ctx, l) })
	}
	if slices.Contains(w.window().Page().Buttons, w.texts().Label("log-out")) {
		return w.acted(nil) // the session still holds
	}
	if err := click("Log in"); err != nil {
		return w.acted(err)
	}
	if who != "" {
		if err := w.try("User Name", func(l string) error { return w.window().Set(l, who) }); err != nil {
			return w.acted(err)
		}
	}
	if err := w.typePassword(wrong); err != nil {
		return w.acted(err)
	}
	return w.acted(click("OK"))
}

func (w *webConfig) typePassword(wrong bool) error {
	label, found := w.window().PasswordField()
	if !found {
		return &choice.Error{What: "field", Wanted: "password", Present: w.window().Page().Fields}
	}
	password := w.printer.AdministratorPassword()
	if wrong {
		password = "wrong" + password[:1]
	}
	return w.window().Set(label, password)
}

func (w *webConfig) LogOut(ctx context.Context) (device.Page, error) { return w.Click(ctx, "Log out") }

func (w *webConfig) Open(ctx context.Context, path string) (device.Page, error) {
	if !w.window().IsOpen() {
		if err := w.home(ctx); err != nil {
			return w.acted(err)
		}
	}
	for _, label := range strings.Split(path, ">") {
		label = strings.TrimSpace(label)
		err := w.try(label, func(l string) error { return w.window().Click(ctx, l) })
		var unknown *choice.Error
		if errors.As(err, &unknown) {
			if slices.Contains(unknown.Present, w.texts().Label("log-in")) {
				return w.page(), device.ErrNotLoggedIn
			}
			return w.page(), &choice.Error{What: "page", Wanted: label, Present: unknown.Present}
		}
		if err != nil {
			return w.acted(err)
		}
	}
	return w.acted(nil)
}

func (w *webConfig) Click(ctx context.Context, label string) (device.Page, error) {
	return w.acted(w.try(label, func(l string) error { return w.window().Click(ctx, l) }))
}

func (w *webConfig) Set(_ context.Context, field, value string) (device.Page, error) {
	return w.acted(w.try(field, func(l string) error {
		return w.try(value, func(v string) error { return w.window().Set(l, v) })
	}))
}

func (w *webConfig) Choices(_ context.Context, field string) (choices []string, err error) {
	err = w.try(field, func(l string) (err error) {
		choices, err = w.window().Options(l)
		return err
	})
	return choices, err
}

func (w *webConfig) EnterPassword(_ context.Context, wrong bool) (device.Page, error) {
	if !w.window().IsOpen() {
		return w.acted(browser.ErrNoPage)
	}
	return w.acted(w.typePassword(wrong))
}

func (w *webConfig) Leave(context.Context) (device.Page, error) {
	w.window().Close()
	return device.Page{}, nil
}

func (w *webConfig) Page(ctx context.Context) (device.Page, error) {
	if err := w.window().Refresh(ctx); err != nil {
		if errors.Is(err, browser.ErrNoPage) {
			err = errors.New("no page of Web Config is open")
		}
		return device.Page{}, err
	}
	return w.page(), nil
}

func (w *webConfig) UserCode(ctx context.Context) (code, url string, err error) {
	page, err := w.Page(ctx)
	if err != nil {
		return "", "", err
	}
	read := func(label string) string {
		for _, words := range []string{w.texts().Label(label), w.english().Label(label)} {
			for _, l := range page.Lines {
				if value, is := strings.CutPrefix(l, words+" : "); is {
					return value
				}
			}
		}
		return ""
	}
	code, url = read("authentication-code"), read("url")
	if code == "" || url == "" {
		return "", "", fmt.Errorf("the page shows no authentication code; it is '%s'", page.Path)
	}
	return code, url, nil
}
