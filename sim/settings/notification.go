package settings

import (
	"slices"
	"strings"
	"unicode/utf8"

	"mfpsim/core/mail"
	"mfpsim/sim/models"
)

// Notification is what mails the printer sends by itself when something happens to it (docs/reference/printer.md §2.4).
// A new printer sends none.
type Notification struct {
	Destinations []Destination `json:"destinations,omitempty"` // in the order of the page; an empty address: none
	// Left and Right are the two parts of the subject, by the names of the model's list; empty: the model's first two.
	Left     string `json:"left,omitempty"`
	Right    string `json:"right,omitempty"`
	Location string `json:"location,omitempty"` // where the printer stands
	Language string `json:"language,omitempty"` // of the mails; empty: that of the panel
}

// Destination is one address and the events that it is told of.
type Destination struct {
	Address string   `json:"address,omitempty"`
	Events  []string `json:"events,omitempty"` // by the names of the model's list
}

// To returns the addresses that are told of an event, each once.
func (n Notification) To(event string) []string {
	var to []string
	for _, d := range n.Destinations {
		if d.Address != "" && slices.Contains(d.Events, event) && !slices.Contains(to, d.Address) {
			to = append(to, d.Address)
		}
	}
	return to
}

// Addresses are all addresses, each once.
func (n Notification) Addresses() []string {
	var all []string
	for _, d := range n.Destinations {
		if d.Address != "" && !slices.Contains(all, d.Address) {
			all = append(all, d.Address)
		}
	}
	return all
}

// Check returns what is wrong with it. The problem of an address is that of the field [AddressField].
func (n Notification) Check(m *models.EmailNotification, languages []string) []Problem {
	var bad []Problem
	add := func(field string, why mail.Problem) {
		if why != "" {
			bad = append(bad, Problem{field, why})
		}
	}
	for i, d := range n.Destinations {
		switch {
		case i >= m.Destinations:
			add(AddressField(i), mail.ProblemRange)
		case d.Address == "" && len(d.Events) > 0:
			add(AddressField(i), mail.ProblemMissing)
		case d.Address != "":
			add(AddressField(i), notified(d.Address, m.AddressMaximum))
		}
		for _, event := range d.Events {
			if !m.Has(event) {
				add(AddressField(i), mail.ProblemChoice)
			}
		}
	}
	for _, part := range []struct{ field, value string }{{"subject-left", n.Left}, {"subject-right", n.Right}} {
		if part.value != "" && !slices.Contains(m.Subjects, part.value) {
			add(part.field, mail.ProblemChoice)
		}
	}
	if n.Left == n.Right && n.Left != "" {
		add("subject-right", mail.ProblemChoice)
	}
	if utf8.RuneCountInString(n.Location) > m.AddressMaximum {
		add("location", mail.ProblemTooLong)
	}
	if strings.ContainsFunc(n.Location, func(r rune) bool { return r < 0x20 || r == 0x7F || r == utf8.RuneError }) {
		add("location", mail.ProblemCharacter)
	}
	if n.Language != "" && !slices.Contains(languages, n.Language) {
		add("notification-language", mail.ProblemChoice)
	}
	return bad
}

// AddressField is the name of the field of a destination, counted from 0.
func AddressField(i int) string { return "address-" + string(rune('1'+i)) }

// notified checks an address: its signs are those of docs/reference/printer.md §2.4.
func notified(s string, limit int) mail.Problem {
	if len(s) > limit {
		return mail.ProblemTooLong
	}
	for _, c := range []byte(s) {
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-./=?^_{|}~@", rune(c)) {
			return mail.ProblemCharacter
		}
	}
	if local, domain, _ := strings.Cut(s, "@"); local == "" || domain == "" || strings.Contains(domain, "@") {
		return mail.ProblemCharacter
	}
	return ""
}

// Cut is a text of so many bytes at most, without half a sign.
func Cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
