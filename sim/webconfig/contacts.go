package webconfig

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"mfpsim/sim/contacts"
	"mfpsim/sim/entry"
)

const pageContacts = "contacts"

// pathContact is the page of one entry of Contacts.
const pathContact = "/scan/contacts/entry"

// contactsPage is Scan/Copy > Contacts.
func (r *request) contactsPage() {
	_, _, problems, notices := r.drafted(pageContacts)
	notices = append(notices, r.problems(nil, problems)...)
	t := r.texts.Label
	book := r.machine.Contacts()
	list := &table{Caption: r.heading(pageContacts), Head: []string{
		t("number"), t("name"), t("index-word"), t("type"), t("email-address"),
	}}
	for _, e := range book.List() {
		kind := "contact"
		if e.IsGroup {
			kind = "group"
		}
		list.Rows = append(list.Rows, row{
			Cells: []string{strconv.Itoa(e.Number), e.Name, e.Index, t(kind), strings.Join(book.Addresses(e.Number), ", ")},
			Link:  pathContact + "?number=" + strconv.Itoa(e.Number), At: 1,
		})
	}
	if len(list.Rows) == 0 {
		list = nil
		notices = append(notices, notice{Text: r.texts.Text("no-contacts")})
	}
	r.show(http.StatusOK, "rows", page{Path: r.heading(pageContacts), Notices: notices, Table: list, Links: []menuItem{
		{Label: t("add-contact"), Address: pathContact + "?new=contact"},
		{Label: t("add-group"), Address: pathContact + "?new=group"},
	}})
}

// contactAddress names the entry that a request is about, with what is in the address of its page.
func (r *request) contact() (e contacts.Entry, of int, ok bool) {
	query := r.r.URL.Query()
	book := r.machine.Contacts()
	switch query.Get("new") {
	case "contact":
		return contacts.Entry{Number: book.Free()}, 0, true
	case "group":
		return contacts.Entry{Number: book.Free(), IsGroup: true}, 0, true
	}
	of, _ = strconv.Atoi(query.Get("number"))
	e, ok = book.Get(of)
	return e, of, ok
}

// contactPage is the form of one entry.
func (r *request) contactPage() {
	_, v, problems, notices := r.drafted(pageContacts)
	e, of, ok := r.contact()
	if !ok {
		r.fail(http.StatusNotFound, "no-such-contact")
		return
	}
	fields := []field{
		{ID: "number", Label: "number", Kind: "number", Short: true, Value: v.get("number", number(e.Number))},
		{ID: "name", Label: "name", Kind: "text", Value: v.get("name", e.Name)},
		{ID: "index-word", Label: "index-word", Kind: "text", Value: v.get("index-word", e.Index)},
	}
	groups := []group{{Fields: fields}}
	if !e.IsGroup {
		groups[0].Fields = append(groups[0].Fields, field{
			ID: "email-address", Label: "email-address", Kind: "text", Value: v.get("email-address", e.Address),
		})
	} else {
		groups = append(groups, group{Heading: "group-members", Fields: r.memberBoxes(e, v)})
	}
	notices = append(notices, r.problems(groups, problems)...)
	heading := "contact"
	if e.IsGroup {
		heading = "group"
	}
	buttons := []button{{Action: "ok", Label: "ok"}}
	if of != 0 {
		buttons = append(buttons, button{Action: "delete", Label: "erase", Second: true})
	}
	r.show(http.StatusOK, "form", page{
		Path: r.heading(pageContacts) + " > " + r.texts.Label(heading), Notices: notices,
		Body: formView{Address: contactRegister.address(r, "new", "number"), Groups: groups, Buttons: buttons},
	})
}

// memberBoxes are the contacts that a group can have.
func (r *request) memberBoxes(e contacts.Entry, v typed) []field {
	var boxes []field
	for _, c := range r.machine.Contacts().List() {
		if c.IsGroup {
			continue
		}
		value := strconv.Itoa(c.Number)
		chosen := slices.Contains(e.Members, c.Number)
		if v.has() {
			chosen = v.is("group-members", value)
		}
		boxes = append(boxes, field{
			ID: "group-members", Label: "group-members", Kind: "check", Value: value, Words: value + " " + c.Name, Chosen: chosen,
		})
	}
	return boxes
}

// contactSent is a button of an entry's form.
func (r *request) contactSent() {
	before, of, ok := r.contact()
	v := typed(r.r.PostForm)
	book := r.machine.Contacts()
	var err error
	done := "setup-complete"
	switch action := r.r.PostFormValue("action"); {
	case action != "ok" && action != "delete":
		r.fail(http.StatusBadRequest, "bad-request")
		return
	case !ok:
		err = contacts.ErrNoEntry
	case action == "delete":
		err, done = book.Delete(of), "contact-deleted"
	default:
		e := contacts.Entry{
			Number: v.number("number", 0), Name: strings.TrimSpace(v.get("name", "")),
			Index: strings.TrimSpace(v.get("index-word", "")), IsGroup: before.IsGroup,
		}
		if e.Number == 0 && v.get("number", "") != "" {
			e.Number = -1
		}
		if e.IsGroup {
			for _, text := range v["group-members"] {
				member, _ := strconv.Atoi(text)
				e.Members = append(e.Members, member)
			}
		} else {
			e.Address = strings.TrimSpace(v.get("email-address", ""))
		}
		if of == 0 {
			_, err = book.Add(e)
		} else {
			if e.Number == 0 {
				e.Number = of
			}
			err = book.Change(of, e)
		}
	}
	contactRegister.answer(
		r, contactRegister.address(r, "new", "number"), done, err,
		func(f entry.FieldError) problem { return contactProblem(f, book) },
	)
}

// contactRegister is Contacts.
var contactRegister = &register{
	page: pageContacts, entry: pathContact, gone: contacts.ErrNoEntry, lost: "no-such-contact",
	sentences: sentencesWith(map[entry.Problem]string{
		entry.Taken: "invalid-taken", entry.Full: "contacts-full", entry.Choice: "invalid-choice",
	}),
}

func contactProblem(f entry.FieldError, book *contacts.Book) problem {
	p := problem{field: string(f.Field), id: contactRegister.sentences[f.Problem]}
	switch {
	case f.Field == contacts.FieldMembers && f.Problem == entry.Missing:
		p.id = "invalid-members"
	case p.id == "out-of-range":
		p.values = map[string]any{"From": 1, "To": book.Limits().Maximum}
	}
	return p
}
