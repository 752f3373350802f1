package webconfig

import (
	"errors"

	"mfpsim/sim/users"
)

// usersFile is the CSV file of all users.
func (r *request) usersFile() {
	content := users.Encode(r.machine.Users().List(), r.machine.UserColumns())
	r.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	r.w.Header().
		Set("Content-Disposition", `attachment; filename="`+fileName(r.machine.Model().Name)+`-users.csv"`)
	_, _ = r.w.Write(content) // a browser that has gone away needs no answer
}

// usersField is the field with the file.
const usersField = "users-file"

// userImportForm is User Registration > Import.
var userImportForm = &settingsForm{
	page: pageUserImport, before: "users-import-explain", upload: true,
	buttons: []button{{Action: "import", Label: "import-users"}},
	groups: func(*request, typed) []group {
		return []group{{Fields: []field{{ID: usersField, Label: usersField, Kind: "file", Accept: ".csv"}}}}
	},
	act: func(r *request, _ string, _ typed) (problems []problem, done string) {
		file, missing := r.uploaded(usersField)
		if missing != nil {
			return []problem{*missing}, ""
		}
		book := r.machine.Users()
		rows, err := users.Decode(file, r.machine.UserColumns(), book.Rules().Users)
		added, changed := 0, 0
		if err == nil {
			added, changed, err = book.Import(rows)
		}
		if err != nil {
			return r.badFile(err), ""
		}
		r.draft(pageUserImport, &draft{
			done: "users-imported", good: true, also: "users-counted",
			values: map[string]any{"Added": added, "Changed": changed},
		})
		return nil, ""
	},
}

// badRowsShown is how many rows a page names.
const badRowsShown = 50

// formSentences are the message ids of what is wrong with a file as a whole.
var formSentences = map[users.FormProblem]string{
	users.FormEncoding: "users-not-utf8", users.FormQuotes: "users-quotes", users.FormEmpty: "users-none",
	users.FormUnknown: "users-unknown-column", users.FormTwice: "users-column-twice", users.FormLacks: "users-no-id",
	users.FormTooMany: "users-too-many",
}

// badFile says why a file of users is not imported: row by row, with its line.
func (r *request) badFile(err error) []problem {
	var form *users.FormError
	var bad *users.BadFile
	switch {
	case errors.As(err, &form):
		return []problem{{field: usersField, id: formSentences[form.Problem], values: map[string]any{
			"Line": form.Line, "Column": form.Column, "Maximum": r.machine.Users().Rules().Users,
		}}}
	case !errors.As(err, &bad):
		return notStored(err)
	}
	problems := []problem{{field: usersField, id: "users-bad-rows"}}
	for i, each := range bad.Rows {
		if i == badRowsShown {
			more := map[string]any{"Count": len(bad.Rows) - i}
			return append(problems, problem{id: "users-more-rows", values: more})
		}
		why := r.userProblem(each.FieldError)
		problems = append(problems, problem{id: "users-bad-row", values: map[string]any{
			"Line": each.Line, "Field": r.texts.Label(string(each.Field)), "Why": r.texts.Format(why.id, why.values),
		}})
	}
	return problems
}
