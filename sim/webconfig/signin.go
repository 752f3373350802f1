package webconfig

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"mfpsim/faultnet"

	"mfpsim/core/mail"
	"mfpsim/core/outcome"

	"mfpsim/core"
	"mfpsim/sim/facts"
	"mfpsim/sim/models"
)

// signInView is what the two pages of a sign-in show.
type signInView struct {
	Page    string // address of this page
	Button  string // a label's name
	Service string
	Code    string
	Address string // as the cloud service gave it
	Link    string // where it leads
	State   string // address that the page's script asks
	Seconds int    // how often
}

// beginSignIn is Sign In on Basic: the method and service that are chosen travel along; nothing is stored.
func (r *request) beginSignIn() {
	service := r.typed().Service
	if !r.offers(models.MethodOAuth2) {
		r.fail(http.StatusBadRequest, "bad-request")
		return
	}
	if !slices.Contains(r.services(), service) {
		r.back(&draft{form: r.typed(), problems: []problem{{field: "Email service", id: "invalid-choice"}}})
		return
	}
	number := r.keep(&draft{signIn: true, form: form{Service: service}})
	r.redirect(r.of.signIn + "?draft=" + strconv.Itoa(number))
}

// signInPage is the page with "Sign in with Microsoft" (guide, step 6).
func (r *request) signInPage() {
	wanted, _ := strconv.Atoi(r.r.URL.Query().Get("draft"))
	d := r.own(r.sessions.take(r.session, wanted))
	if d == nil || !d.signIn {
		r.redirect(r.of.address)
		return
	}
	with := "sign-in-with-microsoft"
	if d.form.Service == models.OtherService {
		with = "sign-in-with-provider"
	}
	r.show(http.StatusOK, "signin", page{
		Path: r.headingBelow(r.of.id, "sign-in"),
		Body: signInView{Page: r.of.signIn, Button: with, Service: d.form.Service},
		Rows: []facts.Row{{Label: r.texts.Label("email-service"), Value: facts.Value(r.texts, d.form.Service)}},
	})
}

// signIn is "Sign in with Microsoft": the printer asks the cloud service for a code, in the turn of this request.
func (r *request) signIn() {
	service := r.r.PostFormValue("service")
	if !slices.Contains(r.services(), service) {
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
	r.keep(d)
	r.redirect(r.of.code)
}

// codePage shows the authentication code and the URL (guide rule R17) for as long as the code waits, then Basic.
func (r *request) codePage() {
	status := r.engine.Status()
	if status.Phase != core.AwaitingUser {
		to := r.of.address
		if d := r.own(r.sessions.current(r.session)); d != nil && d.signIn {
			to += "?draft=" + strconv.Itoa(d.number)
		}
		r.redirect(to)
		return
	}
	r.show(http.StatusOK, "code", page{
		Path: r.headingBelow(r.of.id, "sign-in"),
		Notices: []notice{
			{Text: r.texts.Text("code-explain")},
			{Text: r.texts.Text("code-refresh")},
		}, Body: signInView{
			Page: r.of.code, Service: string(status.Service), Code: status.UserCode, Address: status.VerificationURI,
			Link: r.machine.Link(status.VerificationURI), State: r.of.state, Seconds: int(renewal.Seconds()),
		},
		Rows: []facts.Row{{Label: r.texts.Label("valid-until"), Value: r.texts.Clock(status.CodeExpires)}},
	})
}

// codeState tells the code page's script whether the code still waits (204) or the page is to be renewed.
func (r *request) codeState() {
	if w, ok := r.w.(faultnet.Unrecorder); ok {
		w.Unrecord() // the page asks every few seconds
	}
	if r.engine.Status().Phase == core.AwaitingUser {
		r.w.WriteHeader(http.StatusNoContent)
		return
	}
	r.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = r.w.Write([]byte("renew\n"))
}

// renewal is how often the code page looks whether it is to be renewed: ours, the interval at which the printer asks.
const renewal = 5 * time.Second

func (r *request) code() {
	if r.r.PostFormValue("action") != "cancel" {
		r.fail(http.StatusBadRequest, "bad-request")
		return
	}
	r.cancelSignIn()
}

// testSentence is the message id of a connection test that failed.
func (r *request) testSentence(err error) string {
	failure := &outcome.Outcome{Kind: outcome.ConnectionLost, Side: outcome.MailServer}
	errors.As(err, &failure)
	row := r.machine.Model().Outcome(string(failure.Kind))
	advised, told := r.machine.Model().ConnectionTest.Advice[string(failure.Advice)]
	switch {
	case failure.Side == outcome.Cloud && row.Cloud != "":
		return row.Cloud
	case failure.Stage == outcome.StagePOP3 && row.POP3 != "":
		return row.POP3
	case told:
		return advised
	case failure.Side == outcome.MailServer && r.engine.Settings().Method == mail.MethodOAuth2 && row.OAuth2 != "":
		return row.OAuth2
	}
	return row.Test
}

// testPage is Network > Email Server > Connection Test.
func (r *request) testPage() {
	notices := []notice{{Text: r.texts.Text("test-explain")}}
	if sentence := r.sessions.tested(r.session); sentence != "" && r.r.URL.Query().Has("result") {
		notices = append(
			notices,
			notice{Text: sentence, Done: r.sessions.succeeded(r.session), Problem: !r.sessions.succeeded(r.session)},
		)
	}
	r.show(http.StatusOK, "test", page{Path: r.heading("connection-test"), Notices: notices})
}

// test is Start of the connection test; it works in the turn of this request.
func (r *request) test() {
	id := "test-ok"
	switch {
	case r.machine.Busy() || !r.testing.CompareAndSwap(false, true): // a job, or another test
		id = r.machine.Model().ConnectionTest.Busy
	default:
		err := r.engine.ConnectionTest(r.r.Context())
		r.testing.Store(false)
		if err != nil {
			id = r.testSentence(err)
		}
	}
	r.sessions.setTested(r.session, r.texts.Text(id), id == "test-ok")
	r.redirect(pathTest + "?result=1")
}
