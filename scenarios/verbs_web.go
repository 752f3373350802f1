package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/browser"
	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/device/printadmin"
	"mfpsim/journal"
	"mfpsim/phrase"
)

// pageSurface is a page as shows searches it: what is read, what can be clicked, title and path.
func pageSurface(name string, page device.Page) surface {
	s := surface{name: name, place: page.Path, drawn: page.String()}
	if s.place == "" {
		s.place = page.Title
	}
	s.lines = append(s.lines, page.Lines...)
	for _, b := range page.Buttons {
		if !slices.Contains(s.lines, b) {
			s.lines = append(s.lines, b)
		}
	}
	for _, head := range []string{page.Path, page.Title} {
		if head != "" && !slices.Contains(s.lines, head) {
			s.lines = append(s.lines, head)
		}
	}
	s.beside = len(s.lines) - len(page.Lines)
	return s
}

func (p *play) verbWebConfig(not bool, args []string) (string, error) {
	d, err := p.device()
	if err != nil {
		return "", err
	}
	web := d.WebConfig()
	see := func(ctx context.Context) (surface, error) {
		if p.pages != nil {
			return p.glanced("page", p.pages.webConfig()), nil
		}
		page, err := web.Page(ctx)
		return pageSurface("page", page), err
	}
	what, rest := phrase.First(args)
	acts := func(takes time.Duration, f func(ctx context.Context) (device.Page, error)) (string, error) {
		var page device.Page
		err := p.act(takes, func(ctx context.Context) (err error) { page, err = f(ctx); return err })
		return page.String(), err
	}
	text := strings.Join(rest, " ")
	switch {
	case what == "shows":
		return p.showsOn(device.Look{Surface: device.SurfacePage}, not, rest, p.webWords, see)
	case what == "screen" && len(rest) == 0:
		s, err := p.look(see)
		return s.drawn, err
	case what == "download" && len(rest) > 1 && rest[0] == "shows":
		file := device.Look{Surface: device.SurfaceFile}
		return p.showsOn(file, not, rest[1:], p.webWords, func(context.Context) (surface, error) {
			text := downloaded(web)
			return surface{name: "download", lines: lines(text), drawn: text}, nil
		})
	case what == "download" && len(rest) == 0:
		return downloaded(web), nil
	case what == "go" && len(rest) == 1:
		return acts(act, func(ctx context.Context) (device.Page, error) { return web.Go(ctx, text) })
	case what == "unreachable" && len(rest) == 1:
		return p.unreachable(web, text)
	case what == "log-in" && len(rest) <= 2:
		wrong := len(rest) > 0 && rest[len(rest)-1] == "wrong"
		if wrong {
			rest = rest[:len(rest)-1]
		}
		if len(rest) > 1 {
			return "", usage("webconfig")
		}
		who := strings.Join(rest, "")
		return acts(act, func(ctx context.Context) (device.Page, error) { return web.LogIn(ctx, who, wrong) })
	case what == "log-out" && len(rest) == 0:
		return acts(act, web.LogOut)
	case what == "open" && len(rest) == 1:
		return acts(act, func(ctx context.Context) (device.Page, error) { return web.Open(ctx, text) })
	case what == "click" && len(rest) == 1:
		return acts(act, func(ctx context.Context) (device.Page, error) { return web.Click(ctx, text) })
	case what == "double-click" && len(rest) == 1:
		return acts(act, func(ctx context.Context) (device.Page, error) { return web.DoubleClick(ctx, text) })
	case what == "forge" && len(rest) >= 1 && len(rest) <= 2:
		if len(rest) == 2 && rest[1] != "stranger" {
			return "", &choice.Error{What: "word", Wanted: rest[1], Present: []string{"stranger"}}
		}
		return acts(
			act, func(ctx context.Context) (device.Page, error) { return web.Forge(ctx, rest[0], len(rest) == 2) },
		)
	case what == "set" && len(rest) == 2,
		what == "enter" && len(rest) == 2 && rest[0] != "password" && rest[0] != "license":
		return acts(act, func(ctx context.Context) (device.Page, error) { return web.Set(ctx, rest[0], rest[1]) })
	case what == "choices" && len(rest) > 2 && rest[1] == "shows":
		list := device.Look{Surface: device.SurfaceList, Field: rest[0]}
		return p.showsOn(list, not, rest[2:], p.webWords, func(ctx context.Context) (surface, error) {
			choices, err := p.choices(ctx, web, rest[0])
			return surface{name: "list", place: rest[0], lines: choices, drawn: strings.Join(choices, "\n")}, err
		})
	case what == "enter" && len(rest) > 0 && rest[0] == "password" && len(rest) <= 2:
		return acts(act, func(ctx context.Context) (device.Page, error) { return p.webPassword(ctx, web, rest[1:]) })
	case what == "enter" && len(rest) > 0 && rest[0] == "license":
		return acts(act, func(ctx context.Context) (device.Page, error) { return p.enterLicense(ctx, web, rest[1:]) })
	case what == "upload" && len(rest) == 2:
		return acts(act, func(ctx context.Context) (device.Page, error) { return p.upload(ctx, web, rest[0], rest[1]) })
	case what == "copy" && text == "code":
		return p.copyCode(web)
	case what == "follow" && text == "url":
		return p.follow(web)
	case what == "leave" && len(rest) == 0:
		return acts(act, web.Leave)
	}
	return "", usage("webconfig")
}

// choices are those of a list: on the page that a person was shown last, else on the scenario's own.
func (p *play) choices(ctx context.Context, web device.WebConfig, label string) ([]string, error) {
	if p.pages == nil {
		return web.Choices(ctx, label)
	}
	words, err := p.webWords([]string{label})
	if err != nil {
		return nil, err
	}
	return p.pages.choices(words[0])
}

// unreachable wants no connection to come about to an address (guide rule R13).
func (p *play) unreachable(web device.WebConfig, address string) (string, error) {
	err := p.act(act, func(ctx context.Context) error {
		_, err := web.Go(ctx, address)
		return err
	})
	var failed *browser.LoadError
	switch {
	case err == nil:
		return "", fmt.Errorf("%s is reached from the network that the computer is on", address)
	case errors.As(err, &failed) && (failed.Reason == browser.ReasonRefused || failed.Reason == browser.ReasonTimeout):
		return failed.Error() + "\n", nil
	}
	return "", err
}

// webPassword types the printer's password, or that of an account into the field of the email server's.
// lengthMark stands before the length of a password that nobody has, longestPassword is the most.
const (
	lengthMark      = "length="
	longestPassword = 1000
)

func (p *play) webPassword(ctx context.Context, web device.WebConfig, args []string) (device.Page, error) {
	if len(args) == 0 || args[0] == "wrong" {
		return web.EnterPassword(ctx, len(args) > 0)
	}
	if args[0] == "new" {
		fresh := p.lab.NewAdministratorPassword()
		if page, err := web.Set(ctx, "New Password", fresh); err != nil {
			return page, err
		}
		return web.Set(ctx, "Confirm the New Password", fresh)
	}
	if length, isLength := strings.CutPrefix(args[0], lengthMark); isLength {
		letters, err := strconv.Atoi(length)
		if err != nil || letters < 1 || letters > longestPassword {
			return device.Page{}, fmt.Errorf("%s: a password has 1 to %d letters", args[0], longestPassword)
		}
		return web.Set(ctx, "Authenticated Password", p.lab.PasswordOf(letters))
	}
	if id, isUser := strings.CutPrefix(args[0], userMark); isUser {
		return web.Set(ctx, printadmin.FieldPassword, p.lab.UserPassword(id))
	}
	password, err := p.lab.Password(args[0])
	if err != nil {
		return device.Page{}, err
	}
	return web.Set(ctx, "Authenticated Password", password)
}

// downloaded is the file that was downloaded last; empty if none was.
func downloaded(web device.WebConfig) string {
	if from, downloads := web.(downloader); downloads {
		return string(from.Downloaded())
	}
	return ""
}

// downloader is a web page whose downloads the scenario can send back.
type downloader interface{ Downloaded() []byte }

// The files that upload can send beside those of the scenario.
const (
	fileDownload  = "download"  // what was downloaded last
	fileAuthority = "authority" // the certificate of the authority that the fault untrusted presents, as PEM
)

// upload chooses a file in a field of the page.
func (p *play) upload(ctx context.Context, web device.WebConfig, field, name string) (device.Page, error) {
	content, known := p.files[name]
	from, downloads := web.(downloader)
	switch {
	case known:
	case name == fileAuthority:
		content = string(p.lab.Network.Stranger().PEM())
	case name == fileDownload && downloads && from.Downloaded() != nil:
		content = string(from.Downloaded())
	case name == fileDownload:
		return device.Page{}, errors.New("nothing was downloaded")
	default:
		present := append(slices.Sorted(maps.Keys(p.files)), fileAuthority, fileDownload)
		return device.Page{}, &choice.Error{What: "file", Wanted: name, Present: present}
	}
	return web.Set(ctx, field, content)
}

func (p *play) copyCode(web device.WebConfig) (string, error) {
	err := p.act(reading, func(ctx context.Context) (err error) {
		p.code, p.address, err = web.UserCode(ctx)
		return err
	})
	if err != nil {
		return "", err
	}
	p.read = true
	return p.code + "\n" + p.address + "\n", nil
}

// follow opens the address that the page shows, in the browser of the same person.
func (p *play) follow(web device.WebConfig) (string, error) {
	return p.browse(act, func(ctx context.Context, b *browser.Browser) error {
		_, address, err := web.UserCode(ctx)
		switch {
		case err == nil:
			p.address = address
		case p.address == "":
			return err
		} // else the page has gone on, and the person still has the address
		b.Forget()
		return b.Open(ctx, p.address)
	})
}

// browse acts in Microsoft's window and gives the page as it is then; the journal keeps it too.
func (p *play) browse(takes time.Duration, f func(ctx context.Context, b *browser.Browser) error) (string, error) {
	b := p.lab.Browser()
	err := p.act(takes, func(ctx context.Context) error {
		err := f(ctx, b)
		if err == nil && b.IsOpen() {
			p.lab.Journal.Append(
				journal.Entry{Party: "browser", Kind: journal.KindScreen, Text: p.withoutCode(b.Text())},
			)
		}
		return err
	})
	if errors.Is(err, browser.ErrNoPage) {
		return "", errors.New("no page is open in the browser; begin with: webconfig follow url")
	}
	return b.Text(), err
}

// withoutCode is a page for the journal. The user code is no secret: it is on the printer's page for everybody to see.
func (p *play) withoutCode(text string) journal.Text { return journal.Plain(text) }

func (p *play) verbBrowser(not bool, args []string) (string, error) {
	see := func(ctx context.Context) (surface, error) {
		b := p.lab.Browser()
		if p.pages != nil {
			return p.glanced("browser", p.pages.microsoft()), nil
		}
		if !b.IsOpen() {
			return surface{name: "browser"}, nil
		}
		s := pageSurface("browser", p.microsoftPage(b.Page()))
		s.drawn = b.Text()
		return s, nil
	}
	what, rest := phrase.First(args)
	text := strings.Join(rest, " ")
	switch {
	case what == "shows":
		return p.shows(not, rest, p.browserWords, see)
	case what == "screen" && len(rest) == 0:
		s, err := p.look(see)
		return s.drawn, err
	case what == "sign-in" && len(rest) >= 1:
		return p.signIn(rest)
	case what == "enter" && len(rest) >= 1:
		return p.enter(rest)
	case what == "click" && len(rest) == 1:
		return p.browse(
			act, func(ctx context.Context, b *browser.Browser) error { return b.Click(ctx, p.microsoftLabel(b, text)) },
		)
	case what == "tick" && len(rest) == 1:
		return p.browse(
			act, func(_ context.Context, b *browser.Browser) error { return b.Tick(p.microsoftLabel(b, text), true) },
		)
	case what == "admin-consent":
		return p.openAdminConsent(rest)
	case what == "close" && len(rest) == 0:
		// A private window: the next sign-in begins without cookies.
		return p.browse(act, func(_ context.Context, b *browser.Browser) error { b.Forget(); return nil })
	}
	return "", usage("browser")
}

// wrong things that a person types; neither is anybody's.
const (
	wrongCode     = "XXXXXXXXX"
	wrongPassword = "wrong-Password-1"
)

// enter types a code, an account or a password into the field of the page.
func (p *play) enter(args []string) (string, error) {
	what, rest := phrase.First(args)
	wrong := len(rest) == 1 && rest[0] == "wrong"
	switch {
	case what == "code" && (len(rest) == 0 || wrong):
		return p.browse(act, func(_ context.Context, b *browser.Browser) error {
			code := p.code
			if wrong {
				code = wrongCode
			}
			if code == "" {
				return errors.New("no code was copied; begin with: webconfig copy code")
			}
			return typeInto(b, code)
		})
	case what == "account" && len(rest) == 1:
		p.account = rest[0]
		return p.browse(act, func(_ context.Context, b *browser.Browser) error { return typeInto(b, p.account) })
	case what == "password" && (len(rest) == 0 || wrong):
		return p.browse(act, func(_ context.Context, b *browser.Browser) error {
			password := wrongPassword
			if !wrong {
				if p.account == "" {
					return errors.New("whose password? begin with: browser enter account A")
				}
				var err error
				if password, err = p.lab.Password(p.account); err != nil {
					return err
				}
			}
			label, found := b.PasswordField()
			if !found {
				return &choice.Error{What: "field", Wanted: "password", Present: b.Page().Fields}
			}
			return b.Set(label, password)
		})
	}
	return "", usage("browser")
}

// typeInto types into the one field of the page.
func typeInto(b *browser.Browser, value string) error {
	fields := b.Page().Fields
	for _, label := range fields {
		options, err := b.Options(label)
		if err == nil && options == nil {
			return b.Set(label, value)
		}
	}
	if !b.IsOpen() {
		return browser.ErrNoPage
	}
	return &choice.Error{What: "field", Wanted: "to type into", Present: fields}
}

// signIn is Microsoft's side of the procedure in one line: code, account, password, and what the pages ask after it.
func (p *play) signIn(args []string) (string, error) {
	plain, values, err := phrase.Settings(args, "consent")
	if err != nil || len(plain) != 1 {
		return "", errors.Join(err, usage("browser"))
	}
	consent := values["consent"]
	if !slices.Contains([]string{"", "organization", "user", "cancel"}, consent) {
		return "", &choice.Error{What: "consent", Wanted: consent, Present: []string{"organization", "user", "cancel"}}
	}
	d, err := p.device()
	if err != nil {
		return "", err
	}
	// A code that was copied before is used; else it is read off the printer's page.
	if p.code == "" || !p.codeIsShown(d) {
		if _, err := p.inner([]string{"webconfig", "copy", "code"}); err != nil && p.code == "" {
			return "", err
		}
	}
	if _, err := p.browse(act, func(ctx context.Context, b *browser.Browser) error {
		b.Forget()
		return b.Open(ctx, p.address)
	}); err != nil {
		return "", err
	}
	if p.atProvider() {
		return p.signInAtProvider(plain[0], consent)
	}
	for _, step := range [][]string{
		{"enter", "code"},
		{"click", "Next"},
		{"enter", "account", plain[0]},
		{"click", "Next"},
		{"enter", "password"},
		{"click", "Sign In"},
	} {
		if output, err := p.inner(append([]string{"browser"}, step...)); err != nil {
			return output, p.unexpected(err)
		}
	}
	return p.finish(consent)
}

// codeIsShown reports whether the code that was copied is still the one on the page.
func (p *play) codeIsShown(d device.Device) bool {
	if p.witness() != nil { // who has just read it out is not asked again
		fresh := p.read
		p.read = false
		return fresh
	}
	var code string
	err := p.do(func(ctx context.Context) (err error) { code, _, err = d.WebConfig().UserCode(ctx); return err })
	return err != nil || code == p.code
}

// finish answers the pages after the password until Microsoft says that it is done.
func (p *play) finish(consent string) (string, error) {
	for range 8 {
		page := p.microsoftPage(p.lab.Browser().Page())
		s := pageSurface("browser", page)
		var step [][]string
		switch {
		case s.shows([]string{"You have signed in to the"}):
			return p.inner([]string{"browser", "close"})
		case s.shows([]string{"Permissions requested"}):
			switch consent {
			case "":
				return s.drawn, p.unexpected(errors.New("the page asks for a consent; say consent=organization, user or cancel"))
			case "cancel":
				step = [][]string{{"click", "Cancel"}}
			case "user":
				step = [][]string{{"click", "Accept"}}
			default:
				step = [][]string{{"tick", consentBox}, {"click", "Accept"}}
			}
		case s.shows([]string{"Are you trying to sign in to"}):
			step = [][]string{{"click", "Continue"}}
		case consent == "cancel" && !slices.Contains(page.Buttons, "Accept"):
			return p.inner([]string{"browser", "close"})
		case p.secondFactor(s) != nil:
			step = p.secondFactor(s)
		default:
			return s.drawn, p.unexpected(errors.New("the sign-in does not expect this page"))
		}
		for _, words := range step {
			if output, err := p.inner(append([]string{"browser"}, words...)); err != nil {
				return output, p.unexpected(hinted(err, []string{"browser"}))
			}
		}
	}
	return "", p.unexpected(errors.New("the sign-in goes round in circles"))
}

// secondFactor says how a person answers a page that asks for a further proof; nil if the page is none.
func (p *play) secondFactor(s surface) [][]string {
	for _, heading := range []string{
		"Approve sign in request", "Verify your identity", "More information required", "Enter code",
	} {
		if s.shows([]string{heading}) {
			for _, button := range []string{"Approve", "Verify", "I have approved it", "Next"} {
				if slices.Contains(s.lines, button) {
					return [][]string{{"click", button}}
				}
			}
		}
	}
	return nil
}

// unexpected adds the page to an error.
func (p *play) unexpected(err error) error {
	var already *surfaceError
	if errors.As(err, &already) {
		return err
	}
	return &surfaceError{
		cause: fmt.Errorf("browser sign-in: %w", err), surface: pageSurface("browser", p.lab.Browser().Page()),
	}
}
