package nvram

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mfpsim/core/internal/bench"
	"mfpsim/core/mail"
	"mfpsim/core/secret"
)

var key = []byte("the device's own key, 32 bytes!!")

func sample() Record {
	settings := mail.FactorySettings()
	settings.Method, settings.Service = mail.MethodOAuth2, mail.ServiceExchangeOnline
	settings.Account = "scanner@contoso.com"
	settings.Password, settings.Sender = secret.New("old password"), "scanner@contoso.com"
	settings.Server, settings.Port, settings.Security = "smtp-mail.outlook.com", 587, mail.SecuritySTARTTLS
	return with(Record{Settings: map[Owner]mail.Settings{Printer: settings}}, Printer, SignIn{
		Service: mail.ServiceExchangeOnline, Account: "scanner@contoso.com", RefreshToken: secret.New("0.refresh-token"),
		SignedInAt: bench.Start, RefreshedAt: bench.Start.Add(time.Hour),
	})
}

// with returns a record with an owner's sign-in.
func with(r Record, owner Owner, s SignIn) Record {
	signIns := map[Owner]SignIn{owner: s}
	for other, kept := range r.SignIns {
		if other != owner {
			signIns[other] = kept
		}
	}
	return Record{Settings: r.Settings, SignIns: signIns}
}

// signedOut returns a record without sign-ins.
func signedOut(r Record) Record { return Record{Settings: r.Settings, SignIns: map[Owner]SignIn{}} }

// withToken returns a record whose printer has another refresh token.
func withToken(r Record, token string) Record {
	s := r.SignIns[Printer]
	s.RefreshToken = secret.New(token)
	return with(r, Printer, s)
}

// withPrinter returns a record with other settings of the printer.
func withPrinter(r Record, change func(*mail.Settings)) Record {
	s := r.Settings[Printer]
	change(&s)
	return Record{Settings: map[Owner]mail.Settings{Printer: s}, SignIns: r.SignIns}
}

func open(t *testing.T, flash Flash) (*Store, Record) {
	t.Helper()
	s, r, err := Open(flash, key, bench.Random(1))
	require.NoError(t, err)
	return s, r
}

func TestANewDeviceHasFactorySettingsAndNoSignIn(t *testing.T) {
	for name, image := range map[string][]byte{
		"empty":           nil,
		"erased to ones":  bytes.Repeat([]byte{0xFF}, 100),
		"erased to zeros": make([]byte, 100),
	} {
		_, r := open(t, NewMemory(image))
		require.Equal(t, factory(), r, name)
	}
}

func TestWhatIsStoredSurvivesPowerOff(t *testing.T) {
	folder := t.TempDir()
	for name, flash := range map[string]Flash{"memory": &Memory{}, "file": NewFile(filepath.Join(folder, "nvram"))} {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t, flash)
			for range 3 {
				require.NoError(t, s.Save(sample()))
			}
			_, r := open(t, flash)
			require.Equal(t, sample(), r)
		})
	}
	info, err := os.Stat(filepath.Join(folder, "nvram"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestNoSecretIsInTheImage(t *testing.T) {
	flash := &Memory{}
	s, _ := open(t, flash)
	require.NoError(t, s.Replace(sample()))
	for _, hidden := range []string{"old password", "0.refresh-token", string(key)} {
		require.NotContains(t, string(flash.Image()), hidden)
	}
	require.Contains(t, string(flash.Image()), "smtp-mail.outlook.com", "the rest can be read by a person")
}

func TestReplaceLeavesNoTokenBehind(t *testing.T) {
	flash := &Memory{}
	s, _ := open(t, flash)
	require.NoError(t, s.Replace(sample()))
	signedOut := signedOut(sample())
	require.NoError(t, s.Save(signedOut))
	require.Contains(t, string(flash.Image()), "refresh_token_sealed", "the older slot has it still")
	require.NoError(t, s.Replace(signedOut))
	require.NotContains(t, string(flash.Image()), "refresh_token_sealed")
}

func TestAPowerCutAtAnyByteOfAnyWriteLosesNothingThatWasStored(t *testing.T) {
	records := []Record{sample(), factory(), sample()}
	records[2] = withToken(records[2], "0.rotated, and longer than the one before: "+strings.Repeat("x", 200))
	for write := range records {
		flash := &Memory{}
		s, _ := open(t, flash)
		for _, r := range records[:write] {
			require.NoError(t, s.Save(r))
		}
		before := flash.Image()
		require.NoError(t, s.Save(records[write]))
		first, end := changed(before, flash.Image())
		require.Greater(t, end-first, 300)
		for cut := first; cut <= end; cut++ { // before and after, a cut leaves the old image or the new one
			flash := NewMemory(before)
			s, old, err := Open(flash, key, bench.Random(1))
			require.NoError(t, err)
			flash.CutPower(1, cut)
			require.ErrorIs(t, s.Save(records[write]), errorOf(FaultWrite))
			flash.Restore()
			_, got, err := Open(flash, key, bench.Random(1))
			require.NoError(t, err, "cut at %d", cut)
			if !equal(got, old) && !equal(got, records[write]) {
				require.Failf(t, "neither the old record nor the new", "write %d cut at %d: %+v", write, cut, got)
			}
		}
	}
}

// changed returns where two images differ.
func changed(a, b []byte) (first, end int) {
	first = -1
	for i := range b {
		if i >= len(a) && b[i] != '\n' || i < len(a) && a[i] != b[i] {
			if first < 0 {
				first = i
			}
			end = i + 1
		}
	}
	return first, end
}

// errorOf matches an [*Error] by its fault.
func errorOf(f Fault) error { return &Error{Fault: f} }

func equal(a, b Record) bool {
	return maps.Equal(a.Settings, b.Settings) && maps.Equal(a.SignIns, b.SignIns)
}

func TestPowerCutsInARandomLife(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		flash := &Memory{}
		s, last, err := Open(flash, key, bench.Random(2))
		require.NoError(rt, err)
		for range rapid.IntRange(1, 8).Draw(rt, "writes") {
			next := sample()
			next = withPrinter(next, func(s *mail.Settings) {
				s.Sender = rapid.StringMatching(`[a-z]{1,40}@contoso\.com`).Draw(rt, "sender")
			})
			next = withToken(next, rapid.StringMatching(`[!-~]{0,400}`).Draw(rt, "token"))
			if rapid.Bool().Draw(rt, "signed out") {
				next = signedOut(next)
			}
			for range rapid.IntRange(0, 3).Draw(rt, "users") {
				size := rapid.IntRange(0, SlotSize).Draw(rt, "token of the user")
				next = with(
					next, User(rapid.StringMatching(`[a-z]{1,8}`).Draw(rt, "user")),
					SignIn{RefreshToken: secret.New(strings.Repeat("u", size))},
				)
			}
			save := s.Save
			writes := 1
			if rapid.Bool().Draw(rt, "replace") {
				save, writes = s.Replace, 2
			}
			cut := rapid.Bool().Draw(rt, "cut")
			if cut {
				flash.CutPower(
					rapid.IntRange(1, writes).Draw(rt, "at"),
					rapid.OneOf(
						rapid.IntRange(0, 2000), rapid.IntRange(SlotSize, SlotSize+2000), rapid.IntRange(0, 8*SlotSize),
					).Draw(
						rt, "byte",
					),
				)
			}
			err := save(next)
			flash.Restore()
			require.Equal(rt, cut, err != nil)
			var got Record
			s, got, _ = Open(flash, key, bench.Random(3))
			if err == nil || equal(got, next) {
				require.True(rt, equal(got, next))
				last = next
				continue
			}
			require.True(rt, equal(got, last), "neither the old record nor the new")
		}
	})
}

func TestADeviceGoesOnWithLess(t *testing.T) {
	stored := func() []byte {
		flash := &Memory{}
		s, _ := open(t, flash)
		require.NoError(t, s.Replace(sample()))
		return flash.Image()
	}
	t.Run("sealed with another key: settings kept, password and sign-in lost", func(t *testing.T) {
		s, r, err := Open(NewMemory(stored()), []byte("the key of another device, 32 b."), bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultForeignKey))
		require.NotNil(t, s)
		want := withPrinter(signedOut(sample()), func(s *mail.Settings) { s.Password = secret.Secret{} })
		require.Equal(t, want, r)
		require.NoError(t, s.Save(r))
	})
	t.Run("both slots damaged: factory settings", func(t *testing.T) {
		image := bytes.ReplaceAll(stored(), []byte("outlook"), []byte("0utlook"))
		s, r, err := Open(NewMemory(image), key, bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultCorrupt))
		require.Equal(t, factory(), r)
		require.NoError(t, s.Save(sample()))
	})
	t.Run("a token moved to another account: sealed to its place", func(t *testing.T) {
		flash := NewMemory(stored())
		l, _, ok := decodeLine(flash.Image()[SlotSize:])
		require.True(t, ok)
		l.Record = bytes.ReplaceAll(l.Record, []byte(`"account":"scanner@`), []byte(`"account":"director@`))
		l.Generation = 99
		l.Checksum = checksum(l.Schema, l.Generation, l.Record)
		forged, err := json.Marshal(l)
		require.NoError(t, err)
		_, r, err := Open(NewMemory(forged), key, bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultSealed))
		require.Empty(t, r.SignIns)
	})
	t.Run("a newer firmware's record is not touched", func(t *testing.T) {
		image := later(t)
		flash := NewMemory(image)
		s, _, err := Open(flash, key, bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultSchema))
		require.Nil(t, s)
		require.Equal(t, image, flash.Image())
	})
	t.Run("a newer firmware's record that came after Open is not written over", func(t *testing.T) {
		flash := &Memory{}
		s, _ := open(t, flash)
		image := later(t)
		require.NoError(t, flash.Write(image))
		require.ErrorIs(t, s.Save(sample()), errorOf(FaultSchema))
		require.Equal(t, image, flash.Image())
	})
	t.Run("a token moved to another owner: sealed to its place", func(t *testing.T) {
		l, _, ok := decodeLine(stored()[SlotSize:])
		require.True(t, ok)
		l.Record = bytes.ReplaceAll(l.Record, []byte(`"sign_ins":{"printer":`), []byte(`"sign_ins":{"user:alice":`))
		l.Generation = 99
		l.Checksum = checksum(l.Schema, l.Generation, l.Record)
		forged, err := json.Marshal(l)
		require.NoError(t, err)
		_, r, err := Open(NewMemory(forged), key, bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultSealed))
		require.Empty(t, r.SignIns)
	})
	t.Run("an owner that no device has: factory settings", func(t *testing.T) {
		record := json.RawMessage(`{"key_id":"","settings":{"scanner":{}}}`)
		image, err := json.Marshal(
			line{Schema: Schema, Generation: 5, Checksum: checksum(Schema, 5, record), Record: record},
		)
		require.NoError(t, err)
		_, r, err := Open(NewMemory(image), key, bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultCorrupt))
		require.Equal(t, factory(), r)
		s, _ := open(t, &Memory{})
		require.ErrorIs(t, s.Save(with(sample(), "scanner", SignIn{})), errorOf(FaultEncode), "and none is written")
		require.ErrorIs(t, s.Save(with(sample(), User(""), SignIn{})), errorOf(FaultEncode))
	})
	t.Run("memory that cannot be read", func(t *testing.T) {
		s, _, err := Open(NewFile(t.TempDir()), key, bench.Random(1)) // a folder
		require.ErrorIs(t, err, errorOf(FaultUnreadable))
		require.Nil(t, s)
	})
	t.Run("a key that is too short", func(t *testing.T) {
		_, _, err := Open(&Memory{}, []byte("short"), bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultKey))
	})
}

// later is the image of a version of the schema that this package does not know.
func later(t *testing.T) []byte {
	record := json.RawMessage(`{"later":true}`)
	image, err := json.Marshal(
		line{Schema: Schema + 1, Generation: 5, Checksum: checksum(Schema+1, 5, record), Record: record},
	)
	require.NoError(t, err)
	return image
}

func TestARecordThatDoesNotFitLeavesTheOldOne(t *testing.T) {
	flash := &Memory{}
	s, _ := open(t, flash)
	require.NoError(t, s.Save(sample()))
	large := withToken(sample(), strings.Repeat("x", MaximumSlots*SlotSize))
	require.ErrorIs(t, s.Save(large), errorOf(FaultTooLarge))
	_, r := open(t, flash)
	require.Equal(t, sample(), r)
}

func TestNoErrorHoldsTheTextOfTheSystem(t *testing.T) {
	s, _ := open(t, NewFile(filepath.Join(t.TempDir(), "no such folder", "nvram")))
	err := s.Save(sample())
	require.ErrorIs(t, err, errorOf(FaultWrite))
	require.NotContains(t, err.Error(), "no such")
}

func FuzzRecord(f *testing.F) {
	flash := &Memory{}
	s, _, _ := Open(flash, key, bench.Random(1))
	_ = s.Save(sample())
	f.Add(bytes.TrimRight(flash.Image(), "\n"))
	f.Add([]byte(`{"schema":1,"generation":1,"checksum":"","record":{}}`))
	f.Fuzz(func(t *testing.T, image []byte) {
		s, r, err := Open(NewMemory(image), key, bench.Random(1))
		if err != nil && len(r.SignIns) > 0 {
			t.Fatal("a sign-in out of a faulty record")
		}
		if s != nil && s.Save(sample()) == nil {
			_, back, err := Open(s.slots.Flash, key, bench.Random(1))
			require.NoError(t, err)
			require.True(t, equal(sample(), back))
		}
	})
}
