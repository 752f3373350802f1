package users

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"mfpsim/sim/entry"
)

// Row is one user of a CSV file.
type Row struct {
	Line  int // in the file, from 1
	Entry Entry
	has   []entry.Field // the columns of the file
}

// over returns what the row makes of a user: what the file has no column for stays, and so does the password if its
// field is empty.
func (r Row) over(before User) Entry {
	e := Entry{User: before}
	for _, f := range r.has {
		switch f {
		case FieldName:
			e.Name = r.Entry.Name
		case FieldPassword:
			e.Password = r.Entry.Password
		case FieldNumber:
			e.Number = r.Entry.Number
		case FieldEmail:
			e.Email = r.Entry.Email
		case FieldDepartment:
			e.Department = r.Entry.Department
		case FieldAdministrator:
			e.Administrator = r.Entry.Administrator
		}
	}
	return e
}

// BadRow is a row that cannot be stored, and why.
type BadRow struct {
	Line int
	entry.FieldError
}

// BadFile are all rows of a file that cannot be stored.
type BadFile struct{ Rows []BadRow }

// Error lists the rows.
func (e *BadFile) Error() string {
	list := make([]string, len(e.Rows))
	for i, r := range e.Rows {
		list[i] = fmt.Sprintf("line %d: %s: %s", r.Line, r.Field, r.Problem)
	}
	return "no user was imported: " + strings.Join(list, "; ")
}

// FormError says that a file is no list of users at all.
type FormError struct {
	Problem FormProblem
	Line    int // where; 0: nowhere in particular
	Column  int // which one, from 1; 0: none. Not its words: a file without heading begins with what may be a password
}

// FormProblem is what is wrong with a file as a whole.
type FormProblem string

// The problems of files.
const (
	FormEncoding FormProblem = "not in UTF-8"
	FormQuotes   FormProblem = "a quotation mark that is out of place"
	FormEmpty    FormProblem = "no users in it"
	FormUnknown  FormProblem = "an unknown column"
	FormTwice    FormProblem = "a column that stands twice"
	FormLacks    FormProblem = "no column User ID"
	FormTooMany  FormProblem = "more users than can be registered"
)

// Error is one sentence.
func (e *FormError) Error() string {
	text := "the file of users has " + string(e.Problem)
	if e.Column > 0 {
		text += fmt.Sprintf(", column %d", e.Column)
	}
	if e.Line > 0 {
		text += fmt.Sprintf(" in line %d", e.Line)
	}
	return text
}

// Columns are the columns of a model's CSV file and what they are called in it, which is the same in all languages: a
// file that one administrator has exported can be imported by another.
type Columns []Column

// Column is one of them.
type Column struct {
	Field entry.Field
	Name  string
}

// byteOrderMark is what spreadsheets begin a file in UTF-8 with.
const byteOrderMark = "\uFEFF"

// yes and no are the values of FieldAdministrator; an empty one is no.
const (
	yes = "Yes"
	no  = "No"
)

// Decode reads a CSV file (RFC 4180) in UTF-8, with or without a byte order mark, with either end of line, parted by
// commas or, as spreadsheets do where the comma is the decimal sign, by semicolons. Its first row names the columns, in
// any order; User ID must be among them. The error is a [*FormError] or a [*BadFile]; more rows than most are not read.
func Decode(data []byte, columns Columns, most int) ([]Row, error) {
	if !utf8.Valid(data) {
		return nil, &FormError{Problem: FormEncoding}
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1 // we name the row
	r.ReuseRecord = true
	if first, _, _ := bytes.Cut(data, []byte("\n")); bytes.ContainsRune(first, ';') && !bytes.ContainsRune(first, ',') {
		r.Comma = ';'
	}
	head, err := r.Read()
	if err != nil {
		return nil, formError(err)
	}
	fields, err := columns.fields(head)
	if err != nil {
		return nil, err
	}
	var rows []Row
	var bad []BadRow
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, formError(err)
		}
		line, _ := r.FieldPos(0)
		if !slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
			continue // a spreadsheet leaves empty rows behind
		}
		if len(rows)+len(bad) == most {
			return nil, &FormError{Problem: FormTooMany, Line: line}
		}
		if len(record) != len(fields) {
			bad = append(bad, BadRow{line, entry.FieldError{Field: FieldID, Problem: entry.Columns}})
			continue
		}
		row := Row{Line: line, has: fields}
		for i, cell := range record {
			if p := row.Entry.set(fields[i], unguarded(cell)); p != "" {
				bad = append(bad, BadRow{line, entry.FieldError{Field: fields[i], Problem: p}})
			}
		}
		rows = append(rows, row)
	}
	switch {
	case len(bad) > 0:
		return nil, &BadFile{Rows: bad}
	case len(rows) == 0:
		return nil, &FormError{Problem: FormEmpty}
	}
	return rows, nil
}

// formError is what the reader of CSV found.
func formError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return &FormError{Problem: FormQuotes, Line: parse.Line}
	}
	return &FormError{Problem: FormEmpty} // the only other error of a reader of bytes is their end
}

// fields are those that the first row names.
func (c Columns) fields(head []string) ([]entry.Field, error) {
	var fields []entry.Field
	for i, name := range head {
		name = strings.TrimSpace(name)
		at := slices.IndexFunc(c, func(c Column) bool { return strings.EqualFold(c.Name, name) })
		switch {
		case at < 0:
			return nil, &FormError{Problem: FormUnknown, Line: 1, Column: i + 1}
		case slices.Contains(fields, c[at].Field):
			return nil, &FormError{Problem: FormTwice, Line: 1, Column: i + 1}
		}
		fields = append(fields, c[at].Field)
	}
	if !slices.Contains(fields, FieldID) {
		return nil, &FormError{Problem: FormLacks, Line: 1}
	}
	return fields, nil
}

// set puts a cell into its field.
func (e *Entry) set(f entry.Field, cell string) entry.Problem {
	if f != FieldPassword {
		cell = strings.TrimSpace(cell)
	}
	switch f {
	case FieldID:
		e.ID = cell
	case FieldName:
		e.Name = cell
	case FieldPassword:
		e.Password = cell
	case FieldNumber:
		e.Number = cell
	case FieldEmail:
		e.Email = cell
	case FieldDepartment:
		e.Department = cell
	case FieldAdministrator:
		e.Administrator = strings.EqualFold(cell, yes)
		if !e.Administrator && cell != "" && !strings.EqualFold(cell, no) {
			return entry.Choice
		}
	}
	return ""
}

// Encode writes users as a CSV file that [Decode] reads and that spreadsheets open: UTF-8 with a byte order mark, ends
// of line as of Windows. It has no passwords.
func Encode(list []User, columns Columns) []byte {
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	var record []string
	each := func(cell func(Column) string) {
		record = record[:0]
		for _, c := range columns {
			if c.Field != FieldPassword {
				record = append(record, cell(c))
			}
		}
		_ = w.Write(record) // into memory
	}
	each(func(c Column) string { return c.Name })
	for _, u := range list {
		each(func(c Column) string { return guarded(u.cell(c.Field)) })
	}
	w.Flush()
	return b.Bytes()
}

// cell is a field as it stands in a file.
func (u User) cell(f entry.Field) string {
	switch f {
	case FieldID:
		return u.ID
	case FieldName:
		return u.Name
	case FieldNumber:
		return u.Number
	case FieldEmail:
		return u.Email
	case FieldDepartment:
		return u.Department
	case FieldAdministrator:
		if u.Administrator {
			return yes
		}
		return no
	}
	return ""
}

// guard is put before a cell that a spreadsheet would take for a formula; it shows the rest as text. A cell that begins
// with guards before such a sign gets one more, so that what is read is what was written.
const guard = "'"

// formulaSigns are what a formula can begin with (OWASP, "CSV Injection").
const formulaSigns = "=+-@"

func isFormula(cell string) bool {
	rest := strings.TrimLeft(cell, guard)
	return rest != "" && strings.ContainsRune(formulaSigns, rune(rest[0]))
}

func guarded(cell string) string {
	if isFormula(cell) {
		return guard + cell
	}
	return cell
}

// unguarded takes a guard off.
func unguarded(cell string) string {
	if strings.HasPrefix(cell, guard) && isFormula(cell) {
		return cell[len(guard):]
	}
	return cell
}
