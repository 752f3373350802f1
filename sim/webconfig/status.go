package webconfig

import (
	"net/http"
	"strconv"
	"strings"

	"mfpsim/sim/facts"
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
	r.show(http.StatusOK, "rows", page{Path: r.heading("network-status"), Rows: r.machine.Facts().Network(r.texts)})
}

// jobs is the job history, newest first; the columns are a choice of those of the page's export
// (docs/reference/printer.md §2.6).
func (r *request) jobs() {
	t := r.texts.Label
	list := &table{
		Head: []string{
			t("receipt-no"), t("date-time"), t("type"), t("result"), t("to"), t("error-code"), t("status"),
			t("solution"),
		},
	}
	for _, job := range r.machine.Jobs() {
		result := job.Result
		if len(job.Refused) > 0 {
			result += ", " + facts.Row{Label: t("not-accepted"), Value: strings.Join(job.Refused, ", ")}.String()
		}
		list.Rows = append(list.Rows, []string{
			strconv.Itoa(job.Receipt), r.texts.Stamp(job.Time), job.Type, result, job.To, job.Code, job.Status, job.Solution,
		})
	}
	p := page{Path: r.heading("job-history"), Table: list}
	if len(list.Rows) == 0 {
		p.Table, p.Notices = nil, []notice{{Text: r.texts.Text("no-jobs")}}
	}
	r.show(http.StatusOK, "rows", p)
}

func (r *request) networkTab() {
	r.show(http.StatusOK, "rows", page{Path: r.heading("network"), Rows: r.machine.Facts().Network(r.texts)[:4]})
}

// emailMenu says which network mail is sent on: the standard one, because no other knows OAuth2 (guide rule R12).
func (r *request) emailMenu() {
	rows := append(
		[]facts.Row{{Label: r.texts.Label("network"), Value: r.texts.Label("standard-network")}},
		r.machine.Facts().EmailServer(r.texts)...)
	r.show(http.StatusOK, "rows", page{Path: r.heading("email-server"), Rows: rows})
}

func (r *request) securityTab() {
	r.show(http.StatusOK, "rows", page{Path: r.heading("network-security")})
}

func (r *request) caCertificate() {
	notices := []notice{{Text: r.texts.Text("no-ca-certificate")}}
	r.show(http.StatusOK, "rows", page{Path: r.heading(pageCA), Notices: notices})
}

func (r *request) rootCertificate() {
	r.show(http.StatusOK, "rows", page{
		Path: r.heading(pageRoots), Notices: []notice{{Text: r.texts.Text("roots-explain")}},
		Rows: []facts.Row{{Label: r.texts.Label("root-certificate-version"), Value: r.machine.Facts().Firmware.RootCertificateVersion}},
	})
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
	r.show(http.StatusOK, "login", page{Path: r.path("log-in"), Notices: notices, Body: rules})
}

func (r *request) logIn() {
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
		r.redirect(r.pages.home())
	case "try-again-later":
		r.redirect(pathLogIn + "?because=later")
	default:
		r.redirect(pathLogIn + "?because=wrong")
	}
}

func (r *request) logOut() {
	r.sessions.logOut(r.session)
	http.SetCookie(
		r.w,
		&http.Cookie{
			Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode,
		},
	)
	r.redirect(pathLogIn + "?because=out")
}
