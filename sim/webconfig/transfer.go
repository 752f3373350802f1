package webconfig

import (
	"net/http"
	"strings"
)

const (
	pageExport = "export"
	pageImport = "import"
	pathFile   = "/device/export/setting-value.json"
)

// exportPage is Device Management > Export and Import Setting Value.
func (r *request) exportPage() {
	r.show(http.StatusOK, "rows", page{
		Path: r.heading(pageExport), Notices: []notice{{Text: r.texts.Text("export-explain")}},
		Links: []menuItem{{Label: r.texts.Label("export-file"), Address: pathFile}},
	})
}

// exportFile is the file itself.
func (r *request) exportFile() {
	content, err := r.machine.Export()
	if err != nil {
		r.fail(http.StatusInternalServerError, "bad-request")
		return
	}
	r.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	r.w.Header().
		Set("Content-Disposition", `attachment; filename="`+fileName(r.machine.Model().Name)+`-setting-value.json"`)
	_, _ = r.w.Write(content) // a browser that has gone away needs no answer
}

// fileName is a text as a file may be called.
func fileName(text string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' {
			return c
		}
		return '_'
	}, text)
}

// importForm is Export and Import Setting Value > Import.
var importForm = &settingsForm{
	page: pageImport, before: "import-explain", upload: true, buttons: []button{{Action: "import", Label: "import-file"}},
	groups: func(*request, typed) []group {
		return []group{{Fields: []field{{ID: "file", Label: "setting-value-file", Kind: "file", Accept: ".json"}}}}
	},
	act: func(r *request, _ string, _ typed) (problems []problem, done string) {
		if r.machine.Busy() {
			return []problem{{id: r.machine.Model().ConnectionTest.Busy}}, ""
		}
		file, missing := r.uploaded("file")
		if missing != nil {
			return []problem{*missing}, ""
		}
		if refusal := r.machine.Import(file); refusal != "" {
			return []problem{{field: "file", id: refusal}}, ""
		}
		r.shutsDown(pageImport, "settings-imported")
		return nil, ""
	},
}
