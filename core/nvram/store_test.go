package nvram

import (
	"bytes"
	"encoding/json"
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
	settings.Method, settings.Service, settings.Account = mail.MethodOAuth2, mail.ServiceExchangeOnline, "scanner@contoso.com"
	settings.Password, settings.Sender = secret.New("old password"), "scanner@contoso.com"
	settings.Server, settings.Port, settings.Security = "smtp-mail.outlook.com", 587, mail.SecuritySTARTTLS
	return Record{Settings: settings, SignIn: &SignIn{
		Service: mail.ServiceExchangeOnline, Account: "scanner@contoso.com", RefreshToken: secret.New("0.refresh-token"),
		SignedInAt: bench.Start, RefreshedAt: bench.Start.Add(time.Hour),
	}}
}

func open(t *testing.T, flash Flash) (*Store, Record) {
	t.Helper()
	s, r, err := Open(flash, key, bench.Random(1))
	require.NoError(t, err)
	return s, r
}

func TestANewDeviceHasFactorySettingsAndNoSignIn(t *testing.T) {
	for name, image := range map[string][]byte{"empty": nil, "erased to ones": bytes.Repeat([]byte{0xFF}, 100), "erased to zeros": make([]byte, 100)} {
		_, r := open(t, NewMemory(image))
		require.Equal(t, Record{Settings: mail.FactorySettings()}, r, name)
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
	signedOut := sample()
	signedOut.SignIn = nil
	require.NoError(t, s.Save(signedOut))
	require.Contains(t, string(flash.Image()), "refresh_token_sealed", "the older slot has it still")
	require.NoError(t, s.Replace(signedOut))
	require.NotContains(t, string(flash.Image()), "refresh_token_sealed")
}

func TestAPowerCutAtAnyByteOfAnyWriteLosesNothingThatWasStored(t *testing.T) {
	records := []Record{sample(), {Settings: mail.FactorySettings()}, sample()}
	records[2].SignIn.RefreshToken = secret.New("0.rotated, and longer than the one before: " + strings.Repeat("x", 200))
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
			if write > 0 {
				require.NoError(t, err, "cut at %d", cut)
			}
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
	if a.Settings != b.Settings || (a.SignIn == nil) != (b.SignIn == nil) {
		return false
	}
	return a.SignIn == nil || *a.SignIn == *b.SignIn
}

func TestPowerCutsInARandomLife(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		flash := &Memory{}
		s, last, err := Open(flash, key, bench.Random(2))
		require.NoError(rt, err)
		for range rapid.IntRange(1, 8).Draw(rt, "writes") {
			next := sample()
			next.Settings.Sender = rapid.StringMatching(`[a-z]{1,40}@contoso\.com`).Draw(rt, "sender")
			next.SignIn.RefreshToken = secret.New(rapid.StringMatching(`[!-~]{0,400}`).Draw(rt, "token"))
			if rapid.Bool().Draw(rt, "signed out") {
				next.SignIn = nil
			}
			save := s.Save
			writes := 1
			if rapid.Bool().Draw(rt, "replace") {
				save, writes = s.Replace, 2
			}
			cut := rapid.Bool().Draw(rt, "cut")
			if cut {
				flash.CutPower(rapid.IntRange(1, writes).Draw(rt, "at"), rapid.OneOf(rapid.IntRange(0, 2000), rapid.IntRange(SlotSize, SlotSize+2000), rapid.IntRange(0, 2*SlotSize)).Draw(rt, "byte"))
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
		want := sample().Settings
		want.Password = secret.Secret{}
		require.Equal(t, Record{Settings: want}, r)
		require.NoError(t, s.Save(r))
	})
	t.Run("both slots damaged: factory settings", func(t *testing.T) {
		image := bytes.ReplaceAll(stored(), []byte("outlook"), []byte("0utlook"))
		s, r, err := Open(NewMemory(image), key, bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultCorrupt))
		require.Equal(t, Record{Settings: mail.FactorySettings()}, r)
		require.NoError(t, s.Save(sample()))
	})
	t.Run("a token moved to another account: sealed to its place", func(t *testing.T) {
		flash := NewMemory(stored())
		slots := split(flash.Image())
		l, ok := decodeLine(slots[1])
		require.True(t, ok)
		l.Record = bytes.ReplaceAll(l.Record, []byte(`"account":"scanner@`), []byte(`"account":"director@`))
		l.Generation = 99
		l.Checksum = checksum(l.Schema, l.Generation, l.Record)
		forged, err := json.Marshal(l)
		require.NoError(t, err)
		_, r, err := Open(NewMemory(forged), key, bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultSealed))
		require.Nil(t, r.SignIn)
	})
	t.Run("a newer firmware's record is not touched", func(t *testing.T) {
		record := json.RawMessage(`{"later":true}`)
		image, err := json.Marshal(line{Schema: 2, Generation: 5, Checksum: checksum(2, 5, record), Record: record})
		require.NoError(t, err)
		s, _, err := Open(NewMemory(image), key, bench.Random(1))
		require.ErrorIs(t, err, errorOf(FaultSchema))
		require.Nil(t, s)
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

func TestARecordThatDoesNotFitLeavesTheOldOne(t *testing.T) {
	flash := &Memory{}
	s, _ := open(t, flash)
	require.NoError(t, s.Save(sample()))
	large := sample()
	large.SignIn.RefreshToken = secret.New(strings.Repeat("x", SlotSize))
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
		if err != nil && r.SignIn != nil {
			t.Fatal("a sign-in out of a faulty record")
		}
		if s != nil && s.Save(sample()) == nil {
			_, back, err := Open(s.flash, key, bench.Random(1))
			require.NoError(t, err)
			require.True(t, equal(sample(), back))
		}
	})
}
