package chromium

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// evidenceOf plays scenarios and returns the folder of their evidence.
func evidenceOf(t *testing.T, language string, patterns ...string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "evidence")
	words := append([]string{"run", "--lang", language, "--evidence", folder}, patterns...)
	output, err := exec.Command(program, words...).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return folder
}

// atTheTop inspects the page from its beginning, where nothing that stays lies over it.
func (p *inspector) atTheTop(what string) {
	p.t.Helper()
	p.script(`scrollTo(0, 0); document.fonts.ready.then(() => ""); ""`)
	p.inspects(what)
}

// prefers makes the tab that of somebody who likes it dark, or light.
func (p *inspector) prefers(scheme string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(p.t, err)
}

func TestTheEvidenceOpensWithoutANetwork(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			folder := evidenceOf(t, language, "trouble/expired-by-disuse", "trouble/sign-in-not-saved")
			p := newInspector(t, language)
			p.everywhere = true
			for _, scheme := range []string{"light", "dark"} {
				p.prefers(scheme)
				p.opens("file://" + filepath.Join(folder, "index.html"))
				p.atTheTop("report-run-" + scheme)
				p.opens("file://" + filepath.Join(folder, "trouble", "expired-by-disuse", "index.html"))
				p.sees("details[data-refused][open] .shot.panel iframe")
				p.atTheTop("report-case-" + scheme)
			}
			loaded := p.script(`String(performance.getEntriesByType("resource").length)`)
			require.Equal(t, "0", loaded, "nothing is loaded")
			rights := p.script(`[...new Set([...document.querySelectorAll("iframe")].map((f) => f.sandbox.value))].join()`)
			require.Equal(t, "allow-same-origin", rights, "nothing runs in a screen")
			blank := p.script(`
				dispatchEvent(new Event("beforeprint"));
				const shown = [...document.querySelectorAll("details.ev[open] iframe")];
				String(shown.filter((f) => !f.contentDocument.body.childElementCount).length)`)
			require.Equal(t, "0", blank, "paper has what the screens show, at once")
		})
	}
}

func TestTheEvidenceIsSearchedAndFiltered(t *testing.T) {
	folder := evidenceOf(t, "en", "trouble/expired-by-disuse")
	p := newInspector(t, "en")
	p.do("a desk's window", chromedp.EmulateViewport(1440, 900))
	p.opens("file://" + filepath.Join(folder, "trouble", "expired-by-disuse", "index.html"))
	shown := `String([...document.querySelectorAll("[data-row]")].filter((r) => !r.hidden).length)`
	all := p.script(shown)
	p.clicks("#refusals")
	require.Equal(t, "2", p.script(shown), "the renewal, and the job")
	p.clicks("#refusals")
	p.types("#search", "AADSTS700082")
	require.NotEqual(t, all, p.script(shown))
	require.NotEqual(t, "0", p.script(shown))
	p.script(`document.getElementById("search").value = ""; location.hash = "#e5"; ""`)
	p.sees("#e5[open]")
	p.clicks("#all")
	require.Equal(t, "0", p.script(`String(document.querySelectorAll("[data-row]:not([open])").length)`))
	undrawn := p.script(`String(document.querySelectorAll("[data-screen]").length)`)
	require.Equal(t, "0", undrawn, "every screen is drawn")
	p.keep("report-all-open")
}

func TestForeignTextDoesNotRunInTheEvidence(t *testing.T) {
	b := serve(t, "en", "--script", "testdata/bench.txt", "--start", "2026-03-02 09:14")
	subject := `<img src=x onerror="document.title='it ran'"></script><script>document.title='it ran'</script>`
	b.post("/printer/scan", map[string]any{"function": "Email", "to": []string{"bob@fabrikam.com"}, "subject": subject})
	b.post("/clock/advance", map[string]any{"duration": "1m"})
	answer, err := http.Get(b.Control + "/evidence/page")
	require.NoError(t, err)
	defer answer.Body.Close()
	file := filepath.Join(t.TempDir(), "page.html")
	out, err := os.Create(file)
	require.NoError(t, err)
	_, err = out.ReadFrom(answer.Body)
	require.NoError(t, err)
	require.NoError(t, out.Close())
	p := newInspector(t, "en")
	p.do("a desk's window", chromedp.EmulateViewport(1440, 900))
	p.opens("file://" + file)
	p.clicks("#all")
	p.sees("iframe")
	require.NotContains(t, p.script("document.title"), "it ran")
	require.Contains(t, p.reads("#mails"), "it ran", "the mail is there, as text")
	p.clicks("#all")
	p.atTheTop("report-by-hand")
}

func TestSaveNowOnTheBenchsPage(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := opensBench(t, language, "--ready")
			p.everywhere = true
			p.clicks("#save")
			p.sees(".alert.saved a[download]")
			p.looksAt("bench-saved", "case")
		})
	}
}

func TestWhatIsDoneOnTheBenchsPageIsRecorded(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := opensBench(t, language, "--scenario", "trouble/expired-by-disuse")
			p.everywhere = true
			p.clicks(key("record"))
			p.sees("#expected")
			p.clicks("#beside-panel form button")
			p.sees("#just .bad")
			message := p.reads("#glass .dx")
			p.script(`getSelection().selectAllChildren(document.querySelector("#glass .dx")); ""`)
			p.sees("#expected[data-marked=panel]")
			require.Equal(t, message, p.script(`document.getElementById("expected").value`))
			p.clicks(key("expect"))
			p.sees(key("record-save") + ":not([disabled])")
			p.looksAt("bench-recording", "see")
			p.clicks(key("record-save"))
			p.sees(".alert.saved a[download]")
			p.keep("bench-recorded-" + language)
		})
	}
}
