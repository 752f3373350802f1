package webconfig

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mfpsim/core/outcome"
	"mfpsim/sim/entry"
	"mfpsim/sim/facts"
	"mfpsim/sim/settings"
	"mfpsim/sim/users"
)

// The pages of models with Print Admin Serverless (guide rules R30 to R37).
const (
	pageLicense        = "license-key"
	pageAuthentication = "user-authentication"
	pageUsers          = "user-registration"
	pageUserImport     = "user-import"

	pathUsers     = "/open-platform/users"
	pathUser      = pathUsers + "/entry"
	pathUsersFile = pathUsers + "/users.csv"
)

// licenseForm is License Key.
var licenseForm = &settingsForm{
	page: pageLicense, buttons: okButton, before: "license-explain",
	rows: func(r *request) []facts.Row {
		t := r.texts.Label
		key, license := r.machine.License()
		state := "license-valid"
		switch {
		case key == "":
			state = "unregistered"
		case license.Ended(r.machine.Facts().Now):
			state = "license-ended-state"
		}
		rows := []facts.Row{{Label: t("license"), Value: t(state)}, {Label: t(pageLicense), Value: key}}
		if !license.Expires.IsZero() {
			rows = append(rows, facts.Row{Label: t("last-day"), Value: license.Expires.Format(time.DateOnly)})
		}
		return rows
	},
	groups: func(_ *request, v typed) []group {
		return []group{{Fields: []field{{
			ID: pageLicense, Label: "new-license-key", Kind: "text", Value: v.get(pageLicense, ""),
		}}}}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		wrong := func(id string) ([]problem, string) { return []problem{{field: pageLicense, id: id}}, "" }
		now := r.machine.Facts()
		key, license, err := users.ParseKey(v.get(pageLicense, ""), now.Serial)
		switch {
		case errors.Is(err, users.ErrKeyOther):
			return wrong("invalid-license-other")
		case err != nil:
			return wrong("invalid-license")
		case license.Ended(now.Now):
			return wrong("invalid-license-ended")
		}
		if err := r.machine.Change(func(s *settings.Settings) { s.PrintAdmin.License = key }); err != nil {
			return notStored(err), ""
		}
		return nil, "setup-complete"
	},
}

// The values of Sender's Email Address (guide rule R30).
const (
	senderPrinter = "printers-email-address"
	senderUser    = "users-email-address"
)

// authenticationForm is Authentication Settings.
var authenticationForm = &settingsForm{
	page: pageAuthentication, buttons: okButton, before: "authentication-explain",
	groups: func(r *request, v typed) []group {
		set := r.machine.Settings().PrintAdmin
		sender := senderPrinter
		if set.UserSends {
			sender = senderUser
		}
		return []group{{Fields: []field{
			{
				ID: "user-authentication", Label: "user-authentication", Kind: "radio",
				Choices: r.labelled(v.get("user-authentication", useValue(set.On)), use, doNotUse),
			},
			{
				ID: "sender-address", Label: "sender-address", Kind: "radio",
				Choices: r.labelled(v.get("sender-address", sender), senderPrinter, senderUser),
			},
		}}}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		wrong := func(field, id string) { problems = append(problems, problem{field: field, id: id}) }
		on, user := v.is("user-authentication", use), v.is("sender-address", senderUser)
		key, license := r.machine.License()
		switch {
		case !on && !v.is("user-authentication", doNotUse):
			wrong("user-authentication", "invalid-choice")
		case on && r.machine.Model().PrintAdmin.License && (key == "" || license.Ended(r.machine.Facts().Now)):
			wrong("user-authentication", "license-needed")
		}
		if !user && !v.is("sender-address", senderPrinter) {
			wrong("sender-address", "invalid-choice")
		}
		if len(problems) > 0 {
			return problems, ""
		}
		if err := r.machine.Change(func(s *settings.Settings) {
			s.PrintAdmin.On, s.PrintAdmin.UserSends = on, user
		}); err != nil {
			return notStored(err), ""
		}
		return nil, "setup-complete"
	},
}

// usersPage is User Registration.
func (r *request) usersPage() {
	_, _, problems, notices := r.drafted(pageUsers)
	notices = append(notices, r.problems(nil, problems)...)
	t := r.texts.Label
	list := &table{Caption: r.heading(pageUsers), Head: []string{
		t("user-id"), t("user-name"), t("id-number"), t("email-address"), t("department"), t("administrator-rights"),
	}}
	for _, u := range r.machine.Users().List() {
		rights := ""
		if u.Administrator {
			rights = t("yes")
		}
		list.Rows = append(list.Rows, row{
			Cells: []string{u.ID, u.Name, u.Number, u.Email, u.Department, rights},
			Link:  pathUser + "?" + url.Values{"id": {u.ID}}.Encode(),
		})
	}
	if len(list.Rows) == 0 {
		list = nil
		notices = append(notices, notice{Text: r.texts.Text("no-users")})
	}
	r.show(http.StatusOK, "rows", page{Path: r.heading(pageUsers), Notices: notices, Table: list, Links: []menuItem{
		{Label: t("add-user"), Address: pathUser + "?new=user"},
		{Label: t("export-users"), Address: pathUsersFile},
	}})
}

// user is who a request is about, named in the address of his page.
func (r *request) user() (u users.User, fresh, ok bool) {
	query := r.r.URL.Query()
	if query.Get("new") == "user" {
		return users.User{}, true, true
	}
	u, ok = r.machine.Users().Get(query.Get("id"))
	return u, false, ok
}

// administratorRights is the value of the box of that name.
const administratorRights = "yes"

// userPage is the form of one user.
func (r *request) userPage() {
	_, v, problems, notices := r.drafted(pageUsers)
	u, fresh, ok := r.user()
	if !ok {
		r.fail(http.StatusNotFound, "no-such-user")
		return
	}
	text := func(id, value string) field {
		return field{ID: id, Label: id, Kind: "text", Value: v.get(id, value)}
	}
	password := field{ID: "user-password", Label: "user-password", Kind: "password", Complete: "new-password"}
	number := text("id-number", u.Number)
	number.Short, number.Hint = true, "id-number-explain"
	rights := field{
		ID: "administrator-rights", Label: "administrator-rights", Kind: "check", Value: administratorRights,
		Chosen: u.Administrator,
	}
	if v.has() {
		rights.Chosen = v.is(rights.ID, administratorRights)
	}
	p := page{Path: r.heading(pageUsers) + " > " + r.texts.Label("user")}
	view := formView{Address: userRegister.address(r, "new", "id"), Buttons: []button{{Action: "ok", Label: "ok"}}}
	var fields []field
	if fresh {
		fields = append(fields, text("user-id", ""))
	} else {
		p.Rows = []facts.Row{{Label: r.texts.Label("user-id"), Value: u.ID}}
		password.Hint = "password-kept"
		view.Buttons = append(view.Buttons, button{Action: "delete", Label: "erase", Second: true})
	}
	view.Groups = []group{{Fields: append(
		fields, text("user-name", u.Name), password, number, text("email-address", u.Email),
		text("department", u.Department), rights,
	)}}
	p.Notices = append(notices, r.problems(view.Groups, problems)...)
	p.Body = view
	r.show(http.StatusOK, "form", p)
}

// userSent is a button of a user's form.
func (r *request) userSent() {
	u, fresh, ok := r.user()
	v := typed(r.r.PostForm)
	var err error
	done := "setup-complete"
	switch action := r.r.PostFormValue("action"); {
	case action != "ok" && action != "delete":
		r.fail(http.StatusBadRequest, "bad-request")
		return
	case !ok:
		err = users.ErrNoUser
	case action == "delete":
		err, done = r.machine.RemoveUsers(r.r.Context(), u.ID), "user-deleted"
	case len(v["administrator-rights"]) > 0 && !v.is("administrator-rights", administratorRights):
		bad := entry.FieldError{Field: users.FieldAdministrator, Problem: entry.Choice}
		err = &entry.Invalid{What: "user", Fields: []entry.FieldError{bad}}
	default:
		trimmed := func(id string) string { return strings.TrimSpace(v.get(id, "")) }
		e := users.Entry{User: users.User{
			ID: trimmed("user-id"), Name: trimmed("user-name"), Number: trimmed("id-number"),
			Email: trimmed("email-address"), Department: trimmed("department"),
			Administrator: v.is("administrator-rights", administratorRights),
		}, Password: v.get("user-password", "")}
		if fresh {
			err = r.machine.Users().Add(e)
		} else {
			err = r.machine.Users().Change(u.ID, e)
		}
	}
	var left *outcome.Outcome
	if errors.As(err, &left) && left.Kind == outcome.NotErased {
		r.draft(pageUsers, &draft{done: done, good: true, also: "sign-in-not-erased"})
		return
	}
	userRegister.answer(r, userRegister.address(r, "new", "id"), done, err, r.userProblem)
}

// userRegister is User Registration.
var userRegister = &register{
	page: pageUsers, entry: pathUser, gone: users.ErrNoUser, lost: "no-such-user",
	sentences: sentencesWith(map[entry.Problem]string{
		entry.Digits: "id-number-digits", entry.Taken: "invalid-user-taken", entry.Full: "users-full",
		entry.Choice: "invalid-yes-no", entry.Twice: "users-twice", entry.Columns: "users-cells",
		entry.TooShort: "user-password-length",
	}),
}

func (r *request) userProblem(f entry.FieldError) problem {
	rules := r.machine.Users().Rules()
	p := problem{field: string(f.Field), id: userRegister.sentences[f.Problem]}
	switch {
	case f.Problem == entry.TooShort, f.Problem == entry.TooLong && f.Field == users.FieldPassword:
		p.id = "user-password-length"
		p.values = map[string]any{"From": rules.PasswordMinimum, "To": rules.PasswordMaximum}
	case f.Problem == entry.Digits:
		p.values = map[string]any{"From": rules.NumberMinimum, "To": rules.NumberMaximum}
	case f.Problem == entry.Full:
		p.values = map[string]any{"Maximum": rules.Users}
	case f.Problem == entry.Choice && f.Field != users.FieldAdministrator:
		p.id = "invalid-choice"
	}
	return p
}
