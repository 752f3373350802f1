package serve

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/device"
)

//go:embed panel.html
var panelText string

var panelPage = template.Must(template.New("panel").Parse(panelText))

func sprintf(format string, values ...any) string { return fmt.Sprintf(format, values...) }

// panelView is what the page shows.
type panelView struct {
	Bench     Endpoints
	On        bool
	Language  string // of the printer's screen
	Screen    device.Screen
	Now       time.Time
	Jobs      []device.Job
	Sheets    []device.Sheet // printed, the newest first
	Mail      []storedMail // the newest
	MailCount int          // of all that have come
	Mailbox   string
	Problem   string
	Mark      string
	Held      heldState
}

// panel is the page over the printer's panel, with the bench's clock beside it. It needs no script; with one it follows
// the printer.
func (b *bench) panel() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { b.showPanel(w, r, http.StatusOK, "") })
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
			if err := f(r); err != nil {
				b.showPanel(w, r, http.StatusUnprocessableEntity, err.Error())
				return
			}
			http.Redirect(w, r, "/", http.StatusSeeOther)
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
		return p.Press(ctx, r.PostFormValue("key"))
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
		panel(func(ctx context.Context, p device.Panel, _ *http.Request) (device.Screen, error) { return p.Home(ctx) }),
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

func (b *bench) showPanel(w http.ResponseWriter, r *http.Request, status int, problem string) {
	view := panelView{
		Bench: b.endpoints, Now: b.world.Now(), Problem: problem, Mark: b.mark(), Held: b.held(),
	}
	view.Sheets, _ = b.sheets()
	view.Bench.Accounts = b.accounts()
	view.Screen, view.On = b.screen()
	view.Jobs, _ = b.jobs() // a printer that is off shows none
	if description, err := b.device.Describe(r.Context()); err == nil {
		view.Language = description.Language
	}
	if view.Mailbox = r.URL.Query().Get("mailbox"); view.Mailbox != "" {
		view.MailCount, _ = b.lab.SMTP.MailCount(view.Mailbox)
		view.Mail = b.mail(view.Mailbox, view.MailCount-shownMails+1, shownMails)
	}
	var page bytes.Buffer
	if err := panelPage.Execute(&page, view); err != nil {
		http.Error(w, "the page cannot be written", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // a browser that has gone needs no answer
}
