package sim_test

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/screen"
	"mfpsim/sim"
	"mfpsim/sim/contacts"
	"mfpsim/sim/models"
)

// oddNames are names of contacts that look like something else on the panel: like its keys, like one another, like what
// tells namesakes apart.
var oddNames = []string{
	"OK", "Back", "Bob", "bob", "Bob (3)", "Contacts > Bob", "=HYPERLINK(1)", "Home", "Πίσω", "ठीक है", "x", "<b>Eve</b>",
}

// stocked is a bench whose printer has one of everything that the panel shows: contacts, a group, and a mail server
// that wants nothing, through which jobs have gone out.
func stocked(t *testing.T, model, language string) *bench {
	t.Helper()
	b := newBench(t, func(c *sim.Config) { c.Model, c.Language = model, language })
	for i, name := range oddNames {
		_, err := b.printer.Contacts().Add(contacts.Entry{Name: name, Address: fmt.Sprintf("p%d@fabrikam.com", i+1)})
		require.NoError(t, err)
	}
	_, err := b.printer.Contacts().Add(contacts.Entry{Name: "All", IsGroup: true, Members: []int{1, 3}})
	require.NoError(t, err)
	values, err := b.printer.Export()
	require.NoError(t, err)
	b.do("import", func(context.Context) error {
		return b.printer.Import([]byte(strings.NewReplacer(
			`"smtpPort": 0`, `"smtpServer": "mail.office.example", "sender": "mfp@fabrikam.com", "smtpPort": 25`,
			`"smtpPort": 587`, `"smtpServer": "mail.office.example", "sender": "mfp@fabrikam.com", "smtpPort": 25`,
			`"smtpPort": 25`, `"smtpServer": "mail.office.example", "sender": "mfp@fabrikam.com", "smtpPort": 25`,
		).Replace(string(values))))
	})
	b.advance(2 * time.Minute)
	require.True(t, b.printer.PoweredOn())
	b.scan("bob@fabrikam.com")
	return b
}

// onEachPanel runs a test for every model in every language of its panel.
func onEachPanel(t *testing.T, test func(t *testing.T, b *bench)) {
	set, err := models.Embedded()
	require.NoError(t, err)
	for _, name := range set.Names() {
		model, err := set.Get(name)
		require.NoError(t, err)
		for _, language := range model.Panel.Languages {
			t.Run(name+" "+language, func(t *testing.T) { test(t, stocked(t, name, language)) })
		}
	}
}

// placeOf tells screens apart as a person does.
func placeOf(s *screen.Screen) string {
	place := string(s.Kind) + "|" + s.Heading() + "|" + s.Title
	if s.Kind == screen.Job {
		place = "job"
	}
	for _, tab := range s.Tabs {
		if tab.On {
			place += "|" + tab.Label
		}
	}
	if s.Field != nil {
		place += "|" + s.Field.Alphabet
		for _, row := range s.Field.Board {
			for _, k := range row {
				if k.On {
					place += "|" + k.Label
				}
			}
		}
	}
	if s.Over() {
		place += "|" + strings.Join(s.Lines(), "|")
	}
	return place
}

// keysOf are the keys of a screen, those of the casing too, but for the letters of the keyboard.
func keysOf(s *screen.Screen) []string {
	labels := s.Labels()
	for _, k := range s.Keys {
		if k.Role == screen.Stop || k.Role == screen.Wake {
			labels = append(labels, k.Label)
		}
	}
	if s.Field != nil && !s.Over() {
		for _, row := range s.Field.Board {
			for _, k := range row {
				if k.Role != screen.Letter {
					labels = append(labels, k.Label)
				}
			}
		}
	}
	return labels
}

// walker goes to every screen of a panel.
type walker struct {
	*bench
	language string
	values   []byte              // its settings
	seen     map[string][]string // keys that lead there, by place
}

// again goes to a screen on a printer that has its language and is not locked.
func (w *walker) again(path []string) device.Screen {
	w.t.Helper()
	if w.printer.Texts().Language() != w.language {
		require.NoError(w.t, w.printer.SetLanguage(w.language))
	}
	if w.home().Padlock {
		w.do("unlock", func(context.Context) error { return w.printer.Import(w.values) })
		w.advance(2 * time.Minute)
	}
	w.printer.LoadOriginals(1)
	shown := w.home()
	for _, key := range path {
		if _, err := strconv.Atoi(key); err == nil { // a job: those of before may have left the list
			key = strconv.Itoa(w.newest().Receipt)
		}
		w.do("press "+key, func(ctx context.Context) (err error) {
			shown, err = w.device.Panel().Press(ctx, key)
			return err
		})
	}
	return shown
}

// walk visits every screen and presses every key of it.
func (w *walker) walk(visit func(path []string, shown device.Screen)) {
	w.t.Helper()
	waiting := [][]string{nil}
	for len(waiting) > 0 {
		path := waiting[0]
		waiting = waiting[1:]
		w.again(path)
		w.settle()
		shown := w.screen()
		place := placeOf(shown.Data)
		if _, known := w.seen[place]; known {
			continue
		}
		w.seen[place] = path
		visit(path, shown)
		if len(path) > 20 {
			w.t.Fatalf("the way does not end: %v", path)
		}
		for _, key := range keysOf(shown.Data) {
			w.again(path)
			w.settle()
			var next device.Screen
			var err error
			w.do("press "+key, func(ctx context.Context) error {
				next, err = w.device.Panel().Press(ctx, key)
				return nil
			})
			if !errors.Is(err, device.ErrLocked) {
				require.NoError(w.t, err, "%v: %s", path, key)
			}
			w.settle()
			next = w.screen()
			if next.Data.Kind == screen.Job {
				key = "1"
			}
			other := next.Padlock || next.Data.Language != w.language // as from here, but for the words or the padlock
			if _, known := w.seen[placeOf(next.Data)]; !known && !other {
				waiting = append(waiting, append(slices.Clone(path), key))
			}
		}
	}
}

// typeEach presses each letter of a keyboard that is shown, and takes it back.
func (w *walker) typeEach(field *screen.Input) {
	w.t.Helper()
	for _, row := range field.Board {
		for _, k := range row {
			if k.Role != screen.Letter {
				continue
			}
			before := w.screen().Data.Field.Value
			require.Equal(w.t, before+k.Label, w.press(k.Label).Data.Field.Value)
			for range []rune(k.Label) {
				w.press(w.printer.Texts().Label("erase"))
			}
			require.Equal(w.t, before, w.screen().Data.Field.Value)
		}
	}
}

// Every screen of every model is reached by its keys, in every language, and left from everywhere.
func TestEachKeyOfEachScreenOfThePanelDoesSomethingAndEachScreenIsLeft(t *testing.T) {
	onEachPanel(t, func(t *testing.T, b *bench) {
		values, err := b.printer.Export()
		require.NoError(t, err)
		w := &walker{bench: b, language: b.printer.Texts().Language(), values: values, seen: map[string][]string{}}
		w.walk(func(path []string, shown device.Screen) {
			s := shown.Data
			require.NotEmpty(t, s.Title, "%v", path)
			require.NotContains(t, shown.String(), "label.", "%v", path)
			labels := map[string]bool{}
			for _, label := range keysOf(s) {
				require.NotEmpty(t, strings.TrimSpace(label), "%v", path)
				called := label
				if s.Field == nil {
					called = choice.Normalize(label)
				}
				require.False(t, labels[called], "%v: two keys are called %q", path, label)
				labels[called] = true
			}
			if s.Field != nil && !s.Over() && !s.Field.Masked {
				w.again(path)
				w.typeEach(s.Field)
			}
			require.Equal(t, screen.Home, b.home().Data.Kind, "%v", path)
			if s.Kind != screen.Home {
				_, found := s.KeyOf(screen.GoHome)
				require.True(t, found, "%v", path)
			}
			if back, found := s.KeyOf(screen.Back); found {
				w.again(path)
				w.settle()
				require.NotEqual(t, placeOf(s), placeOf(b.press(back.Label).Data), "%v", path)
			}
			w.again(path)
			b.power("off")
			b.power("on")
			require.Equal(t, screen.Home, b.screen().Data.Kind, "%v", path)
			require.False(t, b.screen().Data.Over(), "%v", path)
		})
		for _, e := range b.journal.Entries() {
			require.NotEqual(t, journal.KindEnglish, e.Kind, e.Text.String())
		}
		t.Logf("%d screens", len(w.seen))
	})
}

// typedValues are what people, and those who mean harm, type into the fields of Scan > Email, with the message id of
// what the panel says of it in To and in the other fields; empty: it takes the value.
func typedValues(most int) []struct{ name, value, other, to string } {
	return []struct{ name, value, other, to string }{
		{"nothing", "", "", "address-not-valid"},
		{"as much as there is room for", strings.Repeat("a", most-6) + "@x.com", "", ""},
		{"a character too many", strings.Repeat("a", most-5) + "@x.com", "invalid-too-long", "invalid-too-long"},
		{"a book", strings.Repeat("चालान ", 20000), "invalid-too-long", "invalid-too-long"},
		{"Greek", "Τιμολόγιο Νοεμβρίου", "", "address-not-valid"},
		{"Hindi", "नवंबर का चालान", "", "address-not-valid"},
		{"Hindi with a joiner", "क्\u200dष", "", "address-not-valid"},
		{"emoji", "🖨️ scan", "", "address-not-valid"},
		{"from right to left", "חשבונית ١٢٣", "", "address-not-valid"},
		{"a header field more", "Scan\r\nBcc: eve@example.com", "invalid-characters", "invalid-characters"},
		{"a line more", "a@x.com\nb@x.com", "invalid-characters", "invalid-characters"},
		{"a next line of ISO 6429", "a\u0085Bcc: eve@example.com", "invalid-characters", "invalid-characters"},
		{"a NUL", "a@x.com\x00", "invalid-characters", "invalid-characters"},
		{"no UTF-8", "\xff\xfea@x.com", "invalid-characters", "invalid-characters"},
		{"an encoded word", "=?utf-8?q?Bcc=3A_eve?=", "", "address-not-valid"},
		{"a formula", "=HYPERLINK(\"http://evil.example\")", "", "address-not-valid"},
		{"HTML", "<script>alert(1)</script>", "", "address-not-valid"},
		{"a way up", "../../etc/passwd", "", "address-not-valid"},
		{"quotes and a semicolon", `a"; filename="b.exe`, "", "address-not-valid"},
		{"an address with a blank", "bob @x.com", "", "address-not-valid"},
		{"an address with a command", "bob@x.com> SIZE=1", "", "address-not-valid"},
		{"two addresses", "a@x.com,b@x.com", "", "address-not-valid"},
	}
}

func TestEachFieldOfThePanelTakesAValueWholeOrSaysWhyNot(t *testing.T) {
	onEachPanel(t, func(t *testing.T, b *bench) {
		texts := b.printer.Texts()
		path, found := b.printer.Panel().Path("scan-to-email")
		if !found {
			t.Skip("it does not scan")
		}
		most := b.printer.Model().Panel.FieldMaximum
		enter := func(field, value string) (shown device.Screen, err error) {
			b.do("enter", func(ctx context.Context) error {
				shown, err = b.device.Panel().Enter(ctx, texts.Label(field), value)
				return nil
			})
			return shown, err
		}
		holds := func(shown device.Screen, value string) bool {
			return slices.ContainsFunc(shown.Data.Rows, func(r screen.ListRow) bool { return r.Value == value })
		}
		for _, field := range []string{"to", "subject", "file-name"} {
			for _, v := range typedValues(most) {
				refusal := v.other
				if field == "to" {
					refusal = v.to
				}
				b.press(path)
				_, err := enter(field, v.value)
				require.Equal(t, refusal != "", err != nil, "%s of %s: %v", v.name, field, err)
				if refusal == "" && v.value != "" {
					require.True(t, holds(b.screen(), v.value), "%s of %s is not on the screen", v.name, field)
				}

				// The same on the keyboard, which stays with what was typed.
				b.press(path)
				if field == "to" {
					b.press(texts.Label("keyboard"))
				} else {
					b.press(texts.Label("scan-settings"))
					b.press(texts.Label(field))
				}
				shown, err := enter(field, v.value)
				require.NoError(t, err)
				if refusal == "" {
					require.Equal(t, screen.Form, shown.Data.Kind, v.name)
					require.True(
						t, v.value == "" || holds(shown, v.value), "%s of %s is not on the screen", v.name, field,
					)
					continue
				}
				require.Equal(t, []string{texts.Text(refusal)}, shown.Lines, "%s of %s", v.name, field)
				_, err = b.device.Panel().Press(context.Background(), "x")
				require.Error(t, err, "no key is reached through the message")
				shown = b.press("OK")
				require.Equal(t, screen.Keyboard, shown.Data.Kind)
				require.Equal(t, v.value, shown.Data.Field.Value, "what was typed is there to be mended")
				require.False(t, holds(b.press(texts.Label("cancel")), v.value))
			}
		}
		for _, e := range b.journal.Entries() {
			require.NotEqual(t, journal.KindEnglish, e.Kind, e.Text.String())
		}
	})
}

func TestWhatIsTypedOnThePanelArrivesAsItIsAndAddsNoHeaderField(t *testing.T) {
	b := stocked(t, "", "en")
	for _, v := range typedValues(b.printer.Model().Panel.FieldMaximum) {
		if v.other != "" || v.value == "" {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			b.mu.Lock()
			b.mails = nil
			b.mu.Unlock()
			b.do("scan", func(ctx context.Context) error {
				_, err := b.device.Scan(ctx, device.ScanRequest{
					To: []string{"bob@fabrikam.com"}, Subject: v.value, File: v.value,
				})
				return err
			})
			b.settle()
			require.Len(t, b.mails, 1)
			read, err := netmail.ReadMessage(strings.NewReader(b.mails[0]))
			require.NoError(t, err)
			subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
			require.NoError(t, err)
			require.Equal(t, v.value, subject)
			require.Empty(t, read.Header.Get("Bcc"))
			for line := range strings.SplitSeq(b.mails[0], "\r\n") {
				require.LessOrEqual(t, len(line), 998)
			}
			_, parameters, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
			require.NoError(t, err)
			parts, files := multipart.NewReader(read.Body, parameters["boundary"]), []string{}
			for {
				part, err := parts.NextPart()
				if err != nil {
					break
				}
				if name := part.FileName(); name != "" {
					files = append(files, name)
				}
			}
			require.Len(t, files, 1)
			require.NotContains(t, files[0], "/")
			require.True(t, strings.HasSuffix(files[0], ".pdf"), files[0])
		})
	}
}

func TestEachContactCanBeChosenWhateverTheNameIsLike(t *testing.T) {
	for _, language := range []string{"en", "hi", "el"} {
		t.Run(language, func(t *testing.T) {
			b := stocked(t, "", language)
			texts := b.printer.Texts()
			path, _ := b.printer.Panel().Path("scan-to-email")
			for i := range oddNames {
				b.press(path)
				shown := b.press(texts.Label("contacts"))
				require.Len(t, shown.Data.Rows, len(oddNames)+1)
				require.True(t, b.press(shown.Data.Rows[i].Key).Data.Rows[i].On, oddNames[i])
				require.Equal(t, fmt.Sprintf("p%d@fabrikam.com", i+1), b.press("OK").Data.Rows[0].Value)
			}
		})
	}
}

func TestAnAdministratorWhoGoesAwayLeavesNoLockedScreenOpen(t *testing.T) {
	b := newBench(t)
	lock := "Settings > General Settings > System Administration > Security Settings > Admin Settings > Lock Setting"
	b.press(lock + " > On")
	b.do("log in", func(ctx context.Context) error { _, err := b.device.Panel().LogIn(ctx, "", ""); return err })
	b.press("Settings > General Settings > Basic Settings > Language")
	b.advance(b.printer.Model().Administrator.PanelSessionTime + time.Second)
	require.Equal(t, screen.Home, b.screen().Data.Kind)
	_, err := b.device.Panel().Press(context.Background(), "Ελληνικά")
	require.Error(t, err)
	require.Equal(t, "en", b.printer.Texts().Language())
}

func TestARecipientWhoseAddressEndsLikeARefusedOneIsToldAsSent(t *testing.T) {
	b := stocked(t, "", "en")
	b.nobody = "bob@fabrikam.com"
	b.scan("bob@fabrikam.com", "ob@fabrikam.com")
	result := map[string]string{}
	for _, row := range b.press("Job/Status > Job Status > 2").Data.Rows {
		result[row.Label] = row.Value
	}
	require.Equal(t, "Refused", result["bob@fabrikam.com"])
	require.Equal(t, "Sent", result["ob@fabrikam.com"])
}
