package webconfig

import (
	"net/http"
	"slices"
	"strconv"

	"mfpsim/core/mail"
	"mfpsim/sim/facts"
	"mfpsim/sim/settings"
)

// field is a labelled control of a form, as the template form.html draws it.
type field struct {
	ID    string // its name in the form
	Label string // a label's name
	// Kind is "text", "number", "password", "select", "radio", "check", "boxes" (one beside the other), "file", "area".
	Kind     string
	Value    string
	Choices  []choice // of "select", "radio" and "boxes"
	Maximum  int      // characters; 0: none
	Hint     string   // message id; empty: none
	Short    bool
	Problem  string // the sentence that says why it cannot be stored; empty: it can
	Required bool
	Accept   string // of "file"
	Chosen   bool   // of "check"
	Words    string // in place of Label: words that are no label, such as a contact's name
	Complete string // for the browser's own help: "new-password", "current-password"; empty: off
}

// group is a part of a form, with a heading where it has one.
type group struct {
	Heading string // a label's name
	Fields  []field
}

// button is what sends a form.
type button struct {
	Action, Label string // Label is a label's name
	Second        bool   // it is not the form's main act
}

// formView is what form.html shows.
type formView struct {
	Address string
	Upload  bool // it sends a file
	Groups  []group
	Buttons []button
	Before  string // message id of what is to be read before
}

// settingsForm is a page with one form: what it shows, and what its buttons do.
type settingsForm struct {
	page    string                            // id
	groups  func(r *request, v typed) []group // v is what was typed before; empty: what is stored is shown
	rows    func(r *request) []facts.Row      // values above the form; nil: none
	buttons []button
	before  string // message id
	upload  bool
	// act is what a button does: the fields that are wrong, or the message id of what was done. An empty id with no
	// problem means that the page has answered by itself.
	act func(r *request, action string, v typed) (problems []problem, done string)
}

// typed is a form that was sent: of a field with several values, all of them.
type typed map[string][]string

// has reports whether anything was sent at all.
func (v typed) has() bool { return v != nil }

// get returns what was typed into a field; stored for a page that was opened anew.
func (v typed) get(id, stored string) string {
	if !v.has() {
		return stored
	}
	if len(v[id]) == 0 {
		return ""
	}
	return v[id][0]
}

// number reads a number; anything else is -1, which no field takes. Empty is the given one.
func (v typed) number(id string, empty int) int {
	text := v.get(id, "")
	if text == "" {
		return empty
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

func (v typed) is(id, value string) bool { return slices.Contains(v[id], value) }

// choices of a list; labels are names of labels.
func (r *request) labelled(chosen string, values ...string) []choice {
	list := make([]choice, 0, len(values))
	for _, value := range values {
		list = append(list, choice{Value: value, Label: r.texts.Label(value), Chosen: value == chosen})
	}
	return list
}

// useOrNot are the values of a switch.
const (
	use      = "use"
	doNotUse = "do-not-use"
)

func useValue(on bool) string {
	if on {
		return use
	}
	return doNotUse
}

// open shows a page with a form.
func (f *settingsForm) open(r *request) {
	_, v, problems, notices := r.drafted(f.page)
	groups := f.groups(r, v)
	notices = append(notices, r.problems(groups, problems)...)
	p := page{Path: r.heading(f.page), Notices: notices, Body: formView{
		Address: r.pages.address(f.page), Upload: f.upload, Groups: groups, Buttons: f.buttons, Before: f.before,
	}}
	if f.rows != nil {
		p.Rows = f.rows(r)
	}
	r.show(http.StatusOK, "form", p)
}

// drafted is what a page that was sent is to show again, and what was done.
func (r *request) drafted(page string) (d *draft, v typed, problems []problem, notices []notice) {
	wanted, _ := strconv.Atoi(r.r.URL.Query().Get("draft"))
	d = r.sessions.take(r.session, wanted)
	if d == nil || d.page != page {
		return nil, nil, nil, nil
	}
	if d.done != "" {
		notices = []notice{{Text: r.texts.Format(d.done, d.values), Done: d.good}}
		if d.also != "" {
			notices = append(notices, notice{Text: r.texts.Format(d.also, d.values)})
		}
		return d, nil, nil, notices
	}
	return d, d.typed, d.problems, nil
}

// problems puts the sentences beside their fields and returns them for the head of the page too, where they are read
// first.
func (r *request) problems(groups []group, problems []problem) []notice {
	var notices []notice
	for _, p := range problems {
		text, words := r.texts.Format(p.id, p.values), ""
		for g := range groups {
			for i := range groups[g].Fields {
				if at := &groups[g].Fields[i]; at.ID == p.field && words == "" {
					at.Problem = text
					words = at.title(r)
				}
			}
		}
		if words != "" {
			text = words + ": " + text
		}
		notices = append(notices, notice{Text: text, Problem: true, For: p.field})
	}
	return notices
}

// title is what a field is called: several of one label have a number each, while a box's words are those of its value.
func (f *field) title(r *request) string {
	if f.Words != "" && f.Kind != "check" {
		return f.Words
	}
	return r.texts.Label(f.Label)
}

// send is a button of the form.
func (f *settingsForm) send(r *request) {
	action := r.r.PostFormValue("action")
	if !slices.ContainsFunc(f.buttons, func(b button) bool { return b.Action == action }) {
		r.fail(http.StatusBadRequest, "bad-request")
		return
	}
	v := typed(r.r.PostForm)
	problems, done := f.act(r, action, v)
	switch {
	case len(problems) > 0:
		r.draft(f.page, &draft{problems: problems, typed: v.withoutSecrets()})
	case done != "":
		r.draft(f.page, &draft{done: done, good: true})
	}
}

// withoutSecrets is the form as it may be shown again.
func (v typed) withoutSecrets() typed {
	kept := typed{}
	for name, values := range v {
		if !isSecret(name) {
			kept[name] = values
		}
	}
	return kept
}

// draft leads to a page with a draft.
func (r *request) draft(id string, d *draft) {
	d.page = id
	r.redirect(r.pages.address(id) + "?draft=" + strconv.Itoa(r.sessions.keep(r.session, d)))
}

// fromSettings are the problems of settings; fields are named by their labels.
func fromProblems(bad []settings.Problem) []problem {
	var problems []problem
	for _, p := range bad {
		problems = append(problems, problem{field: p.Field, id: sentenceOf(p.Why)})
	}
	return problems
}

func sentenceOf(why mail.Problem) string {
	if id, ok := problemIDs[why]; ok {
		return id
	}
	return "invalid-other"
}

// notStored is the answer to what the memory did not take.
func notStored(err error) []problem {
	if err == nil {
		return nil
	}
	return []problem{{id: "setting-not-stored"}}
}
