package webconfig

import (
	"errors"
	"io"
	"net/http"

	"mfpsim/sim/facts"
	"mfpsim/sim/settings"
)

// caPage is Network Security > CA Certificate: what is imported, and what imports more.
func (r *request) caPage() {
	d, v, problems, notices := r.drafted(pageCA)
	_ = v
	list := &table{Caption: r.heading(pageCA), Head: []string{
		r.texts.Label("issued-to"), r.texts.Label("issued-by"), r.texts.Label("valid-until"), "",
	}}
	for _, c := range r.machine.Settings().Certificates() {
		list.Rows = append(list.Rows, row{
			Cells: []string{c.Subject.CommonName, c.Issuer.CommonName, r.texts.Clock(c.NotAfter.In(r.machine.Facts().Now.Location()))},
			Acts:  []act{{Action: "delete", Name: "certificate", Value: settings.Fingerprint(c.Raw), Label: r.texts.Label("erase"), About: c.Subject.CommonName}},
		})
	}
	if len(list.Rows) == 0 {
		list = nil
		if d == nil || d.done == "" {
			notices = append(notices, notice{Text: r.texts.Text("no-ca-certificate")})
		}
	}
	groups := []group{{Fields: []field{{
		ID: "file", Label: "certificate-file", Kind: "file", Accept: ".pem,.crt,.cer,.der", Hint: "certificate-form",
	}}}}
	notices = append(notices, r.problems(groups, problems)...)
	r.show(http.StatusOK, "form", page{Path: r.heading(pageCA), Notices: notices, Table: list, Body: formView{
		Address: r.pages.address(pageCA), Upload: true, Groups: groups, Buttons: []button{{Action: "import", Label: "import-certificate"}},
	}})
}

// ca is a button of CA Certificate.
func (r *request) ca() {
	done, problems := "", []problem(nil)
	switch r.r.PostFormValue("action") {
	case "import":
		file, problem := r.uploaded("file")
		if problem != nil {
			problems = append(problems, *problem)
			break
		}
		var refused error
		maximum := r.machine.Model().Settings.AuthorityMaximum
		trial := r.machine.Settings()
		if refused = trial.AddAuthority(file, maximum); refused == nil {
			refused = r.machine.Change(func(s *settings.Settings) { _ = s.AddAuthority(file, maximum) })
		}
		done = "certificate-imported"
		if refused != nil {
			problems = append(problems, certificateProblem(refused))
		}
	case "delete":
		named := r.r.PostFormValue("certificate")
		trial := r.machine.Settings()
		done = "certificate-deleted"
		switch {
		case !trial.RemoveAuthority(named):
			problems = []problem{{id: "certificate-gone"}}
		default:
			problems = notStored(r.machine.Change(func(s *settings.Settings) { s.RemoveAuthority(named) }))
		}
	default:
		r.fail(http.StatusBadRequest, "bad-request")
		return
	}
	if len(problems) > 0 {
		done = ""
	}
	r.draft(pageCA, &draft{problems: problems, typed: typed{}, done: done, good: true})
}

func certificateProblem(err error) problem {
	for refused, id := range map[error]string{
		settings.ErrNoCertificate: "invalid-certificate", settings.ErrNoAuthority: "invalid-authority",
		settings.ErrKnown: "certificate-known", settings.ErrFull: "certificates-full",
	} {
		if errors.Is(err, refused) {
			return problem{field: "file", id: id}
		}
	}
	return problem{id: "setting-not-stored"}
}

// uploaded reads the file of a form; the problem says that there is none.
func (r *request) uploaded(id string) ([]byte, *problem) {
	missing := &problem{field: id, id: "invalid-file"}
	if r.r.MultipartForm == nil {
		return nil, missing
	}
	file, _, err := r.r.FormFile(id)
	if err != nil {
		return nil, missing
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(file)
	if err != nil || len(content) == 0 {
		return nil, missing
	}
	return content, nil
}

// rootsForm is Network Security > Root Certificate Update.
var rootsForm = &settingsForm{
	page: pageRoots, before: "roots-explain", buttons: []button{{Action: "start", Label: "start"}},
	rows: func(r *request) []facts.Row {
		return []facts.Row{{Label: r.texts.Label("root-certificate-version"), Value: r.machine.RootsVersion()}}
	},
	groups: func(*request, typed) []group { return nil },
	act: func(r *request, _ string, _ typed) (problems []problem, done string) {
		updated, err := r.machine.UpdateRoots(r.r.Context())
		switch {
		case err != nil:
			return []problem{{id: updateSentence(err)}}, ""
		case updated:
			return nil, "roots-updated"
		}
		r.draft(pageRoots, &draft{done: "roots-newest"})
		return nil, ""
	},
}
