package browser

import (
	"net/http"
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/texts"
)

// Approve signs a user in with a code, as all the pages together would: password, second factor, confirmation, and
// consent for as many people as the user may consent for. What a page would refuse is refused, with a
// [*catalogue.Refusal], and logged.
func (e *Endpoint) Approve(code, principal string) error {
	now := e.Front.Now()
	c, err := e.Codes.Live(code, now)
	if err != nil {
		return err
	}
	who, err := e.Directory.Person(principal)
	if err != nil {
		return err
	}
	return e.Desk.Approve(c, who, now, e.Front.TraceID())
}

// Authorize goes through an authorization request as a person would who says yes to everything, in a browser of its
// own: the address is what a client opens, the answer is the address that the browser is sent back to (by form_post:
// with the posted values as query). What a page would refuse is refused, with a [*catalogue.Refusal].
func (e *Endpoint) Authorize(request *http.Request, principal string) (redirect string, err error) {
	a := e.Front.Read(request)
	a.V1 = !strings.Contains(a.Path, "/v2.0/")
	w := &discarded{header: http.Header{}}
	c, p := e.readAuthorize(a)
	if c != nil {
		c.Web.Mode = strings.Replace(c.Web.Mode, "form_post", "query", 1)
	}
	switch {
	case p != nil && c != nil && c.Web.Redirect != "":
		e.redirectError(w, a, c.Web, p)
		return w.Header().Get("Location"), nil
	case p != nil:
		return "", &catalogue.Refusal{AADSTS: p.Row.Code, Page: texts.Say(texts.ErrorTitle), Text: p.Sentence()}
	}
	who, err := e.Directory.Person(principal)
	if err != nil {
		return "", err
	}
	stand, err := e.Desk.ApproveWeb(a, *c, who)
	switch {
	case err != nil:
		return "", err
	case stand.Wrong != nil:
		e.redirectError(w, a, c.Web, stand.Wrong)
	default:
		e.redirect(w, a, c.Web, e.success(a, stand, e.Front.Random.UUID()))
	}
	return w.Header().Get("Location"), nil
}

// AdminConsentAs opens the address at which an administrator consents for the organization, in a browser of its own,
// and accepts. The answer is the address that the browser is sent to. What a page would refuse is refused, with a
// [*catalogue.Refusal].
func (e *Endpoint) AdminConsentAs(request *http.Request, principal string) (redirect string, err error) {
	a := e.Front.Read(request)
	a.V1 = !strings.Contains(a.Path, "/v2.0/")
	c, p := e.readAdminConsent(a)
	if p != nil {
		return "", &catalogue.Refusal{AADSTS: p.Row.Code, Page: texts.Say(texts.ErrorTitle), Text: p.Sentence()}
	}
	who, err := e.Directory.Person(principal)
	if err != nil {
		return "", err
	}
	stand, err := e.Desk.ApproveWeb(a, *c, who)
	w := &discarded{header: http.Header{}}
	switch {
	case err != nil:
		return "", err
	case stand.Wrong != nil:
		e.redirectError(w, a, c.Web, stand.Wrong)
	default:
		e.redirectConsented(w, a, stand)
	}
	return w.Header().Get("Location"), nil
}

// discarded is a http.ResponseWriter of which only the header is looked at.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d *discarded) WriteHeader(int)             {}
