package chromium

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// The screens where users log in, on the panel: empty, its keyboard, a refusal, and the home screen of a user.
func TestTheScreensWhereUsersLogInCanBeReadByEverybody(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--script", "testdata/users.txt")
			w := &panelWalk{newInspector(t, language), b, map[string]bool{}}
			w.opens(b.Panel)
			w.shows("gate")
			w.presses(item, 0)
			w.shows("gate-keyboard")
			w.presses(cancel, 0)
			w.presses(mainly, 0) // nothing is typed
			w.shows("gate-refused")
			w.presses(mainly, 0)
			w.presses(item, 2)
			for range 4 {
				w.presses(`#glass .kb button[data-k="letter:1"]`, 0)
			}
			w.presses(mainly, 0)
			w.presses(mainly, 0)
			b.post("/printer/panel/enter", map[string]string{"field": "ID Number", "value": "12345678"})
			w.opens(b.Panel)
			w.shows("home-of-a-user")
			w.looks("home-of-a-user", 700, false)
		})
	}
}

// The pages of Print Admin Serverless, with users and with mistakes.
func TestThePagesOfUsersCanBeReadByEverybody(t *testing.T) {
	for _, language := range []string{"en", "el"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--script", "testdata/users.txt")
			w := &panelWalk{newInspector(t, language), b, nil}
			logsIn(w.person, b)
			for name, address := range map[string]string{
				"license": "/open-platform/license-key", "authentication": "/open-platform/authentication-settings",
				"users": "/open-platform/users", "user": "/open-platform/users/entry?id=alice",
				"new-user": "/open-platform/users/entry?new=user", "import": "/open-platform/users/import",
			} {
				w.opens(b.WebConfig + address)
				w.shows(name)
				if name == "license" || name == "new-user" {
					w.clicks(`//main//p[@class="buttons"]/button[1]`)
					w.sees("main .problem")
					w.shows(name + "-refused")
				}
			}
			file := filepath.Join(t.TempDir(), "bad.csv")
			require.NoError(t, os.WriteFile(file, []byte(
				"User ID,User Name,ID Number,Email Address\ndave,Dave,4711,nowhere\n,Nobody,1,x@contoso.com\n",
			), 0o600))
			w.opens(b.WebConfig + "/open-platform/users/import")
			w.do("choose a file", chromedp.SetUploadFiles(`input[type=file]`, []string{file}))
			w.clicks(`//main//p[@class="buttons"]/button[1]`)
			w.sees("main .problem")
			w.shows("import-refused")
		})
	}
}

// shows inspects what the tab shows and keeps a picture of it.
func (w *panelWalk) shows(name string) {
	w.t.Helper()
	w.inspects(name)
	_ = w.keep("users-" + name + "-" + w.language)
}

// Who clicks twice sends the form twice, unless the first answer is faster than the second click: the browser breaks
// off the first answer and shows the second.
func TestAUserWhoIsAddedWithADoubleClickIsThereOnce(t *testing.T) {
	for _, language := range []string{"en", "el"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--script", "testdata/users.txt")
			p := newPerson(t, language)
			logsIn(p, b)
			p.opens(b.WebConfig + "/open-platform/users/entry?new=user")
			for field, text := range map[string]string{
				"#user-id": "dave", "#user-name": "Dave", "#user-password": "Dave-1234", "#email-address": "dave@contoso.com",
			} {
				p.types(field, text)
			}
			p.clicksTwice(`//main//p[@class="buttons"]/button[1]`)
			p.sees("main .done")
			require.Empty(t, p.script(`[...document.querySelectorAll("main .problem")].map(e => e.textContent).join()`))
			require.Equal(t, "1", p.script(`String([...document.querySelectorAll("main tbody tr")].filter(e => e.textContent.includes("dave@")).length)`))
		})
	}
}
