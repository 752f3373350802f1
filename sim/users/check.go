package users

import (
	"crypto/subtle"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"mfpsim/sim/entry"
)

// ErrNoUser: nobody has the ID, because somebody has deleted the user meanwhile.
var ErrNoUser = errors.New("there is no such user")

// The fields.
const (
	FieldID            entry.Field = "user-id"
	FieldName          entry.Field = "user-name"
	FieldPassword      entry.Field = "user-password"
	FieldNumber        entry.Field = "id-number"
	FieldEmail         entry.Field = "email-address"
	FieldDepartment    entry.Field = "department"
	FieldAdministrator entry.Field = "administrator-rights"
)

// with returns the users with an entry in its place, or what is wrong with it.
func (b *Book) with(list []User, e Entry, fresh bool) (next []User, bad []entry.FieldError) {
	add := func(f entry.Field, p entry.Problem) {
		if p != "" {
			bad = append(bad, entry.FieldError{Field: f, Problem: p})
		}
	}
	at := place(list, e.ID)
	if fresh {
		add(FieldID, entry.Word(e.ID, b.rules.IDMaximum, idMarks))
		switch {
		case at >= 0:
			add(FieldID, entry.Taken)
		case len(list) >= b.rules.Users:
			add(FieldID, entry.Full)
		}
	} else {
		e.Verifier = list[at].Verifier
	}
	if strings.TrimSpace(e.Name) == "" {
		add(FieldName, entry.Missing)
	}
	add(FieldName, entry.Text(e.Name, b.rules.NameMaximum))
	add(FieldDepartment, entry.Text(e.Department, b.rules.DepartmentMaximum))
	add(FieldEmail, entry.Address(e.Email, b.rules.AddressMaximum))
	add(FieldNumber, b.number(e.Number))
	other := func(u User) bool { return u.Number == e.Number && !strings.EqualFold(u.ID, e.ID) }
	if e.Number != "" && slices.ContainsFunc(list, other) {
		add(FieldNumber, entry.Taken)
	}
	switch {
	case e.Password != "":
		add(FieldPassword, b.password(e.Password))
		b.hide(e.Password)
		e.Verifier = b.verify(e.ID, e.Password)
	case e.Verifier == "" && e.Number == "": // he could never log in
		add(FieldPassword, entry.Missing)
	}
	if len(bad) > 0 {
		return nil, bad
	}
	next = slices.Clone(list)
	if at >= 0 {
		next[at] = e.User
		return next, nil
	}
	before := func(u User, id string) int { return strings.Compare(strings.ToLower(u.ID), strings.ToLower(id)) }
	place, _ := slices.BinarySearchFunc(next, e.ID, before)
	return slices.Insert(next, place, e.User), nil
}

// password checks what is typed as a password.
func (b *Book) password(s string) entry.Problem {
	switch n := utf8.RuneCountInString(s); {
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }):
		return entry.Character
	case n < b.rules.PasswordMinimum:
		return entry.TooShort
	case n > b.rules.PasswordMaximum:
		return entry.TooLong
	}
	return ""
}

// number checks an ID number, which a user need not have.
func (b *Book) number(s string) entry.Problem {
	digits := !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if s != "" && (!digits || len(s) < b.rules.NumberMinimum || len(s) > b.rules.NumberMaximum) {
		return entry.Digits
	}
	return ""
}

// idMarks are the signs of a user ID beside letters and digits.
const idMarks = ".-_@"

// sameSecret compares without telling by the time taken how much of them is the same.
func sameSecret(x, y string) bool { return subtle.ConstantTimeCompare([]byte(x), []byte(y)) == 1 }
