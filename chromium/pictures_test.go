//go:build pictures

package chromium

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// images is where the pictures go.
const images = "../docs/images"

// photographer takes pictures of a bench.
type photographer struct {
	*panelWalk
}

// TestPictures takes the pictures of docs/images: those of the printer, in each language of the guide
// (`make screenshots`).
func TestPictures(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--script", "testdata/bench.txt", "--start", "2026-03-02 09:14")
			p := &photographer{&panelWalk{newInspector(t, language), b, map[string]bool{}}}
			p.do("a desk's window", chromedp.EmulateViewport(1000, 900))
			p.ofThePanel()
			p.ofThePages()
		})
	}
}

// TestPicturesOfTheBench takes those of the bench's page, with a case that is half mended.
func TestPicturesOfTheBench(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := opensBench(t, language, "--scenario", "trouble/expired-by-disuse")
			p.do("a desk's window", chromedp.EmulateViewport(1440, 860))
			p.clicks("#beside-panel form button")
			p.sees("#just .bad")
			p.sees(".cause")
			p.clicks("#tab-wire")
			p.clicks("#wire-lines summary")
			p.sees("#wire-lines pre")
			p.script(`scrollTo(0, 0); document.activeElement.blur(); ""`)
			shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
			require.NoError(t, err)
			camera := &photographer{&panelWalk{p.inspector, p.bench, map[string]bool{}}}
			camera.writes("bench-case", shot)
		})
	}
}

// TestPicturesOfThePanes takes the columns of the bench's page, one by one: what a case is found by, what the person
// sees, and each pane of what lies behind it.
func TestPicturesOfThePanes(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := opensBench(t, language, "--scenario", "trouble/expired-by-disuse")
			camera := &photographer{&panelWalk{p.inspector, p.bench, map[string]bool{}}}
			column := func(name, selector string) {
				p.script(`document.getElementById("stage").scrollTop = 0; ""`)
				camera.takes("pane-"+name, selector)
			}
			p.do("a desk's window", chromedp.EmulateViewport(1440, 860))
			p.clicks("#beside-panel form button")
			p.sees("#just .bad")
			column("panel", ".col.see")
			p.clicks("#tab-web-config")
			p.sees("#pane-web-config iframe")
			column("web-config", ".col.see")
			p.clicks("#tab-browser")
			p.sees("#pane-browser iframe")
			column("browser", ".col.see")
			for _, tab := range []string{"microsoft", "mail", "jobs", "wire", "clock", "faults"} {
				p.clicks("#tab-" + tab)
				p.sees("#pane-" + tab + " > *")
				if tab == "mail" {
					p.clicks("#mail-list .mailrow")
					p.sees("#mail-open .msg")
				}
				column(tab, ".col.behind")
			}
			p.types("#find-text", map[string]string{
				"en": "scan to email fails with code 361 since Monday",
				"hi": "सोमवार से स्कैन ईमेल पर नहीं जाता, कोड 361",
				"el": "από τη Δευτέρα δεν στέλνει σαρώσεις, κωδικός 361",
			}[language])
			p.do("Enter", chromedp.KeyEvent("\r"))
			p.sees(key("load-trouble/expired-by-disuse"))
			column("found", ".col.why")
		})
	}
}

// TestPicturesOfTheEvidence takes those of the page of a case: the refusal, with the screens before and after it.
func TestPicturesOfTheEvidence(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			folder := evidenceOf(t, language, "trouble/expired-by-disuse")
			p := newInspector(t, language)
			p.do("a desk's window", chromedp.EmulateViewport(1400, 1000))
			p.opens("file://" + filepath.Join(folder, "trouble", "expired-by-disuse", "index.html"))
			p.sees("#s3 [data-refused] .shot.panel iframe")
			p.script(`document.getElementById("s3").scrollIntoView(); document.activeElement.blur(); ""`)
			shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
			require.NoError(t, err)
			camera := &photographer{&panelWalk{p, nil, map[string]bool{}}}
			camera.writes("report-case", shot)
		})
	}
}

// fewColors makes a picture smaller: the 255 colors that it has most of, and for each other one the nearest of them.
func fewColors(t *testing.T, shot []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(shot))
	require.NoError(t, err)
	bounds := picture.Bounds()
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA) }
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	colors := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var palette color.Palette
	for _, c := range colors[:min(len(colors), 255)] {
		palette = append(palette, c)
	}
	small := image.NewPaletted(bounds, palette)
	draw.Draw(small, bounds, picture, bounds.Min, draw.Src)
	return small
}

// takes writes a picture of an element.
func (p *photographer) takes(name, selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	// The caret and what has the focus are of the moment.
	require.NoError(p.t, chromedp.Do(ctx, chromedp.MouseEvent("mouseMoved", 1, 1)))
	p.script(`document.activeElement.blur(); document.fonts.ready.then(() => ""); ""`)
	shot, err := chromedp.Run(ctx, chromedp.Screenshot(selector))
	require.NoError(p.t, err)
	p.writes(name, shot)
}

// writes keeps a picture, as small as it gets.
func (p *photographer) writes(name string, shot []byte) {
	p.t.Helper()
	var small bytes.Buffer
	require.NoError(p.t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, fewColors(p.t, shot)))
	require.NoError(p.t, os.MkdirAll(images, 0o755))
	require.NoError(p.t, os.WriteFile(filepath.Join(images, name+"-"+p.language+".png"), small.Bytes(), 0o644))
}

// panel takes a picture of the panel, whose clock is set for it.
func (p *photographer) panel(name string) {
	p.t.Helper()
	p.bench.post("/clock/printer", map[string]string{"date": "2026-03-02T09:14:00Z"})
	p.opens(p.bench.Panel)
	p.takes(name, ".bezel")
}

// reaches presses keys by their places on the screens, from home on.
func (p *photographer) reaches(places ...int) {
	p.t.Helper()
	p.home()
	for _, n := range places {
		p.presses(item, n)
	}
}

func (p *photographer) ofThePanel() {
	p.t.Helper()
	p.bench.post("/printer/originals", map[string]any{"pages": 3})
	p.home()
	p.panel("panel-home")
	p.reaches(1, 0)
	p.presses(way, 2)
	p.presses(item, 0)
	p.presses(item, 3)
	p.presses(mainly, 0)
	p.panel("panel-scan")
	p.presses(tab, 1)
	p.presses(item, 0)
	for _, letter := range map[string]string{"en": "invoice", "hi": "स्कैन", "el": "προς"}[p.language] {
		p.presses(`#glass .kb button[data-k="letter:`+string(letter)+`"]`, 0)
	}
	p.panel("panel-keyboard")
	p.reaches(2, 0, 1, 0, 2)
	p.panel("panel-email-server-status")
	p.reaches(3, 0, 1)
	p.panel("panel-job-361")
}

func (p *photographer) ofThePages() {
	p.t.Helper()
	p.opens(p.bench.Panel + "/sheet/1")
	p.takes("status-sheet", "html > body")
	logsIn(p.person, p.bench)
	p.opens(p.bench.WebConfig + "/network/email-server/basic")
	p.takes("web-config-basic", "html > body")
	p.bench.post("/entra/withdraw-consent", map[string]any{})
	m := &microsoft{p.inspector, p.bench}
	m.begins(administrator)
	m.clicks(`main[data-page="confirm"] button.primary`)
	m.clicks(`main[data-page="permissions"] .box label`)
	p.takes("microsoft-permissions", "html > body")
}
