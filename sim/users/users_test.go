package users_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/sim/entry"
	"mfpsim/sim/models"
	"mfpsim/sim/users"
)

// chip is a memory that counts writes and can refuse them.
type chip struct {
	data   []byte
	writes int
	fails  bool
}

func (c *chip) Load() ([]byte, error) { return c.data, nil }

func (c *chip) Save(data []byte) error {
	c.writes++
	if c.fails {
		return errors.New("worn")
	}
	c.data = data
	return nil
}

var rules = models.PrintAdmin{
	Users: 4, IDMaximum: 20, NameMaximum: 30, PasswordMinimum: 8, PasswordMaximum: 20, NumberMinimum: 4,
	NumberMaximum: 8, AddressMaximum: 40, DepartmentMaximum: 10,
}

var columns = users.Columns{
	{users.FieldID, "User ID"},
	{users.FieldName, "User Name"},
	{users.FieldPassword, "User Password"},
	{users.FieldNumber, "ID Number"},
	{users.FieldEmail, "Email Address"},
	{users.FieldDepartment, "Department"},
	{users.FieldAdministrator, "Administrator Rights"},
}

func verify(id, password string) string { return "verifier of " + id + "/" + password }

func open(c *chip) *users.Book { return users.Open(c, rules, verify, func(string) {}) }

func person(id string, change ...func(*users.Entry)) users.Entry {
	e := users.Entry{User: users.User{ID: id, Name: "A. Person", Email: id + "@contoso.com"}, Password: "password-1"}
	for _, f := range change {
		f(&e)
	}
	return e
}

func TestAUserWhoCannotBeStoredIsRefusedWithEachReason(t *testing.T) {
	long := strings.Repeat("x", 50)
	for _, test := range []struct {
		name   string
		change func(*users.Entry)
		field  entry.Field
		why    entry.Problem
	}{
		{"no ID", func(e *users.Entry) { e.ID = "" }, users.FieldID, entry.Missing},
		{"an ID with a blank", func(e *users.Entry) { e.ID = "a b" }, users.FieldID, entry.Character},
		{"a long ID", func(e *users.Entry) { e.ID = long }, users.FieldID, entry.TooLong},
		{"an ID that is taken in another case", func(e *users.Entry) { e.ID = "ALICE" }, users.FieldID, entry.Taken},
		{"no name", func(e *users.Entry) { e.Name = " " }, users.FieldName, entry.Missing},
		{"a name of two lines", func(e *users.Entry) { e.Name = "a\nb" }, users.FieldName, entry.Character},
		{"no address", func(e *users.Entry) { e.Email = "" }, users.FieldEmail, entry.Missing},
		{"half an address", func(e *users.Entry) { e.Email = "bob@" }, users.FieldEmail, entry.Form},
		{"a number of three digits", func(e *users.Entry) { e.Number = "123" }, users.FieldNumber, entry.Digits},
		{"a number in Devanagari", func(e *users.Entry) { e.Number = "१२३४" }, users.FieldNumber, entry.Digits},
		{"a number that is taken", func(e *users.Entry) { e.Number = "4711" }, users.FieldNumber, entry.Taken},
		{"neither password nor number", func(e *users.Entry) { e.Password = "" }, users.FieldPassword, entry.Missing},
		{"a short password", func(e *users.Entry) { e.Password = "short" }, users.FieldPassword, entry.TooShort},
		{"a long password", func(e *users.Entry) { e.Password = long }, users.FieldPassword, entry.TooLong},
		{
			"a password that no keyboard types", func(e *users.Entry) { e.Password = "κωδικός-1" }, users.FieldPassword,
			entry.Character,
		},
		{"a long department", func(e *users.Entry) { e.Department = long }, users.FieldDepartment, entry.TooLong},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &chip{}
			b := open(c)
			require.NoError(t, b.Add(person("alice", func(e *users.Entry) { e.Number = "4711" })))
			before := b.List()
			var invalid *entry.Invalid
			require.ErrorAs(t, b.Add(person("bob", test.change)), &invalid)
			require.Equal(t, []entry.FieldError{{Field: test.field, Problem: test.why}}, invalid.Fields)
			require.Equal(t, before, b.List())
			require.Equal(t, 1, c.writes)
		})
	}
}

func TestEachChangeIsOneWriteAndARefusedOneChangesNothing(t *testing.T) {
	c := &chip{}
	b := open(c)
	require.NoError(t, b.Add(person("alice")))
	require.NoError(t, b.Add(person("carol", func(e *users.Entry) { e.Number = "4711" })))
	for _, test := range []struct {
		name string
		act  func() error
	}{
		{"add", func() error { return b.Add(person("bob")) }},
		{"change", func() error { return b.Change("Alice", person("x", func(e *users.Entry) { e.Name = "Alice" })) }},
		{"import", func() error {
			rows, err := users.Decode([]byte("User ID,User Name\ncarol,Carol\n"), columns, rules.Users)
			require.NoError(t, err)
			_, _, err = b.Import(rows)
			return err
		}},
		{"remove", func() error { return b.Remove("alice", "CAROL") }},
	} {
		before, writes := b.List(), c.writes
		c.fails = true
		require.ErrorContains(t, test.act(), "worn", test.name)
		require.Equal(t, before, b.List(), test.name)
		c.fails = false
		require.NoError(t, test.act(), test.name)
		require.Equal(t, writes+2, c.writes, test.name)
		require.NotEqual(t, before, b.List(), test.name)
		require.Equal(t, b.List(), open(c).List(), "the same after power off")
	}
	require.ErrorIs(t, b.Remove("nobody"), users.ErrNoUser)
	require.ErrorIs(t, b.Change("nobody", person("nobody")), users.ErrNoUser)
}

func TestAFullRegisterTakesNobodyMore(t *testing.T) {
	b := open(&chip{})
	for i := range rules.Users {
		require.NoError(t, b.Add(person(fmt.Sprintf("user%d", i))))
	}
	require.ErrorContains(t, b.Add(person("late")), string(entry.Full))
	require.NoError(t, b.Change("user0", person("user0", func(e *users.Entry) { e.Department = "IT" })))
}

func TestADamagedRegisterIsBegunAnewAndSaysSo(t *testing.T) {
	b := open(&chip{data: []byte(`{"schema":9}`)})
	require.Error(t, b.Broken())
	require.Empty(t, b.List())
}

func TestOnlyTheRightPasswordIsTheUsers(t *testing.T) {
	b := open(&chip{})
	require.NoError(t, b.Add(person("alice")))
	require.NoError(t, b.Add(person("carol", func(e *users.Entry) { e.Password, e.Number = "", "4711" })))
	u, right := b.Authenticate("ALICE", "password-1")
	require.True(t, right)
	require.Equal(t, "alice", u.ID)
	for _, wrong := range [][2]string{
		{"alice", "password-2"}, {"alice", ""}, {"carol", ""}, {"nobody", "password-1"}, {"", ""},
	} {
		_, right := b.Authenticate(wrong[0], wrong[1])
		require.False(t, right, "%v", wrong)
	}
	u, right = b.ByNumber("4711")
	require.True(t, right)
	require.Equal(t, "carol", u.ID)
	_, right = b.ByNumber("")
	require.False(t, right, "who has no number is nobody's guess")

	// A change without a password keeps it, another one replaces it.
	require.NoError(t, b.Change("alice", person("alice", func(e *users.Entry) { e.Password = "" })))
	_, right = b.Authenticate("alice", "password-1")
	require.True(t, right)
	require.NoError(t, b.Change("alice", person("alice", func(e *users.Entry) { e.Password = "password-3" })))
	_, right = b.Authenticate("alice", "password-1")
	require.False(t, right)
}

func TestALicenseKeyIsGoodForItsPrinterAndItsDays(t *testing.T) {
	last := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	key := users.NewKey("X7QK004100", last)
	require.Regexp(t, `^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$`, key)
	for _, typed := range []string{
		key, strings.ToLower(key), strings.ReplaceAll(key, "-", ""), " " + strings.ReplaceAll(key, "-", " "),
		strings.ReplaceAll(strings.ReplaceAll(key, "0", "o"), "1", "l"),
	} {
		read, license, err := users.ParseKey(typed, "X7QK004100")
		require.NoError(t, err, typed)
		require.Equal(t, key, read)
		require.Equal(t, last, license.Expires)
	}
	_, _, err := users.ParseKey(key, "X7QK004101")
	require.ErrorIs(t, err, users.ErrKeyOther)

	license := users.License{Expires: last}
	east := time.FixedZone("", 5*60*60+30*60)
	require.False(t, license.Ended(time.Date(2026, 12, 31, 23, 59, 59, 0, east)), "its last day is a whole day")
	require.True(t, license.Ended(time.Date(2027, 1, 1, 0, 0, 0, 0, east)))
	_, forever, err := users.ParseKey(users.NewKey("X7QK004100", time.Time{}), "X7QK004100")
	require.NoError(t, err)
	require.False(t, forever.Ended(time.Date(2170, 1, 1, 0, 0, 0, 0, time.UTC)))
}

func TestASlipInALicenseKeyIsTold(t *testing.T) {
	key := users.NewKey("X7QK004100", time.Time{})
	for i := range key {
		if key[i] == '-' {
			continue
		}
		slip := []byte(key)
		slip[i] = 'A'
		if key[i] == 'A' {
			slip[i] = 'B'
		}
		_, _, err := users.ParseKey(string(slip), "X7QK004100")
		require.ErrorIs(t, err, users.ErrKeyForm, "%s at %d", slip, i)
	}
	for _, typed := range []string{"", key[:22], key + "0", strings.Replace(key, "-", "!", 1), "Κ" + key[1:]} {
		_, _, err := users.ParseKey(typed, "X7QK004100")
		require.ErrorIs(t, err, users.ErrKeyForm, typed)
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add(users.NewKey("X7QK004100", time.Time{}), "X7QK004100")
	f.Add("", "")
	f.Add("00000-00000-00000-00000", "T5QK000500")
	f.Add(strings.Repeat("Z", 20), "x")
	f.Fuzz(func(t *testing.T, typed, serial string) {
		key, license, err := users.ParseKey(typed, serial)
		if err != nil {
			require.Empty(t, key)
			return
		}
		require.Equal(t, users.NewKey(serial, license.Expires), key)
		again, same, err := users.ParseKey(key, serial)
		require.NoError(t, err)
		require.Equal(t, key, again)
		require.Equal(t, license, same)
	})
}
