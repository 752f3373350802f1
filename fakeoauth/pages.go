package fakeoauth

import (
	_ "embed" // the page
	"html/template"
	"net/http"
	"net/url"
	"slices"
)

// Paths of the pages after the first.
const (
	signInPath  = "/sign-in"
	consentPath = "/consent"
)

// pageSource is the one page, which shows what its data have.
//
//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// page is what is shown.
type page struct {
	Heading string
	Text    []string
	Wrong   string // what the person did wrong
	Action  string // where the form goes; "" is a page without one
	Visit   string
	Fields  []field
	Buttons []string
}

type field struct{ Label, Name, Kind, Value string }

// show writes a page. It is framed by nobody and kept by no cache.
func show(w http.ResponseWriter, status int, p page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_ = pageTemplate.Execute(w, p) // into memory: it fails on a field that is not there, as a test would see
}

func showEnd(w http.ResponseWriter, status int, heading, text string) {
	show(w, status, page{Heading: heading, Text: []string{text}})
}

// visit begins a person's way through the pages and returns its name.
func (s *Server) visit(v *visit) string {
	v.expires = s.clock.Now().Add(s.config.CodeLifetime)
	name := s.secret()
	s.ledger.visits[name] = v
	return name
}

// visited finds the visit of a request; nil: there is none, or no more. It shows then what is to be shown.
func (s *Server) visited(w http.ResponseWriter, r *http.Request) (name string, v *visit) {
	name = r.FormValue("visit")
	v = s.ledger.visits[name]
	if v == nil || !s.clock.Now().Before(v.expires) || v.device != nil && v.device.over(s.clock.Now()) {
		showEnd(w, http.StatusBadRequest, "The page has expired", "Start again on your device.")
		return name, nil
	}
	return name, v
}

// enterCode is the page of the verification URI (RFC 8628 §3.3).
func (s *Server) enterCode(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	typed := r.FormValue("user_code")
	p := page{
		Heading: "Connect a device", Text: []string{"Enter the code that your device shows."}, Action: s.config.Paths.Verification,
		Fields: []field{{"Code", "user_code", "text", typed}}, Buttons: []string{"Next"},
	}
	if r.Method != http.MethodPost {
		// With the code of the complete address, which the person still confirms (RFC 8628 §3.3.1).
		show(w, http.StatusOK, p)
		return
	}
	d := s.ledger.byUserCode(typed, s.clock.Now())
	if d == nil {
		p.Wrong = "This code is not known or has expired."
		show(w, http.StatusOK, p)
		return
	}
	s.askWho(w, s.visit(&visit{device: d}), "", "")
}

// askWho shows the page for account and password.
func (s *Server) askWho(w http.ResponseWriter, name, account, wrong string) {
	show(w, http.StatusOK, page{
		Heading: "Sign in", Text: []string{"to continue to " + s.config.Client.Name}, Wrong: wrong, Action: signInPath, Visit: name,
		Fields:  []field{{"Account", "account", "text", account}, {"Password", "password", "password", ""}},
		Buttons: []string{"Sign in"},
	})
}

// signIn takes account and password.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, v := s.visited(w, r)
	if v == nil {
		return
	}
	if r.Method != http.MethodPost {
		s.askWho(w, name, "", "")
		return
	}
	typed := r.PostFormValue("account")
	account := s.config.account(typed)
	if account == nil || account.Password.Reveal() != r.PostFormValue("password") || account.Password.Empty() {
		s.askWho(w, name, typed, "Account or password is wrong.")
		return
	}
	v.account = account.Address
	scopes := v.scopes()
	show(w, http.StatusOK, page{
		Heading: s.config.Client.Name + " asks for access", Text: slices.Concat([]string{"It will be allowed:"}, scopes),
		Action: consentPath, Visit: name, Buttons: []string{"Allow", "Deny"},
	})
}

// consent takes the answer of the person who has signed in.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, v := s.visited(w, r)
	if v == nil {
		return
	}
	allow := r.PostFormValue("do") == "Allow"
	if r.Method != http.MethodPost || v.account == "" || !allow && r.PostFormValue("do") != "Deny" {
		s.askWho(w, name, "", "")
		return
	}
	delete(s.ledger.visits, name)
	if v.device != nil {
		if v.device.declined = !allow; allow {
			v.device.signIn = s.newSignIn(v.account, v.device.scopes, "")
			showEnd(w, http.StatusOK, "Your device is connected", "You can close this page.")
			return
		}
		showEnd(w, http.StatusOK, "Access was denied", "You can close this page.")
		return
	}
	answer := url.Values{"error": {"access_denied"}}
	if allow {
		text := s.secret()
		s.ledger.codes[text] = &code{
			web: v.web, signIn: s.newSignIn(v.account, v.web.scopes, v.web.nonce),
			expires: s.clock.Now().Add(authorizationCodeLifetime),
		}
		answer = url.Values{"code": {text}}
	}
	s.leadBack(w, v.web.redirect, v.web.state, answer)
}

func (v *visit) scopes() []string {
	if v.device != nil {
		return v.device.scopes
	}
	return v.web.scopes
}
