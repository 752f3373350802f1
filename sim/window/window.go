// Package window is the browser of the panel: it shows the sign-in page of an email service as a page (guide rules R31
// to R37), over the printer's own network, and hands over the address that the page leads back to.
//
// A [Window] is one sign-in of one person. Its cookies begin and end with it, and what is typed into a password field
// is in nothing that it gives out. Pages are loaded in an activity of their own, so that nobody waits with a lock;
// while one is loaded the page before cannot be used. It believes nothing of a server: pages are cut to what a panel
// can show, only https is followed, and whatever goes wrong has a [Problem].
package window

import (
	"context"
	"errors"
	"sync"
	"time"

	"mfpsim/browser"
	"mfpsim/choice"
)

// Problem is why a page could not be shown, or a sign-in ended; its value is a message id.
type Problem string

// The problems of pages. Those of the sign-in itself are its owner's.
const (
	Unreachable  Problem = "page-unreachable" // no name, no connection, no answer, or a lost one
	Untrusted    Problem = "page-untrusted"   // the certificate does not hold
	Insecure     Problem = "page-insecure"    // it leads to a page in clear
	LeadsAway    Problem = "page-leads-away"  // it leads to something that is no web page
	RoundAbout   Problem = "page-redirects"   // it leads from page to page without end
	TooLarge     Problem = "page-too-large"
	Empty        Problem = "page-empty"         // nothing can be read or pressed on it
	NotPossible  Problem = "page-not-possible"  // a button that works by a script
	NothingToFit Problem = "page-nothing-to-do" // what was pressed is not on the page any more
)

// Patience is how long a page is waited for (ours): as long as the core waits for an answer of the cloud.
const Patience = 60 * time.Second

// Config is what a window is made of. All but Changed is required.
type Config struct {
	// Browser makes a browser without cookies, and is called once.
	Browser func() *browser.Browser
	// Go runs an activity that ends with the power, and WithCancel makes a context that can be cancelled from another.
	Go         func(f func(ctx context.Context))
	WithCancel func(ctx context.Context) (context.Context, context.CancelFunc)
	// Leads reports whether an address is where the sign-in page leads back to; it is not loaded.
	Leads func(address string) bool
	// Back takes the address that the page has led back to; it may wait for the network. The problem is "" if the
	// sign-in is made.
	Back func(ctx context.Context, address string) Problem
	// Changed is told, without any lock held, when a page was loaded or the sign-in is over.
	Changed func()
}

// State is what a window shows.
type State struct {
	Busy    bool    // something is loaded
	Page    *Page   // nil: no page was loaded yet
	Problem Problem // of the last load; the page before stays
	Over    bool    // the sign-in is made or, with a Problem, has failed
}

// Window is the browser window of one sign-in. Its methods are safe for concurrent use.
type Window struct {
	config Config

	mu     sync.Mutex
	b      *browser.Browser // an activity has it while busy
	state  State
	closed bool
	cancel context.CancelFunc
}

// Open begins to load a page.
func Open(c Config, address string) *Window {
	w := &Window{config: c, b: c.Browser()}
	w.b.Hold(c.Leads)
	w.load(func(ctx context.Context, b *browser.Browser) error { return b.Open(ctx, address) })
	return w
}

// State returns what is shown now.
func (w *Window) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// Acknowledge takes the problem of the last load away: it was read.
func (w *Window) Acknowledge() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.state.Over {
		w.state.Problem = ""
	}
}

// Close ends the window: what is being loaded, the page and the cookies.
func (w *Window) Close() {
	w.mu.Lock()
	w.closed = true
	cancel := w.cancel
	w.cancel = nil
	w.state = State{Over: true}
	if cancel == nil {
		w.b.Forget()
	}
	w.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// Set types into a field, or chooses from a list.
func (w *Window) Set(label, value string) error {
	return w.use(func(b *browser.Browser) error { return b.Set(label, value) })
}

// Toggle ticks a box, or clears it.
func (w *Window) Toggle(label string) error {
	return w.use(func(b *browser.Browser) error {
		value, err := b.Value(label)
		if err == nil {
			err = b.Tick(label, value != "on")
		}
		return err
	})
}

// Press presses a button or a link; the page that it leads to is loaded.
func (w *Window) Press(label string) {
	w.load(func(ctx context.Context, b *browser.Browser) error { return b.Click(ctx, label) })
}

// errBusy: a person cannot touch a page that is being left.
var errBusy = errors.New("window: a page is being loaded")

// use does something with the page that loads nothing.
func (w *Window) use(f func(b *browser.Browser) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.state.Busy || w.state.Over {
		return errBusy
	}
	err := f(w.b)
	w.state.Page = pageOf(w.b)
	return err
}

// load does something that may load a page, in an activity.
func (w *Window) load(f func(ctx context.Context, b *browser.Browser) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.state.Busy || w.state.Over {
		return
	}
	w.state.Busy, w.state.Problem = true, ""
	w.config.Go(func(ctx context.Context) {
		ctx, cancel := w.config.WithCancel(ctx)
		defer cancel()
		if !w.begin(cancel) {
			return
		}
		err := f(ctx, w.b)
		address := w.b.Held()
		problem := Problem("")
		if err == nil && address != "" {
			problem = w.config.Back(ctx, address)
		}
		if w.end(err, address != "", problem) && w.config.Changed != nil {
			w.config.Changed()
		}
	})
}

// begin notes how the activity is cancelled; false: the window was closed before it began.
func (w *Window) begin(cancel context.CancelFunc) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		w.b.Forget()
		return false
	}
	w.cancel = cancel
	return true
}

// end notes what came of it; false: the window was closed meanwhile.
func (w *Window) end(err error, over bool, problem Problem) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cancel = nil
	if w.closed {
		w.b.Forget()
		return false
	}
	switch {
	case err != nil && w.state.Page == nil: // there is no page to go back to
		w.state = State{Over: true, Problem: problemOf(err)}
	case err != nil:
		w.state = State{Page: w.state.Page, Problem: problemOf(err)}
	case over:
		w.state = State{Over: true, Problem: problem}
	default:
		w.state = State{Page: pageOf(w.b)}
		if len(w.state.Page.Parts) == 0 {
			w.state.Problem = Empty
		}
	}
	if w.state.Over {
		w.b.Forget()
	}
	return true
}

// problems are those of the browser's reasons.
var problems = map[browser.Reason]Problem{
	browser.ReasonCertificate: Untrusted, browser.ReasonRedirects: RoundAbout, browser.ReasonAddress: LeadsAway,
	browser.ReasonTooLarge: TooLarge, browser.ReasonInsecure: Insecure,
}

func problemOf(err error) Problem {
	var failed *browser.LoadError
	var unknown *choice.Error
	switch {
	case errors.As(err, &failed):
		if known, ok := problems[failed.Reason]; ok {
			return known
		}
		return Unreachable
	case errors.As(err, &unknown):
		return NothingToFit
	}
	return NotPossible
}
