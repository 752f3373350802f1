package serve

import (
	"bytes"
	"context"
	_ "embed" // for the page
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/device"
	"mfpsim/screen/glass"
)

var (
	//go:embed panel.html
	panelText string
	//go:embed panel.css
	panelStyle []byte

	panelPage = template.Must(template.New("panel").Parse(panelText))
)

func sprintf(format string, values ...any) string { return fmt.Sprintf(format, values...) }

// panelView is the page.
type panelView struct {
	Bench       Endpoints
	On          bool
	Address     string // of the printer, as its panel shows it
	Now         panelNow
	Sprite      template.HTML
	TypedFields []string     // of a device whose screen is text only
	Mail        []storedMail // the newest
	MailCount   int          // of all that have come
	Mailbox     string
}

// panel is the page over the printer's panel, with the bench's clock beside it. It needs no script; with one it is
// live.
func (b *bench) panel() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { b.showPanel(w, r, http.StatusOK, "") })
	file := func(name, kind string, text []byte) {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("X-Content-Type-Options", "nosniff")
			_, _ = w.Write(text)
		})
	}
	file("panel.css", "text/css; charset=utf-8", panelStyle)
	file("glass.css", "text/css; charset=utf-8", glass.Style)
	file("glass.js", "text/javascript; charset=utf-8", glass.Script)
	mux.HandleFunc("GET /now", func(w http.ResponseWriter, _ *http.Request) { b.writeNow(w, http.StatusOK, "") })
	mux.HandleFunc("GET /events", b.events)
	mux.HandleFunc("GET /sheet/{number}", b.showSheet)
	mux.HandleFunc("GET /mark", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(b.mark()))
	})
	act := func(pattern string, f func(r *http.Request) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, routes.MaxBody)
			if err := r.ParseForm(); err != nil {
				b.showPanel(w, r, http.StatusBadRequest, "the form was not understood")
				return
			}
			err := f(r)
			switch live := strings.Contains(r.Header.Get("Accept"), "application/json"); {
			case live && err != nil:
				b.writeNow(w, http.StatusUnprocessableEntity, err.Error())
			case live:
				b.writeNow(w, http.StatusOK, "")
			case err != nil:
				b.showPanel(w, r, http.StatusUnprocessableEntity, err.Error())
			default:
				http.Redirect(w, r, "/", http.StatusSeeOther)
			}
		})
	}
	panel := func(
		f func(ctx context.Context, p device.Panel, r *http.Request) (device.Screen, error),
	) func(r *http.Request) error {
		return func(r *http.Request) error {
			_, err := b.press(
				strings.Trim(r.URL.Path, "/"),
				func(ctx context.Context, d device.Device) (device.Screen, error) { return f(ctx, d.Panel(), r) },
			)
			return err
		}
	}
	act("POST /press", panel(func(ctx context.Context, p device.Panel, r *http.Request) (device.Screen, error) {
		return touch(ctx, p, r.PostFormValue("key"))
	}))
	act("POST /enter", panel(func(ctx context.Context, p device.Panel, r *http.Request) (device.Screen, error) {
		return p.Enter(ctx, r.PostFormValue("field"), r.PostFormValue("value"))
	}))
	act("POST /log-in", panel(func(ctx context.Context, p device.Panel, r *http.Request) (device.Screen, error) {
		if r.PostFormValue("password") == "" {
			return device.Screen{}, routes.Refuse("enter the administrator password")
		}
		return p.LogIn(ctx, "", r.PostFormValue("password"))
	}))
	act("POST /log-out", panel(func(ctx context.Context, p device.Panel, _ *http.Request) (device.Screen, error) {
		return p.LogOut(ctx)
	}))
	act(
		"POST /home",
		panel(
			func(ctx context.Context, p device.Panel, _ *http.Request) (device.Screen, error) { return p.Home(ctx) },
		),
	)
	act("POST /originals", func(*http.Request) error { return b.loadOriginals(1) })
	act("POST /power", func(r *http.Request) error {
		return b.act("panel: power", func(ctx context.Context) error {
			b.note("power %s", r.PostFormValue("state"))
			return b.device.Power(ctx, device.PowerAct{State: r.PostFormValue("state")})
		})
	})
	act("POST /break", func(r *http.Request) error { return b.breakConnection(r.PostFormValue("connection")) })
	act("POST /advance", func(r *http.Request) error {
		d, err := parseDuration(r.PostFormValue("duration"))
		if err == nil {
			_, err = b.advance(d)
		}
		return err
	})
	return mux
}

// shownMails is how many mails of a mailbox the page shows.
const shownMails = 50

// mark changes when the page would show something else.
func (b *bench) mark() string {
	screen, on := b.screen()
	jobs, _ := b.jobs() // a printer that is off shows none
	newest := 0
	if sheets, _ := b.sheets(); len(sheets) > 0 {
		newest = sheets[0].Number
	}
	return fmt.Sprintf("%t %t %s %v %d", b.held().Held, on, screen, jobs, newest)
}

// touch presses a key; one that is kept for the administrator leads to the log-in screen (guide rule R25).
func touch(ctx context.Context, p device.Panel, key string) (device.Screen, error) {
	shown, err := p.Press(ctx, key)
	if errors.Is(err, device.ErrLocked) && shown.Data != nil && shown.Data.Bar.Padlock != nil {
		return p.Press(ctx, shown.Data.Bar.Padlock.Label)
	}
	return shown, err
}

func (b *bench) showPanel(w http.ResponseWriter, r *http.Request, status int, problem string) {
	view := panelView{Bench: b.endpoints, Sprite: glass.Sprite()}
	view.Bench.Accounts = b.accounts()
	shown, on := b.screen()
	view.On = on
	if shown.Data == nil {
		view.TypedFields = shown.Fields
	}
	if description, err := b.device.Describe(r.Context()); err == nil {
		view.Address = description.Address
	}
	if view.Mailbox = r.URL.Query().Get("mailbox"); view.Mailbox != "" {
		view.MailCount, _ = b.lab.SMTP.MailCount(view.Mailbox)
		view.Mail = b.mail(view.Mailbox, view.MailCount-shownMails+1, shownMails)
	}
	var page bytes.Buffer
	now, err := b.panelNow(problem)
	if err == nil {
		view.Now = now
		err = panelPage.Execute(&page, view)
	}
	if err != nil {
		http.Error(w, "the page cannot be written", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set(
		"Content-Security-Policy",
		"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "+
			"base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	)
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // a browser that has gone needs no answer
}
