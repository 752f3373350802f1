package webconfig

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"mfpsim/faultnet"
	"mfpsim/sim/facts"
	"mfpsim/sim/locale"
)

//go:embed pages/*.html pages/style.css pages/script.js
var files embed.FS

// Style is the style sheet of the pages, served at [StylePath].
func Style() []byte {
	style, _ := files.ReadFile("pages/style.css") // embedded: it is there
	return style
}

// StylePath is where the pages have their style sheet.
const StylePath = pathStyle

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"with_texts": func(f field, label, message func(string) string) fieldView { return fieldView{f, label, message} },
	"wrong":      func(id string, problems map[string]string) field { return field{ID: id, Problem: problems[id]} },
}).ParseFS(files, "pages/*.html"))

// fieldView is a field with the texts that its template needs.
type fieldView struct {
	Field field
	T, M  func(string) string
}

// maxForm is how many bytes a form may have, and maxUpload one with a file in it.
const (
	maxForm   = 64 << 10
	maxUpload = 1 << 20
)

// The addresses that pages and forms lead to.
const (
	pathLogIn  = "/login"
	pathLogOut = "/logout"
	pathBasic  = "/network/email-server/basic"
	pathSignIn = "/network/email-server/sign-in"
	pathCode   = "/network/email-server/code"
	pathState  = "/network/email-server/code/state" // for the page's script
	pathTest   = "/network/email-server/connection-test"
	pathStyle  = "/style.css"
	pathScript = "/script.js"
)

// Server is the Web Config of one printer, an [http.Handler] that is to be served over HTTPS. A request that makes the
// printer act works in the turn that the request's context carries.
type Server struct {
	machine  Machine
	pages    *menu
	sessions *sessions
	testing  atomic.Bool // a connection test is under way
}

// New returns the Web Config of a printer. A page of the model's menu that is not known is an error.
func New(machine Machine) (*Server, error) {
	pages, err := newMenu(machine.Model().WebConfig)
	if err != nil {
		return nil, err
	}
	return &Server{machine: machine, pages: pages, sessions: newSessions()}, nil
}

// Reset is what power off does: all sessions end, and with them what was typed.
func (s *Server) Reset() { s.sessions.reset() }

// request is one request with what belongs to it.
type request struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	session *session  // nil: nobody is logged in
	of      *mailPage // whose email server the page is about
	engine  Engine    // of that
	texts   *locale.Texts
	base    *url.URL // of the page in hand, for Refresh
}

// strangers refuses forms that a page of another site sends: a browser tells where a form comes from. It stands in for
// the anti-forgery token before there is a session to have one.
var strangers = http.NewCrossOriginProtection()

// handle shows a page: power, form, session and anti-forgery token are checked before it.
func (s *Server) handle(w http.ResponseWriter, httpRequest *http.Request, page func(*request), admin bool) {
	r := &request{
		Server: s, w: w, r: httpRequest, texts: s.machine.Texts(), of: printerMail, engine: s.machine.Engine(),
		base: httpRequest.URL,
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	// With no-referrer, browsers would send "Origin: null" with our own forms.
	header.Set("Referrer-Policy", "same-origin")
	if r.engine == nil {
		panic(http.ErrAbortHandler) // a printer that is off does not answer: net/http closes the connection
	}
	if httpRequest.Method == http.MethodPost && !r.parse() {
		return
	}
	var ended bool
	r.session, ended = s.sessions.find(httpRequest, s.machine)
	switch {
	case !admin && httpRequest.Method == http.MethodPost && strangers.Check(httpRequest) != nil:
		r.fail(http.StatusForbidden, "wrong-token")
		return
	case admin && r.session == nil && ended:
		r.redirect(r.logInAddress("ended"))
		return
	case admin && r.session == nil:
		r.redirect(r.logInAddress("first"))
		return
	case admin && httpRequest.Method == http.MethodPost && !r.session.owns(httpRequest.PostFormValue("token")):
		r.fail(http.StatusForbidden, "wrong-token")
		return
	}
	if admin && httpRequest.Method == http.MethodPost {
		r.once(page)
	} else {
		page(r)
	}
	if s.machine.Engine() == nil {
		panic(http.ErrAbortHandler) // the power failed meanwhile
	}
}

// parse reads the form; a form that is too large or none at all is refused.
func (r *request) parse() bool {
	kind, _, err := mime.ParseMediaType(r.r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "multipart/form-data":
		r.r.Body = http.MaxBytesReader(r.w, r.r.Body, maxUpload)
		err = r.r.ParseMultipartForm(maxUpload)
	case err == nil && kind == "application/x-www-form-urlencoded":
		r.r.Body = http.MaxBytesReader(r.w, r.r.Body, maxForm)
		err = r.r.ParseForm()
	default:
		r.fail(http.StatusBadRequest, "bad-request")
		return false
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge) && kind == "multipart/form-data":
		sentence := r.texts.Format("file-too-large", map[string]any{"Size": maxUpload >> 20})
		r.refuse(http.StatusRequestEntityTooLarge, sentence)
		return false
	case errors.As(err, &tooLarge):
		r.fail(http.StatusRequestEntityTooLarge, "too-large")
		return false
	case err != nil:
		r.fail(http.StatusBadRequest, "bad-request")
		return false
	}
	return true
}

func (r *request) redirect(to string) { http.Redirect(r.w, r.r, to, http.StatusSeeOther) }

// fail answers with a page that says what is wrong.
func (r *request) fail(status int, id string) { r.refuse(status, r.texts.Text(id)) }

// refuse answers with a page that has one sentence, and leads back to where the browser was.
func (r *request) refuse(status int, sentence string) {
	r.show(status, "message", page{Notices: []notice{{Text: sentence, Problem: true}}})
}

// page is what every page has.
type page struct {
	Language string
	Model    string
	Title    string
	Path     string // headline: "Email Server > Basic"
	Tabs     []menuItem
	Menu     []menuItem
	LogIn    string // address of the log-in page that leads back here
	Refresh  string // address of this page
	Token    string
	LoggedIn bool
	User     string
	Notices  []notice
	Rows     []facts.Row
	Table    *table
	Links    []menuItem                // below
	T        func(label string) string // label texts
	M        func(id string) string    // message texts
	Body     any
}

// notice is one sentence at the head of a page.
type notice struct {
	Text    string
	Problem bool
	Done    bool   // something was done: no other notice is green
	For     string // field that a problem is about; empty: none
}

// Class is the notice's class of the style sheet.
func (n notice) Class() string {
	switch {
	case n.Problem:
		return "problem"
	case n.Done:
		return "done"
	}
	return "notice"
}

// table is a list with a head.
type table struct {
	Caption string // what the list is, for who does not see it
	Head    []string
	Classes []string // of the cells of each row, in the style sheet; shorter, or empty: none
	Rows    []row
}

// Class is that of a row's cell.
func (t *table) Class(cell int) string {
	if cell < len(t.Classes) {
		return t.Classes[cell]
	}
	return ""
}

// Wide reports whether the list has more columns than a narrow window has room for side by side.
func (t *table) Wide() bool { return len(t.Head) > 4 }

// HeadOf is the head of a row's cell.
func (t *table) HeadOf(cell int) string {
	if cell < len(t.Head) {
		return t.Head[cell]
	}
	return ""
}

// row is a row of a list: its cells, where it leads, what can be done with it.
type row struct {
	Cells []string
	Link  string // of the cell At; empty: none
	At    int
	Acts  []act
}

// act is a button of a row.
type act struct {
	Action, Name, Value string
	Label, About        string // About tells the buttons of rows apart
}

// capital begins a text as a headline does: some of the guide's Greek labels begin with a small letter.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToTitle(first)) + text[size:]
}

// show writes a page.
func (r *request) show(status int, name string, p page) {
	p.Language, p.Model = r.texts.Language(), r.machine.Model().Name
	p.T, p.M = r.texts.Label, r.texts.Text
	p.Refresh = r.base.RequestURI()
	p.LogIn = pathLogIn
	if to := r.wanted(r.base.Path); to != "" {
		p.LogIn += "?" + url.Values{"to": {to}}.Encode()
	}
	p.Tabs, p.Menu = r.menu()
	if r.session != nil {
		p.LoggedIn, p.User, p.Token = true, r.session.user, r.sessions.pageToken(r.session)
	}
	p.Title = p.Model
	if p.Path != "" {
		p.Title = r.texts.Format("page-title", map[string]any{"Model": p.Model, "Path": capital(p.Path)})
	}
	var body bytes.Buffer
	if err := templates.ExecuteTemplate(&body, name+".html", p); err != nil {
		panic("webconfig: the embedded page " + name + " is wrong: " + err.Error()) // ours, found by any test
	}
	r.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	r.w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	r.w.WriteHeader(status)
	_, _ = r.w.Write(body.Bytes()) // a browser that has gone away needs no answer
}

func (r *request) style()  { r.file("pages/style.css", "text/css; charset=utf-8") }
func (r *request) script() { r.file("pages/script.js", "text/javascript; charset=utf-8") }

// file answers with an embedded file, which nobody looks for in the journal.
func (r *request) file(name, kind string) {
	content, err := files.ReadFile(name)
	if err != nil {
		panic("webconfig: " + name + " is not embedded")
	}
	if w, ok := r.w.(faultnet.Unrecorder); ok {
		w.Unrecord()
	}
	r.w.Header().Set("Content-Type", kind)
	_, _ = r.w.Write(content)
}
