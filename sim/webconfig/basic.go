package webconfig

import (
	"errors"
	"net/http"
	"strconv"

	"mfpsim/core/outcome"

	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/secret"
	"mfpsim/sim/facts"
	"mfpsim/sim/models"
)

func newSecret(s string) secret.Secret { return secret.New(s) }

// choice is one value of a list or of radio buttons.
type choice struct {
	Value, Label string
	Chosen       bool
}

// basicView is what Email Server > Basic shows besides what every page has.
type basicView struct {
	Address     string     // of the page
	Code        string     // of the page with the code
	Links       []menuItem // to the pages of certificates
	Hint        string     // message id of what is to be known of Email service; empty: nothing
	Form        form
	Methods     []choice
	Services    []choice
	Securities  []choice
	Validations []choice
	OAuth2      bool              // the firmware offers it
	SignedIn    bool              // Current Status is shown
	Waiting     bool              // a code is displayed and waits to be entered
	Problems    map[string]string // sentences for fields that cannot be stored, by the fields' ids
}

// basicFields are the ids of the fields of Basic, by their English labels.
var basicFields = map[string]string{
	string(mail.FieldMethod): "method", string(mail.FieldService): "service", string(mail.FieldAccount): "account",
	string(mail.FieldPassword): "password", string(mail.FieldSender): "sender", string(mail.FieldServer): "server",
	string(mail.FieldPort): "port", string(mail.FieldSecurity): "security", "Certificate Validation": "validation",
	string(mail.FieldPOP3Server): "pop3server", string(mail.FieldPOP3Port): "pop3port",
}

// basicPage is Network > Email Server > Basic, in the order of the guide's screen dump.
func (r *request) basicPage() {
	query := r.r.URL.Query()
	wanted, _ := strconv.Atoi(query.Get("draft"))
	d := r.own(r.sessions.take(r.session, wanted))
	status := r.engine.Status()
	f := r.shown(status, d)
	v := basicView{
		Address: r.of.address, Code: r.of.code, Hint: r.of.hint, Form: f, OAuth2: r.offers(models.MethodOAuth2),
		SignedIn: status.SignedIn(), Waiting: status.Phase == core.AwaitingUser,
	}
	for _, id := range []string{pageCA, pageRoots} {
		if r.pages.has(id) {
			v.Links = append(v.Links, menuItem{Label: r.texts.Label(id), Address: r.pages.address(id)})
		}
	}
	v.Methods = r.choices(r.methods(), f.Method)
	if !r.offers(f.Method) { // what is stored: nothing else is chosen in its place before somebody chooses
		v.Methods = append([]choice{{Label: "-", Chosen: true}}, v.Methods...)
	}
	v.Services = r.choices(r.services(), f.Service)
	var securities []string
	for _, s := range mail.Securities() {
		securities = append(securities, string(s))
	}
	v.Securities = r.choices(securities, f.Security)
	v.Validations = r.choices([]string{enable, disable}, f.Validation)
	var wrong []problem
	if d != nil {
		wrong = d.problems
	}
	v.Problems = map[string]string{}
	for _, p := range wrong {
		v.Problems[basicFields[p.field]] = r.texts.Text(p.id)
	}
	notices := r.basicNotices(status, d, wrong, query.Has("saved"))
	r.show(http.StatusOK, "basic", page{Path: r.heading(r.of.id), Notices: notices, Body: v})
}

// basicNotices are the sentences at the head of Basic: what was just done, what is wrong, how the last sign-in ended.
func (r *request) basicNotices(status core.Status, d *draft, wrong []problem, saved bool) []notice {
	var notices []notice
	if saved {
		notices = append(notices, notice{Text: r.texts.Text("setup-complete"), Done: true})
	}
	for _, p := range wrong {
		notices = append(
			notices,
			notice{Text: facts.Value(r.texts, p.field) + ": " + r.texts.Text(p.id), Problem: true},
		)
	}
	if r.of == printerMail && r.machine.Facts().EmailOnAdditional() {
		return append(notices, notice{Text: r.texts.Text("email-network-additional")})
	}
	if status.Phase == core.AwaitingUser {
		return append(notices, notice{Text: r.texts.Text("sign-in-waits")})
	}
	var ended *outcome.Outcome
	switch {
	case d != nil && d.ended != nil: // what this administrator has just done
		ended = d.ended
	case status.Phase == core.AwaitingOK:
	case status.Ended != nil:
		ended = status.Ended
	case !status.SignedIn():
		ended = status.Lost
	}
	if ended != nil {
		if id := r.machine.Model().Outcome(string(ended.Kind)).SignIn; id != "" {
			notices = append(notices, notice{Text: r.texts.Text(id), Problem: true})
		}
	}
	return notices
}

func (r *request) choices(values []string, chosen string) []choice {
	list := make([]choice, 0, len(values))
	for _, value := range values {
		list = append(list, choice{Value: value, Label: facts.Value(r.texts, value), Chosen: value == chosen})
	}
	return list
}

// basic is a button of Basic: OK, Sign In, Sign Out, or Cancel of a sign-in under way.
func (r *request) basic() {
	switch r.r.PostFormValue("action") {
	case "ok":
		r.save()
	case "sign-in":
		r.beginSignIn()
	case "sign-out":
		r.signOut()
	case "cancel":
		r.cancelSignIn()
	default:
		r.fail(http.StatusBadRequest, "bad-request")
	}
}

// save is OK: the settings and, if one waits, the sign-in are sent to the printer (guide rule R23).
func (r *request) save() {
	f := r.typed()
	settings, problems := r.settings(f, r.engine.Status())
	var invalid *mail.InvalidSettings
	if err := r.engine.Check(r.r.Context(), settings); errors.As(err, &invalid) {
		problems = fromInvalid(invalid, problems)
	}
	if len(problems) > 0 {
		r.back(&draft{form: f, problems: problems})
		return
	}
	err := r.engine.Save(r.r.Context(), settings)
	var failure *outcome.Outcome
	switch {
	case err == nil:
		r.redirect(r.of.address + "?saved=1")
	case errors.As(err, &invalid):
		r.back(&draft{form: f, problems: fromInvalid(invalid, nil)})
	case errors.As(err, &failure):
		r.back(&draft{form: f, ended: failure})
	default:
		r.back(&draft{form: f, ended: &outcome.Outcome{Kind: outcome.StorageFailed, Side: outcome.Device}})
	}
}

// back leads to Basic with a draft.
func (r *request) back(d *draft) {
	d.form.password = ""
	r.redirect(r.of.address + "?draft=" + strconv.Itoa(r.keep(d)))
}

// keep stores a draft of the page.
func (r *request) keep(d *draft) int {
	d.page = r.of.id
	return r.sessions.keep(r.session, d)
}

// own is a draft if it is one of the page; else nil.
func (r *request) own(d *draft) *draft {
	if d == nil || d.page != r.of.id {
		return nil
	}
	return d
}

func (r *request) signOut() {
	d := &draft{signIn: true, form: form{Service: string(r.engine.Status().Service)}}
	if err := r.engine.SignOut(r.r.Context()); err != nil && !errors.As(err, &d.ended) {
		d.ended = &outcome.Outcome{Kind: outcome.StorageFailed, Side: outcome.Device}
	}
	r.back(d)
}

func (r *request) cancelSignIn() {
	d := &draft{signIn: true, form: form{Service: string(r.engine.Status().Service)}}
	r.engine.CancelSignIn(r.r.Context())
	r.back(d)
}
