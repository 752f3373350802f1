package webconfig

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"mfpsim/core/mail"
	"mfpsim/core/outcome"

	"mfpsim/core"
	"mfpsim/sim/facts"
	"mfpsim/sim/models"
)

// signInView is what the two pages of a sign-in show.
type signInView struct {
	Service string
	Code    string
	Address string // as the cloud service gave it
	Link    string // where it leads
}

// beginSignIn is Sign In on Basic: the method and service that are chosen travel along; nothing is stored.
func (r *request) beginSignIn() {
	service := r.typed().Service
	if !r.machine.Facts().Firmware.Supports(models.MethodOAuth2) {
		r.fail(http.StatusBadRequest, "bad-request")
		return
	}
	if !slices.Contains(r.machine.Model().Services(), service) {
		r.back(&draft{form: r.typed(), problems: []problem{{"Email service", "invalid-choice"}}})
		return
	}
	number := r.sessions.keep(r.session, &draft{signIn: true, form: form{Service: service}})
	r.redirect(pathSignIn + "?draft=" + strconv.Itoa(number))
}

// signInPage is the page with "Sign in with Microsoft" (guide, step 6).
func (r *request) signInPage() {
	wanted, _ := strconv.Atoi(r.r.URL.Query().Get("draft"))
	d := r.sessions.take(r.session, wanted)
	if d == nil || !d.signIn {
		r.redirect(pathBasic)
		return
	}
	r.show(http.StatusOK, "signin", page{
		Path: r.headingBelow(pageBasic, "sign-in"), Body: signInView{Service: d.form.Service},
		Rows: []facts.Row{{Label: r.texts.Label("email-service"), Value: d.form.Service}},
	})
}

// signIn is "Sign in with Microsoft": the printer asks the cloud service for a code, in the turn of this request.
func (r *request) signIn() {
	service := r.r.PostFormValue("service")
	if !slices.Contains(r.machine.Model().Services(), service) {
		r.fail(http.StatusBadRequest, "bad-request")
		return
	}
	d := &draft{signIn: true, form: form{Service: service}}
	if r.r.PostFormValue("action") == "cancel" {
		r.back(d)
		return
	}
	if _, err := r.engine.BeginSignIn(r.r.Context(), mail.Service(service)); err != nil {
		if !errors.As(err, &d.ended) {
			d.ended = &outcome.Outcome{Kind: outcome.CloudError, Side: outcome.Cloud}
		}
		r.back(d)
		return
	}
	r.sessions.keep(r.session, d)
	r.redirect(pathCode)
}

// codePage shows the authentication code and the URL (guide rule R17) for as long as the code waits, then Basic.
func (r *request) codePage() {
	status := r.engine.Status()
	if status.Phase != core.AwaitingUser {
		to := pathBasic
		if d := r.sessions.current(r.session); d != nil && d.signIn {
			to += "?draft=" + strconv.Itoa(d.number)
		}
		r.redirect(to)
		return
	}
	r.show(http.StatusOK, "code", page{
		Path:    r.headingBelow(pageBasic, "sign-in"),
		Notices: []notice{{Text: r.texts.Text("code-explain")}, {Text: r.texts.Text("code-refresh")}}, Body: signInView{Service: string(status.Service), Code: status.UserCode, Address: status.VerificationURI, Link: r.machine.Link(status.VerificationURI)},
		Rows: []facts.Row{{Label: r.texts.Label("valid-until"), Value: r.texts.Clock(status.CodeExpires)}},
	})
}

func (r *request) code() {
	if r.r.PostFormValue("action") != "cancel" {
		r.fail(http.StatusBadRequest, "bad-request")
		return
	}
	r.cancelSignIn()
}

// testPage is Network > Email Server > Connection Test.
func (r *request) testPage() {
	notices := []notice{{Text: r.texts.Text("test-explain")}}
	if sentence := r.sessions.tested(r.session); sentence != "" && r.r.URL.Query().Has("result") {
		notices = append(notices, notice{Text: sentence})
	}
	r.show(http.StatusOK, "test", page{Path: r.heading("connection-test"), Notices: notices})
}

// test is Start of the connection test; it works in the turn of this request.
func (r *request) test() {
	id := "test-ok"
	if err := r.engine.ConnectionTest(r.r.Context()); err != nil {
		var failure *outcome.Outcome
		if !errors.As(err, &failure) {
			failure = &outcome.Outcome{Kind: outcome.ConnectionLost, Side: outcome.MailServer}
		}
		row := r.machine.Model().Outcome(string(failure.Kind))
		id = row.Test
		if failure.Side == outcome.Cloud && row.Cloud != "" {
			id = row.Cloud
		}
	}
	r.sessions.setTested(r.session, r.texts.Text(id))
	r.redirect(pathTest + "?result=1")
}
