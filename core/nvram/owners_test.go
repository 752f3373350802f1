package nvram

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
	"mfpsim/core/mail"
	"mfpsim/core/secret"
)

// version1 is a memory as a device with version 1 of the schema has left it: two generations of [sample], the older one
// with another refresh token. The file has the lines of the two slots, without the newlines that fill them.
func version1(t *testing.T) []byte {
	lines, err := os.ReadFile("testdata/schema-1.txt")
	require.NoError(t, err)
	image := bytes.Repeat([]byte{'\n'}, 2*SlotSize)
	for slot, line := range bytes.Split(bytes.TrimSpace(lines), []byte{'\n'}) {
		copy(image[slot*SlotSize:], line)
	}
	return image
}

func TestAnOldDeviceKeepsItsSignIn(t *testing.T) {
	flash := NewMemory(version1(t))
	s, r := open(t, flash)
	require.Equal(t, sample(), r, "the sign-in is the printer's")
	require.Equal(t, version1(t), flash.Image(), "reading changes nothing")

	require.NoError(t, s.Save(r))
	require.Contains(t, string(flash.Image()), `{"schema":2,"generation":3,`)
	_, again := open(t, flash)
	require.Equal(t, sample(), again)
	require.NoError(t, s.Replace(r))
	require.NotContains(t, string(flash.Image()), `"schema":1`)
}

func TestAPowerCutInTheFirstWriteOfTheNewVersionLeavesTheOldOne(t *testing.T) {
	old := NewMemory(version1(t))
	s, _ := open(t, old)
	changed := withToken(sample(), "0.rotated")
	require.NoError(t, s.Save(changed))
	end := len(strings.TrimRight(string(old.Image()[:SlotSize]), "\n"))
	for cut := 0; cut <= end; cut++ {
		flash := NewMemory(version1(t))
		s, _ := open(t, flash)
		flash.CutPower(1, cut)
		require.ErrorIs(t, s.Save(changed), errorOf(FaultWrite))
		flash.Restore()
		_, got := open(t, flash)
		if !equal(got, sample()) && !equal(got, changed) {
			require.Failf(t, "neither the old record nor the new", "cut at %d: %+v", cut, got)
		}
	}
}

func TestAMemoryOfVersion1WithAForeignKeyKeepsItsSettings(t *testing.T) {
	_, r, err := Open(NewMemory(version1(t)), []byte("the key of another device, 32 b."), bench.Random(1))
	require.ErrorIs(t, err, errorOf(FaultForeignKey))
	require.Equal(t, "smtp-mail.outlook.com", r.Settings[Printer].Server)
	require.Empty(t, r.SignIns)
}

func TestOwnersHaveSettingsAndSignInsOfTheirOwn(t *testing.T) {
	record := sample()
	fax := mail.FactorySettings()
	fax.Server, fax.Password = "mail.fax.example", secret.New("fax password")
	record.Settings[FaxServer] = fax
	record = with(
		record, FaxServer, SignIn{Service: "Fax", Account: "fax@fax.example", RefreshToken: secret.New("0.fax")},
	)
	record = with(
		record, User("alice"),
		SignIn{Service: "Mail", Account: "alice@contoso.com", RefreshToken: secret.New("0.alice")},
	)

	flash := &Memory{}
	s, _ := open(t, flash)
	require.NoError(t, s.Save(record))
	_, r := open(t, flash)
	require.Equal(t, "fax password", r.Settings[FaxServer].Password.Reveal())
	require.Equal(t, "old password", r.Settings[Printer].Password.Reveal())
	require.Equal(t, "0.fax", r.SignIns[FaxServer].RefreshToken.Reveal())
	require.Equal(t, "0.alice", r.SignIns[User("alice")].RefreshToken.Reveal())
	require.Equal(t, sample().SignIns[Printer], r.SignIns[Printer])
	require.True(t, User("alice").IsUser())
	require.False(t, FaxServer.IsUser())
	for _, hidden := range []string{"fax password", "0.fax", "0.alice"} {
		require.NotContains(t, string(flash.Image()), hidden)
	}
}

// crowd is a record of a printer with users, each with a refresh token as long as Entra's.
func crowd(users int) Record {
	r := sample()
	for i := range users {
		r.SignIns[User(fmt.Sprintf("user-%03d", i))] = SignIn{
			Service: mail.ServiceExchangeOnline, Account: fmt.Sprintf("user-%03d@contoso.com", i),
			RefreshToken: secret.New("0." + strings.Repeat("r", 1400)), SignedInAt: bench.Start, RefreshedAt: bench.Start,
		}
	}
	return r
}

func TestAMemoryGrowsWithItsUsersAndShrinksAgain(t *testing.T) {
	flash := &Memory{}
	s, _ := open(t, flash)
	require.NoError(t, s.Save(sample()))
	require.Len(t, flash.Image(), 2*SlotSize)
	for _, users := range []int{1, 20, 300, 299} {
		require.NoError(t, s.Save(crowd(users)))
		_, r := open(t, flash)
		require.Equal(t, crowd(users), r)
	}
	require.NoError(t, s.Replace(sample()))
	require.NoError(t, s.Replace(sample()))
	require.Len(t, flash.Image(), 2*SlotSize)
	require.NotContains(t, string(flash.Image()), "user-")
}

func TestAPowerCutWhileTheMemoryGrowsOrShrinksLosesNothing(t *testing.T) {
	sizes := []int{1, 30, 5, 60, 0}
	for write := 1; write < len(sizes); write++ {
		flash := &Memory{}
		s, _ := open(t, flash)
		for _, users := range sizes[:write] {
			require.NoError(t, s.Save(crowd(users)))
		}
		before, next := flash.Image(), crowd(sizes[write])
		require.NoError(t, s.Save(next))
		longest := max(len(before), len(flash.Image()))
		for cut := 0; cut <= longest; cut += 1777 {
			flash := NewMemory(before)
			s, old := open(t, flash)
			flash.CutPower(1, cut)
			require.ErrorIs(t, s.Save(next), errorOf(FaultWrite))
			flash.Restore()
			_, got := open(t, flash)
			if !equal(got, old) && !equal(got, next) {
				require.Failf(t, "neither the old record nor the new", "write %d cut at %d", write, cut)
			}
		}
	}
}

// BenchmarkSaveWith300Users is one write of a device with 300 users: a rotated token of one of them.
func BenchmarkSaveWith300Users(b *testing.B) {
	flash := &Memory{}
	s, _, err := Open(flash, key, bench.Random(1))
	require.NoError(b, err)
	record := crowd(300)
	for b.Loop() {
		require.NoError(b, s.Save(record))
	}
	b.ReportMetric(float64(len(flash.Image())), "bytes-of-flash")
}
