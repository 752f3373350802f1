package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience is how long a person waits for what is to appear, by the machine's clock.
const patience = 60 * time.Second

// browsers are the running ones, by the language that their pages are asked for in: a tab that a link opens has no
// other way to tell it in its first request.
var browsers = struct {
	sync.Mutex
	open map[string]context.Context
	end  []context.CancelFunc
}{open: map[string]context.Context{}}

func closeBrowsers() {
	browsers.Lock()
	defer browsers.Unlock()
	for _, end := range browsers.end {
		end()
	}
}

// browserOf returns the browser of a language. That there is none fails the test: nothing here is ever skipped.
func browserOf(t *testing.T, language string) context.Context {
	t.Helper()
	browsers.Lock()
	defer browsers.Unlock()
	if ctx, open := browsers.open[language]; open {
		return ctx
	}
	path, err := exec.LookPath("chromium")
	require.NoError(t, err, "tools/need chromium installs it")
	options := append(
		chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.IgnoreCertErrors, // the bench's authority is in no browser's store
		chromedp.DisableGPU,       // there is none, and its imitation is slow
		chromedp.Flag("accept-lang", language),
		chromedp.Flag("font-render-hinting", "none"),
		chromedp.Flag("hide-scrollbars", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	require.NoError(t, chromedp.Do(ctx), "Chromium does not start")
	browsers.open[language] = ctx
	browsers.end = append(browsers.end, end, endAllocator)
	return ctx
}

// strangerTo sits down at a browser of its own, in a fresh profile, that does not know the bench's authority and takes
// no certificate of it.
func strangerTo(t *testing.T) *person {
	t.Helper()
	path, err := exec.LookPath("chromium")
	require.NoError(t, err, "tools/need chromium installs it")
	options := append(
		chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.Flag("accept-lang", "en"),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(endAllocator)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	p := &person{t: t, ctx: ctx, language: "en"}
	p.attend()
	return p
}

// person is somebody at a tab of a browser.
type person struct {
	t        *testing.T
	ctx      context.Context
	language string
}

// newPerson sits down at a browser without cookies.
func newPerson(t *testing.T, language string) *person {
	t.Helper()
	ctx, leave := chromedp.NewContext(browserOf(t, language), chromedp.WithNewBrowserContext())
	t.Cleanup(leave)
	p := &person{t: t, ctx: ctx, language: language}
	p.attend()
	// A person may copy: nobody is asked, because nobody would answer.
	for _, name := range []string{"clipboard-write", "clipboard-read"} {
		_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: "granted",
			BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
		})
		require.NoError(t, err)
	}
	return p
}

// attend begins to watch the tab: what its scripts throw, and what its policy refuses, fails the test.
func (p *person) attend() {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.ctx))
	require.NoError(p.t, chromedp.Listen(p.ctx, func(event any) {
		switch event := event.(type) {
		case *runtime.EventExceptionThrown:
			p.t.Errorf("a script of the page failed: %s", event.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			if event.Entry.Level == "error" && event.Entry.Source != "network" {
				p.t.Errorf("the browser complains: %s (%s)", event.Entry.Text, event.Entry.URL)
			}
		}
	}))
	_, err := chromedp.Call(p.ctx, log.Enable, cdp.Empty{})
	require.NoError(p.t, err)
}

// do does something, within the person's patience; what the tab shows when it fails is kept as a picture.
func (p *person) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		address, _ := chromedp.Run(p.ctx, chromedp.Location())
		require.NoError(p.t, err, "%s at %s; the page is kept as %s", what, address, p.keep(p.t.Name()))
	}
}

// keep writes a picture of the tab beside what else is built, and returns its name.
func (p *person) keep(what string) string {
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return "no picture: " + err.Error()
	}
	what = strings.NewReplacer("/", "-", " ", "-").Replace(what)
	name := filepath.Join("..", ".build", "chromium", what+".png")
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err.Error()
	}
	if err := os.WriteFile(name, picture, 0o644); err != nil {
		return err.Error()
	}
	return name
}

// opens goes to an address.
func (p *person) opens(address string) {
	p.t.Helper()
	p.do("open "+address, chromedp.Navigate(address))
}

// named is the path to the elements of a kind whose text is these words and that can be clicked now.
func named(kind, words string) string {
	return fmt.Sprintf(
		`//%s[normalize-space(.)="%s" and not(ancestor-or-self::*[@hidden or @inert or @disabled])]`, kind, words,
	)
}

// clicks clicks the first element of a path or selector with the mouse.
func (p *person) clicks(path string) {
	p.t.Helper()
	p.do("click "+path, func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		x, y, err := place(ctx, tab, path)
		if err != nil {
			return v, err
		}
		return chromedp.MouseClickXY(x, y)(ctx, tab)
	})
}

// clicksTwice clicks an element twice, as fast as it goes.
func (p *person) clicksTwice(path string) {
	p.t.Helper()
	p.do("double-click "+path, func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		x, y, err := place(ctx, tab, path)
		if err != nil {
			return v, err
		}
		if v, err = chromedp.MouseClickXY(x, y)(ctx, tab); err != nil {
			return v, err
		}
		return chromedp.MouseClickXY(x, y)(ctx, tab)
	})
}

// middle is the script that scrolls an element into sight and gives where its middle is, as "x y"; empty: it is not
// there.
const middle = `(found => {
  if (!found) return "";
  found.scrollIntoView({block: "center", behavior: "instant"});
  const at = found.getBoundingClientRect();
  return (at.left + at.width / 2) + " " + (at.top + at.height / 2);
})(%s)`

// first is the script that finds the first element of a path or selector.
func first(path string) string {
	if strings.HasPrefix(path, "/") {
		return fmt.Sprintf("document.evaluate(%q, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue", path)
	}
	return fmt.Sprintf("document.querySelector(%q)", path)
}

// visible waits until the first element of a path or selector is to be seen.
func visible(path string) chromedp.Action[chromedp.Void] {
	if strings.HasPrefix(path, "/") {
		return chromedp.WaitVisible(path)
	}
	return chromedp.WaitVisible(chromedp.CSS(path)) // a plain selector is looked for as a text, too
}

// place waits for an element and returns where it is in the window. A page that is drawn anew meanwhile is looked at
// again.
func place(ctx context.Context, tab *chromedp.Target, path string) (x, y float64, err error) {
	for {
		var at string
		_, err = visible(path)(ctx, tab)
		if err == nil {
			at, err = chromedp.Evaluate[string](fmt.Sprintf(middle, first(path)))(ctx, tab)
		}
		var gone *cdproto.Error
		switch {
		case err == nil && at != "":
			_, err = fmt.Sscan(at, &x, &y)
			return x, y, err
		case err != nil && (ctx.Err() != nil || !errors.As(err, &gone)):
			return 0, 0, err
		}
	}
}

// sees waits until an element of a path or selector is to be seen.
func (p *person) sees(path string) {
	p.t.Helper()
	p.do("look for "+path, func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		_, _, err = place(ctx, tab, path)
		return v, err
	})
}

// reads waits for an element and returns its text.
func (p *person) reads(path string) string {
	p.t.Helper()
	p.sees(path)
	return p.script(first(path) + ".innerText")
}

// types clicks into a field and types over what is in it.
func (p *person) types(field, text string) {
	p.t.Helper()
	p.clicks(field)
	p.edits("a", "selectAll")
	p.do("type into "+field, chromedp.KeyEvent(text))
}

// chooses picks a choice of a drop-down list by its first letters, as its keys do.
func (p *person) chooses(list, choice string) {
	p.t.Helper()
	p.do("choose "+choice, chromedp.SendKeys(list, choice))
	require.Equal(p.t, choice, p.script(`document.querySelector("`+list+`").selectedOptions[0].textContent`))
}

// edits presses Ctrl and a letter, which Chromium without a window does not take for the command that it is.
func (p *person) edits(letter, command string) {
	p.t.Helper()
	p.do(command, func(ctx context.Context, tab *chromedp.Target) (v chromedp.Void, err error) {
		_, err = cdp.Call(ctx, tab, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: "keyDown", Modifiers: int64(chromedp.ModifierCtrl), Key: letter, Commands: []string{command},
		})
		return v, err
	})
}

// pastes puts what was copied into the field that has the focus.
func (p *person) pastes() {
	p.t.Helper()
	p.edits("v", "paste")
}

// script returns what an expression is worth in the page, as text.
func (p *person) script(expression string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	require.NoError(p.t, err, expression)
	return value
}

// follows clicks a link that opens a tab, and returns the person at that tab and the act of closing it.
func (p *person) follows(link string) (there *person, closes func()) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	opened := chromedp.WaitNewTarget(ctx, func(tab *target.Info) bool {
		return tab.URL != "" && tab.URL != "about:blank"
	})
	p.clicks(link)
	select {
	case id := <-opened:
		inner, leave := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
		there = &person{t: p.t, ctx: inner, language: p.language}
		there.attend()
		return there, func() {
			p.t.Helper()
			require.NoError(p.t, chromedp.Cancel(inner))
			leave()
		}
	case <-ctx.Done():
		p.t.Fatalf("%s opened no tab", link)
		return nil, nil
	}
}
