package contacts_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/sim/contacts"
	"mfpsim/sim/entry"
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
		want  entry.FieldError
	}{
		"a name is needed":                         {contacts.Entry{Address: "a@b.example"}, entry.FieldError{Field: contacts.FieldName, Problem: entry.Missing}},
		"a name of spaces is none":                 {contacts.Entry{Name: " ", Address: "a@b.example"}, entry.FieldError{Field: contacts.FieldName, Problem: entry.Missing}},
		"a name has a greatest length":             {contacts.Entry{Name: strings.Repeat("α", 11), Address: "a@b.example"}, entry.FieldError{Field: contacts.FieldName, Problem: entry.TooLong}},
		"a name is one line":                       {contacts.Entry{Name: "A\nB", Address: "a@b.example"}, entry.FieldError{Field: contacts.FieldName, Problem: entry.Character}},
		"an index word has a greatest length":      {contacts.Entry{Name: "A", Index: strings.Repeat("i", 11), Address: "a@b.example"}, entry.FieldError{Field: contacts.FieldIndex, Problem: entry.TooLong}},
		"a contact needs an address":               {contacts.Entry{Name: "A"}, entry.FieldError{Field: contacts.FieldAddress, Problem: entry.Missing}},
		"an address has a greatest length":         {contacts.Entry{Name: "A", Address: strings.Repeat("a", 30) + "@b.example"}, entry.FieldError{Field: contacts.FieldAddress, Problem: entry.TooLong}},
		"an address has no spaces":                 {contacts.Entry{Name: "A", Address: "a b@c.example"}, entry.FieldError{Field: contacts.FieldAddress, Problem: entry.Character}},
		"a group has no address of its own":        {contacts.Entry{Name: "A", IsGroup: true, Members: []int{1}, Address: "a@b.example\r\nBcc: eve@b.example"}, entry.FieldError{Field: contacts.FieldAddress, Problem: entry.Form}},
		"a contact has no members":                 {contacts.Entry{Name: "A", Address: "a@b.example", Members: []int{1}}, entry.FieldError{Field: contacts.FieldMembers, Problem: entry.Choice}},
		"an address has an @ inside":               {contacts.Entry{Name: "A", Address: "contoso.example"}, entry.FieldError{Field: contacts.FieldAddress, Problem: entry.Form}},
		"an address has one @":                     {contacts.Entry{Name: "A", Address: "a@b@c"}, entry.FieldError{Field: contacts.FieldAddress, Problem: entry.Form}},
		"a number can be taken":                    {contacts.Entry{Number: 1, Name: "A", Address: "a@b.example"}, entry.FieldError{Field: contacts.FieldNumber, Problem: entry.Taken}},
		"a number has a range":                     {contacts.Entry{Number: 6, Name: "A", Address: "a@b.example"}, entry.FieldError{Field: contacts.FieldNumber, Problem: entry.Range}},
		"a group needs members":                    {contacts.Entry{Name: "G", IsGroup: true}, entry.FieldError{Field: contacts.FieldMembers, Problem: entry.Missing}},
		"members of a group are contacts":          {contacts.Entry{Name: "G", IsGroup: true, Members: []int{4}}, entry.FieldError{Field: contacts.FieldMembers, Problem: entry.Choice}},
		"a member is in a group once":              {contacts.Entry{Name: "G", IsGroup: true, Members: []int{1, 1}}, entry.FieldError{Field: contacts.FieldMembers, Problem: entry.Choice}},
		"a group has a greatest number of members": {contacts.Entry{Name: "G", IsGroup: true, Members: []int{1, 2, 3}}, entry.FieldError{Field: contacts.FieldMembers, Problem: entry.TooLong}},
	} {
		t.Run(name, func(t *testing.T) {
			book, store := filled(t)
			before := string(store.data)
			_, err := book.Add(c.entry)
			var invalid *entry.Invalid
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, []entry.FieldError{c.want}, invalid.Fields)
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
	require.EqualError(t, err, "contact not stored: number: there is no room for another entry")
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
