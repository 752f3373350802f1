package sim_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/screen"
)

// touch presses keys one after the other.
func (b *bench) touch(keys ...string) (shown *screen.Screen) {
	b.t.Helper()
	for _, key := range keys {
		shown = b.press(key).Data
	}
	return shown
}

func letters(word string) []string { return strings.Split(word, "") }

func TestAnAddressIsTypedOnTheKeyboard(t *testing.T) {
	b := newBench(t)
	b.touch("Scan > Email", "Keyboard")
	shown := b.touch(append(letters("bob@fabrikam.co"), "m", "m", "Delete")...)
	require.Equal(t, screen.Keyboard, shown.Kind)
	require.Equal(t, "bob@fabrikam.com", shown.Field.Value)
	require.Len(t, shown.Field.Board, 5)
	for _, row := range shown.Field.Board[:4] {
		require.Len(t, row, 10)
	}
	shown = b.touch("OK")
	require.Equal(t, "bob@fabrikam.com", shown.Rows[0].Value)
	require.Equal(t, 1, shown.Tabs[0].Count)
	require.Equal(t, "-", b.touch("Remove: bob@fabrikam.com").Rows[0].Value)

	// What is no address stays on the keyboard, with a message over it.
	shown = b.touch("Keyboard", "x", "OK")
	require.Equal(t, "This is not an email address. Check it and enter it again.", shown.Message.Text)
	require.Equal(t, "x", b.touch("OK").Field.Value)
	require.Equal(t, screen.Form, b.touch("Cancel").Kind)
}

func TestASubjectIsTypedInThreeAlphabets(t *testing.T) {
	for language, test := range map[string]struct {
		keys []string
		want string
	}{
		"en": {[]string{"Shift", "T", "o", "Space", "?#+", "&", " ", "?#+", "G", "o"}, "To & Go"},
		"el": {[]string{"Shift", "Τ", "ι", "μ", "ο", "λ", "΄", "ο", "γ", "ι", "α", " ", "Shift", "¨", "ι"}, "Τιμολόγια ϊ"},
		"hi": {[]string{"ि", "व", "व", "ि", "Shift", "अ", ">"}, "िवविअ>"},
	} {
		t.Run(language, func(t *testing.T) {
			b := newBench(t)
			b.do("language", func(ctx context.Context) error { return b.device.SetLanguage(ctx, language) })
			b.touch("Scan > Email", "Scan Settings", "Subject")
			for _, key := range test.keys {
				b.touch(key)
			}
			require.Equal(t, test.want, b.screen().Data.Field.Value)
			require.Equal(t, test.want, b.touch("OK").Rows[0].Value)
		})
	}
}

func TestThePadlockIsAKeyThatLeadsToALogInScreen(t *testing.T) {
	b := newBench(t)
	b.touch("Settings > General Settings > System Administration > Security Settings > Admin Settings > Lock Setting", "On")
	require.True(t, b.screen().Padlock)
	require.Equal(t, screen.LogIn, b.touch("Home").Bar.Padlock.Role)
	b.touch("Settings")
	_, err := b.device.Panel().Press(context.Background(), "General Settings")
	require.ErrorIs(t, err, device.ErrLocked)

	shown := b.touch("Locked")
	require.Equal(t, "This item is locked. Log in as administrator.", shown.Field.Note)
	require.True(t, shown.Field.Masked)
	require.Equal(t, "•••", b.touch("x", "7", "y").Field.Value)
	require.Equal(t, "Incorrect user name or password", b.touch("OK").Message.Text)
	require.Empty(t, b.touch("OK").Field.Value)

	shown = b.touch(append(letters(b.printer.AdministratorPassword()), "OK")...)
	require.Equal(t, "General Settings", shown.Title, "what was refused before is open")
	require.Equal(t, screen.LogOut, shown.Bar.Padlock.Role)
	for _, e := range b.journal.Entries() {
		if e.Kind == journal.KindScreen && e.Screen != nil {
			data, err := json.Marshal(e.Screen)
			require.NoError(t, err)
			require.NotContains(t, string(data), b.printer.AdministratorPassword()[:4])
			require.Equal(t, e.Text.String(), device.ScreenOf(e.Screen).String(), "the text is derived from the data")
		}
	}
}

func TestALogInOpensNothingThatSomebodyElseWasRefused(t *testing.T) {
	b := newBench(t)
	b.touch("Settings > General Settings > System Administration > Security Settings > Admin Settings > Lock Setting", "On")
	b.touch("Home", "Settings")
	_, err := b.device.Panel().Press(context.Background(), "General Settings")
	require.ErrorIs(t, err, device.ErrLocked)
	b.touch("Back", "Scan", "Email", "Locked")
	require.Empty(t, b.screen().Data.Field.Note)
	shown := b.touch(append(letters(b.printer.AdministratorPassword()), "OK")...)
	require.Equal(t, []string{"Scan", "Email"}, shown.Path)
}

func TestTheGlassGoesDarkAndATouchWakesIt(t *testing.T) {
	b := newBench(t)
	b.touch("Settings")
	b.advance(14 * time.Minute)
	require.False(t, b.screen().Data.Asleep)
	b.advance(time.Minute)
	shown := b.screen()
	require.True(t, shown.Data.Asleep)
	require.Contains(t, shown.String(), "General Settings", "who looks at a panel touches it first")
	woken := b.touch("Touch the screen to wake the printer")
	require.False(t, woken.Asleep)
	require.Equal(t, "Settings", woken.Title)
}

func TestAMessageLiesOverTheScreenThatItCameFrom(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.auth = "535 5.7.139 Authentication unsuccessful"
	_, ended := b.scan("bob@fabrikam.com")
	require.Equal(t, &screen.Dialog{
		Tone: screen.Warn, Title: "Error code 312", Text: "An authentication error has occurred.",
	}, ended.Data.Message)
	require.Equal(t, "bob@fabrikam.com", ended.Data.Rows[0].Value)
	detail := b.touch("Details")
	require.Equal(t, screen.Job, detail.Kind)
	require.Equal(t, "Email 1", detail.Title)
	require.Equal(t, "Scan > Email", b.press("Back").Path)
}

func TestStopEndsTheJobThatTheScreenWaitsFor(t *testing.T) {
	b := newBench(t)
	require.Equal(t, screen.Home, b.touch("Settings", "Stop").Kind)
	require.NotContains(t, b.screen().Keys, "Stop", "it is on the casing")
}
