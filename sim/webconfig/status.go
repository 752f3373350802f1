package webconfig

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mfpsim/sim/facts"
	"mfpsim/sim/models"
)

func (r *request) product() {
	t := r.texts.Label
	rows := append([]facts.Row{
		{Label: t("printer-status"), Value: t("available")},
		{Label: t("scanner-status"), Value: t("available")},
	}, r.machine.Facts().Product(r.texts)...)
	r.show(http.StatusOK, "rows", page{Path: r.heading("product-status"), Rows: rows})
}

func (r *request) network() {
	known := r.machine.Facts()
	rows := known.Network(r.texts)
	if names := r.machine.Model().WebConfig.NetworkStatus; len(names) > 0 {
		rows = known.Rows(r.texts, names)
	}
	r.show(http.StatusOK, "rows", page{Path: r.heading("network-status"), Rows: rows})
}

// jobs is the job history, newest first; the columns are a choice of those of the page's export
// (docs/reference/printer.md §2.6).
func (r *request) jobs() {
	t := r.texts.Label
	list := &table{
		Caption: r.heading("job-history"),
		Head: []string{
			t("receipt-no"), t("date-time"), t("type"), t("result"), t("to"), t("error-code"), t("status"),
			t("solution"),
		},
		Classes: []string{"", "", "", "", "address", "", "sentence", "sentence"},
	}
	for _, job := range r.machine.Jobs() {
		result := job.Result
		if len(job.Refused) > 0 {
			result += ", " + facts.Row{Label: t("not-accepted"), Value: strings.Join(job.Refused, ", ")}.String()
		}
		list.Rows = append(list.Rows, row{Cells: []string{
			strconv.Itoa(job.Receipt), r.texts.Stamp(job.Time), job.Type, result, job.To, job.Code, job.Status, job.Solution,
		}})
	}
	p := page{
		Path: r.heading("job-history"), Table: list,
		Links: []menuItem{{Label: r.texts.Label("export-jobs"), Address: pathJobsFile}},
	}
	if len(list.Rows) == 0 {
		p.Table, p.Notices = nil, []notice{{Text: r.texts.Text("no-jobs")}}
	}
	r.show(http.StatusOK, "rows", p)
}

func (r *request) networkTab() {
	r.show(http.StatusOK, "rows", page{Path: r.heading("network"), Rows: r.machine.Facts().Network(r.texts)[:4]})
}

// emailMenu says which network mail is sent on: the standard one, where a model has no other (guide rule R12).
func (r *request) emailMenu() {
	rows := r.machine.Facts().EmailServer(r.texts)
	if !r.machine.Facts().HasAdditional() {
		network := facts.Row{Label: r.texts.Label("network"), Value: r.texts.Label(standardNetwork)}
		rows = append([]facts.Row{network}, rows...)
	}
	r.show(http.StatusOK, "rows", page{Path: r.heading("email-server"), Rows: rows})
}

// tab is a tab that only leads to its pages.
func tab(id string) func(*request) {
	return func(r *request) { r.show(http.StatusOK, "rows", page{Path: r.heading(id)}) }
}

// logInPage is the log-in dialogue (guide rule R15).
func (r *request) logInPage() {
	var notices []notice
	switch r.r.URL.Query().Get("because") {
	case "ended":
		notices = []notice{{Text: r.texts.Text("session-ended"), Problem: true}}
	case "first":
		notices = []notice{{Text: r.texts.Text("log-in-first")}}
	case "wrong":
		notices = []notice{{Text: r.texts.Text("wrong-password"), Problem: true}}
	case "later":
		notices = []notice{{Text: r.texts.Text("try-again-later"), Problem: true}}
	case "out":
		notices = []notice{{Text: r.texts.Text("logged-out")}}
	}
	rules := r.machine.Model().Administrator
	r.show(http.StatusOK, "login", page{
		Path: r.path("log-in"), Notices: notices, Body: logInView{
			rules, r.wanted(r.r.URL.Query().Get("to")), r.sessions.logInPage(),
		},
	})
}

// logInView is what the log-in dialogue shows.
type logInView struct {
	models.Administrator
	To    string // address that it leads to; empty: the first page
	Token string // of this page, which a double click sends twice
}

// wanted is the address that log-in leads to: that of a page of this printer, else none. A page of somebody else's, or
// one that does something, is never led to.
func (r *request) wanted(address string) string {
	for _, id := range r.pages.all {
		page := r.pages.known[id]
		leads := page.address == address ||
			slices.ContainsFunc(page.below, func(p place) bool { return p.address == address })
		if leads && page.address != r.pages.home() {
			return page.address
		}
	}
	return ""
}

// logInAddress is the address of the log-in page for a page that needs it, with the reason that it says.
func (r *request) logInAddress(because string) string {
	query := url.Values{"because": {because}}
	if to := r.wanted(r.r.URL.Path); to != "" {
		query.Set("to", to)
	}
	return pathLogIn + "?" + query.Encode()
}

func (r *request) logIn() {
	form := fingerprint(r.r)
	if r.sessions.refused(form) { // a double click is one wrong password, not two
		r.refuseLogIn("wrong")
		return
	}
	opened, refusal := r.sessions.logIn(r.machine, r.r.PostFormValue("user"), r.r.PostFormValue("password"))
	switch refusal {
	case "":
		http.SetCookie(
			r.w,
			&http.Cookie{
				Name: cookieName, Value: opened.id, Path: "/", HttpOnly: true, Secure: true,
				SameSite: http.SameSiteStrictMode,
			},
		)
		to := r.wanted(r.r.PostFormValue("to"))
		if to == "" {
			to = r.pages.home()
		}
		r.redirect(to)
	case "try-again-later":
		r.refuseLogIn("later")
	default:
		if r.r.PostFormValue("token") != "" { // of a page: who sends no number means each time
			r.sessions.refuse(form)
		}
		r.refuseLogIn("wrong")
	}
}

// refuseLogIn leads back to the log-in page, which says why.
func (r *request) refuseLogIn(because string) {
	query := url.Values{"because": {because}}
	if to := r.wanted(r.r.PostFormValue("to")); to != "" {
		query.Set("to", to)
	}
	r.redirect(pathLogIn + "?" + query.Encode())
}

// logOut ends the session. Who has none any more is told the same: the key may have been pressed twice.
func (r *request) logOut() {
	if r.session != nil {
		if !r.session.owns(r.r.PostFormValue("token")) {
			r.fail(http.StatusForbidden, "wrong-token")
			return
		}
		r.sessions.logOut(r.session)
	}
	http.SetCookie(
		r.w,
		&http.Cookie{
			Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode,
		},
	)
	r.redirect(pathLogIn + "?because=out")
}
