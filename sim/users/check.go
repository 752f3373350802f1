package users

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrNoUser: nobody has the ID, because somebody has deleted the user meanwhile.
var ErrNoUser = errors.New("there is no such user")

// Field names a field of a [User] in errors and in a CSV file, by its label's name.
type Field string

// The fields.
const (
	FieldID            Field = "user-id"
	FieldName          Field = "user-name"
	FieldPassword      Field = "user-password"
	FieldNumber        Field = "id-number"
	FieldEmail         Field = "email-address"
	FieldDepartment    Field = "department"
	FieldAdministrator Field = "administrator-rights"
)

// Problem is what is wrong with a field.
type Problem string

// The problems.
const (
	ProblemMissing   Problem = "missing"
	ProblemTooLong   Problem = "too long"
	ProblemTooShort  Problem = "too short"
	ProblemCharacter Problem = "a character that is not allowed"
	ProblemForm      Problem = "not an e-mail address"
	ProblemDigits    Problem = "not a number of as many digits"
	ProblemTaken     Problem = "taken by another user"
	ProblemFull      Problem = "no more users can be registered"
	ProblemChoice    Problem = "neither yes nor no"
	ProblemTwice     Problem = "twice in the file"
	ProblemColumns   Problem = "more or fewer columns than the heading"
)

// FieldError is one field that cannot be stored.
type FieldError struct {
	Field   Field
	Problem Problem
}

// Invalid are all the fields of a user that cannot be stored.
type Invalid struct{ Fields []FieldError }

// Error lists the fields.
func (e *Invalid) Error() string {
	list := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		list[i] = fmt.Sprintf("%s: %s", f.Field, f.Problem)
	}
	return "user not stored: " + strings.Join(list, "; ")
}

// with returns the users with an entry in its place, or what is wrong with it.
func (b *Book) with(list []User, e Entry, fresh bool) (next []User, bad []FieldError) {
	add := func(f Field, p Problem) {
		if p != "" {
			bad = append(bad, FieldError{f, p})
		}
	}
	at := place(list, e.ID)
	if fresh {
		add(FieldID, word(e.ID, b.rules.IDMaximum))
		switch {
		case at >= 0:
			add(FieldID, ProblemTaken)
		case len(list) >= b.rules.Users:
			add(FieldID, ProblemFull)
		}
	} else {
		e.Verifier = list[at].Verifier
	}
	if strings.TrimSpace(e.Name) == "" {
		add(FieldName, ProblemMissing)
	}
	add(FieldName, text(e.Name, b.rules.NameMaximum))
	add(FieldDepartment, text(e.Department, b.rules.DepartmentMaximum))
	add(FieldEmail, address(e.Email, b.rules.AddressMaximum))
	add(FieldNumber, b.number(e.Number))
	other := func(u User) bool { return u.Number == e.Number && !strings.EqualFold(u.ID, e.ID) }
	if e.Number != "" && slices.ContainsFunc(list, other) {
		add(FieldNumber, ProblemTaken)
	}
	switch {
	case e.Password != "":
		add(FieldPassword, b.password(e.Password))
		b.hide(e.Password)
		e.Verifier = b.verify(e.ID, e.Password)
	case e.Verifier == "" && e.Number == "": // he could never log in
		add(FieldPassword, ProblemMissing)
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
func (b *Book) password(s string) Problem {
	switch n := utf8.RuneCountInString(s); {
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }):
		return ProblemCharacter
	case n < b.rules.PasswordMinimum:
		return ProblemTooShort
	case n > b.rules.PasswordMaximum:
		return ProblemTooLong
	}
	return ""
}

// number checks an ID number, which a user need not have.
func (b *Book) number(s string) Problem {
	digits := !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if s != "" && (!digits || len(s) < b.rules.NumberMinimum || len(s) > b.rules.NumberMaximum) {
		return ProblemDigits
	}
	return ""
}

func text(s string, limit int) Problem {
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return ProblemCharacter
	case utf8.RuneCountInString(s) > limit:
		return ProblemTooLong
	}
	return ""
}

// idMarks are the signs of a user ID beside letters and digits.
const idMarks = ".-_@"

// word checks a user ID: A–Z a–z 0–9 and the marks.
func word(s string, limit int) Problem {
	switch {
	case s == "":
		return ProblemMissing
	case len(s) > limit:
		return ProblemTooLong
	case strings.ContainsFunc(s, func(r rune) bool { return !letter(r) && !strings.ContainsRune(idMarks, r) }):
		return ProblemCharacter
	}
	return ""
}

func letter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

// addressMarks are the signs of an e-mail address beside letters and digits (docs/reference/printer.md §3.1).
const addressMarks = "!#$%&'*+-./=?^_{|}~@"

// address checks an e-mail address.
func address(s string, limit int) Problem {
	switch {
	case s == "":
		return ProblemMissing
	case len(s) > limit:
		return ProblemTooLong
	case strings.ContainsFunc(s, func(r rune) bool { return !letter(r) && !strings.ContainsRune(addressMarks, r) }):
		return ProblemCharacter
	}
	local, domain, found := strings.Cut(s, "@")
	if !found || local == "" || domain == "" || strings.Contains(domain, "@") {
		return ProblemForm
	}
	return ""
}

// sameSecret compares without telling by the time taken how much of them is the same.
func sameSecret(x, y string) bool { return subtle.ConstantTimeCompare([]byte(x), []byte(y)) == 1 }
