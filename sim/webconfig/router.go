package webconfig

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// router finds the page of an address. It knows the pages of all models, so that all printers share it; what a
// printer's own model lacks is not found.
var router = newRouter()

// way is what a pattern of the router leads to.
type way struct {
	page   string // id; empty: every model has it
	answer func(*request)
	admin  bool // it is never for everybody
}

type serverKey struct{}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.TLS == nil {
		s.toHTTPS(w, r)
		return
	}
	router.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), serverKey{}, s)))
}

// AnswersLongRequests makes the printer itself tell a browser that a file is too large.
func (s *Server) AnswersLongRequests() {}

// toHTTPS leads a browser that came over HTTP to the same page over HTTPS; a form that was sent in clear is not taken.
func (s *Server) toHTTPS(w http.ResponseWriter, r *http.Request) {
	if s.machine.Engine() == nil {
		panic(http.ErrAbortHandler) // a printer that is off does not answer
	}
	host := hostName(r.Host)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	target := url.URL{Scheme: "https", Host: host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}

// ServeHTTP shows the page of the printer that the context names.
func (y way) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, _ := r.Context().Value(serverKey{}).(*Server)
	switch {
	case y.page == "":
		s.handle(w, r, y.answer, y.admin)
	case s.pages.has(y.page):
		s.handle(w, r, y.answer, y.admin || !s.pages.ShownToAll(y.page))
	default:
		s.handle(w, r, (*request).notFound, false)
	}
}

func (r *request) home() { r.redirect(r.pages.home()) }

func (r *request) notFound() { r.fail(http.StatusNotFound, "not-found") }

func newRouter() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, answer := range map[string]func(*request){
		"/": (*request).notFound, "GET /{$}": (*request).home, "GET " + pathStyle: (*request).style, "GET " + pathScript: (*request).script,
		"GET " + pathLogIn: (*request).logInPage, "POST " + pathLogIn: (*request).logIn,
	} {
		mux.Handle(pattern, way{answer: answer})
	}
	mux.Handle("POST "+pathLogOut, way{answer: (*request).logOut})
	var add func(id string, p place, below bool)
	add = func(id string, p place, below bool) {
		mux.Handle(p.get.pattern, way{page: id, answer: p.get.answer, admin: below})
		if p.post.answer != nil {
			mux.Handle(p.post.pattern, way{page: id, answer: p.post.answer, admin: true})
		}
		for _, further := range p.below {
			add(id, further, true)
		}
	}
	for id, p := range places {
		add(id, p, false)
	}
	return mux
}
