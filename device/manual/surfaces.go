package manual

import (
	"context"
	"fmt"

	"mfpsim/browser"
	"mfpsim/device"
	"mfpsim/guide"
)

// panel is the printer's panel, as a person uses it. What it shows is asked with [device.Look].
type panel struct{ printer *printer }

// Screen implements [device.Panel].
func (p panel) Screen(context.Context) (device.Screen, error) { return device.Screen{}, nil }

func (p panel) act(ctx context.Context, method string, args any, answers ...Answer) (device.Screen, error) {
	_, err := p.printer.do(ctx, method, args, append([]Answer{Done}, append(answers, Otherwise, Absent)...)...)
	return device.Screen{}, err
}

// Press implements [device.Panel].
func (p panel) Press(ctx context.Context, path string) (device.Screen, error) {
	return p.act(ctx, "panel.press", map[string]any{"path": p.printer.onPanel(path)}, Refused)
}

// Enter implements [device.Panel].
func (p panel) Enter(ctx context.Context, field, value string) (device.Screen, error) {
	_, err := p.printer.read(ctx, Instruction{
		Method: "panel.enter", Args: argsOf(map[string]any{"field": p.printer.onPanel(field), "value": value}),
		Answers: []Answer{Done, Refused, Otherwise, Absent},
	}, guide.Secret(field))
	return device.Screen{}, err
}

// LogIn implements [device.Panel]. Whose password it is, the person knows; another one than the right one is a wrong
// one.
func (p panel) LogIn(ctx context.Context, user, password string) (device.Screen, error) {
	return p.act(ctx, "panel.logIn", map[string]any{"user": user, "wrong": password != ""})
}

// LogOut implements [device.Panel].
func (p panel) LogOut(ctx context.Context) (device.Screen, error) {
	return p.act(ctx, "panel.logOut", map[string]any{})
}

// Home implements [device.Panel].
func (p panel) Home(ctx context.Context) (device.Screen, error) {
	return p.act(ctx, "panel.home", map[string]any{})
}

// webPage is the printer's own web page in a browser of the person's.
type webPage struct{ printer *printer }

func (w webPage) act(ctx context.Context, method string, args any) (device.Page, error) {
	return device.Page{}, w.printer.act(ctx, method, args)
}

// Go implements [device.WebConfig].
func (w webPage) Go(ctx context.Context, address string) (device.Page, error) {
	reply, err := w.printer.do(
		ctx, "webConfig.go", map[string]any{"address": w.printer.own(address)}, Done, Unreachable, Otherwise, Absent,
	)
	if err == nil && reply.Answer == Unreachable {
		err = &browser.LoadError{Host: address, Reason: browser.ReasonRefused}
	}
	return device.Page{}, err
}

// LogIn implements [device.WebConfig].
func (w webPage) LogIn(ctx context.Context, who string, wrong bool) (device.Page, error) {
	return w.act(ctx, "webConfig.logIn", map[string]any{"user": who, "wrong": wrong})
}

// LogOut implements [device.WebConfig].
func (w webPage) LogOut(ctx context.Context) (device.Page, error) {
	return w.act(ctx, "webConfig.logOut", map[string]any{})
}

// Open implements [device.WebConfig].
func (w webPage) Open(ctx context.Context, path string) (device.Page, error) {
	return w.act(ctx, "webConfig.open", map[string]any{"path": w.printer.onPage(path)})
}

// Click implements [device.WebConfig].
func (w webPage) Click(ctx context.Context, label string) (device.Page, error) {
	return w.act(ctx, "webConfig.click", map[string]any{"label": w.printer.onPage(label)})
}

// DoubleClick implements [device.WebConfig].
func (w webPage) DoubleClick(ctx context.Context, button string) (device.Page, error) {
	return w.act(ctx, "webConfig.doubleClick", map[string]any{"label": w.printer.onPage(button)})
}

// Forge implements [device.WebConfig]: a browser of a person's does not do it.
func (w webPage) Forge(context.Context, string, bool) (device.Page, error) {
	return device.Page{}, fmt.Errorf("%w: a request of somebody else's page, which a person cannot send", device.ErrAbsent)
}

// Set implements [device.WebConfig].
func (w webPage) Set(ctx context.Context, field, value string) (device.Page, error) {
	args := map[string]any{"field": w.printer.onPage(field), "value": value}
	if !guide.Secret(field) {
		args["value"] = w.printer.onPage(value)
	}
	_, err := w.printer.read(ctx, Instruction{
		Method: "webConfig.set", Args: argsOf(args), Answers: []Answer{Done, Otherwise, Absent},
	}, guide.Secret(field))
	return device.Page{}, err
}

// Choices implements [device.WebConfig]; they are asked with [device.Look].
func (w webPage) Choices(context.Context, string) ([]string, error) { return nil, nil }

// EnterPassword implements [device.WebConfig].
func (w webPage) EnterPassword(ctx context.Context, wrong bool) (device.Page, error) {
	return w.act(ctx, "webConfig.enterPassword", map[string]any{"wrong": wrong})
}

// Leave implements [device.WebConfig].
func (w webPage) Leave(ctx context.Context) (device.Page, error) {
	return w.act(ctx, "webConfig.leave", map[string]any{})
}

// Page implements [device.WebConfig].
func (w webPage) Page(context.Context) (device.Page, error) { return device.Page{}, nil }

// UserCode implements [device.WebConfig].
func (w webPage) UserCode(ctx context.Context) (code, url string, err error) {
	reply, err := w.printer.read(ctx, Instruction{
		Method: "webConfig.userCode", Args: argsOf(nil), Values: []string{"code", "url"},
		Answers: []Answer{Done, Otherwise, Absent},
	}, false)
	return reply.Values["code"], reply.Values["url"], err
}
