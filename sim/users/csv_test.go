package users_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/sim/entry"
	"mfpsim/sim/users"
)

const heading = "User ID,User Name,User Password,ID Number,Email Address,Department,Administrator Rights"

func TestEachFormOfACSVFileThatSpreadsheetsWriteIsRead(t *testing.T) {
	want := users.User{
		ID: "dave", Name: `Δαβίδ "Dave"; Παπάς, Jr.`, Number: "4712", Email: "dave@contoso.com", Department: "IT",
		Administrator: true,
	}
	row := `dave,"Δαβίδ ""Dave""; Παπάς, Jr.",password-1,4712,dave@contoso.com,IT,yes`
	semicolons := `dave;"Δαβίδ ""Dave""; Παπάς, Jr.";password-1;4712;dave@contoso.com;IT;YES`
	for name, file := range map[string]string{
		"plain":                  heading + "\n" + row + "\n",
		"with a byte order mark": "\uFEFF" + heading + "\r\n" + row + "\r\n",
		"without a last end":     heading + "\r\n" + row,
		"with semicolons":        "\uFEFF" + strings.ReplaceAll(heading, ",", ";") + "\r\n" + semicolons + "\r\n",
		"with empty rows":        heading + "\r\n,,,,,,\r\n" + row + "\r\n,,,,,,\r\n\r\n",
		"with quoted headings":   `"user id","USER NAME",` + strings.SplitN(heading, ",", 3)[2] + "\n" + row + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := users.Decode([]byte(file), columns, 10)
			require.NoError(t, err)
			require.Len(t, rows, 1)
			require.Equal(t, users.Entry{User: want, Password: "password-1"}, rows[0].Entry)
		})
	}
}

func TestAFileThatIsNoListOfUsersIsRefusedWithTheReason(t *testing.T) {
	for name, test := range map[string]struct {
		file string
		want users.FormError
	}{
		"empty":             {"", users.FormError{Problem: users.FormEmpty}},
		"a heading alone":   {heading + "\n", users.FormError{Problem: users.FormEmpty}},
		"UTF-16":            {"\xff\xfeU\x00", users.FormError{Problem: users.FormEncoding}},
		"Windows-1253":      {heading + "\ndave,\xc4\xe1\xe2\xdf\xe4\n", users.FormError{Problem: users.FormEncoding}},
		"a loose quote":     {"User ID\nda\"ve\n", users.FormError{Problem: users.FormQuotes, Line: 2}},
		"an open quote":     {"User ID\n\"dave\n", users.FormError{Problem: users.FormQuotes, Line: 2}},
		"an unknown column": {"User ID,Shoe Size\na,b\n", users.FormError{Problem: users.FormUnknown, Line: 1, Column: 2}},
		"a column twice":    {"User ID,user id\na,b\n", users.FormError{Problem: users.FormTwice, Line: 1, Column: 2}},
		"no ID":             {"User Name\na\n", users.FormError{Problem: users.FormLacks, Line: 1}},
		"too many": {
			"User ID\n" + strings.Repeat("a\n", 11), users.FormError{Problem: users.FormTooMany, Line: 12},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := users.Decode([]byte(test.file), columns, 10)
			var form *users.FormError
			require.ErrorAs(t, err, &form)
			require.Equal(t, test.want, *form)
			require.NotEmpty(t, err.Error())
		})
	}
}

func TestNoWordOfAFileStandsInItsErrors(t *testing.T) {
	_, err := users.Decode([]byte("Secret-Password-1,User ID\nx,y\n"), columns, 10)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "Secret")
	_, err = users.Decode([]byte(heading+"\nbob,Bob,Secret-Password-1,1,b@c,IT,perhaps\n"), columns, 10)
	require.ErrorContains(t, err, "line 2: administrator-rights")
	require.NotContains(t, err.Error(), "Secret")
}

func TestEachBadRowIsNamedAndNobodyIsImported(t *testing.T) {
	c := &chip{}
	b := open(c)
	require.NoError(t, b.Add(person("alice", func(e *users.Entry) { e.Number = "4711" })))
	file := heading + "\r\n" +
		"bob,Bob,password-1,,bob@contoso.com,,\r\n" + // 2: good
		"\"carol\",\"Carol\r\nof two lines\",password-1,,carol@contoso.com,,\r\n" + // 3 and 4
		"dave,Dave,password-1,4711,dave@contoso.com,,\r\n" + // 5: alice's number
		"BOB,Bob,password-1,,bob@contoso.com,,\r\n" + // 6: twice
		",Nobody,password-1,,nobody@contoso.com,,\r\n" + // 7
		"erin,Erin,password-1,4712,erin@contoso.com,,\r\n" + // 8: good
		"frank,Frank,short,4712,frank,,\r\n" // 9: three mistakes, the number is Erin's
	rows, err := users.Decode([]byte(file), columns, 10)
	require.NoError(t, err)
	before, writes := b.List(), c.writes
	_, _, err = b.Import(rows)
	var bad *users.BadFile
	require.ErrorAs(t, err, &bad)
	require.Equal(t, []users.BadRow{
		{3, entry.FieldError{Field: users.FieldName, Problem: entry.Character}},
		{5, entry.FieldError{Field: users.FieldNumber, Problem: entry.Taken}},
		{6, entry.FieldError{Field: users.FieldID, Problem: entry.Twice}},
		{7, entry.FieldError{Field: users.FieldID, Problem: entry.Missing}},
		{9, entry.FieldError{Field: users.FieldEmail, Problem: entry.Form}},
		{9, entry.FieldError{Field: users.FieldNumber, Problem: entry.Taken}},
		{9, entry.FieldError{Field: users.FieldPassword, Problem: entry.TooShort}},
	}, bad.Rows)
	require.Equal(t, before, b.List())
	require.Equal(t, writes, c.writes)

	_, err = users.Decode([]byte("User ID,User Name\na,b,c\nd\n"), columns, 10)
	require.ErrorAs(t, err, &bad)
	require.Equal(t, []int{2, 3}, []int{bad.Rows[0].Line, bad.Rows[1].Line})
}

// Two users can change numbers in one file, whatever the order of its rows.
func TestWhatAFileDoesNotNameStaysAndNumbersCanBeExchanged(t *testing.T) {
	b := open(&chip{})
	number := func(n string) func(*users.Entry) {
		return func(e *users.Entry) { e.Number, e.Department = n, "IT" }
	}
	require.NoError(t, b.Add(person("alice", number("1111"))))
	require.NoError(t, b.Add(person("bob", number("2222"))))
	rows, err := users.Decode([]byte("ID Number,User ID\n2222,alice\n1111,bob\n"), columns, 10)
	require.NoError(t, err)
	added, changed, err := b.Import(rows)
	require.NoError(t, err)
	require.Equal(t, [2]int{0, 2}, [2]int{added, changed})
	u, _ := b.Get("alice")
	require.Equal(t, "2222 IT alice@contoso.com", u.Number+" "+u.Department+" "+u.Email)
	_, right := b.Authenticate("alice", "password-1")
	require.True(t, right, "the password stays")
}

func TestAnExportHasNoPasswordsAndNoFormulasAndIsReadAsItWasWritten(t *testing.T) {
	b := open(&chip{})
	names := map[string]string{"-a": "=HYPERLINK(\"http://evil\")", "@b": "'=1+1", "c": "+1", "d": "O'Brien, \"Al\""}
	for id, name := range names {
		require.NoError(t, b.Add(person(id, func(e *users.Entry) {
			e.Name, e.Email, e.Department = name, "x@contoso.com", "-"
		})))
	}
	file := users.Encode(b.List(), columns)
	require.True(t, bytes.HasPrefix(file, []byte("\uFEFFUser ID,User Name,ID Number,")))
	require.NotContains(t, string(file), "verifier")
	require.NotContains(t, string(file), "assword")
	require.Equal(t, strings.Count(string(file), "\n"), strings.Count(string(file), "\r\n"))
	for _, line := range strings.Split(string(file), "\r\n") {
		for _, cell := range strings.Split(line, ",") {
			require.NotRegexp(t, `^"?[=+\-@]`, cell)
		}
	}
	rows, err := users.Decode(file, columns, 10)
	require.NoError(t, err)
	require.Len(t, rows, 4)
	for _, row := range rows {
		require.Equal(t, names[row.Entry.ID], row.Entry.Name)
	}
	before := b.List()
	_, changed, err := b.Import(rows)
	require.NoError(t, err)
	require.Equal(t, 4, changed)
	require.Equal(t, before, b.List())
}

// FuzzDecode holds that a file is read or refused with a reason, and that what is read and stored is written so that it
// is read again as the same.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(heading + "\r\ndave,Dave,password-1,4712,dave@contoso.com,IT,Yes\r\n"))
	f.Add([]byte("\uFEFFUser ID;User Name;User Password;Email Address\n'=a;'=1;password-1;x@y\n"))
	f.Add([]byte("User ID,User Name,User Password,Email Address\n\"-a\",\"'-\",password-1,x@y\n@,'',password-1,@@\n"))
	f.Add([]byte("User ID\n\"\n"))
	f.Add([]byte{0xff, 0xfe, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := users.Decode(data, columns, 50)
		if err != nil {
			require.Empty(t, rows)
			require.NotEmpty(t, err.Error())
			return
		}
		wide := rules
		wide.Users = 50
		b := users.Open(&chip{}, wide, verify, func(string) {})
		if _, _, err := b.Import(rows); err != nil {
			require.Empty(t, b.List())
			return
		}
		before := b.List()
		again, err := users.Decode(users.Encode(before, columns), columns, 50)
		require.NoError(t, err)
		_, _, err = b.Import(again)
		require.NoError(t, err)
		require.Equal(t, before, b.List())
	})
}
