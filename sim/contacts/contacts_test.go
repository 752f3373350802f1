package contacts_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/sim/contacts"
	"mfpsim/sim/models"
)

// memory is a store that can be made to fail.
type memory struct {
	data []byte
	err  error
}

func (m *memory) Load() ([]byte, error) { return m.data, nil }

func (m *memory) Save(data []byte) error {
	if m.err == nil {
		m.data = data
	}
	return m.err
}

var limits = models.Contacts{Maximum: 5, NameMaximum: 10, AddressMaximum: 30, GroupMaximum: 2}

// filled has Asha at 1, Bodhi at 2 and the group Both at 4.
func filled(t *testing.T) (*contacts.Book, *memory) {
	t.Helper()
	store := &memory{}
	book := contacts.Open(store, limits)
	for _, e := range []contacts.Entry{
		{Name: "Asha", Address: "asha@contoso.example"},
		{Name: "Bodhi", Address: "bodhi@contoso.example"},
		{Number: 4, Name: "Both", IsGroup: true, Members: []int{1, 2}},
	} {
		_, err := book.Add(e)
		require.NoError(t, err)
	}
	return book, store
}

func TestWhatABookRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		entry contacts.Entry
		want  contacts.FieldError
	}{
		"a name is needed":                         {contacts.Entry{Address: "a@b.example"}, contacts.FieldError{contacts.FieldName, contacts.ProblemMissing}},
		"a name of spaces is none":                 {contacts.Entry{Name: " ", Address: "a@b.example"}, contacts.FieldError{contacts.FieldName, contacts.ProblemMissing}},
		"a name has a greatest length":             {contacts.Entry{Name: strings.Repeat("α", 11), Address: "a@b.example"}, contacts.FieldError{contacts.FieldName, contacts.ProblemTooLong}},
		"a name is one line":                       {contacts.Entry{Name: "A\nB", Address: "a@b.example"}, contacts.FieldError{contacts.FieldName, contacts.ProblemCharacter}},
		"an index word has a greatest length":      {contacts.Entry{Name: "A", Index: strings.Repeat("i", 11), Address: "a@b.example"}, contacts.FieldError{contacts.FieldIndex, contacts.ProblemTooLong}},
		"a contact needs an address":               {contacts.Entry{Name: "A"}, contacts.FieldError{contacts.FieldAddress, contacts.ProblemMissing}},
		"an address has a greatest length":         {contacts.Entry{Name: "A", Address: strings.Repeat("a", 30) + "@b.example"}, contacts.FieldError{contacts.FieldAddress, contacts.ProblemTooLong}},
		"an address has no spaces":                 {contacts.Entry{Name: "A", Address: "a b@c.example"}, contacts.FieldError{contacts.FieldAddress, contacts.ProblemCharacter}},
		"a group has no address of its own":        {contacts.Entry{Name: "A", IsGroup: true, Members: []int{1}, Address: "a@b.example\r\nBcc: eve@b.example"}, contacts.FieldError{contacts.FieldAddress, contacts.ProblemForm}},
		"a contact has no members":                 {contacts.Entry{Name: "A", Address: "a@b.example", Members: []int{1}}, contacts.FieldError{contacts.FieldMembers, contacts.ProblemChoice}},
		"an address has an @ inside":               {contacts.Entry{Name: "A", Address: "contoso.example"}, contacts.FieldError{contacts.FieldAddress, contacts.ProblemForm}},
		"an address has one @":                     {contacts.Entry{Name: "A", Address: "a@b@c"}, contacts.FieldError{contacts.FieldAddress, contacts.ProblemForm}},
		"a number can be taken":                    {contacts.Entry{Number: 1, Name: "A", Address: "a@b.example"}, contacts.FieldError{contacts.FieldNumber, contacts.ProblemTaken}},
		"a number has a range":                     {contacts.Entry{Number: 6, Name: "A", Address: "a@b.example"}, contacts.FieldError{contacts.FieldNumber, contacts.ProblemRange}},
		"a group needs members":                    {contacts.Entry{Name: "G", IsGroup: true}, contacts.FieldError{contacts.FieldMembers, contacts.ProblemMissing}},
		"members of a group are contacts":          {contacts.Entry{Name: "G", IsGroup: true, Members: []int{4}}, contacts.FieldError{contacts.FieldMembers, contacts.ProblemChoice}},
		"a member is in a group once":              {contacts.Entry{Name: "G", IsGroup: true, Members: []int{1, 1}}, contacts.FieldError{contacts.FieldMembers, contacts.ProblemChoice}},
		"a group has a greatest number of members": {contacts.Entry{Name: "G", IsGroup: true, Members: []int{1, 2, 3}}, contacts.FieldError{contacts.FieldMembers, contacts.ProblemTooLong}},
	} {
		t.Run(name, func(t *testing.T) {
			book, store := filled(t)
			before := string(store.data)
			_, err := book.Add(c.entry)
			var invalid *contacts.Invalid
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, []contacts.FieldError{c.want}, invalid.Fields)
			require.Equal(t, before, string(store.data), "nothing is half-saved")
		})
	}
}

func TestAFullBookSaysSo(t *testing.T) {
	book, _ := filled(t)
	for _, name := range []string{"C", "D"} {
		_, err := book.Add(contacts.Entry{Name: name, Address: "x@y.example"})
		require.NoError(t, err)
	}
	_, err := book.Add(contacts.Entry{Name: "E", Address: "x@y.example"})
	require.EqualError(t, err, "contact not stored: number: no number is free")
}

func TestABookOutlivesPowerOff(t *testing.T) {
	book, store := filled(t)
	require.Equal(t, 3, book.Free(), "the lowest number that is free")
	again := contacts.Open(store, limits)
	require.NoError(t, again.Broken())
	require.Equal(t, book.List(), again.List())
	require.Equal(t, []string{"asha@contoso.example", "bodhi@contoso.example"}, again.Addresses(4))
}

func TestAContactThatGoesLeavesItsGroups(t *testing.T) {
	book, _ := filled(t)
	require.NoError(t, book.Delete(1))
	require.Equal(t, []string{"bodhi@contoso.example"}, book.Addresses(4))
	require.ErrorIs(t, book.Delete(1), contacts.ErrNoEntry, "another administrator was faster")
	require.ErrorIs(
		t,
		book.Change(1, contacts.Entry{Number: 1, Name: "A", Address: "a@b.example"}),
		contacts.ErrNoEntry,
	)
}

func TestAContactThatGetsAnotherNumberStaysInItsGroups(t *testing.T) {
	book, _ := filled(t)
	require.NoError(t, book.Change(2, contacts.Entry{Number: 5, Name: "Bodhi", Address: "b@contoso.example"}))
	require.Equal(t, []string{"asha@contoso.example", "b@contoso.example"}, book.Addresses(4))
}

func TestWhatTheMemoryDoesNotTakeIsNotInTheBook(t *testing.T) {
	book, store := filled(t)
	before := book.List()
	store.err = errors.New("worn")
	_, err := book.Add(contacts.Entry{Name: "C", Address: "x@y.example"})
	require.ErrorIs(t, err, store.err)
	require.ErrorIs(t, book.Delete(1), store.err)
	require.Equal(t, before, book.List())
}
