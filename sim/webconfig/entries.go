package webconfig

import (
	"errors"
	"maps"
	"net/url"
	"strconv"

	"mfpsim/sim/entry"
)

// register is what the pages of an address book and of the users have in common: a list, and a form for each entry.
type register struct {
	page  string // of the list
	entry string // address of the form
	gone  error  // somebody has deleted the entry meanwhile
	lost  string // message id of that
	// sentences are the message ids of what is wrong with a field.
	sentences map[entry.Problem]string
}

// sentencesWith are those of any register, with its own.
func sentencesWith(own map[entry.Problem]string) map[entry.Problem]string {
	all := map[entry.Problem]string{
		entry.Missing: "invalid-required", entry.TooLong: "invalid-too-long", entry.Character: "invalid-characters",
		entry.Form: "invalid-email", entry.Range: "out-of-range",
	}
	maps.Copy(all, own)
	return all
}

// address is that of the form of the entry that a request is about; what else it asks for is left out.
func (g *register) address(r *request, keys ...string) string {
	query := url.Values{}
	for _, key := range keys {
		if value := r.r.URL.Query().Get(key); value != "" {
			query.Set(key, value)
		}
	}
	return g.entry + "?" + query.Encode()
}

// answer tells what became of an entry that was sent from the form at an address: done, or an error of the register.
// say gives the sentence about a field.
func (g *register) answer(
	r *request, address, done string, err error, say func(f entry.FieldError) problem,
) {
	var invalid *entry.Invalid
	switch {
	case err == nil:
		r.draft(g.page, &draft{done: done, good: true})
	case errors.Is(err, g.gone):
		r.draft(g.page, &draft{problems: []problem{{id: g.lost}}})
	case errors.As(err, &invalid):
		d := &draft{page: g.page, typed: typed(r.r.PostForm).withoutSecrets()}
		for _, f := range invalid.Fields {
			d.problems = append(d.problems, say(f))
		}
		r.redirect(address + "&draft=" + strconv.Itoa(r.sessions.keep(r.session, d)))
	default:
		r.draft(g.page, &draft{problems: notStored(err)})
	}
}
