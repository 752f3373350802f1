package scenarios

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/phrase"
)

// screenSurface is a panel's screen as shows searches it.
func screenSurface(s device.Screen) surface {
	lines := append([]string{}, s.Lines...)
	lines = append(lines, s.Fields...)
	path := s.Path
	if s.Padlock {
		path += "   [padlock]"
	}
	lines = append(append(lines, s.Keys...), path)
	return surface{name: "panel", place: s.Path, lines: lines, beside: len(s.Keys) + 1, drawn: s.String()}
}

func (p *play) verbPrinter(_ bool, args []string) (string, error) {
	what, rest := phrase.First(args)
	switch what {
	case "":
		return p.describe()
	case "use":
		plain, values, err := phrase.Settings(rest, "model")
		if err != nil {
			return "", err
		}
		if len(plain) != 1 {
			return "", usage("printer")
		}
		if err := p.do(func(ctx context.Context) error {
			return p.lab.UsePrinter(ctx, plain[0], values["model"])
		}); err != nil {
			return "", inLanguage(err, values["model"])
		}
		p.printer = plain[0]
		if err := p.do(func(ctx context.Context) error {
			d, err := p.device()
			if err == nil && p.language != p.lab.Language() {
				err = d.SetLanguage(ctx, p.language)
			}
			return err
		}); err != nil {
			return "", inLanguage(err, values["model"])
		}
		return p.describe()
	case "sign-in":
		switch {
		case len(rest) == 1:
			return p.twelveSteps(rest[0])
		case len(rest) == 2 && rest[1] == "fax":
			return p.faxSignIn(rest[0])
		}
		return "", usage("printer")
	case "fax-server":
		if len(rest) != 1 {
			return "", usage("printer")
		}
		return p.setFaxServer(rest[0])
	case "event":
		return p.event(rest)
	case "user":
		if err := p.printAdmin(); err != nil {
			return "", err
		}
		return p.addUser(rest)
	case "delete-user", "license", "user-authentication":
		if err := p.printAdmin(); err != nil {
			return "", err
		}
		switch {
		case what == "license":
			return p.license(rest)
		case what == "user-authentication":
			return p.userAuthentication(rest)
		case len(rest) == 1:
			return p.deleteUser(rest[0])
		}
		return "", usage("printer")
	case "set":
		if len(rest) != 2 || rest[0] != "firmware" {
			return "", usage("printer")
		}
		d, err := p.device()
		if err != nil {
			return "", err
		}
		if err := p.act(act, func(ctx context.Context) error { return d.SetFirmware(ctx, rest[1]) }); err != nil {
			return "", err
		}
		return p.describe()
	}
	return "", usage("printer")
}

// event makes something happen to the printer.
func (p *play) event(words []string) (string, error) {
	name, times, err := phrase.Event(words)
	if err != nil {
		return "", err
	}
	d, err := p.device()
	if err != nil {
		return "", err
	}
	return name + "\n", p.act(act, func(ctx context.Context) error {
		for range times {
			if err := d.Event(ctx, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// withoutLanguage: the model that a scenario names lacks the language in which it is played. It is not played then.
type withoutLanguage struct{ model, language string }

func (e *withoutLanguage) Error() string {
	return fmt.Sprintf("the panel of the model %s has no language %q", e.model, e.language)
}

func inLanguage(err error, model string) error {
	var unknown *choice.Error
	if model != "" && errors.As(err, &unknown) && unknown.What == "language" {
		return &withoutLanguage{model, unknown.Wanted}
	}
	return err
}

// cannot says that a device lacks a capability; if it has it, that the verb is not spoken yet.
func (p *play) cannot(what string, need device.Capability) error {
	return fmt.Errorf("%w: %s needs %s", device.ErrNotSupported, what, need)
}

func (p *play) describe() (string, error) {
	x, err := p.description()
	return fmt.Sprintf("%s %s %s\n", x.Name, x.Model, x.Address), err
}

// twelveSteps is the guide's procedure in one line; each step is played and logged.
func (p *play) twelveSteps(user string) (string, error) {
	steps := [][]string{
		{"webconfig", "log-in"},
		{"webconfig", "open", "Network > Email Server > Basic"},
		{"webconfig", "set", "Authentication Method", "OAuth2"},
		{"webconfig", "set", "Email service", p.serviceOf(user)},
		{"webconfig", "click", "Sign In"},
		{"webconfig", "click", "Sign in with Microsoft"},
		{"browser", "sign-in", user, "consent=organization"},
		{"webconfig", "shows", "Current Status", "Signed in"},
		{"webconfig", "click", "OK"},
	}
	return p.steps(steps)
}

// serviceOf is the email service that an account belongs to (guide rule R16).
func (p *play) serviceOf(user string) string {
	if u, known := p.lab.Entra.User(user); known && u.Personal {
		return "Outlook.com"
	}
	return "Microsoft Exchange Online"
}

// inner plays a step of a short form through the same door as a line of the script, and logs it.
func (p *play) inner(words []string) (string, error) {
	if err := p.do(func(context.Context) error {
		p.note(journal.KindNote, "  %s", quoted(words))
		return nil
	}); err != nil {
		return "", err
	}
	switch words[0] {
	case "webconfig":
		return p.verbWebConfig(false, words[1:])
	case "browser":
		return p.verbBrowser(false, words[1:])
	case "panel":
		return p.verbPanel(false, words[1:])
	}
	return "", fmt.Errorf("%s has no short form", words[0])
}

// quoted writes words as a script has them.
func quoted(words []string) string {
	written := make([]string, len(words))
	for i, w := range words {
		if strings.ContainsAny(w, " '#\t") {
			w = "'" + strings.ReplaceAll(w, "'", "''") + "'"
		}
		written[i] = w
	}
	return strings.Join(written, " ")
}

func (p *play) verbPanel(not bool, args []string) (string, error) {
	d, err := p.device()
	if err != nil {
		return "", err
	}
	panel := d.Panel()
	see := func(ctx context.Context) (surface, error) {
		s, err := panel.Screen(ctx)
		return p.panelSurface(s), err
	}
	what, rest := phrase.First(args)
	shown, err := p.pageOfPanel(panel)
	if err != nil && !errors.Is(err, device.ErrPoweredOff) {
		return "", err
	}
	if what == "shows" {
		return p.showsOn(device.Look{Surface: device.SurfacePanel}, not, rest, p.panelLexicon(shown), see)
	}
	acts := func(f func(ctx context.Context) (device.Screen, error)) (string, error) {
		var s device.Screen
		err := p.act(act, func(ctx context.Context) (err error) { s, err = f(ctx); return err })
		if err != nil {
			return "", err
		}
		return s.String(), nil
	}
	switch {
	case what == "press" && len(rest) == 1:
		label := p.labelOnPage(shown, rest[0])
		return acts(func(ctx context.Context) (device.Screen, error) { return panel.Press(ctx, label) })
	case onPage(what, rest):
		return p.pageVerb(panel, what, rest)
	case what == "refuses" && len(rest) == 1:
		output, err := acts(func(ctx context.Context) (device.Screen, error) { return panel.Press(ctx, rest[0]) })
		switch {
		case err == nil:
			return output, &surfaceError{
				cause: fmt.Errorf("%q is not kept for administrators", rest[0]), surface: surface{name: "panel", drawn: output},
			}
		case errors.Is(err, device.ErrLocked):
			return output, nil
		}
		return output, err
	case what == "enter" && len(rest) == 2:
		return acts(func(ctx context.Context) (device.Screen, error) { return panel.Enter(ctx, rest[0], rest[1]) })
	case what == "log-in" && len(rest) <= 2:
		if len(rest) == 2 && rest[1] != "wrong" {
			return "", usage("panel")
		}
		return acts(func(ctx context.Context) (device.Screen, error) { return p.logIn(ctx, panel, rest) })
	case what == "log-out" && len(rest) == 0:
		return acts(panel.LogOut)
	case what == "home" && len(rest) == 0:
		return acts(panel.Home)
	case what == "screen" && len(rest) == 0:
		s, err := p.look(see)
		return s.drawn, err
	}
	return "", usage("panel")
}

func (p *play) verbScan(_ bool, args []string) (string, error) {
	what, rest := phrase.First(args)
	words, picture, err := p.picture(rest)
	if err != nil {
		return "", err
	}
	request, plain, err := phrase.Scan(words)
	if err != nil {
		return "", err
	}
	request.To, request.Picture = plain, picture
	laid := device.Originals{Pages: request.Pages, Size: request.Size, Picture: picture}
	pages := slices.ContainsFunc(rest, func(word string) bool { return strings.HasPrefix(word, "pages=") })
	if pages && request.Pages < 1 && what != "originals" {
		return "", fmt.Errorf("pages=%d is no number of pages", request.Pages)
	}
	switch what {
	case "email":
		request.Function = device.FunctionEmail
		if len(plain) == 0 {
			return "", usage("scan")
		}
	case "copy":
		request.Function = device.FunctionCopy
		if len(plain) > 0 {
			return "", usage("scan")
		}
	case "originals":
		if len(plain) > 0 || !pages && picture == nil || request.Subject+request.File != "" || request.Settings != nil {
			return "", usage("scan")
		}
		d, err := p.device()
		if err != nil {
			return "", err
		}
		return "", p.act(act, func(ctx context.Context) error {
			if laid.Size == "" && laid.Picture == nil {
				return d.LoadOriginals(ctx, laid.Pages)
			}
			return d.LayOriginals(ctx, laid)
		})
	case "to-my-email":
		request.Function = device.FunctionToMyEmail
		if len(plain) > 0 {
			return "", usage("scan")
		}
	case "fax":
		request.Function = device.FunctionFax
		if len(plain) != 1 || request.Subject+request.File != "" || request.Settings != nil {
			return "", usage("scan")
		}
	default:
		return "", usage("scan")
	}
	d, err := p.device()
	if err != nil {
		return "", err
	}
	var s device.Screen
	if err := p.act(
		act, func(ctx context.Context) (err error) { s, err = d.Scan(ctx, request); return err },
	); err != nil {
		return "", err
	}
	return s.String(), nil
}

// picture takes image=FILE out of the words of a scan: a file of the scenario, PNG or JPEG in base64.
func (p *play) picture(words []string) (rest []string, picture []byte, err error) {
	for _, word := range words {
		name, is := strings.CutPrefix(word, "image=")
		if !is {
			rest = append(rest, word)
			continue
		}
		text, known := p.files[name]
		if !known {
			return nil, nil, &choice.Error{What: "file", Wanted: name, Present: slices.Sorted(maps.Keys(p.files))}
		}
		if picture, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err != nil {
			return nil, nil, fmt.Errorf("%s is no base64", name)
		}
	}
	return rest, picture, nil
}

func (p *play) verbSheet(not bool, args []string) (string, error) {
	d, err := p.device()
	if err != nil {
		return "", err
	}
	// sheet returns the sheet of a number, the newest one for 0.
	sheet := func(number int) func(ctx context.Context) (surface, error) {
		return func(ctx context.Context) (surface, error) {
			sheets, err := d.Sheets(ctx)
			for _, s := range sheets {
				if number == 0 || s.Number == number {
					return surface{name: "sheet", lines: lines(s.Text), drawn: s.Text}, nil
				}
			}
			if err == nil {
				err = device.ErrNothingPrinted
			}
			return surface{name: "sheet"}, err
		}
	}
	what, rest := phrase.First(args)
	number, err := strconv.Atoi(what)
	switch {
	case err == nil && number > 0 && len(rest) > 0 && rest[0] == "shows":
		return p.showsOn(
			device.Look{Surface: device.SurfaceSheet, Number: number}, not, rest[1:], p.panelWords, sheet(number),
		)
	case what == "shows":
		return p.showsOn(device.Look{Surface: device.SurfaceSheet}, not, rest, p.panelWords, sheet(0))
	case what == "screen" && len(rest) == 0:
		s, err := p.look(sheet(0))
		return s.drawn, err
	case what == "print" && len(rest) == 0:
		return p.printSheet(d, sheet)
	}
	return "", usage("sheet")
}

// printSheet prints a sheet and waits for it: the paper comes out while time passes.
func (p *play) printSheet(
	d device.Device, sheet func(number int) func(ctx context.Context) (surface, error),
) (string, error) {
	newest := 0
	if err := p.act(act, func(ctx context.Context) error {
		before, err := d.Sheets(ctx)
		if len(before) > 0 {
			newest = before[0].Number
		}
		if err == nil {
			_, err = d.PrintSheet(ctx)
		}
		return err
	}); err != nil {
		return "", err
	}
	s, met, err := p.await(patience, func(ctx context.Context) (surface, error) {
		s, err := sheet(newest + 1)(ctx)
		if errors.Is(err, device.ErrNothingPrinted) {
			return surface{}, nil
		}
		return s, err
	}, func(s surface) bool { return s.drawn != "" })
	if err == nil && !met {
		err = device.ErrNothingPrinted
	}
	return s.drawn, err
}

func (p *play) verbJobs(not bool, args []string) (string, error) {
	d, err := p.device()
	if err != nil {
		return "", err
	}
	all := func(ctx context.Context) (surface, error) {
		jobs, err := d.Jobs(ctx)
		var b strings.Builder
		for _, j := range jobs {
			b.WriteString(jobRow(j) + "\n")
		}
		return surface{name: "job history", lines: lines(b.String()), drawn: b.String()}, err
	}
	what, rest := phrase.First(args)
	receipt, err := strconv.Atoi(what)
	numbered := err == nil && receipt > 0
	expected := p.rowWords
	if not {
		expected = p.panelWords // a code that is not to be there is none, whatever is said of it
	}
	switch {
	case numbered && len(rest) > 0 && rest[0] == "shows":
		numbered := device.Look{Surface: device.SurfaceJobs, Number: receipt}
		return p.showsOn(numbered, not, rest[1:], expected, func(ctx context.Context) (surface, error) {
			s, err := all(ctx)
			head := fmt.Sprintf("%03d |", receipt)
			s.lines = slices.DeleteFunc(s.lines, func(l string) bool { return !strings.HasPrefix(l, head) })
			return s, err
		})
	case what == "count" && len(rest) == 1:
		return p.countJobs(d, rest[0])
	case what == "shows":
		newest := func(ctx context.Context) (surface, error) {
			s, err := all(ctx)
			if len(s.lines) > 1 {
				s.lines = s.lines[:1]
			}
			return s, err
		}
		return p.showsOn(device.Look{Surface: device.SurfaceJobs}, not, rest, expected, newest)
	case what == "screen" && len(rest) == 0:
		if p.witness() != nil {
			return "", nil
		}
		s, err := p.look(all)
		return s.drawn, err
	}
	return "", usage("jobs")
}

// countJobs says how many jobs the history has.
func (p *play) countJobs(d device.Device, number string) (string, error) {
	want, err := strconv.Atoi(number)
	if err != nil || want < 0 {
		return "", fmt.Errorf("%q is no number", number)
	}
	if w := p.witness(); w != nil {
		return p.askForJobs(w, want)
	}
	var jobs []device.Job
	var failed error
	got, err := p.exactly(want, func() int {
		failed = p.do(func(ctx context.Context) (err error) { jobs, err = d.Jobs(ctx); return err })
		return len(jobs)
	})
	if err = errors.Join(err, failed); err == nil && got != want {
		err = fmt.Errorf("%d jobs, not %d (printer time %s)", got, want, p.printerTime().Format(time.DateTime))
	}
	return fmt.Sprint(got), err
}

// jobRow is one row of the job history.
func jobRow(j device.Job) string {
	code := j.Code
	if code == "" {
		code = "-"
	}
	row := fmt.Sprintf(
		"%03d | %s | %s | %s | %s | %s", j.Receipt, j.Time.Format(time.DateTime), j.Type, j.To, j.Result, code,
	)
	for _, text := range append([]string{j.Status, j.Solution}, j.Refused...) {
		if text != "" {
			row += " | " + text
		}
	}
	return row
}
