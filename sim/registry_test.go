package sim_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/sim"
	"mfpsim/sim/entry"
	"mfpsim/sim/settings"
	"mfpsim/sim/users"
)

// authenticate lets users log in at a printer, without end.
func authenticate(t testing.TB, p *sim.Printer) {
	t.Helper()
	require.NoError(t, p.Change(func(s *settings.Settings) {
		s.PrintAdmin = settings.PrintAdmin{License: p.NewLicenseKey(time.Time{}), On: true, UserSends: true}
	}))
}

func person(id string) users.Entry {
	return users.Entry{
		User: users.User{ID: id, Name: id, Email: id + "@contoso.com"}, Password: "password of " + id,
	}
}

// signInUser stores a sign-in of a user of the printer.
func (b *bench) signInUser(id string) {
	b.t.Helper()
	b.answer(b.approved)
	his := b.printer.Mailer(nvram.User(id))
	b.do("sign in", func(ctx context.Context) error {
		_, err := his.BeginSignIn(ctx, mail.ServiceExchangeOnline)
		return err
	})
	b.advance(10 * time.Second)
	b.do("OK", func(ctx context.Context) error { return his.Save(ctx, mail.Settings{}) })
	require.True(b.t, his.Status().Stored)
}

func (b *bench) removeUser(id string) error {
	var err error
	b.do("remove", func(ctx context.Context) error { err = b.printer.RemoveUsers(ctx, id); return nil })
	return err
}

func (b *bench) memory() string {
	image, err := b.printer.Memory()
	require.NoError(b.t, err)
	return string(image)
}

func TestARemovedUserLeavesNothingInMemoryAndNobodyElseIsTouched(t *testing.T) {
	b := newBench(t)
	authenticate(t, b.printer)
	for _, id := range []string{"alice", "carol"} {
		require.NoError(t, b.printer.Users().Add(person(id)))
		b.signInUser(id)
	}
	require.ErrorIs(t, b.removeUser("nobody"), users.ErrNoUser)
	require.NoError(t, b.removeUser("ALICE"))
	require.NoError(t, b.printer.Change(func(*settings.Settings) {})) // the other slot of the records is written over
	require.NotContains(t, b.memory(), "alice")
	require.True(t, b.printer.Mailer(nvram.User("carol")).Status().Stored)
	_, there := b.printer.Users().Get("carol")
	require.True(t, there)
}

// After a power cut in any write of a removal there is the user with his sign-in, the user who is to sign in anew, or
// neither of them: never a sign-in that belongs to nobody.
func TestAPowerCutInAnyWriteOfARemovalLeavesNoSignInWithoutItsUser(t *testing.T) {
	seen := map[string]bool{}
	for write := 1; write <= 4; write++ {
		for _, bytes := range []int{0, 40, 1 << 20} {
			b := newBench(t)
			authenticate(t, b.printer)
			require.NoError(t, b.printer.Users().Add(person("alice")))
			b.signInUser("alice")
			b.do("cut", func(ctx context.Context) error {
				return b.device.Power(ctx, device.PowerAct{State: "cut", AtWrite: write, AtByte: new(bytes)})
			})
			err := b.removeUser("alice")
			cut := err != nil
			if cut {
				require.ErrorIs(t, err, device.ErrPoweredOff)
			}
			b.power("off")
			b.power("on")
			_, there := b.printer.Users().Get("alice")
			stored := b.printer.Mailer(nvram.User("alice")).Status().Stored
			require.False(t, stored && !there, "write %d, byte %d", write, bytes)
			seen[fmt.Sprintf("user %t, signed in %t", there, stored)] = true
			if !cut {
				require.False(t, there)
			}
		}
	}
	require.Len(t, seen, 3, "%v", seen)
}

func TestAPowerCutInAnyWriteOfAnImportLeavesTheUsersOfBeforeOrTheNewOnes(t *testing.T) {
	file := "User ID,User Name,ID Number,Email Address\n"
	for i := range 40 {
		file += fmt.Sprintf("user%d,User %d,%d,user%d@contoso.com\n", i, i, 4000+i, i)
	}
	counts := map[int]bool{}
	for _, bytes := range []int{0, 1, 200, 2000, 1 << 20} {
		b := newBench(t)
		authenticate(t, b.printer)
		require.NoError(t, b.printer.Users().Add(person("alice")))
		c := b.clerk()
		b.do("cut", func(ctx context.Context) error {
			return b.device.Power(ctx, device.PowerAct{State: "cut", AtWrite: 1, AtByte: new(bytes)})
		})
		_ = c.sendForm(
			form{
				target: "/open-platform/users/import", upload: true,
				fields: []formField{{name: "users-file", kind: "file"}},
			},
			url.Values{"action": {"import"}, "token": {c.token}}, []byte(file),
		)
		require.False(t, b.printer.PoweredOn())
		b.power("off")
		b.power("on")
		require.NoError(t, b.printer.Recovered())
		counts[len(b.printer.Users().List())] = true
	}
	require.Equal(t, map[int]bool{1: true, 41: true}, counts)
}

// Records that are damaged are begun anew, without users. Their sign-ins lie in another part of the memory.
func TestSignInsOfUsersWhoAreLostWithTheRecordsAreRemovedAtPowerOn(t *testing.T) {
	records := nvram.NewMemory(nil)
	b := newBench(t, func(c *sim.Config) { c.Records = records })
	authenticate(t, b.printer)
	require.NoError(t, b.printer.Users().Add(person("alice")))
	b.signInUser("alice")
	b.power("off")
	image, err := records.Read()
	require.NoError(t, err)
	require.NoError(t, records.Write([]byte(strings.Repeat("?", len(image)))))
	b.power("on")
	require.Error(t, b.printer.Recovered())
	require.Empty(t, b.printer.Users().List())
	require.False(t, b.printer.Mailer(nvram.User("alice")).Status().Stored)
	require.NotContains(t, b.memory(), "user:alice")
}

func TestSettingValuesTurnUserAuthenticationOnOnlyWithALicense(t *testing.T) {
	b := newBench(t)
	authenticate(t, b.printer)
	require.NoError(t, b.printer.Users().Add(person("alice")))
	values, err := b.printer.Export()
	require.NoError(t, err)
	require.NotContains(t, string(values), "alice")
	require.NotContains(t, string(values), b.printer.NewLicenseKey(time.Time{}))

	other := newBench(t)
	require.NoError(t, other.printer.Users().Add(person("carol")))
	require.NoError(t, other.printer.Import(values))
	other.advance(2 * time.Minute)
	require.Equal(t, users.StateOff, other.printer.UserState(), "it has no license")
	require.True(t, other.printer.UserSends())
	require.Len(t, other.printer.Users().List(), 1)

	require.NoError(t, b.printer.Import(values))
	b.advance(2 * time.Minute)
	require.Equal(t, users.StateOn, b.printer.UserState())
	_, there := b.printer.Users().Get("alice")
	require.True(t, there)
}

func TestAModelWithoutPrintAdminServerlessHasNoUsers(t *testing.T) {
	b := newBench(t, func(c *sim.Config) { c.Model = "Desk 210" })
	require.Nil(t, b.printer.Users())
	require.Nil(t, b.printer.UserColumns())
	require.Equal(t, users.StateOff, b.printer.UserState())
	require.ErrorIs(t, b.removeUser("alice"), device.ErrNotSupported)
	_, err := b.device.LicenseKey(t.Context(), time.Time{})
	require.ErrorIs(t, err, device.ErrNotSupported)
	for _, path := range []string{"/open-platform", "/open-platform/users", "/open-platform/users/users.csv"} {
		require.Equal(t, 404, b.ask("GET", path, "", "").StatusCode, path)
	}
}

// registered is a printer with as many users as its model takes.
func registered(t testing.TB, p *sim.Printer) []users.Row {
	t.Helper()
	authenticate(t, p)
	rules := p.Users().Rules()
	var file strings.Builder
	file.WriteString("User ID,User Name,User Password,ID Number,Email Address,Department\n")
	for i := range rules.Users {
		fmt.Fprintf(&file, "user%04d,Χρήστης %d,password-%04d,%d,user%04d@contoso.com,Dept\n", i, i, i, 10_000+i, i)
	}
	rows, err := users.Decode([]byte(file.String()), p.UserColumns(), rules.Users)
	require.NoError(t, err)
	added, _, err := p.Users().Import(rows)
	require.NoError(t, err)
	require.Equal(t, rules.Users, added)
	return rows
}

func TestAPrinterHolds300Users(t *testing.T) {
	b := newBench(t)
	registered(t, b.printer)
	require.Len(t, b.printer.Users().List(), 300)
	b.power("off")
	b.power("on")
	require.NoError(t, b.printer.Recovered())
	b.do("log in", func(ctx context.Context) error {
		_, err := b.printer.Panel().LogInUser(ctx, "user0299", "password-0299")
		return err
	})
	require.Equal(t, "user0299", b.printer.Panel().User().ID)
	require.ErrorContains(t, b.printer.Users().Add(person("late")), string(entry.Full))
}

// BenchmarkUsers measures a printer with 300 users: an import of all, a change of one (one write of the records), a
// log-in, and what each takes in the printer's memory, in both slots.
func BenchmarkUsers(b *testing.B) {
	p, _ := alone(b, sim.Config{})
	without, err := p.Memory()
	require.NoError(b, err)
	rows := registered(b, p)
	require.NoError(b, p.Change(func(*settings.Settings) {})) // both slots of the records have them
	with, err := p.Memory()
	require.NoError(b, err)
	for _, each := range []struct {
		name string
		act  func() error
	}{
		{"import", func() error { _, _, err := p.Users().Import(rows); return err }},
		{"change", func() error { return p.Users().Change("user0007", person("user0007")) }},
		{"log-in", func() error {
			_, err := p.Panel().LogInUser(context.Background(), "user0150", "password-0150")
			if err == nil {
				_, err = p.Panel().LogOff(context.Background())
			}
			return err
		}},
	} {
		b.Run(each.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := each.act(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(with)-len(without))/float64(len(rows)), "bytes-of-memory/user")
		})
	}
}
